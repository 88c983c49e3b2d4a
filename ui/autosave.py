"""Saves what is typed, by itself: soon after the last key, one second at the latest, and never twice at once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum
from typing import Any, Protocol

from PySide6.QtCore import QObject, QTimer, Signal
from shiboken6 import isValid

from models.entry import Draft, Edit, Saved
from models.errors import NotAllowed, Trouble
from models.fields import is_empty
from ui.link import Link

REST_MS = 400
CEILING_MS = 1_000
RETRY_MS = 3_000
LATE_MS = 1_800
"""Text this long unsaved is said to be: one second to be handed over, and longer than any commit takes."""


class How(IntEnum):
    """How a form stands with saving; of several forms the highest counts."""

    NEW = 0  # nothing written yet
    SAVED = 1
    SAVING = 2  # waits longer than it should
    TROUBLE = 3


@dataclass(frozen=True, slots=True)
class SaveState:
    """What the line under the title says. ``at`` is when the last save became durable."""

    how: How = How.NEW
    at: datetime | None = None
    trouble: Trouble | None = None


def combined(states: Iterable[SaveState]) -> SaveState:
    """How several forms of one page stand together: the worst, or the latest save."""
    found = list(states)
    worst = max((state.how for state in found), default=How.NEW)
    at = max((state.at for state in found if state.at is not None), default=None)
    trouble = next((state.trouble for state in found if state.trouble is not None), None)
    return SaveState(worst, at, trouble)


class Alarm(Protocol):
    """A timer that rings once. Tests have one that rings when they say so."""

    def start(self, milliseconds: int) -> None:
        """Ring after so many milliseconds, anew if it was running."""

    def stop(self) -> None:
        """Do not ring."""

    def isActive(self) -> bool:
        """Whether it will ring."""
        ...


def make_alarm(owner: QObject, ring: Callable[[], None]) -> Alarm:
    """Make the alarm that Heard runs on."""
    timer = QTimer(owner)
    timer.setSingleShot(True)
    timer.timeout.connect(ring)
    return timer


@dataclass(slots=True)
class _Flight:
    """One hand-over on its way to the disk."""

    edits: Mapping[str, Edit]
    future: Future[Saved]


def same(one: Any, other: Any) -> bool:
    """Compare two JSON values of a field; everything that means "not recorded" is one value."""
    if is_empty(one) or is_empty(other):
        return is_empty(one) and is_empty(other)
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    if isinstance(one, list | tuple) and isinstance(other, list | tuple):
        return sorted(map(str, one)) == sorted(map(str, other))
    return bool(one == other)


class Autosave(QObject):
    """Keeps one record's form saved. It lives on the link: text not yet saved outlives the page it was typed on.

    `saved` carries the receipt of a durable save, `state_changed` a SaveState, `began` the moment the record exists.
    ``loaded`` is what the form shows of the record; ``offers`` are values filled in ahead, which are saved with the
    first real edit and not before.
    """

    saved = Signal(object)
    state_changed = Signal(object)
    began = Signal()

    def __init__(
        self,
        link: Link,
        draft: Draft,
        loaded: Mapping[str, Any],
        *,
        exists: bool,
        asked_by: str,
        offers: Mapping[str, Any] | None = None,
        alarm: Callable[[QObject, Callable[[], None]], Alarm] = make_alarm,
    ) -> None:
        super().__init__(link)
        self._link, self.draft, self._asked_by = link, draft, asked_by
        self._seen: dict[str, Any] = dict(loaded)
        self._offers = dict(offers or {})
        self._typed: dict[str, Any] = {}
        self._flights: list[_Flight] = []
        self._when_clean: list[Callable[[], None]] = []
        self.exists = exists
        self._is_due = self._is_closing = False
        self._at: datetime | None = None
        self._trouble: Trouble | None = None
        self.state = SaveState()
        self._rest = alarm(self, self.hand_over)
        self._ceiling = alarm(self, self.hand_over)
        self._retry = alarm(self, self.hand_over)
        self._late = alarm(self, self._tell)

    # ---- what the form says ----

    def edit(self, name: str, value: Any) -> None:
        """Note how a field stands now. Typing back to what is saved leaves nothing to save."""
        if same(value, self._seen_now(name)):
            self._typed.pop(name, None)
            if not self._typed:
                self._rest.stop()
                self._ceiling.stop()
                self._settle()
            return
        self._typed[name] = value
        self._offers.pop(name, None)
        if not self._late.isActive() and self.state.how < How.SAVING:
            self._late.start(LATE_MS)
        if isinstance(self._trouble, NotAllowed) or self._retry.isActive():
            return
        self._rest.start(REST_MS)
        if not self._ceiling.isActive():
            self._ceiling.start(CEILING_MS)

    def offer(self, name: str, value: Any) -> None:
        """Fill a value in ahead, while the record does not exist."""
        if not self.exists:
            self._offers[name] = value

    def take(self, name: str, value: Any) -> None:
        """The form shows a value that came from the record: later edits grow from it."""
        self._seen[name] = value
        self._typed.pop(name, None)

    def begin(self) -> None:
        """Let the record come to be now, as when a child's words are written into a note that is still empty."""
        if not self.exists and not self._flights:
            self._submit()

    def hand_over(self) -> None:
        """Hand what is typed to the casebook. While a save is on its way the next one waits for it."""
        if self._flights:
            self._is_due = bool(self._typed)
        elif self._typed:
            self._submit()

    def flush(self) -> None:
        """Hand over at once, even behind a save on its way: on leaving a page, at lock and at the end."""
        if self._typed and not isinstance(self._trouble, NotAllowed):
            self._submit()

    def close(self) -> None:
        """The form goes. What is not saved yet goes on trying; then nothing is left behind."""
        self._is_closing = True
        self.flush()
        self._settle()

    def when_clean(self, then: Callable[[], None]) -> None:
        """Call ``then`` once everything typed so far is durable; at once if it is."""
        if self.has_unsaved():
            self._when_clean.append(then)
            self.flush()
        else:
            then()

    def forget_waiting(self) -> None:
        """Drop what waits for `when_clean`: the worker went on to do something else."""
        self._when_clean = []

    # ---- what the form may ask ----

    def has_unsaved(self) -> bool:
        """Whether anything typed is not durable yet."""
        return bool(self._typed or self._flights)

    def is_unsaved(self, name: str) -> bool:
        """Whether this field is not durable yet."""
        return name in self._typed or any(name in flight.edits for flight in self._flights)

    def unsaved(self) -> dict[str, Any]:
        """What is typed and not durable, by field."""
        found = {name: edit.value for flight in self._flights for name, edit in flight.edits.items()}
        return found | self._typed

    def seen(self, name: str) -> Any:
        """The value that the form last loaded or saved for a field."""
        return self._seen.get(name)

    # ---- saving ----

    def _seen_now(self, name: str) -> Any:
        """What the next edit of a field grows from: the last value handed over, or else loaded."""
        for flight in reversed(self._flights):
            if name in flight.edits:
                return flight.edits[name].value
        return self._seen.get(name)

    def _submit(self) -> None:
        for alarm in (self._rest, self._ceiling, self._retry):
            alarm.stop()
        typed, self._typed, self._is_due = self._typed, {}, False
        if not self.exists and not self._flights:
            typed = {**self._offers, **typed}
        edits = {name: Edit(self._seen_now(name), value) for name, value in typed.items()}
        flight = _Flight(edits, self._link.casebook.save(self.draft, edits, self._asked_by))
        self._flights.append(flight)
        if not self._late.isActive():
            self._late.start(LATE_MS)
        self._link.wait(flight.future, lambda saved: self._landed(flight, saved), lambda t: self._fell(flight, t))

    def _landed(self, flight: _Flight, saved: Saved) -> None:
        if not isValid(self):
            return
        self._flights.remove(flight)
        self._seen.update({name: edit.value for name, edit in flight.edits.items()})
        self._at, self._trouble = saved.at, None
        is_first, self.exists = not self.exists, True
        self._offers = {}
        self.saved.emit(saved)
        if is_first:
            self.began.emit()
        self._late.stop()
        if self.has_unsaved():
            self._late.start(LATE_MS)
        if self._typed and not self._flights and (self._is_due or self._is_closing):
            self._submit()
        self._settle()

    def _fell(self, flight: _Flight, trouble: Trouble) -> None:
        if not isValid(self):
            return
        self._flights.remove(flight)
        later = {name for other in self._flights for name in other.edits}
        for name, edit in flight.edits.items():
            if name not in later:
                self._typed.setdefault(name, edit.value)
        self._trouble = trouble
        self._tell()
        if not isinstance(trouble, NotAllowed):
            self._retry.start(RETRY_MS)

    def _settle(self) -> None:
        """Say how it stands; when all is durable, do what waited for that."""
        if not isValid(self):
            return
        if not self.has_unsaved():
            self._late.stop()
            waited, self._when_clean = self._when_clean, []
            for then in waited:
                then()
            if self._is_closing:
                self.deleteLater()
        self._tell()

    def _tell(self) -> None:
        if self._trouble is not None and self.has_unsaved():
            state = SaveState(How.TROUBLE, self._at, self._trouble)
        elif self.has_unsaved() and not self._late.isActive():
            state = SaveState(How.SAVING, self._at)
        else:
            state = SaveState(How.SAVED if self._at else How.NEW, self._at)
        if state != self.state:
            self.state = state
            self.state_changed.emit(state)
