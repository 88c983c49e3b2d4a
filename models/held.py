"""What the council keeps apart of a worker's own writing, and what they are told of it: why, and what happens next."""

from __future__ import annotations

from dataclasses import dataclass

from models.version import Version

WAITING, ADMITTED, RETURNED = "waiting", "admitted", "returned"


@dataclass(frozen=True, slots=True)
class HeldItem:
    """One record of which the server keeps something back: ``version`` is its newest, ``count`` how many there are.

    ``reason`` is the server's, in the worker's words. ``state``: waiting for a manager, or what they decided;
    ``words`` are theirs, "" for none. ``since`` is the stamp of when the newest was cut.
    """

    record_id: str
    reason: str
    state: str
    words: str
    version: Version
    count: int = 1
    since: str = ""


def next_words(item: HeldItem) -> str:
    """What happens next with it, in a sentence or two."""
    if item.state == WAITING:
        return "Your manager decides what becomes of it. You need do nothing; what you wrote stays here to read."
    if item.state == RETURNED:
        return "Your manager has given it back to you. It is not part of the record; what you wrote stays here to read."
    return "Your manager has let it in. It goes into the record with the next sending."
