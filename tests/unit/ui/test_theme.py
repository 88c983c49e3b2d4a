"""The look: colours that can be read, one style sheet, and the worker's choices kept to."""

from __future__ import annotations

import os
import re
import subprocess
import sys

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QApplication, QLineEdit, QToolButton, QWidget

import resources
from ui import fonts, style, theme
from ui.parts.labels import PlainLabel
from ui.parts.tabs import Tabs
from ui.theme import MOST_WIDTHS, Look, Scheme, Theme, contrast_pairs, tokens_for

SCHEMES = [Scheme.LIGHT, Scheme.DARK]


def luminance(colour: str) -> float:
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_the_contrast_formula_gives_the_known_ends() -> None:
    assert contrast("#000000", "#FFFFFF") == pytest.approx(21)
    assert contrast("#777777", "#FFFFFF") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("pair", contrast_pairs(), ids="-on-".join)
def test_every_pair_of_colours_that_meets_on_screen_can_be_told_apart(scheme: Scheme, pair: tuple[str, str]) -> None:
    tokens = tokens_for(scheme)
    words = pair[0] not in ("control", "focus", "line")
    needed = 4.5 if words else 1.3 if pair[0] == "line" else 3.0
    assert contrast(tokens.named(pair[0]), tokens.named(pair[1])) >= needed


def test_a_ring_on_the_filled_button_could_not_be_seen_which_is_why_it_stands_outside() -> None:
    tokens = tokens_for(Scheme.LIGHT)
    assert contrast(tokens.focus, tokens.primary) < 3


@pytest.mark.parametrize("scheme", SCHEMES)
def test_the_style_sheet_leaves_no_token_and_no_scaled_size_open(scheme: Scheme) -> None:
    sheet = style.sheet(tokens_for(scheme).named, 1.5, fonts.ATKINSON, dark=scheme is Scheme.DARK)
    assert "@" not in sheet
    assert not re.search(r"\d+sp\b", sheet)
    assert "min-height: 57px" in sheet  # 38 at 150 %


def test_the_focus_rules_stand_last_so_that_nothing_thins_the_ring() -> None:
    sheet = style.sheet(tokens_for(Scheme.LIGHT).named, 1.0, fonts.ATKINSON, dark=False)
    rules = [rule for rule in sheet.split("}") if "{" in rule]
    first = next(number for number, rule in enumerate(rules) if ":focus" in rule)
    assert all(":focus" in rule for rule in rules[first:])


def test_an_unknown_token_in_the_template_is_a_loud_mistake(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(style, "_template", lambda: "QLabel { color: @salmon; }")
    with pytest.raises(AttributeError):
        style.sheet(tokens_for(Scheme.LIGHT).named, 1.0, fonts.ATKINSON, dark=False)


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize(
    ("picture", "token"),
    [("check", "onaccent"), ("dot", "primary"), ("chevron-down", "text2"), ("chevron-up", "text2"), ("x", "text2")],
)
def test_the_pictures_the_style_sheet_uses_have_the_colour_of_their_token(
    scheme: Scheme, picture: str, token: str
) -> None:
    drawn = resources.path("style", f"{picture}-{scheme.value}.svg").read_text("utf-8")
    assert tokens_for(scheme).named(token) in drawn


def test_every_picture_the_style_sheet_names_is_there(look: Theme) -> None:
    for name in re.findall(r"url\(look:([^)]+)\)", QApplication.instance().styleSheet()):  # type: ignore[union-attr]
        assert resources.path("style", name).is_file()


def test_switching_the_theme_leaves_one_style_sheet_and_it_is_the_applications(look: Theme, qtbot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    label = PlainLabel("Sarah, 17", "h2", window)
    window.show()
    light = look._app.styleSheet()
    look.set_look(Look(scheme=Scheme.DARK))
    dark = look._app.styleSheet()
    assert tokens_for(Scheme.DARK).window in dark
    assert tokens_for(Scheme.LIGHT).window not in dark
    assert len(dark) == pytest.approx(len(light), rel=0.02)
    assert not [widget for widget in QApplication.allWidgets() if widget.styleSheet()]
    assert label.palette().color(label.foregroundRole()).name().upper() == tokens_for(Scheme.DARK).text


def test_the_same_choice_again_does_no_work(look: Theme, qtbot) -> None:
    with qtbot.assertNotEmitted(look.changed):
        look.set_look(Look(scheme=Scheme.LIGHT))
    with qtbot.waitSignal(look.changed):
        look.set_look(Look(scheme=Scheme.DARK))


@pytest.mark.parametrize("scheme", SCHEMES)
def test_the_palette_leaves_no_role_to_the_system(look: Theme, scheme: Scheme) -> None:
    palette = theme.palette_of(tokens_for(scheme))
    for role in QPalette.ColorRole:
        if role not in (QPalette.ColorRole.NoRole, QPalette.ColorRole.NColorRoles):
            assert palette.isBrushSet(QPalette.ColorGroup.Active, role), role


def test_a_placeholder_is_as_dark_as_secondary_words(look: Theme, qtbot) -> None:
    field = QLineEdit()
    qtbot.addWidget(field)
    field.setPlaceholderText("Filter your children")
    field.show()
    assert field.palette().color(QPalette.ColorRole.PlaceholderText).name().upper() == look.tokens.text2


def test_high_contrast_switches_our_style_sheet_off_and_takes_the_systems_colours(
    qapp: QApplication, look: Theme
) -> None:
    asked = [True]
    contrasted = Theme(qapp, Look(scheme=Scheme.LIGHT), high_contrast=lambda: asked[0])
    assert qapp.styleSheet() == ""
    assert contrasted.is_high_contrast
    assert contrasted.tokens.text == qapp.palette().color(QPalette.ColorRole.Text).name()
    assert contrasted.milliseconds(120) == 0
    asked[0] = False
    contrasted.apply()
    assert qapp.styleSheet() != ""
    assert contrasted.tokens == tokens_for(Scheme.LIGHT)


def test_the_arrows_beside_tabs_that_do_not_fit_can_be_met_in_high_contrast(
    qapp: QApplication, look: Theme, qtbot, settle
) -> None:
    contrasted = Theme(qapp, Look(scheme=Scheme.LIGHT), high_contrast=lambda: True)
    tabs = Tabs(tuple(f"A tab with long words {number}" for number in range(9)))
    qtbot.addWidget(tabs)
    tabs.resize(400, 44)
    tabs.show()
    settle()
    arrows = [one for one in tabs.findChildren(QToolButton) if one.isVisible()]
    assert [arrow.width() >= 32 for arrow in arrows] == [True, True]
    assert contrasted.is_high_contrast


def test_headings_stay_headings_in_high_contrast(qapp: QApplication, look: Theme, qtbot) -> None:
    contrasted = Theme(qapp, Look(scheme=Scheme.LIGHT), high_contrast=lambda: True)
    label = PlainLabel("Today", "h1")
    qtbot.addWidget(label)
    label.show()
    assert label.font().pixelSize() == 24
    assert contrasted.is_high_contrast


def test_following_the_laptop_takes_the_laptops_scheme(look: Theme, monkeypatch: pytest.MonkeyPatch) -> None:
    look.set_look(Look(scheme=Scheme.SYSTEM))
    for scheme, dark in ((Qt.ColorScheme.Dark, True), (Qt.ColorScheme.Light, False)):
        monkeypatch.setattr(look, "_hints", _Hints(scheme))
        look._follow_system()
        assert look.is_dark is dark
        assert look.tokens == tokens_for(Scheme.DARK if dark else Scheme.LIGHT)
    monkeypatch.undo()


class _Hints:
    def __init__(self, scheme: Qt.ColorScheme) -> None:
        self._scheme = scheme

    def colorScheme(self) -> Qt.ColorScheme:
        return self._scheme

    def setColorScheme(self, scheme: Qt.ColorScheme) -> None:
        del scheme


@pytest.mark.parametrize(("asked", "given"), [(0.2, 0.9), (1.25, 1.25), (9.0, 2.0)])
def test_the_text_grows_from_90_to_200_per_cent_and_no_further(look: Theme, asked: float, given: float) -> None:
    look.set_look(Look(scheme=Scheme.LIGHT, text_scale=asked))
    assert look.look.text_scale == given
    assert look.font("ui").pixelSize() == round(15 * given)


def test_words_on_screen_grow_with_the_text(look: Theme, qtbot) -> None:
    label = PlainLabel("Today", "h1")
    qtbot.addWidget(label)
    label.show()
    small = label.fontMetrics().height()
    look.set_look(Look(scheme=Scheme.LIGHT, text_scale=2.0))
    assert label.fontMetrics().height() == pytest.approx(2 * small, abs=2)


def test_nothing_moves_when_movement_is_reduced(look: Theme) -> None:
    assert look.milliseconds(120) == 120
    assert look.milliseconds(900) == 120
    look.set_look(Look(scheme=Scheme.LIGHT, less_movement=True))
    assert look.milliseconds(120) == 0


@pytest.mark.parametrize("family", list(fonts.FACES))
def test_each_bundled_typeface_is_the_one_qt_uses(look: Theme, family: str) -> None:
    look.set_look(Look(scheme=Scheme.LIGHT, typeface=family))
    from PySide6.QtGui import QFontInfo

    assert QFontInfo(look.font("body")).family() == family


def test_times_line_up_under_each_other(look: Theme, qtbot) -> None:
    labels = [PlainLabel(time, "h2", wrap=False) for time in ("11:11", "08:08")]
    for label in labels:
        qtbot.addWidget(label)
        label.show()
    widths = {label.fontMetrics().horizontalAdvance(label.text()) for label in labels}
    assert len(widths) == 1


def test_another_typeface_at_the_same_size_dresses_what_stands_there_already(look: Theme) -> None:
    label = PlainLabel("Children", "h1")
    label.ensurePolished()
    assert label.font().family() == fonts.ATKINSON
    look.set_look(Look(typeface=fonts.OPEN_DYSLEXIC))
    assert label.font().family() == fonts.OPEN_DYSLEXIC
    label.deleteLater()


def test_words_are_measured_anew_in_other_letters(look: Theme) -> None:
    at_first = look.width("ui", 600, "Close the visit")
    assert look.width("ui", 600, "Close the visit") == at_first
    assert look.width("ui", 700, "Close the visit") > at_first
    look.set_look(Look(text_scale=2.0))
    assert look.width("ui", 600, "Close the visit") > 1.8 * at_first
    look.set_look(Look())
    for number in range(MOST_WIDTHS + 1):
        look.width("ui", 600, f"{number}")
    assert look.width("ui", 600, "Close the visit") == at_first


IN_AND_OUT_OF_CONTRAST = """
from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtWidgets import QApplication, QTextEdit, QVBoxLayout, QWidget
from desktop.looks import Shown, take_on
from ui.theme import Look, Theme
app = QApplication([])
theme = Theme(app, Look())
theme.apply()
window = QWidget()
column = QVBoxLayout(window)
window.show()
for _ in range(20):
    box = QTextEdit(window)
    column.addWidget(box)
    app.processEvents()
    box.horizontalScrollBar().sizeHint()  # asks for its style, though it is never shown
    for shown in (Shown.CONTRAST, Shown.LIGHT):
        take_on(theme, shown)
    box.horizontalScrollBar().sizeHint()
    box.deleteLater()
    del box
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    take_on(theme, Shown.DARK)
print("it still runs", flush=True)
"""


def test_a_change_of_look_reads_nothing_of_a_page_that_is_gone() -> None:
    """In a process of its own, whose C library overwrites what is given back, so that reading it is fatal at once."""
    there = {**os.environ, "QT_QPA_PLATFORM": "offscreen", "MALLOC_PERTURB_": "165"}
    ran = subprocess.run([sys.executable, "-c", IN_AND_OUT_OF_CONTRAST], env=there, capture_output=True, text=True)
    assert (ran.returncode, ran.stdout) == (0, "it still runs\n"), ran.stderr
