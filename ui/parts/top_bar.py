"""The top bar: Find, how it stands with saving and sending, and the one thing a worker starts most."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QSizePolicy, QWidget

from ui import access, actions, icons, style, theme
from ui.parts import strokes
from ui.parts.buttons import Button
from ui.parts.fitted import Fitted
from ui.parts.painted import PaintedButton


class FindBox(PaintedButton, QPushButton):
    """Looks like a field and opens the Find page, where the typing happens."""

    LONG, SHORT = "Find a child, a note or a word", "Find"

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        access.describe(self, self.LONG, actions.keys("find"), key="top.find")
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        return QSize(theme.current().px(380), theme.current().px(40))

    def minimumSizeHint(self) -> QSize:
        """Room for the short words; the keys go first, and the tip still has them."""
        look = theme.current()
        words = QFontMetricsF(look.font("ui")).horizontalAdvance(self.SHORT)
        return QSize(round(13 + look.px(18) + 10 + words + 14), look.px(40))

    def paintEvent(self, event: QPaintEvent) -> None:
        look = theme.current()
        painter = QPainter(self)
        whole = QRectF(self.rect())
        fill = look.colour("sunken" if self.underMouse() else "surface")
        strokes.box(painter, whole, fill, look.colour("control"), 8, strokes.edge_width())
        if self.wears_ring():
            strokes.ring(painter, whole, 8)
        side = look.px(18)
        ink = look.colour("text2")
        icons.paint(painter, "search", QRectF(13, round((whole.height() - side) / 2), side, side), ink, 2)
        small = QFontMetricsF(look.font("overline", 600))
        keys = strokes.key_width(actions.keys("find"), small)
        left = 13 + side + 10
        room = whole.width() - left - keys - 26
        letter = QFontMetricsF(look.font("ui"))
        has_keys = letter.horizontalAdvance(self.SHORT) <= room
        room = room if has_keys else whole.width() - left
        words = self.LONG if letter.horizontalAdvance(self.LONG) <= room else self.SHORT
        painter.setFont(look.font("ui"))
        painter.setPen(ink)
        flags = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
        painter.drawText(QRectF(left, 0, max(0.0, room), whole.height()), flags, words)
        if has_keys:
            painter.setFont(look.font("overline", 600))
            strokes.draw_keys(painter, whole.width() - keys - 10, whole.height() / 2, actions.keys("find"), small, ink)


class StateChip(PaintedButton, QPushButton):
    """A pill that is pressed: what is saved and what is sent, always in sight; it opens Sync and saved."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._words, self._short, self._icon, self._tone = "", "", "", "info"
        self._narrow = False
        self.setObjectName("top.state")
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self.hide()

    def words(self) -> str:
        """Return the words as given."""
        return self._words

    def show_state(self, words: str, icon: str, tone: str, short: str = "") -> None:
        """Show a state; ``short`` stands where the window is narrow. New words are said aloud, a count that only

        goes up while much is sent or copied is not: read out again and again it would talk over the worker.
        """
        if words != self._words and self._words and not _is_same_work(self._words, words):
            access.announce(self, words)
        self._words, self._icon, self._tone, self._short = words, icon, tone, short or words
        access.describe(self, words, "Open Sync and saved")
        access.tip(self, words)
        self.setVisible(bool(words))
        self.updateGeometry()
        self.update()

    def set_narrow(self, narrow: bool) -> None:
        """Show the short words."""
        if narrow != self._narrow:
            self._narrow = narrow
            self.updateGeometry()
            self.update()

    def _shown(self) -> str:
        return self._short if self._narrow else self._words

    def sizeHint(self) -> QSize:
        look = theme.current()
        wide = 13 + look.px(18) + 7 + QFontMetricsF(look.font("small", 600)).horizontalAdvance(self._shown()) + 13
        return QSize(round(wide + 0.99), look.px(40))

    def minimumSizeHint(self) -> QSize:
        look = theme.current()
        short = QFontMetricsF(look.font("small", 600)).horizontalAdvance(self._shown()[:7] + "…")
        return QSize(min(round(13 + look.px(18) + 7 + short + 13.99), self.sizeHint().width()), look.px(40))

    def paintEvent(self, event: QPaintEvent) -> None:
        look = theme.current()
        painter = QPainter(self)
        tall = look.px(32)
        chip = QRectF(0, (self.height() - tall) / 2, self.width(), tall)
        ink = look.colour(self._tone)
        edge = ink if self.underMouse() or look.is_high_contrast else None
        strokes.box(painter, chip, look.colour(f"{self._tone}_soft"), edge, tall / 2)
        if self.wears_ring():
            strokes.ring(painter, chip, tall / 2)
        side = look.px(18)
        icons.paint(painter, self._icon, QRectF(13, round((self.height() - side) / 2), side, side), ink, 2)
        painter.setFont(look.font("small", 600))
        painter.setPen(ink)
        left = 13 + side + 7
        words = QRectF(left, 0, self.width() - left, self.height())
        # Large letters in a small window: an ellipsis says that there is more, and the tip has it all.
        letter = QFontMetricsF(look.font("small", 600))
        shown = letter.elidedText(self._shown(), Qt.TextElideMode.ElideRight, self.width() - left - 8)
        painter.drawText(words, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, shown)


def _is_same_work(before: str, now: str) -> bool:
    """Whether only the count of a long sending or copying has changed."""
    verb = now.split(" ", 1)[0]
    return verb in ("Sending", "Copying") and before.startswith(f"{verb} ")


class TopBar(Fitted, QFrame):
    """`find_box`, `state` and `new_note` are the three controls.

    Where there is no room for all of them the keys of Find go first, then the words of the button; what is saved and
    sent is cut short last.
    """

    GAP = 16

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        style.mark(self, kind="topbar")
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(24, 11, 24, 12)
        self._row.setSpacing(self.GAP)
        self.find_box = FindBox(self)
        self.find_box.setMaximumWidth(theme.current().px(380))
        self.state = StateChip(self)
        self.new_note = Button("New visit note", "plus", "primary", self)
        access.describe(self.new_note, "New visit note", actions.keys("new_note"), key="top.new_note")
        self.new_note.set_tip(f"New visit note ({actions.keys('new_note')})")
        self._row.addWidget(self.find_box, 10)
        self._row.addStretch(1)
        self._row.addWidget(self.state)
        self._row.addWidget(self.new_note)

    def _fit(self) -> None:
        look = theme.current()
        narrow = self.width() < look.px(988)
        self.state.set_narrow(narrow)
        side = self.GAP if narrow else 24
        self._row.setContentsMargins(side, 11, side, 12)
        least = self.find_box.minimumSizeHint().width()
        room = self.width() - 2 * side
        for control, wide in (
            (self.state, self.state.sizeHint().width()),
            (self.new_note, self.new_note.width_for(brief=False)),
        ):
            room -= 0 if control.isHidden() else wide + self.GAP
        self.new_note.set_brief(room < least)
        if room < least:
            room += self.new_note.width_for(brief=False) - self.new_note.width_for(brief=True)
        self.find_box.setMaximumWidth(max(least, min(room, look.px(260 if narrow else 380))))
