"""Listens to a window as a screen reader would: names, roles and rows, from the tree Qt hands to the system."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from PySide6.QtGui import QAccessible, QAccessibleInterface
from PySide6.QtWidgets import QAbstractScrollArea, QComboBox, QWidget

from desktop.recording import record

Role = QAccessible.Role
ROLES = frozenset(
    {
        Role.Button, Role.ButtonMenu, Role.ButtonDropDown, Role.CheckBox, Role.RadioButton, Role.ComboBox, Role.SpinBox,
        Role.EditableText, Role.Slider, Role.List, Role.ListItem, Role.Table, Role.Tree, Role.Cell, Role.TreeItem,
        Role.PageTab, Role.PageTabList, Role.Link, Role.MenuItem, Role.Switch, Role.Graphic, Role.Document,
        Role.ColumnHeader, Role.RowHeader, Role.Dial, Role.StaticText,
    }
)  # fmt: skip
"""What a thing that takes the focus may be; a grouping, a border or a plain client tells nobody what it does.

A text may take it to be read out again, as a recovery code is.
"""
READ_OUT = {"problems", "cover"}
"""Kinds that take the focus only so that they are read out whole: what stands in the way, and the hidden screen."""
LISTS = {Role.List, Role.Table, Role.Tree}
ROWS = {Role.ListItem, Role.TreeItem, Role.Cell}
HEARD_ROWS = 60
MOST_INITIALS = 3
_NOTHING = {"", "button", "click here", "icon", "here", "edit text", "…", "..."}


@dataclass(frozen=True, slots=True)
class Told:
    """One thing of the tree: what a screen reader would say of it, and of the groups it stands in."""

    role: QAccessible.Role
    name: str
    description: str
    groups: tuple[str, ...]
    is_focusable: bool
    widget: QWidget | None
    """None for what is no widget: a row of a list, a tab."""

    def __str__(self) -> str:
        what = type(self.widget).__name__ if self.widget is not None else "a row"
        key = self.widget.objectName() if self.widget is not None else ""
        return f"{what} {key or self.name!r} ({self.role.name})"


def find_faults(window: QWidget) -> list[str]:
    """Listen to a window as it stands. Returns what is wrong, in words; the same fault once."""
    told = list(everything_told(window))
    found = [
        *(fault for one in told for fault in _judge(one)),
        *_called_alike(told),
        *(fault for one in told for fault in _painted_and_not_told(one)),
    ]
    return list(dict.fromkeys(found))


def everything_told(window: QWidget) -> Iterator[Told]:
    """Walk the tree from the window down, as the system does; what is hidden is left out."""
    root = QAccessible.queryAccessibleInterface(window)
    if root is not None:
        yield from _walk(root, ())


def _walk(interface: QAccessibleInterface, groups: tuple[str, ...]) -> Iterator[Told]:
    state, widget = interface.state(), interface.object()
    if state.invisible:
        return
    name = _name_of(interface)
    yield Told(
        interface.role(),
        name,
        interface.text(QAccessible.Text.Description).strip(),
        groups,
        bool(state.focusable) and not state.disabled,
        widget if isinstance(widget, QWidget) else None,
    )
    is_list = interface.role() in LISTS
    for number in range(min(interface.childCount(), HEARD_ROWS) if is_list else interface.childCount()):
        child = interface.child(number)
        if child is not None and child.isValid():
            yield from _walk(child, (*groups, name) if name else groups)


def _name_of(interface: QAccessibleInterface) -> str:
    """A box that lists says on some systems what is chosen, and by another way what it is called."""
    widget = interface.object()
    if isinstance(widget, QComboBox):
        labels = [other for other, _relation in interface.relations(QAccessible.RelationFlag.Label)]
        named = widget.accessibleName() or " ".join(label.text(QAccessible.Text.Name) for label in labels)
        return named.strip()
    return interface.text(QAccessible.Text.Name).strip()


# ---- one thing -------------------------------------------------------------------------------------------------------


def _judge(one: Told) -> Iterator[str]:
    if one.role in ROWS and not one.name:
        yield f"a row of {one.groups[-1:] or 'a list'} has no name"
    if not one.is_focusable:
        return
    if one.name.lower() in _NOTHING or (one.widget is not None and one.name == one.widget.objectName()):
        yield f"{one} has no name"
    is_read_out = one.widget is not None and one.widget.property("kind") in READ_OUT
    if one.role not in ROLES and not is_read_out:
        yield f"{one} takes the focus, and its role says nothing"


def _called_alike(told: list[Told]) -> Iterator[str]:
    """Two controls that sound the same, in the same group, do the same, or one of them is not told."""
    alike: dict[tuple[object, ...], list[Told]] = defaultdict(list)
    for one in told:
        if one.is_focusable and one.widget is not None:
            alike[one.role, one.name, one.description, one.groups].append(one)
    for (_role, name, *_more), several in alike.items():
        if len(several) > 1:
            yield f"{len(several)} controls are called {name!r}: {several[0]}"


def _painted_and_not_told(one: Told) -> Iterator[str]:
    """Words that a widget painted itself, and that it tells nobody."""
    if (
        one.widget is None
        or one.widget.visibleRegion().isEmpty()
        or one.role in LISTS | {Role.EditableText, Role.PageTabList}
    ):
        return
    area = one.widget.parentWidget()
    if isinstance(area, QAbstractScrollArea) and area.viewport() is one.widget:
        return  # the rows and the text are told by the list and the field
    said = " ".join((one.name, one.description, one.widget.toolTip(), _value_of(one.widget), *one.groups))
    letters, words = "".join(_words(said)), set(_words(said))
    initials = "".join(word[0] for word in _words(one.name))
    # Run by run: an underlined letter, for Alt, is drawn apart from its word.
    for drawn in record(one.widget):
        shown = _words(re.sub(r"\w*…", "", drawn.words))
        run = "".join(shown)
        if run not in letters and not set(shown) <= words and not (len(run) <= MOST_INITIALS and run in initials):
            yield f"{one} shows words it does not say: “{drawn.words}”"


def _value_of(widget: QWidget) -> str:
    interface = QAccessible.queryAccessibleInterface(widget)
    return interface.text(QAccessible.Text.Value) if interface else ""


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", text.lower())
