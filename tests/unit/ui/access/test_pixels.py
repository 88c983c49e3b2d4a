"""Every screen judged by its pixels: words that can be read, edges that can be seen, nothing cut off or covered."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPalette
from PySide6.QtWidgets import QLabel, QLineEdit, QListWidget, QWidget

from desktop import eyes
from desktop.looks import Shown, take_on
from tests.unit.ui.access.every_screen import opened

TALL = 2400
"""A window that leaves little to scroll, so that what stands below is judged as well."""


@pytest.mark.timeout(400)  # forty screens in one test
@pytest.mark.parametrize(
    ("shown", "width", "height"),
    [
        (Shown.LIGHT, 1366, TALL),
        (Shown.DARK, 1024, TALL),
        (Shown.LARGE, 1366, TALL),
        (Shown.LARGE, 1024, 600),
        (Shown.CONTRAST, 1366, TALL),
    ],
)
def test_every_screen_can_be_read_in_every_look(at: SimpleNamespace, shown: Shown, width: int, height: int) -> None:
    take_on(at.theme, shown)
    at.window.resize(width, height)
    screens = opened(at, forms=width == 1366)
    found = [f"{screen.name}: {fault}" for screen in screens for fault in eyes.find_faults(at.window)]
    assert "\n".join(found) == ""


def test_the_pages_of_the_window_are_all_among_the_screens_and_show_what_they_are_about(at: SimpleNamespace) -> None:
    assert {screen.page for screen in at.screens} == {spec.key for spec in at.window.pages.specs()}
    about_one = [screen for screen in at.screens if "record_id" in screen.arguments]
    assert len(about_one) > 10


# ---- the test of the test ------------------------------------------------------------------------------------------


@pytest.fixture
def planted(qtbot: Any, at: SimpleNamespace) -> QWidget:
    """A window with one label that everybody can read."""
    take_on(at.theme, Shown.LIGHT)
    window = QWidget()
    window.setObjectName("planted")
    qtbot.addWidget(window)
    window.resize(400, 200)
    label = QLabel("Sarah likes dogs", window)
    label.setGeometry(20, 20, 200, 30)
    window.show()
    return window


def _label(window: QWidget, words: str, ink: str, y: int = 80) -> QLabel:
    label = QLabel(words, window)
    label.setGeometry(20, y, 360, 40)
    palette = label.palette()
    palette.setColor(QPalette.ColorRole.WindowText, QColor(ink))
    label.setPalette(palette)
    label.show()
    return label


def test_what_can_be_read_is_not_complained_of(planted: QWidget) -> None:
    assert eyes.find_faults(planted) == []


def test_a_planted_faint_label_is_caught(planted: QWidget) -> None:
    _label(planted, "Nan and Grandad", "#8a8a8a").setStyleSheet("color: #8a8a8a")
    assert ["Nan and Grandad" in fault and "faint" in fault for fault in eyes.find_faults(planted)] == [True]


def test_large_letters_may_be_fainter_than_small_ones(planted: QWidget) -> None:
    label = _label(planted, "Nan and Grandad", "#8a8a8a")
    label.setStyleSheet("color: #858585; font-size: 24px")
    assert eyes.find_faults(planted) == []


def test_words_made_faint_by_what_lies_over_them_are_caught(planted: QWidget) -> None:
    """The ink that was asked for is dark; only the pixels know."""

    class Veil(QWidget):
        def paintEvent(self, event: QPaintEvent) -> None:
            QPainter(self).fillRect(self.rect(), QColor(255, 255, 255, 170))

    veil = Veil(planted)
    veil.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
    veil.setGeometry(planted.rect())
    veil.show()
    assert ["Sarah likes dogs" in fault and "faint" in fault for fault in eyes.find_faults(planted)] == [True]


def test_words_over_words_and_words_over_the_side_are_caught(planted: QWidget) -> None:
    _label(planted, "Nan and Grandad", "#000000", y=18)
    _label(planted, "A long line that goes on and on and does not stop before the end of its window at all", "#000")
    found = " ".join(eyes.find_faults(planted))
    assert "lie over each other" in found
    assert "cut at the side" in found


def test_words_half_under_a_message_are_left_until_it_goes(planted: QWidget) -> None:
    message = QWidget(planted)
    message.setProperty("kind", "toast")
    message.setStyleSheet("background: #1c272b")
    message.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
    message.setGeometry(60, 10, 300, 100)
    message.show()
    assert eyes.find_faults(planted) == []
    message.setProperty("kind", "card")
    assert eyes.find_faults(planted) != []


def test_a_row_of_a_list_that_is_shortened_says_the_whole_in_its_tip(planted: QWidget) -> None:
    rows = QListWidget(planted)
    rows.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    rows.setGeometry(20, 80, 200, 60)
    rows.addItem("Walked to the shop with Biscuit and on to the park, where it rained")
    rows.show()
    assert ["the whole is nowhere" in fault for fault in eyes.find_faults(planted)] == [True]
    rows.item(0).setToolTip(rows.item(0).text())
    assert eyes.find_faults(planted) == []


def test_a_field_nobody_can_see_the_edge_of_is_caught(planted: QWidget) -> None:
    field = QLineEdit(planted)
    field.setStyleSheet("border: 1px solid #e8e0d4; background: #fffdf8")
    field.setGeometry(20, 80, 200, 40)
    field.show()
    assert ["edge is faint" in fault for fault in eyes.find_faults(planted)] == [True]


def test_the_contrast_formula_gives_the_known_ends() -> None:
    assert eyes.contrast(QColor("#000000"), QColor("#ffffff")) == pytest.approx(21)
    assert eyes.contrast(QColor("#777777"), QColor("#ffffff")) == pytest.approx(4.48, abs=0.01)
