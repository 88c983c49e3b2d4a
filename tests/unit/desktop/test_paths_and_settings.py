"""Where things lie and what is chosen outside the vault: this worker's alone, and never about a child."""

from __future__ import annotations

import json
import os
from dataclasses import fields
from pathlib import Path

import pytest

from desktop.paths import Paths
from desktop.platform import current
from desktop.platform.posix import Posix
from desktop.platform.windows import Windows
from desktop.settings import Settings, SettingsFile
from models.errors import Trouble


def test_on_linux_everything_lies_where_xdg_says(tmp_path: Path) -> None:
    home = tmp_path / "home"
    paths = Paths(Posix(), {"HOME": str(home)})
    assert paths.data == home / ".local/share/heard"
    assert paths.usual_vault == home / ".local/share/heard/vault"
    assert paths.settings_file == home / ".config/heard/settings.json"
    assert paths.logs == home / ".local/state/heard/logs"
    elsewhere = {
        "XDG_DATA_HOME": "/a",
        "XDG_CONFIG_HOME": "/b",
        "XDG_STATE_HOME": "/c",
        "XDG_RUNTIME_DIR": str(tmp_path),
    }
    paths = Paths(Posix(), {"HOME": str(home), **elsewhere})
    assert [str(paths.data), str(paths.settings_file), str(paths.logs)] == [
        "/a/heard",
        "/b/heard/settings.json",
        "/c/heard/logs",
    ]
    assert paths.run == tmp_path / "heard" or len(str(tmp_path)) >= 60
    assert Paths(Posix(), {"HOME": str(home), "XDG_DATA_HOME": "relative"}).data == home / ".local/share/heard"


def test_on_a_mac_and_on_windows_everything_lies_where_those_say(tmp_path: Path) -> None:
    mac = Paths(Posix(is_mac=True), {"HOME": "/h"})
    assert mac.data == Path("/h/Library/Application Support/Heard")
    assert mac.logs == Path("/h/Library/Logs/Heard/logs")
    windows = Paths(Windows(), {"LOCALAPPDATA": "/local", "APPDATA": "/roaming"})
    assert {windows.data, windows.logs, windows.run, windows.settings_file} == {
        Path("/local/Heard"), Path("/local/Heard/logs"), Path("/local/Heard/run"), Path("/local/Heard/settings.json"),
    }  # fmt: skip
    assert Paths(Windows(), {}).data == Path.home() / "AppData/Local/Heard"


def test_a_socket_has_a_short_place_of_this_workers_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    platform = Posix()
    shared = tmp_path / f"heard-{os.getuid()}"
    assert platform.run_folder({"HOME": "/h"}) == shared
    assert platform.run_folder({"HOME": "/h", "XDG_RUNTIME_DIR": "/nowhere at all"}) == shared
    assert platform.run_folder({"HOME": "/h", "XDG_RUNTIME_DIR": "/tmp"}) == Path("/tmp/heard")
    shared.mkdir()
    assert platform.run_folder({"HOME": "/h"}) == shared
    shared.rmdir()
    shared.symlink_to(tmp_path)
    assert platform.run_folder({"HOME": "/h"}) == Path("/h/.local/share/heard/run"), "someone else got there first"


def test_a_folder_is_made_for_this_worker_alone(tmp_path: Path) -> None:
    paths = Paths(environment={"HOME": str(tmp_path)})
    old = paths.data
    old.mkdir(parents=True, mode=0o755)
    assert paths.make(paths.data).stat().st_mode & 0o777 == 0o700
    (tmp_path / "file").write_text("x")
    with pytest.raises(Trouble):
        paths.make(tmp_path / "file" / "below")


def test_this_machine_has_a_platform_and_the_tests_have_homes_of_their_own() -> None:
    assert current().name in ("linux", "macos", "windows")
    assert str(Paths().data) != str(Path.home() / ".local/share/heard")


# --- Settings -----------------------------------------------------------------------------------------------------


@pytest.fixture
def file(tmp_path: Path) -> SettingsFile:
    return SettingsFile(tmp_path / "config" / "settings.json")


def test_choices_are_kept_and_the_rest_stay_as_they_were(file: SettingsFile, tmp_path: Path) -> None:
    assert file.read() == Settings()
    file.change(scheme="dark", text_scale=1.5)
    file.change(less_movement=True, last_vault="/somewhere/vault")
    assert file.read() == Settings(scheme="dark", text_scale=1.5, less_movement=True, last_vault="/somewhere/vault")
    path = tmp_path / "config" / "settings.json"
    assert path.stat().st_mode & 0o777 == 0o600
    assert [each.name for each in path.parent.iterdir()] == ["settings.json"]


def test_nothing_but_plain_choices_is_kept_outside_the_vault() -> None:
    assert {each.name for each in fields(Settings)} == {
        "scheme", "text_scale", "less_movement", "typeface", "lock_minutes", "reads_aloud", "reading_speed",
        "last_vault",
    }  # fmt: skip


@pytest.mark.parametrize("text", ["", "{", "[]", "null", '"dark"', "[" * 50_000, "\xff"])
def test_a_damaged_file_is_kept_aside_and_the_usual_choices_are_used(
    text: str, file: SettingsFile, tmp_path: Path
) -> None:
    path = tmp_path / "config" / "settings.json"
    path.parent.mkdir()
    path.write_text(text, encoding="latin-1")
    assert file.read() == Settings()
    assert not path.exists()
    assert (path.parent / "settings.json.damaged-1").read_text(encoding="latin-1") == text
    file.change(scheme="light")
    assert file.read().scheme == "light"


def test_one_strange_choice_does_not_cost_the_others(file: SettingsFile, tmp_path: Path) -> None:
    path = tmp_path / "config" / "settings.json"
    path.parent.mkdir()
    path.write_text(
        json.dumps(
            {
                "scheme": "pink",
                "text_scale": 40,
                "less_movement": "yes",
                "lock_minutes": 900,
                "typeface": "Lexend",
                "last_vault": 7,
                "later": 1,
            }
        )
    )
    assert file.read() == Settings(text_scale=2.0, lock_minutes=15, typeface="Lexend")
    path.write_text('{"text_scale": NaN, "lock_minutes": -3, "less_movement": 1}')
    assert file.read() == Settings(text_scale=0.9, lock_minutes=1)
    path.write_text('{"text_scale": 2}')
    assert file.read().text_scale == 2.0


def test_a_disk_that_refuses_is_told_and_the_former_choices_stand(
    file: SettingsFile, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file.change(scheme="dark")

    def fail(*_: object) -> None:
        raise OSError(28, "full")

    with monkeypatch.context() as patch:
        patch.setattr(os, "replace", fail)
        with pytest.raises(Trouble):
            file.change(scheme="light")
    assert file.read().scheme == "dark"
    (tmp_path / "plain").write_text("x")
    with pytest.raises(Trouble):
        SettingsFile(tmp_path / "plain" / "settings.json").write(Settings())


def test_a_file_that_cannot_be_read_gives_the_usual_choices(tmp_path: Path) -> None:
    (tmp_path / "settings.json").mkdir()
    assert SettingsFile(tmp_path / "settings.json").read() == Settings()
