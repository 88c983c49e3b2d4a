"""Keeping a feedback sheet: the next visit is planned, the note is told, and last of all the sheet is kept."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from models.casebook import Casebook
from models.closing_visit import next_plan, note_edits, plan_edits
from models.entry import Draft, Edit, Entry
from models.errors import Trouble
from models.moments import read_day
from ui.link import Link

Step = Callable[[Callable[[], None], Callable[[Trouble], None]], None]


class Keeping:
    """Does the steps one after the other, each once the one before is durable.

    Killed between two of them the sheet stays open, Today asks for it, and keeping it again does only what is missing.
    """

    def __init__(self, link: Link, sheet_id: str, note_id: str) -> None:
        self._link, self._sheet_id, self._note_id = link, sheet_id, note_id

    def run(self, done: Callable[[], None], failed: Callable[[Trouble], None]) -> None:
        """Keep the sheet; ``failed`` tells which trouble stopped it, with everything before it kept."""
        steps: list[Step] = [self._name_plan, self._plan_next, self._tell_note, self._finish]

        def go(at: int) -> None:
            if at == len(steps):
                done()
            else:
                steps[at](lambda: go(at + 1), failed)

        go(0)

    # ---- the steps -----------------------------------------------------------------------------------------------

    def _name_plan(self, then: Callable[[], None], failed: Callable[[Trouble], None]) -> None:
        """Say in the sheet which visit is the next, before that visit is made: done again, it is the same one."""
        casebook, sheet, note = self._known()
        if not sheet.body.get("next_visit_on") or sheet.body.get("next_planned_id"):
            then()
            return
        plan = next_plan(casebook, note, sheet.body)
        plan_id = plan.record_id if plan is not None else casebook.new_draft("planned_visit", note.scope_id).record_id
        self._save(sheet.draft(), sheet.body, {"next_planned_id": plan_id}, then, failed)

    def _plan_next(self, then: Callable[[], None], failed: Callable[[Trouble], None]) -> None:
        casebook, sheet, note = self._known()
        on = read_day(str(sheet.body.get("next_visit_on") or ""))
        plan_id = str(sheet.body.get("next_planned_id") or "")
        if on is None or not plan_id:
            then()
            return
        plan = casebook.entry(plan_id)
        body = plan.body if plan is not None else None
        if plan is not None and casebook.why_not_editable(plan):
            then()
            return
        told_on = read_day(str(sheet.body.get("given_on") or "")) or casebook.clock.today()
        edits = plan_edits(on, told_on, note.body, body, casebook.me.worker.worker_id)
        draft = plan.draft() if plan is not None else replace(
            casebook.new_draft("planned_visit", note.scope_id), record_id=plan_id
        )  # fmt: skip
        self._save(draft, body or {}, edits, then, failed)

    def _tell_note(self, then: Callable[[], None], failed: Callable[[Trouble], None]) -> None:
        """A note still open takes it over; of a finished one the sheet itself says it."""
        casebook, sheet, note = self._known()
        if casebook.why_not_editable(note):
            then()
        else:
            self._save(note.draft(), note.body, note_edits(note.body, sheet.body), then, failed)

    def _finish(self, then: Callable[[], None], failed: Callable[[Trouble], None]) -> None:
        _casebook, sheet, _note = self._known()
        if sheet.is_finished:
            then()
        else:
            self._link.wait(self._link.casebook.finish(self._sheet_id, "close_visit"), lambda _entry: then(), failed)

    # ---- saving --------------------------------------------------------------------------------------------------

    def _known(self) -> tuple[Casebook, Entry, Entry]:
        casebook = self._link.casebook
        sheet, note = casebook.entry(self._sheet_id), casebook.entry(self._note_id)
        assert sheet is not None
        assert note is not None
        return casebook, sheet, note

    def _save(
        self,
        draft: Draft,
        before: Any,
        after: dict[str, Any],
        then: Callable[[], None],
        failed: Callable[[Trouble], None],
    ) -> None:
        if not after:
            then()
            return
        casebook = self._link.casebook
        edits = {name: Edit(before.get(name), value) for name, value in after.items()}
        self._link.wait(casebook.save(draft, edits, "close_visit"), lambda _saved: then(), failed)
        self._link.cut(draft.record_id, "close_visit")
