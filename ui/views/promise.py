"""You said, we did, for one saying: what was heard and promised, what came of it, and that the child knows."""

from __future__ import annotations

from datetime import date
from typing import Any

from PySide6.QtWidgets import QVBoxLayout

from models.dates_typed import Lean
from models.entry import Entry
from models.errors import Trouble
from models.law.response_policy import due_on
from models.loop import WITHDRAWN, seen_when_told, standing_words, state_after
from models.moments import in_a_sentence, read_day, short_day
from models.query import Query, Where
from models.record import declaration_of
from models.wording import Spoken
from ui import actions
from ui.form import Form
from ui.form_manner import Manner
from ui.link import Link, Navigator
from ui.parts.card import Card
from ui.parts.flow import FlowLayout
from ui.parts.labels import PlainLabel
from ui.parts.pill import Pill
from ui.parts.voice_quote import VoiceQuote
from ui.theme import Theme
from ui.views.form_page import FormPage, in_a_line
from ui.views.loop_reading import read_answers

NO_WORDS = "The words this answers are not on this laptop."
_STEERING = frozenset({"we_did", "cannot_because", "told_on", "told_how", "seen_by_child_on"})


class PromisePage(FormPage):
    """Arguments: ``you_said_id``, the words to answer, or ``record_id`` of a promise."""

    page_key = "promise"

    def __init__(self, link: Link, navigator: Navigator, theme: Theme) -> None:
        super().__init__(link, navigator, theme)
        self._said: Entry | None = None
        self.standing: Pill | None = None
        self.done_button = self.add_head("Done", "check", "promise.done", self.done, actions.keys("finish"))
        self.done_button.set_kind("primary")
        self.write_button = self.add_tool("Write", "notebook-pen", "promise.write", self._write_to)
        self.told_button = self.add_tool("Told today", "message-square-heart", "promise.told_today", self._told_today)
        self.back_button = self.add_tool("Taken back", "undo-2", "promise.withdraw", self._withdraw)
        self.delete_button = self.add_tool("Delete this", "trash-2", "promise.delete", self._delete, "quiet")

    # ---- opening -------------------------------------------------------------------------------------------------

    def opened(self, you_said_id: str = "", record_id: str = "", **_more: Any) -> None:
        """Show a promise, the one these words have already, or begin one."""
        self.clear()
        self.standing = None
        casebook = self._link.casebook
        entry = casebook.entry(record_id) if record_id else self._known_for(you_said_id)
        self._said = casebook.entry(str(entry.body.get("you_said_id") or "") if entry else you_said_id)
        scope_id = entry.scope_id if entry else self._said.scope_id if self._said else ""
        self.show_child(scope_id, "You said, we did")
        if self.spoken is None or (entry is not None and entry.is_deleted) or (entry is None and self._said is None):
            words = "It was deleted, or the child is no longer assigned to you."
            self.show_nothing("heart-handshake", "This is not on this laptop", words)
        elif entry is not None and (why_not := casebook.why_not_editable(entry)):
            self.show_reading(entry, why_not)
        else:
            self._write(entry)
        self._fit_buttons()
        self.arrive()

    def _known_for(self, you_said_id: str) -> Entry | None:
        """What these words were promised already: nothing is promised twice by two presses."""
        said = self._link.casebook.entry(you_said_id) if you_said_id else None
        if said is None:
            return None
        where = (Where("you_said_id", "is", you_said_id),)
        found = self._link.casebook.select(Query(types=("promise",), scope_id=said.scope_id, where=where, limit=1))
        return found[0] if found else None

    def _write(self, entry: Entry | None) -> None:
        casebook, declaration = self._link.casebook, declaration_of("promise")
        assert declaration is not None
        back = ("done_on", "told_on", "seen_by_child_on")
        manner = Manner(
            offers={} if entry else self._offers(),
            leans={**dict.fromkeys(back, Lean.BACK), "due_on": Lean.AHEAD, "board_item_on": Lean.AHEAD},
            folded=frozenset({"More"}),
            inline_after="Told {child}",
            side_by_side=300,
            lines=dict.fromkeys(("we_heard", "we_promised", "we_did", "cannot_because"), 2),
        )
        said = self._said
        audience = {"audience": said.audience, "keep_from": said.keep_from} if said is not None else {}
        draft = entry.draft() if entry else casebook.new_draft(declaration.type, self.scope_id, **audience)
        form = self.show_form(declaration, draft, entry, manner)
        column = form.layout()
        assert isinstance(column, QVBoxLayout)
        column.insertWidget(0, self._make_said(form))
        self._show_standing()
        form.focus_on("we_heard" if entry is None else self._next_field(form))

    def _next_field(self, form: Form) -> str:
        state = state_after(form.body())
        return {"open": "we_did", "done": "told_on", "cannot": "told_on"}.get(state, "we_promised")

    def _offers(self) -> dict[str, Any]:
        """What is filled in ahead: whose words, by whom, and the day the response policy gives."""
        casebook, said = self._link.casebook, self._said
        assert said is not None
        return {
            "you_said_id": said.record_id,
            "state": "open",
            "promised_by_id": casebook.me.worker.worker_id,
            "due_on": self._due(goes_to_board=False).isoformat(),
        }

    def _due(self, *, goes_to_board: bool) -> date:
        casebook, said = self._link.casebook, self._said
        body = said.body if said is not None else {}
        on = read_day(str(body.get("said_on") or "")) or casebook.clock.today()
        outer = casebook.entry(str(body.get("said_in_id") or ""))
        said_in = outer.type if outer else ""
        return due_on(on, said_in, goes_to_board=goes_to_board, policy=casebook.response_policy())

    def _make_said(self, form: Form) -> Card:
        """The words themselves, on top of everything that answers them."""
        casebook, said = self._link.casebook, self._said
        card = Card(parent=form)
        card.setObjectName("promise.said")
        words = str(said.body.get("words") or "") if said is not None else ""
        if words:
            card.add(VoiceQuote(words, card))
        else:
            card.add(PlainLabel(NO_WORDS, "body", card))
        foot = FlowLayout(across=10, down=4)
        on = read_day(str(said.body.get("said_on") or "")) if said is not None else None
        if on is not None:
            when = in_a_sentence(short_day(on, casebook.clock.today()))
            by = casebook.worker_name(said.author_id) if said is not None else ""
            foot.addWidget(PlainLabel(f"Said {when}, to {by}", "small", card, wrap=False))
        self.standing = Pill("", "", "info", card)
        self.standing.setObjectName("promise.standing")
        foot.addWidget(self.standing)
        card.add(foot)
        return card

    # ---- how it stands -------------------------------------------------------------------------------------------

    def form_changed(self, name: str) -> None:
        """What was answered says how the promise stands; nobody is asked for it twice."""
        form = self.form
        if form is None:
            return
        if name == "goes_to_board":
            self._due_anew(form)
        if name == "told_on":
            self._say_who_told(form)
        seen = seen_when_told(form.body())
        if name in ("told_on", "told_how") and seen and seen != form.body().get("seen_by_child_on"):
            form.set_value("seen_by_child_on", seen)
        if name in _STEERING and state_after(form.body()) != form.body().get("state"):
            form.set_value("state", state_after(form.body()))
        self._show_standing()
        self._fit_buttons()

    def _say_who_told(self, form: Form) -> None:
        """Whoever writes down the day has told the child, unless it says otherwise already; no day, nobody told."""
        told_by = str(form.body().get("told_by_id") or "")
        if not form.body().get("told_on"):
            form.set_value("told_by_id", "")
        elif not told_by:
            form.set_value("told_by_id", self._link.casebook.me.worker.worker_id)

    def _due_anew(self, form: Form) -> None:
        """The Board answers in its own time: the day follows, unless the worker has set another."""
        body = form.body()
        to_board = body.get("goes_to_board") is True
        if body.get("due_on") == self._due(goes_to_board=not to_board).isoformat():
            form.set_value("due_on", self._due(goes_to_board=to_board).isoformat())

    def _show_standing(self) -> None:
        form = self.form
        if form is None or self.standing is None or self.spoken is None:
            return
        entry = self._link.casebook.entry(self.record_id)
        shown = Entry(self.record_id, self.scope_id, "promise", form.body(), "", "") if entry is None else entry
        (answer,) = read_answers(self._link.casebook, [shown], body=form.body())
        words, icon, tone = standing_words(answer, self.spoken, self._link.casebook.clock.today())
        self.standing.show_state(words, icon, tone)

    def _fit_buttons(self) -> None:
        form, spoken = self.form, self.spoken or Spoken("the child")
        body = form.body() if form is not None else {}
        exists = form is not None and form.autosave.exists
        is_withdrawn = body.get("state") == WITHDRAWN
        self.done_button.setVisible(form is not None)
        self.write_button.set_words(f"Write to {spoken.name}")
        self.write_button.setVisible(exists)
        self.told_button.set_words(f"Told {spoken.name} today")
        self.told_button.setVisible(exists and not body.get("told_on") and not is_withdrawn)
        self.back_button.set_words("It stands after all" if is_withdrawn else f"{spoken.name} took it back")
        self.back_button.setVisible(exists)
        self.delete_button.setVisible(exists)
        self.fit_tools()

    def began(self) -> None:
        """It can be told, taken back and deleted from now on."""
        self._fit_buttons()

    def record_changed(self, entry: Entry) -> None:
        """Changed, here or by a colleague."""
        if self.must_show_anew(entry):
            self.opened(record_id=entry.record_id)
        else:
            self._show_standing()
            self._fit_buttons()

    # ---- what the worker does ------------------------------------------------------------------------------------

    def _write_to(self) -> None:
        """Show the answer as the child is to have it; what is typed here is kept first."""
        form = self.form
        if form is not None:
            arguments = {"scope_id": self.scope_id, "record_id": self.record_id}
            form.when_clean(lambda: self._navigator.open("answer_letter", **arguments))

    def _told_today(self) -> None:
        form = self.form
        if form is not None:
            form.set_value("told_on", self._link.casebook.clock.today().isoformat())
            form.set_value("told_by_id", self._link.casebook.me.worker.worker_id)
            self.form_changed("told_on")
            form.focus_on("told_how")

    def _withdraw(self) -> None:
        form = self.form
        if form is not None:
            is_withdrawn = form.body().get("state") == WITHDRAWN
            form.set_value("state", state_after({**form.body(), "state": ""}) if is_withdrawn else WITHDRAWN)
            self._show_standing()
            self._fit_buttons()

    def _delete(self) -> None:
        form, link, navigator = self.form, self._link, self._navigator
        if form is None:
            return
        record_id = self.record_id

        def tell(trouble: Trouble) -> None:
            self._is_going = False
            navigator.toast(in_a_line(trouble))

        def bring_back() -> None:
            link.wait(link.casebook.bring_back(record_id), failed=tell)

        def deleted(_entry: Entry) -> None:
            self._go_back()
            navigator.toast("Deleted", bring_back)

        def delete() -> None:
            self._is_going = True
            link.wait(link.casebook.delete(record_id), deleted, tell)

        form.when_clean(delete)
