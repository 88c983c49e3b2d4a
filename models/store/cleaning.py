"""Sees to it that nothing of what was taken out is left: in index, free pages, journal, copies and side files."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import msgspec
from sqlalchemy import Connection

from models.clock import Clock
from models.errors import Trouble
from models.store import backup
from models.store.engine import Interrupted, Store, as_trouble
from models.store.reindex import write_anew
from models.store.withdrawn import BELONGS, EMPTIED, ERASED, PURGED

PATIENT_TRIES = 20
"""So often writing the file anew gives way to a save; after that it is done all the same."""
JOURNAL_TRIES = 40
JOURNAL_PAUSE_SECONDS = 0.05
OPENED = "opened"
"""Beside the vault: where an attachment is put for another program to open. Emptied by every purge."""


class Cleaning:
    """One cleaning of a vault's folder after rows were taken out. Killed anywhere, it is done again from the start."""

    def __init__(
        self, store: Store, backups: Path, clock: Clock, must_stop: Callable[[], bool] = lambda: False
    ) -> None:
        self._store, self._backups, self._clock, self._must_stop = store, backups, clock, must_stop

    def run(self) -> bool:
        """Clean, and only then say so of the orders that wait for it. Returns whether there were any.

        Runs beside saving: what needs the writing thread is cut small or gives way. Raises Trouble where the disk
        does not let go of a file; no receipt is then owed yet, and the next round tries again.
        """
        with self._store.reading() as connection:
            orders = _emptied(connection)
        if not orders:
            return False
        for step in (
            self._write_index_anew,
            self._write_file_anew,
            self._cut_journal,
            self._remove_files,
            self._copy_anew,
        ):
            if self._must_stop():
                return False
            step()
        self._store.write(lambda connection: _note_clean(connection, list(orders))).result()
        return True

    def _write_index_anew(self) -> None:
        write_anew(self._store)

    def _write_file_anew(self) -> None:
        """Have every page written anew: secure_delete leaves a little behind where pages were balanced (measured)."""
        for _ in range(PATIENT_TRIES):
            with suppress(Interrupted):
                self._store.chore(_vacuum, gives_way=True).result()
                return
        self._store.chore(_vacuum).result()

    def _cut_journal(self) -> None:
        for _ in range(JOURNAL_TRIES):
            if self._store.chore(_truncate_journal).result():
                return
            time.sleep(JOURNAL_PAUSE_SECONDS)
        raise Trouble("Heard could not finish tidying its file", "Nothing is lost.", "It tries again by itself.")

    def _remove_files(self) -> None:
        """Blobs that nothing speaks of, what was put out to be opened, damaged files kept aside, half-made copies."""
        folder = self._store.path.parent
        with self._store.reading() as connection:
            names = {name for files in _emptied(connection).values() for name in files}
        doomed = [folder / "blobs" / Path(name).name for name in sorted(names)]
        for pattern in (f"{OPENED}/*", "damaged-*.db*", "*.part*"):
            doomed += folder.glob(pattern)
        _remove(doomed)

    def _copy_anew(self) -> None:
        """Write and check a fresh copy, then remove every older one: also those made before an update."""
        fresh = backup.back_up(self._store.cipher, self._store.path, self._backups, "after-leaving", self._clock.now())
        _remove([path for path in self._backups.iterdir() if path != fresh])


def _emptied(connection: Connection) -> dict[str, list[str]]:
    rows = connection.exec_driver_sql("SELECT order_id, files FROM withdrawal WHERE state = ?", (EMPTIED,))
    return {row.order_id: msgspec.json.decode(row.files, type=list[str]) for row in rows}


def _vacuum(bare: Any) -> None:
    bare.execute("VACUUM")


def _truncate_journal(bare: Any) -> bool:
    bare.execute("PRAGMA busy_timeout = 0")
    try:
        busy, *_counts = bare.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    finally:
        bare.execute("PRAGMA busy_timeout = 5000")
    return not busy


def _remove(paths: list[Path]) -> None:
    try:
        for path in paths:
            path.unlink(missing_ok=True)
    except OSError as error:
        raise as_trouble(error) or Trouble(
            "Heard could not remove an old copy", "Nothing is lost.", "It tries again by itself."
        ) from error


def _note_clean(connection: Connection, order_ids: list[str]) -> None:
    for order_id in order_ids:
        if order_id.startswith((ERASED, BELONGS)):
            connection.exec_driver_sql("DELETE FROM withdrawal WHERE order_id = ?", (order_id,))
        else:
            connection.exec_driver_sql(
                "UPDATE withdrawal SET state = ?, files = '[]' WHERE order_id = ? AND state = ?",
                (PURGED, order_id, EMPTIED),
            )
