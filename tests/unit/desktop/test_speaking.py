"""The process that speaks: late, silent, dead or missing, it never holds the window up and never goes on by itself."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from time import perf_counter
from types import ModuleType
from typing import Any

import pytest

from desktop import speaking_desk
from desktop.speaking import MOST_STARTS, SpeakingProcess

ROOT = Path(__file__).parents[3]
# Answers as the real one does, writes down what it was told, and dies where the words say so.
STAND_IN = """
import json, sys
def tell(**what): print(json.dumps(what), flush=True)
tell(found=True)
for line in sys.stdin:
    with open(sys.argv[1], "a") as kept: kept.write(line)
    asked = json.loads(line)
    if asked.get("say") == "die": sys.exit(1)
    if asked.get("say") == "break": tell(ended=asked["number"], is_broken=True)
    elif "say" in asked and asked["say"] != "on and on": tell(ended=asked["number"], is_broken=False)
"""


class Heard:
    """What a voice told, in order."""

    def __init__(self, voice: SpeakingProcess) -> None:
        self.told: list[Any] = []
        voice.found.connect(lambda is_found: self.told.append(("found", is_found)))
        voice.ended.connect(lambda number: self.told.append(("ended", number)))
        voice.failed.connect(lambda: self.told.append(("failed",)))


@pytest.fixture
def begin(qtbot: Any) -> Iterator[Callable[..., tuple[SpeakingProcess, Heard]]]:
    del qtbot
    made: list[SpeakingProcess] = []

    def make(*words: str, engine: str = "") -> tuple[SpeakingProcess, Heard]:
        voice = SpeakingProcess(engine, program=words)
        made.append(voice)
        return voice, Heard(voice)

    yield make
    for one in made:
        one.close()
        one.deleteLater()


@pytest.fixture
def told_to(tmp_path: Path) -> Callable[[], list[dict[str, Any]]]:
    def read() -> list[dict[str, Any]]:
        kept = tmp_path / "told"
        return [json.loads(line) for line in kept.read_text().splitlines()] if kept.exists() else []

    return read


def stand_in(tmp_path: Path) -> tuple[str, ...]:
    return (sys.executable, "-c", STAND_IN, str(tmp_path / "told"))


def test_qts_own_speech_says_something_to_its_end(begin: Any, qtbot: Any) -> None:
    voice, heard = begin(engine="mock")
    voice.look()
    qtbot.waitUntil(lambda: ("found", True) in heard.told, timeout=30_000)
    voice.say(7, "Short clear words.", 0.0, 0.5)
    qtbot.waitUntil(lambda: ("ended", 7) in heard.told, timeout=30_000)
    assert ("failed",) not in heard.told


def test_what_is_stopped_never_ends_later(begin: Any, qtbot: Any) -> None:
    voice, heard = begin(engine="mock")
    voice.look()
    qtbot.waitUntil(lambda: ("found", True) in heard.told, timeout=30_000)
    voice.say(1, "one two three four five six seven eight nine ten " * 20, 0.0, 0.5)
    voice.stop()
    voice.say(2, "Done.", 0.0, 0.5)
    qtbot.waitUntil(lambda: ("ended", 2) in heard.told, timeout=30_000)
    assert ("ended", 1) not in heard.told


def test_neither_starting_nor_speaking_holds_the_window_up(begin: Any, qtbot: Any, tmp_path: Path) -> None:
    slow = (sys.executable, "-c", f"import time; time.sleep(1.5)\n{STAND_IN}", str(tmp_path / "told"))
    voice, heard = begin(*slow)
    began = perf_counter()
    voice.look()
    voice.say(1, "hello", 0.0, 0.5)
    voice.stop()
    assert perf_counter() - began < 1.0, "it waited for the voice"
    assert heard.told == []
    qtbot.waitUntil(lambda: ("found", True) in heard.told, timeout=30_000)


def test_nothing_is_started_before_a_voice_is_wanted(begin: Any) -> None:
    voice, _heard = begin(engine="mock")
    assert voice._process is None
    voice.stop()
    assert voice._process is None


def test_words_volume_and_speed_are_passed_on(begin: Any, qtbot: Any, tmp_path: Path, told_to: Any) -> None:
    voice, heard = begin(*stand_in(tmp_path))
    voice.say(3, "“Zoë – 你好”", -0.3, 0.5)
    qtbot.waitUntil(lambda: ("ended", 3) in heard.told, timeout=30_000)
    assert told_to() == [{"say": "“Zoë – 你好”", "number": 3, "rate": -0.3, "volume": 0.5}]


def test_one_that_dies_while_it_speaks_is_told_and_started_again(begin: Any, qtbot: Any, tmp_path: Path) -> None:
    voice, heard = begin(*stand_in(tmp_path))
    voice.say(1, "die", 0.0, 0.5)
    qtbot.waitUntil(lambda: heard.told.count(("found", True)) == 2, timeout=30_000)
    assert heard.told.count(("failed",)) == 1
    voice.say(2, "hello", 0.0, 0.5)
    qtbot.waitUntil(lambda: ("ended", 2) in heard.told, timeout=30_000)


def test_one_that_goes_on_dying_is_no_voice_in_the_end(begin: Any, qtbot: Any) -> None:
    voice, heard = begin(sys.executable, "-c", "import sys; sys.exit(3)")
    voice.look()
    qtbot.waitUntil(lambda: heard.told == [("found", False)], timeout=30_000)
    assert voice._starts == MOST_STARTS
    voice.look()
    assert voice._process is None


def test_an_engine_that_breaks_off_is_told(begin: Any, qtbot: Any, tmp_path: Path) -> None:
    voice, heard = begin(*stand_in(tmp_path))
    voice.say(1, "break", 0.0, 0.5)
    qtbot.waitUntil(lambda: ("failed",) in heard.told, timeout=30_000)
    assert ("ended", 1) not in heard.told


def test_a_program_that_cannot_be_started_is_no_voice(begin: Any, qtbot: Any, tmp_path: Path) -> None:
    voice, heard = begin(str(tmp_path / "nothing-here"))
    voice.look()
    qtbot.waitUntil(lambda: ("found", False) in heard.told, timeout=30_000)


def test_closing_stops_what_is_said_and_ends_the_process(begin: Any, qtbot: Any, tmp_path: Path, told_to: Any) -> None:
    voice, heard = begin(*stand_in(tmp_path))
    voice.say(1, "on and on", 0.0, 0.5)
    qtbot.waitUntil(lambda: len(told_to()) == 1, timeout=30_000)
    process = voice._process
    voice.close()
    assert told_to()[-1] == {"stop": True}
    assert process.processId() == 0, "it is still there"
    voice.look()
    voice.say(2, "again", 0.0, 0.5)
    assert voice._process is None, "after the lock nothing speaks"
    assert ("failed",) not in heard.told


def test_one_that_does_not_end_by_itself_is_ended(begin: Any, qtbot: Any) -> None:
    stubborn = "import time\nprint('{\"found\": true}', flush=True)\ntime.sleep(600)"
    voice, heard = begin(sys.executable, "-c", stubborn)
    voice.look()
    qtbot.waitUntil(lambda: ("found", True) in heard.told, timeout=30_000)
    process = voice._process
    began = perf_counter()
    voice.close()
    assert process.processId() == 0
    assert perf_counter() - began < 5


# ---- inside that process ----


def test_without_qts_speech_there_is_no_voice_and_no_crash(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine without libpulse0: importing it raises ImportError."""
    monkeypatch.setitem(sys.modules, "PySide6.QtTextToSpeech", None)
    assert speaking_desk._find_voice(speaking_desk.ENGINES) is None


def test_an_engine_that_is_not_there_is_no_voice() -> None:
    found = subprocess.run(
        [sys.executable, "-m", "desktop", "speaking", "--engine", "nobody"],
        cwd=ROOT, check=True, capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=60,
    )  # fmt: skip
    assert json.loads(found.stdout) == {"found": False}


def test_it_ends_with_its_input_and_says_nothing_but_what_became_of_the_words() -> None:
    words = "Sarah likes dogs"
    asked = json.dumps({"say": words, "number": 1, "rate": 0.0, "volume": 0.5}) + "\n"
    ran = subprocess.run(
        [sys.executable, "-m", "desktop", "speaking", "--engine", "mock"],
        cwd=ROOT, check=True, capture_output=True, text=True, input=asked, timeout=60,
    )  # fmt: skip
    assert json.loads(ran.stdout.splitlines()[0]) == {"found": True}
    assert "Sarah" not in ran.stdout + ran.stderr, "what is read never goes to a log"


class Engine:
    """Stands in for Qt's: lists itself first, and may not start or may speak no English."""

    class State:
        Error, Ready = "error", "ready"

    made: list[str]

    def __init__(self, name: str) -> None:
        type(self).made.append(name)
        self.name = name

    @staticmethod
    def availableEngines() -> list[str]:
        return ["mock", "sapi", "winrt", "speechd"]

    def state(self) -> str:
        return self.State.Error if self.name == "winrt" else self.State.Ready

    def availableLocales(self) -> list[Any]:
        from PySide6.QtCore import QLocale

        names = ["pl_PL"] if self.name == "sapi" else ["en_US", "en_GB", "pl_PL"]
        return [QLocale(name) for name in names]

    def setLocale(self, locale: Any) -> None:
        self.locale = locale.name()

    def availableVoices(self) -> list[str]:
        return ["one"]


def test_the_first_engine_that_starts_and_speaks_english_is_taken_and_never_the_pretended_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    Engine.made = []
    module = ModuleType("PySide6.QtTextToSpeech")
    module.QTextToSpeech = Engine  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "PySide6.QtTextToSpeech", module)
    found: Any = speaking_desk._find_voice(speaking_desk.ENGINES)
    assert Engine.made == ["winrt", "sapi", "speechd"]
    assert (found.name, found.locale) == ("speechd", "en_GB")


def test_a_call_that_never_comes_back_ends_the_process() -> None:
    code = "from desktop.speaking_desk import _bounded\nimport time\nwith _bounded(0.2):\n    time.sleep(30)"
    ran = subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False, timeout=25)
    assert ran.returncode != 0


def test_the_end_of_the_input_is_told_even_to_a_main_thread_that_is_busy(monkeypatch: pytest.MonkeyPatch) -> None:
    ended: list[int] = []
    told: list[Any] = []
    monkeypatch.setattr(speaking_desk, "ENDING_SECONDS", 0.01)
    monkeypatch.setattr(speaking_desk.os, "_exit", ended.append)
    speaking_desk._listen(io.StringIO('{"stop": true}\n'), told.append)
    assert told == [{"stop": True}, {"end": True}]
    assert ended == [0]
