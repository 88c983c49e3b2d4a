"""This is Me: the child as they want a new worker to know them, in their own words and colour; read, then edited."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QVBoxLayout

from models.aloud import as_pieces
from models.changes import Changes
from models.dates_typed import Lean
from models.entry import Entry
from models.fields import Field
from models.me_page import checked_words, is_by_another, pen_words, wants_pictures
from models.record import declaration_of
from models.wording import Spoken
from ui import actions
from ui.attachments import AttachmentStrip
from ui.form import Form
from ui.form_manner import Manner
from ui.link import Link, Navigator, touches
from ui.parts.avatar import initials_among
from ui.parts.pill import Pill
from ui.parts.read_button import ReadButton
from ui.theme import Theme
from ui.views.child_facts import body_of, spoken_of
from ui.views.choose_child import ChooseChild
from ui.views.form_page import FormPage
from ui.views.me_asking import MeAsking, MeSteps
from ui.views.me_reading import CARD_LEAST, QUESTIONS, MeReading
from ui.views.me_tiles import SHORT

TYPE = "this_is_me"
SAFE_ANYWAY = "What you wrote is saved. Press Done again to leave this for later."
_WITH = {"pen_held_by": ("checked_with_child_on",)}
ASK_PEN = "For the worker: whose words are these, and who wrote them down?"


class ThisIsMePage(FormPage):
    """Opened with the ``scope_id`` of a child, to read; ``is_editing`` opens the form at once.

    The form in pictures comes by itself for a child whose preferences ask for pictures. ``step`` is its question that
    stands, by its field.
    """

    page_key = "this_is_me"

    def __init__(self, link: Link, navigator: Navigator, theme: Theme) -> None:
        super().__init__(link, navigator, theme)
        self._was_told = False
        self._shown: tuple[Entry | None, Entry | None] = (None, None)
        self._in_pictures: bool | None = None
        self._step = ""
        self._asking: MeAsking | None = None
        self.pill = Pill("", parent=self)
        self.pill.setObjectName("this_is_me.checked")
        self.pill.hide()
        self.head.buttons.addWidget(self.pill)
        self.read_button = ReadButton(link.speech, self.pieces, "this_is_me.read", self.head)
        self.head.buttons.addWidget(self.read_button)
        self.print_button = self.add_head("Print", "printer", "this_is_me.print", self._print)
        self.print_button.set_tip("Print it, or save it as a file (Ctrl+P)")
        self.edit_button = self.add_head("Edit", "pencil", "this_is_me.edit", self.edit)
        self.done_button = self.add_head("Done", "check", "this_is_me.done", self.done, actions.keys("finish"))
        for button in (self.edit_button, self.done_button):
            button.set_kind("primary")
        self.head.went_back.disconnect()
        self.head.went_back.connect(self._go_up)
        link.changed.connect(self._follow)

    # ---- reading -------------------------------------------------------------------------------------------------

    def opened(
        self,
        scope_id: str = "",
        is_editing: bool = False,
        in_pictures: bool | None = None,
        step: str = "",
        **_more: object,
    ) -> None:
        """Show a child's page to read, or the six questions where nothing was asked yet."""
        self.scope_id, self._in_pictures = scope_id, in_pictures
        if not scope_id:
            self._clear_head()
            self.show_child("", "This is Me")
            chooser = ChooseChild(self._link.casebook, "Whose page?", self.page.content)
            chooser.chosen.connect(lambda chosen: self._navigator.open(TYPE, scope_id=chosen))
            self.show_choice(chooser)
            chooser.start()
        elif step:
            self.ask(step)
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
        self.read_button.want(False)
        for each in (self.pill, self.edit_button, self.done_button, self.print_button):
            each.hide()

    def read(self) -> None:
        """Show the page to read."""
        casebook = self._link.casebook
        self._clear_head()
        self.clear()
        entry, child = self._entry(), spoken_of(casebook, self.scope_id)
        marks = initials_among(casebook.names())
        self.show_child(self.scope_id, "This is Me")
        self.head.show_child("", "")  # the page below says it, larger
        mark = marks.get(child.name, "")
        reading = MeReading(
            self._link, self._navigator, entry, child, mark, self.page.content, in_pictures=self.in_pictures()
        )
        reading.versions_asked.connect(self._open_versions)
        reading.form_asked.connect(self._turn_form)
        reading.picture_asked.connect(self._add_picture)
        reading.box_asked.connect(self.ask)
        self.show_choice(reading)
        self.record_id = entry.record_id if entry else ""
        self._shown = self._facts()
        self.fit_history()
        self.edit_button.set_words(f"{'Edit' if entry else 'Start'} with {child.name}")
        self.edit_button.show()
        self.read_button.want(entry is not None)
        if entry is not None:
            self.pill.show_state(*checked_words(entry.body, child, casebook.clock.today()))
            self.pill.show()
            reading.foot.count_versions()
            self.print_button.show()

    def print_about(self) -> dict[str, str]:
        """What Ctrl+P prints here."""
        return {"scope_id": self.scope_id, "document": TYPE}

    def _print(self) -> None:
        self._navigator.open("print", **self.print_about())

    def pieces(self) -> list[str]:
        """The page as it is read aloud: what is not answered is passed over."""
        entry, child = self._facts()
        body = child.body if child else {}
        return as_pieces(heard(entry, Spoken.of(body)), body) if entry else []

    def page_title(self) -> str:
        """What a screen reader is told."""
        return f"This is Me, {self.spoken.name}" if self.spoken else "This is Me"

    def in_pictures(self) -> bool:
        """Whether the form in pictures stands: as the worker chose here, or as the child's preferences ask."""
        if self._in_pictures is None:
            wishes = self._link.casebook.one("communication_preferences", self.scope_id)
            return wants_pictures(wishes.body) if wishes else False
        return self._in_pictures

    def _turn_form(self) -> None:
        self._in_pictures = not self.in_pictures()
        self.read()
        self.setFocus(Qt.FocusReason.OtherFocusReason)

    # ---- editing -------------------------------------------------------------------------------------------------

    def edit(self) -> None:
        """Open the form, the cursor in its first box; say why where it cannot be changed."""
        if self.in_pictures():
            self.ask(next(iter(SHORT)))
            return
        form = self._begin_form({"headed": False, "side_by_side": CARD_LEAST, "folded": frozenset({"My drawing"})})
        if form is not None:
            form.focus_on("important_to_me")

    def ask(self, step: str) -> None:
        """Ask one question of the form in pictures; "" shows all six together again."""
        if not step:
            self.done()
            return
        if self.form is not None:
            self.form.leave()
        asked = [each for each in self._fields() if each not in (step, *_WITH.get(step, ()))]
        form = self._begin_form(
            {"headed": False, "without": frozenset(asked), "bare": frozenset((step,)), "has_inline": False}
        )
        if form is None:
            return
        self._step, field = step, self._fields()[step]
        self._asking = MeAsking(form, step, field.icon or "pencil", QUESTIONS.get(step, ASK_PEN))
        steps = MeSteps(step, form)
        steps.stepped.connect(self._go_step)
        column = form.layout()
        assert isinstance(column, QVBoxLayout)
        column.insertWidget(0, self._asking)
        column.addWidget(steps)
        self._asking.focus()

    def _go_step(self, step: str) -> None:
        if self.form is not None:
            self._was_told = True  # in this form a question may always wait
            self.form.when_clean(lambda: self.ask(step))

    def _fields(self) -> dict[str, Field]:
        declaration = declaration_of(TYPE)
        assert declaration is not None
        return dict(declaration.fields)

    def _begin_form(self, wanted: dict[str, Any]) -> Form | None:
        casebook, entry = self._link.casebook, self._entry()
        if entry is not None and (why := casebook.why_not_editable(entry)):
            self._navigator.toast(why)
            return None
        declaration = declaration_of(TYPE)
        assert declaration is not None
        known_as = str(body_of(casebook, self.scope_id).get("known_as") or "")
        offers = {} if entry or not known_as else {"my_name": known_as}
        manner = Manner(offers=offers, leans={"checked_with_child_on": Lean.BACK}, **wanted)
        self._clear_head()
        self.show_child(self.scope_id, "This is Me")
        draft = entry.draft() if entry else casebook.new_draft(TYPE, self.scope_id)
        form = self.show_form(declaration, draft, entry, manner)
        self.done_button.show()
        return form

    def _add_picture(self) -> None:
        """Open the form where pictures are added, or at the drawing that stands there."""
        self._in_pictures, was = False, self._in_pictures
        self.edit()
        self._in_pictures = was
        if self.form is not None and self.form.body().get("my_drawing"):
            self.form.focus_on("my_drawing")
            return
        strip = self.form.findChild(AttachmentStrip) if self.form is not None else None
        if strip is not None:
            strip.more.setFocus(Qt.FocusReason.OtherFocusReason)

    def clear(self) -> None:
        """Take what stands there away."""
        super().clear()
        self._asking, self._step = None, ""

    def arguments(self) -> dict[str, Any]:
        """What leads back here, to the form again."""
        found: dict[str, Any] = {"scope_id": self.scope_id, "is_editing": True}
        if self._in_pictures is not None:
            found["in_pictures"] = self._in_pictures
        return {**found, "step": self._step} if self._step else found

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


def heard(entry: Entry, child: Spoken) -> list[str]:
    """Each box with its question, in the order they stand; a piece for each, so that one can be waited for."""
    declaration, body = entry.declaration, entry.body
    assert declaration is not None
    said = [f"My name is {body['my_name']}."] if body.get("my_name") else []
    # Whose words these are comes before them.
    said += [pen_words(body, child)] if is_by_another(body) else []
    if body.get("about_me"):
        said.append(str(body["about_me"]))
    boxes = [each for each in declaration.fields.values() if each.part == "Boxes"]
    for field in (*boxes, declaration.fields["how_to_start_with_me"]):
        if words := str(body.get(field.name) or ""):
            said += [f"{field.label.rstrip('?.')}.", words]
    return said
