"""The command `heard`: the app itself, and what is done to a vault without a window."""

from __future__ import annotations

import argparse
import gc
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

DONE, WORLDS_FAULT, WRONG_USAGE = 0, 1, 2


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command. Returns 0 done, 1 the world's fault (told in plain words), 2 wrong usage."""
    from models.errors import Trouble

    options = _parser().parse_args(arguments)
    try:
        return _run(options)
    except Trouble as trouble:
        print(trouble, file=sys.stderr)
        return WORLDS_FAULT
    except KeyboardInterrupt:
        return WORLDS_FAULT


def _run(options: argparse.Namespace) -> int:
    command = options.command or "app"
    if command == "app":
        # The app collects by itself once it stands (desktop.garbage); half a second of imports makes no garbage.
        gc.disable()
        from desktop.app import App, Options
        from desktop.paths import Paths

        paths = Paths()
        started = Options(
            vault=options.vault or paths.usual_vault,
            settings=options.settings or paths.settings_file,
            is_invented=options.invented,
            drive=_drive(options.drive),
            exit_after_ms=options.exit_after,
        )
        return App(started).run()
    if command in ("demo", "run-invented"):
        from desktop import demo

        return demo.run_invented() if command == "run-invented" else demo.demo(options)
    if command == "spelling":
        from desktop import spelling_desk

        return spelling_desk.run()
    if command == "speaking":
        from desktop import speaking_desk

        return speaking_desk.run(options.engine)
    if command == "tour":
        from desktop import tour

        return tour.run(options.out)
    from desktop import errands

    return errands.run(command, options)


def _drive(text: str) -> tuple[int, str] | None:
    if not text:
        return None
    port, _, secret = text.partition(":")
    return int(port), secret


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="heard", description="Makes sure a child in care is heard. Without a command, opens the app."
    )
    parser.add_argument("--vault", type=Path, help="the vault's folder; the usual one when left out")
    parser.add_argument("--settings", type=Path, help="the settings file; the usual one when left out")
    parser.add_argument("--invented", action="store_true", help="a vault made now holds invented children only")
    parser.add_argument("--exit-after", type=int, default=0, metavar="MS", help="close by itself after so long")
    parser.add_argument("--drive", default="", help=argparse.SUPPRESS)
    commands = parser.add_subparsers(dest="command", metavar="COMMAND")

    demo = commands.add_parser("demo", help="open an invented caseload of every record type")
    demo.add_argument(
        "--vault", dest="demo_vault", type=Path, help="where to make it; a new throw-away folder when left out"
    )
    demo.add_argument("--children", type=int, default=18)
    demo.add_argument("--notes", type=int, default=200)
    demo.add_argument("--no-window", action="store_true", help="make it and stop")
    demo.add_argument("--passphrase-stdin", action="store_true", help="read the vault's passphrase from standard input")

    commands.add_parser("run-invented", help="the app on invented children, with a council's server of its own")

    tour = commands.add_parser("tour", help="drive the real app through the main job and save pictures")
    tour.add_argument("--out", type=Path, required=True, help="the folder for the pictures")

    export = commands.add_parser("export", help="write what a vault holds to files")
    export.add_argument("kind", choices=("json", "csv", "html", "copy-for-child", "copy-for-parent"))
    export.add_argument("--out", type=Path, required=True, help="a file; for a copy of the record, a folder")
    export.add_argument("--child", default="", metavar="NUMBER", help="of a copy of the record: the child's number")
    _needs_vault(export)

    bring_in = commands.add_parser("import", help="bring records of a JSON export back into a vault")
    bring_in.add_argument("file", type=Path)
    _needs_vault(bring_in)

    doctor = commands.add_parser("doctor", help="say whether Heard can work on this laptop")
    doctor.add_argument("--json", action="store_true")

    # Heard starts it for itself, and talks with it over its input and output.
    commands.add_parser("spelling")
    commands.add_parser("speaking").add_argument("--engine", default="")

    smoke = commands.add_parser("smoke", help="make a vault, save a note, lock, and open it again")
    _needs_vault(smoke)
    return parser


def _needs_vault(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--vault", dest="from_vault", type=Path, required=True)
    parser.add_argument(
        "--passphrase-stdin", action="store_true", required=True, help="read the passphrase from standard input"
    )


if __name__ == "__main__":
    sys.exit(main())
