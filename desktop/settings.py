"""The few choices kept outside the vault, for the unlock screen needs them: how Heard looks, and which vault it was."""

from __future__ import annotations

import contextlib
import json
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from typing import Any

from desktop.files import explain, keep_aside, write_whole
from desktop.platform import current
from desktop.platform.interface import Platform

SCHEMES = ("system", "light", "dark")
READING_SPEEDS = ("slow", "usual", "fast")
TYPEFACES = ("Atkinson Hyperlegible Next", "Lexend", "OpenDyslexic")
SMALLEST_TEXT, LARGEST_TEXT = 0.9, 2.0
LEAST_MINUTES, USUAL_MINUTES, MOST_MINUTES = 1, 5, 15
_SIZE_LIMIT = 64 * 1024


@dataclass(frozen=True)
class Settings:
    """Plain choices, none of them about a child. ``text_scale`` 1.0 is 100 %; ``lock_minutes`` without a key or click.

    ``last_vault`` is a folder on this laptop, or empty. What lies outside its limits is brought inside.
    """

    scheme: str = SCHEMES[0]
    text_scale: float = 1.0
    less_movement: bool = False
    typeface: str = TYPEFACES[0]
    lock_minutes: int = USUAL_MINUTES
    reads_aloud: bool = True
    reading_speed: str = READING_SPEEDS[1]
    last_vault: str = ""

    def __post_init__(self) -> None:
        usual = {each.name: each.default for each in fields(self)}
        kept: dict[str, Any] = {
            "scheme": self.scheme if self.scheme in SCHEMES else usual["scheme"],
            "reading_speed": self.reading_speed if self.reading_speed in READING_SPEEDS else usual["reading_speed"],
            "typeface": self.typeface if self.typeface in TYPEFACES else usual["typeface"],
            "text_scale": min(LARGEST_TEXT, max(SMALLEST_TEXT, self.text_scale)),
            "lock_minutes": min(MOST_MINUTES, max(LEAST_MINUTES, self.lock_minutes)),
        }
        for name, value in kept.items():
            object.__setattr__(self, name, value)


class SettingsFile:
    """Reads and writes one small JSON file, whole or not at all."""

    def __init__(self, path: Path, platform: Platform | None = None) -> None:
        self._path = path
        self._platform = platform or current()

    def read(self) -> Settings:
        """Return what was chosen, or the usual choices. Never raises: a damaged file is kept aside."""
        try:
            with self._path.open("rb") as file:
                chosen = _read_choices(json.loads(file.read(_SIZE_LIMIT)))
        except OSError:
            return Settings()
        except (ValueError, TypeError, RecursionError):
            with contextlib.suppress(OSError):
                keep_aside(self._path)
            return Settings()
        return chosen

    def write(self, settings: Settings) -> None:
        """Keep these choices. Raises Trouble when the disk refuses; the former choices then stand."""
        try:
            self._platform.make_private_folder(self._path.parent)
        except OSError as error:
            raise explain(error, self._path) from error
        write_whole(self._path, json.dumps(asdict(settings), indent=2).encode() + b"\n", self._platform)

    def change(self, **choices: Any) -> Settings:
        """Change some choices and keep the rest. Returns all of them."""
        settings = replace(self.read(), **choices)
        self.write(settings)
        return settings


def _read_choices(facts: Any) -> Settings:
    if not isinstance(facts, dict):
        raise ValueError("not a list of choices")
    usual = Settings()
    chosen: dict[str, Any] = {}
    for each in fields(Settings):
        default, value = getattr(usual, each.name), facts.get(each.name)
        is_number = type(default) is float and type(value) in (int, float)
        if is_number or type(value) is type(default):
            chosen[each.name] = value
    return Settings(**chosen)
