"""Every command that has keys, declared once: the shell, the tooltips and the list of keys all read it here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QWidget


@dataclass(frozen=True, slots=True)
class Action:
    """``keys`` are written as on the keyboard; the first are shown, all of them work."""

    name: str
    keys: tuple[str, ...]
    words: str
    group: str
    native: bool = False  # Qt's own text fields answer these keys; nothing is bound


MOVING, WRITING, SAFE = "Moving about", "Writing", "Keeping it safe"

ACTIONS: tuple[Action, ...] = (
    Action("find", ("Ctrl+K",), "Find a child, a note or a word", MOVING),
    Action("page_1", ("Ctrl+1",), "Today", MOVING),
    Action("page_2", ("Ctrl+2",), "Children", MOVING),
    Action("page_3", ("Ctrl+3",), "Reviews", MOVING),
    Action("page_4", ("Ctrl+4",), "You said, we did", MOVING),
    Action("page_5", ("Ctrl+5",), "Sync and saved", MOVING),
    Action("before_you_knock", ("Ctrl+Shift+B",), "Before you knock", MOVING),
    Action("history", ("Ctrl+H",), "Every version of the record that stands", MOVING),
    Action("back", ("Esc", "Alt+Left"), "Back", MOVING),
    Action("read_aloud", ("R",), "Read the page aloud, or stop reading", MOVING),
    Action("keys", ("F1", "?", "Ctrl+/"), "Show all keys", MOVING),
    Action("new_note", ("Ctrl+N",), "New visit note", WRITING),
    Action("not_taking_part", ("Ctrl+Shift+D",), "Chose not to take part", WRITING),
    Action("finish", ("Ctrl+Enter", "Ctrl+Return"), "Finish, or done", WRITING),
    Action("print", ("Ctrl+P",), "Print, or save as a file", WRITING),
    Action("close_visit", ("Ctrl+Shift+Enter", "Ctrl+Shift+Return"), "Close the visit: read it back", WRITING),
    Action("spelling", ("F7",), "The next marked word: spelling, or another way to say it", WRITING),
    Action("undo", ("Ctrl+Z",), "Undo", WRITING),
    Action("redo", ("Ctrl+Y",), "Redo", WRITING, native=True),
    Action("saved", ("Ctrl+S",), "Check that your work is saved", SAFE),
    Action("sync", ("F5",), "Send and receive now", SAFE),
    Action("hide", ("F9",), "Hide the screen", SAFE),
)
# Heard by the window as typed, where no field or list wanted it, and no shortcut to Qt: a sign that needs Shift on some
# keyboards and not on others, and a letter, which must go on being a letter wherever something is written.
TYPED = {"?": "keys", "r": "read_aloud", "R": "read_aloud"}
_BY_NAME = {action.name: action for action in ACTIONS}


def action(name: str) -> Action:
    """Return the action of this name; an unknown name is a bug and raises ``KeyError``."""
    return _BY_NAME[name]


def keys(name: str) -> str:
    """Return the keys to show for an action, such as ``Ctrl+K``."""
    return _BY_NAME[name].keys[0]


def groups() -> tuple[str, ...]:
    """Return the groups in the order they are shown."""
    return tuple(dict.fromkeys(each.group for each in ACTIONS))


def bind(
    owner: QWidget, name: str, call: Callable[[], object], *, everywhere: bool = False, within: bool = False
) -> tuple[QShortcut, ...]:
    """Let the keys of an action call ``call`` while ``owner`` is shown and its window is in front.

    ``everywhere`` works under open menus and lists too; ``within`` only where the focus lies inside ``owner``.
    """
    context = Qt.ShortcutContext.WindowShortcut
    if everywhere:
        context = Qt.ShortcutContext.ApplicationShortcut
    elif within:
        context = Qt.ShortcutContext.WidgetWithChildrenShortcut
    made = []
    for each in action(name).keys:
        if each in TYPED:
            continue
        shortcut = QShortcut(QKeySequence(each), owner)
        shortcut.setContext(context)
        shortcut.activated.connect(call)
        made.append(shortcut)
    return tuple(made)
