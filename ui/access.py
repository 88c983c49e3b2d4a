"""What a screen reader is told: names, descriptions, and words said aloud when something happens."""

from __future__ import annotations

from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent
from PySide6.QtWidgets import QWidget


def describe(widget: QWidget, name: str, description: str = "", *, key: str = "") -> None:
    """Give a widget the name a screen reader says, a longer description, and an ``objectName`` tests find it by."""
    widget.setAccessibleName(name)
    if description:
        widget.setAccessibleDescription(description)
    if key:
        widget.setObjectName(key)
        widget.setAccessibleIdentifier(key)


def announce(widget: QWidget, words: str, *, at_once: bool = False) -> None:
    """Have the screen reader say ``words``; ``at_once`` interrupts what it is reading (errors, nothing else)."""
    event = QAccessibleAnnouncementEvent(widget, words)
    event.setPoliteness(
        QAccessible.AnnouncementPoliteness.Assertive if at_once else QAccessible.AnnouncementPoliteness.Polite
    )
    QAccessible.updateAccessibility(event)


def name_of(widget: QWidget) -> str:
    """Return the name a screen reader would say for this widget."""
    interface = QAccessible.queryAccessibleInterface(widget)
    return interface.text(QAccessible.Text.Name) if interface else ""


def role_of(widget: QWidget) -> QAccessible.Role:
    """Return the role a screen reader would say for this widget."""
    interface = QAccessible.queryAccessibleInterface(widget)
    return interface.role() if interface else QAccessible.Role.NoRole


def tip(widget: QWidget, words: str) -> None:
    """Set a tooltip that shows ``words`` exactly; Qt would otherwise read a ``<`` in them as markup."""
    shown = ""
    if words:
        import html  # the unlock screen has no tooltips, and is not to wait for this

        shown = f"<span>{html.escape(words)}</span>"
    if shown != widget.toolTip():
        widget.setToolTip(shown)
