"""A page that scrolls when it must, and never leaves the field that has the focus out of sight."""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QApplication, QFrame, QScrollArea, QVBoxLayout, QWidget
from shiboken6 import isValid

from ui import style, theme

NARROW_UNDER = 988


class ScrollPage(QScrollArea):
    """Put things into ``body``. ``margins`` are left, top, right, bottom in pixels; 16 at the sides when narrow."""

    def __init__(
        self, parent: QWidget | None = None, *, margins: tuple[int, int, int, int] = (24, 16, 24, 24), spacing: int = 12
    ) -> None:
        super().__init__(parent)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._margins, self._spacing = margins, spacing
        self.renew()
        QApplication.instance().focusChanged.connect(self._keep_in_sight)  # type: ignore[union-attr]

    def renew(self) -> None:
        """Throw away what stands on the page and begin anew, with an empty ``content`` and ``body``."""
        old = self.takeWidget()
        if old is not None:
            old.hide()
            old.deleteLater()
        self.content = QWidget()
        style.mark(self.content, kind="scrolled")
        self.body = QVBoxLayout(self.content)
        self.body.setContentsMargins(*self._margins)
        self.body.setSpacing(self._spacing)
        self.setWidget(self.content)
        # A scroll area that is seen already does not show by itself what it is given.
        self.content.show()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        left, top, right, bottom = self._margins
        side = 16 if self.width() < theme.current().px(NARROW_UNDER) else None
        self.body.setContentsMargins(min(left, side or left), top, min(right, side or right), bottom)
        if event.size().height() < event.oldSize().height():
            self._keep_in_sight(None, QApplication.focusWidget())

    def _keep_in_sight(self, _old: QWidget | None, now: QWidget | None) -> None:
        if now is not None and now is not self and self.content.isAncestorOf(now):
            # After the layout: a summary or a message may have just moved everything down.
            QTimer.singleShot(0, self, lambda: self._show(now))

    def _show(self, widget: QWidget) -> None:
        # It may be gone by now: what a button does can redraw the page it stands on.
        if isValid(widget) and self.content.isAncestorOf(widget):
            room = widget.height() // 2 + 24
            if 2 * room > self.viewport().height():
                self.ensureWidgetVisible(widget, 24, 48)
                return
            # Qt would be content with the cursor in sight and half of its field cut off.
            middle = widget.mapTo(self.content, widget.rect().center())
            self.ensureVisible(middle.x(), middle.y(), 24, room)
