"""Printing: which document of a child, on which paper, as it will look; then opened to print, or saved as a file."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from PySide6.QtCore import QStandardPaths, Qt
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QFileDialog, QVBoxLayout, QWidget

from models import written
from models.changes import Changes
from models.documents import shelf
from models.documents.document import Document
from models.documents.making import PAGE, PDF, Made, make_file
from models.documents.paper import LETTERS, SIZES, TINTS, Paper
from models.errors import Trouble
from models.fields import Choice
from models.wording import Spoken
from ui import access, theme
from ui.link import Link, Navigator, touches
from ui.making import Making
from ui.parts.avatar import initials_among
from ui.parts.banner import Banner
from ui.parts.buttons import Button
from ui.parts.card import Card
from ui.parts.choice_row import ChoiceRow
from ui.parts.empty_state import EmptyState
from ui.parts.flow import FlowLayout
from ui.parts.labels import PlainLabel
from ui.parts.page_head import PageHead
from ui.parts.paper_view import PaperView
from ui.parts.scroll_page import ScrollPage
from ui.parts.trouble_box import TroubleBox
from ui.tasks import in_background
from ui.theme import Theme
from ui.views.child_facts import body_of

STACK_UNDER = 860
CHOICES_WIDE = 410
SAFE_PLACE = (
    "The file is not locked. Keep it where only those who need it can open it, and remove it when it has been used."
)
AS_PAGE = (
    "Some letters cannot be made into a PDF, so the web page was opened. It has every letter. Print it from there."
)
PAGE_SAVED = "Some letters cannot be made into a PDF, so the web page was saved. It has every letter."
SAVED = "Saved. The file is not locked: keep it where only those who need it can open it."


class PrintPage(QWidget):
    """Arguments: ``scope_id``; ``document`` is a key of `shelf`, ``record_id`` the record it is made of, if one."""

    page_key = "print"

    def __init__(self, link: Link, navigator: Navigator, look: Theme) -> None:
        super().__init__()
        self.setObjectName("page.print")
        self._link, self._navigator, self._look = link, navigator, look
        self._scope_id = self._record_id = ""
        self._document: Document | None = None
        self._is_stacked: bool | None = None
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        self._scroll = ScrollPage(margins=(24, 12, 24, 24), spacing=12)
        whole.addWidget(self._scroll)
        self.head = PageHead("print")
        self.head.went_back.connect(navigator.back)
        self._scroll.body.addWidget(self.head)
        self.trouble = TroubleBox("print.trouble")
        self._scroll.body.addWidget(self.trouble)
        self.told = Banner("", "info")
        self.told.setObjectName("print.told")
        self.told.hide()
        self._scroll.body.addWidget(self.told)
        self.making = Making(link, self, "print", told=self.told, trouble=self.trouble)
        self._across = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._across.setSpacing(16)
        self._scroll.body.addLayout(self._across)
        self._scroll.body.addStretch(1)
        self._choices = self._make_choices()
        self._across.addWidget(self._choices, 0, Qt.AlignmentFlag.AlignTop)
        self.paper = PaperView()
        self._across.addWidget(self.paper, 1)
        self.nothing = Card()
        self.nothing.add(EmptyState("printer", "Nothing to print yet.", "Begin This is Me, or write a note, first."))
        self.nothing.hide()
        self._scroll.body.insertWidget(3, self.nothing)
        link.changed.connect(self._on_change)
        look.changed.connect(self._fit)

    # ---- what is chosen ------------------------------------------------------------------------------------------

    def _make_choices(self) -> Card:
        card = Card()
        self.which = self._row(card, "Which document", "print.which", ())
        self.size_row = self._row(card, "Size of the letters", "print.size", SIZES)
        self.tint_row = self._row(card, "Colour of the paper", "print.tint", TINTS)
        self.letters_row = self._row(card, "Kind of letters", "print.letters", LETTERS)
        self.which.chosen.connect(self._turn_to)
        for row in (self.size_row, self.tint_row, self.letters_row):
            row.chosen.connect(self._draw_on)
        self.dyslexic = PlainLabel("OpenDyslexic is in the web page. A PDF has Lexend in its place.", "small")
        card.add(self.dyslexic)
        self.open_button = self._button("Open to print", "printer", "primary", "print.open", self._open)
        self.open_button.set_tip("Makes a PDF and opens it in this laptop’s own program, where you print it")
        self.save_pdf = self._button("Save as a PDF", "", "secondary", "print.save_pdf", self._save_pdf)
        self.save_page = self._button("Save as a web page", "", "secondary", "print.save_page", self._save_page)
        self.save_page.set_tip("The same words for a screen reader, and for letters that a PDF cannot have")
        self.head.buttons.addWidget(self.open_button)
        buttons = FlowLayout(across=10, down=8)
        for button in (self.save_pdf, self.save_page):
            buttons.addWidget(button)
        card.add(buttons)
        waiting = FlowLayout(across=10, down=4)
        waiting.addWidget(self.making.busy)
        waiting.addWidget(self.making.stop_button)
        card.add(waiting)
        card.add(PlainLabel(SAFE_PLACE, "small"))
        return card

    def _row(self, card: Card, words: str, key: str, answers: tuple[Choice, ...]) -> ChoiceRow:
        row = ChoiceRow([(one.code, one.words) for one in answers], name=words)
        row.setObjectName(key)
        row.set_answers([(one.code, one.words) for one in answers])
        label = PlainLabel(words, "h3")
        label.setBuddy(row)
        card.add(label)
        card.add(row)
        return row

    def _button(self, words: str, icon: str, kind: str, key: str, call: Callable[[], None]) -> Button:
        button = Button(words, icon, kind)
        access.describe(button, words, key=key)
        button.clicked.connect(call)
        return button

    # ---- the page ------------------------------------------------------------------------------------------------

    def page_title(self) -> str:
        """The title a screen reader says."""
        return self.head.title.text()

    def opened(self, scope_id: str = "", document: str = "", record_id: str = "", **_more: Any) -> None:
        """Show a document of a child on the paper they asked for; the main button has the focus and takes Enter."""
        self._scope_id, self._record_id = scope_id, record_id
        casebook = self._link.casebook
        name = Spoken.of(body_of(casebook, scope_id)).name
        marks = initials_among(casebook.names())
        self.head.show_child(f"Print for {name}", name, marks.get(name, ""))
        paper = shelf.paper_for(casebook, scope_id)
        for row, code in ((self.size_row, paper.size), (self.tint_row, paper.tint), (self.letters_row, paper.letters)):
            row.set_value((code,))
        self._offer(document)
        self.open_button.setFocus(Qt.FocusReason.OtherFocusReason)
        show = getattr(self._navigator, "show_main_action", None)
        if show is not None:
            show(self._document is not None)

    def _offer(self, wanted: str) -> None:
        kinds = list(shelf.of_child(self._link.casebook, self._scope_id))
        if self._record_id and wanted and wanted not in [kind.key for kind in kinds]:
            kinds.insert(0, shelf.kind_of(wanted))
        self.which.set_answers([(kind.key, kind.title) for kind in kinds])
        keys = [kind.key for kind in kinds]
        self.which.set_value((wanted if wanted in keys else keys[0] if keys else "",))
        self._draw()

    def _on_change(self, changes: Changes) -> None:
        if self._scope_id and touches(changes, asked_by="", scope_id=self._scope_id):
            self._draw()

    def _turn_to(self, codes: tuple[str, ...]) -> None:
        if not codes and self._document is not None:
            self.which.set_value((self._document.kind,))
            return
        self._draw()

    def _draw_on(self, _codes: object) -> None:
        """Draw on another paper; an answer that was taken back is the usual one."""
        usual = Paper()
        for row, code in ((self.size_row, usual.size), (self.tint_row, usual.tint), (self.letters_row, usual.letters)):
            if not row.value():
                row.set_value((code,))
        self._draw()

    def _chosen_paper(self) -> Paper:
        size, tint, letters = (row.value()[0] for row in (self.size_row, self.tint_row, self.letters_row))
        return replace(Paper(), size=size, tint=tint, letters=letters)

    def _draw(self) -> None:
        chosen = self.which.value()
        self._document = None
        if chosen:
            try:
                record_id = self._record_for(shelf.kind_of(chosen[0]))
                self._document = shelf.make(self._link.casebook, chosen[0], self._scope_id, record_id)
            except Trouble as trouble:
                self._tell(trouble)
        has_one = self._document is not None
        for part in (self._choices, self.paper, self.open_button):
            part.setVisible(has_one)
        self.nothing.setVisible(not has_one)
        if self._document is not None:
            self.paper.show_document(self._document, self._chosen_paper())
        self.dyslexic.setVisible(self.letters_row.value() == ("opendyslexic",))

    def _record_for(self, kind: shelf.Kind) -> str:
        """The record this page was opened for, where this document can be made of it alone; else ""."""
        entry = self._link.casebook.entry(self._record_id) if self._record_id else None
        return self._record_id if entry is not None and entry.type == kind.needs else ""

    def new_note_about(self) -> dict[str, str]:
        """What a new note started here is about."""
        return {"scope_id": self._scope_id}

    def leave(self) -> None:
        """Nobody waits any more for what is being made."""
        self.making.stop()

    def act(self, name: str) -> bool:
        """Ctrl+P on this page prints, as Enter does."""
        if name in ("print", "finish") and self._document is not None:
            self.open_button.click()
            return True
        return False

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter presses the button that has the focus, and the main one where none has."""
        if event.key() not in (Qt.Key.Key_Return, Qt.Key.Key_Enter) or self._document is None:
            super().keyPressEvent(event)
            return
        standing = self.focusWidget()
        (standing if isinstance(standing, Button) else self.open_button).click()

    # ---- making --------------------------------------------------------------------------------------------------

    def _open(self) -> None:
        self._make("Making the PDF…", PDF, self._show_outside)

    def _save_pdf(self) -> None:
        self._save(PDF, "Save the PDF", "PDF (*.pdf)")

    def _save_page(self) -> None:
        self._save(PAGE, "Save the web page", "Web page (*.html)")

    def _save(self, ending: str, words: str, files: str) -> None:
        if self._document is None:
            return
        kind = shelf.kind_of(self._document.kind)
        folder = Path(QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation))
        wanted = str(folder / shelf.file_name(kind, self._document.made_on, ending))
        chosen, _kind = QFileDialog.getSaveFileName(self, words, wanted, files)
        if not chosen:
            return
        path = Path(chosen if chosen.lower().endswith(ending) else chosen + ending)
        self._make("Making the file…", ending, lambda made: self._write(made, path))

    def _make(self, words: str, ending: str, then: Callable[[Made], None]) -> None:
        """Make the file beside the screen; what was asked for before and is not done yet is let go."""
        self.making.stop()
        document, paper = self._document, self._chosen_paper()
        if document is None:
            return

        def made(file: Made | None) -> None:
            if file is not None:
                then(file)

        self.making.begin(words, lambda is_wanted: make_file(document, paper, ending, is_wanted), made)

    def _show_outside(self, made: Made) -> None:
        open_outside = self._link.open_outside
        if open_outside is None:
            self.making.fail(
                Trouble("No other program can be opened here", "Nothing is lost.", "Save the PDF instead.")
            )
            return
        words = AS_PAGE if made.is_instead else "Opened in another program. Print it there. Heard removes its copy."
        self.making.go_on(open_outside(made.content, made.ending), lambda _path: self.making.end(words))

    def _write(self, made: Made, path: Path) -> None:
        if made.is_instead:
            path = path.with_suffix(made.ending)
        words = f"{PAGE_SAVED} {SAVED}" if made.is_instead else SAVED
        future = in_background(lambda: written.write_whole(made.content, path), "document")
        self.making.go_on(future, lambda _path: self.making.end(words))

    def _tell(self, trouble: Trouble) -> None:
        self.trouble.show_trouble(trouble.title, trouble.message, trouble.help)

    # ---- beside each other, or below -------------------------------------------------------------------------------

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        is_stacked = self.width() < self._look.px(STACK_UNDER)
        if is_stacked == self._is_stacked:
            return
        self._is_stacked = is_stacked
        direction = QBoxLayout.Direction.TopToBottom if is_stacked else QBoxLayout.Direction.LeftToRight
        self._across.setDirection(direction)
        self._choices.setMaximumWidth(16_777_215 if is_stacked else theme.current().px(CHOICES_WIDE))
