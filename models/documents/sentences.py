"""The fixed sentences of documents that children read: data, so that one test can hold them all to a reading age."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

import resources
from models.wording import Spoken, say


@cache
def _all() -> dict[str, Any]:
    read: dict[str, Any] = json.loads(resources.path("words", "documents.json").read_text("utf-8"))
    return read


def sentence(part: str, key: str, child: Spoken | None = None, **more: str) -> str:
    """A sentence by its part and key, with the child's name and pronouns, and what ``more`` names, filled in.

    An unknown key is a bug and raises KeyError.
    """
    words = str(_all()[part][key])
    if child is not None:
        words = say(words, child)
    for name, value in more.items():
        words = words.replace(f"{{{name}}}", value)
    return words
