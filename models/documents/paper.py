"""The paper a document is made for: how large its letters are, which, and the colour behind them."""

from __future__ import annotations

from dataclasses import dataclass

from models.fields import Choice
from models.version import Body

SIZES = (
    Choice("normal", "Normal"),
    Choice("large", "Large print"),
    Choice("largest", "Largest print"),
)
TINTS = (
    Choice("cream", "Cream"),
    Choice("white", "White"),
    Choice("pale_blue", "Pale blue"),
    Choice("pale_green", "Pale green"),
)
LETTERS = (Choice("plain", "Plain"), Choice("lexend", "Lexend"), Choice("opendyslexic", "OpenDyslexic"))
COLOURS = {"cream": "#FBF6EA", "white": "#FFFFFF", "pale_blue": "#EEF4FB", "pale_green": "#EFF7EE"}
POINTS = {"normal": 11.5, "large": 16.0, "largest": 20.0}
"""Body text. Large print begins at 16 point (UK Association for Accessible Formats)."""
LARGE_FROM = 14.0
TWO_COLUMNS_UNDER = 18.0
"""Points of the body text under which two boxes have room beside each other."""


@dataclass(frozen=True, slots=True)
class Paper:
    """Codes of SIZES, TINTS and LETTERS. OpenDyslexic stands in the accessible page; a PDF has Lexend in its place."""

    size: str = "normal"
    tint: str = "cream"
    letters: str = "plain"

    @classmethod
    def for_child(cls, preferences: Body) -> Paper:
        """What a child asked for in their communication preferences; unknown answers count as not given."""
        needs = preferences.get("format_needs") or ()
        size = _known(SIZES, preferences.get("text_size"), "large" if "large_print" in needs else "normal")
        letters = _known(LETTERS, preferences.get("font"), "lexend" if "dyslexia_font" in needs else "plain")
        return cls(size, _known(TINTS, preferences.get("paper_colour"), "cream"), letters)

    @property
    def points(self) -> float:
        """Size of the body text."""
        return POINTS[self.size]

    @property
    def colour(self) -> str:
        """The colour behind the words, as #RRGGBB."""
        return COLOURS[self.tint]


def sized(points: float, times: float) -> float:
    """The size of a heading or of small print beside body text of ``points``. In large print both come closer to it:

    small print would no longer be large, and headings would take the page from the words.
    """
    if points < LARGE_FROM:
        return points * times
    return points * (1 + (times - 1) * (0.55 if times > 1 else 0.4))


def _known(choices: tuple[Choice, ...], code: object, otherwise: str) -> str:
    return next((one.code for one in choices if one.code == code), otherwise)
