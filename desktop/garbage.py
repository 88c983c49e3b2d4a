"""Collects garbage on the main thread alone, because Qt's objects must end on the thread they live on.

Python collects on whichever thread happens to allocate. A timer or a text document in a reference cycle would then be
destroyed by the casebook's writer or the sync runner, in the middle of what the main thread does with it.
"""

from __future__ import annotations

import gc

from PySide6.QtCore import QObject, QTimer

EVERY_MS = 500


class Garbage(QObject):
    """Takes collecting over from Python for as long as it lives; ``parent`` lives on the main thread."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        gc.disable()
        self._timer = QTimer(self)
        self._timer.setInterval(EVERY_MS)
        self._timer.timeout.connect(collect_due)
        self._timer.start()


def collect_due() -> int:
    """Collect the oldest generation that Python itself would have collected by now; how many objects went."""
    due = [
        generation
        for generation, (count, most) in enumerate(zip(gc.get_count(), gc.get_threshold(), strict=True))
        if count > most
    ]
    return gc.collect(max(due)) if due else 0


def set_aside_what_stays() -> None:
    """Leave what is alive now (modules, declarations) out of every later collection, which then takes a moment."""
    gc.freeze()
