"""The copy of a record, on its page: who asked, what is kept apart and why, and two folders that are never mixed up."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtWidgets import QFileDialog, QMenu, QWidget

from models.documents import handing_out, subject_access
from models.documents.document import texts
from models.documents.subject_access import PARENT
from models.entry import Edit
from tests.unit.models.documents.conftest import pdf_words, said_in
from tests.unit.ui.counting import whole_app
from ui.parts.paper_view import PaperView
from ui.views.record_copy import RecordCopyPage


@pytest.fixture
def at(tmp_path: Path, clock: Any, look: Any, qtbot: Any, settle: Callable[[], None]) -> Iterator[Any]:
    """Sarah, who keeps one saying from her parents."""
    (tmp_path / "vault").mkdir()
    with whole_app(tmp_path / "vault", clock, look, qtbot, settle) as it:
        it.scope = next(one.scope_id for one in it.casebook.children() if one.title == "Sarah")
        draft = it.casebook.new_draft("own_words", it.scope, keep_from=("parents",))
        it.casebook.save(
            draft, {"words": Edit("", "The stairs scare me"), "said_on": Edit(None, "2026-11-15")}
        ).result()
        it.wait = lambda is_so: qtbot.waitUntil(lambda: bool(is_so()), timeout=20_000)
        it.window.open("record_copy", scope_id=it.scope)
        settle()
        it.page = it.window.pages.currentWidget()
        assert isinstance(it.page, RecordCopyPage)
        it.wait(lambda: it.page.save.isEnabled())
        yield it


def ask_as_parent(at: Any) -> None:
    at.hands.click("record_copy.whom.parent")
    at.wait(lambda: at.page.save.isEnabled() and "stairs" not in at.page.paper.words())
    at.settle()


def test_the_child_is_given_their_words_and_a_parent_is_not_given_those_kept_from_them(at: Any) -> None:
    assert "The stairs scare me" in " ".join(texts(at.page._pack.copy))
    ask_as_parent(at)
    assert "The stairs scare me" not in " ".join(texts(at.page._pack.copy))
    reasons = at.hands.find("record_copy.reasons").accessibleName()
    assert "Sarah asked for parents not to be shown it: 1" in reasons
    assert at.page.counts.text().endswith("kept apart.")
    assert at.page.not_told.isVisible()


def test_both_are_saved_in_folders_of_their_own(at: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    ask_as_parent(at)
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_given: str(tmp_path))
    at.hands.click("record_copy.save")
    at.wait(lambda: at.page.told.isVisible())
    (given,) = tmp_path.rglob("To give/*.pdf")
    (council,) = tmp_path.rglob("For the council only/*.pdf")
    pack = subject_access.make(at.casebook, at.scope, PARENT)
    assert pdf_words(given.read_bytes()) == said_in(pack.copy)
    assert "Sarahaskedforparents" in pdf_words(council.read_bytes())


def test_a_place_that_cannot_be_written_to_is_told_on_the_page(
    at: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_given: str(tmp_path / "file"))
    at.hands.click("record_copy.save")
    at.wait(lambda: at.page.trouble.isVisible())
    assert "could not be written there" in at.page.trouble.title.text()
    assert not at.page.making.busy.isVisible()


def test_no_folder_chosen_and_making_stopped_save_nothing(
    at: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_given: "")
    at.hands.click("record_copy.save")
    assert not at.page.making.busy.isVisible()
    asked: list[Callable[[], bool]] = []

    def save(*given: Any) -> list[Path]:
        asked.append(given[-1])
        return []

    monkeypatch.setattr(handing_out, "save", save)
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_given: str(tmp_path))
    at.page.save.click()
    at.hands.click("record_copy.stop")
    at.wait(lambda: asked)
    at.settle()
    assert not asked[0]()
    assert not at.page.told.isVisible()


def test_somebody_has_always_asked(at: Any) -> None:
    at.hands.click("record_copy.whom.child")  # pressed again
    at.wait(lambda: at.page.save.isEnabled())
    assert at.page.whom.value() == ("child",)


# The display that is none can neither raise a menu nor give it the keyboard, and says so.
@pytest.mark.qt_log_ignore("does not support", extend=True)
def test_the_page_is_reached_from_the_childs_page_and_left_at_any_time(at: Any) -> None:
    at.hands.click("record_copy.whom.parent")
    at.window.open("children", scope_id=at.scope)
    at.settle()
    assert not at.window.findChildren(PaperView)
    at.hands.click("child.more")
    menu = next(one for one in at.window.findChildren(QMenu) if one.isVisible())
    next(one for one in menu.actions() if one.text() == "A copy of the record").trigger()
    menu.close()
    at.settle()
    found: QWidget = at.window.pages.currentWidget()
    assert isinstance(found, RecordCopyPage)
    at.wait(lambda: found.save.isEnabled())
