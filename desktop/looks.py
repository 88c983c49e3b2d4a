"""The looks in which every screen is shown and judged: light, dark, the largest letters, and high contrast."""

from __future__ import annotations

from dataclasses import replace
from enum import StrEnum

from PySide6.QtGui import QColor, QPalette

from ui.theme import LARGEST_TEXT, Scheme, Theme


class Shown(StrEnum):
    """A look, by the name its pictures bear."""

    LIGHT = "light"
    DARK = "dark"
    LARGE = "large"
    CONTRAST = "contrast"


def take_on(theme: Theme, shown: Shown) -> None:
    """Dress the application so. Large letters are 200 %; high contrast is pretended, in a system's own black."""
    scheme = Scheme.DARK if shown is Shown.DARK else Scheme.LIGHT
    scale = LARGEST_TEXT if shown is Shown.LARGE else 1.0
    theme.pretend_contrast(contrast_black() if shown is Shown.CONTRAST else None)
    theme.set_look(replace(theme.look, scheme=scheme, text_scale=scale))


def contrast_black() -> QPalette:
    """The palette of a laptop with the contrast theme most used: white on black, with cyan for what is chosen."""
    role, group = QPalette.ColorRole, QPalette.ColorGroup
    palette = QPalette(QColor("#000000"))
    for each in (role.Window, role.Base, role.AlternateBase, role.Button, role.ToolTipBase, role.HighlightedText):
        palette.setColor(each, QColor("#000000"))
    for each in (role.WindowText, role.Text, role.ButtonText, role.ToolTipText, role.BrightText, role.PlaceholderText):
        palette.setColor(each, QColor("#ffffff"))
    for each in (role.Highlight, role.Accent):
        palette.setColor(each, QColor("#1aebff"))
    for each in (role.Link, role.LinkVisited):
        palette.setColor(each, QColor("#ffff00"))
    for each in (role.WindowText, role.Text, role.ButtonText):
        palette.setColor(group.Disabled, each, QColor("#3ff23f"))
    return palette
