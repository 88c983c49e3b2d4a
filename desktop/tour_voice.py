"""The part of the tour about the child's say: choosing not to take part, and words that come back as answers."""

from __future__ import annotations

from collections.abc import Callable

from desktop.puppet import Puppet


class VoiceTour:
    """Steps from Sarah's own page. ``picture`` saves a screen, in both themes and sizes."""

    def __init__(self, picture: Callable[[Puppet, str], None]) -> None:
        self._picture = picture

    def not_taking_part(self, app: Puppet) -> None:
        """Three keys write down that Sarah said not now; it stands on her timeline as her right."""
        app.press("Ctrl+1")
        app.press("Ctrl+K")
        app.ask("type", text="Sarah")
        app.read("find.results", until="Sarah")
        app.press("Return")
        app.read("child.known_as", until="Sarah")
        app.press("Ctrl+Shift+D")
        app.read("window", until="This is her right")
        self._picture(app, "not_taking_part")
        app.press("2")
        app.press("Ctrl+Return")
        app.read("child.known_as", until="Sarah")
        app.read("window", until="Said not now, maybe later")
