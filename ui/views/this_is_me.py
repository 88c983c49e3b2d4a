"""This is Me: the child as they want a new worker to know them, in their own words and colour; read, then edited."""

from __future__ import annotations

from datetime import date
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from models.changes import Changes
from models.dates_typed import Lean, add_months, say_day_short
from models.entry import Entry
from models.fields import Field
from models.moments import read_day, read_moment
from models.record import declaration_of, whose_words
from models.value_words import value_words
from models.wording import Spoken, say
from ui import access, actions, theme
from ui.form_manner import Manner
from ui.link import Link, Navigator, touches
from ui.parts.avatar import Avatar, initials_among
from ui.parts.bullet_list import BulletList
from ui.parts.card import Card
from ui.parts.icon_label import IconLabel
from ui.parts.labels import PlainLabel
from ui.parts.pill import Pill
from ui.parts.surface import Surface
from ui.parts.two_versions_strip import TwoVersionsStrip
from ui.theme import Theme
from ui.views.child_facts import body_of, spoken_of
from ui.views.choose_child import ChooseChild
from ui.views.form_page import FormPage

TYPE = "this_is_me"
SAFE_ANYWAY = "What you wrote is saved. Press Done again to leave this for later."
CARD_LEAST = 310
CHECKED_FOR_MONTHS = 6
"""So long a checking back counts; after that the page asks for another."""
# What to ask, box by box; the boxes themselves come from the declaration.
QUESTIONS = {
    "important_to_me": "What matters most to you?",
    "how_to_talk_with_me": "How do you like people to talk with you?",
    "before_you_visit": "What should people do before they visit you?",
    "do_not_like": "What do you not like?",
    "helps_me": "What helps you, and what does not?",
    "my_hopes": "What do you hope for?",
}


class ThisIsMePage(FormPage):
    """Opened with the ``scope_id`` of a child, to read; ``is_editing`` opens the form at once."""

    page_key = "this_is_me"

    def __init__(self, link: Link, navigator: Navigator, theme: Theme) -> None:
        super().__init__(link, navigator, theme)
        self._was_told = False
        self._shown: tuple[Entry | None, Entry | None] = (None, None)
        self.pill = Pill("", parent=self)
        self.pill.setObjectName("this_is_me.checked")
        self.pill.hide()
        self.head.buttons.addWidget(self.pill)
        self.edit_button = self.add_head("Edit", "pencil", "this_is_me.edit", self.edit)
        self.done_button = self.add_head("Done", "check", "this_is_me.done", self.done, actions.keys("finish"))
        for button in (self.edit_button, self.done_button):
            button.set_kind("primary")
        self.head.went_back.disconnect()
        self.head.went_back.connect(self._go_up)
        link.changed.connect(self._follow)

    # ---- reading -------------------------------------------------------------------------------------------------

    def opened(self, scope_id: str = "", is_editing: bool = False, **_more: object) -> None:
        """Show a child's page to read, or the six questions where nothing was asked yet."""
        self.scope_id = scope_id
        if not scope_id:
            self._clear_head()
            self.show_child("", "This is Me")
            chooser = ChooseChild(self._link.casebook, "Whose page?", self.page.content)
            chooser.chosen.connect(lambda chosen: self._navigator.open(TYPE, scope_id=chosen))
            self.show_choice(chooser)
            chooser.start()
        elif is_editing:
            self.edit()
        else:
            self.read()
        self.arrive()

    def _entry(self) -> Entry | None:
        return self._link.casebook.one(TYPE, self.scope_id)

    def _facts(self) -> tuple[Entry | None, Entry | None]:
        return self._entry(), self._link.casebook.child(self.scope_id)

    def _clear_head(self) -> None:
        self._was_told = False
        for each in (self.pill, self.edit_button, self.done_button):
            each.hide()

    def read(self) -> None:
        """Show the page to read."""
        casebook = self._link.casebook
        self._clear_head()
        self.clear()
        entry, child = self._entry(), spoken_of(casebook, self.scope_id)
        marks = initials_among(one.title for one in casebook.children())
        self.show_child(self.scope_id, "This is Me")
        self.head.show_child("", "")  # the page below says it, larger
        reading = MeReading(self._link, entry, child, marks.get(child.name, ""), self.page.content)
        reading.versions_asked.connect(self._open_versions)
        self.show_choice(reading)
        self.record_id = entry.record_id if entry else ""
        self._shown = self._facts()
        self.fit_history()
        self.edit_button.set_words(f"{'Edit' if entry else 'Start'} with {child.name}")
        self.edit_button.show()
        if entry is not None:
            self.pill.show_state(*checked_words(entry, child, casebook.clock.today()))
            self.pill.show()

    def page_title(self) -> str:
        """What a screen reader is told."""
        return f"This is Me, {self.spoken.name}" if self.spoken else "This is Me"

    # ---- editing -------------------------------------------------------------------------------------------------

    def edit(self) -> None:
        """Open the form, the cursor in its first box; say why where it cannot be changed."""
        casebook, entry = self._link.casebook, self._entry()
        if entry is not None and (why := casebook.why_not_editable(entry)):
            self._navigator.toast(why)
            return
        declaration = declaration_of(TYPE)
        assert declaration is not None
        known_as = str(body_of(casebook, self.scope_id).get("known_as") or "")
        manner = Manner(
            offers={} if entry or not known_as else {"my_name": known_as},
            leans={"checked_with_child_on": Lean.BACK},
            headed=False,
            side_by_side=CARD_LEAST,
        )
        self._clear_head()
        self.show_child(self.scope_id, "This is Me")
        draft = entry.draft() if entry else casebook.new_draft(TYPE, self.scope_id)
        form = self.show_form(declaration, draft, entry, manner)
        self.done_button.show()
        form.focus_on("important_to_me")

    def arguments(self) -> dict[str, Any]:
        """What leads back here, to the form again."""
        return {"scope_id": self.scope_id, "is_editing": True}

    def done(self) -> None:
        """Back to reading; what is still missing is said once, and never stands in the way twice."""
        form = self.form
        if form is None:
            return
        found = self.unfit() or ([] if self._was_told else form.check())
        if found:
            self._was_told = True
            self.problems.show_problems(found, SAFE_ANYWAY)
            return
        form.when_clean(self._back_to_reading)

    def _back_to_reading(self) -> None:
        if self.form is not None and self.isVisible():
            self.form.leave()
            self.read()
            self.setFocus(Qt.FocusReason.OtherFocusReason)

    def _follow(self, changes: Changes) -> None:
        is_mine = touches(changes, asked_by="", types=(TYPE, "child"), scope_id=self.scope_id)
        # The broadcast of what is shown already would only take the focus from whoever is reading.
        if self.scope_id and self.form is None and is_mine and self._shown != self._facts():
            self.read()

    def _go_up(self) -> None:
        if not self.act("back"):
            self._navigator.back()

    def act(self, name: str) -> bool:
        """Answer the keys that mean something here; going back from the form is to the page."""
        if name == "back" and self.form is not None:
            self._was_told = True
            self.done()
            return True
        return super().act(name)


def checked_words(entry: Entry, child: Spoken, today: date) -> tuple[str, str, str]:
    """The pill: checked lately, checked over six months ago, or never; words, icon and tone."""
    day = read_day(str(entry.body.get("checked_with_child_on") or ""))
    if day is None:
        return f"Not checked with {child.name} yet", "circle-alert", "warn"
    if day < add_months(today, -CHECKED_FOR_MONTHS):
        return f"Check with {child.name}. Last checked {say_day_short(day)}", "circle-alert", "warn"
    return f"{child.name} checked this on {say_day_short(day)}", "circle-check", "ok"


class MeReading(QWidget):
    """The page itself: the teal head, six boxes that grow with their words, and who may see it."""

    versions_asked = Signal()

    def __init__(self, link: Link, entry: Entry | None, child: Spoken, mark: str, parent: QWidget) -> None:
        super().__init__(parent)
        declaration = declaration_of(TYPE)
        assert declaration is not None
        self._declaration, self._fields = declaration, declaration.fields
        self._link, self._entry, self._child = link, entry, child
        self._body = entry.body if entry else {}
        self._open = {choice.field for choice in entry.open_choices} if entry else set()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(12)
        column.addWidget(self._head(mark))
        self._grid = QGridLayout()
        self._grid.setSpacing(12)
        column.addLayout(self._grid)
        boxes = [each for each in self._fields.values() if each.part == "Boxes"]
        self._cards = [self._box(each) for each in boxes]
        self._columns = 0
        if self._body.get("how_to_start_with_me"):
            column.addWidget(self._box(self._fields["how_to_start_with_me"]))
        if entry is not None:
            column.addWidget(self._foot(entry))
        self._fit()

    def _tone(self, field: Field) -> str:
        return "voice" if whose_words(self._declaration, field, self._body) == "child" else "text"

    def _head(self, mark: str) -> QWidget:
        surface = Surface("knock", self)
        row = QHBoxLayout(surface)
        row.setContentsMargins(22, 16, 22, 16)
        row.setSpacing(20)
        name = str(self._body.get("my_name") or self._child.name)
        avatar = Avatar(name, 104, surface, shown=mark)
        row.addWidget(avatar, 0, Qt.AlignmentFlag.AlignVCenter)
        words = QVBoxLayout()
        words.setSpacing(4)
        words.addStretch(1)
        words.addWidget(PlainLabel("This is Me", "overline", surface))
        title = PlainLabel(f"My name is {name}", "display", surface)
        access.describe(title, f"My name is {name}", key="this_is_me.my_name")
        words.addWidget(title)
        about = str(self._body.get("about_me") or "")
        if about:
            field = self._fields["about_me"]
            line = PlainLabel(about, "reading", surface, tone="voice" if self._tone(field) == "voice" else "")
            access.describe(line, about, key="this_is_me.about_me")
            words.addWidget(line)
        elif self._entry is None:
            words.addWidget(PlainLabel("Nothing here yet. Shall we start?", "reading", surface))
        self._add_strip(words, {"my_name", "about_me"}, say(self._fields["my_name"].label, self._child))
        words.addStretch(1)
        row.addLayout(words, 1)
        return surface

    def _add_strip(self, column: QVBoxLayout, names: set[str], label: str) -> None:
        if names & self._open:
            strip = TwoVersionsStrip(self)
            strip.show_field(label)
            strip.asked.connect(self.versions_asked)
            column.addWidget(strip)

    def _box(self, field: Field) -> Card:
        card = Card(parent=self)
        card.setObjectName(f"{TYPE}.{field.name}.card")
        head = QHBoxLayout()
        head.setSpacing(10)
        # One neutral colour for all six: amber and green on likes and dislikes would look like a verdict.
        head.addWidget(IconLabel(field.icon or "hand-heart", "text2", 24, card))
        label = say(field.label, self._child)
        head.addWidget(PlainLabel(label, "h2", card), 1)
        card.add(head)
        self._add_strip(card.body, {field.name}, label)
        words = str(self._body.get(field.name) or "")
        if words:
            lines = BulletList(words.split("\n"), card, tone=self._tone(field), quoted=True)
            access.describe(lines, words, key=f"{TYPE}.{field.name}")
            card.add(lines)
        else:
            question = QUESTIONS.get(field.name, "")
            card.add(PlainLabel(f"Ask: {question}" if question else "Not asked yet", "body", card, tone="quiet"))
        card.body.addStretch(1)
        return card

    def _foot(self, entry: Entry) -> QWidget:
        foot = QWidget(self)
        row = QHBoxLayout(foot)
        row.setContentsMargins(4, 0, 4, 0)
        row.setSpacing(10)
        row.addWidget(IconLabel("shield-check", "text2", 20, foot), 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(self._sharing(foot), 1)
        right = Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignRight
        row.addWidget(PlainLabel(self._version_words(entry), "small", foot, wrap=False), 0, right)
        return foot

    def _sharing(self, foot: QWidget) -> QWidget:
        part = QWidget(foot)
        column = QVBoxLayout(part)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(3)
        wishes = self._fields["sharing_wishes"]
        said = str(self._body.get("sharing_wishes") or "")
        if said:
            is_childs = self._tone(wishes) == "voice"
            label = PlainLabel(f"“{said}”", "body", part, tone="voice" if is_childs else "")
            access.describe(label, f"{say(wishes.label, self._child)}: {said}", key=f"{TYPE}.sharing_wishes")
            column.addWidget(label)
        else:
            column.addWidget(PlainLabel(f"{self._child.name} has not been asked who may see this.", "small", part))
        self._add_strip(column, {"sharing_wishes"}, say(wishes.label, self._child))
        facts = []
        for name in ("pen_held_by", "copy_given_to"):
            words = value_words(self._fields[name], self._body.get(name), self._child)
            facts += [f"{say(self._fields[name].label, self._child)}: {words}"] if words else []
        if facts:
            column.addWidget(PlainLabel(" · ".join(facts), "small", part))
        return part

    def _version_words(self, entry: Entry) -> str:
        count = max(1, len(self._link.casebook.history(entry.record_id)))
        at = read_moment(entry.changed_at)
        changed = f" · changed {say_day_short(at.date())}" if at else ""
        return f"Version {count}{changed}"

    # ---- three columns, two, or one --------------------------------------------------------------------------------

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        room = self.width() + self._grid.spacing()
        columns = max(1, min(3, room // (theme.current().px(CARD_LEAST) + self._grid.spacing())))
        if columns == self._columns:
            return
        for card in self._cards:
            self._grid.removeWidget(card)
        for at in range(3):
            self._grid.setColumnStretch(at, 1 if at < columns else 0)
        for at, card in enumerate(self._cards):
            self._grid.addWidget(card, at // columns, at % columns)
        self._columns = columns
