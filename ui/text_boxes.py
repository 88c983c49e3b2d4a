"""Boxes to write in: text exactly as typed, pasted without its dress, as tall as what stands in it."""

from __future__ import annotations

import math
import re
from collections.abc import Callable

from PySide6.QtCore import QEvent, QMimeData, QPoint, QPointF, QRect, QRectF, Qt, QTimer
from PySide6.QtGui import (
    QContextMenuEvent,
    QFontMetricsF,
    QKeyEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QTextBlockFormat,
    QTextCursor,
    QWheelEvent,
)
from PySide6.QtWidgets import QLineEdit, QMenu, QPlainTextEdit, QScrollArea, QTextEdit, QWidget

from ui import style, theme
from ui.parts import strokes

LEADING = 145
"""Distance of lines, in per cent of the type's own."""
QUOTE_ROOM = 16
_TABS = (Qt.Key.Key_Tab, Qt.Key.Key_Backtab)
# Everything below a space but tab and new line: pasted from a PDF they would be stored, and never be seen.
_UNSEEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


def clean_paste(text: str) -> str:
    """Pasted text with new lines as Heard keeps them, and without what no one can see or store."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\u2028", "\n").replace("\u2029", "\n")
    # Half of a pair of surrogates is no character and cannot be written as UTF-8.
    text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return _UNSEEN.sub("", text)


MenuHook = Callable[[QMenu, int], None]
"""Hears of the menu of a text before it is shown, and of the place in the text it is asked for."""


def _show_menu(menu: QMenu | None, hook: MenuHook | None, at: int, place: QPoint) -> None:
    """Show the box's own menu, with what ``hook`` puts at its head. It holds no event loop of its own."""
    if menu is None:
        return
    menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    if hook is not None:
        hook(menu, at)
    menu.popup(place)


def mark_voice(box: QWidget, *, is_childs: bool) -> None:
    """Colour a box as holding the child's own words, or as not."""
    style.mark(box, voice="child" if is_childs else "")


class LineBox(QLineEdit):
    """One line of text; what is pasted over several lines comes in as one."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.before_menu: MenuHook | None = None
        self.textEdited.connect(self._join_lines)

    def _join_lines(self, text: str) -> None:
        joined = re.sub(r"\s*\n\s*", " ", clean_paste(text))
        if joined != text:
            at = self.cursorPosition() - (len(text) - len(joined))
            self.setText(joined)
            self.setCursorPosition(max(0, at))

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        by_key = event.reason() == QContextMenuEvent.Reason.Keyboard
        at = self.cursorPosition() if by_key else self.cursorPositionAt(event.pos())
        _show_menu(self.createStandardContextMenu(), self.before_menu, at, event.globalPos())


class TextBox(QTextEdit):
    """Paragraphs of plain text. It grows with its text and never scrolls inside: the page does.

    ``quoted`` draws quotation marks around what stands there; they are never part of it. The height is at least
    ``lines`` lines.
    """

    def __init__(self, parent: QWidget | None = None, *, lines: int = 3, quoted: bool = False) -> None:
        super().__init__(parent)
        self._lines, self._quoted, self._tall = lines, quoted, 0
        self.before_menu: MenuHook | None = None
        self.setAcceptRichText(False)
        self.setTabChangesFocus(True)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setLineWrapMode(QTextEdit.LineWrapMode.WidgetWidth)
        self.set_plain("")
        self.document().documentLayout().documentSizeChanged.connect(lambda _size: self._fit())
        self._following = QTimer(self)
        self._following.setSingleShot(True)
        self._following.timeout.connect(self.show_cursor)
        # After the layout: a new line makes the page longer only then.
        self.cursorPositionChanged.connect(self._following.start)

    # ---- the text ------------------------------------------------------------------------------------------------

    def plain(self) -> str:
        """The text exactly as typed; Qt's own ``toPlainText`` would turn a no-break space into another."""
        return self.document().toRawText().replace("\u2029", "\n").replace("\u2028", "\n")

    def set_plain(self, text: str) -> None:
        """Show other text. What was typed before can no longer be undone: it may be somebody else's by now."""
        document = self.document()
        document.setUndoRedoEnabled(False)
        self.setPlainText(text)
        block = QTextBlockFormat()
        block.setLineHeight(LEADING, QTextBlockFormat.LineHeightTypes.ProportionalHeight.value)
        if self._quoted:
            block.setLeftMargin(QUOTE_ROOM)
            block.setRightMargin(QUOTE_ROOM)
        cursor = QTextCursor(document)
        cursor.select(QTextCursor.SelectionType.Document)
        cursor.mergeBlockFormat(block)
        document.setUndoRedoEnabled(True)
        document.setModified(False)
        self._fit()

    def canInsertFromMimeData(self, source: QMimeData) -> bool:
        return source.hasText()

    def insertFromMimeData(self, source: QMimeData) -> None:
        if source.hasText():
            self.textCursor().insertText(clean_paste(source.text()))
            self.ensureCursorVisible()

    def createMimeDataFromSelection(self) -> QMimeData:
        data = QMimeData()
        data.setText(self.textCursor().selectedText().replace("\u2029", "\n").replace("\u2028", "\n"))
        return data

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        by_key = event.reason() == QContextMenuEvent.Reason.Keyboard
        cursor = self.textCursor() if by_key else self.cursorForPosition(event.pos())
        _show_menu(self.createStandardContextMenu(event.pos()), self.before_menu, cursor.position(), event.globalPos())

    # ---- its height ----------------------------------------------------------------------------------------------

    def _around(self) -> int:
        """What the frame and its padding take, above and below."""
        around = self.height() - self.viewport().height()
        return around if self.isVisible() and 0 < around < 80 else 22

    def _fit(self) -> None:
        line = QFontMetricsF(self.font()).height() * LEADING / 100
        least = self._lines * line + 2 * self.document().documentMargin()
        tall = math.ceil(max(self.document().size().height(), least)) + self._around()
        if tall != self._tall:
            self._tall = tall
            self.setFixedHeight(tall)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()
        if self.hasFocus():
            self._following.start()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.StyleChange, QEvent.Type.FontChange):
            self._fit()

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()

    def show_cursor(self) -> None:
        """Scroll the page along while writing at the foot of it; the box itself has nothing to scroll."""
        page = self.parentWidget()
        while page is not None and not isinstance(page, QScrollArea):
            page = page.parentWidget()
        content = page.widget() if page is not None else None
        if page is None or content is None or not self.hasFocus():
            return
        place = self.cursorRect()
        at = self.viewport().mapTo(content, place.center())
        page.ensureVisible(at.x(), at.y(), 8, place.height() + 24)

    # ---- its quotation marks -------------------------------------------------------------------------------------

    def event(self, event: QEvent) -> bool:
        # A text claims Tab for itself before any shortcut hears of it, even where Tab leaves the text.
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.ShortcutOverride and event.key() in _TABS:
            event.ignore()
            return False
        return super().event(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self._quoted and not self.document().isEmpty():
            self._paint_quotes()
        paint_focus(self)

    def _paint_quotes(self) -> None:
        painter = QPainter(self.viewport())
        painter.setFont(self.font())
        painter.setPen(theme.current().colour("voice" if self.property("voice") == "child" else "text2"))
        first, last = QTextCursor(self.document()), QTextCursor(self.document())
        last.movePosition(QTextCursor.MoveOperation.End)
        metrics = QFontMetricsF(self.font())
        start, end = self.cursorRect(first), self.cursorRect(last)
        painter.drawText(QPointF(start.left() - metrics.horizontalAdvance("“") - 1, _baseline(start, metrics)), "“")
        painter.drawText(QPointF(end.left() + 1, _baseline(end, metrics)), "”")


def paint_focus(box: QTextEdit | QPlainTextEdit) -> None:
    """In high contrast, the ring inside the box: without a style sheet its frame is too thin to bear one."""
    if theme.current().is_high_contrast and box.hasFocus():
        painter = QPainter(box.viewport())
        ring = QRectF(box.viewport().rect())
        strokes.box(painter, ring, None, theme.current().colour("focus"), 0, strokes.RING)


def _baseline(place: QRect, metrics: QFontMetricsF) -> float:
    """Where the letters of a line stand: extra leading lies above them."""
    return place.bottom() + 1 - metrics.descent()
