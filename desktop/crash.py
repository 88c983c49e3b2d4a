"""The last resort: a bug leaves a report of types and line numbers, never of values, and the vault is not touched."""

from __future__ import annotations

import contextlib
import logging
import os
import sys
import threading
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from types import TracebackType

from desktop.files import write_whole
from desktop.platform import current
from desktop.platform.interface import Platform
from models.clock import Clock
from models.errors import Trouble

KEPT_REPORTS = 20
_MOST_FRAMES = 60
_MOST_CAUSES = 8
_ROOMS = ("desktop", "ui", "sync", "models", "resources", "tests")


def describe(error: BaseException) -> str:
    """Tell an exception as types, files, lines and function names. Its message and every value are left out."""
    lines = []
    for number, (link, each) in enumerate(_chain(error)):
        if number:
            lines.append(link)
        lines.append(f"{type(each).__module__}.{type(each).__qualname__}")
        lines += _frames(each.__traceback__)
    return "\n".join(lines)


def _chain(error: BaseException) -> Iterator[tuple[str, BaseException]]:
    """The exception and what led to it, newest first. A ring of causes is cut off."""
    link, each, seen = "", error, set[int]()
    while id(each) not in seen and len(seen) < _MOST_CAUSES:
        seen.add(id(each))
        yield link, each
        if each.__cause__ is not None:
            link, each = "caused by", each.__cause__
        elif each.__context__ is not None and not each.__suppress_context__:
            link, each = "while handling", each.__context__


def _frames(trace: TracebackType | None) -> list[str]:
    frames = [(frame.f_code.co_filename, line, frame.f_code.co_name) for frame, line in traceback.walk_tb(trace)]
    return [f"  {_short(file)}:{line} {name}" for file, line, name in frames[-_MOST_FRAMES:]]


def _short(file: str) -> str:
    """A file's place inside Heard, or its bare name: a path may name the worker."""
    parts = Path(file).parts
    for place in range(len(parts) - 1):
        if parts[place] in _ROOMS:
            return "/".join(parts[place:])
    return parts[-1] if parts else "?"


class RedactedFormatter(logging.Formatter):
    """Writes what libraries log as level, logger and place; the message may hold anything, so it stays out."""

    def format(self, record: logging.LogRecord) -> str:
        line = f"{record.levelname} {record.name} {_short(record.pathname)}:{record.lineno}"
        if record.exc_info and record.exc_info[1] is not None:
            line += "\n" + describe(record.exc_info[1])
        return line


class CrashReports:
    """Catches what nothing else caught, in any thread and in Qt, and writes one redacted report for each.

    ``tell`` is called with a Trouble (the world's fault) to be shown as it is, or with None for a bug of ours. It may
    be called from any thread.
    """

    def __init__(
        self,
        folder: Path,
        tell: Callable[[Trouble | None], object] = lambda trouble: None,
        *,
        clock: Clock | None = None,
        platform: Platform | None = None,
    ) -> None:
        self._folder = folder
        self._clock = clock or Clock()
        self._platform = platform or current()
        self.tell = tell

    def catch_everything(self) -> None:
        """Become the last resort for this process: main thread, other threads, and errors nobody could raise."""
        sys.excepthook = lambda kind, error, trace: self.note(error)
        threading.excepthook = lambda lost: self.note(lost.exc_value or lost.exc_type())
        sys.unraisablehook = lambda lost: self.note(lost.exc_value or RuntimeError())
        quiet = logging.StreamHandler()
        quiet.setFormatter(RedactedFormatter())
        logging.basicConfig(handlers=[quiet], level=logging.WARNING, force=True)

    def catch_qt(self) -> None:
        """Note what Qt warns of: its kind and place. Qt's words may quote a field's text, so they stay out."""
        from PySide6.QtCore import QMessageLogContext, QtMsgType, qInstallMessageHandler

        def take(kind: QtMsgType, context: QMessageLogContext, message: str) -> None:
            if kind is not QtMsgType.QtDebugMsg and kind is not QtMsgType.QtInfoMsg:
                self._append(f"{kind.name} {context.category or 'qt'} {_short(context.file or '')}:{context.line}")

        qInstallMessageHandler(take)

    def note(self, error: BaseException) -> Path | None:
        """Report one exception. Returns the report, or None where none was due or it could not be written.

        Never raises: there is nobody left to catch it.
        """
        if isinstance(error, KeyboardInterrupt | SystemExit):
            return None
        if isinstance(error, Trouble):
            self._tell(error)
            return None
        text = f"Heard met a bug at {self._clock.stamp()}\nPython {sys.version_info[:3]} on {self._platform.name}\n"
        report = self._write(text + f"thread {_thread_kind()}\n" + describe(error) + "\n")
        self._tell(None)
        return report

    def _tell(self, trouble: Trouble | None) -> None:
        with contextlib.suppress(Exception):
            self.tell(trouble)

    def _write(self, text: str) -> Path | None:
        with contextlib.suppress(OSError, ValueError):
            sys.stderr.write(text)
        stamp = self._clock.stamp().replace(":", "").replace(".", "")
        path = self._folder / f"crash-{stamp}-{os.getpid()}-{threading.get_ident() % 10_000}.txt"
        try:
            self._platform.make_private_folder(self._folder)
            write_whole(path, text.encode("utf-8", "replace"), self._platform)
        except (OSError, Trouble):
            return None
        for old in sorted(self._folder.glob("crash-*.txt"))[:-KEPT_REPORTS]:
            with contextlib.suppress(OSError):
                old.unlink()
        return path

    def _append(self, line: str) -> None:
        with contextlib.suppress(OSError):
            self._platform.make_private_folder(self._folder)
            path = self._folder / "qt.log"
            if not path.exists() or path.stat().st_size < 256 * 1024:
                with path.open("a", encoding="utf-8") as file:
                    file.write(f"{self._clock.stamp()} {line}\n")


def _thread_kind() -> str:
    return "main" if threading.current_thread() is threading.main_thread() else "other"
