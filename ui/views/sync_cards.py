"""What the page Sync and saved is made of: the banner, one thing to look at, a round, a fact about the laptop."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QVBoxLayout, QWidget

from models.entry import Entry, Notice
from models.status import Status, progress_words
from ui import access, style
from ui.parts.buttons import Button
from ui.parts.flow import FlowLayout
from ui.parts.icon_label import IconLabel
from ui.parts.labels import PlainLabel
from ui.parts.pill import Pill
from ui.parts.surface import Surface
from ui.views import sync_words as words


@dataclass(frozen=True, slots=True)
class Laptop:
    """What the application knows of this laptop and the casebook does not; 0 is not known and not shown."""

    kept_bytes: int = 0
    lock_minutes: int = 0


_BUTTON_ICONS = {words.CANCEL: "x"}
_BUTTON_SAYS = {
    words.CANCEL: "It stops after this message. Nothing is lost, and it goes on from there.",
    words.GO_ON: "It goes on where it stopped",
}


class StateBanner(Surface):
    """How it stands, what is safe, and one button. `asked` when it is pressed."""

    def __init__(self, asked: Callable[[], None], parent: QWidget | None = None) -> None:
        super().__init__("banner", parent, tone="info")
        self.setObjectName("sync.banner")
        row = QHBoxLayout(self)
        row.setContentsMargins(22, 16, 22, 16)
        row.setSpacing(18)
        self.icon = IconLabel("cloud-off", "info", 36)
        row.addWidget(self.icon, 0, Qt.AlignmentFlag.AlignVCenter)
        column = QVBoxLayout()
        column.setSpacing(6)
        self.title = PlainLabel("", "h1")
        self.title.setObjectName("sync.state")
        self.words = PlainLabel("", "body", leading=1.4)
        self.words.setObjectName("sync.words")
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        access.describe(self.bar, "How much has been sent", key="sync.progress")
        self.progress = PlainLabel("", "small")
        self.progress.setObjectName("sync.progress_words")
        for part in (self.title, self.words, self.bar, self.progress):
            column.addWidget(part)
        row.addLayout(column, 1)
        self.button = Button("Try now", "refresh-cw")
        self.button.setObjectName("sync.now")
        self.button.clicked.connect(asked)
        row.addWidget(self.button, 0, Qt.AlignmentFlag.AlignVCenter)

    def show_state(self, state: words.State, status: Status) -> None:
        """Tell another state."""
        style.mark(self, tone=state.tone)
        self.icon.set_icon(state.icon, state.tone)
        self.title.setText(state.title)
        self.words.setText(state.words)
        self.setAccessibleName(f"{state.title}. {state.words}")
        self.button.setVisible(bool(state.button))
        if state.button:
            self.button.set_words(state.button)
            self.button.set_icon(_BUTTON_ICONS.get(state.button, "refresh-cw"))
            access.describe(self.button, state.button, _BUTTON_SAYS.get(state.button, ""), key="sync.now")
        progress = status.progress
        self.progress.setVisible(progress is not None)
        # A bar of something nobody has counted would say how far it is, and not know.
        self.bar.setVisible(progress is not None and progress.total > 0)
        if progress is not None:
            self.progress.setText(progress_words(progress))
            self.bar.setRange(0, max(progress.total, 1))
            self.bar.setValue(min(progress.done, progress.total))


class NoticePart(QWidget):
    """One thing to look at. `opened` asks for it, `put_off` wants it out of the list; ``is_main`` fills its button."""

    opened = Signal()
    put_off = Signal()

    def __init__(self, notice: Notice, entry: Entry | None, told: words.Look, *, is_main: bool) -> None:
        super().__init__()
        self.is_torn = notice.kind == words.TWO_VERSIONS and entry is not None and bool(entry.open_choices)
        self.is_beside = notice.kind == words.LEFT_BESIDE
        self.setObjectName(f"sync.notice.{notice.kind}")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 2, 0, 2)
        row.setSpacing(12)
        row.addWidget(IconLabel(told.icon, "warn", 22), 0, Qt.AlignmentFlag.AlignTop)
        column = QVBoxLayout()
        column.setSpacing(4)
        head = QHBoxLayout()
        head.setSpacing(10)
        head.addWidget(PlainLabel(told.title, "strong"), 1)
        head.addWidget(Pill(told.pill, "", "warn"), 0, Qt.AlignmentFlag.AlignTop)
        column.addLayout(head)
        sentence = PlainLabel(told.words, "small", leading=1.4)
        sentence.setObjectName("sync.notice.words")
        column.addWidget(sentence)
        column.addSpacing(4)
        buttons = FlowLayout(across=8, down=6)
        if self.is_torn:
            both = self._make(
                "See both side by side", "see_both", told.title, kind="primary" if is_main else "secondary"
            )
            both.clicked.connect(self.opened)
            buttons.addWidget(both)
        elif entry is not None:
            show = self._make("See its history" if self.is_beside else "Open", "open", told.title)
            show.clicked.connect(self.opened)
            buttons.addWidget(show)
        name, key = ("Later", "later") if self.is_torn else ("Put this away", "put_away")
        away = self._make(name, key, told.title)
        away.clicked.connect(self.put_off)
        buttons.addWidget(away)
        for button in self.findChildren(Button):
            button.setProperty("row", str(notice.notice_id))
        column.addLayout(buttons)
        row.addLayout(column, 1)

    def _make(self, shown: str, key: str, title: str, kind: str = "secondary") -> Button:
        button = Button(shown, "", kind, self)
        access.describe(button, f"{shown}: {title}", key=f"sync.{key}")
        return button


def round_row(when: str, what: str, *, has_sent: bool) -> QHBoxLayout:
    """When a round ended and what it moved."""
    row = QHBoxLayout()
    row.setSpacing(12)
    row.addWidget(IconLabel("circle-check" if has_sent else "cloud-download", "ok" if has_sent else "info", 22))
    column = QVBoxLayout()
    column.setSpacing(0)
    column.addWidget(PlainLabel(when, "h3"))
    column.addWidget(PlainLabel(what, "small"))
    row.addLayout(column, 1)
    if has_sent:
        row.addWidget(Pill("Sent", "check", "ok"))
    return row


def fact_row(label: str, value: str) -> QHBoxLayout:
    """A fact and its value at the right."""
    row = QHBoxLayout()
    row.setSpacing(12)
    row.addWidget(PlainLabel(label, "small"), 1)
    told = PlainLabel(value, "ui", wrap=False)
    told.setAccessibleName(f"{label}: {value}")
    row.addWidget(told)
    return row
