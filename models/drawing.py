"""A drawing made in Heard: strokes in the record itself, small enough to merge, search past and travel with its words.

JSON: a list of strokes, each a flat list: the name of an ink, the width, then x and y of every point, whole numbers on
a sheet of 1,000 by 750. A file (a photo of a drawing on paper) is an attachment instead.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

WIDE, TALL = 1_000, 750
INKS: Mapping[str, str] = {
    "ink": "#1C272B",
    "blue": "#1F5FA8",
    "green": "#2F7D3B",
    "red": "#B3262E",
    "orange": "#C96A00",
    "yellow": "#E0B400",
    "brown": "#7A4A21",
    "pink": "#C2528B",
}
"""Inks on white paper, in any theme; an ink of a newer Heard is drawn as ``ink``."""
WIDTHS = (6, 14, 28)
THICKEST = 100
MOST_NUMBERS = 20_000
"""About 5,000 centimetres of line; more is turned away as too much to keep, never cut."""


@dataclass(frozen=True, slots=True)
class Stroke:
    """One line, from where the pen came down to where it was lifted."""

    ink: str
    width: int
    points: tuple[tuple[int, int], ...]


def is_drawing(value: Any) -> bool:
    """Whether a JSON value is a drawing that can be kept."""
    if not isinstance(value, list) or sum(len(one) for one in value if isinstance(one, list)) > MOST_NUMBERS:
        return False
    return all(_is_stroke(one) for one in value)


def _is_stroke(one: Any) -> bool:
    if not isinstance(one, list) or len(one) < 4 or len(one) % 2 or not isinstance(one[0], str):
        return False
    numbers = one[1:]
    if not all(isinstance(each, int) and not isinstance(each, bool) for each in numbers):
        return False
    xs, ys = numbers[1::2], numbers[2::2]
    return 0 < one[1] <= THICKEST and all(0 <= x <= WIDE for x in xs) and all(0 <= y <= TALL for y in ys)


def read(value: Any) -> tuple[Stroke, ...]:
    """The strokes of a JSON value; none for what is no drawing."""
    if not is_drawing(value):
        return ()
    return tuple(Stroke(one[0], one[1], tuple(zip(one[2::2], one[3::2], strict=True))) for one in value)


def write(strokes: Iterable[Stroke]) -> list[list[Any]]:
    """Strokes as their JSON value."""
    return [[one.ink, one.width, *(number for point in one.points for number in point)] for one in strokes]


def words(value: Any) -> str:
    """What is said of a drawing where it cannot be seen."""
    count = len(value) if isinstance(value, list) else 0
    return f"A drawing of {count} {'line' if count == 1 else 'lines'}" if count else ""
