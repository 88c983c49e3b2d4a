"""Asks the process that speaks, so that no voice, however slow or broken, ever holds the screen up.

The process gets the words to say and nothing else, keeps nothing, and ends with the app.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from PySide6.QtCore import QProcess, QProcessEnvironment

from desktop.lock import clean_environment
from desktop.platform import current
from ui.speech import Voice

MOST_STARTS = 3
"""A process that ends by itself is started again, but not for ever."""
ENDING_MS = 500
_ROOT = Path(__file__).resolve().parents[1]


def _program(engine: str) -> list[str]:
    start = [sys.executable] if getattr(sys, "frozen", False) else [sys.executable, "-m", "desktop"]
    return [*start, "speaking", *(["--engine", engine] if engine else [])]


class SpeakingProcess(Voice):
    """Everything is passed on and told without waiting; all of it on the main thread."""

    def __init__(self, engine: str = "", *, program: Sequence[str] = ()) -> None:
        super().__init__()
        self._program = list(program) or _program(engine)
        self._process: QProcess | None = None
        self._starts, self._is_over = 0, False
        self._is_there: bool | None = None
        self._saying: int | None = None

    def look(self) -> None:
        """Start the process; it tells whether it has a voice."""
        if self._process is None and not self._is_over and self._starts < MOST_STARTS:
            self._start()

    def say(self, number: int, words: str, rate: float, volume: float) -> None:
        """Pass on what is to be said."""
        self._saying = number
        self.look()
        self._write({"say": words, "number": number, "rate": rate, "volume": volume})

    def stop(self) -> None:
        """Pass on that nothing more is to be said."""
        self._saying = None
        self._write({"stop": True})

    def close(self) -> None:
        """Let it fall silent and end; one that does not is ended."""
        self._is_over = True
        process = self._process
        if process is None:
            return
        self.stop()
        process.closeWriteChannel()
        if not process.waitForFinished(ENDING_MS):
            process.kill()
            process.waitForFinished(ENDING_MS)
        self._process = None

    # ---- the process ----

    def _start(self) -> None:
        self._starts += 1
        process = self._process = QProcess(self)
        process.setProgram(self._program[0])
        process.setArguments(self._program[1:])
        process.setWorkingDirectory(str(Path(sys.executable).parent if getattr(sys, "frozen", False) else _ROOT))
        around = QProcessEnvironment()
        for name, value in {**clean_environment(os.environ, current()), "PYTHONUTF8": "1"}.items():
            around.insert(name, value)
        process.setProcessEnvironment(around)
        process.setStandardErrorFile(QProcess.nullDevice())
        process.readyReadStandardOutput.connect(self._read)
        process.finished.connect(self._on_finished)
        process.errorOccurred.connect(self._on_error)
        process.start()

    def _write(self, what: dict[str, Any]) -> None:
        if self._process is not None:
            self._process.write(json.dumps(what).encode() + b"\n")

    def _read(self) -> None:
        while self._process is not None and self._process.canReadLine():
            told = json.loads(bytes(self._process.readLine().data()))
            if "found" in told:
                self._is_there = bool(told["found"])
                self.found.emit(self._is_there)
            elif told["is_broken"]:
                self._saying = None
                self.failed.emit()
            else:
                self._saying = None
                self.ended.emit(int(told["ended"]))

    def _on_error(self, error: QProcess.ProcessError) -> None:
        # The others are told by `finished` as well.
        if error is QProcess.ProcessError.FailedToStart:
            self._gone()

    def _on_finished(self) -> None:
        self._read()
        self._gone()

    def _gone(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            process.deleteLater()
        if self._is_over or self._is_there is False:
            return
        if self._saying is not None:
            self._saying = None
            self.failed.emit()
        if self._starts < MOST_STARTS:
            self.look()
        else:
            self.found.emit(False)
