"""The commands about answers to children: within how many working days, and on which days the council is closed."""

from __future__ import annotations

import argparse
from datetime import date
from typing import Any

import msgspec

from models.errors import Trouble
from models.law.response_policy import BOARD, OTHERWISE, ResponsePolicy
from models.record import declaration_of
from sync.server.command_parts import add_command, add_group, opened_administration, tell


def add_commands(verbs: Any) -> None:
    """Describe these commands."""
    answers = add_group(verbs, "answers", "By when a child is to have an answer to what they said.")
    add_command(answers, "show", "Show within how many working days, and the council's closed days.", _show)
    given = add_command(answers, "set", "Set some of it; what is not named stays as it is.", _set)
    given.add_argument("--days", type=int, metavar="N", help="working days for an answer, wherever it was said")
    given.add_argument("--board", type=int, metavar="N", help="working days where it goes to the Board")
    given.add_argument(
        "--within", action="append", default=[], metavar="TYPE=N", help="for words said in such a record: visit_note=5"
    )
    given.add_argument(
        "--closed", action="append", default=[], type=date.fromisoformat, metavar="YYYY-MM-DD",
        help="a day on which the council does not work, beside weekends and bank holidays",
    )  # fmt: skip
    given.add_argument("--no-closed", action="store_true", help="forget the closed days set before")
    add_command(answers, "usual", "Go back to Heard's own days.", _usual)


def _show(chosen: argparse.Namespace) -> int:
    with opened_administration(chosen) as administration:
        councils = administration.rules().answers
    policy = councils or ResponsePolicy()
    whose = "Heard's own days" if councils is None else "The council's own days"
    lines = [f"{whose}: {policy.days_for('')} working days, {policy.days_for('', goes_to_board=True)} by the Board."]
    kinds = sorted(policy.working_days.keys() - {OTHERWISE, BOARD})
    lines += [f"{kind}: {policy.working_days[kind]} working days" for kind in kinds]
    lines += [f"Closed on {day.isoformat()}" for day in policy.closed_on]
    tell(chosen, "\n".join(lines), is_councils=councils is not None, **msgspec.to_builtins(policy))
    return 0


def _set(chosen: argparse.Namespace) -> int:
    with opened_administration(chosen) as administration:
        before = administration.rules().answers or ResponsePolicy()
        days = {**before.working_days, **_named(chosen)}
        closed = {*([] if chosen.no_closed else before.closed_on), *chosen.closed}
        policy = ResponsePolicy(days, tuple(sorted(closed)))
        administration.set_answers(policy)
    tell(chosen, "Laptops fill in the day of an answer by it from now on.", **msgspec.to_builtins(policy))
    return 0


def _named(chosen: argparse.Namespace) -> dict[str, int]:
    found = {} if chosen.days is None else {OTHERWISE: chosen.days}
    found |= {} if chosen.board is None else {BOARD: chosen.board}
    for each in chosen.within:
        kind, _, days = each.partition("=")
        if not days.isdigit() or declaration_of(kind) is None:
            raise Trouble(f"{each} is no type of record with a number of days.", "Nothing was changed.")
        found[kind] = int(days)
    return found


def _usual(chosen: argparse.Namespace) -> int:
    with opened_administration(chosen) as administration:
        administration.set_answers(None)
    tell(chosen, "Laptops use Heard's own days.", changed=True)
    return 0
