"""A neutral round with a child's or worker's initials; never coloured, since a colour would be a label on a child."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

from ui import theme
from ui.parts import strokes


def initials(name: str, length: int = 1) -> str:
    """Return "ER" for "Ellie R"; a ``length`` of 2 takes two letters of the first name: "ElR"."""
    words = [word for word in name.replace("-", " ").split() if word[0].isalnum()]
    if not words:
        return "?"
    last = words[-1][0].upper() if len(words) > 1 else ""
    return words[0][:1].upper() + words[0][1:length].lower() + last


def initials_among(names: Iterable[str]) -> dict[str, str]:
    """Return initials for each name that nobody else of ``names`` has, as far as the letters can tell them apart.

    "Ellie R" and "Ethan R" become "ElR" and "EtR". At most three letters of a first name are used.
    """
    all_names = sorted(set(names))
    found = {name: initials(name) for name in all_names}
    for length in (2, 3):
        shared = {mark for mark in found.values() if list(found.values()).count(mark) > 1}
        for name in all_names:
            if found[name] in shared:
                found[name] = initials(name, length)
    return found


class Avatar(QLabel):
    """``side`` is 40 in a list, 56 at the head of a page, 104 on This is Me; pass ``shown`` where initials clash."""

    def __init__(self, name: str, side: int = 40, parent: QWidget | None = None, *, shown: str = "") -> None:
        super().__init__(parent)
        self._side = side
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.set_name(name, shown)

    def set_name(self, name: str, shown: str = "") -> None:
        """Stand for another person."""
        self.setText(shown or initials(name))
        self.setAccessibleName(name)
        self.update()

    def set_side(self, side: int) -> None:
        """Be of another size."""
        if side != self._side:
            self._side = side
            self.updateGeometry()
            self.update()

    def sizeHint(self) -> QSize:
        side = theme.current().px(self._side)
        return QSize(side, side)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        paint_avatar(QPainter(self), QRectF(self.rect()), self.text())


def paint_avatar(painter: QPainter, whole: QRectF, shown: str) -> None:
    """Draw an avatar into ``whole``; for the delegates of lists."""
    look = theme.current()
    strokes.box(painter, whole, look.colour("sunken"), look.colour("line"), whole.width() / 2)
    font = look.font("ui", 700)
    share = {1: 0.38, 2: 0.36, 3: 0.31}.get(len(shown), 0.27)
    font.setPixelSize(max(11, round(whole.width() * share)))
    painter.setFont(font)
    painter.setPen(look.colour("text"))
    painter.drawText(whole, Qt.AlignmentFlag.AlignCenter, shown)
