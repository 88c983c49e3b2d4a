"""A calm line on a tint: an icon and what it means, with nothing to press."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QWidget

from ui.parts.icon_label import IconLabel
from ui.parts.labels import PlainLabel
from ui.parts.surface import Surface

_ICONS = {"info": "circle-help", "ok": "circle-check", "warn": "triangle-alert", "danger": "circle-alert"}


class Banner(Surface):
    """``tone`` is info, ok, warn or danger; the words keep the colour of text, so that they are read easily."""

    def __init__(self, words: str, tone: str = "info", parent: QWidget | None = None, *, icon: str = "") -> None:
        super().__init__("banner", parent, tone=tone)
        row = QHBoxLayout(self)
        row.setContentsMargins(14, 12, 16, 12)
        row.setSpacing(12)
        row.addWidget(IconLabel(icon or _ICONS[tone], tone, 22, self), 0, Qt.AlignmentFlag.AlignTop)
        self.words = PlainLabel(words, "ui", self)
        row.addWidget(self.words, 1)

    def set_words(self, words: str) -> None:
        """Say something else."""
        self.words.setText(words)
