"""The screens' own share of each job's time, from the key a worker presses to what it brings, painted.

A line's limit is its budget in milliseconds (docs/budgets.md), with more room where a bare window takes longer than on
the machine the budgets were set on. Each job goes through the whole window, over ten thousand notes; what it is about
stands ready before the clock starts, as it does before a worker.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

from PySide6.QtCore import QCoreApplication, QEvent, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from models.casebook import Casebook
from models.entry import Edit
from models.invented import Caseload, leave_two_versions
from models.query import Query
from tests.unit.ui.counting import CTRL, NO_MODIFIER, SHIFT, window_over
from tests.unit.ui.forms.spelled import Book, menus
from ui.spelling import Spelling
from ui.theme import Look, Scheme, Theme

Held = Callable[..., Any]
K = Qt.Key
LONGEST_S = 10.0
BESIDE = ("visits", "kept", "pictures", "around")
"""Threads that read for a page beside the screen: on a slow machine they took a core from the press that is timed."""
BOX = "visit_note.what_happened"
Budget = tuple[str, float]
"""Its name, and how long it is in milliseconds."""
NOTICED: Budget = ("what a person notices", 100.0)
CARD: Budget = ("a card or child's page", 50.0)
MAIN_PAGE: Budget = ("a page that stands built", 50.0)
PREVIEW: Budget = ("a preview", 150.0)
FIRST_WORD: Budget = ("a first word", 500.0)
SAVED: Budget = ("a second", 1_000.0)
BARE_MS = 173.0
"""What a bare window took to its first key on the machine the budgets were set on."""


def room_for(bare_ms: float) -> float:
    """How many times its budget a screen may take where a bare window takes ``bare_ms``; never less than once."""
    return max(1.0, bare_ms / BARE_MS)


def screen_lines(
    casebook: Casebook, load: Caseload, folder: Path, held: Held, bare_ms: float, only: str = ""
) -> list[Any]:
    """Measure every job of the screens, or those whose names hold ``only``; closes the casebook.

    ``bare_ms`` is what a bare window took in this run.
    """
    room = room_for(bare_ms)
    app = QApplication.instance() or QApplication([])
    theme = Theme(app, Look(scheme=Scheme.LIGHT), high_contrast=lambda: False)  # type: ignore[arg-type]
    torn = leave_two_versions(casebook, load)
    with window_over(casebook, folder, theme, _settle) as at:
        QTest.qWaitForWindowExposed(at.window)
        at.voice.found.emit(True)
        at.link.spelling = Spelling(at.link, Book())
        jobs = _Jobs(at, *list(load.scopes)[:2], torn)
        found = [jobs.line(held, job, room) for job in (*jobs.pages(), *jobs.acts()) if only in job.name]
        found += [find_line(at, held, room)] if only in ("", "find") else []
        at.window.open("today")
        _settle()
    return found


def _settle() -> None:
    for _ in range(4):
        QApplication.processEvents()
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


def find_line(at: Any, held: Held, room: float) -> Any:
    """Find as typed, in the window: the slowest key from the press until its results are painted."""

    def slowest_key() -> float:
        slowest = 0.0
        for word in ("sarah", "baking", "grandad kitchen"):
            at.window.open("today")
            at.window.open("find")
            _settle()
            page = at.window.pages.currentWidget()
            for letter in word:
                start = time.perf_counter()
                QTest.keyClick(at.window.windowHandle(), letter)
                while page._shown_for != page.field.text().strip():
                    QApplication.processEvents()
                at.window.repaint()
                slowest = max(slowest, (time.perf_counter() - start) * 1000)
        return slowest

    return held("find: slowest key to its results, painted", slowest_key, NOTICED[0], lambda: NOTICED[1] * room, 1.0)


class Job(NamedTuple):
    """What stands ready, the press that is timed, and when what it brings is there."""

    name: str
    budget: Budget
    ready: Callable[[], None]
    press: Callable[[], object]
    is_done: Callable[[], object]


class _Jobs:
    def __init__(self, at: Any, scope_id: str, other: str, torn: str) -> None:
        self._at, self._scope, self._other, self._torn = at, scope_id, other, torn
        casebook = at.casebook
        me = casebook.me.worker.worker_id
        mine = casebook.select(Query(types=("own_words",), author_id=me, scope_id=scope_id, limit=50))
        self._said = next(one.record_id for one in mine)
        self._note = self._make("visit_note", visited_at=casebook.clock.stamp(), place="home", what_happened="We drew.")
        self._make("own_words", words="I like Becky coming.", said_in_id=self._note, said_on="2026-11-20")
        answers = {"you_said_id": self._said, "we_promised": "I will ask.", "we_did": "She said yes.", "state": "done"}
        self._promise = self._make("promise", **answers, promised_by_id=me)

    def _make(self, kind: str, **body: Any) -> str:
        draft = self._at.casebook.new_draft(kind, self._scope)
        self._at.casebook.save(draft, {name: Edit(None, value) for name, value in body.items()}).result()
        return str(draft.record_id)

    # ---- the clock -----------------------------------------------------------------------------------------------

    def line(self, held: Held, job: Job, room: float) -> Any:
        """One line: from the press until what it brings is there and painted."""

        def took() -> float:
            job.ready()
            self._at.window.lift()  # a child may have held the laptop
            self._rest()
            start = time.perf_counter()
            job.press()
            QApplication.processEvents()
            while not job.is_done():
                assert time.perf_counter() - start < LONGEST_S, f"{job.name}: it never came"
                QApplication.processEvents()
            self._at.window.repaint()
            return (time.perf_counter() - start) * 1000

        return held(job.name, took, job.budget[0], lambda: job.budget[1] * room, 1.0)

    def _rest(self) -> None:
        """Let what was opened finish: a timeline fills in steps, and what is read beside the screen comes."""
        end = time.perf_counter() + LONGEST_S
        for _ in range(10):
            _settle()
            QTest.qWait(10)
        while any(thread.name in BESIDE for thread in threading.enumerate()) and time.perf_counter() < end:
            QTest.qWait(10)
        _settle()

    def _key(self, key: Qt.Key, modifiers: Any = NO_MODIFIER) -> Callable[[], object]:
        return lambda: QTest.keyClick(self._at.window.windowHandle(), key, modifiers)

    def _click(self, name: str) -> Callable[[], object]:
        return lambda: QTest.mouseClick(found, Qt.MouseButton.LeftButton) if (found := self._seen(name)) else None

    def _seen(self, name: str) -> QWidget | None:
        page = self._at.window.pages.currentWidget()
        return next((one for one in page.findChildren(QWidget, name) if one.isVisible()), None)

    def _on(self, page: str, **arguments: Any) -> Callable[[], None]:
        return lambda: self._at.window.open(page, **arguments)

    def _is_at(self, page: str) -> Callable[[], object]:
        return lambda: self._at.window.here().key == page

    # ---- pages ---------------------------------------------------------------------------------------------------

    def pages(self) -> list[Job]:
        """What a page takes to stand, painted, from the key or press that asks for it."""
        scope = {"scope_id": self._scope}
        child, at = self._on("children", **scope), self._is_at

        def opened(page: str, **arguments: Any) -> Callable[[], object]:
            return lambda: self._at.window.open(page, **arguments)

        def writing() -> bool:
            focus = self._at.window.focusWidget()
            return focus is not None and focus.objectName() == BOX

        card, knock = self._key(K.Key_B, CTRL | SHIFT), self._on("knock", **scope)
        note, refused = self._on("note", record_id=self._note), self._key(K.Key_D, CTRL | SHIFT)
        letter = opened("answer_letter", record_id=self._promise, **scope)
        return [
            Job("today: wishes with it", MAIN_PAGE, child, self._key(K.Key_1, CTRL), lambda: self._seen("today.knock")),
            Job("card: Ctrl+Shift+B", CARD, child, card, at("knock")),
            Job("note: Ctrl+N to the cursor", NOTICED, child, self._key(K.Key_N, CTRL), writing),
            Job("not taking part: Ctrl+Shift+D", CARD, child, refused, at("not_taking_part")),
            Job("this is me: from the card", NOTICED, knock, self._click("knock.this_is_me"), at("this_is_me")),
            Job("print: Ctrl+P to the paper", PREVIEW, child, self._key(K.Key_P, CTRL), self._is_on_paper),
            Job("what I have said", CARD, child, opened("what_i_said", **scope), at("what_i_said")),
            Job("my story so far", CARD, child, opened("my_story", **scope), at("my_story")),
            Job("letter: from the promise", CARD, child, letter, at("answer_letter")),
            Job("promise: its page", NOTICED, child, opened("promise", record_id=self._promise), at("promise")),
            Job("close the visit: Ctrl+Shift+Enter", NOTICED, note, self._key(K.Key_Return, CTRL | SHIFT),
                at("close_visit")),
        ]  # fmt: skip

    def _is_on_paper(self) -> bool:
        page = self._at.window.pages.currentWidget()
        return self._at.window.here().key == "print" and bool(page.paper.words())

    # ---- acts ----------------------------------------------------------------------------------------------------

    def acts(self) -> list[Job]:
        """What a press on a page that stands takes to be answered there."""
        at, told = self._at, self._key(K.Key_Return, CTRL)
        check, keep = self._click("own_words.check_back"), self._click("two_versions.keep_other")
        return [
            Job(
                "read aloud: R to the first words",
                FIRST_WORD,
                self._silent_card,
                self._key(K.Key_R),
                lambda: at.voice.now,
            ),
            Job(
                "check back: the words in large",
                NOTICED,
                self._unchecked,
                check,
                lambda: self._seen("check_back.words"),
            ),
            Job("told: Ctrl+Enter to the words of it", NOTICED, self._untold, told, self._is_told),
            Job("two versions: the press to settled", NOTICED, self._apart, keep, self._is_settled),
            Job("spelling: F7 to the menu", NOTICED, self._misspelt, self._key(K.Key_F7), menus),
            Job("saved: the last key to “Saved”", SAVED, self._writing, self._key(K.Key_A), self._is_saved),
            Job("hide: F9 to the clock", NOTICED, self._uncovered, self._key(K.Key_F9), at.window.is_covered),
        ]

    def _wait(self, is_so: Callable[[], object]) -> None:
        self._at.hands.wait_for(is_so, LONGEST_S)

    def _silent_card(self) -> None:
        self._at.link.speech.stop()
        self._at.window.open("knock", scope_id=self._scope)

    def _unchecked(self) -> None:
        # By way of another child: a question that was begun stands until it is answered.
        for scope_id in (self._other, self._scope):
            self._at.window.open("children", scope_id=scope_id, tab="timeline")
        self._wait(lambda: self._seen("own_words.check_back"))

    def _untold(self) -> None:
        body = self._at.casebook.entry(self._promise).body
        back = {"state": "done", "told_on": None, "told_how": None, "told_by_id": None, "seen_by_child_on": None}
        edits = {name: Edit(body.get(name), value) for name, value in back.items() if body.get(name) != value}
        if edits:
            self._at.casebook.save(self._at.casebook.entry(self._promise).draft(), edits).result()
        self._at.window.open("answer_letter", scope_id=self._scope, record_id=self._promise)
        self._wait(lambda: self._seen("answer_letter.told"))

    def _is_told(self) -> bool:
        is_kept = self._at.casebook.entry(self._promise).body.get("state") == "told"
        return is_kept and self._seen("answer_letter.told") is None

    def _apart(self) -> None:
        if not self._at.casebook.entry(self._torn).open_choices:
            self._at.window.toasts.undo_button.click()
            self._wait(lambda: self._at.casebook.entry(self._torn).open_choices)
        self._at.window.open("two_versions", record_id=self._torn)
        self._wait(lambda: self._seen("two_versions.keep_other"))

    def _is_settled(self) -> bool:
        is_open = bool(self._at.casebook.entry(self._torn).open_choices)
        return not is_open and self._seen("two_versions.done") is not None

    def _writing(self) -> None:
        self._at.window.open("note", record_id=self._note)
        if (box := self._seen(BOX)) is not None:
            box.setFocus()

    def _misspelt(self) -> None:
        for menu in menus():
            menu.close()
        self._writing()
        self._at.hands.type("the skool ")
        self._wait(lambda: not self._at.link.spelling.is_waiting())

    def _is_saved(self) -> bool:
        typed = self._at.window.focusWidget().plain()
        line = self._seen("save_line")
        is_kept = self._at.casebook.entry(self._note).body["what_happened"] == typed
        return is_kept and line is not None and line.text().startswith("Saved on this laptop")

    def _uncovered(self) -> None:
        for menu in menus():
            menu.close()
        self._at.window.lift()
        self._at.window.open("children", scope_id=self._scope)
