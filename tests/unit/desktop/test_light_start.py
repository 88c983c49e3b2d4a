"""What may be imported before the first paint: the vault's door without what it needs to open."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
HEAVY = (
    "keyring",
    "cryptography",
    "argon2",
    "sqlalchemy",
    "httpcore",
    "httpx",
    "reportlab",
    "alembic",
    "msgspec",
    "models.records",
)


@pytest.mark.parametrize(
    "module",
    [
        "vault",
        "vault_lock",
        "lock",
        "paths",
        "settings",
        "crash",
        "event_log",
        "screen_pin",
        "device_key",
        "high_water",
    ],
)
def test_a_module_of_the_start_imports_nothing_heavy(module: str) -> None:
    look = f"import desktop.{module}, sys; print([name for name in {(*HEAVY, 'PySide6')} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", look], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


@pytest.mark.parametrize("module", ["single", "idle_filter", "platform.power_linux", "platform.power_windows"])
def test_what_needs_qt_needs_nothing_else(module: str) -> None:
    look = f"import desktop.{module}, sys; print([name for name in {HEAVY} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", look], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
