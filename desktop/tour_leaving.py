"""The part of the tour about leaving: the council closes a laptop, which hands over everything and is emptied."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from desktop.puppet import Puppet
from desktop.stage import Stage
from desktop.touring import expect, find_child

LAST_WORDS = "Written while the council closed this laptop."
HELP_LINE = "the IT desk on 01632 960 000"


class LeavingTour:
    """Comes last: the laptop is empty afterwards. ``picture`` saves a screen, in both themes and sizes."""

    def __init__(self, stage: Stage, vault: Path, picture: Callable[[Puppet, str], None]) -> None:
        self._stage, self._vault, self._picture = stage, vault, picture

    def cover(self, app: Puppet) -> None:
        """Zara is not assigned to her any more; on duty she asks for a day, and what she typed outlasts a lost line."""
        self._stage.end_assignment("aisha", "1007")
        app.press("F5")
        app.press("Ctrl+2")
        app.read("children.count", until="6 assigned to you", seconds=30)
        self._stage.stop_server()
        app.click("children.cover")
        app.write("cover.child", "1007")
        app.write("cover.reason", "On duty tonight: Zara rang and wants to be picked up.")
        app.click("cover.ask")
        app.read("page.cover", until="needs a connection", seconds=20)
        self._picture(app, "cover_offline")
        self._stage.serve()
        app.click("cover.ask")
        app.read("children.count", until="7 assigned to you", seconds=30)
        self._picture(app, "covering")

    def closed(self, app: Puppet) -> None:
        """What she was just writing goes too; then nothing is left, and the screen says so kindly."""
        find_child(app, "Sarah")
        app.press("Ctrl+N")
        app.read("note.title", until="Sarah")
        self._stage.close_laptops("aisha", HELP_LINE)
        app.write("visit_note.what_happened", LAST_WORDS)
        app.read("save_line", until="Saved on this laptop")
        app.press("F5")
        app.meet_next()
        app.read("closed.state", until="the council has been told", seconds=30)
        expect(HELP_LINE in app.read("closed.ring"), "whom to ring is not said")
        self._picture(app, "closed")
        left = sorted(path.name for path in self._vault.rglob("*"))
        expect(left == ["vault.lock"], f"something was left: {left}")
        held = json.loads(self._stage.ask_server("held", "list", "--json"))
        reasons = {one["reason_code"] for one in held}
        expect("device_revoked" in reasons, f"her last words are not in the box: {reasons}")
        owing = json.loads(self._stage.ask_server("withdrawals", "--json"))
        expect("closed" not in {one["why"] for one in owing}, "no receipt has come")
