"""The part of the tour about reading aloud: a card on the doorstep, and a child's words read back large."""

from __future__ import annotations

from collections.abc import Callable

from desktop.puppet import Puppet
from desktop.touring import expect, find_child


class AloudTour:
    """Steps on one laptop, whose voice is Qt's pretended one. ``picture`` saves a screen, in both themes and sizes."""

    def __init__(self, picture: Callable[..., None]) -> None:
        self._picture = picture

    def card(self, app: Puppet) -> None:
        """Two keys read Sarah's card; R is also how it stops, as Esc and the big button do, and F9 before all else."""
        find_child(app, "Sarah")
        app.press("Ctrl+Shift+B")
        app.read("knock.read", until="Read aloud", seconds=30)
        app.press("R")
        app.read("reading.stop")
        self._picture(app, "reading_aloud")
        app.press("R")
        app.read("knock.read", until="Read aloud")
        app.press("R")
        app.read("reading.stop")
        app.press("Escape")
        app.read("knock.read", until="Read aloud")
        expect("reading.stop" not in app.ask("names"), "the bar stays after the reading")
        app.press("Escape")
        app.read("child.known_as", until="Sarah")

    def check_back(self, app: Puppet) -> None:
        """Words are checked back: large, and read aloud."""
        app.click("own_words.check_back")
        app.read("check_back.words")
        app.press("R")
        app.read("check_back.read", until="Stop reading")
        self._picture(app, "check_back", at="check_back.read")
        app.press("R")
        # By key: the message of the step before may still lie over the button.
        app.ask("focus", name="own_words.checked_back_result.right")
        app.press("Space")
        app.read("window", until="Checked back")
