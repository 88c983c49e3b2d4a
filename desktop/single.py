"""One window for one vault: a second start asks the first to come forward, over a socket only this worker can reach."""

from __future__ import annotations

import hashlib
import os
import time
from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtNetwork import QLocalServer, QLocalSocket

from desktop.platform import current
from desktop.platform.interface import Platform

_CALL = b"come forward\n"
_STEP_MS = 200


def door_name(folder: Path, run_folder: Path, platform: Platform | None = None) -> str:
    """The socket's name for one vault folder: a path here, a pipe's name on Windows. It tells nothing of the folder."""
    mark = hashlib.sha256(os.fsencode(folder.resolve())).hexdigest()[:16]
    is_pipe = (platform or current()).name == "windows"
    return f"heard-{mark}" if is_pipe else str(run_folder / f"{mark}.sock")


class FrontDoor(QObject):
    """Listens, in the process that holds the vault's lock, for a second start of the same vault."""

    called = Signal()

    def __init__(self, name: str, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._name = name
        self._server = QLocalServer(self)
        self._server.setSocketOptions(QLocalServer.SocketOption.UserAccessOption)
        self._server.newConnection.connect(self._answer)

    def open(self) -> bool:
        """Start listening. A socket left by a crash is replaced: whoever holds the vault's lock is alone.

        False when the system refuses; Heard then works, and a second start only says that it is open already.
        """
        QLocalServer.removeServer(self._name)
        return self._server.listen(self._name)

    def close(self) -> None:
        """Stop listening and remove the socket."""
        self._server.close()

    def _answer(self) -> None:
        while (socket := self._server.nextPendingConnection()) is not None:
            socket.readyRead.connect(lambda each=socket: self._read(each))
            socket.disconnected.connect(socket.deleteLater)
            self._read(socket)

    def _read(self, socket: QLocalSocket) -> None:
        """One fixed word is understood; anything else is hung up on. Nothing that is sent is ever kept."""
        if socket.bytesAvailable() < len(_CALL):
            return
        if socket.read(len(_CALL)).data() == _CALL:
            socket.write(b"coming\n")
            socket.flush()
            self.called.emit()
        socket.disconnectFromServer()


def call_first(name: str, holder: int | None, seconds: float = 2.0, platform: Platform | None = None) -> bool:
    """Ask the process that holds the vault to come forward. True when it answered within ``seconds``.

    It may only just have taken the lock and not be listening yet, so this tries until the time is over.
    """
    if holder is not None:
        (platform or current()).let_window_come_forward(holder)
    until = time.monotonic() + seconds
    while True:
        socket = QLocalSocket()
        socket.connectToServer(name)
        if socket.waitForConnected(_STEP_MS):
            socket.write(_CALL)
            socket.flush()
            if socket.waitForReadyRead(int(seconds * 1000)):
                return True
        if time.monotonic() >= until:
            return False
        time.sleep(0.02)
