"""The process that speaks: reads words as JSON lines, says them by Qt's speech, and ends when its input does.

What stands between Qt and a voice is another maker's: it may be missing, take seconds to start, or never come back.
Here none of that touches Heard's window.
"""

from __future__ import annotations

import contextlib
import faulthandler
import json
import os
import signal
import sys
import threading
import time
from collections.abc import Iterator
from typing import IO, TYPE_CHECKING, Any

from PySide6.QtCore import QCoreApplication, QObject, QTimer, Signal

from desktop.garbage import Garbage

if TYPE_CHECKING:
    from PySide6.QtTextToSpeech import QTextToSpeech

ENGINES = ("winrt", "sapi", "darwin", "macos", "speechd")
"""In the order tried. Qt lists them in an order of its own that changes, and an engine it lists may not start."""
LANGUAGE, COUNTRY = "en", "GB"
LONGEST_LINE = 1_000_000
LONGEST_START_SECONDS = 30.0
LONGEST_CALL_SECONDS = 10.0
ENDING_SECONDS = 2.0
SETTLING_MS = 200
"""After a stop, an engine may still report the end of what it stopped."""


def run(engine: str = "") -> int:
    """Speak until there is nothing more to read. ``engine`` names one of Qt's; tests and tours take ``mock``.

    Nothing that is said is written anywhere. Without Qt's speech, or a voice, it says so and ends.
    """
    from desktop.platform import current

    current().harden_process()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    application = QCoreApplication([])
    Garbage(application)
    voice = _find_voice((engine,) if engine else ENGINES)
    _tell(sys.stdout, {"found": voice is not None})
    if voice is None:
        return 0
    desk = Desk(voice, sys.stdout, application)
    threading.Thread(target=_listen, args=(sys.stdin, desk.asked.emit), daemon=True).start()
    application.exec()
    return 0


def _find_voice(engines: tuple[str, ...]) -> QTextToSpeech | None:
    """The first engine that starts and has an English voice, set to it; None where there is none."""
    try:
        from PySide6.QtTextToSpeech import QTextToSpeech
    except ImportError:
        # A system library of sound is missing, or Qt's speech is: this laptop has no voice, and needs none.
        return None
    there = QTextToSpeech.availableEngines()
    for name in engines:
        if name not in there:
            continue
        with _bounded(LONGEST_START_SECONDS):
            voice = QTextToSpeech(name)
            if voice.state() != QTextToSpeech.State.Error and _speak_english(voice):
                return voice
    return None


def _speak_english(voice: QTextToSpeech) -> bool:
    english = [each for each in voice.availableLocales() if each.name().split("_")[0] == LANGUAGE]
    if not english:
        return False
    voice.setLocale(min(english, key=lambda each: each.name() != f"{LANGUAGE}_{COUNTRY}"))
    return bool(voice.availableVoices())


@contextlib.contextmanager
def _bounded(seconds: float) -> Iterator[None]:
    """End this process where a call never comes back; Python itself may be held up by it."""
    with open(os.devnull, "wb") as nowhere:
        faulthandler.dump_traceback_later(seconds, exit=True, file=nowhere)
        try:
            yield
        finally:
            faulthandler.cancel_dump_traceback_later()


def _listen(asked: IO[str], pass_on: Any) -> None:
    while line := asked.readline(LONGEST_LINE):
        pass_on(json.loads(line))
    pass_on({"end": True})
    time.sleep(ENDING_SECONDS)
    os._exit(0)  # the main thread did not come to it


def _tell(told: IO[str], what: dict[str, Any]) -> None:
    # Whoever asked may have gone: then the end of the input follows.
    with contextlib.suppress(OSError):
        told.write(json.dumps(what) + "\n")
        told.flush()


class Desk(QObject):
    """One utterance at a time. ``asked`` may be emitted on any thread."""

    asked = Signal(object)

    def __init__(self, voice: QTextToSpeech, told: IO[str], parent: QObject) -> None:
        super().__init__(parent)
        self._voice, self._told, self._states = voice, told, type(voice).State
        self._number: int | None = None
        self._next: dict[str, Any] | None = None
        self._settled = QTimer(self)
        self._settled.setSingleShot(True)
        self._settled.setInterval(SETTLING_MS)
        self._settled.timeout.connect(self._go_on)
        self.asked.connect(self._obey)
        self._voice.stateChanged.connect(self._on_state)

    def _obey(self, question: dict[str, Any]) -> None:
        if "say" in question:
            self._stop()
            self._next = question
            if not self._settled.isActive():
                self._go_on()
        else:
            self._next = None
            self._stop()
            if "end" in question:
                QCoreApplication.quit()

    def _go_on(self) -> None:
        question, self._next = self._next, None
        if question is None:
            return
        self._number = int(question["number"])
        with _bounded(LONGEST_CALL_SECONDS):
            self._voice.setRate(float(question["rate"]))
            self._voice.setVolume(float(question["volume"]))
            self._voice.say(str(question["say"]))

    def _stop(self) -> None:
        if self._number is None:
            return
        self._number = None
        self._settled.start()
        with _bounded(LONGEST_CALL_SECONDS):
            self._voice.stop(type(self._voice).BoundaryHint.Immediate)

    def _on_state(self, state: Any) -> None:
        if state in (self._states.Ready, self._states.Error) and self._number is not None:
            number, self._number = self._number, None
            _tell(self._told, {"ended": number, "is_broken": state == self._states.Error})
