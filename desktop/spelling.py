"""Asks the process that holds the dictionary, so that neither loading nor looking up ever holds the screen up.

Loading is a third of a second of pure Python, or more: on a thread of the app it would take the interpreter from the
screen again and again. The process gets words and nothing else, keeps nothing, and ends with the app.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Future
from contextlib import suppress
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any

from desktop.lock import clean_environment
from desktop.platform import current
from models.errors import Trouble

MOST_STARTS = 3
"""A process that ends by itself is started again, but not for ever."""
ENDING_SECONDS = 1.0
_ROOT = Path(__file__).resolve().parents[1]

_Job = tuple[dict[str, Any], "Future[dict[str, Any]]"]


def _start() -> subprocess.Popen[str]:
    is_packaged = bool(getattr(sys, "frozen", False))
    program = [sys.executable] if is_packaged else [sys.executable, "-m", "desktop"]
    return subprocess.Popen(
        [*program, "spelling"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        close_fds=True,
        encoding="utf-8",
        cwd=Path(sys.executable).parent if is_packaged else _ROOT,
        env={**clean_environment(os.environ, current()), "PYTHONUTF8": "1"},
        **current().start_options(),
    )


class SpellingProcess:
    """One question at a time, in order, on a thread of its own; the process starts with the first.

    Every future fails with Trouble where the dictionary cannot be had. Nothing but spelling depends on it.
    """

    def __init__(self, start: Callable[[], subprocess.Popen[str]] = _start) -> None:
        self._start = start
        self._jobs: SimpleQueue[_Job | None] = SimpleQueue()
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._process: subprocess.Popen[str] | None = None
        self._starts = 0
        self._is_over = False

    def check(self, words: Sequence[str]) -> Future[list[bool]]:
        """Say of each word whether the dictionary knows it."""
        return self._ask({"check": list(words)}, lambda told: [bool(each) for each in told["known"]])

    def suggest(self, word: str, also: Iterable[str]) -> Future[list[str]]:
        """Say what may have been meant; ``also`` are words that are right beside the dictionary."""
        question = {"suggest": word, "also": list(also)}
        return self._ask(question, lambda told: [str(each) for each in told["suggestions"]])

    def close(self) -> None:
        """End the process: words of records lie in its memory."""
        with self._lock:
            self._is_over = True
            process = self._process
        self._jobs.put(None)
        if process is not None:
            process.kill()
            with suppress(subprocess.TimeoutExpired):
                process.wait(ENDING_SECONDS)

    # ---- on its own thread ----

    def _ask(self, question: dict[str, Any], read: Callable[[Mapping[str, Any]], Any]) -> Future[Any]:
        answered: Future[Any] = Future()
        raw: Future[dict[str, Any]] = Future()

        def pass_on(settled: Future[dict[str, Any]]) -> None:
            error = settled.exception()
            if error is None:
                answered.set_result(read(settled.result()))
            else:
                answered.set_exception(error)

        raw.add_done_callback(pass_on)
        with self._lock:
            if self._is_over:
                raw.set_exception(_gone())
                return answered
            self._jobs.put((question, raw))
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="spelling", daemon=True)
                self._thread.start()
        return answered

    def _run(self) -> None:
        while (job := self._jobs.get()) is not None:
            question, future = job
            told = self._tell(question) or self._tell(question)
            if told is None:
                future.set_exception(_gone())
            else:
                future.set_result(told)
        self._end()
        with suppress(Empty):
            while (left := self._jobs.get_nowait()) is not None:
                left[1].set_exception(_gone())

    def _tell(self, question: dict[str, Any]) -> dict[str, Any] | None:
        """Ask once; None where the process went away, which is then ended and may be started anew."""
        try:
            process = self._running()
            assert process.stdin is not None
            process.stdin.write(json.dumps(question) + "\n")
            process.stdin.flush()
            return _read(process)
        except (OSError, ValueError):
            self._end()
            return None

    def _running(self) -> subprocess.Popen[str]:
        with self._lock:
            if self._process is not None:
                return self._process
            if self._is_over or self._starts >= MOST_STARTS:
                raise OSError("the dictionary is not to be started")
            self._starts += 1
            # Under the lock: a process that is being started is never missed by `close`.
            process = self._process = self._start()
        _read(process)
        return process

    def _end(self) -> None:
        with self._lock:
            process, self._process = self._process, None
        if process is None:
            return
        process.kill()
        with suppress(subprocess.TimeoutExpired):
            process.wait(ENDING_SECONDS)
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                with suppress(OSError):
                    pipe.close()


def _read(process: subprocess.Popen[str]) -> dict[str, Any]:
    assert process.stdout is not None
    line = process.stdout.readline()
    if not line:
        raise OSError("the dictionary went away")
    return dict(json.loads(line))


def _gone() -> Trouble:
    return Trouble(
        "Spelling cannot be checked just now",
        "Everything else works, and nothing you wrote is touched.",
        "If this stays, ask your council’s IT to look at Heard’s files on this laptop.",
    )
