"""The tour: a real server and two real apps, driven by key and mouse through the main job, with pictures.

Every step says what it did and how long it took, and the tour fails where an outcome is not what it should be.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

from desktop.demo import PASSPHRASE, PIN
from desktop.puppet import Fell, Puppet
from desktop.stage import SERVER_PASSWORD, Stage
from desktop.worked_example import write_worked_example
from models.errors import Trouble

WIDE, SMALL = (1366, 768), (1024, 600)
WORDS = "I like Becky coming. I don't want her to stop. Can you ask if she can do Tuesdays?"
HAPPENED = "Grandad met me at the door. Sarah stayed in the kitchen with the dog and joined us after ten minutes."


class Tour:
    """One run of the tour, into one folder of pictures."""

    def __init__(self, out: Path, folder: Path, ends: ExitStack) -> None:
        self.out, self.folder = out, folder
        self.pictures: list[Path] = []
        self.stage = ends.enter_context(Stage(folder))
        self.aisha = ends.enter_context(Puppet(self.stage, folder / "Aisha’s laptop" / "vault"))
        self.martin = ends.enter_context(Puppet(self.stage, folder / "Martin’s laptop" / "vault"))

    def step(self, words: str, act: Callable[[], object]) -> None:
        """Do one step and say so. Raises Fell, with the step's words, when it does not come out as it should."""
        start = time.monotonic()
        try:
            act()
        except Fell as fell:
            raise Fell(f"{words}: {fell}") from fell
        print(f"{time.monotonic() - start:6.2f} s  {words}", flush=True)  # noqa: T201 - the tour's own report

    def picture(self, app: Puppet, name: str) -> None:
        """Save a screen in both themes, wide and small. The app stands light and wide afterwards."""
        for theme in ("light", "dark"):
            app.ask("theme", scheme=theme)
            for size, mark in ((WIDE, ""), (SMALL, "_1024")):
                app.ask("resize", width=size[0], height=size[1])
                path = self.out / f"{name}{mark}_{theme}.png"
                app.grab(path)
                self.pictures.append(path)
        app.ask("theme", scheme="light")
        app.ask("resize", width=WIDE[0], height=WIDE[1])

    # ---- the council ----

    def found(self) -> None:
        """A council with seven invented children, brought in from files as councils have them."""
        said = self.stage.found_council()
        expect("child: 7 new" in said and "Everything is in." in said, f"the import said: {said}")
        again = self.stage.import_again()
        expect("child: 0 new" in again, f"importing twice changed something: {again}")

    def colleague(self) -> None:
        """Martin, the IRO, has already written down how Sarah likes to be approached."""
        worker_id = self.stage.worker_id("aisha")
        self.stage.make_laptop(
            self.folder / "Martin’s laptop" / "vault",
            "martin",
            PASSPHRASE,
            PIN,
            lambda casebook: write_worked_example(casebook, worker_id),
        )

    # ---- first run ----

    def first_run(self) -> None:
        """Aisha sets her laptop up: passphrase, recovery code, joining, PIN, first copy."""
        app = self.aisha.start()
        app.read("first_run.passphrase")
        self.picture(app, "first_run_passphrase")
        app.write("first_run.passphrase", PASSPHRASE)
        app.write("first_run.passphrase_again", PASSPHRASE)
        app.click("first_run.next")
        code = app.read("first_run.code")
        self.picture(app, "first_run_code")
        app.click("first_run.next")
        app.write("first_run.code_again", code.lower().replace("-", " "))
        app.click("first_run.next")
        app.write("first_run.address", self.stage.url, seconds=20)
        app.write("first_run.join_code", self.stage.device_code("aisha"))
        app.write("first_run.sign_in_name", "aisha")
        app.write("first_run.password", SERVER_PASSWORD)
        self.picture(app, "first_run_join")
        app.click("first_run.next")
        app.write("first_run.pin", PIN, seconds=20)
        app.write("first_run.pin_again", PIN)
        app.click("first_run.next")
        app.read("first_run.progress", until="7 children", seconds=20)
        self.picture(app, "first_run_copied")
        app.click("first_run.next")


def expect(is_so: bool, otherwise: str) -> None:
    """Raise Fell unless something is so."""
    if not is_so:
        raise Fell(otherwise)


def run(out: Path) -> int:
    """Run the whole tour. Returns 0 when every outcome was what it should be."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    out.mkdir(parents=True, exist_ok=True)
    for old in out.glob("*.png"):
        old.unlink()
    start = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="heard-tour-") as folder, ExitStack() as ends:
        tour = Tour(out.resolve(), Path(folder), ends)
        try:
            for words, act in tour.steps():
                tour.step(words, act)
        except (Fell, Trouble) as fell:
            print(f"The tour stopped: {fell}", file=sys.stderr)  # noqa: T201 - the tour's own report
            return 1
    print(f"{time.monotonic() - start:6.2f} s  {len(tour.pictures)} pictures in {out}")  # noqa: T201
    return 0
