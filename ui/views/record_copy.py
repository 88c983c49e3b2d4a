"""A copy of a child's record for whoever asked for one: what goes in, what is kept apart and why, and where it lies."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

from PySide6.QtCore import QStandardPaths
from PySide6.QtWidgets import QFileDialog, QVBoxLayout, QWidget

from models.documents import handing_out, shelf, subject_access
from models.documents.paper import Paper
from models.documents.subject_access import CHILD, PARENT, REASONS, Pack
from models.wording import Spoken, say
from ui import access
from ui.link import Link, Navigator
from ui.making import Making
from ui.parts.avatar import initials_among
from ui.parts.banner import Banner
from ui.parts.bullet_list import BulletList
from ui.parts.buttons import Button
from ui.parts.card import Card
from ui.parts.choice_row import ChoiceRow
from ui.parts.labels import PlainLabel
from ui.parts.page_head import PageHead
from ui.parts.paper_view import PaperView
from ui.parts.scroll_page import ScrollPage
from ui.parts.trouble_box import TroubleBox
from ui.theme import Theme
from ui.views.child_facts import body_of

WHAT = (
    "Anybody may ask for a copy of what is held about them. It is due within one month, and no form is needed. "
    "Heard makes two things: the copy to give, and a page for the council only that says what is kept apart, and why."
)
NOT_TOLD = (
    "The copy for a parent does not show that anything is kept apart. Give them the folder “To give”, and no other."
)
PAPER_WIDE = 820
SAVED = "Saved in two folders, “To give” and “For the council only”. They are not locked. Read the copy before it goes."


class RecordCopyPage(QWidget):
    """Arguments: ``scope_id``."""

    page_key = "record_copy"

    def __init__(self, link: Link, navigator: Navigator, look: Theme) -> None:
        super().__init__()
        del look
        self.setObjectName("page.record_copy")
        self._link, self._navigator = link, navigator
        self._scope_id = ""
        self._pack: Pack | None = None
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        scroll = ScrollPage(margins=(24, 12, 24, 24), spacing=12)
        whole.addWidget(scroll)
        self.head = PageHead("record_copy")
        self.head.went_back.connect(navigator.back)
        self.save = Button("Save the copy", "", "primary")
        access.describe(self.save, "Save the copy", key="record_copy.save")
        self.save.clicked.connect(self._choose)
        self.head.buttons.addWidget(self.save)
        self.trouble = TroubleBox("record_copy.trouble")
        self.told = Banner("", "info")
        self.told.setObjectName("record_copy.told")
        self.told.hide()
        self.making = Making(link, self, "record_copy", told=self.told, trouble=self.trouble)
        self.paper = PaperView()
        self.paper.setMaximumWidth(PAPER_WIDE)
        for part in (self.head, self.trouble, self.told, self._make_card(), self.paper):
            scroll.body.addWidget(part)
        scroll.body.addStretch(1)

    def _make_card(self) -> Card:
        card = Card()
        card.add(PlainLabel(WHAT, "body", leading=1.4))
        label = PlainLabel("Who asked", "h3")
        self.whom = ChoiceRow(name="Who asked")
        self.whom.setObjectName("record_copy.whom")
        self.whom.chosen.connect(self._draw)
        label.setBuddy(self.whom)
        card.add(label)
        card.add(self.whom)
        self.counts = PlainLabel("", "h3")
        self.counts.setObjectName("record_copy.counts")
        card.add(self.counts)
        self._reasons = QVBoxLayout()
        card.add(self._reasons)
        self.not_told = PlainLabel(NOT_TOLD, "small")
        card.add(self.not_told)
        card.add(self.making.busy)
        card.add(self.making.stop_button)
        return card

    # ---- the page ------------------------------------------------------------------------------------------------

    def page_title(self) -> str:
        """The title a screen reader says."""
        return self.head.title.text()

    def opened(self, scope_id: str = "", **_more: Any) -> None:
        """Show what a copy for the child would hold."""
        self._scope_id = scope_id
        casebook = self._link.casebook
        name = Spoken.of(body_of(casebook, scope_id)).name
        marks = initials_among(casebook.names())
        self.head.show_child("A copy of the record", name, marks.get(name, ""))
        self.whom.set_answers([(CHILD, name), (PARENT, "Somebody with parental responsibility")])
        self.whom.set_value((CHILD,))
        show = getattr(self._navigator, "show_main_action", None)
        if show is not None:
            show(True)
        self._draw()

    def new_note_about(self) -> dict[str, str]:
        """What a new note started here is about."""
        return {"scope_id": self._scope_id}

    def leave(self) -> None:
        """Nobody waits any more for what is being made."""
        self.making.stop()

    def _asked(self) -> str:
        chosen = self.whom.value()
        if not chosen:  # somebody has to have asked
            self.whom.set_value((CHILD,))
        return chosen[0] if chosen else CHILD

    def _draw(self) -> None:
        """Read all of it beside the screen: a child may have hundreds of records."""
        whom, scope_id, casebook = self._asked(), self._scope_id, self._link.casebook
        self.making.stop()
        self._pack = None
        self.save.setEnabled(False)
        self.not_told.setVisible(whom == PARENT)
        self.making.begin(
            "Reading the record…", lambda _wanted: subject_access.make(casebook, scope_id, whom), self._drawn,
            may_stop=False,
        )  # fmt: skip

    def _drawn(self, pack: Pack) -> None:
        self.making.end()
        self._pack = pack
        self.save.setEnabled(True)
        given, apart = len(pack.given), len(pack.withheld)
        self.counts.setText(f"{_records(given)} in the copy. {_records(apart) if apart else 'Nothing'} kept apart.")
        self._show_reasons(pack)
        self.paper.show_document(pack.copy, self._paper())

    def _show_reasons(self, pack: Pack) -> None:
        while (item := self._reasons.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        counts = Counter(reason for _, reason in pack.withheld)
        child = Spoken.of(body_of(self._link.casebook, self._scope_id))
        lines = [f"{say(reason, child)}: {counts[reason]}" for reason in REASONS if counts[reason]]
        if lines:
            reasons = BulletList(lines)
            access.describe(reasons, ". ".join(lines), key="record_copy.reasons")
            self._reasons.addWidget(reasons)

    def _paper(self) -> Paper:
        return shelf.paper_for(self._link.casebook, self._scope_id) if self._asked() == CHILD else Paper()

    # ---- saving --------------------------------------------------------------------------------------------------

    def _choose(self) -> None:
        pack = self._pack
        if pack is None:
            return
        near = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation)
        chosen = QFileDialog.getExistingDirectory(self, "Where to save the copy", near)
        if not chosen:
            return
        casebook, whom, paper, folder = self._link.casebook, self._asked(), self._paper(), Path(chosen)
        self.making.begin(
            "Making the copy…",
            lambda is_wanted: handing_out.save(casebook, pack, whom, folder, paper, is_wanted),
            lambda _made: self.making.end(SAVED),
        )


def _records(count: int) -> str:
    return "1 record is" if count == 1 else f"{count} records are"
