"""The foot of This is Me: the child's wish about who may see it and what it means, who has a copy, which version."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QVBoxLayout, QWidget
from shiboken6 import isValid

from models.entry import Entry
from models.history import History
from models.me_page import version_words
from models.record import declaration_of, whose_words
from models.sharing import shown
from models.value_words import value_words
from models.wording import Spoken, say
from ui import access, theme
from ui.link import Link, Navigator
from ui.parts.buttons import Button
from ui.parts.icon_label import IconLabel
from ui.parts.labels import PlainLabel
from ui.sharing import RecordSharing

TYPE = "this_is_me"
STACKED_UNDER = 640


class MeFoot(QWidget):
    """``body`` is where a strip about two versions of the wish may stand."""

    def __init__(
        self, link: Link, navigator: Navigator, entry: Entry, child: Spoken, parent: QWidget, *, is_live: bool
    ) -> None:
        super().__init__(parent)
        self._link, self._entry, self._child = link, entry, child
        declaration = declaration_of(TYPE)
        assert declaration is not None
        self._declaration, self._fields = declaration, declaration.fields
        self._parts = QBoxLayout(QBoxLayout.Direction.LeftToRight, self)
        self._parts.setContentsMargins(4, 0, 4, 0)
        self._parts.setSpacing(10)
        row = QHBoxLayout()
        row.setSpacing(10)
        self._parts.addLayout(row, 1)
        row.addWidget(IconLabel("shield-check", "text2", 20, self), 0, Qt.AlignmentFlag.AlignTop)
        self.body = QVBoxLayout()
        self.body.setContentsMargins(0, 0, 0, 0)
        self.body.setSpacing(3)
        row.addLayout(self.body, 1)
        self._add_wish()
        self.sharing: RecordSharing | None = None
        if is_live and not link.casebook.why_not_editable(entry):
            self.sharing = RecordSharing(link, navigator, entry, self, key=f"{TYPE}.sharing")
            self.body.addWidget(self.sharing)
        else:
            who = ". ".join(shown(entry.audience, entry.keep_from, link.casebook.worker_name(entry.author_id)))
            self.body.addWidget(PlainLabel(f"Who can see this: {who}", "small", self))
        copies = value_words(self._fields["copy_given_to"], entry.body.get("copy_given_to"), child)
        if copies:
            label = say(self._fields["copy_given_to"].label, child)
            self.body.addWidget(PlainLabel(f"{label}: {copies}", "small", self))
        self.version = Button("", "history", "quiet", self, trailing="chevron-right")
        self.version.setObjectName(f"{TYPE}.version")
        self.version.clicked.connect(lambda: navigator.open("history", record_id=entry.record_id))
        self._parts.addWidget(self.version, 0, Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignRight)
        self._say_version()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Which version it is stands beside, or below where letters are large: what is asked here needs the room."""
        super().resizeEvent(event)
        is_stacked = self.width() < theme.current().px(STACKED_UNDER)
        way = QBoxLayout.Direction.TopToBottom if is_stacked else QBoxLayout.Direction.LeftToRight
        if way != self._parts.direction():
            self._parts.setDirection(way)

    def _add_wish(self) -> None:
        wishes = self._fields["sharing_wishes"]
        said = str(self._entry.body.get("sharing_wishes") or "")
        if not said:
            self.body.addWidget(PlainLabel(f"{self._child.name} has not been asked who may see this.", "small", self))
            return
        is_childs = whose_words(self._declaration, wishes, self._entry.body) == "child"
        label = PlainLabel(f"“{said}”", "body", self, tone="voice" if is_childs else "")
        access.describe(label, f"{say(wishes.label, self._child)}: {said}", key=f"{TYPE}.sharing_wishes")
        self.body.addWidget(label)

    # ---- which version ---------------------------------------------------------------------------------------------

    def _say_version(self) -> bool:
        """Say which version this is. Returns whether all of them are here, so that they can be counted."""
        casebook = self._link.casebook
        history = History.of(casebook.kept(self._entry.record_id), self._entry.version_id)
        words = version_words(history, casebook.clock.today(), self._name_of)
        self.version.set_words(words or "History", name=f"{words or 'This is Me'}: see what changed")
        self.version.set_tip("See what changed, version by version")
        return history.is_whole

    def _name_of(self, worker_id: str) -> str:
        casebook = self._link.casebook
        return "you" if worker_id == casebook.me.worker.worker_id else casebook.worker_name(worker_id)

    def count_versions(self) -> None:
        """Fetch the earlier versions where they are not here, so that the number is known; quietly, where offline."""
        if self._say_version():
            return

        def came(_count: int) -> None:
            if isValid(self):
                self._say_version()

        self._link.wait(self._link.fetch_history(self._entry.record_id), came, lambda _trouble: None)
