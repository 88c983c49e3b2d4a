"""Spelling: the words of a text, the words that count as right beside the dictionary, and the dictionary itself."""

from __future__ import annotations

import difflib
import io
import json
import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from itertools import islice
from typing import TYPE_CHECKING, Any

import resources

if TYPE_CHECKING:
    from models.casebook import Casebook

MOST_SUGGESTIONS = 5
LONGEST_WORD = 60
"""Nothing longer is a word of English: it is not looked up, so that no line of letters holds the dictionary up."""
_LETTERS = "[^\\W\\d_][\u0300-\u036f]*"
# Whole words of letters, with apostrophes and hyphens inside: "9am", "b2" and "a_b" are none.
_WORD = re.compile(rf"(?<![\w])(?:{_LETTERS})+(?:[’'\-](?:{_LETTERS})+)*(?!\w)")
# An address is no prose, whatever words it is made of.
_ADDRESS = re.compile(r"\S*(?:@|://|\\)\S*|\bwww\.\S+", re.IGNORECASE)
_SHORT_FOR = re.compile(r"[^a-z]+s?")
# Beginnings that are no words by themselves: "pre-school", "de-escalate".
_BEGINNINGS = frozenset("anti co de ex inter mid mis multi non post pre re semi sub un".split())  # noqa: SIM905
_OF_SOMEBODY = re.compile(r"['’]s?$")


@dataclass(frozen=True, slots=True)
class Token:
    """A word as it stands in a text; ``start`` and ``end`` count characters."""

    word: str
    start: int
    end: int


def tokens(text: str) -> Iterator[Token]:
    """Every word of a text whose spelling can be right or wrong: no acronym, no number, nothing of an address."""
    shut = [match.span() for match in _ADDRESS.finditer(text)]
    for match in _WORD.finditer(text):
        word = match[0]
        if len(word) == 1 or len(word) > LONGEST_WORD or _SHORT_FOR.fullmatch(word):
            continue
        if not any(start <= match.start() < end for start, end in shut):
            yield Token(word, match.start(), match.end())


def plain(word: str) -> str:
    """A word as the dictionary writes it: one kind of apostrophe, each letter with its accent as one sign."""
    return unicodedata.normalize("NFC", word).replace("’", "'")


def parts(word: str) -> list[str]:
    """The parts of a word with hyphens that must be right where the whole is in no dictionary."""
    found = word.split("-") if "-" in word else []
    return [part for part in found if len(part) > 1 and part.casefold() not in _BEGINNINGS]


class Words:
    """Words that are right beside the dictionary. One written small is right in any letters, a name only as a name."""

    def __init__(self, words: Iterable[str] = ()) -> None:
        self._exact = frozenset(plain(word) for word in words)
        self._as_name = frozenset(word.casefold() for word in self._exact)
        self._small = frozenset(word for word in self._exact if word == word.lower())

    def __len__(self) -> int:
        return len(self._exact)

    def __iter__(self) -> Iterator[str]:
        return iter(sorted(self._exact))

    def holds(self, word: str) -> bool:
        """Whether a word is among them, also with an 's: "Jaydon's"."""
        word = plain(word)
        return self._holds(word) or self._holds(_OF_SOMEBODY.sub("", word))

    def _holds(self, word: str) -> bool:
        folded = word.casefold()
        return word in self._exact or folded in self._small or (word[:1].isupper() and folded in self._as_name)


def words_of_name(name: str) -> set[str]:
    """The words of a name: "Mary-Jane O'Neill" is right whole and in its parts."""
    whole = {match[0] for match in _WORD.finditer(name)}
    return whole | {part for word in whole for part in word.split("-") if len(part) > 1}


@cache
def field_words() -> Words:
    """Words of this work that the dictionary does not know."""
    listed = json.loads(resources.path("words", "field_words.json").read_text("utf-8"))
    return Words(listed["words"])


_OF_A_CHILD = {
    "child": ("known_as", "legal_name", "says_name_like", "carer_name", "lives_with", "school", "first_language",
              "religion", "nationality", "designated_teacher_name"),
    "person_i_trust": ("name", "relationship"),
    "this_is_me": ("my_name",),
    "home": ("address", "carer_name"),
}  # fmt: skip


def names_around(casebook: Casebook, scope_id: str) -> Words:
    """The names that are right in what is written about a child.

    Those of the child, of the people around them and where they live and learn, of every child assigned to this
    worker, and of colleagues.
    """
    from models.query import Query

    found: set[str] = set()
    for entry in casebook.select(Query(types=tuple(_OF_A_CHILD), scope_id=scope_id, limit=500)):
        for field in _OF_A_CHILD[entry.type]:
            found |= words_of_name(str(entry.body.get(field) or ""))
    for child in casebook.children():
        found |= words_of_name(child.title) | words_of_name(str(child.body.get("legal_name") or ""))
    for worker in (casebook.me.worker, *casebook.directory.workers):
        found |= words_of_name(worker.display_name)
    return Words(found | words_of_name(casebook.me.council_name))


def own_terms(casebook: Casebook, scope_id: str) -> dict[str, str]:
    """What a child calls things, by the word others use, in small letters; the newest answer where there are two."""
    from models.query import CHANGED, Query

    found = casebook.select(Query(types=("own_term",), scope_id=scope_id, order=CHANGED, limit=500))
    terms: dict[str, str] = {}
    for entry in reversed(found):
        word = " ".join(str(entry.body.get("instead_of") or "").lower().split())
        childs = str(entry.body.get("childs_word") or "").strip()
        if word and childs:
            terms[word] = childs
    return terms


class Speller:
    """The dictionary of British English. Loading takes up to two seconds and 50 MB: never in the app's own process."""

    def __init__(self) -> None:
        from spylls.hunspell import Dictionary, readers
        from spylls.hunspell.readers.file_reader import BaseReader

        class Reader(BaseReader):  # type: ignore[misc]  # Spylls has no types
            """Reads what is in memory: Spylls' own reader leaves its files open."""

            def reset_encoding(self, encoding: str) -> None:
                """Both files are UTF-8."""

        def read(ending: str) -> Reader:
            return Reader(io.StringIO(resources.path("dictionary", f"en_GB.{ending}").read_text("utf-8")))

        aff, context = readers.read_aff(read("aff"))
        self._dictionary: Any = Dictionary(aff, readers.read_dic(read("dic"), aff=aff, context=context))

    def knows(self, word: str) -> bool:
        """Whether a word is spelled as the dictionary spells it; longer than any word is never looked up."""
        return len(word) > LONGEST_WORD or bool(self._dictionary.lookup(plain(word)))

    def suggest(self, word: str, also: Iterable[str] = ()) -> list[str]:
        """What may have been meant, the likeliest first; ``also`` are words that are right beside the dictionary."""
        word = plain(word)[:LONGEST_WORD]
        beside = {each.casefold(): each for each in also}
        near = [beside[each] for each in difflib.get_close_matches(word.casefold(), list(beside), n=2, cutoff=0.8)]
        found = islice(self._dictionary.suggest(word), MOST_SUGGESTIONS)
        return list(dict.fromkeys([*near, *found]))[:MOST_SUGGESTIONS]
