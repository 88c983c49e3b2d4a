"""Where a record is opened: the page of its own, the page of what it was said in, or the form of its declaration."""

from __future__ import annotations

from typing import Any

from models.casebook import Casebook
from models.entry import Entry

_BY_CHILD = {"this_is_me": "this_is_me"}
_BY_RECORD = {
    "visit_note": "note",
    "attachment": "attachment",
    "not_taking_part": "not_taking_part",
    "promise": "promise",
    "feedback_sheet": "close_visit",
}


def place_of(casebook: Casebook, entry: Entry) -> tuple[str, dict[str, Any]]:
    """The key of the page and what it is opened with."""
    if entry.type in _BY_CHILD:
        return _BY_CHILD[entry.type], {"scope_id": entry.scope_id}
    if entry.type in _BY_RECORD:
        return _BY_RECORD[entry.type], {"record_id": entry.record_id}
    if entry.type == "planned_visit":
        return "plan", {"scope_id": entry.scope_id, "record_id": entry.record_id}
    if entry.type == "own_words" and entry.body.get("said_in_id"):
        said_in = casebook.entry(str(entry.body["said_in_id"]))
        if said_in is not None:
            return place_of(casebook, said_in)
    return "edit", {"type": entry.type, "record_id": entry.record_id}
