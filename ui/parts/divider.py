"""A hairline between two things; decoration only, so a screen reader passes it by."""

from __future__ import annotations

from PySide6.QtWidgets import QFrame, QWidget

from ui import style


class Divider(QFrame):
    """One pixel, as wide as its place."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        style.mark(self, kind="divider")
        self.setFixedHeight(1)
