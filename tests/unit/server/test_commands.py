"""The operator's commands: plain answers, exit codes a script can trust, and JSON where one reads it."""

from __future__ import annotations

import json
import socket
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sync.server.__main__ import main
from sync.server.commands import build_parser

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tmp_path / "a folder é"


@pytest.fixture
def run(data: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run one command against the folder; returns exit code, stdout and stderr."""

    def call(*arguments: str, founded: bool = True) -> tuple[int, str, str]:
        if founded and not data.exists():
            assert main(["init", "--data", str(data), "--council", "Testshire"]) == 0
            capsys.readouterr()
        code = main([*arguments, "--data", str(data)])
        written = capsys.readouterr()
        return code, written.out, written.err

    return call


def test_a_council_is_founded_once(run: Run, data: Path) -> None:
    code, out, _ = run("init", "--council", "Testshire", founded=False)
    assert (code, "Testshire" in out) == (0, True)
    assert data.stat().st_mode & 0o077 == 0
    assert all(path.stat().st_mode & 0o077 == 0 for path in data.iterdir())
    code, _, err = run("init", "--council", "Other", founded=False)
    assert code == 1
    assert "already holds" in err


def test_a_worker_is_added_assigned_given_a_code_and_listed(run: Run, tmp_path: Path) -> None:
    header = tmp_path / "header.csv"
    header.write_text("CHILD,SEX,DOB,ETHNIC,UPN,MOTHER,MC_DOB\n1001,F,15/06/2012,WBRI,,,\n")
    assert run("worker", "add", "Amy", "--name", "Amy A", "--team", "North")[0] == 0
    code, out, _ = run("import", str(header))
    assert (code, "child: 1 new" in out) == (0, True)
    assert run("assign", "amy", "1001", "--role", "social_worker", "--lead")[1] == "amy is now assigned to 1001.\n"
    assert (
        run("assign", "amy", "1001", "--role", "social_worker", "--lead")[1] == "amy was already assigned so to 1001.\n"
    )
    assert json.loads(run("assign", "amy", "1001", "--end", "--json")[1]) == {"changed": True}
    code, out, _ = run("device", "code", "amy", "--json")
    assert code == 0
    assert len(json.loads(out)["code"]) == 11
    assert "One-time code: " in run("device", "code", "amy")[1]
    assert [row["display_name"] for row in json.loads(run("worker", "list", "--json")[1])] == ["Amy A"]
    assert "North" in run("worker", "list")[1]
    assert run("worker", "forget-password", "amy")[0] == 0
    assert run("held", "list")[1] == "Nothing is held back.\n"


def test_an_import_with_losses_says_so_by_its_exit_code(run: Run, tmp_path: Path) -> None:
    header = tmp_path / "header.csv"
    header.write_text("CHILD,SEX,DOB,ETHNIC,UPN,MOTHER,MC_DOB\n1001,F,15/06/2012,WBRI,,,\n1002,F,never,WBRI,,,\n")
    code, out, _ = run("import", str(header))
    assert code == 1
    assert "header.csv line 3, column DOB: This is not a day written DD/MM/YYYY. The row was left out." in out
    code, out, _ = run("import", str(header), "--json")
    report = json.loads(out)
    assert (code, report["counts"], report["problems"][0]["line"]) == (1, {"child": {"same": 1}}, 3)
    assert run("import", str(tmp_path / "missing.csv"))[0] == 1


def test_check_backup_and_audit(run: Run, data: Path, tmp_path: Path) -> None:
    code, out, _ = run("check", "--json")
    assert (code, json.loads(out)["ok"]) == (0, True)
    assert run("audit", "verify") == (0, "The audit chain stands.\n", "")
    assert run("backup", str(tmp_path / "copy.db"))[0] == 0
    assert run("backup", str(tmp_path / "copy.db"))[0] == 1

    connection = sqlite3.connect(data / "heard.db")
    connection.execute("UPDATE audit SET action = 'nothing' WHERE no = 1")
    connection.commit()
    connection.close()
    assert run("audit", "verify")[0] == 1
    code, out, _ = run("check")
    assert (code, "row 1 was changed" in out) == (1, True)


@pytest.mark.parametrize(
    "arguments",
    [
        ("worker", "add", "amy", "--name", "Amy"),
        ("assign", "nobody", "1001", "--role", "iro"),
        ("assign", "amy", "9999", "--role", "iro"),
        ("assign", "amy", "1001", "--role", "wizard"),
        ("device", "code", "nobody"),
        ("device", "revoke", "nothing"),
        ("worker", "forget-password", "nobody"),
        ("worker", "add", "  ", "--name", "Amy"),
    ],
)
def test_what_cannot_be_done_is_said_plainly(run: Run, arguments: tuple[str, ...]) -> None:
    run("worker", "add", "amy", "--name", "Amy")
    code, out, err = run(*arguments)
    assert (code, out) == (1, "")
    assert "Traceback" not in err
    assert err.strip()


def test_the_servers_own_device_cannot_be_closed(run: Run) -> None:
    [own] = json.loads(run("device", "list", "--json")[1])
    assert run("device", "revoke", own["device_id"])[0] == 1


@pytest.mark.parametrize(
    "arguments",
    [
        ("serve", "--host", "0.0.0.0"),
        ("serve", "--certificate", "x.pem"),
    ],
)
def test_serving_in_the_clear_is_wrong_usage(run: Run, arguments: tuple[str, ...]) -> None:
    code, _, err = run(*arguments)
    assert code == 2
    assert "--certificate" in err


@pytest.mark.parametrize(
    "arguments",
    [("serve", "--port", "70000"), ("serve", "--port", "x"), ("assign", "amy", "1"), ("nothing",), ("import",)],
)
def test_wrong_usage_ends_with_2(run: Run, arguments: tuple[str, ...]) -> None:
    with pytest.raises(SystemExit) as ended:
        run(*arguments)
    assert ended.value.code == 2


def test_a_port_in_use_and_a_certificate_that_is_none_are_said_plainly(run: Run, tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        code, _, err = run("serve", "--port", str(taken.getsockname()[1]))
        assert (code, "cannot listen" in err) == (1, True)
    junk = tmp_path / "junk.pem"
    junk.write_text("no certificate")
    code, _, err = run("serve", "--port", "0", "--certificate", str(junk), "--key", str(junk))
    assert (code, "certificate cannot be used" in err) == (1, True)


def test_a_damaged_database_is_said_plainly(run: Run, data: Path) -> None:
    run("held", "list")
    (data / "heard.db").write_bytes(b"junk" * 5000)
    for arguments in (("worker", "list"), ("check",), ("serve", "--port", "0")):
        code, _, err = run(*arguments)
        assert code == 1
        assert "Traceback" not in err
        assert "database" in err


def every_command(parser: Any, path: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    groups = [action for action in parser._actions if hasattr(action, "choices") and isinstance(action.choices, dict)]
    if not groups:
        return [path]
    return [found for name, inner in groups[0].choices.items() for found in every_command(inner, (*path, name))]


@pytest.mark.parametrize("path", [(), *every_command(build_parser())], ids=" ".join)
def test_every_command_explains_itself(path: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main([*path, "--help"])
    assert ended.value.code == 0
    assert "usage: heard-server" in capsys.readouterr().out
