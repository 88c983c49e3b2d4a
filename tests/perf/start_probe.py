"""Run in a fresh process: how long from its start until a window takes a key, and from Enter until Today can be used.

Prints one JSON line. ``bare`` is a QMainWindow with one field: the least any Qt program could do.
"""

from __future__ import annotations

import gc
import json
import sys
import time
from pathlib import Path
from typing import Any

SPAWNED = float(sys.argv[2])
"""CLOCK_MONOTONIC of the parent just before it started this process; the same clock in both."""
PASSPHRASE = "four invented quiet otters"


def main() -> None:
    if sys.argv[1] == "bare":
        bare()
    else:
        heard(Path(sys.argv[3]), is_whole=sys.argv[1] == "unlock")


def bare() -> None:
    from PySide6.QtWidgets import QApplication, QLineEdit, QMainWindow

    app = QApplication([])
    window = QMainWindow()
    field = QLineEdit()
    window.setCentralWidget(field)
    window.resize(1024, 600)
    window.show()
    field.setFocus()
    told = {"first_key_ms": first_key(app, window, field)}
    print(json.dumps(told), flush=True)


def first_key(app: Any, window: Any, field: Any) -> float:
    """Press keys as the system would, until the field shows one that was painted."""
    from PySide6.QtCore import Qt
    from PySide6.QtTest import QTest

    while not field.text():
        app.processEvents()
        if window.windowHandle() is not None and window.windowHandle().isExposed():
            QTest.keyClick(window.windowHandle(), Qt.Key.Key_A)
    field.repaint()
    return (time.monotonic() - SPAWNED) * 1000


def heard(vault: Path, *, is_whole: bool) -> None:
    gc.disable()  # as the command does before it imports the app
    from desktop import app as application

    app = application.App(application.Options(vault, vault.parent / "settings.json", is_invented=True))
    told: dict[str, Any] = {}
    from PySide6.QtCore import QTimer

    def measure() -> None:
        window = app._window
        assert window is not None
        from PySide6.QtWidgets import QLineEdit

        field = window.findChild(QLineEdit, "unlock.passphrase")
        assert field is not None
        told["first_key_ms"] = first_key(app._application, window, field)
        heavy = ("sqlalchemy", "reportlab", "httpx", "keyring", "alembic", "cryptography", "models.records")
        told["heavy"] = [name for name in heavy if name in sys.modules]
        if is_whole:
            unlock(app, field, told)
        print(json.dumps(told), flush=True)
        import os

        os._exit(0)

    QTimer.singleShot(0, measure)
    app.run()


def unlock(app: Any, field: Any, told: dict[str, Any]) -> None:
    """Wait until what unlocking needs is imported, press Enter, and wait for a painted, usable Today."""
    import threading

    from PySide6.QtCore import Qt
    from PySide6.QtTest import QTest

    from desktop import vault as vaults

    stretched = [0.0]
    stretch = vaults._stretch

    def timed(*words: Any) -> bytes:
        start = time.monotonic()
        try:
            return stretch(*words)
        finally:
            stretched[0] += time.monotonic() - start

    vaults._stretch = timed
    end = time.monotonic() + 10
    while time.monotonic() < end and (
        "desktop.session" not in sys.modules or any(thread.name == "warm" for thread in threading.enumerate())
    ):
        app._application.processEvents()
        time.sleep(0.005)
    field.setText(PASSPHRASE)
    start = time.monotonic()
    QTest.keyClick(field.window().windowHandle(), Qt.Key.Key_Return)
    while app._session is None or not app._session.window.isVisible():
        app._application.processEvents()
    window = app._session.window
    while not window.windowHandle().isExposed():
        app._application.processEvents()
    window.repaint()
    app._application.processEvents()
    told["today_ms"] = (time.monotonic() - start - stretched[0]) * 1000
    told["page"] = window.here().key


if __name__ == "__main__":
    main()
