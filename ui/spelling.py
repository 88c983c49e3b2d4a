"""Spelling as screens use it: which words are right, what may have been meant, and the worker's own dictionary."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future
from typing import Protocol

from PySide6.QtCore import QObject, QTimer, Signal

from models.changes import Changes
from models.errors import Trouble
from models.spelling import Words, field_words, names_around, parts, plain
from ui.link import Link
from ui.tasks import in_background

KEPT = "dictionary"
MOST_KEPT = 20_000
"""So many answers of the dictionary are kept; then it is asked anew."""
MOST_AT_ONCE = 400
_NAMED = frozenset({"child", "person_i_trust", "this_is_me", "home"})


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
        self._names: dict[str, Words] = {}
        self._are_fresh: set[str] = set()
        self._own = Words(_read(link.casebook.remembered(KEPT)))
        self.trouble: Trouble | None = None
        self._then: Callable[[], object] | None = None
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.timeout.connect(self._ask)
        link.changed.connect(self._on_changed)

    def of(self, scope_id: str) -> Checker:
        """Check what is written about one child."""
        return Checker(self, scope_id)

    # ---- right or wrong ------------------------------------------------------------------------------------------

    def is_right(self, word: str, scope_id: str) -> bool | None:
        """Whether a word is right in what is written about a child; None until the dictionary has answered."""
        names = self._names_of(scope_id)
        if field_words().holds(word) or self._own.holds(word) or plain(word) in self._left:
            return True
        if names is None or names.holds(word):
            return None if names is None else True
        known = self._looked_up(word)
        if known is not False:
            return known
        inner = [self.is_right(part, scope_id) for part in parts(word)]
        if not inner or False in inner:
            return False
        return None if None in inner else True

    def _names_of(self, scope_id: str) -> Words | None:
        """The names around a child; read beside the screen, and again after they have changed."""
        if scope_id not in self._are_fresh:
            self._are_fresh.add(scope_id)
            casebook = self._link.casebook
            read = in_background(lambda: names_around(casebook, scope_id), "names")
            self._link.wait(read, lambda names: self._take_names(scope_id, names), lambda _trouble: None)
        return self._names.get(scope_id)

    def _take_names(self, scope_id: str, names: Words) -> None:
        self._names[scope_id] = names
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
        return self.trouble is None and bool(self._wanted or self._asked or self._are_fresh - self._names.keys())

    def suggest(self, word: str, scope_id: str, done: Callable[[list[str]], None]) -> None:
        """Call ``done`` with what may have been meant, the likeliest first; with nothing where no one can say."""
        also = {*field_words(), *self._own, *self._names.get(scope_id, ())}
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
        if changes.is_directory or changes.types & _NAMED:
            self._are_fresh.clear()


class Checker:
    """Spelling for one child's records."""

    def __init__(self, spelling: Spelling, scope_id: str) -> None:
        self.spelling, self.scope_id = spelling, scope_id

    def is_right(self, word: str) -> bool | None:
        """Whether a word is right; None until the dictionary has answered."""
        return self.spelling.is_right(word, self.scope_id)

    def suggest(self, word: str, done: Callable[[list[str]], None]) -> None:
        """Call ``done`` with what may have been meant."""
        self.spelling.suggest(word, self.scope_id, done)


def _read(kept: str) -> list[str]:
    try:
        return [str(word) for word in json.loads(kept or "[]")]
    except (ValueError, TypeError):
        return []
