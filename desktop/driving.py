"""Lets a script drive the real app through window-system events, on invented vaults only; the tour and tests use it."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QMimeData, QObject, QPoint, QPointF, Qt, QTimer, QUrl
from PySide6.QtGui import QDropEvent, QKeySequence, QPainter, QWindow
from PySide6.QtNetwork import QHostAddress, QTcpSocket
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QApplication,
    QFileDialog,
    QLabel,
    QLineEdit,
    QMenu,
    QPlainTextEdit,
    QTextEdit,
    QWidget,
)

from desktop import ears, eyes
from desktop.looks import Shown, take_on
from ui import theme as themes
from ui.window import HeardWindow

POLL_MS = 15
PAGE_SCALE = 1.5


class NotFound(Exception):
    """No visible widget answers to that name."""


class Driver(QObject):
    """Answers one JSON line a command over a loopback socket: find, click, type, press, read, wait, grab.

    A widget is named by its objectName, else by its accessible name, else by the words on it; a leading ``#n``
    after the name (``name#2``) takes the n-th visible one. Events go to the window, as the system would send them.
    """

    def __init__(self, port: int, secret: str, close: Callable[[], object]) -> None:
        """``close`` is called when the script hangs up: nothing may be left running behind it."""
        super().__init__()
        self._commands: dict[str, Callable[[dict[str, Any]], Any]] = {
            "click": self._click,
            "type": self._type,
            "press": self._press,
            "read": self._read,
            "names": self._names,
            "grab": self._grab,
            "resize": self._resize,
            "focus": self._focus,
            "drop": self._drop,
            "look": self._look,
            "judge": self._judge,
            "open": self._open,
            "scope": self._scope,
            "choose_file": self._choose_file,
            "pages": self._pages,
        }
        self._socket = QTcpSocket(self)
        self._socket.readyRead.connect(self._answer)
        self._socket.connected.connect(lambda: self._send({"hello": secret, "process_id": os.getpid()}))
        self._socket.disconnected.connect(close)
        self._socket.errorOccurred.connect(lambda _error: close())
        self._socket.connectToHost(QHostAddress(QHostAddress.SpecialAddress.LocalHost), port)

    def _answer(self) -> None:
        while self._socket.canReadLine():
            command = json.loads(bytes(self._socket.readLine().data()))
            # Not from within the socket's own signal: a click may open a page that runs for a while.
            QTimer.singleShot(0, self, lambda command=command: self._obey(command))

    def _obey(self, command: dict[str, Any]) -> None:
        deadline = command.setdefault("until_when", time.monotonic() + float(command.get("seconds", 0)))
        try:
            reply = {"ok": True, "value": self._commands[command["do"]](command)}
        except (NotFound, RuntimeError) as error:  # RuntimeError: the widget was deleted while it was looked at
            if time.monotonic() < deadline:
                QTimer.singleShot(POLL_MS, self, lambda: self._obey(command))
                return
            reply = {"ok": False, "why": f"{error}; there are: {', '.join(self._safe_names())}"}
        except Exception as error:  # noqa: BLE001 - the script must hear of it, whatever it was
            reply = {"ok": False, "why": repr(error)}
        self._send(reply)

    def _safe_names(self) -> list[str]:
        try:
            return self._names({})[:80]
        except RuntimeError:
            return ["windows that are just being closed"]

    def _send(self, message: dict[str, Any]) -> None:
        self._socket.write(json.dumps(message).encode() + b"\n")
        self._socket.flush()

    # ---- finding ----

    def _find(self, name: str) -> QWidget:
        name, _, number = name.partition("#")
        windows = [window for window in QApplication.topLevelWidgets() if window.isVisible()]
        active = QApplication.activeModalWidget() or QApplication.activePopupWidget() or QApplication.activeWindow()
        windows.sort(key=lambda window: window is not active)
        visible = [
            child for window in windows for child in (window, *window.findChildren(QWidget)) if child.isVisible()
        ]
        for matches in (_has_object_name, _has_accessible_name, _has_words):
            found = [widget for widget in visible if matches(widget, name)]
            if found:
                place = int(number or 1) - 1
                if place < len(found):
                    return found[place]
        raise NotFound(f"nothing visible is called {name!r}")

    def _names(self, _command: dict[str, Any]) -> list[str]:
        names = []
        for window in QApplication.topLevelWidgets():
            if window.isVisible():
                for widget in window.findChildren(QWidget):
                    label = widget.objectName() or widget.accessibleName()
                    if widget.isVisible() and label and not label.startswith("qt_"):
                        names.append(label)
        return names

    # ---- acting ----

    def _click(self, command: dict[str, Any]) -> None:
        widget = self._find(command["name"])
        self._bring_into_view(widget)
        at = widget.mapTo(widget.window(), widget.rect().center())
        window = _window_of(widget)
        QTest.mouseMove(window, at)
        QTest.mouseClick(window, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, at)

    def _drop(self, command: dict[str, Any]) -> None:
        """Let a file go over something, as a hand does that dragged it there."""
        widget: QWidget | None = self._find(command["name"])
        while widget is not None and not widget.acceptDrops():
            widget = widget.parentWidget()
        if widget is None:
            raise NotFound(f"{command['name']!r} takes nothing that is dropped")
        self._bring_into_view(widget)
        data = QMimeData()
        data.setUrls([QUrl.fromLocalFile(command["path"])])
        at, left, none = QPointF(widget.rect().center()), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
        widget.dropEvent(QDropEvent(at, Qt.DropAction.CopyAction, data, left, none))

    def _focus(self, command: dict[str, Any]) -> None:
        """Click where text begins, as a hand would; a button is only walked to, since a click would press it."""
        widget = self._find(command["name"])
        self._bring_into_view(widget)
        if isinstance(widget, QAbstractButton):
            widget.setFocus(Qt.FocusReason.TabFocusReason)
            return
        if widget.focusPolicy() == Qt.FocusPolicy.NoFocus and widget.focusProxy() is None:
            return  # brought into sight, which is all it can be; a click could fall on what stands over its top
        at = widget.mapTo(widget.window(), QPoint(min(12, widget.width() // 2), min(14, widget.height() // 2)))
        QTest.mouseClick(_window_of(widget), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, at)

    def _type(self, command: dict[str, Any]) -> None:
        window = self._active()
        for letter in command["text"]:
            if letter == "\n":
                QTest.keyClick(window, Qt.Key.Key_Return)
            else:
                QTest.keyClick(window, letter)

    def _press(self, command: dict[str, Any]) -> None:
        for combination in command["keys"].split():
            chord = QKeySequence(combination)[0]  # type: ignore[index]  # the stubs lack __getitem__
            QTest.keyClick(self._active(), chord.key(), chord.keyboardModifiers())

    def _active(self) -> QWindow:
        popup = QApplication.activePopupWidget() or QApplication.activeModalWidget() or QApplication.activeWindow()
        if popup is None:
            popup = next((window for window in QApplication.topLevelWidgets() if window.isVisible()), None)
        if popup is None:
            raise NotFound("no window is open")
        return _window_of(popup)

    def _bring_into_view(self, widget: QWidget) -> None:
        parent = widget.parentWidget()
        while parent is not None:
            ensure = getattr(parent, "ensureWidgetVisible", None)
            if ensure is not None:
                ensure(widget)
            parent = parent.parentWidget()
        QApplication.processEvents()

    # ---- looking ----

    def _read(self, command: dict[str, Any]) -> str:
        widget = self._find(command["name"])
        text = _text_of(widget)
        wanted = command.get("until")
        if wanted is not None and wanted not in text:
            raise NotFound(f"{command['name']!r} says {text!r}, not {wanted!r}")
        return text

    def _grab(self, command: dict[str, Any]) -> None:
        window = self._in_front()
        # Two turns of the loop let pending layouts and fades settle.
        QApplication.processEvents()
        QApplication.processEvents()
        picture = window.grab()
        popup = QApplication.activePopupWidget()
        if popup is not None and popup is not window:
            # An open menu is a window of its own, and lies over this one.
            painter = QPainter(picture)
            painter.drawPixmap(popup.mapToGlobal(QPoint(0, 0)) - window.mapToGlobal(QPoint(0, 0)), popup.grab())
            painter.end()
        picture.save(command["path"])

    def _in_front(self) -> QWidget:
        return (QApplication.activeWindow() or self._find("window")).window()

    def _open(self, command: dict[str, Any]) -> None:
        """Go to a page as a link on another page would."""
        self._window().open(command["page"], **command["arguments"])

    def _scope(self, command: dict[str, Any]) -> str:
        """The scope of the child whose page stands."""
        here = self._window().here()
        if here is None or "scope_id" not in here.arguments:
            raise NotFound("no child's page stands")
        return str(here.arguments["scope_id"])

    def _choose_file(self, command: dict[str, Any]) -> None:
        """Answer every box of the system's that asks for a place with this one: no script can reach into such a box."""
        path = command["path"]
        QFileDialog.getSaveFileName = lambda *_asked: (path, "")  # type: ignore[method-assign]
        QFileDialog.getExistingDirectory = lambda *_asked: path  # type: ignore[method-assign]

    def _pages(self, command: dict[str, Any]) -> int:
        """Save each page of a PDF as a picture, and return how many; -1 where this Heard has no reader of PDF."""
        try:
            from PySide6.QtPdf import QPdfDocument
        except ImportError:
            return -1
        document = QPdfDocument(self)
        document.load(command["pdf"])
        for page in range(document.pageCount()):
            size = (document.pagePointSize(page) * PAGE_SCALE).toSize()
            document.render(page, size).save(f"{command['out']}_{page + 1}.png")
        return document.pageCount()

    def _window(self) -> HeardWindow:
        found = [window for window in QApplication.topLevelWidgets() if isinstance(window, HeardWindow)]
        if not found:
            raise NotFound("the window is not open")
        return found[0]

    def _look(self, command: dict[str, Any]) -> None:
        """Take on one of the looks every screen is shown in."""
        take_on(themes.current(), Shown(command["shown"]))
        QApplication.processEvents()

    def _judge(self, command: dict[str, Any]) -> list[str]:
        """Say what on the screen cannot be read or reached; with ``listen``, what a screen reader is not told, too."""
        window, popup = self._in_front(), QApplication.activePopupWidget()
        found = eyes.find_faults(window if popup is None else popup)
        return found + ears.find_faults(window) if command["listen"] else found

    def _resize(self, command: dict[str, Any]) -> None:
        for window in QApplication.topLevelWidgets():
            if window.isVisible() and window.isWindow():
                window.resize(command["width"], command["height"])
        QApplication.processEvents()


def _window_of(widget: QWidget) -> QWindow:
    handle = widget.window().windowHandle()
    if handle is None:
        raise NotFound("the window is not shown")
    return handle


def _has_object_name(widget: QWidget, name: str) -> bool:
    return widget.objectName() == name


def _has_accessible_name(widget: QWidget, name: str) -> bool:
    return widget.accessibleName() == name


def _has_words(widget: QWidget, name: str) -> bool:
    if isinstance(widget, QMenu):
        return any(action.isVisible() and action.text().replace("&", "") == name for action in widget.actions())
    if isinstance(widget, QAbstractButton | QLabel):
        return widget.text().replace("&", "").strip() == name
    return False


def _text_of(widget: QWidget) -> str:
    if isinstance(widget, QMenu):
        return "\n".join(action.text() for action in widget.actions() if action.isVisible())
    if isinstance(widget, QTextEdit | QPlainTextEdit):
        return widget.toPlainText()
    if isinstance(widget, QAbstractButton | QLabel | QLineEdit):
        return widget.text() or widget.accessibleName()
    if isinstance(widget, QAbstractItemView) and widget.model() is not None:
        model, roles = widget.model(), (Qt.ItemDataRole.AccessibleTextRole, Qt.ItemDataRole.DisplayRole)
        rows = [model.index(row, 0) for row in range(model.rowCount())]
        return "\n".join(str(next((index.data(role) for role in roles if index.data(role)), "")) for index in rows)
    parts = [_text_of(child) for child in widget.findChildren(QWidget) if child.isVisible() and _is_leaf(child)]
    return "\n".join(part for part in parts if part) or widget.accessibleName()


def _is_leaf(widget: QWidget) -> bool:
    return isinstance(widget, QTextEdit | QPlainTextEdit | QAbstractButton | QLabel | QLineEdit)
