"""The part of Settings about reading aloud: taken at once, kept, and honest about a laptop without a voice."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget

from desktop.settings import SettingsFile
from models.errors import Trouble
from tests.unit.ui.standing_voice import StandInVoice
from ui.speech import ReadAloud
from ui.views.settings_reading import ReadingCard


class Stage(SimpleNamespace):
    """The card, a voice that stands in, and the real settings file it is kept in."""

    def find(self, key: str) -> Any:
        return self.card.findChild(QWidget, f"settings.{key}")

    def click(self, key: str) -> None:
        part = self.find(key)
        assert part.isVisible(), key
        QTest.mouseClick(part, Qt.MouseButton.LeftButton, pos=QPoint(10, part.height() // 2))

    def keep(self, *, reads_aloud: bool, reading_speed: str) -> None:
        """As the page does: what cannot be kept is told in place, and stands all the same."""
        self.speech.choose(is_on=reads_aloud, speed=reading_speed)
        try:
            if self.is_full:
                raise Trouble("This laptop has no room left")
            self.file.change(reads_aloud=reads_aloud, reading_speed=reading_speed)
        except Trouble as trouble:
            self.card.trouble.show_trouble(trouble.title, trouble.message, trouble.help)

    def open(self, qtbot: Any) -> None:
        self.card = ReadingCard(self.speech, self.keep)
        qtbot.addWidget(self.card)
        chosen = self.file.read()
        self.card.show_choices(is_on=chosen.reads_aloud, speed=chosen.reading_speed)
        self.card.resize(600, 400)
        self.card.show()
        qtbot.waitExposed(self.card)


@pytest.fixture
def stage(qtbot: Any, look: Any, tmp_path: Path) -> Stage:
    del look
    voice = StandInVoice()
    made = Stage(voice=voice, speech=ReadAloud(voice), file=SettingsFile(tmp_path / "settings.json"), is_full=False)
    made.open(qtbot)
    return made


def test_reading_aloud_is_on_and_can_be_tried_once_a_voice_is_found(stage: Stage) -> None:
    assert stage.find("reads_aloud").isChecked()
    assert not stage.find("reading.try").isVisible()
    stage.voice.found.emit(True)
    stage.click("reading.try")
    assert stage.voice.now.startswith("Hello.")
    stage.click("reading.try")
    assert stage.voice.now is None


def test_whether_pages_are_read_and_how_fast_is_kept(stage: Stage, qtbot: Any) -> None:
    stage.click("reading_speed.slow")
    stage.click("reads_aloud")
    assert (stage.file.read().reads_aloud, stage.file.read().reading_speed) == (False, "slow")
    stage.open(qtbot)
    assert not stage.find("reads_aloud").isChecked()
    stage.click("reading_speed.slow")
    assert stage.file.read().reading_speed == "slow", "there is always one speed"


def test_turning_it_off_ends_what_is_being_read(stage: Stage) -> None:
    stage.voice.found.emit(True)
    stage.click("reading.try")
    stage.click("reads_aloud")
    assert stage.voice.now is None
    assert not stage.find("reading.try").isVisible()
    stage.click("reads_aloud")
    assert stage.find("reading.try").isVisible()


def test_a_laptop_without_a_voice_says_so_and_whom_to_ask(stage: Stage) -> None:
    stage.voice.found.emit(False)
    assert "no voice" in stage.find("reading.about").text()
    assert "IT" in stage.find("reading.about").text()
    assert not stage.find("reading.try").isVisible()
    stage.voice.found.emit(True)
    assert "no voice" not in stage.find("reading.about").text()


def test_choices_that_cannot_be_kept_are_told_in_place(stage: Stage) -> None:
    stage.is_full = True
    stage.click("reading_speed.fast")
    assert stage.find("reading.trouble").isVisible()
