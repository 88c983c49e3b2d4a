"""What heads and bars have in common that arrange themselves by the room they have."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent
from PySide6.QtGui import QResizeEvent

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    _Widget = QWidget
else:
    # Two Qt classes cannot both be bases; this is a plain mix-in that only mypy takes for a widget.
    _Widget = object


class Fitted(_Widget):
    """Mix into a part with a ``_fit``: called when its width changes, and when something in it asks for other room.

    That is when a button is shown or hidden, words change, or letters grow.
    """

    def _fit(self) -> None:
        raise NotImplementedError

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.LayoutRequest:
            self._fit()
        return super().event(event)
