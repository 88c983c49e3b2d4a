"""How Heard looks on this laptop: light or dark, text size, movement, contrast; one theme for the application."""

from __future__ import annotations

import functools
import json
from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from enum import StrEnum
from typing import TYPE_CHECKING

from PySide6.QtCore import QDir, QEvent, QObject, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPalette
from PySide6.QtWidgets import QAbstractScrollArea, QApplication, QStyleFactory, QWidget
from shiboken6 import isValid

import resources
from ui import fonts, style

if TYPE_CHECKING:
    from PySide6.QtWidgets import QStyle

SMALLEST_TEXT, LARGEST_TEXT = 0.9, 2.0
MOST_WIDTHS = 2_000
"""So many words of buttons and chips are kept with their widths."""


class Scheme(StrEnum):
    """Which of the two sets of colours; ``SYSTEM`` follows the laptop."""

    LIGHT = "light"
    DARK = "dark"
    SYSTEM = "system"


@dataclass(frozen=True, slots=True)
class Tokens:
    """The named colours of one theme, as ``#rrggbb`` (``shadow`` as ``#rrggbbaa``)."""

    window: str
    surface: str
    sunken: str
    nav: str
    line: str
    control: str
    text: str
    text2: str
    onaccent: str
    primary: str
    primary_h: str
    primary_p: str
    primary_soft: str
    on_primary_soft: str
    voice: str
    voice_soft: str
    ok: str
    ok_soft: str
    warn: str
    warn_soft: str
    danger: str
    danger_soft: str
    info: str
    info_soft: str
    focus: str
    sel: str
    shadow: str

    def named(self, name: str) -> str:
        """Return a colour by its token name; an unknown name is a bug and raises ``AttributeError``."""
        return str(getattr(self, name))


@dataclass(frozen=True, slots=True)
class Look:
    """What a worker may choose about the look; kept by Settings.

    ``text_scale`` runs from 0.9 to 2.0; ``typeface`` is a family name of `ui.fonts`.
    """

    scheme: Scheme = Scheme.SYSTEM
    text_scale: float = 1.0
    less_movement: bool = False
    typeface: str = fonts.ATKINSON


@functools.cache
def _data() -> dict[str, dict[str, object]]:
    read: dict[str, dict[str, object]] = json.loads(resources.path("style", "tokens.json").read_text("utf-8"))
    return read


@functools.cache
def tokens_for(scheme: Scheme) -> Tokens:
    """Return the light or the dark tokens, read from ``resources/style/tokens.json``."""
    return Tokens(**{name: str(value) for name, value in _data()[scheme.value].items()})


@functools.cache
def type_sizes() -> dict[str, tuple[float, int]]:
    """Return each role's (pixels at 100 %, weight)."""
    rows = _data()["type"]
    return {name: (float(row[0]), int(row[1])) for name, row in rows.items() if isinstance(row, list)}


def _contrast_style() -> QStyle:
    # QStyle brings hundreds of numbers with it, which a start in Heard's own colours does without.
    from ui.parts.contrast_style import ContrastStyle

    return ContrastStyle()


def contrast_pairs() -> list[tuple[str, str]]:
    """Return the (foreground, background) token names that meet on screen."""
    return [(str(pair[0]), str(pair[1])) for pair in _data()["pairs"]]


def high_contrast_tokens(palette: QPalette) -> Tokens:
    """Return tokens made of the system's own contrast colours, for the parts that paint themselves."""
    role = QPalette.ColorRole
    ground, ink = palette.color(role.Base).name(), palette.color(role.Text).name()
    chosen, on_chosen = palette.color(role.Highlight).name(), palette.color(role.HighlightedText).name()
    every_ink = dict.fromkeys((item.name for item in fields(Tokens)), ink)
    grounds = dict.fromkeys(
        ("surface", "sunken", "nav", "voice_soft", "ok_soft", "warn_soft", "danger_soft", "info_soft"), ground
    )
    accents = dict.fromkeys(("primary", "primary_h", "primary_p", "primary_soft", "sel", "focus"), chosen)
    rest = {"onaccent": on_chosen, "on_primary_soft": on_chosen, "window": palette.color(role.Window).name()}
    return Tokens(**{**every_ink, **grounds, **accents, **rest})


class Theme(QObject):
    """The application's look: holds the worker's choices, dresses the application, says when it `changed`."""

    changed = Signal()

    def __init__(
        self, app: QApplication, look: Look | None = None, *, high_contrast: Callable[[], bool] | None = None
    ) -> None:
        super().__init__(app)
        self._app = app
        self._look = look or Look()
        self._hints = app.styleHints()
        # Held by name: the hints object dies with the last Python reference to what returned it.
        self._contrast_hints = self._hints.accessibility()
        self._ask_contrast = high_contrast or self._system_contrast
        self._tokens = tokens_for(Scheme.LIGHT)
        self._contrast = False
        self._pretended: QPalette | None = None
        self._fonts: dict[tuple[str, int], QFont] = {}
        self._widths: dict[tuple[str, int, str], float] = {}
        QDir.setSearchPaths("look", [str(resources.path("style"))])
        self._hints.colorSchemeChanged.connect(self._follow_system)
        self._contrast_hints.contrastPreferenceChanged.connect(self._follow_system)
        app.focusChanged.connect(self._redraw)
        _install(self)
        self.apply()

    @property
    def look(self) -> Look:
        """The worker's choices."""
        return self._look

    @property
    def tokens(self) -> Tokens:
        """The colours that stand now; in high contrast, the system's own."""
        return self._tokens

    @property
    def is_dark(self) -> bool:
        """Whether the dark colours stand."""
        if self._look.scheme is Scheme.SYSTEM:
            return self._hints.colorScheme() == Qt.ColorScheme.Dark
        return self._look.scheme is Scheme.DARK

    @property
    def is_high_contrast(self) -> bool:
        """Whether the laptop asks for high contrast, which switches our own colours off."""
        return self._contrast

    @property
    def moves(self) -> bool:
        """Whether anything may be animated."""
        if self._look.less_movement or self._contrast:
            return False
        asked = getattr(self._contrast_hints, "motionPreference", None)  # Qt 6.12 and later
        return asked is None or "Reduced" not in str(asked())

    def set_look(self, look: Look) -> None:
        """Take the worker's new choices and redraw everything once; the same choices do nothing."""
        scale = min(LARGEST_TEXT, max(SMALLEST_TEXT, look.text_scale))
        look = replace(look, text_scale=scale)
        if look != self._look:
            self._look = look
            self.apply()

    def pretend_contrast(self, palette: QPalette | None) -> None:
        """Look as on a laptop that asks for high contrast in these colours; None as the laptop itself asks."""
        if palette != self._pretended:
            self._pretended = palette
            self.apply()

    def colour(self, token: str) -> QColor:
        """Return one token's colour."""
        value = self._tokens.named(token)
        if len(value) == 9:  # #rrggbbaa here, #aarrggbb in Qt
            return QColor(f"#{value[7:]}{value[1:7]}")
        return QColor(value)

    def px(self, pixels: float) -> int:
        """Return a size that grows with the text: ``pixels`` at 100 %."""
        return round(pixels * self._look.text_scale)

    def font(self, role: str, weight: int | None = None) -> QFont:
        """Return the font of a type role such as ``body`` or ``h1``; ``weight`` replaces the role's own."""
        pixels, usual = type_sizes()[role]
        key = (role, weight or usual)
        if key not in self._fonts:
            self._fonts[key] = fonts.make(self._look.typeface, pixels * self._look.text_scale, key[1])
        return QFont(self._fonts[key])

    def width(self, role: str, weight: int, words: str) -> float:
        """Return how wide words are in a role's font of a weight; kept, as a layout asks many times for the same."""
        key = (role, weight, words)
        if key not in self._widths:
            if len(self._widths) >= MOST_WIDTHS:
                self._widths.clear()
            self._widths[key] = QFontMetricsF(self.font(role, weight)).horizontalAdvance(words)
        return self._widths[key]

    def milliseconds(self, asked: int) -> int:
        """Return how long a movement may take: at most 120 ms, none when movement is to be reduced."""
        return min(asked, 120) if self.moves else 0

    def apply(self) -> None:
        """Dress the application: colour scheme, palette, font and the one style sheet."""
        self._contrast = self._asks_contrast()
        self._fonts.clear()
        self._widths.clear()
        wanted = {Scheme.LIGHT: Qt.ColorScheme.Light, Scheme.DARK: Qt.ColorScheme.Dark}
        self._hints.setColorScheme(wanted.get(self._look.scheme, Qt.ColorScheme.Unknown))
        for effect in (Qt.UIEffect.UI_AnimateMenu, Qt.UIEffect.UI_AnimateCombo, Qt.UIEffect.UI_AnimateTooltip):
            QApplication.setEffectEnabled(effect, self.moves)
        self._take_style()
        if self._contrast:
            self._app.setPalette(self._pretended or QPalette())
            self._tokens = high_contrast_tokens(self._app.palette())
            sheet = ""
        else:
            self._tokens = tokens_for(Scheme.DARK if self.is_dark else Scheme.LIGHT)
            self._app.setPalette(palette_of(self._tokens))
            sheet = style.sheet(self._tokens.named, self._look.text_scale, self._look.typeface, dark=self.is_dark)
        self._app.setFont(self.font("ui"))
        if sheet != self._app.styleSheet():
            self._app.setStyleSheet(sheet)
        elif self._contrast:
            # No sheet, and so no word of it from Qt: letters of another size would be left to the next page.
            for widget in QApplication.allWidgets():
                QApplication.sendEvent(widget, QEvent(QEvent.Type.StyleChange))
        self.changed.emit()

    def _take_style(self) -> None:
        """Fusion on every system; in high contrast one that also shows the edges of fields."""
        wanted = "contrast" if self._contrast else "plain"
        # Noted on the application: once a style sheet stands, Qt no longer says which style lies below it.
        if self._app.property("heard_style") == wanted:
            return
        self._app.setProperty("heard_style", wanted)
        self._app.setStyleSheet("")
        _let_go_of_the_sheet()
        self._app.setStyle(_contrast_style() if self._contrast else QStyleFactory.create("Fusion"))

    def retire(self) -> None:
        """Stop following the system: another theme has taken over."""
        self._hints.colorSchemeChanged.disconnect(self._follow_system)
        self._contrast_hints.contrastPreferenceChanged.disconnect(self._follow_system)
        self._app.focusChanged.disconnect(self._redraw)

    def _redraw(self, before: QWidget | None, now: QWidget | None) -> None:
        """Without a style sheet Qt draws only the inside of a text anew, and not the edge that shows the focus."""
        for widget in (before, now):
            if self._contrast and widget is not None and isValid(widget):
                widget.update()
                if isinstance(widget, QAbstractScrollArea):
                    widget.viewport().update()

    def _asks_contrast(self) -> bool:
        return self._pretended is not None or self._ask_contrast()

    def _system_contrast(self) -> bool:
        return bool(self._contrast_hints.contrastPreference() == Qt.ContrastPreference.HighContrast)

    def _follow_system(self) -> None:
        dark = self._tokens == tokens_for(Scheme.DARK)
        if self._asks_contrast() != self._contrast or self.is_dark != dark:
            self.apply()


def _let_go_of_the_sheet() -> None:
    """Have Qt take note of every widget anew under the next sheet, also of those it has not shown yet.

    Qt 6.11 forgets all it knew when a sheet goes, but tells so only to widgets that have been shown. Another, such as
    a scroll bar there was no need for, would be drawn under the next sheet without Qt hearing of its end, and the
    look after that would read memory that is long gone and end the app.
    """
    for widget in QApplication.allWidgets():
        widget.setAttribute(Qt.WidgetAttribute.WA_StyleSheet, on=False)


def palette_of(tokens: Tokens) -> QPalette:
    """Return a palette with every role set, so that nothing is left to the system's own colours."""
    role, group = QPalette.ColorRole, QPalette.ColorGroup
    usual = {
        role.Window: tokens.window,
        role.WindowText: tokens.text,
        role.Base: tokens.surface,
        role.AlternateBase: tokens.sunken,
        role.Text: tokens.text,
        role.Button: tokens.surface,
        role.ButtonText: tokens.text,
        role.BrightText: tokens.danger,
        role.ToolTipBase: tokens.text,
        role.ToolTipText: tokens.surface,
        role.PlaceholderText: tokens.text2,
        role.Highlight: tokens.primary,
        role.HighlightedText: tokens.onaccent,
        role.Accent: tokens.primary,
        role.Link: tokens.primary,
        role.LinkVisited: tokens.primary,
        role.Light: tokens.surface,
        role.Midlight: tokens.sunken,
        role.Mid: tokens.line,
        role.Dark: tokens.control,
        role.Shadow: tokens.control,
    }
    palette = QPalette()
    for which, colour in usual.items():
        palette.setColor(which, QColor(colour))
    for which in (role.WindowText, role.Text, role.ButtonText, role.HighlightedText):
        palette.setColor(group.Disabled, which, QColor(tokens.text2))
    palette.setColor(group.Disabled, role.Highlight, QColor(tokens.sunken))
    return palette


# As QApplication.palette() is the application's, so is the theme: parts ask for it where they paint.
_installed: list[Theme] = []


def _install(theme: Theme) -> None:
    for before in _installed:
        if isValid(before):
            before.retire()
    _installed[:] = [theme]


def current() -> Theme:
    """Return the application's theme; the first call makes a plain one if nobody has yet."""
    if not _installed or not isValid(_installed[0]):
        app = QApplication.instance()
        if not isinstance(app, QApplication):
            raise RuntimeError("a theme needs a QApplication")
        Theme(app)
    return _installed[0]
