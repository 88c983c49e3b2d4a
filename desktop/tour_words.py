"""The part of the tour about the worker's own words: spelling by key, and the words of a dictionary of one's own."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from desktop.puppet import Puppet
from desktop.touring import expect

CHANGED = "visit_note.change_since_last"
VIEW = "visit_note.worker_view"
WRONG = "It is definately her choice. Makaton and Quayfield help her wellbeing."
RIGHT = "It is definitely her choice. Makaton and Quayfield help her wellbeing."


class WordsTour:
    """Steps in a note that is being written. ``picture`` saves a screen in both themes and sizes, into ``out``."""

    def __init__(self, picture: Callable[..., None], out: Path) -> None:
        self._picture, self._out = picture, out

    def spelling(self, app: Puppet) -> None:
        """Two wrong words bear a wave; F7 mends one and adds the other, without the mouse."""
        app.write(VIEW, WRONG + " ")
        app.press("F7")
        app.read("definitely", seconds=20)
        app.press("Escape")
        self._picture(app, "spelling", at=VIEW)
        for theme in ("light", "dark"):
            app.ask("look", shown=theme)
            self._menu(app, f"spelling_menu_{theme}")
        app.ask("look", shown="light")
        app.ask("focus", name=VIEW)
        app.press("Ctrl+Home F7")
        app.read("definitely", seconds=8)
        app.press("Return")
        app.press("F7")
        app.read("Add “Quayfield” to my dictionary")
        app.press("Up Up Return")
        kept = app.read(VIEW, until="definitely")
        expect(kept.strip() == RIGHT, f"the text says {kept!r}")
        app.press("F7")
        app.read("window", until="Nothing is marked in what you wrote")

    def _menu(self, app: Puppet, name: str) -> None:
        app.ask("focus", name=VIEW)
        app.press("Ctrl+Home F7")
        app.read("definitely", seconds=8)
        app.grab(self._out / f"{name}.png")
        app.press("Escape")

    def kinder(self, app: Puppet) -> None:
        """A word that could be kinder bears dots; it asks for nothing, and offers another."""
        app.write(CHANGED, "Her siblings came on Sunday. ")
        self._picture(app, "kinder_words", at=CHANGED)
        app.ask("focus", name=CHANGED)
        app.press("Ctrl+Home F7")
        app.read("Write down what Sarah calls it…")
        app.grab(self._out / "kinder_words_menu_light.png")
        app.press("Down Return")
        kept = app.read(CHANGED, until="brothers")
        expect(kept.strip() == "Her brothers and sisters came on Sunday.", f"the text says {kept!r}")

    def my_words(self, app: Puppet) -> None:
        """The words added are listed in Settings, each with a way out."""
        app.click("rail.settings")
        app.click("settings.my_words")
        app.read("my_words.Quayfield")
        self._picture(app, "my_dictionary")
