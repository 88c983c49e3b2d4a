"""kill -9 of the app while real key events arrive at five a second (C1, R4): at most 1 s of typing and one commit."""

from __future__ import annotations

import random
import tempfile
import time
from pathlib import Path

from desktop.demo import PASSPHRASE, PIN
from desktop.puppet import Puppet
from desktop.stage import Stage
from desktop.vault import Vault
from models.casebook import Casebook
from models.query import Query
from tests.faults.result import Result

KEYS_A_SECOND = 5
BOUND_SECONDS = 1.0
COMMIT_SECONDS = 0.25
"""One commit, generously: a busy machine with two cores."""
LETTERS = "the quick brown dog sat by the warm door and waited "


def typing_kill(size: int, seed: int) -> Result:
    """Type into a new note, kill, look into the vault; again and again on the same vault."""
    result = Result("typing-kill", size)
    chance = random.Random(seed)
    with tempfile.TemporaryDirectory(prefix="heard-typing-kill-") as folder, Stage(Path(folder)) as stage:
        stage.found_council()
        stage.serve()
        vault = Path(folder) / "laptop" / "vault"
        stage.make_laptop(vault, "aisha", PASSPHRASE, PIN)
        stage.stop_server()
        key = Vault(vault).unlock(PASSPHRASE).key
        ledger: dict[str, str] = {}
        for number in range(size):
            typed, times, killed_at = type_until_killed(stage, vault, number, chance)
            result.faults_fired += 1
            look(vault, key, f"n{number:03d} ", typed, times, killed_at, ledger, result)
    return result.settle(size, size // 2)


def type_until_killed(stage: Stage, vault: Path, number: int, chance: random.Random) -> tuple[str, list[float], float]:
    """Open a note and type, five keys a second, until the app is killed at a random moment."""
    with Puppet(stage, vault) as app:
        app.start()
        unlock(app)
        open_new_note(app)
        text = f"n{number:03d} " + LETTERS * 3
        stop_after = chance.uniform(0.4, 5.0)
        times: list[float] = []
        start = time.monotonic()
        typed = ""
        while time.monotonic() - start < stop_after:
            app.ask("type", text=text[len(typed)])
            typed += text[len(typed)]
            times.append(time.monotonic())
            time.sleep(max(0.0, start + len(typed) / KEYS_A_SECOND - time.monotonic()))
        app.kill()
        return typed, times, time.monotonic()


def unlock(app: Puppet) -> None:
    """Give the passphrase and wait for a usable Today."""
    app.write("unlock.passphrase", PASSPHRASE)
    app.press("Return")
    app.read("window", seconds=20)


def open_new_note(app: Puppet, child: str = "Sarah") -> None:
    """Ctrl+K, the child's name, Ctrl+N: the cursor then stands in "What happened"."""
    app.press("Ctrl+K")
    app.ask("type", text=child)
    app.press("Ctrl+N")
    app.write("visit_note.what_happened", "")


def look(
    vault: Path,
    key: bytes,
    mark: str,
    typed: str,
    times: list[float],
    killed_at: float,
    ledger: dict[str, str],
    result: Result,
) -> None:
    """Open the vault as the next start would, and hold what it has against what was typed."""
    casebook = Casebook.open(vault, key)
    try:
        notes = casebook.select(Query(types=("visit_note",), order="changed", limit=500))
        found = {str(note.body.get("what_happened", ""))[:5]: str(note.body["what_happened"]) for note in notes
                 if note.body.get("what_happened")}  # fmt: skip
    finally:
        casebook.close()
    stored = found.get(mark, "")
    if not typed.startswith(stored):
        result.corrupt += 1
        result.what.append(f"{mark}: stored {stored!r} was never typed")
    due = sum(at < killed_at - BOUND_SECONDS - COMMIT_SECONDS for at in times)
    if len(stored) < due:
        result.lost += 1
        result.what.append(f"{mark}: {due} keys were due, {len(stored)} are there")
    if len(stored) < len(times):
        result.most_typing_lost_s = max(result.most_typing_lost_s, killed_at - times[len(stored)])
    result.acknowledged += len(stored) >= due > 0
    for earlier, text in ledger.items():
        if found.get(earlier) != text:
            result.lost += 1
            result.what.append(f"{earlier}: was {text!r}, is {found.get(earlier)!r}")
    if stored:
        ledger[mark] = stored
