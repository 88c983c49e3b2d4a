"""A row that is pressed as a whole, with its state in a pill before the chevron."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QWidget

from ui import theme
from ui.parts import lettering
from ui.parts.pill import Pill
from ui.parts.row_button import PAD, RowButton

GAP = 10


class StateRow(RowButton):
    """``pill`` says the state; it belongs to the row and is never pressed by itself."""

    def __init__(
        self,
        icon: str,
        title: str,
        words: str,
        pill: Pill,
        parent: QWidget | None = None,
        *,
        tint: str = "primary",
    ) -> None:
        self.pill = pill
        super().__init__(icon, title, words, parent, tint=tint)
        pill.setParent(self)
        pill.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        pill.show()

    def show_row(self, title: str, words: str) -> None:
        """Stand for something else."""
        super().show_row(title, words)
        self.setAccessibleName(f"{self.accessibleName().removesuffix('.')}. {self.pill.text()}")

    def _laid(self, width: float) -> tuple[lettering.Laid, lettering.Laid]:
        return super()._laid(width - self.pill.sizeHint().width() - GAP)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange:
            self._place()

    def _place(self) -> None:
        size = self.pill.sizeHint()
        right = self.width() - PAD - theme.current().px(18) - 6
        self.pill.setGeometry(right - size.width(), (self.height() - size.height()) // 2, size.width(), size.height())
