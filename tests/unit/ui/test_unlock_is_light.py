"""Paint first: what the unlock screen and the first run may not import, looked at in a process of their own."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

TOO_HEAVY = (
    "models.records",
    "models.casebook",
    "ui.link",
    "cryptography",
    "sqlalchemy",
    "httpcore",
    "httpx",
    "keyring",
    "reportlab",
    "alembic",
    "sqlcipher3",
    "msgspec",
)

SCRIPT = """
import json, sys
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit
app = QApplication([])
from ui.theme import Theme
theme = Theme(app)
{make}
window.show()
app.processEvents()
QTest.keyClick(window.windowHandle(), "q")
line = window.findChild(QLineEdit, "{field}")
print(json.dumps({{"typed": line.text(), "modules": sorted(sys.modules)}}))
"""
MAKE = {
    "unlock.passphrase": "from ui.views.unlock import UnlockWindow\nwindow = UnlockWindow()",
    "first_run.passphrase": (
        "from ui.views.first_run import FirstRunWindow\n"
        'window = FirstRunWindow("passphrase", lambda text: None, lambda text: None, lambda code: True)'
    ),
}


@pytest.mark.parametrize("field", MAKE)
def test_the_first_key_is_taken_before_anything_heavy_is_imported(field: str) -> None:
    script = SCRIPT.format(make=MAKE[field], field=field)
    root = Path(__file__).resolve().parents[3]
    ended = subprocess.run(
        [sys.executable, "-c", script], cwd=root, capture_output=True, text=True, timeout=60, check=False
    )
    assert ended.returncode == 0, ended.stderr
    told = json.loads(ended.stdout)
    assert told["typed"] == "q"
    loaded = set(told["modules"])
    assert "ui.theme" in loaded
    heavy = [name for name in loaded if any(name == each or name.startswith(f"{each}.") for each in TOO_HEAVY)]
    assert heavy == []


def test_the_other_way_in_is_built_only_when_it_is_asked_for() -> None:
    script = SCRIPT.format(make=MAKE["unlock.passphrase"], field="unlock.passphrase")
    root = Path(__file__).resolve().parents[3]
    ended = subprocess.run(
        [sys.executable, "-c", script], cwd=root, capture_output=True, text=True, timeout=60, check=True
    )
    assert "ui.views.unlock_recovery" not in json.loads(ended.stdout)["modules"]
