"""Reads one cell of a council's file: days, codes, names, roles; and says which columns there are; pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date

from models import code_sets
from models.audience import GIVEN_ROLES
from models.fields import Choice

Value = str | bool | float
Reader = Callable[[str], Value]
EARLIEST = date(1900, 1, 1)
MAX_NAME = 200
MAX_TEXT = 500
JOINERS = "\u200c\u200d"
"""Invisible, and part of the right spelling of names in several scripts."""


class Unreadable(Exception):
    """A cell cannot be read; the text says why, in words for the person who made the file."""


def read_day(text: str) -> str:
    """Read DD/MM/YYYY or YYYY-MM-DD; return YYYY-MM-DD."""
    parts = text.split("/") if "/" in text else text.split("-")[::-1]
    try:
        day, month, year = (int(part) for part in parts if part.isascii() and part.isdigit())
        found = date(year, month, day)
    except ValueError:
        raise Unreadable("This is not a day written DD/MM/YYYY.") from None
    if len(parts) != 3 or found < EARLIEST:
        raise Unreadable("This is not a day written DD/MM/YYYY.")
    return found.isoformat()


def read_text(text: str) -> str:
    """Read one line of text."""
    tidy = " ".join(text.split())
    if len(tidy) > MAX_TEXT or not all(letter.isprintable() or letter in JOINERS for letter in tidy):
        raise Unreadable(f"This is longer than {MAX_TEXT} letters, or holds something that is no letter.")
    return tidy


def read_name(text: str) -> str:
    """Read a short name or number."""
    tidy = read_text(text)
    if len(tidy) > MAX_NAME:
        raise Unreadable(f"This is longer than {MAX_NAME} letters.")
    return tidy


def read_yes(text: str) -> bool:
    """Read yes or no."""
    answers = {"yes": True, "y": True, "true": True, "1": True, "no": False, "n": False, "false": False, "0": False}
    if text.casefold() not in answers:
        raise Unreadable("This is neither yes nor no.")
    return answers[text.casefold()]


def read_year(text: str) -> float:
    """Read a school year, 0 (reception) to 14."""
    if not (text.isascii() and text.isdigit() and int(text) <= 14):
        raise Unreadable("This is not a school year from 0 to 14.")
    return float(text)


def read_role(text: str) -> str:
    """Read what a worker is to a child; spaces and capitals do not matter."""
    role = "_".join(text.casefold().replace("-", " ").replace("_", " ").split())
    if role not in GIVEN_ROLES:
        raise Unreadable("This is none of the roles: " + ", ".join(GIVEN_ROLES) + ".")
    return role


def code_of(choices: Iterable[Choice], older: Mapping[str, str] | None = None) -> Reader:
    """Make a reader for one of a set of codes; ``older`` maps codes of earlier years to today's."""
    known = {choice.code: choice.code for choice in choices} | dict(older or {})

    def read(text: str) -> str:
        found = known.get(text.upper()) or known.get(text)
        if found is None:
            raise Unreadable("This is not one of the codes of this column.")
        return found

    return read


CHILD_FIELDS: dict[str, Reader] = {
    "known_as": read_text,
    "legal_name": read_text,
    "says_name_like": read_text,
    "pronouns": read_text,
    "born_on": read_day,
    "sex": code_of(code_sets.SEX, {"1": "M", "2": "F"}),
    "ethnicity": code_of(code_sets.ETHNIC),
    "first_language": read_text,
    "religion": read_text,
    "nationality": read_text,
    "category_of_need": code_of(code_sets.CATEGORY_OF_NEED),
    "school": read_text,
    "school_year": read_year,
    "designated_teacher_name": read_text,
    "upn": read_name,
    "has_ehcp": read_yes,
    "is_uasc": read_yes,
}
"""Columns of a plain file that are fields of the child record, by the field's own name."""
HOME_FIELDS: dict[str, Reader] = {"address": read_text, "postcode": read_name}
"""Columns of a plain file that say where a child lives: always the protected record, never the child's."""
WORKER_FIELDS: dict[str, Reader] = {"worker_name": read_name, "job_title": read_name, "team": read_name}
ALIASES = {
    "child": "child_code",
    "child_id": "child_code",
    "preferred_name": "known_as",
    "name_to_use": "known_as",
    "full_name": "legal_name",
    "date_of_birth": "born_on",
    "dob": "born_on",
    "ethnic": "ethnicity",
    "language": "first_language",
    "designated_teacher": "designated_teacher_name",
    "unique_pupil_number": "upn",
    "ehcp": "has_ehcp",
    "uasc": "is_uasc",
    "home_address": "address",
    "home_postcode": "postcode",
    "sign_in": "sign_in_name",
    "worker": "sign_in_name",
    "name_of_worker": "worker_name",
    "lead": "is_lead",
    "lead_worker": "is_lead",
}
"""Other headings a plain file may use, and the one that is meant."""
PLAIN = {"child_code", "sign_in_name", "role", "is_lead", *CHILD_FIELDS, *HOME_FIELDS, *WORKER_FIELDS}

HEADER = ("child", "sex", "dob", "ethnic", "upn", "mother", "mc_dob")
EPISODES = (
    *("child", "decom", "rne", "ls", "cin", "place", "place_provider", "dec", "rec", "reason_place_change"),
    *("home_post", "pl_post", "urn"),
)
INVOLVEMENT: dict[str, tuple[str, Reader]] = {
    "ls": ("legal_status", code_of(code_sets.LEGAL_STATUS)),
    "place": ("placement_type", code_of(code_sets.PLACE)),
    "place_provider": ("placement_provider", code_of(code_sets.PLACE_PROVIDER)),
    "dec": ("to_on", read_day),
    "reason_place_change": ("reason_for_change", read_name),
}
SHORT_BREAKS = ("V3", "V4")
REASONS_NEW = ("S", "L", "P", "T", "B", "U")

KNOWN = frozenset({*PLAIN, *ALIASES, *HEADER, *EPISODES})
"""Every heading there is, as the readers of whole files know it."""
