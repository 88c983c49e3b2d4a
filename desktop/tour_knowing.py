"""The part of the tour about knowing a child: a worker who is new reads first, and the child's team sees it."""

from __future__ import annotations

from collections.abc import Callable

from desktop.puppet import Puppet
from desktop.touring import expect


class KnowingTour:
    """Steps on one laptop without a line. ``picture`` saves a screen, in both themes and sizes."""

    def __init__(self, picture: Callable[[Puppet, str], None]) -> None:
        self._picture = picture

    def meet(self, app: Puppet) -> None:
        """Aisha is new to Sarah: This is Me and how to approach her come before anything else, without a line."""
        app.press("Ctrl+1")
        app.click("today.finish.meet")
        why = app.read("meet_first.why", until="You are new to Sarah")
        expect("before your first visit" in why, f"it says {why!r}")
        for name, words in (("this_is_me.my_name", "Sarah"), ("meet_first.wishes", "Grandad (Pete)")):
            app.read(name, until=words)
        self._picture(app, "meet_first")
        app.press("Ctrl+Return")
        app.read("child.tabs")
        app.press("Ctrl+1")
