"""Language that cares: the words Heard never shows, what to say instead, and the legal terms that pass."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import msgspec

import resources


class Suggestion(msgspec.Struct, frozen=True, kw_only=True):
    """What to say instead of a word, and whose advice that is.

    ``put`` has, for a form of the word in small letters, what can stand in its place as it is. ``unless`` are phrases
    in which the word means something else: "eye contact".
    """

    instead_of: tuple[str, ...]
    say: str
    source: str = ""
    put: dict[str, tuple[str, ...]] = {}
    unless: tuple[str, ...] = ()


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
    """What a prompt may offer for a worker's own prose, where the council has no list of its own."""
    return msgspec.convert(_read("instead")["suggestions"], tuple[Suggestion, ...])


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


@dataclass(frozen=True, slots=True)
class Prompt:
    """A word for which there is another way to say it; ``start`` and ``end`` count characters.

    ``childs`` is what this child calls it, "" where nobody has asked; it comes before ``put``, what may stand there
    instead, and ``say``, the advice in words.
    """

    word: str
    start: int
    end: int
    childs: str
    put: tuple[str, ...]
    say: str


class Prompting:
    """Finds what may be said otherwise in a worker's own text. It is never given anyone else's words.

    ``advised`` is the council's list or Heard's own; ``own`` has the child's own word for what others call something,
    by that word in small letters. The child's word wins for that child, also over a legal term.
    """

    def __init__(self, advised: Iterable[Suggestion], own: Mapping[str, str]) -> None:
        self._own = dict(own)
        self._advice = {word.lower(): each for each in advised for word in each.instead_of}
        unless = [phrase for each in self._advice.values() for phrase in each.unless]
        passing = [phrase for phrase in (*legal_phrases(), *unless) if phrase.lower() not in self._own]
        self._words = tuple(dict.fromkeys((*self._advice, *self._own)))
        self._passing = tuple(dict.fromkeys(passing))

    def find(self, text: str) -> list[Prompt]:
        """Every listed word of a text, in order, as whole words and outside the phrases that pass."""
        if not self._words:
            return []
        return [self._prompt(found) for found in find_words(text, self._words, self._passing)]

    def _prompt(self, found: Found) -> Prompt:
        word = " ".join(found.word.lower().split())
        advice = self._advice.get(word)
        put = advice.put.get(word, ()) if advice else ()
        say = advice.say if advice else ""
        return Prompt(found.word, found.start, found.end, self._own.get(word, ""), put, say)


MOST_ADVICE, LONGEST_WORDS = 300, 200
"""How much a council's list may hold, and how long each of its words and sentences may be."""


def read_advice(data: bytes) -> tuple[Suggestion, ...]:
    """Read a council's own list, in the shape of ``resources/words/instead.json``.

    Raises ValueError, with the reason in plain words, for what is no such list.
    """
    try:
        given = msgspec.json.decode(data)
        found = msgspec.convert(given["suggestions"], tuple[Suggestion, ...])
    except (msgspec.MsgspecError, TypeError, KeyError) as error:
        raise ValueError(f"it has no list of suggestions in the right shape ({error})") from error
    if len(found) > MOST_ADVICE:
        raise ValueError(f"it holds {len(found)} suggestions, {MOST_ADVICE} at most")
    for each in found:
        said = (
            *each.instead_of,
            each.say,
            each.source,
            *each.unless,
            *each.put,
            *(one for put in each.put.values() for one in put),
        )
        if not each.say.strip() or not each.instead_of or not all(word.strip() for word in each.instead_of):
            raise ValueError("a suggestion lacks the word it is about, or what to say instead")
        if max(map(len, said)) > LONGEST_WORDS:
            raise ValueError(f"“{each.instead_of[0]}” has more than {LONGEST_WORDS} characters in one place")
    return found
