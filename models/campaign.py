"""Sets of anonymous questions that the council asks, as laptops know them."""

from __future__ import annotations

import secrets
from datetime import date

import msgspec

MOST_ANSWER_BYTES = 12 * 1024
"""What one answer may take as JSON: on its way it has room for no more."""


class Campaign(msgspec.Struct, frozen=True, kw_only=True):
    """A set of anonymous questions. ``key`` is the same for every laptop of the council; days are ISO dates."""

    campaign_id: str
    key: bytes
    title: str
    questions: tuple[str, ...]
    opens_on: str
    closes_on: str

    def is_open(self, today: date) -> bool:
        """Say whether it may be answered today."""
        return self.opens_on <= today.isoformat() <= self.closes_on


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """One anonymous answer waiting to go. ``answers`` has the questions' words as names; ``day`` is an ISO date."""

    answer_id: str
    campaign_id: str
    day: str
    answers: dict[str, str]


def new_answer_id() -> str:
    """128 random bits: unlike other ids of Heard's, it tells neither when nor in which order it was made."""
    return secrets.token_hex(16)
