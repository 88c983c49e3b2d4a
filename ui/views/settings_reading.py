"""The part of Settings about reading aloud: whether, how fast, and how it sounds."""

from __future__ import annotations

from typing import Protocol

from PySide6.QtWidgets import QCheckBox, QVBoxLayout, QWidget

from ui import access
from ui.parts.card import Card
from ui.parts.choice_row import ChoiceRow
from ui.parts.flow import FlowLayout
from ui.parts.labels import PlainLabel
from ui.parts.read_button import ReadButton
from ui.parts.trouble_box import TroubleBox
from ui.speech import USUAL, ReadAloud

SPEEDS = (("slow", "Slow"), ("usual", "Usual"), ("fast", "Fast"))
ABOUT = "Pages a child or you may want to hear have a button for it. R does the same, and Esc stops it."
NO_VOICE = (
    "This laptop has no voice that Heard can use, so no page offers to be read. "
    "Your council’s IT can add an English voice to the laptop; Heard finds it when it starts."
)
EXAMPLE = "Hello. This is how Heard sounds when it reads to you."


class Take(Protocol):
    """Keeps the worker's choices."""

    def __call__(self, *, reads_aloud: bool, reading_speed: str) -> None: ...


class ReadingCard(Card):
    """Every choice is taken at once."""

    def __init__(self, speech: ReadAloud | None, take: Take, parent: QWidget | None = None) -> None:
        super().__init__("Reading aloud", parent=parent)
        self.setObjectName("settings.reading")
        self._speech, self._take, self._speed = speech, take, USUAL
        self.trouble = TroubleBox("settings.reading.trouble")
        self.add(self.trouble)
        self.is_on = QCheckBox("Offer to read pages &aloud")
        access.describe(self.is_on, "Offer to read pages aloud", key="settings.reads_aloud")
        self.is_on.clicked.connect(self._choose)
        self.add(self.is_on)
        self.about = PlainLabel(ABOUT, "small")
        self.about.setObjectName("settings.reading.about")
        self.add(self.about)
        label = PlainLabel("How &fast", "h3")
        self.speed = ChoiceRow(name="How fast")
        self.speed.setObjectName("settings.reading_speed")
        self.speed.set_answers(SPEEDS)
        self.speed.chosen.connect(self._choose_speed)
        label.setBuddy(self.speed)
        together = QVBoxLayout()
        together.setSpacing(2)
        together.addWidget(label)
        together.addWidget(self.speed)
        self.add(together)
        row = FlowLayout(across=10, down=8)
        self.try_it = ReadButton(speech, lambda: [EXAMPLE], "settings.reading.try", self, has_key=False)
        row.addWidget(self.try_it)
        self.add(row)
        if speech is not None:
            speech.changed.connect(self._show_voice)
        self._show_voice()

    def show_choices(self, *, is_on: bool, speed: str) -> None:
        """Show what is chosen."""
        self._speed = speed
        self.is_on.setChecked(is_on)
        self.speed.set_value((speed,))

    def _show_voice(self) -> None:
        has_voice = self._speech.has_voice() if self._speech is not None else False
        self.about.setText(NO_VOICE if has_voice is False else ABOUT)

    def _choose_speed(self, codes: tuple[str, ...]) -> None:
        self._speed = codes[0] if codes else self._speed
        self.speed.set_value((self._speed,))
        self._choose()

    def _choose(self) -> None:
        self._take(reads_aloud=self.is_on.isChecked(), reading_speed=self._speed)
