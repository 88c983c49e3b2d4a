"""Looking after the files that records speak of: copied with a backup, put back with it, checked by their hashes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Row, select

from models.errors import Trouble
from sync.server.blob_places import BlobPlace, FolderPlace
from sync.server.blobs import digest_of, parts_in
from sync.server.centre import Centre
from sync.server.tables import blob


def folder_beside(copy: Path) -> Path:
    """Where the files of a backup lie: a folder with the backup's own name and ``.files`` behind it."""
    return copy.with_name(copy.name + ".files")


def copy_out(centre: Centre, folder: Path) -> int:
    """Copy every whole file into ``folder``, each checked as it is copied. Returns how many. Raises Trouble.

    What is erased while this runs is not in the copy.
    """
    done = 0
    for row in _whole(centre):
        if not _is_sound(centre.blobs, row):
            if any(one.blob_id == row.blob_id and one.record_id == row.record_id for one in _whole(centre)):
                raise Trouble(
                    "The backup did not pass its check.", f"A file of record {row.record_id} is damaged.", "Run check."
                )
            continue
        _copy(centre.blobs, FolderPlace(folder), row)
        done += 1
    return done


def put_back(centre: Centre, folder: Path) -> None:
    """Bring the files of a backup, which has passed its check, into their place."""
    for row in _whole(centre):
        _copy(FolderPlace(folder), centre.blobs, row)


def blob_faults(centre: Centre, connection: Connection, place: BlobPlace | None = None) -> list[str]:
    """Every file said to be whole is in its place (``place``, or the council's own) and is what its hash says."""
    found = place or centre.blobs
    return [
        f"file {row.blob_id[:12]} of record {row.record_id}: it is missing or damaged"
        for row in _whole(centre, connection)
        if not _is_sound(found, row)
    ]


def _whole(centre: Centre, connection: Connection | None = None) -> list[Row[Any]]:
    query = select(blob).where(blob.c.council_id == centre.council_id, blob.c.is_whole.is_(True))
    if connection is not None:
        return list(connection.execute(query))
    with centre.database.read() as reading:
        return list(reading.execute(query))


def _name(row: Row[Any]) -> tuple[str, str, str]:
    return row.council_id, row.record_id, row.blob_id


def _is_sound(place: BlobPlace, row: Row[Any]) -> bool:
    return digest_of(place, _name(row), row.size) == str(row.blob_id)


def _copy(source: BlobPlace, target: BlobPlace, row: Row[Any]) -> None:
    for number in range(parts_in(row.size)):
        data = source.get(*_name(row), number)
        if data is not None:
            target.put(*_name(row), number, data)
