"""Life story: why am I in care, who told me, how well I understand it; my story so far; moving on (domain 4.3)."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from models.changes import Changes
from models.dates_typed import Lean, say_day
from models.entry import Entry
from models.life_story import chapters, understood
from models.moving_on import CHECK, MovingOn, moving_on
from models.record import declaration_of
from models.wording import Spoken, say
from ui import access
from ui.form import Form
from ui.form_manner import Manner
from ui.form_parts import FormPart
from ui.link import Link, Navigator, touches
from ui.parts.buttons import Button
from ui.parts.card import Card
from ui.parts.empty_state import EmptyState
from ui.parts.icon_label import IconLabel
from ui.parts.labels import PlainLabel
from ui.parts.scale import Scale
from ui.parts.section_head import SectionHead
from ui.theme import Theme
from ui.views.form_page import FormPage
from ui.views.record_sheet import RecordSheet
from ui.views.story_view import StoryView

WHY, MOVING = "Why am I in care?", "Moving on"
UNDERSTANDS = "understands_why_in_care"
_WHY = ("life_story_explained_on", "life_story_by", "life_story_tool", "life_story_next_step")
_MOVING = ("care_leaver_category", "health_passport")
LOW, HIGH = "I do not understand it", "I understand it well"
EMPTY = "How it began, what {child} says and makes, and what {they} {do} hear back will stand here, year by year."
_TYPES = frozenset({"child", "involvement", "own_words", "promise", "attachment", CHECK, "visit_note"})


class LifeStoryPage(FormPage):
    """Opened with a child's ``scope_id``. The answers are part of the child's own record, saved as they are given."""

    page_key = "life_story"

    def __init__(self, link: Link, navigator: Navigator, theme: Theme) -> None:
        super().__init__(link, navigator, theme)
        self.scale: Scale | None = None
        self._before: PlainLabel | None = None
        self._below: QWidget | None = None
        self.tell_button = self.add_head("Turn the laptop round", "book-heart", "life_story.tell", self._tell)
        link.changed.connect(self._follow)

    def opened(self, scope_id: str = "", **_more: object) -> None:
        """Show one child's life story."""
        casebook = self._link.casebook
        entry = casebook.child(scope_id)
        self.clear()
        self.scale = self._before = self._below = None
        self.show_child(scope_id, "Life story")
        self.tell_button.setVisible(entry is not None)
        if entry is None:
            self.show_nothing(
                "circle-help", "This is not on this laptop", "The child may no longer be assigned to you."
            )
        elif why_not := casebook.why_not_editable(entry):
            self.show_choice(QWidget(self.page.content))
            self.say_note(f"{why_not.rstrip('.')}. You can read it here.", "lock")
            self._add_below(entry)
        else:
            self._write(entry)
        self.arrive()

    def arguments(self) -> dict[str, Any]:
        """What leads back here."""
        return {"scope_id": self.scope_id}

    # ---- why am I in care --------------------------------------------------------------------------------------------

    def _write(self, entry: Entry) -> None:
        declaration = declaration_of("child")
        assert declaration is not None
        asked = (*_WHY, *(_MOVING if moving_on(self._link.casebook, self.scope_id) else ()))
        manner = Manner(
            without=frozenset(declaration.fields) - set(asked),
            leans={"life_story_explained_on": Lean.BACK},
            placed={**dict.fromkeys(_WHY, WHY), **dict.fromkeys(_MOVING, MOVING)},
            lines={"life_story_next_step": 2},
            has_inline=False,
            first=WHY,
        )
        form = self.show_form(declaration, entry.draft(), entry, manner)
        first = next(part for part in form.parts if set(part.names) & set(_WHY))
        self._add_scale(form, first)
        self._add_below(entry)

    def _add_scale(self, form: Form, part: FormPart) -> None:
        field = form.declaration.fields[UNDERSTANDS]
        label = say(field.label, form.child)
        answer = QWidget(part)
        column = QVBoxLayout(answer)
        column.setContentsMargins(0, 0, 0, 4)
        column.setSpacing(6)
        head = QHBoxLayout()
        head.setSpacing(9)
        head.addWidget(IconLabel("message-square-heart", "voice", 20, answer))
        head.addWidget(PlainLabel(label, "h3", answer, tone="voice"), 1)
        column.addLayout(head)
        self.scale = Scale(label, LOW, HIGH, answer, key=f"child.{UNDERSTANDS}")
        self.scale.show_value(form.body().get(UNDERSTANDS))
        self.scale.chosen.connect(self._answer)
        column.addWidget(self.scale)
        self._before = PlainLabel("", "small", answer)
        self._before.setObjectName("life_story.before")
        column.addWidget(self._before)
        part.host.insertWidget(1, answer)
        self._say_before()

    def _answer(self, number: object) -> None:
        if self.form is not None:
            self.form.set_value(UNDERSTANDS, number)

    def _say_before(self) -> None:
        """Earlier answers stand there only beside a new one: they are not to steer it (look, section 3)."""
        if self._before is None or self.scale is None:
            return
        now = self.scale.value()
        earlier = understood(self._link.casebook, self.scope_id)
        if earlier and earlier[-1][1] == now:
            earlier = earlier[:-1]
        words = ", ".join(f"{number:g} on {say_day(on)}" for on, number in earlier)
        self._before.setText(f"Before: {words}" if words and now is not None else "")
        self._before.setVisible(bool(self._before.text()))

    def record_changed(self, entry: Entry) -> None:
        """What another laptop answered shows here, too."""
        super().record_changed(entry)
        if self.scale is not None and self.form is not None and not self.form.autosave.is_unsaved(UNDERSTANDS):
            self.scale.show_value(entry.body.get(UNDERSTANDS))
            self._say_before()

    # ---- the story, and moving on ------------------------------------------------------------------------------------

    def _tell(self) -> None:
        self._navigator.open("my_story", scope_id=self.scope_id)

    def _add_below(self, entry: Entry) -> None:
        """The story after the first part, then what is due of moving on; drawn anew when something of it changes."""
        child = Spoken.of(entry.body)
        host = self.form.layout() if self.form is not None else None
        column = host if isinstance(host, QVBoxLayout) else self._place
        if self._below is not None:
            column.removeWidget(self._below)
            self._below.hide()
            self._below.deleteLater()
        self._below = QWidget(self.form or self.page.content)
        inside = QVBoxLayout(self._below)
        inside.setContentsMargins(0, 0, 0, 0)
        inside.setSpacing(12)
        casebook = self._link.casebook
        standing = moving_on(casebook, self.scope_id)
        if standing is not None:
            inside.addWidget(self._moving_card(standing, child))
            for check in standing.checks:
                inside.addWidget(RecordSheet(self._link, self._navigator, check, child, self._below))
        inside.addWidget(SectionHead("My story so far", None, "h2", self._below))
        found = chapters(casebook, self.scope_id)
        if found:
            inside.addWidget(StoryView(self._link, self._navigator, found, self.page, self._below))
        else:
            card = Card(parent=self._below)
            card.add(EmptyState("book-heart", "Nothing to tell yet.", say(EMPTY, child)))
            inside.addWidget(card)
        column.addWidget(self._below)

    def _moving_card(self, standing: MovingOn, child: Spoken) -> Card:
        card = Card(f"What is due for {child.name}", parent=self._below)
        card.setObjectName("life_story.due")
        for fact in standing.facts:
            row = QHBoxLayout()
            row.setSpacing(10)
            icon = {"ok": "circle-check", "warn": "circle-alert"}.get(fact.tone, "calendar")
            row.addWidget(IconLabel(icon, fact.tone or "text2", 20, card), 0, Qt.AlignmentFlag.AlignTop)
            row.addWidget(PlainLabel(f"{fact.label}: {fact.words}.", "body", card, leading=1.3), 1)
            card.add(row)
        add = Button("Write down a check", "plus", "secondary", card)
        access.describe(add, "Write down a birthday check", key="life_story.add_check")
        add.clicked.connect(lambda: self._begin_check(standing))
        card.body.addWidget(add, 0, Qt.AlignmentFlag.AlignLeft)
        return card

    def _begin_check(self, standing: MovingOn) -> None:
        today, window = self._link.casebook.clock.today(), standing.window
        # Outside a window nobody can tell which birthday is meant.
        about = {"birthday_on": window.birthday.isoformat()} if window and window.holds(today) else {}
        self._navigator.open("edit", type=CHECK, scope_id=self.scope_id, checked_on=today.isoformat(), **about)

    def _follow(self, changes: Changes) -> None:
        entry = self._link.casebook.child(self.scope_id) if self.scope_id else None
        is_shown = self.isVisible() and self._below is not None and entry is not None
        if not is_shown or not touches(changes, asked_by="", scope_id=self.scope_id) or not changes.types & _TYPES:
            return
        assert entry is not None
        self._add_below(entry)
