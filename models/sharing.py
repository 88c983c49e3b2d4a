"""What a child says about who may see their words, and the two things that are stored for it (domain 4.2)."""

from __future__ import annotations

from collections.abc import Iterable

from models.audience import EVERYONE_ON_RECORD, KEEP_FROM, ONLY_AUTHOR, WORKER_AND_IRO
from models.fields import Choice

WHO = (
    Choice(EVERYONE_ON_RECORD, "Everyone who helps me"),
    Choice(WORKER_AND_IRO, "My worker and my IRO"),
    Choice(ONLY_AUTHOR, "Only you"),
)
"""The child says "you" to the worker who wrote the words down."""
NOT = (
    Choice("parents", "Not my parents"),
    Choice("carers", "Not the people I live with"),
    Choice("school", "Not my school"),
    Choice("board", "Not the people who run the council"),
)


def stored(who: str, kept_from: Iterable[str] = ()) -> tuple[str, tuple[str, ...]]:
    """The audience and ``keep_from`` of an answer. Whoever shares with few keeps it from all four."""
    if who != EVERYONE_ON_RECORD:
        return who, tuple(sorted(KEEP_FROM))
    return who, tuple(sorted(set(kept_from) & set(KEEP_FROM)))


def shown(audience: str, keep_from: Iterable[str], author: str = "") -> tuple[str, ...]:
    """Who can see it, in the child's own way of saying it. ``author`` names the worker whom "you" means."""
    words = next((one.words for one in WHO if one.code == audience), "The people who keep me safe")
    if audience == ONLY_AUTHOR and author:
        words = f"Only {author}"
    if audience != EVERYONE_ON_RECORD:
        return (words,)
    kept = set(keep_from)
    return (words, *(one.words for one in NOT if one.code in kept))
