"""The commands about who may read and what was kept apart: withdrawals, cover, the held-back box, erasure, rules."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from models.errors import Trouble
from sync.server.command_parts import (
    add_command,
    add_group,
    opened_administration,
    opened_centre,
    tell,
    tell_rows,
)

if TYPE_CHECKING:
    from sync.server.centre import Centre


def add_commands(verbs: Any) -> None:
    """Describe these commands."""
    move = add_command(verbs, "move", "Hand a child from one worker to another, in one step.", _move)
    move.add_argument("child", metavar="CHILD_CODE", help="the council's own number for the child")
    move.add_argument("--from", dest="sign_in", required=True, metavar="SIGN_IN_NAME")
    move.add_argument("--to", dest="to_sign_in", required=True, metavar="SIGN_IN_NAME")
    lead = move.add_mutually_exclusive_group()
    lead.add_argument("--lead", action="store_const", const=True, dest="lead", help="the child is assigned to them")
    lead.add_argument("--no-lead", action="store_const", const=False, dest="lead", help="somebody else leads")

    owing = add_command(verbs, "withdrawals", "List what laptops must give up and have not shown to be gone.", _owing)
    owing.add_argument("--all", action="store_true", help="those answered or ended, too")
    covers = add_group(verbs, "cover", "Who covers, or has covered, for a child not assigned to them.")
    add_command(covers, "list", "List cover, the newest first, with the reason given.", _cover_list)
    rules = add_command(verbs, "rules", "Show what the council has set for its laptops, or set it.", _rules)
    rules.add_argument("--lease-days", type=int, metavar="DAYS", help="1 to 60: after so many without the server, a "
                       "laptop closes old records")  # fmt: skip
    rules.add_argument("--help-line", metavar="WORDS", help="whom a worker rings whose laptop was closed, with the "
                       "number")  # fmt: skip
    _add_held(verbs)
    erase = add_command(verbs, "erase", "Erase a record by law: one person asks, another agrees.", _erase)
    erase.add_argument("record", metavar="RECORD_ID")
    erase.add_argument("--as", dest="person", required=True, metavar="SIGN_IN_NAME", help="who asks, or who agrees")
    what = erase.add_mutually_exclusive_group(required=True)
    what.add_argument("--reason", metavar="WORDS", help="ask, on this ground in law")
    what.add_argument("--agree", action="store_true", help="agree to what another person asked for, and erase it")
    erasures = add_group(verbs, "erasure", "What was erased by law.")
    add_command(erasures, "list", "List what was asked to be erased, and what has been.", _erasure_list)


def _add_held(verbs: Any) -> None:
    held = add_group(verbs, "held", "The held-back box: what could not be applied, kept whole.")
    listing = add_command(held, "list", "List what is held back, without the words inside.", _held_list)
    listing.add_argument("--waiting", action="store_true", help="only what nobody has decided yet")
    shown = add_command(held, "show-envelope", "Show who sent it, where it belongs and why it is held.", _held_show)
    shown.add_argument("held", metavar="ID")
    for name, about, run in (
        ("read", "Read it, as a manager among those who may. This is audited.", _held_read),
        ("admit", "Let it be a version of its record, though its sender might not have.", _held_admit),
        ("return", "Give it back to its worker with words. It stays in the box.", _held_return),
    ):
        command = add_command(held, name, about, run)
        command.add_argument("held", metavar="ID", nargs=None if name == "read" else "+")
        command.add_argument("--as", dest="manager", required=True, metavar="SIGN_IN_NAME", help="the team manager")
        if name != "read":
            command.add_argument("--words", default="", required=name == "return", help="what the worker is told")


def _move(chosen: argparse.Namespace) -> int:
    with opened_administration(chosen) as administration:
        administration.move(chosen.child, chosen.sign_in, chosen.to_sign_in, is_lead=chosen.lead)
    tell(chosen, f"{chosen.child} has moved from {chosen.sign_in} to {chosen.to_sign_in}.", changed=True)
    return 0


def _owing(chosen: argparse.Namespace) -> int:
    with opened_administration(chosen) as administration:
        rows = administration.withdrawals(everything=chosen.all)
        return tell_rows(chosen, rows, "No laptop owes a receipt." if not chosen.all else "Nothing was withdrawn yet.")


def _cover_list(chosen: argparse.Namespace) -> int:
    from sync.server.covering import list_covers

    with opened_centre(chosen) as centre:
        return tell_rows(chosen, list_covers(centre), "Nobody has covered yet.")


def _rules(chosen: argparse.Namespace) -> int:
    with opened_administration(chosen) as administration:
        if chosen.lease_days is not None:
            administration.set_lease(chosen.lease_days)
        if chosen.help_line is not None:
            administration.set_help_line(chosen.help_line)
        days, help_line = administration.rules().lease_days, administration.help_line()
    rings = f" Whose laptop was closed rings {help_line}." if help_line else ""
    tell(
        chosen,
        f"Old records close after {days} days without the council's server.{rings}",
        lease_days=days,
        help_line=help_line,
    )
    return 0


def _held_list(chosen: argparse.Namespace) -> int:
    from sync.server.holding import list_held

    with opened_centre(chosen) as centre:
        return tell_rows(chosen, list_held(centre, state="waiting" if chosen.waiting else ""), "Nothing is held back.")


def _held_show(chosen: argparse.Namespace) -> int:
    from sync.server.holding import show_envelope

    with opened_centre(chosen) as centre:
        found = show_envelope(centre, chosen.held)
    tell(chosen, "\n".join(f"{name}: {value}" for name, value in found.items()), **found)
    return 0


def _held_read(chosen: argparse.Namespace) -> int:
    from sync.server.holding import read_held

    with opened_centre(chosen) as centre:
        found = read_held(centre, chosen.held, chosen.manager)
    tell(chosen, json.dumps(found, indent=2, ensure_ascii=False), **found)
    return 0


def _held_admit(chosen: argparse.Namespace) -> int:
    from sync.server.holding import admit

    def one(centre: Centre, held_id: str) -> tuple[str, str]:
        outcome = admit(centre, held_id, chosen.manager, chosen.words)
        became = "is how the record stands now" if outcome == "head" else "is kept beside how the record stands"
        return f"Admitted: it {became}.", outcome

    return _decide(chosen, one)


def _held_return(chosen: argparse.Namespace) -> int:
    from sync.server.holding import give_back

    def one(centre: Centre, held_id: str) -> tuple[str, str]:
        give_back(centre, held_id, chosen.manager, chosen.words)
        return "Given back. The worker reads your words with the next sync.", "returned"

    return _decide(chosen, one)


def _decide(chosen: argparse.Namespace, decide: Callable[[Centre, str], tuple[str, str]]) -> int:
    """Decide each by itself: one that cannot be decided keeps no other back. 1 where there is such a one."""
    words, outcomes, faults = [], {}, {}
    with opened_centre(chosen) as centre:
        for held_id in chosen.held:
            try:
                said, outcomes[held_id] = decide(centre, held_id)
            except Trouble as trouble:
                if len(chosen.held) == 1:
                    raise
                said = faults[held_id] = f"{trouble.title}. {trouble.message}".strip()
            words.append(said if len(chosen.held) == 1 else f"{held_id}  {said}")
    tell(chosen, "\n".join(words), outcomes=outcomes, faults=faults)
    return 1 if faults else 0


def _erase(chosen: argparse.Namespace) -> int:
    from sync.server.erasing import agree_to_erasure, ask_for_erasure

    with opened_centre(chosen) as centre:
        if chosen.agree:
            agree_to_erasure(centre, chosen.record, chosen.person)
        else:
            ask_for_erasure(centre, chosen.record, chosen.person, chosen.reason)
    done = "Erased. Backups made before still hold it: see the guide." if chosen.agree else "Asked. Nothing is erased "
    tell(chosen, done if chosen.agree else done + "until another person agrees.", erased=chosen.agree)
    return 0


def _erasure_list(chosen: argparse.Namespace) -> int:
    from sync.server.erasing import list_erasures

    with opened_centre(chosen) as centre:
        return tell_rows(chosen, list_erasures(centre), "Nothing was erased by law.")
