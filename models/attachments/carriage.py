"""Sync's side of the attachments: what must go, what must come, part by part, and what has become of each."""

from __future__ import annotations

from models.attachments.sealed import PIECE, Damaged, SealedFiles, pieces_in, remove
from models.store import blobs, versions
from models.store.blobs import DONE, DOWN, SMALL, UP, BlobRow, Spoken
from models.store.desk import Act, Desk
from models.store.issues import raise_issue
from models.version import Working

__all__ = ["PIECE", "BlobRow", "Carriage", "Damaged", "pieces_in"]


class Carriage:
    """Used by the sync client alone, from one thread. Every step is durable before it is written down."""

    def __init__(self, desk: Desk, files: SealedFiles) -> None:
        self._desk, self._files = desk, files

    def look(self) -> None:
        """Note the files that records speak of and nobody has noted: those of colleagues, and after a repair."""
        spoken = self._desk.read(blobs.spoken_of)
        if spoken:
            rows = [self._row_for(one) for one in spoken]
            self._desk.write(lambda it: blobs.put_all(it.connection, rows)).result()

    def _row_for(self, one: Spoken) -> BlobRow:
        tip = versions.decode_version(one.tip) if one.tip is not None else None
        state = versions.decode_working(one.working) if one.working is not None else None
        body = state.body if state is not None else Working.of(tip).body if tip is not None else {}
        is_mine = tip is None or tip.device_id == self._desk.identity.device_id
        name, size = self._files.name_of(one.blob_id), body.get("size")
        is_here = self._is_sound(name, one.blob_id)
        return BlobRow(
            blob_id=one.blob_id,
            record_id=one.record_id,
            file_name=name,
            media_type=str(body.get("media_type") or ""),
            size=int(size) if isinstance(size, int | float) else 0,
            direction=(UP if is_mine else DONE) if is_here else DOWN,
            parts_done=0,
            is_whole=is_here,
            since=self._desk.clock.stamp(),
        )

    def _is_sound(self, name: str, blob_id: str) -> bool:
        try:
            return self._files.has(name) and self._files.digest(name) == blob_id
        except Damaged:
            return False

    # ---- going ----

    def to_send(self) -> list[BlobRow]:
        """What must go now, oldest first."""
        return self._desk.read(blobs.to_send)

    def part(self, row: BlobRow, number: int) -> bytes:
        """One part of a file that goes. Raises Damaged."""
        return self._files.piece(row.file_name, number)

    def sent(self, row: BlobRow) -> None:
        """The council has it whole."""
        self._settle(row)

    def is_refused(self, row: BlobRow) -> None:
        """The council knows no such record: where it was erased there, or taken back here, nothing more is owed."""
        self._desk.write(lambda it: blobs.give_up_hidden(it.connection, row)).result()

    def is_lost(self, row: BlobRow) -> None:
        """What lies here cannot be read any more, and the council has it not: the worker is told."""

        def act(it: Act) -> None:
            raise_issue(it.connection, it.pen, "damaged", row.record_id, "blob")
            blobs.put(it.connection, _as_wanted(row))
            it.touched.records.add(row.record_id)

        self._desk.write(act, is_sync=True).result()
        remove(self._files.folder, [row.file_name, row.file_name + SMALL])

    # ---- coming ----

    def to_fetch(self) -> list[BlobRow]:
        """What must come, newest first."""
        return self._desk.read(blobs.to_fetch)

    def begin(self, row: BlobRow, size: int) -> int:
        """Make ready for a file of ``size`` bytes; returns how many of its parts have come already."""
        if row.parts_done and self._files.has_begun(row.file_name, size, row.parts_done):
            return row.parts_done
        self._files.begin(row.file_name, size)
        return 0

    def take_part(self, row: BlobRow, number: int, data: bytes) -> None:
        """Keep a part that has come, durably, and then write down that it has."""
        self._files.add(row.file_name, number, data)
        self._desk.write(lambda it: blobs.step(it.connection, row, number + 1)).result()

    def finish(self, row: BlobRow) -> bool:
        """Give the file its place if it is what its mark says; drop it and start anew later if it is not."""
        try:
            is_right = self._files.digest(row.file_name, is_part=True) == row.blob_id
        except Damaged:
            is_right = False
        if is_right:
            self._files.finish(row.file_name)
            self._settle(row)
        else:
            self._desk.write(lambda it: blobs.step(it.connection, row, 0)).result()
            self._files.give_up(row.file_name)
        return is_right

    def is_here_already(self, row: BlobRow) -> bool:
        """Whether the file lies here sound after all, as when a kill came before it was written down, and note it."""
        if not self._is_sound(row.file_name, row.blob_id):
            return False
        self._settle(row)
        return True

    def _settle(self, row: BlobRow) -> None:
        def act(it: Act) -> None:
            blobs.settle(it.connection, row)
            record = versions.standing(it.connection, row.record_id)
            if record is not None:
                it.touched.add(record.record_id, record.type, record.scope_id)

        self._desk.write(act, is_sync=True).result()


def _as_wanted(row: BlobRow) -> BlobRow:
    return BlobRow(
        row.blob_id, row.record_id, row.file_name, row.media_type, row.size, DOWN, 0, is_whole=False, since=row.since
    )
