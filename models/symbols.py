"""Pictures a child can answer This is Me with: each stands for a few words, and the words are what is recorded.

A child who uses symbols presses a picture; its words become a line of the box, like any other line the child gave. So a
worker without pictures, a search, a merge and a printed page all read the same record (seed 004: a form of This is Me
made friendly for children with SEN). Symbol sets under licence (Widgit, PCS, Makaton) cannot be shipped.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Symbol:
    """A picture by the name of its icon, and the words it says, at most four, as the child would say them."""

    icon: str
    words: str


def _list(*pairs: str) -> tuple[Symbol, ...]:
    return tuple(Symbol(*pair.split(": ", 1)) for pair in pairs)


SYMBOLS: Mapping[str, tuple[Symbol, ...]] = {
    "important_to_me": _list(
        "users: My family",
        "users-round: My friends",
        "paw-print: My pet",
        "bed: My room",
        "music: Music",
        "gamepad-2: Games",
        "tree-pine: Being outside",
        "school: My school",
    ),
    "how_to_talk_with_me": _list(
        "message-circle: Short words",
        "image: Show me pictures",
        "hand: Use signs",
        "hourglass: Give me time",
        "list-checks: One thing at once",
        "volume-x: A quiet voice",
        "keyboard: I use my device",
        "ear: Listen to me",
    ),
    "before_you_visit": _list(
        "bell: Tell me before",
        "calendar: On my calendar",
        "users: Ask my people first",
        "clock: Come on time",
        "camera: Send me your picture",
        "door-open: Knock and wait",
        "school: Come to my school",
        "car: Tell me about trips",
    ),
    "do_not_like": _list(
        "megaphone: Loud noise",
        "user-round: New people",
        "refresh-cw: Changes",
        "hourglass: Waiting",
        "zap: Being rushed",
        "hand: Being touched",
        "moon: The dark",
        "circle-help: Lots of questions",
    ),
    "helps_me": _list(
        "headphones: Headphones",
        "music: Music",
        "volume-x: A quiet place",
        "tree-pine: Going outside",
        "palette: Drawing",
        "hand-heart: Something to hold",
        "user-round: Time on my own",
        "paw-print: My pet",
    ),
    "my_hopes": _list(
        "house: My own home",
        "users: See my family",
        "users-round: More friends",
        "briefcase: A job",
        "graduation-cap: College",
        "dog: A pet",
        "chef-hat: Learn to cook",
        "bike: Ride a bike",
    ),
}
"""By box of This is Me. What a child likes, fears and hopes for is theirs to add to in words or a drawing."""


def lines_of(text: str) -> tuple[str, ...]:
    """The lines of a box that hold something, without the space around them."""
    return tuple(line.strip() for line in text.split("\n") if line.strip())


def icon_of(field: str, line: str) -> str:
    """The picture of a line that says what one of the box's symbols says; "" for the child's other words."""
    said = _bare(line)
    return next((one.icon for one in SYMBOLS.get(field, ()) if _bare(one.words) == said), "")


def says(text: str, words: str) -> bool:
    """Whether a box has this symbol's words as one of its lines."""
    return _bare(words) in {_bare(line) for line in lines_of(text)}


def with_words(text: str, words: str) -> str:
    """The box with a symbol's words as its last line; as it was where they stand already."""
    if says(text, words):
        return text
    return f"{text.rstrip(chr(10))}\n{words}" if text.strip() else words


def without_words(text: str, words: str) -> str:
    """The box without the lines that say just this; every other line stays exactly as it is."""
    said = _bare(words)
    return "\n".join(line for line in text.split("\n") if _bare(line) != said)


def _bare(line: str) -> str:
    return line.strip().rstrip(".").casefold()
