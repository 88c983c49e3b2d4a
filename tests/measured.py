"""Measures the branches that one worker's tests take. A pytest plugin, loaded before anything of Heard's is imported.

``make test`` shares the tests out to one worker a processor; each leaves its part in the folder that ``PARTS`` names,
and tests/coverage_gate.py puts them together.
"""

from __future__ import annotations

import json
import os
from collections.abc import Generator
from pathlib import Path

import coverage
import pytest

PARTS = "HEARD_COVERAGE_PARTS"
"""The environment variable that names the folder of the parts."""
FILES = "files.json"
"""In that folder: the paths of the files to be measured."""
UNMEASURED = ("tests/unit/ui/", "tests/unit/house/", "tests/e2e/", "tests/model/")
"""Tests of whole screens, of the house, and by chance. What must be covered whole is to be tested where it stands,
and not by a click far above it; and a measured test takes a good third longer."""


class Part:
    """What one worker took."""

    def __init__(self, folder: Path, worker: str) -> None:
        files = json.loads((folder / FILES).read_text())
        self._measured = coverage.Coverage(data_file=folder / f"{worker}.part", branch=True, include=files)
        self._measured.start()

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Generator[None, object, object]:
        if not item.nodeid.startswith(UNMEASURED):
            return (yield)
        self._measured.stop()
        try:
            return (yield)
        finally:
            self._measured.start()

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self) -> None:
        self._measured.stop()
        self._measured.save()


_worker = os.environ.get("PYTEST_XDIST_WORKER", "")
_part = Part(Path(os.environ[PARTS]), _worker) if _worker and PARTS in os.environ else None


def pytest_configure(config: pytest.Config) -> None:
    if _part is not None:
        config.pluginmanager.register(_part, "the part of this worker")
