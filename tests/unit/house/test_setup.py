"""The set-up script, on a machine made of stand-ins: it brings what is missing, says what it cannot, else is silent."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
TOOLS = ("sh", "sed", "tr", "cmp", "cp", "rm", "mkdir", "mktemp", "dirname", "uname", "cat", "env")

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="not run: setup.sh is for systems with a POSIX shell")

PYTHON = """
case "$*" in
    *ensurepip*) exit "${NO_PYTHON:-0}" ;;
    "-m venv "*) mkdir -p "$3/bin" && cp "$0" "$3/bin/python" && echo "venv $3" >>"$LOG" ;;
    *'"%d.%d"'*) echo 3.11 ;;
    *"pip install"*) echo "pip" "$@" >>"$LOG"; exit "${PIP_FAILS:-0}" ;;
    "--version") echo "Python 3.9.2" ;;
    *"sys.exit(not"*) exit 1 ;;
esac
"""
STUBS = {
    "python3": PYTHON,
    "dpkg-query": 'for name in $INSTALLED; do echo "installed $name"; done; echo "config-files libgl1"',
    "apt-get": 'echo "apt-get" "$@" >>"$LOG"; x="$CREATECLUSTER/heard.conf"; [ ! -f "$x" ] || cat "$x" >>"$LOG"'
    '; exit "${APT_FAILS:-0}"',
    "apt-cache": '[ "$2" != libglib2.0-0 ]',
    "id": 'echo "${USER_ID:-0}"',
}
EVERYTHING = (
    "ca-certificates libgl1 libegl1 libx11-6 libdbus-1-3 libfontconfig1 libfreetype6 libxkbcommon0 libglib2.0-0t64 "
    "libbrotli1 libgssapi-krb5-2 libpulse0 libspeechd2"
)


class Machine:
    """A checkout in a path with a space and an accent, on a machine that has only stand-ins."""

    def __init__(self, folder: Path) -> None:
        self.tree = folder / "my clone é"
        self.commands = folder / "commands"
        self.log = folder / "log"
        self.no_cluster = folder / "createcluster.d"
        self.tree.mkdir()
        self.commands.mkdir()
        for path in [ROOT / "setup.sh", *ROOT.glob("debian-packages*.txt")]:
            shutil.copy(path, self.tree)
        shutil.copytree(ROOT / "requirements", self.tree / "requirements")
        for tool in TOOLS:
            found = shutil.which(tool)
            assert found, tool
            (self.commands / tool).symlink_to(found)
        for name, script in STUBS.items():
            self.stub(name, script)

    def stub(self, name: str, script: str) -> None:
        path = self.commands / name
        path.write_text(f"#!/bin/sh\n{script}\n")
        path.chmod(0o755)

    def set_up(self, kind: str = "run", installed: str = EVERYTHING, **variables: str) -> tuple[int, str]:
        """Run the script; its exit code and everything it said."""
        done = subprocess.run(
            ["sh", str(self.tree / "setup.sh"), kind],
            env={
                "PATH": str(self.commands), "LOG": str(self.log), "INSTALLED": installed,
                "CREATECLUSTER": str(self.no_cluster), **variables,
            },
            cwd="/", capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip
        return done.returncode, done.stdout + done.stderr

    def calls(self) -> list[str]:
        """What was called since the last look."""
        lines = self.log.read_text().splitlines() if self.log.exists() else []
        self.log.unlink(missing_ok=True)
        return lines


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


def pip_line(kind: str) -> str:
    return (
        "pip -m pip install -q --disable-pip-version-check --no-deps --only-binary=:all: --require-hashes "
        f"-r requirements/{kind}.lock"
    )


def test_a_machine_with_everything_gets_the_locked_packages_and_then_nothing_more(machine: Machine) -> None:
    code, _ = machine.set_up()
    assert code == 0
    assert machine.calls() == ["venv .venv", pip_line("run")]
    assert machine.set_up() == (0, "")
    assert machine.calls() == []


def test_after_the_tests_packages_the_app_needs_nothing_more(machine: Machine) -> None:
    assert machine.set_up("test", installed=EVERYTHING + " dbus-daemon gnome-keyring postgresql")[0] == 0
    machine.calls()
    assert machine.set_up("run") == (0, "")
    assert machine.calls() == []


def test_a_changed_lock_is_installed_again(machine: Machine) -> None:
    machine.set_up()
    machine.calls()
    with (machine.tree / "requirements" / "run.lock").open("a") as lock:
        lock.write("# newer\n")
    assert machine.set_up()[0] == 0
    assert machine.calls() == [pip_line("run")]


def test_an_install_that_failed_says_so_and_is_repeated(machine: Machine) -> None:
    code, words = machine.set_up(PIP_FAILS="1")
    assert code == 1
    assert "Run the same command again" in words
    machine.calls()
    assert machine.set_up()[0] == 0
    assert machine.calls() == [pip_line("run")]


def test_tests_that_could_not_be_set_up_do_not_take_the_app_away(machine: Machine) -> None:
    machine.set_up("run")
    assert machine.set_up("test", PIP_FAILS="1")[0] == 1
    machine.calls()
    assert machine.set_up("run") == (0, "")
    assert machine.calls() == []


def test_half_an_install_of_newer_locks_leaves_no_stamp_behind(machine: Machine) -> None:
    lock = machine.tree / "requirements" / "run.lock"
    before = lock.read_text()
    machine.set_up("run")
    lock.write_text(before + "# newer\n")
    assert machine.set_up("run", PIP_FAILS="1")[0] == 1
    lock.write_text(before)
    machine.calls()
    assert machine.set_up("run")[0] == 0
    assert machine.calls() == [pip_line("run")]


def test_a_half_made_environment_is_made_anew(machine: Machine) -> None:
    (machine.tree / ".venv" / "bin").mkdir(parents=True)
    assert machine.set_up()[0] == 0
    assert machine.calls() == ["venv .venv", pip_line("run")]


def test_only_what_is_missing_is_installed_and_under_the_name_this_release_knows(machine: Machine) -> None:
    installed = EVERYTHING.replace("libegl1 ", "").replace("libglib2.0-0t64 ", "")
    assert machine.set_up(installed=installed)[0] == 0
    assert machine.calls()[:2] == [
        "apt-get update -q",
        "apt-get install -y -q --no-install-recommends libegl1 libglib2.0-0t64",
    ]


def test_a_package_removed_but_for_its_settings_counts_as_missing(machine: Machine) -> None:
    machine.set_up(installed=EVERYTHING.replace("libgl1 ", ""))
    assert machine.calls()[1] == "apt-get install -y -q --no-install-recommends libgl1"


def test_with_a_display_the_window_packages_are_asked_for_too(machine: Machine) -> None:
    machine.set_up(DISPLAY=":0")
    assert "libxcb-cursor0" in machine.calls()[1].split()


def test_the_tests_ask_for_a_keyring_that_the_app_does_not(machine: Machine) -> None:
    assert "gnome-keyring" not in EVERYTHING
    assert machine.set_up("run")[0] == 0
    assert not [call for call in machine.calls() if "apt-get" in call]
    machine.set_up("test")
    assert machine.calls()[1] == "apt-get install -y -q --no-install-recommends dbus-daemon gnome-keyring postgresql"


def test_postgresql_comes_without_a_database_of_the_machines_own_and_for_the_tests_alone(machine: Machine) -> None:
    assert "postgresql" not in EVERYTHING
    machine.set_up("run")
    assert not [call for call in machine.calls() if "apt-get" in call]
    machine.set_up("test", installed=EVERYTHING + " dbus-daemon gnome-keyring")
    assert machine.calls()[:3] == [
        "apt-get update -q",
        "apt-get install -y -q --no-install-recommends postgresql",
        "create_main_cluster = false",
    ]
    assert list(machine.no_cluster.iterdir()) == [], "what the machine does later is its own"


def test_a_failed_install_leaves_no_setting_behind(machine: Machine) -> None:
    assert machine.set_up("test", APT_FAILS="1")[0] == 1
    assert list(machine.no_cluster.iterdir()) == []


FAULTS = EVERYTHING + " dbus-daemon gnome-keyring postgresql"


def test_the_fault_campaigns_get_what_they_wish_for_where_they_run_as_root(machine: Machine) -> None:
    assert machine.set_up("faults", installed=FAULTS + " iproute2")[0] == 0
    wished = "apt-get install -y -q --no-install-recommends nftables libfaketime"
    assert machine.calls()[:2] == ["apt-get update -q", wished]
    machine.stub("apt-get", 'echo "apt-get" "$@" >>"$LOG"; exit 1')
    code, words = machine.set_up("faults", installed=FAULTS)
    assert code == 0
    assert "going on without iproute2 nftables libfaketime" in words
    machine.calls()
    assert machine.set_up("faults", installed=FAULTS, USER_ID="1000")[0] == 0
    assert not [call for call in machine.calls() if "apt-get" in call]


def test_an_ordinary_worker_installs_through_sudo(machine: Machine) -> None:
    machine.stub("sudo", 'echo "sudo" >>"$LOG"; exec "$@"')
    assert machine.set_up(installed=EVERYTHING.replace("libegl1 ", ""), USER_ID="1000")[0] == 0
    assert machine.calls()[:4] == [
        "sudo", "apt-get update -q",
        "sudo", "apt-get install -y -q --no-install-recommends libegl1",
    ]  # fmt: skip


def test_without_sudo_an_administrator_is_given_one_line(machine: Machine) -> None:
    code, words = machine.set_up(installed=EVERYTHING.replace("libegl1 ", "").replace("libgl1 ", ""), USER_ID="1000")
    assert code == 1
    assert "apt-get install --no-install-recommends libgl1 libegl1" in words.splitlines()
    assert machine.calls() == []


def test_a_python_that_is_too_old_is_named(machine: Machine) -> None:
    code, words = machine.set_up(NO_PYTHON="1")
    assert code == 1
    assert "Heard needs Python 3.11, 3.12 or 3.13 with its venv module; this machine has: Python 3.9.2" in words
    assert machine.calls() == []


def test_a_machine_without_python_gets_it_from_debian(machine: Machine) -> None:
    (machine.commands / "python3").unlink()
    machine.stub("apt-get", f'echo apt-get "$@" >>"$LOG"; cp "{machine.tree}/python3" "{machine.commands}/python3"')
    (machine.tree / "python3").write_text(f"#!/bin/sh\n{PYTHON}\n")
    (machine.tree / "python3").chmod(0o755)
    assert machine.set_up()[0] == 0
    assert "apt-get install -y -q --no-install-recommends python3 python3-venv" in machine.calls()


def test_another_system_is_told_what_qt_needs_and_goes_on(machine: Machine) -> None:
    (machine.commands / "dpkg-query").unlink()
    code, words = machine.set_up()
    assert code == 0
    assert "This is not Debian" in words
    assert "libegl1" in words
    assert machine.set_up() == (0, "")


def test_a_kind_that_does_not_exist_is_wrong_usage(machine: Machine) -> None:
    code, words = machine.set_up("everything")
    assert code == 2
    assert "Usage: sh setup.sh run|test|faults|build|lock" in words


@pytest.mark.skipif(os.name != "posix", reason="not run: no POSIX file modes")
def test_the_scripts_may_be_run_as_they_lie() -> None:
    assert os.access(ROOT / "setup.sh", os.X_OK)
    assert os.access(ROOT / ".ci" / "run", os.X_OK)
