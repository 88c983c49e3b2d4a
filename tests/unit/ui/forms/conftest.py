"""What the tests of forms share: an open casebook with Sarah in it, a link to it, and a window that is in front."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from threading import Event
from time import monotonic
from types import SimpleNamespace
from typing import Any

import msgspec
import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QObject
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from models.casebook import Casebook
from models.clock import to_stamp
from models.entry import Edit, Entry
from models.exchange import Arrival
from models.identity import Identity, Worker
from models.query import Query
from models.record import declaration_of
from models.version import Version, encode_body, hash_body
from tests.unit.ui.forms.spelled import Book, menus
from ui.autosave import Autosave
from ui.form import Form
from ui.form_manner import Manner
from ui.link import Link
from ui.parts.scroll_page import ScrollPage
from ui.spelling import Spelling
from ui.theme import Look, Scheme, Theme

KEY = bytes(range(32))
SCOPE = "01977f00-0000-7000-8000-00000000c001"
ME = Worker(worker_id="01977f00-0000-7000-8000-00000000a001", display_name="Aisha Khan", job_title="Social worker")
BECKY = Worker(worker_id="01977f00-0000-7000-8000-00000000a002", display_name="Becky Lund")

SARAH = {"child_code": "700001", "known_as": "Sarah", "pronouns": "She/her", "born_on": "2009-03-04"}
GRANDAD = {"name": "Grandad (Pete)", "relationship": "My grandad", "is_first_contact": True}
WISHES = {
    "asked_on": "2026-09-01",
    "answered_by": "child",
    "format_needs": ["dyslexia_font", "short_clear_words"],
    "notice_days": 7,
    "wants_feedback_after": True,
    "has_no_email": True,
    "blocks_unknown_numbers": True,
    "change_warning_days": 7,
    "read_back": "always",
    "please_do_not": "Bring anyone new without telling me.",
}


class Pages:
    """A window that only remembers what it was asked."""

    def __init__(self) -> None:
        self.opened: list[tuple[str, dict[str, Any]]] = []
        self.toasts: list[str] = []
        self.undo: Callable[[], None] | None = None
        self.went_back = 0

    def open(self, page_key: str, **arguments: Any) -> None:
        self.opened.append((page_key, arguments))

    def back(self) -> None:
        self.went_back += 1

    def toast(self, words: str, undo: Callable[[], None] | None = None) -> None:
        self.toasts.append(words)
        self.undo = undo

    def announce(self, words: str) -> None:
        self.toasts.append(words)


class HandAlarm:
    """A timer that rings when the test says so."""

    made: list[HandAlarm]

    def __init__(self, _owner: QObject, ring: Callable[[], None]) -> None:
        self.ring, self.left = ring, -1

    def start(self, milliseconds: int) -> None:
        self.left = milliseconds

    def stop(self) -> None:
        self.left = -1

    def isActive(self) -> bool:
        return self.left >= 0


class HandTime:
    """Lets time pass for every alarm made through it, a millisecond at a time where it matters."""

    def __init__(self) -> None:
        self.alarms: list[HandAlarm] = []

    def __call__(self, owner: QObject, ring: Callable[[], None]) -> HandAlarm:
        alarm = HandAlarm(owner, ring)
        self.alarms.append(alarm)
        return alarm

    def pass_by(self, milliseconds: int) -> None:
        while milliseconds > 0:
            running = [alarm.left for alarm in self.alarms if alarm.left >= 0]
            step = min([milliseconds, *running]) if running else milliseconds
            milliseconds -= step
            for alarm in [each for each in self.alarms if each.left >= 0]:
                alarm.left -= step
                if alarm.left <= 0:
                    alarm.left = -1
                    alarm.ring()
            if not step:
                continue


def settle() -> None:
    for _ in range(4):
        QApplication.processEvents()
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


class Stage(SimpleNamespace):
    """The casebook, the link, the window's stand-in, and short ways to write and read."""

    casebook: Casebook
    link: Link
    pages: Pages

    def put(self, type_name: str, body: dict[str, Any], scope_id: str = SCOPE) -> str:
        draft = self.casebook.new_draft(type_name, scope_id)
        self.casebook.save(draft, {name: Edit(None, value) for name, value in body.items()}).result()
        self.casebook.cut(draft.record_id).result()
        return draft.record_id

    def change(self, record_id: str, **values: Any) -> None:
        entry = self.casebook.entry(record_id)
        assert entry is not None
        edits = {name: Edit(entry.body.get(name), value) for name, value in values.items()}
        self.casebook.save(entry.draft(), edits).result()
        self.casebook.cut(record_id).result()

    def body(self, record_id: str) -> dict[str, Any]:
        entry = self.casebook.entry(record_id)
        assert entry is not None
        return entry.body

    def only(self, type_name: str) -> Entry:
        (found,) = self.casebook.select(Query(types=(type_name,)))
        return found

    def count(self, type_name: str) -> int:
        return self.casebook.count(Query(types=(type_name,)))

    def wait_for(self, is_so: Callable[[], bool], seconds: float = 8) -> None:
        """Run the window until something is so; the deadline is for a test that fails, not for one that passes."""
        deadline = monotonic() + seconds
        while not is_so():
            assert monotonic() < deadline, "it never became so"
            QTest.qWait(2)

    def written(self) -> None:
        """Wait until the writer has done all it was asked so far, and the window has heard of it."""
        self.casebook.remember("written", "so far").result()
        settle()

    def hold_writer(self) -> Event:
        """Keep the casebook's writer busy until the event is set."""
        release, held = Event(), Event()

        def job(_connection: Any) -> None:
            held.set()
            assert release.wait(30)

        self.casebook._desk.store.write(job)
        assert held.wait(10)
        return release

    def arrive(
        self,
        record_id: str,
        author: Worker = BECKY,
        *,
        base: Version | None = None,
        finished: bool = False,
        schema: int = 0,
        **values: Any,
    ) -> None:
        """Let another laptop's version of a record come in by sync, and be merged with what is here."""
        casebook = self.casebook
        here = casebook.entry(record_id)
        assert here is not None
        root = base or casebook.history(record_id)[-1]
        body = {name: value for name, value in {**root.read_body(), **values}.items() if value is not None}
        data, salt = encode_body(body), bytes(16)
        casebook_ids = casebook._desk.ids
        version = Version(
            version_id=casebook_ids.new(),
            record_id=record_id,
            scope_id=here.scope_id,
            type=here.type,
            policy_class=root.policy_class,
            schema=schema or root.schema,
            audience=here.audience,
            parents=(root.version_id,),
            device_id="another laptop",
            device_epoch=1,
            op_no=1,
            author_id=author.worker_id,
            written_at=to_stamp(casebook.clock.now() + timedelta(seconds=1)),
            is_finished=finished,
            salt=salt,
            body_hash=hash_body(salt, data),
            body=msgspec.Raw(data),
        )
        cursor, grants, filling = casebook.exchange.cursors()
        casebook.exchange.take(
            [Arrival(cursor + 1, version)], cursor=cursor + 1, grants=grants, filling=filling
        ).result()
        casebook.exchange.merge(record_id, is_whole=True).result()
        settle()


@pytest.fixture
def look(qapp: QApplication) -> Iterator[Theme]:
    theme = Theme(qapp, Look(scheme=Scheme.LIGHT), high_contrast=lambda: False)
    yield theme
    settle()


@pytest.fixture
def stage(tmp_path: Path, clock: Any, look: Theme, qtbot: Any) -> Iterator[Stage]:
    """Sarah, who asks for seven days' notice and to be reached through her grandad."""
    identity = Identity(
        device_id="this laptop",
        device_epoch=1,
        council_id="c",
        council_name="Invented Council",
        worker=ME,
        timeline="t",
    )
    casebook = Casebook.open(tmp_path, KEY, identity=identity, clock=clock)
    it = Stage(casebook=casebook, clock=clock, pages=Pages(), look=look, qtbot=qtbot, scope=SCOPE, me=ME, becky=BECKY)
    it.sarah = it.put("child", SARAH)
    it.grandad = it.put("person_i_trust", GRANDAD)
    it.wishes = it.put("communication_preferences", {**WISHES, "contact_first_through_id": it.grandad})
    it.link = Link(casebook)
    yield it
    it.link.close()
    casebook.close()
    it.link.deleteLater()
    settle()


@pytest.fixture
def show(qtbot: Any) -> Callable[..., QWidget]:
    """Show a widget in a window of its own, in front, at the size of a small council laptop."""

    def put_up(widget: QWidget, wide: int = 1154, tall: int = 704) -> QWidget:
        qtbot.addWidget(widget)
        widget.resize(wide, tall)
        widget.show()
        widget.activateWindow()
        qtbot.waitExposed(widget)
        settle()
        return widget

    return put_up


@pytest.fixture
def hand_time(monkeypatch: pytest.MonkeyPatch) -> HandTime:
    """Time for every form made in this test, passing only when the test says so."""
    time = HandTime()
    monkeypatch.setattr(
        Autosave.__init__,
        "__kwdefaults__",
        {
            **(Autosave.__init__.__kwdefaults__ or {}),
            "alarm": time,
        },
    )
    return time


@pytest.fixture
def make(stage: Any, show: Callable[..., QWidget]) -> Callable[..., Form]:
    """Make a form of a type, new or of a record, on a page in front."""

    def build(type_name: str, record_id: str = "", manner: Manner | None = None) -> Form:
        declaration = declaration_of(type_name)
        entry = stage.casebook.entry(record_id) if record_id else None
        draft = entry.draft() if entry else stage.casebook.new_draft(type_name, stage.scope)
        page = ScrollPage()
        form = Form(stage.link, stage.pages, declaration, draft, entry, manner, page.content)
        page.body.addWidget(form)
        page.body.addStretch(1)
        form.page = page  # type: ignore[attr-defined]
        show(page)
        return form

    return build


@pytest.fixture
def book(stage: Any) -> Iterator[Book]:
    it = Book()
    stage.link.spelling = Spelling(stage.link, it)
    yield it
    for one in menus():
        one.close()
    it.let_go()
    # A read of the names that is under way must end before the vault is closed.
    stage.wait_for(lambda: not stage.link.spelling.is_waiting())


@pytest.fixture
def form(stage: Any, book: Book, make: Callable[..., Any]) -> Any:
    return make("visit_note")
