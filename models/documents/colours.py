"""The colours of Heard's light look, as documents use them."""

from __future__ import annotations

import json
from functools import cache

import resources


@cache
def colour(name: str) -> str:
    """A colour of the style by its name, such as "voice": #RRGGBB. An unknown name is a bug and raises KeyError."""
    tokens: dict[str, dict[str, str]] = json.loads(resources.path("style", "tokens.json").read_text("utf-8"))
    return tokens["light"][name]
