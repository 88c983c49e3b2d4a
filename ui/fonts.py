"""The typefaces Heard brings with it, and figures that line up under each other."""

from __future__ import annotations

from PySide6.QtGui import QFont, QFontDatabase

import resources

ATKINSON = "Atkinson Hyperlegible Next"
LEXEND = "Lexend"
OPEN_DYSLEXIC = "OpenDyslexic"

# Family name, as Qt reports it, and the files that make it up.
FACES: dict[str, tuple[str, ...]] = {
    ATKINSON: tuple(f"AtkinsonHyperlegibleNext-{weight}.ttf" for weight in ("400", "400i", "500", "600", "700")),
    LEXEND: tuple(f"Lexend-{weight}.ttf" for weight in ("400", "600", "700")),
    OPEN_DYSLEXIC: tuple(f"OpenDyslexic-{weight}.otf" for weight in ("400", "700")),
}
_registered: set[str] = set()


def register(family: str = ATKINSON) -> str:
    """Make a bundled family known to Qt, once, and return its name; another name is returned untouched."""
    if family in FACES and family not in _registered:
        for file in FACES[family]:
            if QFontDatabase.addApplicationFont(str(resources.path("fonts", file))) < 0:
                raise FileNotFoundError(f"Qt could not read the bundled typeface {file}")
        _registered.add(family)
    return family


def make(family: str, pixels: float, weight: int = 400) -> QFont:
    """Return a font of ``pixels`` height whose figures all have one width, so that times and counts line up."""
    font = QFont(register(family))
    font.setPixelSize(max(1, round(pixels)))
    font.setWeight(QFont.Weight(weight))
    # Atkinson's own figures are proportional: "11:11" and "08:08" would not stand under each other.
    font.setFeature(QFont.Tag("tnum"), 1)
    return font
