"""The attachments of a worker's records: added with their record, shown where they belong, mended where they can be."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from models.attachments.intake import Taken
from models.attachments.kinds import PICTURE, by_media_type
from models.attachments.pictures import small_of
from models.attachments.sealed import Damaged, SealedFiles, remove
from models.entry import Draft, Edit, Entry, Saved
from models.errors import Trouble
from models.query import OLDEST, Query, Where
from models.store import acts, blobs, records
from models.store.blobs import SMALL, UP, BlobRow
from models.store.desk import Act, Desk

HERE, COMING, ONLY_HERE = "here", "coming", "only_here"
"""Where a file is: on this laptop and with the council; still to come; on this laptop alone."""
YOUNG_SECONDS = 3_600.0
"""A file nobody speaks of is left alone this long: its record may be about to be written."""


class Attachments:
    """Use from any thread; what reads or writes a file whole takes long, and belongs beside the screen."""

    def __init__(self, desk: Desk, files: SealedFiles) -> None:
        self._desk, self.files = desk, files
        self._one_writer = threading.RLock()
        self._in_hand: set[str] = set()

    # ---- adding ----

    def add(self, draft: Draft, taken: Taken, values: Mapping[str, Any], asked_by: str = "") -> Saved:
        """Keep a file and make its record. The file lies durably in its place before the record that speaks of it.

        ``values`` are the record's other fields. Raises Trouble, with nothing half done, where it cannot be kept.
        """
        name = self.files.name_of(taken.blob_id)
        facts = {
            "blob_id": taken.blob_id,
            "media_type": taken.media_type,
            "size": len(taken.content),
            "width": taken.width or None,
            "height": taken.height or None,
        }
        known = {key: value for key, value in facts.items() if value is not None}
        edits = {key: Edit(None, value) for key, value in {"kind": taken.kind, **values, **known}.items()}

        def act(it: Act) -> Saved:
            saved = acts.save(it, draft, edits)
            row = BlobRow(
                blob_id=taken.blob_id,
                record_id=draft.record_id,
                file_name=name,
                media_type=taken.media_type,
                size=len(taken.content),
                direction=UP,
                parts_done=0,
                is_whole=True,
                since=it.pen.clock.stamp(),
            )
            blobs.put(it.connection, row)
            return saved

        with self._holding(name):
            if not self._is_sound(name, taken.blob_id):
                self.files.write(name, taken.content)
            if taken.small:
                self.files.write(name + SMALL, taken.small)
            return self._desk.write(act, asked_by).result()

    @contextmanager
    def _holding(self, name: str) -> Iterator[None]:
        with self._one_writer:
            self._in_hand.add(name)
            try:
                yield
            finally:
                self._in_hand.discard(name)

    def _is_sound(self, name: str, blob_id: str) -> bool:
        try:
            return self.files.has(name) and self.files.digest(name) == blob_id
        except Damaged:
            return False

    # ---- showing ----

    def belonging_to(self, record_id: str, scope_id: str) -> list[Entry]:
        """The attachments of one record, in the order they were made."""
        where = (Where("belongs_to_id", "is", record_id),)
        found = self._desk.read(
            records.select, Query(types=(blobs.TYPE,), scope_id=scope_id, where=where, order=OLDEST, limit=500)
        )
        return sorted(found, key=lambda one: one.record_id)

    def whereabouts(self, entries: Iterable[Entry]) -> dict[str, str]:
        """Where each of these attachments' files is, by record id: HERE, COMING or ONLY_HERE."""
        pairs = {one.record_id: str(one.body.get("blob_id") or "") for one in entries}
        rows = self._desk.read(blobs.states, pairs)
        found = {}
        for record_id in pairs:
            row = rows.get(record_id)
            found[record_id] = COMING if row is None or not row.is_whole else ONLY_HERE if row.direction else HERE
        return found

    def small(self, entry: Entry) -> bytes | None:
        """The small picture of an attachment, made anew where it is missing; None where there is none to show."""
        name = self._name(entry)
        try:
            if name and self.files.has(name + SMALL):
                return self.files.read(name + SMALL)
        except Damaged:
            remove(self.files.folder, [name + SMALL])
        kind = by_media_type(str(entry.body.get("media_type") or ""))
        if kind is None or kind.what != PICTURE or not name or not self.files.has(name):
            return None
        try:
            made = small_of(self.content(entry), kind)
            with self._holding(name):
                self.files.write(name + SMALL, made)
        except Trouble:
            return None  # the tile says that there is nothing to show; opening it says why
        return made

    def content(self, entry: Entry) -> bytes:
        """The file whole, as it was kept. Raises Trouble where it is not here, or is damaged: it is then asked for."""
        name, blob_id = self._name(entry), str(entry.body.get("blob_id") or "")
        if not name or not self.files.has(name):
            self._ask_again(blob_id)
            raise Trouble(
                "This is not on this laptop yet",
                "It comes from the council’s server after all words.",
                "Try again later.",
            )
        try:
            return self.files.read(name)
        except Damaged:
            remove(self.files.folder, [name, name + SMALL])
        self._ask_again(blob_id)
        raise Trouble(
            "This file was damaged on this laptop",
            "Heard noticed before showing anything wrong.",
            "If it was sent before, it comes again from the council’s server by itself.",
        )

    def _name(self, entry: Entry) -> str:
        blob_id = str(entry.body.get("blob_id") or "")
        return self.files.name_of(blob_id) if blobs.is_blob_id(blob_id) else ""

    def _ask_again(self, blob_id: str) -> None:
        self._desk.write(lambda it: blobs.fetch_again(it.connection, blob_id)).result()

    # ---- house ----

    def keep_house(self, now: float) -> int:
        """Delete the files that no record here speaks of, as a kill leaves them. Returns how many. ``now``: seconds."""
        found = self.files.names()
        if not found:
            return 0
        with self._one_writer:
            wanted = {self.files.name_of(one) for one in self._desk.read(blobs.wanted_ids)}
            wanted |= self._desk.read(blobs.kept_names) | self._in_hand
            stale = [
                name for name, at in found.items() if name.split(".")[0] not in wanted and now - at > YOUNG_SECONDS
            ]
            remove(self.files.folder, stale)
        return len(stale)

    def forget(self, record_ids: Iterable[str]) -> None:
        """Remove every trace of these records' files: rows first, then what lies in the folder."""
        ids = tuple(record_ids)
        names = self._desk.write(lambda it: blobs.forget(it.connection, ids)).result()
        remove(self.files.folder, names)
