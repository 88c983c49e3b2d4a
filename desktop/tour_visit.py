"""The part of the tour about what a child asked for: every visit held against it, and a visit closed with the child."""

from __future__ import annotations

from collections.abc import Callable

from desktop.puppet import Puppet
from desktop.touring import expect, find_child


class VisitTour:
    """Steps from Sarah's own page, without a connection. ``picture`` saves a screen, in both themes and sizes."""

    def __init__(self, picture: Callable[..., None]) -> None:
        self._picture = picture

    def as_asked(self, app: Puppet) -> None:
        """Her page says how many visits were as she asked; one press shows each, and the note shows its own."""
        find_child(app, "Sarah")
        app.read("child.as_asked", until="as Sarah asked")
        app.click("child.as_asked")
        app.read("as_asked.line", until="as Sarah asked")
        self._picture(app, "as_asked")
        app.click("kept.open")
        app.read("window", until="What Sarah asked for")
        self._picture(app, "note_as_asked", at="kept.card")

    def close(self, app: Puppet) -> None:
        """One chord from her note: read back, the next visit in her words, and kept as she was told it."""
        app.press("Ctrl+Shift+Return")
        app.read("close_visit.title", until="Close the visit")
        self._picture(app, "close_visit")
        app.write("feedback_sheet.could_not", "Becky cannot come on Sundays, because she works then.")
        app.write("feedback_sheet.next_visit_on", "in 2 weeks")
        app.press("Tab")
        app.read("window", until="Closing the visit")
        self._picture(app, "close_visit_next", at="feedback_sheet.next_visit_on")
        app.press("Ctrl+Return")
        app.read("note.close_visit", until="What was told")
        app.click("note.close_visit")
        app.read("close_visit.title", until="What Sarah was told")
        expect("cannot come on Sundays" in app.read("window"), "what could not be promised is not in what was told")
        self._picture(app, "close_visit_told")
