"""What one page may say of its form: what is left out, filled in ahead, folded away or laid out otherwise."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from models.dates_typed import Lean


@dataclass(frozen=True, slots=True)
class Manner:
    """How one page wants its form; everything else comes from the declaration.

    ``without`` leaves fields out. ``offers`` are filled in ahead and saved with the first edit. ``leans`` says which
    way a day without a year is read. Parts in ``folded`` are folded away, and with ``headed`` each stands on a card
    under its head. ``inline_after`` names the part after which records said inside this one are shown. ``lines`` is
    the least height of a field's text. ``side_by_side`` puts texts at least so many pixels wide beside each other.
    ``bare`` hides the label of a field, ``beside`` puts it at the left. Fields in ``more`` are folded away within
    their part, under ``more_words``; ``placed`` moves a field to another part. ``letters`` are Alt letters taken
    elsewhere on the page. The part named ``first`` stands before all others. Choices in ``chips`` show every answer,
    however many there are.
    """

    without: frozenset[str] = frozenset()
    offers: Mapping[str, Any] = field(default_factory=dict)
    leans: Mapping[str, Lean] = field(default_factory=dict)
    folded: frozenset[str] = frozenset()
    headed: bool = True
    inline_after: str = ""
    lines: Mapping[str, int] = field(default_factory=dict)
    side_by_side: int = 0
    placed: Mapping[str, str] = field(default_factory=dict)
    bare: frozenset[str] = frozenset()
    beside: frozenset[str] = frozenset()
    more: frozenset[str] = frozenset()
    more_words: str = "More"
    letters: str = ""
    has_inline: bool = True
    first: str = ""
    chips: frozenset[str] = frozenset()
