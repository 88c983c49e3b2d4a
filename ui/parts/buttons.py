"""The button: an icon and words, the one filled main action, or quiet; key caps drawn as keys."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import (
    QColor,
    QFocusEvent,
    QFontMetricsF,
    QHideEvent,
    QMoveEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
)
from PySide6.QtWidgets import QPushButton, QSizePolicy, QWidget

from ui import access, icons, theme
from ui.parts import strokes
from ui.parts.focus_ring import FocusRing, has_room
from ui.parts.painted import PaintedButton

QWIDGETSIZE_MAX = (1 << 24) - 1
RADIUS = 8
PAD = 16
LINKS = ("link", "problem")  # words in a text, underlined; they have no ground of their own
ICON_GAP = 9


@dataclass(frozen=True, slots=True)
class _Dress:
    fill: str | None
    hover: str | None
    pressed: str | None
    edge: str | None
    ink: str


_DRESSES = {
    "primary": _Dress("primary", "primary_h", "primary_p", None, "onaccent"),
    "secondary": _Dress("surface", "sunken", "line", "control", "text"),
    "quiet": _Dress(None, "primary_soft", "sel", None, "primary"),
    "danger": _Dress("surface", "danger_soft", "danger_soft", "danger", "danger"),
    "link": _Dress(None, None, None, None, "primary"),
    "problem": _Dress(None, None, None, None, "danger"),
}


class Button(PaintedButton, QPushButton):
    """A button with ``words``, an icon before them and perhaps one after; ``kind`` says what it is.

    ``primary`` is filled: one a page. ``secondary`` has an edge, ``quiet`` has none, ``danger`` removes something,
    ``link`` stands in a text, ``problem`` leads to a field in error.
    ``keys`` ("Ctrl+Enter") are drawn as key caps. ``alt`` is the letter that Alt presses. ``tall`` is its height
    where a child presses it. Words too long for the room end in an ellipsis and stand whole in the tooltip; better,
    where the page sees it coming, it is shown ``brief``.
    """

    role = "ui"

    def __init__(
        self,
        words: str,
        icon: str = "",
        kind: str = "secondary",
        parent: QWidget | None = None,
        *,
        keys: str = "",
        trailing: str = "",
        alt: str = "",
        tall: int = 40,
    ) -> None:
        super().__init__(parent)
        self._at_least = tall
        self._icon, self._kind, self._keys, self._trailing, self._alt = icon, kind, keys, trailing, alt
        self._words = ""
        self._tip = ""
        self._ring: FocusRing | None = None
        self._brief = False
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.set_words(words)

    def words(self) -> str:
        """Return the words as given, without Qt's mark for the Alt letter."""
        return self._words

    def set_words(self, words: str, *, name: str = "") -> None:
        """Show other words; ``name`` is what a screen reader says where the words alone say too little."""
        self._words = words
        shown = words.replace("&", "&&")
        if self._alt and self._alt in shown:
            shown = shown.replace(self._alt, f"&{self._alt}", 1)
        self.setText(shown)
        self.setAccessibleName(name or words)
        if self._keys:
            self.setAccessibleDescription(self._keys)
        self.updateGeometry()
        self._tell_whole()

    def set_kind(self, kind: str) -> None:
        """Become the page's filled action, or stop being it."""
        self._kind = kind
        self._drop_ring()
        self.update()

    def set_icon(self, name: str) -> None:
        """Show another icon before the words; an empty name shows none."""
        self._icon = name
        self.updateGeometry()
        self.update()

    def set_tip(self, words: str) -> None:
        """Explain the button in a tooltip."""
        self._tip = words
        self._tell_whole()

    def set_brief(self, brief: bool) -> None:
        """Show the icon alone: the words stand in the tip, and a screen reader says them as before."""
        if brief != self._brief:
            self._brief = brief
            self.updateGeometry()
            self._tell_whole()
            self.update()

    def is_brief(self) -> bool:
        """Whether the icon stands alone."""
        return self._brief and bool(self._icon)

    # ---- sizes -------------------------------------------------------------------------------------------------

    def width_for(self, *, brief: bool) -> int:
        """How wide it wants to be with its words, or with its icon alone; in pixels."""
        if brief and self._icon:
            return 2 * self._pad() + theme.current().px(20) + 2
        return round(self._around_words() + self._wide(self._words) + 2 + 0.49)

    def _wide(self, words: str) -> float:
        return theme.current().width(self.role, 600, words)

    def _letter(self) -> QFontMetricsF:
        return QFontMetricsF(theme.current().font(self.role, 600))

    def _small(self) -> QFontMetricsF:
        return QFontMetricsF(theme.current().font("overline", 600))

    def _pad(self) -> int:
        return 0 if self._kind in LINKS else PAD

    def _tall(self) -> int:
        return theme.current().px(26 if self._kind in LINKS else self._at_least)

    def _around_words(self) -> float:
        look = theme.current()
        side = look.px(20) + (ICON_GAP if self._words else 0)
        wide = 2.0 * self._pad() + (side if self._icon else 0) + (look.px(18) + 6 if self._trailing else 0)
        return wide + (strokes.key_width(self._keys, self._small()) + 12 if self._keys else 0)

    def sizeHint(self) -> QSize:
        return QSize(self.width_for(brief=self._brief), self._tall())

    def minimumSizeHint(self) -> QSize:
        if self.is_brief():
            return self.sizeHint()
        shortest = self._wide(self._words[:5] + "…")
        whole = self._wide(self._words) + 2
        return QSize(round(self._around_words() + min(shortest, whole) + 0.49), self._tall())

    # ---- painting ----------------------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        look, dress = theme.current(), _DRESSES[self._kind]
        painter = QPainter(self)
        rect = QRectF(self.rect())
        ring_inside = self.wears_ring() and self._ring is None
        if ring_inside:
            strokes.ring(painter, rect, RADIUS)
        self._paint_ground(painter, rect, ring_inside=ring_inside)
        ink = look.colour(dress.ink if self.isEnabled() else "text2")
        if self._kind == "quiet" and self.underMouse() and self.isEnabled():
            ink = look.colour("on_primary_soft")
        self._paint_words(painter, rect, ink)

    def _paint_ground(self, painter: QPainter, rect: QRectF, *, ring_inside: bool) -> None:
        look, dress = theme.current(), _DRESSES[self._kind]
        name = dress.pressed if self.isDown() else dress.hover if self.underMouse() else dress.fill
        edge = look.colour(dress.edge) if dress.edge else None
        if not self.isEnabled():
            name, edge = "sunken", look.colour("line")
        fill = look.colour(name) if name else None
        radius = float(RADIUS)
        if ring_inside:
            inside = strokes.ring_width() + strokes.GAP
            rect, edge, radius = rect.adjusted(inside, inside, -inside, -inside), None, radius - 3
        if fill is not None or edge is not None:
            strokes.box(painter, rect, fill, edge, radius, strokes.edge_width())

    def _paint_words(self, painter: QPainter, rect: QRectF, ink: QColor) -> None:
        look, letter = theme.current(), self._letter()
        if self.is_brief():
            side = look.px(20)
            icons.paint(painter, self._icon, _middle(rect, side), ink)
            return
        room = self.width() - self._around_words()
        shown = letter.elidedText(self._words, Qt.TextElideMode.ElideRight, max(0.0, room + 1))
        wide = letter.horizontalAdvance(shown)
        left = self._pad() + (0.0 if self._kind in LINKS else max(0.0, (room - wide) / 2))
        middle = rect.center().y()
        if self._icon:
            side = look.px(20)
            icons.paint(painter, self._icon, QRectF(left, round(middle - side / 2), side, side), ink)
            left += side + (ICON_GAP if self._words else 0)
        font = look.font(self.role, 600)
        font.setUnderline(self._kind in LINKS)
        painter.setFont(font)
        painter.setPen(ink)
        text = shown.replace("&", "&&") if shown != self._words else self.text()
        flags = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft | Qt.TextFlag.TextSingleLine
        painter.drawText(QRectF(left, 0, wide + 4, rect.height()), int(flags) | self._mnemonic_flag(), text)
        left += wide
        if self._keys:
            painter.setFont(look.font("overline", 600))
            strokes.draw_keys(painter, left + 12, middle, self._keys, self._small(), ink)
            left += 12 + strokes.key_width(self._keys, self._small())
        if self._trailing:
            side = look.px(18)
            icons.paint(painter, self._trailing, QRectF(left + 6, round(middle - side / 2), side, side), ink)

    def _mnemonic_flag(self) -> int:
        return int(Qt.TextFlag.TextShowMnemonic if self._alt else Qt.TextFlag.TextHideMnemonic)

    # ---- the ring ----------------------------------------------------------------------------------------------

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self._place_ring()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self._drop_ring()

    def moveEvent(self, event: QMoveEvent) -> None:
        super().moveEvent(event)
        self._place_ring()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._tell_whole()
        self._place_ring()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._drop_ring()

    def _place_ring(self) -> None:
        wanted = self._kind in ("primary", *LINKS) and self.wears_ring() and has_room(self)
        if not wanted:
            self._drop_ring()
        elif self._ring is None:
            self._ring = FocusRing(self, 2 if self._kind in LINKS else RADIUS)
        else:
            self._ring.follow()

    def _drop_ring(self) -> None:
        if self._ring is not None:
            self._ring.hide()
            self._ring.deleteLater()
            self._ring = None
            self.update()

    def _tell_whole(self) -> None:
        cut = self.is_brief() or self.width() < self.sizeHint().width() - 2
        if cut and self._words not in self._tip:
            access.tip(self, f"{self._words}. {self._tip}" if self._tip else self._words)
        else:
            access.tip(self, self._tip)


def give_words(buttons: Sequence[Button], room: int, gap: int = 0) -> None:
    """Leave buttons beside each other their words as far as ``room`` goes, in pixels, with ``gap`` between them.

    The first of them are the first to stand with their icon alone. Hidden ones need nothing.
    """
    shown = [button for button in buttons if not button.isHidden()]
    over = sum(button.width_for(brief=False) + gap for button in shown) - gap - room
    for button in shown:
        button.set_brief(over > 0)
        over -= button.width_for(brief=False) - button.width_for(brief=True) if over > 0 else 0


def _middle(rect: QRectF, side: float) -> QRectF:
    """A square of ``side`` in the middle of a button, on whole pixels."""
    middle = rect.center()
    return QRectF(round(middle.x() - side / 2), round(middle.y() - side / 2), side, side)
