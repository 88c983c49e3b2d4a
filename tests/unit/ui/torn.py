"""A casebook in which two laptops write, and the real window over it: what the tests of settling and history share."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import msgspec
from PySide6.QtWidgets import QWidget

from models.casebook import Casebook
from models.entry import Edit, Entry
from models.exchange import Arrival
from models.identity import Directory, Worker
from models.invented import me_for_trying
from models.version import Version, encode_body, hash_body
from ui.link import Link
from ui.parts.cover_page import PinAnswer
from ui.parts.pages import PageSpec
from ui.theme import Theme
from ui.views.history import HistoryPage
from ui.views.two_versions import TwoVersionsPage
from ui.window import HeardWindow

NOW = datetime(2026, 11, 23, 10, 5, tzinfo=UTC)
SCOPE = "01977f00-0000-7000-8000-00000000c001"
MARTIN = Worker(worker_id="01977f00-0000-7000-8000-00000000a009", display_name="Martin Webb")
DANA = Worker(worker_id="01977f00-0000-7000-8000-00000000a008", display_name="Dana Okafor")

STANDS, OTHER = "Use the garden gate.\nCall first.", "Use the shed door.\nCall first."


class Elsewhere(QWidget):
    """The page one came from."""

    def opened(self, **_arguments: Any) -> None:
        pass


class Stage(SimpleNamespace):
    """A casebook in which two laptops write, and the page in the real window."""

    casebook: Casebook
    window: HeardWindow

    def put(self, type_name: str, **body: Any) -> str:
        draft = self.casebook.new_draft(type_name, SCOPE)
        self.casebook.save(draft, {name: Edit(None, value) for name, value in body.items()}).result()
        self.casebook.cut(draft.record_id).result()
        return draft.record_id

    def change(self, record_id: str, **values: Any) -> None:
        entry = self.entry(record_id)
        edits = {name: Edit(entry.body.get(name), value) for name, value in values.items()}
        self.casebook.save(entry.draft(), edits).result()
        self.casebook.cut(record_id).result()

    def entry(self, record_id: str) -> Entry:
        entry = self.casebook.entry(record_id)
        assert entry is not None
        return entry

    def arrive(self, after: Version, author: Worker, **values: Any) -> Version:
        """Let another laptop's version, written after ``after``, come in and be merged with what is here."""
        body = {name: value for name, value in {**after.read_body(), **values}.items() if value is not None}
        data = encode_body(body)
        version = msgspec.structs.replace(
            after,
            version_id=self.casebook._desk.ids.new(),
            parents=(after.version_id,),
            device_id="another laptop",
            author_id=author.worker_id,
            written_at=self.casebook.clock.stamp(),
            salt=bytes(16),
            body=msgspec.Raw(data),
            body_hash=hash_body(bytes(16), data),
        )
        exchange = self.casebook.exchange
        cursor, grants, filling = exchange.cursors()
        exchange.take([Arrival(cursor + 1, version)], cursor=cursor + 1, grants=grants, filling=filling).result()
        exchange.merge(after.record_id, is_whole=True).result()
        self.settle()
        return version

    def tear(self, type_name: str, before: dict[str, Any], mine: dict[str, Any], theirs: dict[str, Any]) -> str:
        """Write a record, then let Martin and this worker change it apart; Martin's stands, ours is beside it."""
        record_id = self.put(type_name, **before)
        root = self.casebook.history(record_id)[-1]
        self.clock.advance(minutes=10)
        self.change(record_id, **mine)
        self.clock.advance(minutes=10)
        self.arrive(root, MARTIN, **theirs)
        return record_id

    def torn_note(self) -> str:
        """A worker's prose with two texts."""
        return self.tear(
            "home",
            {"carer_name": "Pete", "how_to_arrive": "By the lane.\nCall first."},
            {"how_to_arrive": OTHER},
            {"how_to_arrive": STANDS},
        )

    def open_history(self, record_id: str) -> HistoryPage:
        self.window.open("today")
        self.window.open("history", record_id=record_id)
        self.settle()
        page = self.window.pages.currentWidget()
        assert isinstance(page, HistoryPage)
        page.build_all()
        self.settle()
        return page

    def open(self, record_id: str) -> TwoVersionsPage:
        self.window.open("today")
        self.window.open("two_versions", record_id=record_id)
        self.settle()
        page = self.window.pages.currentWidget()
        assert isinstance(page, TwoVersionsPage)
        return page

    def written(self) -> None:
        self.casebook.remember("written", "so far").result()
        self.settle()


@contextmanager
def open_stage(tmp_path: Path, clock: Any, look: Theme, qtbot: Any, settle: Callable[[], None]) -> Iterator[Stage]:
    """Tomasz's casebook, and a window with Today, Two versions and History."""
    clock.moment = NOW
    casebook = Casebook.open(tmp_path, bytes(32), identity=me_for_trying(), clock=clock)
    told = Directory(workers=(casebook.me.worker, MARTIN, DANA))
    casebook.exchange.take([], cursor=1, grants=1, filling={}, scopes={SCOPE: "social_worker"}, directory=told).result()
    link = Link(casebook)
    window = HeardWindow(lambda _text: PinAnswer(True), now=lambda: clock.moment)
    window.register(PageSpec("today", "Today", Elsewhere, kept=True))
    window.register(PageSpec("two_versions", "Two versions", lambda: TwoVersionsPage(link, window, look)))
    window.register(PageSpec("history", "History", lambda: HistoryPage(link, window, look)))
    qtbot.addWidget(window)
    window.resize(1366, 768)
    window.show()
    window.activateWindow()
    stage = Stage(casebook=casebook, link=link, window=window, clock=clock, settle=settle)
    stage.child = stage.put("child", known_as="Tomasz", pronouns="He/him", child_code="700001")
    yield stage
    window.close()
    link.close()
    casebook.close()
    link.deleteLater()
    settle()
