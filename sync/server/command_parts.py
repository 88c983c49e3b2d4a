"""What every command of heard-server is made of: its place in the parser, the opened council, and its answer."""

from __future__ import annotations

import argparse
import contextlib
import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from models.errors import Trouble
from sync.server.settings import read_settings

if TYPE_CHECKING:
    from sync.server.administration import Administration
    from sync.server.centre import Centre

Run = Callable[[argparse.Namespace], int]


def add_group(verbs: Any, name: str, about: str) -> Any:
    """Add a command that has commands of its own."""
    group = verbs.add_parser(name, help=about, description=about)
    return group.add_subparsers(dest=f"{name}_verb", required=True, metavar="COMMAND")


def add_command(verbs: Any, name: str, about: str, run: Run) -> argparse.ArgumentParser:
    """Add one command, with what every command takes."""
    command: argparse.ArgumentParser = verbs.add_parser(name, help=about, description=about)
    command.add_argument("--data", type=Path, required=True, metavar="DIR", help="the server's folder")
    command.add_argument("--json", action="store_true", help="answer as JSON, for programs")
    command.set_defaults(run=run)
    return command


@contextlib.contextmanager
def opened_centre(chosen: argparse.Namespace, *, look: bool = False) -> Iterator[Centre]:
    """Open the council in the folder that was chosen; ``look`` leaves it as it is found."""
    from sync.server.centre import open_centre

    with told():
        centre = open_centre(read_settings(chosen.data), look=look)
        try:
            yield centre
            if not look:
                centre.keep_head()
        finally:
            centre.close()


@contextlib.contextmanager
def told() -> Iterator[None]:
    """Turn what a database says into words for an operator."""
    import sqlite3

    from sqlalchemy.exc import SQLAlchemyError

    from sync.server.database import Clash, Unreachable

    try:
        yield
    except (Clash, Unreachable) as error:
        unsure = isinstance(error, Unreachable) and error.is_unsure
        raise Trouble(
            "The council's database could not be reached.",
            "The line broke at the last moment: this may have been done or not. See before you do it again."
            if unsure
            else "Nothing was changed.",
            "Try again in a little while.",
        ) from error
    except (SQLAlchemyError, sqlite3.Error) as error:
        raise Trouble(
            "The council's database could not be read or written.",
            f"Nothing was changed ({type(error).__name__}).",
            "Is the disk full, or the file damaged? See: check.",
        ) from error


@contextlib.contextmanager
def opened_administration(chosen: argparse.Namespace) -> Iterator[Administration]:
    """Open it for the operator\'s verbs."""
    from sync.server.administration import Administration

    with opened_centre(chosen) as centre:
        yield Administration(centre)


def tell(chosen: argparse.Namespace, text: str, **facts: object) -> None:
    """Answer in words, or with the same facts as JSON."""
    sys.stdout.write((json.dumps(facts) if chosen.json else text) + "\n")


def tell_rows(chosen: argparse.Namespace, rows: list[dict[str, Any]], empty: str) -> int:
    """Answer with a table, or the same as JSON; with ``empty`` where there are no rows."""
    if chosen.json:
        sys.stdout.write(json.dumps(rows) + "\n")
    elif not rows:
        sys.stdout.write(empty + "\n")
    else:
        names = list(rows[0])
        lines = [names, *([str(row[name] or "") for name in names] for row in rows)]
        widths = [max(len(line[place]) for line in lines) for place in range(len(names))]
        for line in lines:
            cells = (cell.ljust(width) for cell, width in zip(line, widths, strict=True))
            sys.stdout.write("  ".join(cells).rstrip() + "\n")
    return 0
