"""Casebooks to write in: encrypted, in a folder of their own, and closed again afterwards."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec
import pytest

from models.casebook import Casebook
from models.clock import Clock
from models.entry import Draft, Edit, Entry, Saved
from models.exchange import Arrival
from models.identity import Identity, Worker
from models.ids import Ids
from models.version import Version, encode_body, hash_body, new_salt

KEY = bytes(range(32))
SARAH, TOM = "01a00000-0000-7000-8000-000000000001", "01a00000-0000-7000-8000-000000000002"
"""Two children's scopes."""


def who(name: str = "amy", **more: Any) -> Identity:
    """A worker on a laptop of their own."""
    facts: dict[str, Any] = {
        "device_id": f"laptop of {name}",
        "device_epoch": 1,
        "council_id": "council",
        "council_name": "Testshire",
        "worker": Worker(worker_id=name, display_name=name.title()),
        "timeline": "first",
        "signing_key": bytes(32),
    }
    return Identity(**{**facts, **more})


@dataclass
class Desk:
    """A casebook and short ways to write in it, as a form does."""

    book: Casebook
    clock: Any
    ids: Ids
    seen: dict[tuple[str, str], Any] = field(default_factory=dict)

    def write(self, draft: Draft, **values: Any) -> Saved:
        """Save fields as a form does that remembers what it last handed over."""
        edits = {name: Edit(self.seen.get((draft.record_id, name)), value) for name, value in values.items()}
        saved = self.book.save(draft, edits).result()
        self.seen.update({(draft.record_id, name): value for name, value in values.items()})
        return saved

    def begin(self, type_name: str = "visit_note", scope_id: str = SARAH, **values: Any) -> Draft:
        """Begin a record."""
        draft = self.book.new_draft(type_name, scope_id)
        self.write(draft, **values)
        return draft

    def body(self, record_id: str) -> dict[str, Any]:
        entry = self.book.entry(record_id)
        assert entry is not None
        return entry.body

    def entry(self, record_id: str) -> Entry:
        entry = self.book.entry(record_id)
        assert entry is not None
        return entry

    def cut(self, record_id: str) -> Version:
        version = self.book.cut(record_id).result()
        assert version is not None
        return version

    def last_seq(self) -> int:
        """The highest place in the council's line that this laptop has heard of."""
        heads = self.book._desk.read(lambda one: one.exec_driver_sql("SELECT max(head_seq) FROM record").scalar())
        return max(self.book.exchange.cursors()[0], heads or 0)

    def take(self, *versions: Version, **more: Any) -> set[str]:
        """Take versions in as the next page of a pull brings them, and merge nothing yet."""
        start = self.last_seq()
        rows = [Arrival(start + at, version) for at, version in enumerate(versions, 1)]
        asked = {"cursor": start + len(rows), "grants": 1, "filling": {}, **more}
        return self.book.exchange.take(rows, **asked).result()

    def make(
        self,
        body: dict[str, Any],
        after: Version | None = None,
        *,
        by: str = "ben",
        type: str = "this_is_me",  # noqa: A002 - as the envelope calls it
        scope_id: str = SARAH,
        **more: Any,
    ) -> Version:
        """A version that a colleague's laptop cut."""
        content, salt = encode_body(body), new_salt()
        facts: dict[str, Any] = {
            "version_id": self.ids.new(),
            "record_id": after.record_id if after else self.ids.new(),
            "scope_id": scope_id,
            "type": after.type if after else type,
            "policy_class": "shared",
            "schema": 1,
            "audience": "everyone_on_record",
            "parents": (after.version_id,) if after else (),
            "device_id": f"laptop of {by}",
            "device_epoch": 1,
            "op_no": 1,
            "author_id": by,
            "written_at": self.clock.stamp(),
            "salt": salt,
            "body_hash": hash_body(salt, content),
            "body": msgspec.Raw(content),
        }
        return Version(**{**facts, **more})

    def draft(self, record_id: str) -> Draft:
        """Open a record in a form: what it shows is what it has seen."""
        entry = self.entry(record_id)
        self.seen.update({(record_id, name): value for name, value in entry.body.items()})
        return entry.draft()


@pytest.fixture
def open_desk(tmp_path: Path, clock: Clock, ids: Ids) -> Iterator[Callable[..., Desk]]:
    """Open a casebook in a folder of the given name; the same name opens the same one again."""
    opened: list[Casebook] = []

    def open_it(name: str = "amy", **more: Any) -> Desk:
        folder = tmp_path / name
        folder.mkdir(exist_ok=True)
        facts: dict[str, Any] = {"identity": who(name), "clock": clock, "ids": ids, **more}
        opened.append(Casebook.open(folder, KEY, **facts))
        return Desk(opened[-1], clock, ids)

    yield open_it
    for casebook in opened:
        casebook.close()


@pytest.fixture
def desk(open_desk: Callable[..., Desk]) -> Desk:
    """Amy's casebook, new and empty."""
    return open_desk()
