"""The app is killed while somebody types: what was said to be saved is there, and a second of typing may not be."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from models.casebook import Casebook
from models.query import Query

KEY = bytes(range(32))
TEXT = "Grandad met me at the door and Sarah stayed in the kitchen with the dog. " * 4
SLACK_MS = 2_000
"""What a commit and a busy machine may take on top of the one second that is promised."""

# A real window, real keys, one every 60 ms; each key and each "saved" is told to the test before the next.
TYPING = """
import sys, time
from pathlib import Path
from PySide6.QtCore import QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from models.casebook import Casebook
from models.identity import Identity, Worker
from models.record import declaration_of
from ui.form import Form
from ui.link import Link

app = QApplication([])
me = Identity(device_id="d", device_epoch=1, council_id="c", council_name="Invented Council",
              worker=Worker(worker_id="w", display_name="Aisha Khan"), timeline="t")
casebook = Casebook.open(Path(sys.argv[1]), bytes(range(32)), identity=me)
link = Link(casebook)

class Nowhere:
    def open(self, page_key, **arguments): pass
    def back(self): pass
    def toast(self, words, undo=None): pass
    def announce(self, words): pass

form = Form(link, Nowhere(), declaration_of("visit_note"), casebook.new_draft("visit_note", "scope"))
form.resize(900, 600)
form.show()
form.activateWindow()
box = form.rows["what_happened"].editor.box
box.setFocus()
def say(*words): print(*words, flush=True)
def now(): return round(time.monotonic() * 1000)
form.autosave.saved.connect(lambda saved: say("saved", len(saved.entry.body["what_happened"]), now()))
letters = iter(sys.argv[2])
def press():
    letter = next(letters, None)
    if letter is not None:
        QTest.keyClick(box, letter)
        say("key", len(box.plain()), now())
timer = QTimer()
timer.timeout.connect(press)
timer.start(60)
app.exec()
"""


@pytest.mark.parametrize("keys", [11, 40])
def test_at_most_a_seconds_typing_is_lost_when_the_app_is_killed(tmp_path: Path, keys: int) -> None:
    child = subprocess.Popen(
        [sys.executable, "-c", TYPING, str(tmp_path), TEXT], stdout=subprocess.PIPE, text=True, env=dict(os.environ)
    )
    assert child.stdout is not None
    typed: list[int] = []
    saved = 0
    for line in child.stdout:
        what, length, at = line.split()
        if what == "key":
            typed.append(int(at))
            assert int(length) == len(typed)
        else:
            saved = int(length)
        if len(typed) == keys:
            break
    os.kill(child.pid, signal.SIGKILL)
    child.wait(10)
    child.stdout.close()
    casebook = Casebook.open(tmp_path, KEY)
    try:
        notes = casebook.select(Query(types=("visit_note",)))
        kept = str(notes[0].body["what_happened"]) if notes else ""
    finally:
        casebook.close()
    assert kept == TEXT[: len(kept)]
    assert len(kept) >= saved
    if len(kept) < len(typed):
        assert typed[-1] - typed[len(kept)] <= 1_000 + SLACK_MS
