"""The judge of pixels sees what is planted: words nobody can read, edges nobody sees, what is cut off or covered."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPalette
from PySide6.QtWidgets import QLabel, QLineEdit, QListWidget, QWidget

from desktop import eyes
from ui.theme import Theme


@pytest.fixture
def planted(qtbot: Any, look: Theme) -> QWidget:
    """A window with one label that everybody can read."""
    look.apply()
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
