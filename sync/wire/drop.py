"""Anonymous answers: a path of their own, with nothing in it that could join an answer to a person or a laptop."""

from __future__ import annotations

from sync.wire.core import Message


class DropRequest(Message, frozen=True, kw_only=True):
    """One answer. ``answer_id`` is random, ``day`` an ISO date and never a time; no token goes with it.

    ``proof`` shows knowledge of the campaign's key, which every laptop of the council has, and of nothing else.
    """

    campaign_id: str
    answer_id: str
    day: str
    answers: dict[str, str]
    proof: bytes
