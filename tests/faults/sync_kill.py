"""kill -9 of the app, the server, or both, during sync (C3): what was said to be saved is on the laptop, on the server,
on a laptop joined afterwards, and in what the colleague's widgets show, byte for byte.
"""

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
from tests.faults.typing_kill import open_new_note, unlock

WORDS = "dog kitchen drawing quiet baking tuesday bus sister garden music football rain story window".split()  # noqa: SIM905 - a list of words reads better as words


def sync_kill(size: int, seed: int) -> Result:
    """Write a note, start a round, kill; again and again. Then let everything come to rest and compare."""
    result = Result("sync-kill", size)
    chance = random.Random(seed)
    with tempfile.TemporaryDirectory(prefix="heard-sync-kill-") as folder, Stage(Path(folder)) as stage:
        stage.found_council()
        stage.serve()
        vaults = {name: Path(folder) / name / "vault" for name in ("aisha", "martin", "later")}
        for name in ("aisha", "martin"):
            stage.make_laptop(vaults[name], name, PASSPHRASE, PIN)
        ledger: dict[str, str] = {}
        with Puppet(stage, vaults["aisha"]) as app:
            for number in range(size):
                write_and_kill(stage, app, number, chance, ledger, result)
            come_to_rest(stage, app)
            app.kill()
        stage.make_laptop(vaults["later"], "martin", PASSPHRASE, PIN)
        look_at_widgets(stage, vaults["martin"], ledger, result)
        for name in vaults:
            look_into(vaults[name], name, ledger, result)
    return result.settle(size, size // 2)


def write_and_kill(
    stage: Stage, app: Puppet, number: int, chance: random.Random, ledger: dict[str, str], result: Result
) -> None:
    """One note, told to be saved, then a round of sync that is cut off somewhere."""
    if not stage.is_serving():
        stage.serve()
    if app.app is None or app.app.poll() is not None:
        app.start()
        unlock(app)
    open_new_note(app, "Leo")
    text = f"s{number:03d}q " + " ".join(chance.choices(WORDS, k=8))
    app.ask("type", text=text)
    time.sleep(1.3)
    if app.read("save_line").startswith("Saved on this laptop"):
        ledger[text.split()[0]] = text
        result.acknowledged += 1
    app.press("Ctrl+1")
    app.press("F5")
    time.sleep(chance.choice((0.0, 0.005, 0.02, 0.05, 0.1, 0.3)))
    victim = ("app", "server", "both")[number % 3]
    if victim != "server":
        app.kill()
    if victim != "app":
        stage.kill_server()
    result.faults_fired += 1


def come_to_rest(stage: Stage, app: Puppet) -> None:
    """Bring everything up and wait until the app says that all is sent."""
    if not stage.is_serving():
        stage.serve()
    if app.app is None or app.app.poll() is not None:
        app.start()
        unlock(app)
    app.press("F5")
    app.read("top.state", until="All sent", seconds=60)


def look_at_widgets(stage: Stage, vault: Path, ledger: dict[str, str], result: Result) -> None:
    """What the colleague reads on screen: found by its first word, and opened."""
    with Puppet(stage, vault) as app:
        app.start()
        unlock(app)
        app.press("F5")
        app.read("top.state", until="All sent", seconds=60)
        for mark, text in ledger.items():
            app.press("Ctrl+K")
            app.ask("type", text=mark)
            app.read("find.results", until=mark, seconds=10)
            app.press("Return")
            shown = app.read("visit_note.what_happened", until=mark, seconds=10)
            if shown != text:
                result.lost += 1
                result.what.append(f"the colleague’s screen shows {shown!r}, not {text!r}")
            app.press("Ctrl+1")
        app.kill()


def look_into(vault: Path, name: str, ledger: dict[str, str], result: Result) -> None:
    """What a vault holds: every text of the ledger once, and nothing waiting or doubled."""
    casebook = Casebook.open(vault, Vault(vault).unlock(PASSPHRASE).key)
    try:
        notes = casebook.select(Query(types=("visit_note",), limit=1000))
        held = [str(note.body.get("what_happened", "")) for note in notes]
    finally:
        casebook.close()
    for mark, text in ledger.items():
        found = [one for one in held if one.startswith(mark)]
        if text not in found:
            result.lost += 1
            result.what.append(f"{name}’s vault has {found}, not {text!r}")
        elif len(found) > 1:
            result.corrupt += 1
            result.what.append(f"{name}’s vault has {mark} {len(found)} times")
