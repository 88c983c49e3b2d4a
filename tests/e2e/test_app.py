"""Whole programs: the real app in a process of its own, driven by key and mouse, against a real server."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from desktop.demo import PASSPHRASE, PIN
from desktop.puppet import Fell, Puppet
from desktop.stage import Stage
from desktop.tour_leaving import LeavingTour
from tests.faults.sync_kill import sync_kill
from tests.faults.typing_kill import open_new_note, typing_kill, unlock

pytestmark = pytest.mark.timeout(300)


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    with Stage(tmp_path / "a place é") as made:
        made.folder.mkdir()
        made.found_council()
        made.serve()
        yield made


def test_at_most_a_second_of_typing_is_lost_to_a_kill() -> None:
    result = typing_kill(3, seed=11)
    assert result.ok, result.in_words()


def test_no_text_that_was_said_to_be_saved_is_lost_when_app_or_server_are_killed_in_sync() -> None:
    result = sync_kill(3, seed=12)
    assert result.ok, result.in_words()


def test_a_closed_laptop_hands_over_what_was_just_typed_is_emptied_and_says_so(stage: Stage) -> None:
    vault = stage.folder / "laptop" / "vault"
    stage.make_laptop(vault, "aisha", PASSPHRASE, PIN)
    pictures: list[str] = []
    with Puppet(stage, vault) as app:
        app.start()
        unlock(app)
        app.read("top.state", until="All sent", seconds=30)
        LeavingTour(stage, vault, lambda _app, name: pictures.append(name)).closed(app)
        app.click("closed.again")
        app.read("first_run.passphrase")
    assert pictures == ["closed"]
    assert not vault.with_name("vault.closed").exists()


def test_a_lock_ends_the_process_and_comes_back_to_the_same_page(stage: Stage) -> None:
    vault = stage.folder / "laptop" / "vault"
    stage.make_laptop(vault, "aisha", PASSPHRASE, PIN)
    with Puppet(stage, vault) as app:
        app.start()
        unlock(app)
        open_new_note(app, "Leo")
        app.ask("type", text="Leo showed me his football")
        first = app.app
        app.click("rail.settings")
        with suppress(Fell):  # it may end before it can answer
            app.click("settings.lock_now")
        app.gone()
        assert first is not None
        assert first.poll() == 0
        app.meet()
        unlock(app)
        app.read("page.settings")
        app.press("Ctrl+K")
        app.ask("type", text="football")
        assert "football" in app.read("find.results", until="football")
