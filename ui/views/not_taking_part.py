"""Not taking part: written down in seconds as the child's right, with their words if they gave any (domain 4.4)."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QVBoxLayout

from models.asking_again import to_ask_again
from models.dates_typed import Lean
from models.entry import Entry
from models.errors import Trouble
from models.query import OLDEST, Query, Where
from models.record import declaration_of
from models.wording import Spoken, say
from ui import access, actions
from ui.form_manner import Manner
from ui.link import Link, Navigator
from ui.parts.answer_tiles import AnswerTiles
from ui.parts.labels import PlainLabel
from ui.parts.voice_quote import VoiceQuote
from ui.theme import Theme
from ui.views.ask_again import AskAgain
from ui.views.choose_child import ChooseChild
from ui.views.form_page import SAFE, FormPage, in_a_line

FINISH_AFTER_MS = 20_000
"""So long after Done it may still be taken back; what is finished never changes."""
FIRST = "said_no_today"
RIGHT = "This is {their} right. It is not a problem, and {they} {do} not have to give a reason."
UNSURE = {"could_not_tell": "Not a choice: I could not tell"}
"""What is no choice of the child's is said to be none, among the answers that are."""
_ICONS = {
    "said_no_today": "hand",
    "not_now_maybe_later": "calendar-clock",
    "wants_someone_to_speak": "users",
    "sent_views_another_way": "notebook-pen",
    "something_else": "ellipsis",
    "could_not_tell": "circle-help",
}


class NotTakingPartPage(FormPage):
    """Arguments: ``scope_id`` and perhaps ``about_id``, the note or visit it was for; or ``record_id`` of one."""

    page_key = "not_taking_part"

    def __init__(self, link: Link, navigator: Navigator, theme: Theme) -> None:
        super().__init__(link, navigator, theme)
        self.tiles: AnswerTiles | None = None
        self.only_asks = False
        self.undo_button = self.add_head("Undo", "undo-2", "not_taking_part.undo", self._take_back)
        access.describe(self.undo_button, "Undo: take all of this back", key="not_taking_part.undo")
        self.done_button = self.add_head("Done", "check", "not_taking_part.done", self.done, actions.keys("finish"))
        self.done_button.set_kind("primary")

    # ---- opening -------------------------------------------------------------------------------------------------

    def opened(self, scope_id: str = "", record_id: str = "", about_id: str = "", **_more: Any) -> None:
        """Show one that is begun or finished, begin one, or ask about whom."""
        self.clear()
        self.tiles, self.only_asks = None, False
        casebook = self._link.casebook
        entry = casebook.entry(record_id) if record_id else None
        known = entry.scope_id if entry else "" if record_id else scope_id
        self.show_child(known, "Not taking part")
        if record_id and (entry is None or entry.is_deleted):
            words = "It was taken back, or the child is no longer assigned to you."
            self.show_nothing("hand", "This is not on this laptop", words)
        elif self.spoken is None:
            self._ask_child()
        elif entry is not None and (why_not := casebook.why_not_editable(entry)):
            self.show_reading(entry, why_not)
            self._show_said(entry)
            self._show_asking(entry)
        else:
            self._write(entry, about_id)
        self._fit_buttons()
        self.arrive()

    def _ask_child(self) -> None:
        self.only_asks = True
        choose = ChooseChild(self._link.casebook, "Who chose not to take part?", self.page.content)
        choose.chosen.connect(lambda scope: self._navigator.open(self.page_key, scope_id=scope))
        self.show_choice(choose)
        choose.start()

    def _write(self, entry: Entry | None, about_id: str) -> None:
        casebook, declaration = self._link.casebook, declaration_of("not_taking_part")
        assert declaration is not None
        before = casebook.entry(about_id) if about_id else None
        again = before.body.get("was_for") if before is not None and before.type == self.page_key else None
        offers = {
            "what_happened": FIRST,
            "was_for": again or "visit",
            "ask_again": "next_visit",
            "happened_on": casebook.clock.today().isoformat(),
            "about_id": about_id,
        }
        manner = Manner(
            without=frozenset({"what_happened"}),
            offers=offers,
            leans={"happened_on": Lean.BACK, "ask_again_on": Lean.AHEAD},
            headed=False,
            folded=frozenset({"More"}),
            inline_after="Again",
            chips=frozenset({"was_for"}),
        )
        draft = entry.draft() if entry else casebook.new_draft(declaration.type, self.scope_id)
        form = self.show_form(declaration, draft, entry, manner)
        field = declaration.fields["what_happened"]
        answers = [
            (one.code, say(UNSURE.get(one.code, one.words), self.spoken), _ICONS[one.code]) for one in field.choices
        ]
        tiles = AnswerTiles(field.label, answers, form, key="not_taking_part.what_happened")
        tiles.show_value(str(form.body().get("what_happened") or ""))
        tiles.chosen.connect(lambda code: form.set_value("what_happened", code))
        column = form.layout()
        assert isinstance(column, QVBoxLayout)
        column.insertWidget(0, PlainLabel(say(RIGHT, self.spoken), "small", form))
        column.insertWidget(1, tiles)
        self.tiles = tiles
        tiles.focus()

    def _show_said(self, entry: Entry) -> None:
        """What the child said, exactly, under a record that is read."""
        host = self.content.layout() if self.content is not None else None
        assert isinstance(host, QVBoxLayout)
        for one in self._said_in(entry):
            quote = VoiceQuote(str(one.body.get("words") or ""))
            quote.setObjectName("own_words.words")
            host.addWidget(quote)

    def _show_asking(self, entry: Entry) -> None:
        """Ask how it went, above a record whose day to ask again has come."""
        host = self.content.layout() if self.content is not None else None
        due = {one.entry.record_id for one in to_ask_again(self._link.casebook, self._link.casebook.clock.today())}
        if entry.record_id in due and self.content is not None and self.spoken is not None:
            assert isinstance(host, QVBoxLayout)
            strip = AskAgain(self._link, self._navigator, entry, self.spoken, self.content)
            host.insertWidget(0, strip)
            strip.took_part.setFocus(Qt.FocusReason.OtherFocusReason)

    def _said_in(self, entry: Entry) -> list[Entry]:
        where = (Where("said_in_id", "is", entry.record_id),)
        query = Query(types=("own_words",), scope_id=entry.scope_id, where=where, order=OLDEST)
        return self._link.casebook.select(query)

    def _fit_buttons(self) -> None:
        self.done_button.setVisible(self.form is not None)
        self.undo_button.setVisible(self.form is not None and self.form.autosave.exists)

    def began(self) -> None:
        """It can be taken back from now on."""
        self._fit_buttons()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """1 to 6 choose, where no field has the focus: a field keeps its keys to itself."""
        plain = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier == Qt.KeyboardModifier.NoModifier
        if not (plain and self.tiles is not None and self.tiles.press(event.text())):
            super().keyPressEvent(event)

    # ---- done, and taken back ------------------------------------------------------------------------------------

    def done(self) -> None:
        """Keep it, go back, and finish it once it can no longer be taken back."""
        form = self.form
        if form is None:
            return
        found = form.check() or self.unfit()
        if found:
            self.problems.show_problems(found, SAFE if form.autosave.exists else "")
            return
        if not form.autosave.exists and not form.has_unsaved():
            form.begin()
        form.when_clean(self._kept)

    def _kept(self) -> None:
        if not self.isVisible() or self.form is None:
            return
        link, record_id, spoken = self._link, self.record_id, self.spoken or Spoken("the child")
        finishing = QTimer(link)
        finishing.setSingleShot(True)

        def finish() -> None:
            finishing.deleteLater()
            # What could not be finished now, on a full disk or in a vault locked by then, Today asks for tomorrow.
            link.wait(link.casebook.finish(record_id), failed=lambda _trouble: None)

        def undo() -> None:
            finishing.stop()
            self._remove(record_id)

        finishing.timeout.connect(finish)
        finishing.start(FINISH_AFTER_MS)
        self._go_back()
        self._navigator.toast(f"Written down. It is {spoken.name}’s right.", undo)

    def _take_back(self) -> None:
        form = self.form
        if form is None:
            return

        def gone() -> None:
            if self.isVisible():
                self._is_going = True
                self._remove(self.record_id)
                self._go_back()

        form.when_clean(gone)

    def _remove(self, record_id: str) -> None:
        """Delete it with what was said in it; one Undo brings all of it back."""
        link, navigator = self._link, self._navigator
        entry = link.casebook.entry(record_id)
        if entry is None:
            return
        ids = [record_id, *(one.record_id for one in self._said_in(entry))]

        def tell(trouble: Trouble) -> None:
            navigator.toast(in_a_line(trouble))

        def bring_back() -> None:
            for one in ids:
                link.wait(link.casebook.bring_back(one), failed=tell)

        for one in ids[1:]:
            link.wait(link.casebook.delete(one), failed=tell)
        link.wait(link.casebook.delete(record_id), lambda _entry: navigator.toast("Taken back", bring_back), tell)

    def record_changed(self, entry: Entry) -> None:
        """Finished or deleted elsewhere: shown as it stands, never under the worker's hands."""
        if self.must_show_anew(entry) and not self._is_going:
            self.opened(record_id=entry.record_id)
