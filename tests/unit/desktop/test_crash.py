"""The last resort and the log: types, lines, ids, and never a word of a record."""

from __future__ import annotations

import json
import logging
import re
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest

from desktop.crash import KEPT_REPORTS, CrashReports, RedactedFormatter, describe
from desktop.event_log import EventLog
from models.errors import Trouble

ROOT = Path(__file__).parents[3]
SECRET = "Marjoram thinks Rosewood unkind"


def raise_with_value(words: str) -> None:
    local_note = words
    raise ValueError(f"could not save {local_note}")


def caught(words: str = SECRET) -> BaseException:
    try:
        try:
            raise_with_value(words)
        except ValueError as error:
            raise KeyError(words) from error
    except KeyError as error:
        return error


def test_a_report_tells_types_files_and_lines_and_not_one_value() -> None:
    text = describe(caught())
    assert text.startswith("builtins.KeyError\n  tests/unit/desktop/test_crash.py:")
    assert "caused by\nbuiltins.ValueError" in text
    assert re.search(r"test_crash\.py:\d+ raise_with_value", text)
    for word in SECRET.split():
        assert word not in text
    assert str(Path.home()) not in text


def test_what_was_being_handled_is_told_and_what_was_put_aside_is_not() -> None:
    def fail(*, aside: bool) -> None:
        try:
            raise_with_value(SECRET)
        except ValueError:
            if aside:
                raise TypeError(SECRET) from None
            raise TypeError(SECRET)  # noqa: B904 - the context is what is tested

    with pytest.raises(TypeError) as told:
        fail(aside=False)
    assert "while handling\nbuiltins.ValueError" in describe(told.value)
    with pytest.raises(TypeError) as told:
        fail(aside=True)
    assert "ValueError" not in describe(told.value)


def test_a_ring_of_causes_and_an_endless_recursion_end() -> None:
    first, second = ValueError(), TypeError()
    first.__cause__, second.__cause__ = second, first
    assert describe(first).count("caused by") == 1

    def again() -> None:
        again()

    with pytest.raises(RecursionError) as deep:
        again()
    assert len(describe(deep.value).splitlines()) < 70


def test_a_bug_leaves_one_private_report_and_is_told(
    tmp_path: Path, clock: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    told: list[Trouble | None] = []
    reports = CrashReports(tmp_path / "logs", told.append, clock=clock)
    path = reports.note(caught())
    assert path is not None
    text = path.read_text()
    assert "Heard met a bug at 2026-11-23T10:30:00.000Z" in text
    assert "builtins.KeyError" in text
    assert "Marjoram" not in text + capsys.readouterr().err
    assert path.stat().st_mode & 0o777 == 0o600
    assert told == [None]


def test_the_worlds_fault_is_shown_and_leaves_no_report(tmp_path: Path) -> None:
    told: list[Trouble | None] = []
    reports = CrashReports(tmp_path / "logs", told.append)
    trouble = Trouble("The disk is full")
    assert reports.note(trouble) is None
    assert reports.note(KeyboardInterrupt()) is None
    assert told == [trouble]
    assert not (tmp_path / "logs").exists()


def test_neither_a_full_disk_nor_a_broken_screen_stops_the_last_resort(tmp_path: Path) -> None:
    (tmp_path / "logs").write_text("in the way")

    def fail(_: object) -> None:
        raise RuntimeError

    assert CrashReports(tmp_path / "logs", fail).note(caught()) is None


def test_only_the_last_reports_are_kept(tmp_path: Path, clock: Any) -> None:
    reports = CrashReports(tmp_path, clock=clock)
    for _ in range(KEPT_REPORTS + 5):
        clock.advance(seconds=1)
        assert reports.note(caught()) is not None
    left = sorted(path.name for path in tmp_path.glob("crash-*"))
    assert len(left) == KEPT_REPORTS
    assert left[0].startswith("crash-2026-11-23T103006")


# A program that meets a bug in every place one can be: the main thread, another thread, a finaliser, a log, Qt.
MEETING = """
import logging, sys, threading
from pathlib import Path
from desktop.crash import CrashReports
reports = CrashReports(Path(sys.argv[1]))
reports.catch_everything()
secret = sys.stdin.read()
class Last:
    def __del__(self): raise LookupError(secret)
thread = threading.Thread(target=lambda: int(secret)); thread.start(); thread.join()
Last()
logging.getLogger("library").warning("sent %s", secret)
logging.getLogger("library").info("sent %s", secret)
try: int(secret)
except ValueError: logging.getLogger("library").exception(secret)
from PySide6.QtCore import QCoreApplication, qWarning, qDebug
application = QCoreApplication([])
reports.catch_qt()
qWarning(secret); qDebug(secret)
raise OverflowError(secret)
"""


def test_wherever_a_bug_is_met_no_word_of_a_record_is_written(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", MEETING, str(tmp_path / "logs")],
        cwd=ROOT, input=SECRET, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 1
    written = {path.name: path.read_text() for path in (tmp_path / "logs").iterdir()}
    everything = done.stdout + done.stderr + "".join(written.values())
    for word in (*SECRET.split(), "sent"):
        assert word not in everything
    for kind in ("ValueError", "LookupError", "OverflowError"):
        assert any(f"builtins.{kind}" in text for name, text in written.items() if name.startswith("crash-")), kind
    assert "thread other" in everything
    assert "WARNING library" in done.stderr
    assert "ERROR library" in done.stderr
    assert "INFO" not in done.stderr
    assert re.fullmatch(r"\S+Z QtWarningMsg default .*\n", written["qt.log"])


def test_what_a_library_logs_is_told_by_its_place_alone() -> None:
    record = logging.LogRecord(
        "httpx", logging.WARNING, "/x/site-packages/httpx/_client.py", 9, SECRET, (SECRET,), None
    )
    assert RedactedFormatter().format(record) == "WARNING httpx _client.py:9"
    assert threading.current_thread() is threading.main_thread()


def test_qts_log_stops_growing(tmp_path: Path) -> None:
    reports = CrashReports(tmp_path)
    (tmp_path / "qt.log").write_text("x" * 300_000)
    reports._append("more")
    assert (tmp_path / "qt.log").stat().st_size == 300_000


# --- The log ------------------------------------------------------------------------------------------------------


def test_the_log_holds_ids_numbers_and_known_words_and_withholds_the_rest(tmp_path: Path, clock: Any) -> None:
    log = EventLog(tmp_path / "logs", frozenset({"visit_note"}), clock)
    log.write(
        "saved", record="01890000-0000-7000-8000-000000000000", type="visit_note", took=0.5, tries=3, ok=True,
        none=None, place="Rosewood Close", title=SECRET, many=["a", "b"], error=ValueError(SECRET),
    )  # fmt: skip
    log.write(SECRET, **{SECRET: 1, "Title": 2})
    first, second = [json.loads(line) for line in (tmp_path / "logs" / "heard.log").read_text().splitlines()]
    assert first == {
        "at": "2026-11-23T10:30:00.000Z", "event": "saved", "record": "01890000-0000-7000-8000-000000000000",
        "type": "visit_note", "took": 0.5, "tries": 3, "ok": True, "none": None,
        "place": "withheld", "title": "withheld", "many": "withheld", "error": "withheld",
    }  # fmt: skip
    assert second == {"at": "2026-11-23T10:30:00.000Z", "event": "withheld"}
    assert (tmp_path / "logs" / "heard.log").stat().st_mode & 0o777 == 0o600


def test_the_log_starts_anew_at_a_megabyte_and_never_stops_the_work(tmp_path: Path) -> None:
    log = EventLog(tmp_path)
    (tmp_path / "heard.log").write_text("x" * (1024 * 1024 + 1))
    log.write("saved")
    assert len((tmp_path / "heard.log").read_text().splitlines()) == 1
    assert (tmp_path / "heard.log.1").stat().st_size > 1024 * 1024
    (tmp_path / "file").write_text("x")
    EventLog(tmp_path / "file").write("saved")
