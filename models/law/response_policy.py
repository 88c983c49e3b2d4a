"""By when a child is to have an answer: the council's policy for how and when it responds (seed 000; domain 4.6).

No seed gives a number and no law does. The days that stand here are Heard's own beginning, until a council's policy is
handed to `due_on`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from models.law.working_days import add_working_days

BOARD = "board"
OTHERWISE = "otherwise"


@dataclass(frozen=True, slots=True)
class ResponsePolicy:
    """Working days allowed for an answer, by where the words were said: a record type, ``board``, or ``otherwise``."""

    working_days: Mapping[str, int] = field(default_factory=lambda: {OTHERWISE: 10, BOARD: 20})

    def days_for(self, said_in: str, *, goes_to_board: bool = False) -> int:
        """Working days for words said in a record of this type."""
        if goes_to_board and BOARD in self.working_days:
            return self.working_days[BOARD]
        return self.working_days.get(said_in, self.working_days[OTHERWISE])


def due_on(
    said_on: date,
    said_in: str = "",
    *,
    goes_to_board: bool = False,
    policy: ResponsePolicy | None = None,
    closed: Iterable[date] = (),
) -> date:
    """The last day on which an answer is in time. ``closed`` are more days on which the council does not work."""
    days = (policy or ResponsePolicy()).days_for(said_in, goes_to_board=goes_to_board)
    return add_working_days(said_on, days, closed)
