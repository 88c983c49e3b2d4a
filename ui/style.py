"""Makes the one style sheet of the application out of the tokens; nothing else in Heard sets a style sheet."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

import resources

# In heard.qss: @name is a token, 15sp a size that grows with the text, anything else is Qt's own language.
_TOKEN = re.compile(r"@(\w+)")
_SCALED = re.compile(r"\b(\d+(?:\.\d+)?)sp\b")


@functools.cache
def _template() -> str:
    text = resources.path("style", "heard.qss").read_text("utf-8")
    return re.sub(r"/\*.*?\*/\s*", "", text, flags=re.DOTALL)


def sheet(colour: Callable[[str], str], scale: float, typeface: str, *, dark: bool) -> str:
    """Return the style sheet for these colours, text scale (1.0 is 100 %) and family name."""
    words = {"typeface": typeface, "theme": "dark" if dark else "light"}
    text = _TOKEN.sub(lambda found: words.get(found[1]) or colour(found[1]), _template())
    # Named in every sheet: Qt takes no second look at one that reads the same, and keeps widgets in their old letters.
    return f"/* {typeface} */\n" + _SCALED.sub(lambda found: f"{round(float(found[1]) * scale)}px", text)


def mark(widget: QWidget, **properties: object) -> None:
    """Say what a widget is (``kind``) or how it stands (``tone``, ``state``) and let the style sheet see it."""
    before = {name: widget.property(name) for name in properties}
    if before == properties:
        return
    for name, value in properties.items():
        widget.setProperty(name, value)
    if widget.testAttribute(Qt.WidgetAttribute.WA_WState_Polished):
        widget.style().unpolish(widget)
        widget.style().polish(widget)
        widget.updateGeometry()
