"""What every part of the tour does alike: finding a child, and holding an outcome against what it should be."""

from __future__ import annotations

from desktop.puppet import Fell, Puppet


def expect(is_so: bool, otherwise: str) -> None:
    """Raise Fell unless something is so."""
    if not is_so:
        raise Fell(otherwise)


def find_child(app: Puppet, name: str) -> None:
    """From anywhere, by keys alone: Ctrl+K, the name, and the child's page."""
    app.press("Ctrl+1")
    app.press("Ctrl+K")
    app.ask("type", text=name)
    app.read("find.results", until=name)
    app.press("Return")
    app.read("child.known_as", until=name)
