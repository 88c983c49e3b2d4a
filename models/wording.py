"""Puts a child's name and pronouns into words: "No, {their} choice" becomes "No, her choice"."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from models.version import Body


@dataclass(frozen=True, slots=True)
class Spoken:
    """How to speak of one child: the name they chose and the pronouns they use."""

    name: str
    they: str = "they"
    them: str = "them"
    their: str = "their"
    is_plural: bool = True

    @classmethod
    def of(cls, child: Body) -> Spoken:
        """Read name and pronouns from a child's body. Unknown pronouns are they/them: never guessed from sex."""
        name = str(child.get("known_as") or child.get("child_code") or "this child")
        first = str(child.get("pronouns") or "").strip().lower().replace(",", "/").split("/")[0].strip()
        if first == "she":
            return cls(name, "she", "her", "her", is_plural=False)
        if first == "he":
            return cls(name, "he", "him", "his", is_plural=False)
        return cls(name)


def say(words: str, child: Spoken | None) -> str:
    """Fill {child}, {they}, {them}, {their}, {Their}, and the verbs {trust}, {do}, {talk}. Other braces stay."""
    if "{" not in words:
        return words
    spoken = child or Spoken("the child")
    ending = "" if spoken.is_plural else "s"
    for key, value in {
        "{child}": spoken.name,
        "{they}": spoken.they,
        "{They}": spoken.they.capitalize(),
        "{them}": spoken.them,
        "{their}": spoken.their,
        "{Their}": spoken.their.capitalize(),
        "{trust}": f"trust{ending}",
        "{talk}": f"talk{ending}",
        "{do}": "do" if spoken.is_plural else "does",
    }.items():
        words = words.replace(key, value)
    return words


def age_on(born_on: date | None, today: date) -> int | None:
    """Age in whole years; None when the birthday is not recorded or lies ahead."""
    if born_on is None or born_on > today:
        return None
    return today.year - born_on.year - ((today.month, today.day) < (born_on.month, born_on.day))


def name_and_age(child: Body, today: date) -> str:
    """ "Sarah, 17", or the name alone when the birthday is not recorded."""
    name = Spoken.of(child).name
    try:
        born = date.fromisoformat(str(child.get("born_on") or ""))
    except ValueError:
        return name
    age = age_on(born, today)
    return name if age is None else f"{name}, {age}"
