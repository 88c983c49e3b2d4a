"""Icons: recoloured, sharp, kept, and all there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import resources
from ui import icons
from ui.theme import Look, Scheme, Theme

UI = Path(icons.__file__).parent


def _inks(name: str, tint: str, side: int = 24, ratio: float = 1.0) -> set[str]:
    picture = icons.pixmap(name, tint, side, ratio).toImage()
    pixels = [picture.pixelColor(x, y) for x in range(picture.width()) for y in range(picture.height())]
    return {pixel.name().upper() for pixel in pixels if pixel.alpha() == 255}


def test_an_icon_takes_the_colour_of_its_token_in_each_theme(look: Theme) -> None:
    assert look.tokens.primary in _inks("ear", "primary")
    look.set_look(Look(scheme=Scheme.DARK))
    assert look.tokens.primary in _inks("ear", "primary")
    assert "#0B5C63" not in _inks("ear", "primary")


@pytest.mark.parametrize("ratio", [1.0, 1.25, 1.5, 2.0])
def test_an_icon_is_drawn_at_the_screens_own_ratio(look: Theme, ratio: float) -> None:
    picture = icons.pixmap("house", "text", 20, ratio)
    assert picture.width() == round(20 * ratio)
    assert picture.devicePixelRatio() == ratio


def test_an_icon_is_drawn_once(look: Theme) -> None:
    assert icons.pixmap("hand", "text").cacheKey() == icons.pixmap("hand", "text").cacheKey()
    assert icons.pixmap("hand", "text").cacheKey() != icons.pixmap("hand", "danger").cacheKey()


def test_an_icon_that_is_not_there_is_a_loud_mistake(look: Theme) -> None:
    with pytest.raises(FileNotFoundError):
        icons.pixmap("unicorn", "text")


def test_every_icon_that_the_parts_name_is_bundled() -> None:
    there = {file.stem for file in resources.path("icons").glob("*.svg")}
    named = set()
    for file in [*UI.rglob("*.py")]:
        named |= set(
            re.findall(
                r'(?:IconLabel|icons\.paint|Button|Pill|Chip)\([^)\n]*?"([a-z]+(?:-[a-z0-9]+)+)"',
                file.read_text("utf-8"),
            )
        )
    assert named
    assert named <= there


def test_the_licence_travels_with_the_icons_and_each_typeface() -> None:
    assert "ISC" in resources.path("icons", "LICENSE").read_text("utf-8")
    licences = {file.name for file in resources.path("fonts").glob("LICENSE-*.txt")}
    faces = {file.name.split("-")[0] for file in resources.path("fonts").glob("*.[to]tf")}
    assert {f"LICENSE-{face}.txt" for face in faces} == licences
