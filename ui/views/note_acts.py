"""What a visit note does beyond itself: marking the planned visit done, and being deleted with all said in it."""

from __future__ import annotations

from models.entry import Edit, Entry
from ui.form import Form
from ui.link import Link, Navigator


def link_planned(link: Link, planned_id: str, note_id: str) -> None:
    """The note has begun: the visit it was planned for is done, and leads to it."""
    _set_planned(link, planned_id, "done", note_id)


def _set_planned(link: Link, planned_id: str, state: str, note_id: str) -> None:
    casebook = link.casebook
    planned = casebook.entry(planned_id) if planned_id else None
    if planned is None or casebook.why_not_editable(planned):
        return
    edits = {
        "state": Edit(planned.body.get("state"), state),
        "visit_note_id": Edit(planned.body.get("visit_note_id"), note_id),
    }
    # The note itself is what matters: a full disk is told by its own line, and Today finds it without this link.
    link.wait(casebook.save(planned.draft(), edits), failed=lambda _trouble: None)
    link.cut(planned_id)


def delete_note(link: Link, navigator: Navigator, form: Form) -> None:
    """Delete a note with what was said in it, and go back; one Undo brings all of it back.

    The visit it was planned for is planned again, and done again with the Undo.
    """
    casebook = link.casebook
    ids = [each.draft.record_id for each in form.forms() if each.autosave.exists]
    planned_id = str(form.body().get("planned_visit_id") or "")
    if not ids:
        navigator.back()
        return

    def bring_back() -> None:
        for record_id in ids:
            link.wait(casebook.bring_back(record_id), failed=lambda trouble: navigator.toast(str(trouble)))
        _set_planned(link, planned_id, "done", ids[0])

    def deleted(_entry: Entry) -> None:
        _set_planned(link, planned_id, "planned", "")
        navigator.back()
        navigator.toast("Visit note deleted", bring_back)

    for record_id in ids[1:]:
        link.wait(casebook.delete(record_id), failed=lambda trouble: navigator.toast(str(trouble)))
    link.wait(casebook.delete(ids[0]), deleted, lambda trouble: navigator.toast(str(trouble)))
