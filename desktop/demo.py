"""Invented caseloads: a vault of every record type, and the app on it, with or without a council's server."""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from desktop import __version__
from desktop.vault import Vault
from models.errors import Trouble

PASSPHRASE = "four invented quiet otters"  # noqa: S105 - of invented vaults only, and said aloud
"""Of throw-away vaults only; said aloud whenever one is opened."""
PIN = "271828"


def demo(options: argparse.Namespace) -> int:
    """Make an invented caseload, and open it unless asked not to."""
    passphrase = read_passphrase() if options.passphrase_stdin else PASSPHRASE
    folder = options.demo_vault or Path(tempfile.mkdtemp(prefix="heard-demo-")) / "vault"
    if not Vault(folder).exists():
        make_vault(folder, passphrase, options.children, options.notes)
    if options.no_window:
        print(folder)  # noqa: T201 - for the script that asked
        return 0
    return _open(folder, passphrase)


def make_vault(folder: Path, passphrase: str, children: int, notes: int) -> None:
    """Make a vault and fill it with an invented, repeatable caseload. Raises Trouble."""
    from desktop.screen_pin import hash_pin
    from models.casebook import Casebook
    from models.invented import make_caseload, me_for_trying

    made = Vault(folder).create(passphrase, created_with=__version__, is_invented=True)
    casebook = Casebook.open(folder, made.key, identity=me_for_trying())
    try:
        make_caseload(casebook, children, notes)
        casebook.remember("screen_pin", hash_pin(PIN)).result()
    finally:
        casebook.close()


def run_invented() -> int:
    """Start a council's server with invented children, join a new vault to it, and open the app on it."""
    from desktop.stage import Stage
    from desktop.worked_example import write_worked_example

    with tempfile.TemporaryDirectory(prefix="heard-run-") as folder, Stage(Path(folder)) as stage:
        stage.found_council()
        stage.serve()
        aisha = stage.worker_id("aisha")
        stage.make_laptop(
            Path(folder) / "colleague" / "vault",
            "martin",
            PASSPHRASE,
            PIN,
            lambda casebook: write_worked_example(casebook, aisha),
        )
        vault = Path(folder) / "laptop" / "vault"
        stage.make_laptop(vault, "aisha", PASSPHRASE, PIN)
        _say(PASSPHRASE)
        return stage.open_app(vault).wait()


def _open(folder: Path, passphrase: str) -> int:
    from desktop.app import App, Options

    if passphrase == PASSPHRASE:
        _say(passphrase)
    return App(Options(folder, folder.parent / "settings.json", is_invented=True)).run()


def _say(passphrase: str) -> None:
    print(f"All data is invented. Passphrase: {passphrase}   Screen PIN: {PIN}", flush=True)  # noqa: T201


def read_passphrase() -> str:
    """Read a passphrase from the first line of standard input. Raises Trouble when there is none."""
    passphrase = sys.stdin.readline().rstrip("\r\n")
    if not passphrase:
        raise Trouble("No passphrase came on standard input", "Nothing has been opened.")
    return passphrase
