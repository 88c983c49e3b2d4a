"""Whom is it about? Asked where a page was opened without a child: the last ones looked at, or any of them."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from models.casebook import Casebook
from models.wording import name_and_age
from ui import access
from ui.parts.card import Card
from ui.parts.chips import Chip
from ui.parts.empty_state import EmptyState
from ui.parts.flow import FlowLayout
from ui.parts.labels import PlainLabel
from ui.parts.picker import Picker
from ui.views.child_facts import recent_children

HINT = "Type a name or press the arrow keys, then Enter."


class ChooseChild(QWidget):
    """`chosen` carries the scope of the child."""

    chosen = Signal(str)

    def __init__(self, casebook: Casebook, title: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        self._first: QWidget = self
        children, today = casebook.children(), casebook.clock.today()
        if not children:
            words = "They come with the first sync. Heard says so on the page Children."
            column.addWidget(EmptyState("users", "No children on this laptop yet", words, parent=self))
            return
        card = Card(title, parent=self)
        column.addWidget(card)
        names = {child.scope_id: name_and_age(child.body, today) for child in children}
        recent = [scope for scope in recent_children(casebook) if scope in names]
        chips = FlowLayout(across=8, down=2)
        for scope in recent:
            chip = Chip(names[scope], parent=card)
            chip.setObjectName(f"choose_child.{scope}")
            chip.clicked.connect(lambda _=False, scope=scope: self.chosen.emit(scope))
            chips.addWidget(chip)
        if recent:
            card.add(PlainLabel("Looked at last", "overline", card))
            card.add(chips)
        card.add(PlainLabel("Any child or young person assigned to you", "overline", card))
        self.box = Picker(card)
        self._is_typing = False
        access.describe(self.box, "Child or young person", HINT, key="choose_child")
        self.box.view().setAccessibleName("Child or young person")
        self.box.addItem("Choose", "")
        for scope, name in names.items():
            self.box.addItem(name, scope)
        self.box.activated.connect(lambda _at: self._pick())
        self.box.installEventFilter(self)
        card.add(self.box)
        card.add(PlainLabel(HINT, "small", card))
        card.setMaximumWidth(720)
        self._first = self.box

    def start(self) -> None:
        """Take the focus."""
        self._first.setFocus(Qt.FocusReason.OtherFocusReason)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        # Keys move among the names of a closed list. Qt calls each of them picked: the first letter would have chosen
        # some child, and the rest of the name would have been typed into that child's record.
        if watched is self.box and isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                self._is_typing = False
                self._pick()
                return True
            self._is_typing = True
            QTimer.singleShot(0, self, self._typed)
        return super().eventFilter(watched, event)

    def _typed(self) -> None:
        self._is_typing = False

    def _pick(self) -> None:
        if self._is_typing:
            return
        if scope := str(self.box.currentData() or ""):
            self.chosen.emit(scope)
