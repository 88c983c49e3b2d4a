"""What stands on a page, as it is said aloud: pieces in the order they are heard, and a name as the child says it."""

from __future__ import annotations

import re
from collections.abc import Iterable

from models.version import Body
from models.wording import Spoken

_SYLLABLES = re.compile(r"[^\W\d_]{2,}")
_MARKS = str.maketrans({"“": "", "”": "", "·": ",", "…": ".", "\u200b": ""})


def as_pieces(parts: Iterable[str], child: Body | None = None) -> list[str]:
    """Make what is said one after another; reading stops between two pieces as well as within one.

    A line of its own ends in a pause, quotation marks are not said, and ``child`` is called what they call themselves.
    """
    said = (as_said(part, child or {}) for part in parts)
    return [one for one in said if one]


def as_said(words: str, child: Body) -> str:
    """One piece. The name is put as the child's own record says it (``says_name_like``), where it says so."""
    lines = (line.strip().translate(_MARKS).strip() for line in words.splitlines())
    said = " ".join(line if line[-1] in ".!?:,;" else f"{line}." for line in lines if line)
    like, name = str(child.get("says_name_like") or "").strip(), Spoken.of(child).name
    if like and name:
        said = re.sub(rf"(?<!\w){re.escape(name)}(?!\w)", lambda _found: _sayable(like), said)
    return said


def _sayable(like: str) -> str:
    """ "SAH-rah" as "Sah-rah": a voice spells letters out where all are capitals."""
    lowered = _SYLLABLES.sub(lambda found: found[0].lower() if found[0].isupper() else found[0], like)
    return lowered[:1].upper() + lowered[1:]
