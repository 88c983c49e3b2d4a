"""What the page This is Me says of itself: whose words it holds, which version it is, and when it was checked."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from models.dates_typed import add_months, say_day, say_day_short
from models.history import History
from models.moments import read_day, read_moment
from models.version import Body
from models.wording import Spoken, say

CHECKED_FOR_MONTHS = 6
"""So long a checking back counts; after that the page asks for another (domain 4.4)."""
PICTURE_MODES = frozenset({"symbols", "pecs", "makaton", "eye_gaze", "switch"})
PICTURE_NEEDS = frozenset({"pictures", "easy_read"})
_PEN = {
    "child": "{child} wrote this.",
    "child_with_worker": "{child} and a worker wrote this together, in {their} words.",
    "worker_childs_words": "A worker wrote this down, in {child}’s words.",
    "carer_for_child": "A carer wrote this for {child}. These are the carer’s words, and not {child}’s.",
    "someone_else": "Someone else wrote this for {child}. These are not {child}’s words.",
}
NO_PEN = "It is not written down yet who held the pen."


def pen_words(body: Body, child: Spoken) -> str:
    """Who held the pen, and so whose words these are. A code from a newer Heard is not guessed at."""
    return say(_PEN.get(str(body.get("pen_held_by") or ""), NO_PEN), child)


def is_by_another(body: Body) -> bool:
    """Whether somebody other than the child chose the words, so that the child is still to be asked."""
    return body.get("pen_held_by") in ("carer_for_child", "someone_else")


def checked_words(body: Body, child: Spoken, today: date) -> tuple[str, str, str]:
    """Checked lately, checked over six months ago, or never: words, icon and tone of a pill."""
    day = read_day(str(body.get("checked_with_child_on") or ""))
    if day is None:
        return f"Not checked with {child.name} yet", "circle-alert", "warn"
    if day < add_months(today, -CHECKED_FOR_MONTHS):
        return f"Check with {child.name}. Last checked {say_day_short(day)}", "circle-alert", "warn"
    return f"{child.name} checked this on {say_day_short(day)}", "circle-check", "ok"


def version_words(history: History, today: date, name_of: Callable[[str], str]) -> str:
    """ "Version 4, changed 3 March by Becky Lund": which one this is, of those that count, and whose.

    While earlier versions are still at the council nobody here can count them, and no number is given. ``name_of``
    turns a worker's id into a name. "" where nothing of it is kept here.
    """
    if history.tip not in history.kept:
        return ""
    version = history.version(history.tip)
    at = read_moment(version.written_at)
    changed = f"changed {_day(at.date(), today)} by {name_of(version.author_id)}" if at else "changed"
    if not history.is_whole:
        return changed[:1].upper() + changed[1:]
    return f"Version {len(history)}, {changed}"


def _day(day: date, today: date) -> str:
    words = say_day(day)
    return words.removesuffix(f" {day.year}") if day.year == today.year else words


def wants_pictures(preferences: Body) -> bool:
    """Whether how this child communicates asks for pictures rather than words, where they were asked."""
    modes, needs = preferences.get("modes") or (), preferences.get("format_needs") or ()
    return bool(PICTURE_MODES & set(modes) or PICTURE_NEEDS & set(needs))
