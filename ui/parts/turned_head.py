"""The head of a page that is read with the laptop turned round: whose it is, what it is, Read aloud, and Close."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from ui import access, actions
from ui.parts.avatar import Avatar
from ui.parts.buttons import Button, give_words
from ui.parts.fitted import Fitted
from ui.parts.labels import PlainLabel
from ui.parts.read_button import ReadButton
from ui.speech import ReadAloud

GAP = 16


class TurnedHead(Fitted, QWidget):
    """`closed` when the child has seen enough. ``pieces`` is what is read aloud, asked when it begins.

    The title is never cut while a button can give up its words.
    """

    closed = Signal()

    def __init__(
        self,
        title: str,
        key: str,
        speech: ReadAloud | None,
        pieces: Callable[[], Sequence[str]],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(36, 16, 36, 12)
        self._row.setSpacing(GAP)
        self.avatar = Avatar("", 56)
        self._row.addWidget(self.avatar)
        self.title = PlainLabel(title, "display", elided=True)
        self.title.setObjectName(f"{key}.title")
        self._row.addWidget(self.title, 1)
        self.read = ReadButton(speech, pieces, f"{key}.read", self)
        self._row.addWidget(self.read)
        self._buttons: list[Button] = [self.read]
        self.close_button = Button("Close", keys=actions.keys("back"))
        access.describe(self.close_button, "Close", actions.keys("back"), key=f"{key}.close")
        self.close_button.clicked.connect(self.closed)
        self._row.addWidget(self.close_button)

    def add_button(self, button: Button) -> None:
        """Put one more beside Read aloud."""
        self._row.insertWidget(self._row.count() - 1, button)
        self._buttons.append(button)

    def _fit(self) -> None:
        margins = self._row.contentsMargins()
        room = self.width() - margins.left() - margins.right()
        title = self.title.fontMetrics().horizontalAdvance(self.title.text()) + 4
        taken = self.avatar.sizeHint().width() + title + self.close_button.sizeHint().width()
        give_words(self._buttons, room - taken - 3 * GAP, GAP)
