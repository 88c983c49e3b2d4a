"""Every line of the bench: what Heard does, and the least that any program could do for it on this machine."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from desktop.demo import PASSPHRASE, make_vault
from models.casebook import Casebook
from models.entry import Edit
from models.invented import make_caseload, me_for_trying
from tests.perf.lines_screens import screen_lines
from tests.perf.lines_sync import sync_lines

NOTES = 10_000
SCREENS = "screens"
Held = Callable[..., Any]


def all_lines(folder: Path, held: Held, only: str = "") -> tuple[list[Any], dict[str, Any]]:
    """Measure everything, or ``only`` the lines of `screens`, or those of them whose names hold it.

    Returns the lines and the counters.
    """
    counters: dict[str, Any] = {"notes": NOTES}
    lines = [] if only else start_lines(_vault(folder), held, counters)
    (folder / "plain").mkdir()
    casebook = Casebook.open(folder / "plain", os.urandom(32), identity=me_for_trying())
    try:
        load = make_caseload(casebook, 20, NOTES)
        if not only:
            lines += [*store_lines(casebook, folder, held), *find_lines(casebook, held), typing_line(casebook, held)]
        bare_ms = counters["bare_window_ms"] = statistics.median(bare() for _ in range(7))
        lines += screen_lines(casebook, load, folder, held, bare_ms, "" if only == SCREENS else only)
    finally:
        casebook.close()
    return lines + ([] if only else sync_lines(folder, held, counters)), counters


def _vault(folder: Path) -> Path:
    vault = folder / "laptop" / "vault"
    make_vault(vault, PASSPHRASE, 20, NOTES)
    return vault


def probe(kind: str, *words: str) -> dict[str, Any]:
    """Run the start probe in a fresh process."""
    script = str(Path(__file__).with_name("start_probe.py"))
    done = subprocess.run(
        [sys.executable, script, kind, repr(time.monotonic()), *words],
        capture_output=True, text=True, check=True, cwd=Path(__file__).resolve().parents[2],
        env={**os.environ, "PYTHONPATH": "."}, timeout=60,
    )  # fmt: skip
    return dict(json.loads(done.stdout.strip().splitlines()[-1]))


def bare() -> float:
    """How long an empty window takes until its first key, in ms: how fast this machine shows anything."""
    return float(probe("bare")["first_key_ms"])


def start_lines(vault: Path, held: Held, counters: dict[str, Any]) -> list[Any]:
    """First paint, and from Enter to Today with ten thousand notes."""

    def first_key() -> float:
        told = probe("heard", str(vault))
        counters["heavy_modules_at_first_key"] = told["heavy"]
        return float(told["first_key_ms"])

    def today() -> float:
        told = probe("unlock", str(vault))
        counters["first_page"] = told["page"]
        return float(told["today_ms"])

    return [
        held("start: first key in the passphrase field", first_key, "bare window", bare, 1.5, extra_ms=60.0),
        held("start: Enter to a usable Today, 10,000 notes", today, "bare window", bare, 2.5),
    ]


def store_lines(casebook: Casebook, folder: Path, held: Held) -> list[Any]:
    """A durable save against a bare one-row commit in the same cipher and settings."""
    from models.store.engine import SqlCipher, connect

    bare = connect(SqlCipher(os.urandom(32)), folder / "bare.db", is_writer=True)
    bare.execute("CREATE TABLE one (row INTEGER PRIMARY KEY, body BLOB)")
    body = b"x" * 2048

    def commit() -> float:
        start = time.perf_counter()
        for _ in range(20):
            bare.execute("BEGIN IMMEDIATE")
            bare.execute("INSERT INTO one (body) VALUES (?)", (body,))
            bare.execute("COMMIT")
        return (time.perf_counter() - start) * 1000 / 20

    draft = casebook.new_draft("visit_note", casebook.children()[0].scope_id)
    text = "Grandad met me at the door. " * 70
    written = [""]

    def save() -> float:
        start = time.perf_counter()
        for _ in range(20):
            longer = text + str(time.perf_counter_ns())
            casebook.save(draft, {"what_happened": Edit(written[0], longer)}).result()
            written[0] = longer
        return (time.perf_counter() - start) * 1000 / 20

    line = held("save: one autosave of 2 KB, durable", save, "one-row commit", commit, 4.0)
    bare.close()
    return [line]


def find_lines(casebook: Casebook, held: Held) -> list[Any]:
    """Search as typed: the slowest key of a few words, against the 100 ms a person notices."""
    words = ["sarah", "dog", "school visit", "baking", "grandad kitchen", "tuesdays"]

    def slowest_key() -> float:
        slowest = 0.0
        for word in words:
            for end in range(1, len(word) + 1):
                start = time.perf_counter()
                casebook.find(word[:end])
                slowest = max(slowest, (time.perf_counter() - start) * 1000)
        return slowest

    return [held("find: slowest key at 10,000 notes", slowest_key, "what a person notices", lambda: 100.0, 1.0)]


def typing_line(casebook: Casebook, held: Held) -> Any:
    """A hundred keys while the writer is held for two seconds: the slowest key against one frame."""
    from PySide6.QtCore import Qt
    from PySide6.QtTest import QTest
    from PySide6.QtWidgets import QApplication

    from ui.link import Link
    from ui.theme import Theme
    from ui.views.note import NotePage

    app = QApplication.instance() or QApplication([])
    theme = Theme(app)  # type: ignore[arg-type]
    link = Link(casebook)
    page = NotePage(link, _Nowhere(), theme)
    page.resize(1366, 768)
    page.show()
    page.opened(scope_id=casebook.children()[0].scope_id)
    QTest.qWaitForWindowExposed(page)
    field: Any = page.findChild(object, "visit_note.what_happened")

    def slowest_key() -> float:
        held_up = casebook._desk.store.write(lambda _connection: time.sleep(2.0))
        field.setFocus()
        slowest = 0.0
        for number in range(100):
            start = time.perf_counter()
            QTest.keyClick(page.windowHandle(), Qt.Key(ord("A") + number % 26))
            app.processEvents()
            slowest = max(slowest, (time.perf_counter() - start) * 1000)
            time.sleep(0.01)
        held_up.result()
        return slowest

    line = held("typing: slowest of 100 keys, writer held 2 s", slowest_key, "one frame", lambda: 16.0, 1.0)
    page.leave()
    QTest.qWait(200)
    link.close()
    page.close()
    page.deleteLater()
    return line


class _Nowhere:
    """A window that goes nowhere: the bench types on one page only."""

    def open(self, page_key: str, **arguments: Any) -> None:
        """Stay."""

    def back(self) -> None:
        """Stay."""

    def toast(self, words: str, undo: Callable[[], None] | None = None) -> None:
        """Say nothing."""

    def announce(self, words: str) -> None:
        """Say nothing."""

    def __getattr__(self, name: str) -> Any:
        return lambda *_words, **_more: None
