"""The process that holds the dictionary: asked from the app, started late, started again, and ended at lock."""

from __future__ import annotations

import io
import json
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from desktop import spelling_desk
from desktop.spelling import MOST_STARTS, SpellingProcess
from models.errors import Trouble

ECHO = """
import json, sys
print(json.dumps({"is_ready": True}), flush=True)
for line in sys.stdin:
    asked = json.loads(line)
    if asked.get("suggest") == "die":
        sys.exit(1)
    told = {"known": [word != "teh" for word in asked["check"]]} if "check" in asked else {"suggestions": asked["also"]}
    print(json.dumps(told), flush=True)
"""


class Starts:
    """Starts a stand-in that answers by itself, or one that ends at once, and counts."""

    def __init__(self, code: str = ECHO) -> None:
        self.code, self.made = code, []

    def __call__(self) -> subprocess.Popen[str]:
        pipes: Any = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
        made = subprocess.Popen([sys.executable, "-c", self.code], encoding="utf-8", **pipes)
        self.made.append(made)
        return made


@pytest.fixture
def begin() -> Iterator[Callable[..., SpellingProcess]]:
    made: list[SpellingProcess] = []

    def make(*starts: Any) -> SpellingProcess:
        made.append(SpellingProcess(*starts))
        return made[-1]

    yield make
    for one in made:
        one.close()
        if one._thread is not None:
            one._thread.join(10)
            assert not one._thread.is_alive()


def test_the_real_dictionary_answers_from_a_process_of_its_own(begin: Callable[..., SpellingProcess]) -> None:
    process = begin()
    assert process._process is None
    assert process.check(["organised", "organized", "don't"]).result(60) == [True, False, True]
    assert process.suggest("makatan", ["Makaton"]).result(60)[0] == "Makaton"
    assert "spylls" not in sys.modules or "models.spelling" in sys.modules
    assert process._process is not None
    assert process._process.pid > 0


def test_nothing_is_started_before_the_first_question(begin: Callable[..., SpellingProcess]) -> None:
    starts = Starts()
    process = begin(starts)
    assert not starts.made
    assert process.check(["teh", "the"]).result(20) == [False, True]
    assert process.suggest("teh", ["tea"]).result(20) == ["tea"]
    assert len(starts.made) == 1


def test_one_that_ends_is_started_again_and_the_question_is_asked_again(begin: Callable[..., SpellingProcess]) -> None:
    starts = Starts()
    process = begin(starts)
    process.check(["the"]).result(20)
    starts.made[0].kill()
    starts.made[0].wait()
    assert process.check(["teh"]).result(20) == [False]
    assert len(starts.made) == 2


def test_one_that_never_stays_up_is_given_up_in_plain_words(begin: Callable[..., SpellingProcess]) -> None:
    starts = Starts("")
    process = begin(starts)
    for _ in range(3):
        with pytest.raises(Trouble, match="cannot be checked"):
            process.check(["the"]).result(20)
    assert len(starts.made) == MOST_STARTS


def test_an_answer_that_is_no_answer_is_told_as_trouble(begin: Callable[..., SpellingProcess]) -> None:
    process = begin(Starts("print('{}', flush=True)\nprint('{\"known\": ', flush=True)\ninput()\ninput()"))
    with pytest.raises(Trouble):
        process.check(["the"]).result(20)


def test_a_program_that_cannot_be_started_is_told_as_trouble(begin: Callable[..., SpellingProcess]) -> None:
    def cannot() -> Any:
        raise OSError("no such program")

    with pytest.raises(Trouble):
        begin(cannot).check(["the"]).result(20)


def test_closing_ends_the_process_and_every_question_left(begin: Callable[..., SpellingProcess]) -> None:
    starts = Starts(ECHO.replace("asked = json", "sys.stdin.read(); asked = json"))
    process = begin(starts)
    waiting = [process.check([word]) for word in ("one", "two")]
    while not starts.made:
        threading.Event().wait(0.01)
    process.close()
    for future in waiting:
        with pytest.raises(Trouble):
            future.result(20)
    assert starts.made[0].wait(10) is not None
    assert len(starts.made) == 1
    with pytest.raises(Trouble):
        process.check(["three"]).result(20)


def test_closing_what_was_never_asked_does_nothing(begin: Callable[..., SpellingProcess]) -> None:
    starts = Starts()
    begin(starts).close()
    assert not starts.made


def test_the_desk_answers_each_line_and_ends_with_its_input() -> None:
    told = io.StringIO()
    asked = [{"check": ["teh", "the"]}, {"suggest": "organized", "also": []}]
    lines = io.StringIO("".join(json.dumps(one) + "\n" for one in asked))
    assert spelling_desk.run(lines, told) == 0
    ready, checked, suggested = map(json.loads, told.getvalue().splitlines())
    assert ready == {"is_ready": True}
    assert checked == {"known": [False, True]}
    assert suggested["suggestions"][0] == "organised"


def test_the_process_ends_when_the_app_is_killed() -> None:
    """The app holds the other end of its input: gone, however it went, and there is nothing more to read."""
    desk = subprocess.Popen(
        [sys.executable, "-m", "desktop", "spelling"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, encoding="utf-8"
    )
    assert desk.stdin is not None
    assert desk.stdout is not None
    assert json.loads(desk.stdout.readline()) == {"is_ready": True}
    desk.stdin.close()
    assert desk.wait(20) == 0
    desk.stdout.close()


def test_the_desk_loads_neither_the_screen_nor_the_store() -> None:
    look = (
        "import io, sys; from desktop import spelling_desk; spelling_desk.run(io.StringIO(), io.StringIO());"
        "print([name for name in ('PySide6', 'sqlalchemy', 'sqlcipher3', 'cryptography') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", look], capture_output=True, text=True, check=True)
    assert done.stdout.strip().splitlines()[-1] == "[]"
