"""Language that cares: the words Heard never shows, what to say instead, and the legal terms that pass."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any

import msgspec

import resources


@dataclass(frozen=True, slots=True)
class Suggestion:
    """What to say instead of a word, and whose advice that is."""

    instead_of: tuple[str, ...]
    say: str
    source: str


@dataclass(frozen=True, slots=True)
class Found:
    """A listed word in a text, as written there; ``start`` and ``end`` count characters."""

    word: str
    start: int
    end: int


def _read(name: str) -> dict[str, Any]:
    return dict(msgspec.json.decode(resources.path("words", f"{name}.json").read_bytes()))


@cache
def words_never_shown() -> tuple[str, ...]:
    """The words that no screen, document or message may hold."""
    return tuple(_read("never_on_screen")["words"])


@cache
def legal_phrases() -> tuple[str, ...]:
    """The phrases in which a legal term passes, in its sense in law."""
    return tuple(phrase for term in _read("legal_terms")["terms"] for phrase in term["phrases"])


@cache
def suggestions() -> tuple[Suggestion, ...]:
    """What a prompt may offer for a worker's own prose. Never for verbatim text."""
    return tuple(
        Suggestion(tuple(each["instead_of"]), each["say"], each["source"]) for each in _read("instead")["suggestions"]
    )


@cache
def _pattern(words: tuple[str, ...]) -> re.Pattern[str]:
    # Longest first, so that "contact centre" is found whole and not as "contact".
    ordered = sorted(words, key=len, reverse=True)
    alternatives = "|".join(r"\s+".join(map(re.escape, word.split())) for word in ordered)
    return re.compile(rf"(?<!\w)(?:{alternatives})(?!\w)", re.IGNORECASE)


def find_words(text: str, words: Iterable[str], passing: Iterable[str] = ()) -> list[Found]:
    """Find ``words`` in ``text`` as whole words in any letter case, outside the phrases in ``passing``.

    "because" and "showcase" never match "case"; a phrase matches across a line break.
    """
    passed = tuple(passing)
    # A passing phrase is blanked, not removed, so that places in the text stay true.
    open_text = _pattern(passed).sub(lambda match: " " * len(match[0]), text) if passed else text
    matches = _pattern(tuple(words)).finditer(open_text)
    return [Found(text[match.start() : match.end()], match.start(), match.end()) for match in matches]
