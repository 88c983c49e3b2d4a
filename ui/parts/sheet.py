"""A question laid over the window, never a window of its own: so F9 covers it and nothing else can hide behind it."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, QRectF, Qt
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from ui import access, theme
from ui.parts.buttons import Button
from ui.parts.labels import PlainLabel
from ui.parts.surface import Surface


class Sheet(QWidget):
    """``answers`` are (words, kind, what to call); the last is the main one and takes Enter. Esc is ``cancel``."""

    def __init__(
        self,
        over: QWidget,
        title: str,
        words: str,
        answers: list[tuple[str, str, Callable[[], None]]],
        cancel: Callable[[], None],
        *,
        content: QWidget | None = None,
    ) -> None:
        super().__init__(over)
        self._over, self._cancel = over, cancel
        self._came_from = over.window().focusWidget()
        access.describe(self, f"{title}. {words}", key="sheet")
        self.box = Surface("sheet", self)
        column = QVBoxLayout(self.box)
        column.setContentsMargins(26, 22, 26, 22)
        column.setSpacing(10)
        column.addWidget(PlainLabel(title, "h1"))
        if words:
            column.addWidget(PlainLabel(words, "body", leading=1.45))
        if content is not None:
            column.addWidget(content)
        column.addSpacing(8)
        row = QHBoxLayout()
        row.setSpacing(12)
        row.addStretch(1)
        self.buttons: list[Button] = []
        for answer, kind, call in answers:
            button = Button(answer, "", kind, self.box)
            button.clicked.connect(lambda _=False, call=call: self._answer(call))
            row.addWidget(button)
            self.buttons.append(button)
        column.addLayout(row)
        over.installEventFilter(self)
        self._place()
        self.show()
        self.raise_()
        self.buttons[-1].setFocus(Qt.FocusReason.OtherFocusReason)
        access.announce(self, f"{title}. {words}", at_once=True)

    def cancel(self) -> None:
        """Answer as Esc does."""
        self._answer(self._cancel)

    def _answer(self, call: Callable[[], None]) -> None:
        self._over.removeEventFilter(self)
        self.hide()
        if self._came_from is not None and self._came_from.isVisible():
            self._came_from.setFocus(Qt.FocusReason.OtherFocusReason)
        self.setParent(None)
        self.deleteLater()
        call()

    def _place(self) -> None:
        self.setGeometry(self._over.rect())
        wide = min(theme.current().px(560), self.width() - 48)
        layout = self.box.layout()
        tall = layout.heightForWidth(wide) if layout is not None and layout.hasHeightForWidth() else 0
        tall = min(max(tall, self.box.minimumSizeHint().height()), self.height() - 32)
        self.box.setGeometry((self.width() - wide) // 2, max(16, (self.height() - tall) // 3), wide, tall)

    def focusNextPrevChild(self, forward: bool) -> bool:
        """Keep Tab inside the sheet."""
        return self.keep_tab(forward)

    def keep_tab(self, forward: bool) -> bool:
        """Move the focus to the next control of the sheet, round and round."""
        stops = [each for each in self.box.findChildren(QWidget) if _takes_tab(each)]
        standing = self.window().focusWidget()
        if not stops:
            return True
        at = stops.index(standing) if standing in stops else -1
        stops[(at + (1 if forward else -1)) % len(stops)].setFocus(Qt.FocusReason.TabFocusReason)
        return True

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.cancel()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.buttons[-1].click()
        else:
            super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        event.accept()  # nothing below the scrim is pressed

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self._over and event.type() == QEvent.Type.Resize:
            self._place()
        return super().eventFilter(watched, event)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(QRectF(self.rect()), QColor(0, 0, 0, 120))


def _takes_tab(widget: QWidget) -> bool:
    return bool(widget.focusPolicy() & Qt.FocusPolicy.TabFocus) and widget.isVisible() and widget.isEnabled()
