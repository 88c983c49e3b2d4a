"""The commands about language that cares: the council's own list of what to say instead of some words."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

import msgspec

from models.errors import Trouble
from models.language import read_advice, suggestions
from sync.server.command_parts import add_command, add_group, opened_administration, tell


def add_commands(verbs: Any) -> None:
    """Describe these commands."""
    words = add_group(verbs, "words", "What workers are reminded they might say instead of some words.")
    add_command(words, "show", "Show the list as it stands; with --json as a file to edit and set.", _show)
    given = add_command(words, "set", "Use the council's own list instead of Heard's, on every laptop.", _set)
    given.add_argument("file", type=Path, metavar="FILE", help="JSON, as `words show --json` writes it")
    add_command(words, "usual", "Go back to Heard's own list.", _usual)


def _show(chosen: argparse.Namespace) -> int:
    with opened_administration(chosen) as administration:
        councils = administration.rules().advice
    listed = suggestions() if councils is None else councils
    lines = [f"{', '.join(each.instead_of)}: {each.say}" for each in listed]
    whose = "Heard's own list" if councils is None else "The council's own list"
    facts = {"is_councils": councils is not None, "suggestions": msgspec.to_builtins(listed)}
    tell(chosen, "\n".join([f"{whose}, of {len(listed)}.", *lines]), **facts)
    return 0


def _set(chosen: argparse.Namespace) -> int:
    try:
        advised = read_advice(chosen.file.read_bytes())
    except (OSError, ValueError) as error:
        raise Trouble(
            f"{chosen.file.name} cannot be used: {error}.",
            "Nothing was changed.",
            "See: words show --json.",
        ) from error
    with opened_administration(chosen) as administration:
        administration.set_advice(advised)
    tell(chosen, f"Laptops use the council's own list, of {len(advised)}.", suggestions=len(advised))
    return 0


def _usual(chosen: argparse.Namespace) -> int:
    with opened_administration(chosen) as administration:
        administration.set_advice(None)
    tell(chosen, "Laptops use Heard's own list.", changed=True)
    return 0
