"""Between screens and casebook: what is asked of a vault that has been locked meanwhile."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from models.casebook import Casebook
from models.entry import Edit
from models.errors import Trouble
from models.invented import me_for_trying
from ui.link import Link


def test_a_cut_that_meets_a_locked_vault_is_no_fault_and_a_save_that_does_is_told(
    tmp_path: Path, clock: Any, ids: Any, qtbot: Any, settle: Callable[[], None]
) -> None:
    casebook = Casebook.open(tmp_path, bytes(32), identity=me_for_trying(), clock=clock, ids=ids)
    draft = casebook.new_draft("visit_note", "scope")
    casebook.save(draft, {"what_happened": Edit("", "We walked.")}).result()
    link = Link(casebook)
    casebook.close()
    link.cut(draft.record_id)
    settle()
    told: list[Trouble] = []
    link.wait(casebook.save(draft, {"what_happened": Edit("We walked.", "We ran.")}), failed=told.append)
    settle()
    assert [one.title for one in told] == ["Heard is locked"]
    with qtbot.capture_exceptions() as raised:
        link.wait(casebook.cut(draft.record_id))
        settle()
    assert [kind for kind, _, _ in raised] == [Trouble]
    again = Casebook.open(tmp_path, bytes(32), clock=clock, ids=ids)
    kept = again.entry(draft.record_id)
    assert kept is not None
    assert kept.body["what_happened"] == "We walked."
    again.close()
