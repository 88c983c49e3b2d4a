"""By when a child is to have an answer: the council's policy for how and when it responds (seed 000; domain 4.6).

No seed gives a number and no law does. The days that stand here are Heard's own beginning, until a council sets its own
(`heard-server answers`), which then come to every laptop with its rules.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

import msgspec

from models.law.working_days import add_working_days

BOARD = "board"
OTHERWISE = "otherwise"
USUAL_DAYS, USUAL_BOARD_DAYS = 10, 20
MOST_DAYS = 250
"""About a year of working days: an answer later than that is none."""
MOST_KINDS = 50
MOST_CLOSED = 400


class ResponsePolicy(msgspec.Struct, frozen=True):
    """Working days allowed for an answer, by where the words were said: a record type, ``board``, or ``otherwise``.

    ``closed_on`` are days on which the council does not work, beside weekends and bank holidays.
    """

    working_days: dict[str, int] = msgspec.field(
        default_factory=lambda: {OTHERWISE: USUAL_DAYS, BOARD: USUAL_BOARD_DAYS}
    )
    closed_on: tuple[date, ...] = ()

    def days_for(self, said_in: str, *, goes_to_board: bool = False) -> int:
        """Working days for words said in a record of this type; from 1 to `MOST_DAYS`, whatever was set."""
        days = self.working_days.get(said_in, self.working_days.get(OTHERWISE, USUAL_DAYS))
        if goes_to_board and BOARD in self.working_days:
            days = self.working_days[BOARD]
        return min(MOST_DAYS, max(1, days))


def find_fault(policy: ResponsePolicy) -> str:
    """What is wrong with a policy that is to be set, in plain words; "" for nothing."""
    if any(not 1 <= days <= MOST_DAYS for days in policy.working_days.values()):
        return f"An answer takes 1 to {MOST_DAYS} working days."
    if len(policy.working_days) > MOST_KINDS or any(not kind or len(kind) > 60 for kind in policy.working_days):
        return f"There can be {MOST_KINDS} kinds of record at most, each with a name."
    if len(policy.closed_on) > MOST_CLOSED:
        return f"There can be {MOST_CLOSED} closed days at most. Those that have passed can go."
    return ""


def due_on(
    said_on: date,
    said_in: str = "",
    *,
    goes_to_board: bool = False,
    policy: ResponsePolicy | None = None,
    closed: Iterable[date] = (),
) -> date:
    """The last day on which an answer is in time. ``closed`` are more days on which the council does not work."""
    chosen = policy or ResponsePolicy()
    days = chosen.days_for(said_in, goes_to_board=goes_to_board)
    return add_working_days(said_on, days, {*chosen.closed_on, *closed})
