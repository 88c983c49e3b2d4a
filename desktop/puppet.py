"""The script's end of a driven app: sends one command at a time and waits for its answer, across a lock's restart."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import time
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from desktop.stage import Stage, new_secret

ANSWER_SECONDS = 20.0
COME_UP_SECONDS = 60.0
"""On a machine at its limits a fresh process may take long; one that ended without a word is waited for in vain."""


class Fell(Exception):
    """The app did not do what was asked, or ended when it should not have."""


class Puppet:
    """One driven app. ``seconds`` is how long a command looks for its widget before it gives up."""

    def __init__(self, stage: Stage, vault: Path) -> None:
        self._stage, self._vault = stage, vault
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._listener.settimeout(COME_UP_SECONDS)
        self._secret = new_secret()
        self._connection: socket.socket | None = None
        self._buffer = b""
        self.app: subprocess.Popen[bytes] | None = None
        self._process_id = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._hang_up()
        self._listener.close()
        self._wait_for_end()

    def start(self) -> Self:
        """Start the app and wait until it can be driven."""
        port = self._listener.getsockname()[1]
        self.app = self._stage.open_app(self._vault, "--drive", f"{port}:{self._secret}")
        self.meet()
        return self

    def meet(self) -> None:
        """Wait for the app, or for the fresh process after a lock, to make itself known."""
        self._hang_up()
        try:
            self._connection, _ = self._listener.accept()
        except TimeoutError as error:
            raise Fell("the app did not come up") from error
        self._connection.settimeout(ANSWER_SECONDS)
        hello = self._read_line()
        if hello.get("hello") != self._secret:
            raise Fell("something else than the app answered")
        self._process_id = int(hello["process_id"])

    def meet_next(self, seconds: float = ANSWER_SECONDS) -> None:
        """Wait until this process has ended by itself, then for the fresh one after it."""
        assert self._connection is not None
        self._connection.settimeout(seconds)
        try:
            while self._connection.recv(4096):
                pass
        except TimeoutError as error:
            raise Fell("the process that holds the key did not end") from error
        except OSError:
            pass
        self.meet()

    def ask(self, do: str, *, seconds: float = 8.0, **more: Any) -> Any:
        """Send one command and return its value. Raises Fell with the widgets there are."""
        assert self._connection is not None
        message = json.dumps({"do": do, "seconds": seconds, **more}).encode() + b"\n"
        try:
            self._connection.settimeout(ANSWER_SECONDS + seconds)
            self._connection.sendall(message)
            reply = self._read_line()
        except OSError as error:
            raise Fell(f"the app went away at {do} {more}") from error
        if not reply["ok"]:
            raise Fell(f"{do} {more}: {reply['why']}")
        return reply["value"]

    def click(self, name: str, seconds: float = 8.0) -> None:
        """Click a widget in its middle."""
        self.ask("click", name=name, seconds=seconds)

    def write(self, name: str, text: str, seconds: float = 8.0) -> None:
        """Click into a field and type."""
        self.ask("focus", name=name, seconds=seconds)
        self.ask("type", text=text)

    def press(self, keys: str) -> None:
        """Press key combinations, one after another: ``"Ctrl+K"``, ``"Down Down Enter"``."""
        self.ask("press", keys=keys)

    def press_to_end(self, keys: str) -> None:
        """Press keys that make the process end, and wait until it has."""
        with suppress(Fell):  # it may end before it can answer
            self.press(keys)
        self.gone()

    def read(self, name: str, until: str | None = None, seconds: float = 8.0) -> str:
        """Read a widget's words, once they hold ``until``."""
        more = {} if until is None else {"until": until}
        return str(self.ask("read", name=name, seconds=seconds, **more))

    def is_there(self, name: str) -> bool:
        """Say whether a widget of that name is visible now."""
        try:
            self.ask("read", name=name, seconds=0)
        except Fell:
            return False
        return True

    def grab(self, path: Path) -> None:
        """Save a picture of the window."""
        self.ask("grab", path=str(path))

    def gone(self, seconds: float = ANSWER_SECONDS) -> None:
        """Wait until the process has ended by itself, as a lock ends it."""
        assert self.app is not None
        try:
            self.app.wait(seconds)
        except subprocess.TimeoutExpired as error:
            raise Fell("the process that holds the key did not end") from error

    def kill(self) -> None:
        """End the app between any two instructions, as a flat battery would."""
        assert self.app is not None
        self.app.kill()
        self.app.wait()
        self._hang_up()

    def _wait_for_end(self) -> None:
        """After a lock the process is not our child; it ends by itself once the script has hung up."""
        end = time.monotonic() + ANSWER_SECONDS
        while self._process_id and time.monotonic() < end:
            if self.app is not None:
                self.app.poll()
            try:
                os.kill(self._process_id, 0)
            except OSError:
                return
            time.sleep(0.02)

    def _hang_up(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection, self._buffer = None, b""

    def _read_line(self) -> Any:
        assert self._connection is not None
        end = time.monotonic() + ANSWER_SECONDS + (self._connection.gettimeout() or 0)
        while b"\n" not in self._buffer:
            chunk = self._connection.recv(65536)
            if not chunk or time.monotonic() > end:
                raise Fell("the app hung up")
            self._buffer += chunk
        line, self._buffer = self._buffer.split(b"\n", 1)
        return json.loads(line)
