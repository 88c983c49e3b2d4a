"""Data only: fonts, icons, words, style; `path()` finds a file in a source tree and in a packaged app alike."""

from pathlib import Path

HERE = Path(__file__).resolve().parent


def path(*parts: str) -> Path:
    """Return the absolute path of a resource, for example ``path("icons", "ear.svg")``."""
    return HERE.joinpath(*parts)
