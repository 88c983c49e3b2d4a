"""Find: a child, a note, a word or a page, with results as each key is typed."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QEvent, QObject, Qt, QTimer
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget
from shiboken6 import isValid

from models.changes import Changes
from models.entry import Hit
from models.finding import Result, nothing_found, resting, results
from ui import access
from ui.link import Link, Navigator
from ui.parts.key_cap import KeyCap
from ui.parts.labels import PlainLabel
from ui.parts.search_field import SearchField
from ui.tasks import LatestOnly
from ui.theme import Theme
from ui.views.child_facts import note_looked_at, recent_children
from ui.views.find_results import ResultList, ResultsModel

MOST = 30
SHORTEST = 2
NAMES_FIRST_MS = 50
WIDE = 860


class FindPage(QWidget):
    """Arguments: ``typed`` to begin with. Arrow keys move, Enter opens, Ctrl+N starts a note about the child chosen."""

    page_key = "find"

    def __init__(self, link: Link, navigator: Navigator, theme: Theme) -> None:
        super().__init__()
        self._link, self._navigator = link, navigator
        self._finder: LatestOnly[tuple[str, list[Hit]]] = LatestOnly(self._found_elsewhere, "find")
        row = QHBoxLayout(self)
        row.setContentsMargins(24, 16, 24, 12)
        row.addStretch(1)
        column = QVBoxLayout()
        column.setSpacing(10)
        row.addLayout(column, 40)
        row.addStretch(1)
        self.field = SearchField("Find a child, a note or a word", "find.field", hint="Arrow keys move, Enter opens")
        self.field.setMaximumWidth(theme.px(WIDE))
        self.field.installEventFilter(self)
        self.field.textChanged.connect(self.search)
        column.addWidget(self.field)
        self.model = ResultsModel(self)
        self.list = ResultList(self.model)
        self.list.setMaximumWidth(theme.px(WIDE))
        self.list.chosen.connect(self.open_result)
        column.addWidget(self.list, 1)
        self.nothing = PlainLabel("", "body", leading=1.5)
        self.nothing.setObjectName("find.nothing")
        self.nothing.hide()
        column.addWidget(self.nothing, 1, Qt.AlignmentFlag.AlignTop)
        column.addLayout(self._make_hint())
        self._shown_for = ""
        self.setFocusProxy(self.field)
        self._names_first = QTimer(self)
        self._names_first.setSingleShot(True)
        self._names_first.setInterval(NAMES_FIRST_MS)
        self._names_first.timeout.connect(self._show_names)
        link.changed.connect(self._on_change)

    def _make_hint(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(6)
        for keys, words in (("Enter", "opens"), ("Ctrl+N", "starts a note about the child"), ("Esc", "goes back")):
            row.addWidget(KeyCap(keys))
            row.addWidget(PlainLabel(words, "small", wrap=False))
            row.addSpacing(10)
        row.addStretch(1)
        return row

    # ---- the page ------------------------------------------------------------------------------------------------

    def page_title(self) -> str:
        """The title a screen reader says."""
        return "Find"

    def opened(self, typed: str = "", **_more: Any) -> None:
        """Take the keys at once."""
        self.field.setText(typed)
        self.search(typed)
        self.field.selectAll()
        self.field.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def leave(self) -> None:
        """Ask for nothing more."""
        self._names_first.stop()
        self._finder.stop()

    def new_note_about(self) -> dict[str, str]:
        """What a new note started here is about: the child of the row chosen."""
        row = self.list.current()
        return {"scope_id": row.scope_id} if row is not None and row.scope_id else {}

    def _on_change(self, changes: Changes) -> None:
        if self.isVisible() and changes.types:
            self.search(self.field.text())

    # ---- searching -----------------------------------------------------------------------------------------------

    def search(self, typed: str) -> None:
        """Show names at once, and what was written as soon as it is found."""
        typed = typed.strip()
        casebook = self._link.casebook
        self._names_first.stop()
        if not typed:
            everyone = casebook.children()
            by_scope = {one.scope_id: one for one in everyone}
            recent = [by_scope[scope] for scope in recent_children(casebook) if scope in by_scope]
            self._show(resting(recent, everyone, casebook.clock.today()), "")
            return
        if len(typed) < SHORTEST:
            # Nearly every note has a word that begins so: names and pages are what one letter can find.
            self._take((typed, []))
            return
        self._names_first.start()
        self._finder.ask(lambda: (typed, casebook.find(typed, MOST)))

    def _show_names(self) -> None:
        """What was written takes longer than usual: show what needs no index meanwhile."""
        typed, casebook = self.field.text().strip(), self._link.casebook
        rows = results(typed, [], casebook.children(), casebook.clock.today())
        if rows:
            self._show(rows, typed)

    def _found_elsewhere(self, found: tuple[str, list[Hit]]) -> None:
        """On the searching thread: the results go to the screen's own."""
        self._link.post(lambda: self._take(found))

    def _take(self, found: tuple[str, list[Hit]]) -> None:
        typed, hits = found
        if not isValid(self) or typed != self.field.text().strip():
            return
        self._names_first.stop()
        casebook = self._link.casebook
        self._show(results(typed, hits, casebook.children(), casebook.clock.today()), typed)

    def _catch_up(self) -> None:
        """A key pressed before the answer came means what is typed now, never a row of what was typed before."""
        typed, casebook = self.field.text().strip(), self._link.casebook
        if typed != self._shown_for:
            found = casebook.find(typed, MOST) if len(typed) >= SHORTEST else []
            self._take((typed, found))

    def _show(self, rows: list[Result], typed: str) -> None:
        self._shown_for = typed
        self.model.show_rows(rows)
        self.nothing.setVisible(not rows)
        self.list.setVisible(bool(rows))
        if rows:
            self.list.choose_first()
            count = sum(not row.is_heading for row in rows)
            first = self.list.current()
            said = f"{count} result{'' if count == 1 else 's'}. First: {first.title}" if first else ""
            self.list.setAccessibleDescription(said)
        else:
            words = nothing_found(typed) if len(typed) >= SHORTEST else "Type another letter to search notes and words."
            self.nothing.setText(words)
            access.announce(self, words)

    # ---- going on ------------------------------------------------------------------------------------------------

    def open_result(self, row: Result) -> None:
        """Open what a row stands for."""
        if row.page_key == "children" and row.scope_id:
            note_looked_at(self._link, row.scope_id)
        self._navigator.open(row.page_key, **dict(row.arguments))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is not self.field or not isinstance(event, QKeyEvent):
            return super().eventFilter(watched, event)
        is_new_note = event.key() == Qt.Key.Key_N and event.modifiers() == Qt.KeyboardModifier.ControlModifier
        if event.type() == QEvent.Type.ShortcutOverride and is_new_note:
            self._catch_up()
        if event.type() == QEvent.Type.ShortcutOverride and is_new_note and self.new_note_about():
            # The window's own Ctrl+N knows nothing of the row chosen here.
            event.accept()
            return True
        if event.type() == QEvent.Type.KeyPress:
            return self._on_key(event, is_new_note=is_new_note)
        return super().eventFilter(watched, event)

    def _on_key(self, event: QKeyEvent, *, is_new_note: bool) -> bool:
        steps = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1}
        if is_new_note or event.key() in (*steps, Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._catch_up()
        if event.key() in steps:
            self.list.step(steps[Qt.Key(event.key())])
            self._say_current()
            return True
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not event.modifiers():
            if (row := self.list.current()) is not None:
                self.open_result(row)
            return True
        if is_new_note and self.new_note_about():
            self._navigator.open("note", **self.new_note_about())
            return True
        return False

    def _say_current(self) -> None:
        if (row := self.list.current()) is not None:
            access.announce(self, ". ".join(part for part in (row.title, row.words) if part))
