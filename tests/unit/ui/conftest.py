"""What the tests of the screens share: a fresh light look, a page with every part on it, a window with plain pages."""

from __future__ import annotations

import weakref
from collections.abc import Callable, Iterator
from datetime import datetime
from types import SimpleNamespace

import pytest
from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtWidgets import (
    QApplication,
    QCheckBox,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QRadioButton,
    QTextEdit,
    QVBoxLayout,
    QWidget,
)

from ui.parts.avatar import Avatar
from ui.parts.buttons import Button
from ui.parts.card import Card
from ui.parts.chips import Chip
from ui.parts.choice_row import ChoiceRow
from ui.parts.cover_page import PinAnswer
from ui.parts.divider import Divider
from ui.parts.empty_state import EmptyState
from ui.parts.error_summary import ErrorSummary
from ui.parts.icon_label import IconLabel
from ui.parts.key_cap import KeyCap
from ui.parts.knock_strip import KnockStrip
from ui.parts.labels import PlainLabel
from ui.parts.pages import PageSpec
from ui.parts.picker import NumberField, Picker
from ui.parts.pill import Pill
from ui.parts.scroll_page import ScrollPage
from ui.parts.section_head import SectionHead
from ui.parts.surface import Surface
from ui.parts.tabs import Tabs
from ui.parts.toast import Toast
from ui.parts.voice_quote import VoiceQuote
from ui.theme import Look, Scheme, Theme
from ui.window import HeardWindow


def settle() -> None:
    """Run what is due now, the truly deleting part included, which `processEvents` leaves out."""
    for _ in range(4):
        QApplication.processEvents()
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


@pytest.fixture(name="settle")
def _settle() -> object:
    return settle


@pytest.fixture
def look(qapp: QApplication) -> Iterator[Theme]:
    """A light theme at 100 %, taken down afterwards."""
    theme = Theme(qapp, Look(scheme=Scheme.LIGHT), high_contrast=lambda: False)
    yield theme
    theme.set_look(Look(scheme=Scheme.LIGHT))
    settle()


def _row(*parts: QWidget) -> QHBoxLayout:
    row = QHBoxLayout()
    row.setSpacing(12)
    for part in parts:
        row.addWidget(part)
    row.addStretch(1)
    return row


def build_gallery() -> SimpleNamespace:
    """Return every part on one page, by name; ``page`` is the page itself."""
    page = ScrollPage()
    it = SimpleNamespace(page=page)
    add = page.body.addWidget
    it.summary = ErrorSummary()
    add(it.summary)
    add(SectionHead("Monday 23 November", Pill("2", tone="warn"), "h1"))
    visit = Card()
    it.main = Button("Start visit note", "file-pen-line", "primary")
    head = _row(Avatar("Sarah"), PlainLabel("Sarah, 17", "h2", wrap=False))
    for button in (Button("This is Me", "user-round"), it.main):
        head.addWidget(button)
    visit.add(head)
    it.strip = KnockStrip("call her grandad first. One change at a time. Short, clear words – she has dyslexia.")
    visit.add(it.strip)
    add(visit)
    note = Card("Home visit", Pill("Waiting to send", "cloud-off", "info"))
    it.quote = VoiceQuote("I want to know a week before if anyone new is coming. I don’t like it when it changes.")
    note.add(it.quote)
    note.add(_row(Pill("Her words", tone="voice"), Pill("Told Sarah 6 Nov", "check", "ok"), KeyCap("Ctrl+Shift+B")))
    note.add(Divider())
    note.add(_row(IconLabel("hand", "info", ground="info_soft"), PlainLabel("Saved 10:52:08", "small", wrap=False)))
    add(note)
    it.quiet = Button("Back", "chevron-left", "quiet")
    it.keys = Button("Finish note", "check", "primary", keys="Ctrl+Enter")
    page.body.addLayout(_row(it.quiet, it.keys, Button("Delete", "trash-2", "danger"), Button("Why?", kind="link")))
    answers = [("yes", "Yes"), ("her_choice", "No, her choice"), ("other", "No, other")]
    it.one = ChoiceRow(answers, name="Seen alone?")
    it.several = ChoiceRow([("talking", "Talking"), ("drawing", "Drawing")], several=True, name="How Sarah told you")
    add(it.one)
    add(it.several)
    own = Surface("voice")
    column = QVBoxLayout(own)
    it.chip = Chip("Faces", "sparkles")
    column.addLayout(_row(PlainLabel("In Sarah’s own words", "h3", tone="voice", wrap=False), it.chip))
    it.text = QTextEdit()
    it.text.setAccessibleName("In Sarah’s own words")
    column.addWidget(it.text)
    add(own)
    it.line, it.pick, it.number = QLineEdit(), Picker(), NumberField(1, 15)
    it.line.setPlaceholderText("Filter your children")
    it.pick.addItems(["Home visit", "School visit"])
    for field, name in ((it.line, "Filter your children"), (it.pick, "Where"), (it.number, "Minutes")):
        field.setAccessibleName(name)
        add(field)
    page.body.addLayout(_row(QCheckBox("Reduce movement"), QRadioButton("Light"), QRadioButton("Dark")))
    it.tabs = Tabs(("Timeline", "This is Me"), name="Pages about Sarah")
    add(it.tabs)
    add(EmptyState("users", "No children on this laptop yet", "They will be copied here.", Button("Copy now")))
    page.body.addStretch(1)
    it.toast = Toast(page)
    return it


@pytest.fixture
def gallery(qtbot: object, look: Theme) -> Iterator[SimpleNamespace]:
    """Every part on one page, shown at 1366 x 768."""
    del look
    it = build_gallery()
    qtbot.addWidget(it.page)  # type: ignore[attr-defined]
    it.page.resize(1366, 768)
    it.page.show()
    settle()
    yield it
    it.page.close()


PIN = "481516"


class APage(QWidget):
    def __init__(self, key: str, log: list[tuple[str, str]]) -> None:
        super().__init__()
        self.page_key = key
        self.log = log
        self.stays = False
        self.answers: set[str] = set()
        column = QVBoxLayout(self)
        self.label = QLabel("Sarah, 17")
        self.text = QTextEdit()
        self.line = QLineEdit()
        for part in (self.label, self.text, self.line):
            column.addWidget(part)

    def opened(self, **arguments: object) -> None:
        self.log.append(("opened", f"{self.page_key} {arguments}"))

    def may_leave(self) -> bool:
        return not self.stays

    def leave(self) -> None:
        self.log.append(("left", self.page_key))

    def act(self, name: str) -> bool:
        if name in self.answers:
            self.log.append(("acted", name))
        return name in self.answers


@pytest.fixture
def shell(qtbot, look: Theme, settle) -> Iterator[SimpleNamespace]:
    log: list[tuple[str, str]] = []
    built: list[weakref.ref[APage]] = []

    def build(key: str) -> Callable[[], QWidget]:
        def make() -> QWidget:
            page = APage(key, log)
            built.append(weakref.ref(page))
            return page

        return make

    asked: list[str] = []

    def check_pin(text: str) -> PinAnswer:
        asked.append(text)
        return PinAnswer(text == PIN)

    window = HeardWindow(check_pin, now=lambda: datetime(2026, 11, 23, 10, 5))
    for spec in (
        PageSpec("today", "Today", build("today"), "house", "main", 1, kept=True),
        PageSpec("children", "Children", build("children"), "users", "main", 2, kept=True),
        PageSpec("sync", "Sync and saved", build("sync"), "refresh-cw", "main", 5, kept=True),
        PageSpec("settings", "Settings", build("settings"), "settings", "foot"),
        PageSpec("note", "Visit note", build("note")),
        PageSpec("find", "Find", build("find")),
        PageSpec("card", "Before you knock", build("card"), whole=True),
    ):
        window.register(spec)
    qtbot.addWidget(window)
    window.resize(1366, 768)
    window.show()
    window.activateWindow()
    window.open("today")
    settle()
    log.clear()
    yield SimpleNamespace(window=window, log=log, built=built, asked=asked)
    window.close()
