"""What every part of the tour holds an outcome against."""

from __future__ import annotations

from desktop.puppet import Fell


def expect(is_so: bool, otherwise: str) -> None:
    """Raise Fell unless something is so."""
    if not is_so:
        raise Fell(otherwise)
