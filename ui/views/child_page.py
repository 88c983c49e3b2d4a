"""A child's page: who they are, how to approach them, and everything about them under tabs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QPoint, Qt, QTimer, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QMenu, QStackedWidget, QVBoxLayout, QWidget

from models.audience import PROTECTED, may_read
from models.changes import Changes
from models.dates_typed import say_day
from models.entry import Entry
from models.knock_card import QUESTION, KnockCard
from models.moments import read_day
from models.query import NEWEST, Query
from models.reading import head_line, telling_apart
from models.record import all_declarations, declaration_of
from models.wording import Spoken, say
from ui import access, icons, theme
from ui.link import Link, Navigator, touches
from ui.parts.avatar import initials_among
from ui.parts.buttons import Button
from ui.parts.card import Card
from ui.parts.divider import Divider
from ui.parts.empty_state import EmptyState
from ui.parts.knock_strip import KnockStrip
from ui.parts.labels import PlainLabel
from ui.parts.row_button import RowButton
from ui.parts.scroll_page import ScrollPage
from ui.parts.section_head import SectionHead
from ui.parts.tabs import Tabs
from ui.views.child_facts import body_of, card_of, head_of, iro_of, people_of, role_in
from ui.views.child_head import ChildHead
from ui.views.kept_reading import KeptLink
from ui.views.meet_first import MeetFirst, must_meet
from ui.views.record_sheet import RecordSheet
from ui.views.team_reading import TeamReading
from ui.views.timeline import TimelineView
from ui.views.you_said import make_loop

TIMELINE, ME, COMMUNICATION, PEOPLE, LOOP, HOME, ABOUT = (
    "timeline", "this_is_me", "communication", "people", "you_said", "home", "about",
)  # fmt: skip
LOW, LOWEST, FLAT, LOW_LINE = 540, 340, 230, 14
"""Heights under which head and strip say less, and under which what is below the name is one line; words of the strip.
"""
_PRINTED = {COMMUNICATION: "before_you_knock", LOOP: "letter"}
_OWN_TABS = {
    "child",
    "this_is_me",
    "communication_preferences",
    "person_i_trust",
    "promise",
    "home",
    "handover",
    "care_leaver_check",
    "feedback_sheet",
}


@dataclass(frozen=True, slots=True)
class _Tab:
    key: str
    words: str
    type: str = ""


def tabs_for(role: str) -> tuple[_Tab, ...]:
    """The tabs of what exists, and of what this role may read."""
    known = [
        _Tab(TIMELINE, "Timeline"),
        _Tab(ME, "This is Me", "this_is_me"),
        _Tab(COMMUNICATION, "Communication", "communication_preferences"),
        _Tab(PEOPLE, "People I trust", "person_i_trust"),
        _Tab(LOOP, "Promises", "promise"),
        _Tab(HOME, "Where they live", "home"),
        _Tab(ABOUT, "About", "child"),
    ]

    def is_for_me(tab: _Tab) -> bool:
        declaration = declaration_of(tab.type) if tab.type else None
        if tab.type and declaration is None:
            return False
        return declaration is None or declaration.audience != PROTECTED or may_read(PROTECTED, role, is_author=False)

    return tuple(tab for tab in known if is_for_me(tab))


class ChildPage(QWidget):
    """`show_child` turns to another child. `left` asks for the list again, where there is room for one of the two."""

    left = Signal()

    def __init__(self, link: Link, navigator: Navigator, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._link, self._navigator = link, navigator
        self.scope_id = ""
        self._tabs_shown: tuple[_Tab, ...] = ()
        self._put_off: set[str] = set()
        self._meets = False
        self._card = KnockCard()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        self.head = self._make_head()
        self.name, self.about, self.note = self.head.name, self.head.about, self.head.note
        column.addWidget(self.head)
        self.kept = KeptLink(link, navigator)
        column.addWidget(self.kept, 0, Qt.AlignmentFlag.AlignLeft)
        column.addSpacing(10)
        self.strip = KnockStrip("")
        self.strip.setObjectName("child.knock")
        self.strip.clicked.connect(lambda: self._navigator.open("knock", scope_id=self.scope_id))
        column.addWidget(self.strip)
        column.addSpacing(4)
        self.tabs = Tabs(name="About this child")
        self.tabs.setObjectName("child.tabs")
        self.tabs.currentChanged.connect(self._turn)
        column.addWidget(self.tabs)
        column.addWidget(Divider())
        self.stack = QStackedWidget()
        column.addWidget(self.stack, 1)
        self.timeline = TimelineView(link, navigator)
        self.stack.addWidget(self.timeline)
        self._sheet: QWidget | None = None
        link.changed.connect(self._on_change)

    def _make_head(self) -> ChildHead:
        head = ChildHead(self)
        head.back.clicked.connect(self.left)
        head.not_now.clicked.connect(lambda: self._navigator.open("not_taking_part", scope_id=self.scope_id))
        head.note.clicked.connect(lambda: self._navigator.open("note", scope_id=self.scope_id))
        head.print_button.clicked.connect(lambda: self._navigator.open("print", **self.print_about()))
        head.more.clicked.connect(self._show_more)
        return head

    # ---- which child ---------------------------------------------------------------------------------------------

    def show_child(self, scope_id: str, tab: str = "") -> None:
        """Show a child, on the tab that stood or on ``tab``."""
        self.scope_id = scope_id
        self._draw_head()
        self.kept.show_child(scope_id)
        wanted = tab or self.tab() or TIMELINE
        self._offer_tabs(wanted)
        self._turn()

    def tab(self) -> str:
        """The key of the tab that stands."""
        at = self.tabs.currentIndex()
        return self._tabs_shown[at].key if 0 <= at < len(self._tabs_shown) else ""

    def print_about(self) -> dict[str, str]:
        """What Ctrl+P prints here: what the tab that stands is about, else This is Me where there is one."""
        return {"scope_id": self.scope_id, "document": _PRINTED.get(self.tab(), "")}

    def _offer_tabs(self, wanted: str) -> None:
        shown = tabs_for(role_in(self._link.casebook, self.scope_id))
        self.tabs.blockSignals(True)
        if shown != self._tabs_shown:
            while self.tabs.count():
                self.tabs.removeTab(0)
            for one in shown:
                self.tabs.addTab(one.words)
            self._tabs_shown = shown
        self.tabs.setCurrentIndex(next((at for at, one in enumerate(shown) if one.key == wanted), 0))
        self.tabs.blockSignals(False)

    def _draw_head(self) -> None:
        casebook = self._link.casebook
        body, today = body_of(casebook, self.scope_id), casebook.clock.today()
        spoken = Spoken.of(body)
        everyone = casebook.children()
        marks = initials_among(one.title for one in everyone)
        apart = telling_apart(body, [one.body for one in everyone], today)
        line = head_line(body, iro_of(casebook, self.scope_id))
        if apart and not apart.startswith("lives with"):
            line = f"{line} · {apart}"
        self.head.show_child(spoken.name, head_of(body, today), line, marks.get(spoken.name, ""))
        self._card = card_of(casebook, self.scope_id, body)
        self._fit()

    def _turn(self, _at: int = 0) -> None:
        """Show what stands under the tab; only what is seen is ever built."""
        key = self.tab()
        meets = self.scope_id not in self._put_off and must_meet(self._link, self.scope_id)
        self._meets = meets
        self.tabs.setVisible(not meets)
        self._fit()
        self.note.set_kind("secondary" if meets else "primary")
        if meets:
            self._meet()
            return
        if key == TIMELINE or not key:
            self.timeline.show_child(self.scope_id)
            self.stack.setCurrentWidget(self.timeline)
            return
        makers: dict[str, Callable[[Spoken], list[QWidget]]] = {
            ME: self._make_me,
            COMMUNICATION: self._make_communication,
            PEOPLE: self._make_people,
            LOOP: lambda child: make_loop(self._link, self._navigator, self.scope_id, child),
            HOME: self._make_homes,
            ABOUT: self._make_about,
        }
        page = ScrollPage(margins=(0, 10, 12, 16), spacing=12)
        page.setProperty("tab", key)
        for part in makers[key](Spoken.of(body_of(self._link.casebook, self.scope_id))):
            page.body.addWidget(part)
        page.body.addStretch(1)
        self._put_up(page)

    def _put_up(self, page: QWidget) -> None:
        if self._sheet is not None:
            self.stack.removeWidget(self._sheet)
            self._sheet.hide()
            self._sheet.deleteLater()
        self._sheet = page
        self.stack.addWidget(page)
        self.stack.setCurrentWidget(page)

    def _meet(self) -> None:
        """This is Me and the preferences before anything else, for whoever is new to the child."""
        name = Spoken.of(body_of(self._link.casebook, self.scope_id)).name
        marks = initials_among(self._link.casebook.names())
        if isinstance(self._sheet, MeetFirst) and self._sheet.is_still_true(self.scope_id):
            self.stack.setCurrentWidget(self._sheet)
            return
        page = MeetFirst(self._link, self._navigator, self.scope_id, marks.get(name, ""), self.stack)
        page.put_off.connect(self._go_on_without)
        self._put_up(page)

    def _go_on_without(self) -> None:
        self._put_off.add(self.scope_id)
        QTimer.singleShot(0, self, self._turn)

    def first_stop(self) -> QWidget:
        """Where the focus goes when the page is opened."""
        return self.tabs if self.tabs.isVisibleTo(self) or not isinstance(self._sheet, MeetFirst) else self._sheet.read

    def act(self, name: str) -> bool:
        """Ctrl+Enter says that what stands in place of the tabs has been read."""
        if name == "finish" and isinstance(self._sheet, MeetFirst) and self.stack.currentWidget() is self._sheet:
            self._sheet.say_read()
            return True
        return False

    def _on_change(self, changes: Changes) -> None:
        if not self.scope_id or not touches(changes, asked_by="", scope_id=self.scope_id):
            return
        if not self.isVisible():
            return
        self._draw_head()
        if self.tab() != TIMELINE or self._sheet is self.stack.currentWidget() or "handover" in changes.types:
            # After the event that led here: the button that was pressed may be part of what is redrawn.
            QTimer.singleShot(0, self, self._turn)

    def leave(self) -> None:
        """Hand over what is being typed."""
        self.timeline.leave()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        """Say less at the top where the page is low, so that there is room for what stands under the tabs."""
        look = theme.current()
        self.strip.set_words(self._card.line(LOW_LINE) if self.height() < look.px(LOW) else self._card.line())
        # What it says stands whole below where they meet, and only one button may lead on; where something is read
        # aloud in a small window with large letters, it would be cut in two.
        self.strip.setVisible(not self._meets and self.height() >= look.px(FLAT))
        self.head.set_room(is_tall=self.height() >= look.px(LOW), one_line=self.height() < look.px(LOWEST))
        self.kept.set_room(has_room=self.height() >= look.px(LOW))

    # ---- what stands under the tabs -------------------------------------------------------------------------------

    def _sheets(self, type_name: str, child: Spoken, *, title: str = "", page: str = "edit") -> list[QWidget]:
        query = Query(types=(type_name,), scope_id=self.scope_id, order=NEWEST, limit=100)
        found = self._link.casebook.select(query)
        return [RecordSheet(self._link, self._navigator, one, child, title=title, page=page) for one in found]

    def _one(self, type_name: str, child: Spoken, page: str = "edit") -> list[QWidget]:
        entry = self._link.casebook.one(type_name, self.scope_id)
        return [RecordSheet(self._link, self._navigator, entry, child, page=page)] if entry else []

    def _make_me(self, child: Spoken) -> list[QWidget]:
        start = Button("Begin This is Me", "user-round", "secondary")
        access.describe(start, f"Begin This is Me with {child.name}", key="child.begin_me")
        start.clicked.connect(lambda: self._navigator.open("this_is_me", scope_id=self.scope_id))
        words = f"Six questions {child.name} answers once, so that no one new has to ask again."
        return self._one("this_is_me", child, "this_is_me") or [
            self._empty("user-round", "Not begun yet.", words, start)
        ]

    def _make_communication(self, child: Spoken) -> list[QWidget]:
        ask = self._adder("Write down the answers", "communication_preferences")
        empty = self._empty("ear", "Not asked yet.", f"Ask: {QUESTION}", ask)
        return self._one("communication_preferences", child) or [empty]

    def _make_people(self, child: Spoken) -> list[QWidget]:
        people = people_of(self._link.casebook, self.scope_id)
        sheets: list[QWidget] = [
            RecordSheet(self._link, self._navigator, one, child, title=self._person_title(one)) for one in people
        ]
        add = self._adder("Add a person", "person_i_trust")
        if not sheets:
            words = f"Who does {child.name} trust? Who may speak for {child.them}, and who is to be spoken to first?"
            return [self._empty("heart-handshake", "Nobody written down yet.", words, add)]
        return [*sheets, _row(add)]

    def _person_title(self, person: Entry) -> str:
        parts = [str(person.body.get("name") or "Someone"), str(person.body.get("relationship") or "")]
        return " – ".join(part for part in parts if part)

    def _make_homes(self, child: Spoken) -> list[QWidget]:
        add = self._adder("Add an address", "home")
        note = PlainLabel("Only the social worker and their manager can read this.", "small")
        sheets = self._sheets("home", child)
        if not sheets:
            words = "Only the social worker and their manager will be able to read it."
            return [self._empty("house", "No address written down yet.", words, add)]
        return [note, *sheets, _row(add)]

    def _make_about(self, child: Spoken) -> list[QWidget]:
        parts: list[QWidget] = [self._make_story(child), *self._sheets("child", child, title=f"About {child.name}")]
        for declaration in all_declarations():
            # Every other type that is neither on the timeline nor shown within another record.
            if declaration.type in _OWN_TABS or declaration.is_on_timeline or declaration.shown_in:
                continue
            add = self._adder("Add", declaration.type)
            access.describe(add, f"Add: {declaration.title}", key=f"{declaration.type}.add")
            parts.append(SectionHead(say(declaration.plural, child), add))
            sheets = self._sheets(declaration.type, child)
            parts += sheets or [PlainLabel("Nothing written down yet.", "small")]
        parts.append(TeamReading(self._link, self.scope_id, child))
        casebook, query = self._link.casebook, Query(types=("handover",), scope_id=self.scope_id)
        for one in casebook.select(query):
            title = f"Hand-over to {casebook.worker_name(str(one.body.get('worker_id') or ''))}"
            parts.append(RecordSheet(self._link, self._navigator, one, child, title=title))
        return parts

    def _make_story(self, child: Spoken) -> Card:
        """The way to the life story; the row of tabs is full, and this is part of what there is to know."""
        body = body_of(self._link.casebook, self.scope_id)
        explained = read_day(str(body.get("life_story_explained_on") or ""))
        said = body.get("understands_why_in_care")
        words = [f"Talked about on {say_day(explained)}" if explained else "Not talked about yet"]
        words += [f"{child.name} says {said:g} of 10"] if isinstance(said, int | float) else []
        row = RowButton("book-heart", "Life story: why am I in care?", " · ".join(words))
        access.describe(row, f"Open the life story of {child.name}. {row.words()}", key="child.life_story")
        row.clicked.connect(lambda: self._navigator.open("life_story", scope_id=self.scope_id))
        card = Card()
        card.body.setContentsMargins(6, 4, 6, 4)
        card.add(row)
        return card

    def _adder(self, words: str, type_name: str) -> Button:
        add = Button(words, "plus")
        access.describe(add, words, key=f"{type_name}.add")
        if type_name == "planned_visit":
            add.clicked.connect(lambda: self._navigator.open("plan", scope_id=self.scope_id))
        else:
            add.clicked.connect(lambda: self._navigator.open("edit", type=type_name, scope_id=self.scope_id))
        return add

    def _empty(self, icon: str, title: str, words: str, action: Button) -> Card:
        state = EmptyState(icon, title, words, action)
        state.setObjectName("child.empty")
        card = Card()
        card.add(state)
        return card

    # ---- more ----------------------------------------------------------------------------------------------------

    def _show_more(self) -> None:
        menu = QMenu(self)
        menu.setAccessibleName("More for this child")
        plan = menu.addAction(icons.icon("calendar"), "Plan a visit")
        plan.triggered.connect(lambda: self._navigator.open("plan", scope_id=self.scope_id))
        spoken = Spoken.of(body_of(self._link.casebook, self.scope_id))
        kept = menu.addAction(icons.icon("circle-check"), f"Visits as {spoken.name} asked")
        kept.triggered.connect(lambda: self._navigator.open("as_asked", scope_id=self.scope_id))
        said = menu.addAction(icons.icon("message-square-heart"), f"What {spoken.name} has said")
        said.triggered.connect(lambda: self._navigator.open("what_i_said", scope_id=self.scope_id))
        copy = menu.addAction(icons.icon("user-round"), "A copy of the record")
        copy.triggered.connect(lambda: self._navigator.open("record_copy", scope_id=self.scope_id))
        story = menu.addAction(icons.icon("book-heart"), "Life story")
        story.triggered.connect(lambda: self._navigator.open("life_story", scope_id=self.scope_id))
        back = menu.addAction(icons.icon("history"), "Recently deleted")
        back.triggered.connect(lambda: self._navigator.open("recently_deleted", scope_id=self.scope_id))
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(self.head.more.mapToGlobal(QPoint(0, self.head.more.height())))


def _row(button: Button) -> QWidget:
    part = QWidget()
    row = QHBoxLayout(part)
    row.setContentsMargins(0, 0, 0, 0)
    row.addWidget(button)
    row.addStretch(1)
    return part
