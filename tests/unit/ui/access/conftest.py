"""One app for all tests of a file: every page over an invented caseload, with two texts that stand side by side."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import nullcontext
from datetime import datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from desktop.looks import Shown, take_on
from models.clock import Clock
from models.invented import leave_two_versions, leave_unsent
from tests.unit.ui.counting import whole_app
from ui.theme import Look, Scheme, Theme


def settle() -> None:
    for _ in range(4):
        QApplication.processEvents()
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


class _Bot:
    """What `whole_app` needs of pytest-qt, for longer than one test."""

    def addWidget(self, widget: QWidget) -> None:
        """The app closes its window itself."""

    def waitExposed(self, window: QWidget) -> Any:
        QTest.qWaitForWindowExposed(window)
        return nullcontext()


@pytest.fixture(scope="module")
def at(qapp: QApplication, tmp_path_factory: pytest.TempPathFactory) -> Iterator[SimpleNamespace]:
    theme = Theme(qapp, Look(scheme=Scheme.LIGHT), high_contrast=lambda: False)
    now = datetime(2026, 11, 23, 10, 5).astimezone()
    folder: Path = tmp_path_factory.mktemp("every_screen")
    with whole_app(folder, Clock(lambda: now), theme, _Bot(), settle) as app:
        leave_unsent(app.casebook, app.load)
        app.more_ids = [leave_two_versions(app.casebook, app.load)]
        app.theme = theme
        app.window.show_worker("Aisha Khan", "Social worker")
        app.window.show_state("Offline · 3 changes saved on this laptop", "cloud-off", "info", "Offline · 3 saved")
        settle()
        yield app
    take_on(theme, Shown.LIGHT)
    settle()
