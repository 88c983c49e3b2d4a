"""What every transaction needs: the database, whose council it is, the clock, the ids and the ledger."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta

from sqlalchemy import Connection, select, update
from sqlalchemy.exc import SQLAlchemyError

from models.clock import Clock, to_stamp
from models.errors import Trouble
from models.ids import Ids
from sync.server.audit import Entry, KeptHead, Ledger, keep_head, read_kept_head
from sync.server.blob_places import BlobPlace, FolderPlace
from sync.server.database import Clash, Database, Unreachable
from sync.server.database.places import open_place
from sync.server.logs import note
from sync.server.migrations import open_database
from sync.server.settings import Settings
from sync.server.tables import council


@dataclass(frozen=True)
class Centre:
    """One council's centre, opened. Built once by :func:`open_centre` and handed to all who work on it."""

    database: Database
    council_id: str
    settings: Settings
    clock: Clock = field(default_factory=Clock)
    ids: Ids = field(default_factory=Ids)

    @property
    def blobs(self) -> BlobPlace:
        """Where the parts of photos, sound, films and pages lie."""
        return FolderPlace(self.settings.blobs_path)

    @property
    def ledger(self) -> Ledger:
        return Ledger(self.council_id)

    def stamp_in(self, seconds: float) -> str:
        """Return the moment ``seconds`` from now (negative: ago), as stored."""
        return to_stamp(self.clock.now() + timedelta(seconds=seconds))

    def keep_head(self) -> KeptHead:
        """Remember outside the database how far the line and the audit chain have come."""
        with self.database.read() as connection:
            return keep_head(self.settings.ledger_head_path, connection, self.council_id)

    def close(self) -> None:
        """Let go of the database."""
        self.database.close()


def open_centre(
    settings: Settings, clock: Clock | None = None, ids: Ids | None = None, *, look: bool = False
) -> Centre:
    """Open the council kept in ``settings.data``. Raises Trouble when there is none or it cannot be used.

    A database that has gone back in time (a copy put back by hand) starts a new timeline, so that laptops
    notice and send again what it lacks; ``look`` leaves that, and everything else, as it is found.
    """
    database = open_place(settings)
    with closed_on_failure(database):
        open_database(database)
        with database.read() as connection:
            found = connection.execute(select(council.c.council_id)).scalars().all()
        if len(found) != 1:
            raise Trouble(
                "There is no council here yet." if not found else "There is more than one council here.",
                "Nothing was changed.",
                "Run the init command first." if not found else "A server serves one council from one database.",
            )
        centre = Centre(database, found[0], settings, clock or Clock(), ids or Ids())
        if not look:
            from sync.server.anew import judge_anew
            from sync.server.erasing import erase_again

            notice_restore(centre)
            erase_again(centre)
            judge_anew(centre)
    return centre


@contextlib.contextmanager
def closed_on_failure(database: Database) -> Iterator[None]:
    """Let go of a database that was opened for nothing."""
    with contextlib.ExitStack() as undo:
        undo.callback(database.close)
        yield
        undo.pop_all()


def notice_restore(centre: Centre) -> bool:
    """Start a new timeline if the database is behind what was remembered of it. Returns whether it was."""
    kept = read_kept_head(centre.settings.ledger_head_path)
    if kept is None or kept.council_id != centre.council_id:
        return False
    with centre.database.read() as connection:
        behind = _is_behind(connection, kept)
    if not behind:
        return False
    with centre.database.write() as connection:
        centre.ledger.hold(connection)
        # Another server of this folder may have noticed it first, and remembered anew.
        kept = read_kept_head(centre.settings.ledger_head_path)
        if kept is None or not _is_behind(connection, kept):
            return False
        start_timeline(connection, centre.council_id, centre.ids.new())
        was = {"seq": kept.seq, "audit_no": kept.audit_no, "audit_hash": kept.audit_hash}
        centre.ledger.close(connection, centre.clock.stamp(), [Entry("went_back", detail=was)])
        keep_head(centre.settings.ledger_head_path, connection, centre.council_id, start_again=True)
    return True


def _is_behind(connection: Connection, kept: KeptHead) -> bool:
    row = connection.execute(
        select(council.c.timeline, council.c.seq, council.c.audit_no).where(council.c.council_id == kept.council_id)
    ).one()
    # A copy from before an earlier restore carries that older timeline: some laptops may still count along it.
    return bool(row.timeline != kept.timeline or row.seq < kept.seq or row.audit_no < kept.audit_no)


def remember_head(centre: Centre) -> None:
    """Remember the head outside the database and say so; a database that is away for the moment ends nothing."""
    try:
        kept = centre.keep_head()
    except (OSError, Trouble, SQLAlchemyError, Clash, Unreachable) as error:
        note("ledger_head_not_kept", level=logging.ERROR, exc_info=error)
    else:
        note("ledger_head", seq=kept.seq, audit_no=kept.audit_no, audit_hash=kept.audit_hash)


def start_timeline(connection: Connection, council_id: str, timeline: str) -> None:
    """Give the council's history a new id."""
    connection.execute(update(council).where(council.c.council_id == council_id).values(timeline=timeline))
