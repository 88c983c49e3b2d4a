"""A message at the foot of the window: whole at every size of letters, and to be read over whatever lies below."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QLabel, QWidget

from desktop import eyes
from desktop.looks import Shown, take_on
from ui.parts.toast import Toast
from ui.theme import Theme


def test_a_message_longer_than_its_window_goes_on_in_a_second_line_and_loses_nothing(
    look: Theme, qtbot, settle
) -> None:
    over = QWidget()
    qtbot.addWidget(over)
    over.resize(1000, 600)
    over.show()
    message = Toast(over)
    message.say("Used again, as a new version. What stood before is in the history, with who wrote it and when.", print)
    settle()
    assert message.label.height() < 2 * message.label.fontMetrics().height()
    look.set_look(replace(look.look, text_scale=2.0))
    settle()
    assert message.label.height() >= 2 * message.label.fontMetrics().height()
    assert over.rect().contains(message.geometry())
    words = message.label.fontMetrics().boundingRect(
        message.label.rect(), int(Qt.TextFlag.TextWordWrap), message.label.text()
    )
    assert message.label.rect().contains(words)
    message.say("Taken back")
    settle()
    assert message.width() < 700


def test_a_message_can_be_read_over_anything_also_in_high_contrast(look: Theme, qtbot, settle) -> None:
    over = QWidget()
    qtbot.addWidget(over)
    over.resize(700, 300)
    paper = QLabel(over)
    paper.setGeometry(over.rect())
    paper.setAutoFillBackground(True)
    paper.setPalette(QPalette(QColor("#ffffff")))
    over.show()
    message = Toast(over)
    message.say("Visit closed. Sarah has been told.", print)
    for shown in Shown:
        take_on(look, shown)
        settle()
        assert eyes.find_faults(over) == [], shown
    look.pretend_contrast(None)
