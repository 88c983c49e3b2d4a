"""A table of records of one type: columns from the declaration, rows read only as far as they are seen."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView, QWidget

from models.changes import Changes
from models.entry import Entry
from models.fields import Field, Kind
from models.query import Query
from models.record import Declaration
from models.value_words import NOT_HERE, value_words
from models.wording import Spoken, say
from ui import access, theme
from ui.link import Link, touches

PAGE = 100
MOST_COLUMNS = 5
CHILD_COLUMN = "Child or young person"
ENTRY = Qt.ItemDataRole.UserRole
Index = QModelIndex | QPersistentModelIndex
_NOWHERE = QModelIndex()


def columns_of(declaration: Declaration) -> tuple[Field, ...]:
    """What tells records of a type apart: title, day and indexed fields first, then the first questions of its form."""
    fields = declaration.fields
    first = [name for name in (declaration.title_field, declaration.timeline) if name]
    indexed = [each.name for each in declaration.indexed if each.is_in_form]
    asked = [each.name for each in fields.values() if each.is_in_form]
    names = list(dict.fromkeys([*first, *indexed]))
    names += [name for name in asked if name not in names][: max(0, 3 - len(names))]
    return tuple(fields[name] for name in names[:MOST_COLUMNS])


class RecordTable(QAbstractTableModel):
    """The records of ``query``, which must name this one type. ``ENTRY`` gives a row's Entry.

    Without a child in the query a first column says whom each record is about. It follows every change by itself.
    """

    def __init__(self, link: Link, declaration: Declaration, query: Query | None = None) -> None:
        super().__init__(link)
        self._link, self.declaration = link, declaration
        self._query = replace(query or Query(), types=(declaration.type,), limit=PAGE, offset=0)
        self._columns = columns_of(declaration)
        self._rows: list[Entry] = []
        self._total = 0
        self._children: dict[str, Spoken] = {}
        self._titles: dict[str, str] = {}
        self._read_anew()
        link.changed.connect(self._on_changed)

    def total(self) -> int:
        """How many records there are, read or not."""
        return self._total

    def entry_at(self, row: int) -> Entry:
        """The record of a row that has been read."""
        return self._rows[row]

    # ---- reading only what is seen -------------------------------------------------------------------------------

    def canFetchMore(self, _parent: Index = _NOWHERE) -> bool:
        return len(self._rows) < self._total

    def fetchMore(self, _parent: Index = _NOWHERE) -> None:
        found = self._link.casebook.select(replace(self._query, offset=len(self._rows)))
        if not found:
            # Fewer than were counted: the broadcast of what went is on its way.
            self._total = len(self._rows)
            return
        first = len(self._rows)
        self.beginInsertRows(QModelIndex(), first, first + len(found) - 1)
        self._rows += found
        self.endInsertRows()

    def _read_anew(self) -> None:
        casebook = self._link.casebook
        seen = max(PAGE, len(self._rows))
        self._children, self._titles = {}, {}
        self._total = casebook.count(self._query)
        self._rows = casebook.select(replace(self._query, limit=seen))

    def _on_changed(self, changes: Changes) -> None:
        # A link's words are another record's title, and the child column a child's name.
        named = {name for field in self._columns for name in field.links_to} | {"child"}
        types = (self.declaration.type, *sorted(named))
        if touches(changes, asked_by="", types=types, scope_id=self._query.scope_id):
            self.beginResetModel()
            self._read_anew()
            self.endResetModel()

    # ---- what Qt asks --------------------------------------------------------------------------------------------

    def _says_whom(self) -> bool:
        return not self._query.scope_id

    def rowCount(self, parent: Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else len(self._columns) + self._says_whom()

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation != Qt.Orientation.Horizontal or role != Qt.ItemDataRole.DisplayRole:
            return None
        if self._says_whom():
            section -= 1
        if section < 0:
            return CHILD_COLUMN
        child = self._spoken(self._query.scope_id) if self._query.scope_id else None
        return say(self._columns[section].label, child)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid() or index.row() >= len(self._rows):
            return None
        entry = self._rows[index.row()]
        if role == ENTRY:
            return entry
        if role == Qt.ItemDataRole.DisplayRole:
            return self._words(entry, index.column())
        if role == Qt.ItemDataRole.AccessibleTextRole:
            head = self.headerData(index.column(), Qt.Orientation.Horizontal)
            return f"{head}: {self._words(entry, index.column()) or 'not recorded'}"
        return None

    def _words(self, entry: Entry, column: int) -> str:
        if self._says_whom():
            column -= 1
        child = self._spoken(entry.scope_id)
        if column < 0:
            return child.name
        field = self._columns[column]
        words = value_words(field, entry.body.get(field.name), child, self._title_of)
        # A table has one line a record; the whole text is on the record's page.
        return " ".join(words.split()) if field.kind in (Kind.LINE, Kind.PROSE) else words

    def _spoken(self, scope_id: str) -> Spoken:
        if scope_id not in self._children:
            child = self._link.casebook.child(scope_id)
            self._children[scope_id] = Spoken.of(child.body if child else {})
        return self._children[scope_id]

    def _title_of(self, record_id: str) -> str:
        if record_id not in self._titles:
            entry = self._link.casebook.entry(record_id)
            title = entry.declaration.title if entry and entry.declaration else NOT_HERE
            self._titles[record_id] = (entry.title if entry else "") or title
        return self._titles[record_id]


class RecordTableView(QTableView):
    """Shows a RecordTable, one line a record. `opened` carries the Entry that was chosen by Enter or a double press."""

    opened = Signal(object)

    def __init__(self, table: RecordTable, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        access.describe(self, name, "Arrow keys move, Enter opens", key=f"{table.declaration.type}.table")
        self.setModel(table)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self.verticalHeader().hide()
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.verticalHeader().setDefaultSectionSize(theme.current().px(44))
        head = self.horizontalHeader()
        head.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        head.setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        head.setHighlightSections(False)
        self.doubleClicked.connect(self._open)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.currentIndex().isValid():
            self._open(self.currentIndex())
        else:
            super().keyPressEvent(event)

    def _open(self, index: QModelIndex) -> None:
        self.opened.emit(index.data(ENTRY))
