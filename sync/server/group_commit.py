"""Pushes that come while others are being written wait, and are then written together, in one transaction.

A council's versions stand in one line, and whoever adds to it holds its end until the disk has said that it is there
(:mod:`sync.server.turns`). Taken one by one, pushes could not be more than the disk says that in a second.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from sync.server.database import Unreachable

T = TypeVar("T")
R = TypeVar("R")
AT_ONCE = 2
"""How many groups may be under way: one reads what it needs while the one before it is being written."""
_MOST = 8
"""Pushes in one group: each waits for all of it."""


@dataclass
class _Place(Generic[T, R]):
    """One push in the queue. ``called`` is set when it is done, or is to lead the next group.

    ``is_final``: its fault is its own, or nobody can tell what was stored.
    """

    what: T
    called: threading.Event = field(default_factory=threading.Event)
    leads: bool = False
    answer: list[R] = field(default_factory=list)
    fault: Exception | None = None
    is_final: bool = False


class GroupCommit(Generic[T, R]):
    """Runs ``work`` for whatever waits, some of it together. Whoever waits is a thread; one of them does it for all.

    ``fits`` says whether one may go together with those chosen before it; who does not fit waits for the next group.
    """

    def __init__(self, work: Callable[[Sequence[T]], Sequence[R]], fits: Callable[[T, Sequence[T]], bool]) -> None:
        self._work, self._fits = work, fits
        self._lock = threading.Lock()
        self._free = AT_ONCE
        self._waiting: list[_Place[T, R]] = []

    def run(self, what: T) -> R:
        """Have it done, and return what ``work`` says of it.

        Where a group fails each of it is done again alone, so that nobody answers for another; but not where it is
        unsure what was stored (:class:`Unreachable`). Raises what ``work`` does.
        """
        place: _Place[T, R] = _Place(what)
        with self._lock:
            place.leads = self._free > 0
            self._free -= place.leads
            if not place.leads:
                self._waiting.append(place)
        if not place.leads:
            place.called.wait()
        if place.leads:
            self._lead(place)
        if place.answer:
            return place.answer[0]
        if place.fault is not None and place.is_final:
            raise place.fault
        return self._work([what])[0]

    def _lead(self, first: _Place[T, R]) -> None:
        group = self._chosen(first)
        try:
            for place, answer in zip(group, self._work([one.what for one in group]), strict=True):
                place.answer.append(answer)
        except Exception as error:  # noqa: BLE001 - told to each of the group, who try again or raise it
            is_unsure = isinstance(error, Unreachable) and error.is_unsure
            for place in group:
                place.fault, place.is_final = error, is_unsure or len(group) == 1
        finally:
            self._hand_on()
            for place in group[1:]:
                place.called.set()

    def _chosen(self, first: _Place[T, R]) -> list[_Place[T, R]]:
        with self._lock:
            group = [first]
            for place in self._waiting:
                if len(group) < _MOST and self._fits(place.what, [one.what for one in group]):
                    group.append(place)
            self._waiting = [one for one in self._waiting if not any(one is other for other in group)]
        return group

    def _hand_on(self) -> None:
        """Let whoever has waited longest lead the next group."""
        with self._lock:
            if self._waiting:
                following = self._waiting.pop(0)
                following.leads = True
                following.called.set()
            else:
                self._free += 1
