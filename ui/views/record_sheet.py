"""A record to read: its answers under their heads, each in the colour of whose words it is; made from a declaration."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QWidget

from models.entry import Entry
from models.moments import in_a_sentence, local, read_moment, short_day
from models.reading import CHILD, Answer, read_record
from models.wording import Spoken, say
from ui import access, theme
from ui.link import Link, Navigator
from ui.parts.buttons import Button
from ui.parts.card import Card
from ui.parts.drawn_sheet import DrawnSheet
from ui.parts.labels import PlainLabel
from ui.parts.voice_quote import VoiceQuote
from ui.views.child_facts import title_of_record

STACKED_UNDER = 560
LABEL = 200


class RecordSheet(Card):
    """Shows one entry and who wrote it; ``edit`` opens its form, or says why it cannot be changed."""

    def __init__(
        self,
        link: Link,
        navigator: Navigator,
        entry: Entry,
        child: Spoken,
        parent: QWidget | None = None,
        *,
        title: str = "",
        page: str = "edit",
    ) -> None:
        declaration = entry.declaration
        assert declaration is not None
        self.edit = Button("Change", "pencil", "quiet")
        super().__init__(title or say(declaration.title, child), self.edit, parent)
        self.setObjectName(f"sheet.{entry.type}")
        casebook = link.casebook
        access.describe(self.edit, f"Change {title or declaration.title}", key=f"{entry.type}.edit")
        more = {"scope_id": entry.scope_id} if page != "edit" else {"type": entry.type, "record_id": entry.record_id}
        self.edit.clicked.connect(lambda: navigator.open(page, **more))
        self._rows: list[tuple[QWidget, QWidget]] = []
        self._grids: list[QGridLayout] = []
        self._is_stacked: bool | None = None
        parts = read_record(declaration, entry.body, child, lambda one: title_of_record(casebook, one))
        for part in parts:
            if part.title and len(parts) > 1 and page == "edit":
                self.add(PlainLabel(part.title, "overline"))
            grid = QGridLayout()
            grid.setHorizontalSpacing(16)
            grid.setVerticalSpacing(8)
            self._grids.append(grid)
            self.add(grid)
            for answer in part.answers:
                self._add_answer(grid, entry.type, answer)
        if not parts:
            self.add(PlainLabel("Nothing written down yet.", "small"))
        self._add_foot(link, entry)
        self._fit()

    def _add_answer(self, grid: QGridLayout, type_name: str, answer: Answer) -> None:
        label = PlainLabel(answer.label, "small")
        value: QWidget
        if answer.drawn:
            value = DrawnSheet(answer.drawn, answer.words)
        elif answer.is_exact and answer.whose == CHILD:
            value = PlainLabel(answer.words, "body", tone="voice") if answer.is_short else VoiceQuote(answer.words)
        else:
            value = PlainLabel(answer.words, "body", leading=1.4)
        access.describe(value, f"{answer.label}: {answer.words}", key=f"{type_name}.{answer.field}")
        self._rows.append((label, value))
        label.setProperty("grid", len(self._grids) - 1)

    def _add_foot(self, link: Link, entry: Entry) -> None:
        changed = _day_of(entry.changed_at, link)
        by = link.casebook.worker_name(entry.author_id)
        row = QHBoxLayout()
        row.addWidget(PlainLabel(f"Last changed {changed} by {by}" if changed else f"By {by}", "small"), 1)
        self.add(row)
        why_not = link.casebook.why_not_editable(entry)
        if why_not:
            self.edit.set_words("Open")
            self.edit.set_icon("")
            self.edit.set_tip(why_not)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        """Label beside its answer, or above it where there is no room."""
        is_stacked = self.width() < theme.current().px(STACKED_UNDER)
        if is_stacked == self._is_stacked:
            return
        self._is_stacked = is_stacked
        for at, (label, value) in enumerate(self._rows):
            grid = self._grids[label.property("grid")]
            grid.removeWidget(label)
            grid.removeWidget(value)
            top = Qt.AlignmentFlag.AlignTop
            if is_stacked:
                grid.addWidget(label, 2 * at, 0)
                grid.addWidget(value, 2 * at + 1, 0)
            else:
                label.setContentsMargins(0, 3, 0, 0)
                grid.addWidget(label, 2 * at, 0, top)
                grid.addWidget(value, 2 * at, 1)
        for grid in self._grids:
            grid.setColumnMinimumWidth(0, 0 if is_stacked else theme.current().px(LABEL))
            grid.setColumnStretch(0, 1 if is_stacked else 0)
            grid.setColumnStretch(1, 0 if is_stacked else 1)


def _day_of(stamp: str, link: Link) -> str:
    moment = read_moment(stamp)
    if moment is None:
        return ""
    return in_a_sentence(short_day(local(moment).date(), link.casebook.clock.today()))
