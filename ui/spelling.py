"""What is noticed in a worker's own text: which words are right, which could be kinder, and their own dictionary."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Protocol

from PySide6.QtCore import QObject, QTimer, Signal

from models.casebook import Casebook
from models.changes import Changes
from models.errors import Trouble
from models.language import Prompt, Prompting
from models.spelling import Words, field_words, names_around, own_terms, parts, plain
from models.wording import Spoken
from ui.link import Link
from ui.tasks import in_background

KEPT = "dictionary"
MOST_KEPT = 20_000
"""So many answers of the dictionary are kept; then it is asked anew."""
MOST_AT_ONCE = 400
_AROUND = frozenset({"child", "person_i_trust", "this_is_me", "home", "own_term"})


@dataclass(frozen=True, slots=True)
class _Around:
    """What is read of a child's records: the names that are right, and how this child and their council say things."""

    names: Words
    prompting: Prompting


def _read_around(casebook: Casebook, scope_id: str) -> _Around:
    prompting = Prompting(casebook.advice(), own_terms(casebook, scope_id))
    return _Around(names_around(casebook, scope_id), prompting)


class Dictionary(Protocol):
    """What holds the dictionary, beside the screen's own thread."""

    def check(self, words: Sequence[str]) -> Future[list[bool]]:
        """Say of each word whether it is in the dictionary."""
        ...

    def suggest(self, word: str, also: Iterable[str]) -> Future[list[str]]:
        """Say what may have been meant."""
        ...


class Spelling(QObject):
    """One for each open vault, on the main thread. ``learned`` carries the words whose standing may have changed,
    none where it may be any.

    ``failed`` carries the Trouble of a dictionary that cannot be had, once, or of one that could not be kept.
    """

    learned = Signal(object)
    failed = Signal(object)

    def __init__(self, link: Link, dictionary: Dictionary) -> None:
        super().__init__(link)
        self._link, self._dictionary = link, dictionary
        self._known: dict[str, bool] = {}
        self._wanted: set[str] = set()
        self._asked: set[str] = set()
        self._left: frozenset[str] = frozenset()
        self._around: dict[str, _Around] = {}
        self._are_fresh: set[str] = set()
        self._own = Words(_kept_words(link.casebook.remembered(KEPT)))
        self.trouble: Trouble | None = None
        self._then: Callable[[], object] | None = None
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.timeout.connect(self._ask)
        link.changed.connect(self._on_changed)

    def of(self, scope_id: str, child: Spoken | None = None, ask_child: Callable[[str], None] | None = None) -> Checker:
        """Check what is written about one child. ``ask_child`` leads to where their own word is written down."""
        return Checker(self, scope_id, child or Spoken("the child"), ask_child)

    # ---- right or wrong ------------------------------------------------------------------------------------------

    def is_right(self, word: str, scope_id: str) -> bool | None:
        """Whether a word is right in what is written about a child; None until the dictionary has answered."""
        around = self._read(scope_id)
        if field_words().holds(word) or self._own.holds(word) or plain(word) in self._left:
            return True
        if around is None or around.names.holds(word):
            return None if around is None else True
        known = self._looked_up(word)
        if known is not False:
            return known
        inner = [self.is_right(part, scope_id) for part in parts(word)]
        if not inner or False in inner:
            return False
        return None if None in inner else True

    def prompts(self, text: str, scope_id: str) -> list[Prompt]:
        """The words of a text that might be said otherwise, but those left as they are and names."""
        around = self._read(scope_id)
        found = around.prompting.find(text) if around is not None and text else []
        return [each for each in found if around is not None and not self._may_stay(each.word, around.names)]

    def _may_stay(self, word: str, names: Words) -> bool:
        return plain(word) in self._left or (word[:1].isupper() and names.holds(word))

    def _read(self, scope_id: str) -> _Around | None:
        """What there is around a child; read beside the screen, and again after it has changed."""
        if scope_id not in self._are_fresh:
            self._are_fresh.add(scope_id)
            casebook = self._link.casebook
            read = in_background(lambda: _read_around(casebook, scope_id), "around")
            # Without the names around a child every one of them would bear a mark: then rather nothing does.
            self._link.wait(read, lambda around: self._take(scope_id, around), self._give_up)
        return self._around.get(scope_id)

    def _take(self, scope_id: str, around: _Around) -> None:
        self._around[scope_id] = around
        self.learned.emit(frozenset())
        self._go_on()

    def _looked_up(self, word: str) -> bool | None:
        word = plain(word)
        known = self._known.get(word)
        if known is None and word not in self._asked and self.trouble is None:
            self._wanted.add(word)
            self._soon.start(0)
        return known

    def _ask(self) -> None:
        words = sorted(self._wanted)[:MOST_AT_ONCE]
        if not words:
            return
        self._wanted -= set(words)
        self._asked |= set(words)

        def answered(known: list[bool]) -> None:
            if len(self._known) > MOST_KEPT:
                self._known = {}
            self._known.update(zip(words, known, strict=True))
            self._asked -= set(words)
            self.learned.emit(frozenset(words))
            self._go_on()

        self._link.wait(self._dictionary.check(words), answered, self._give_up)
        if self._wanted:
            self._soon.start(0)

    def _give_up(self, trouble: Trouble) -> None:
        """Nothing is marked any more; what is written is as safe as before."""
        is_news = self.trouble is None
        self.trouble = trouble
        if is_news:
            self.failed.emit(trouble)
        self._go_on()

    def when_answered(self, then: Callable[[], object]) -> None:
        """Call ``then``, and nothing asked before it, once the dictionary owes no answer any more."""
        self._then = then
        self._go_on()

    def _go_on(self) -> None:
        then = self._then
        if then is not None and not self.is_waiting():
            self._then = None
            then()

    def is_waiting(self) -> bool:
        """Whether the dictionary still owes an answer."""
        return self.trouble is None and bool(self._wanted or self._asked or self._are_fresh - self._around.keys())

    def suggest(self, word: str, scope_id: str, done: Callable[[list[str]], None]) -> None:
        """Call ``done`` with what may have been meant, the likeliest first; with nothing where no one can say."""
        around = self._around.get(scope_id)
        also = {*field_words(), *self._own, *(around.names if around is not None else ())}
        self._link.wait(self._dictionary.suggest(word, sorted(also)), done, lambda _trouble: done([]))

    # ---- the worker's own dictionary -----------------------------------------------------------------------------

    def own_words(self) -> list[str]:
        """What the worker has added, in order."""
        return sorted(self._own, key=str.casefold)

    def add(self, word: str) -> None:
        """Let a word be right from now on, in everything this worker writes."""
        self._keep({*self._own, plain(word)})

    def remove(self, word: str) -> None:
        """Take a word out of the worker's own dictionary."""
        self._keep({*self._own} - {plain(word)})

    def leave(self, word: str) -> None:
        """Let a word stand as it is until Heard locks."""
        self._left |= {plain(word)}
        self.learned.emit(frozenset())

    def _keep(self, words: set[str]) -> None:
        self._own = Words(words)
        self.learned.emit(frozenset())
        kept = self._link.casebook.remember(KEPT, json.dumps(sorted(words), ensure_ascii=False))
        self._link.wait(kept, failed=self.failed.emit)

    def _on_changed(self, changes: Changes) -> None:
        if changes.is_directory or changes.types & _AROUND:
            self._are_fresh.clear()
            for scope_id in self._around:
                # A form that stands open hears of it when it has been read.
                self._read(scope_id)


class Checker:
    """What is noticed in one child's records."""

    def __init__(
        self, spelling: Spelling, scope_id: str, child: Spoken, ask_child: Callable[[str], None] | None
    ) -> None:
        self.spelling, self.scope_id, self.child, self.ask_child = spelling, scope_id, child, ask_child

    def is_right(self, word: str) -> bool | None:
        """Whether a word is right; None until the dictionary has answered."""
        return self.spelling.is_right(word, self.scope_id)

    def prompts(self, text: str) -> list[Prompt]:
        """The words of a text that might be said otherwise."""
        return self.spelling.prompts(text, self.scope_id)

    def suggest(self, word: str, done: Callable[[list[str]], None]) -> None:
        """Call ``done`` with what may have been meant."""
        self.spelling.suggest(word, self.scope_id, done)


def _kept_words(kept: str) -> list[str]:
    try:
        return [str(word) for word in json.loads(kept or "[]")]
    except (ValueError, TypeError):
        return []
