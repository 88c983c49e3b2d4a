"""Puts a backup back, into a folder or a PostgreSQL database that holds no council yet."""

from __future__ import annotations

import shutil
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from models.clock import Clock
from models.errors import Trouble
from models.ids import Ids
from sync.server.audit import Entry, keep_head, read_kept_head
from sync.server.blob_care import folder_beside, put_back
from sync.server.blob_places import FolderPlace
from sync.server.care import check_everything
from sync.server.centre import Centre, open_centre, start_timeline
from sync.server.copying import copy_from_file
from sync.server.database.files import flush
from sync.server.database.places import open_place
from sync.server.database.sqlite import SQLiteFile
from sync.server.erasing import erase_again
from sync.server.founding import read_import_key, write_settings
from sync.server.migrations import open_database
from sync.server.settings import Settings


def restore(settings: Settings, source: Path, clock: Clock | None = None, ids: Ids | None = None) -> dict[str, Any]:
    """Put the council in the backup ``source`` where ``settings`` say, and return what its check found.

    It gets a new timeline, by which laptops notice and send again what it lacks. The backup is left as it is. Raises
    Trouble, and changes nothing, if the backup does not stand, if there is a council already, or without the server's
    own key, which is not in a backup.
    """
    if not settings.database and settings.database_path.exists():
        raise Trouble(
            "This folder already holds a council.",
            "Nothing was changed.",
            "Take heard.db out of it first, and keep it.",
        )
    read_import_key(settings.import_key_path)
    with TemporaryDirectory(prefix=".restore-", dir=settings.data) as folder:
        copy = _ready_copy(Settings(Path(folder)), source, settings, clock, ids)
        try:
            found = check_everything(copy, FolderPlace(folder_beside(source)))
            if not found["ok"]:
                raise Trouble("This backup does not stand.", "Nothing was changed.", "\n".join(found["faults"][:20]))
            put_back(Centre(copy.database, copy.council_id, settings), folder_beside(source))
            _put(settings, copy)
        finally:
            copy.close()
    write_settings(settings)
    restored = open_centre(settings, clock, ids, look=True)
    try:
        erase_again(restored)
        with restored.database.read() as connection:
            keep_head(settings.ledger_head_path, connection, restored.council_id, start_again=True)
    finally:
        restored.close()
    return found


def _ready_copy(spare: Settings, source: Path, settings: Settings, clock: Clock | None, ids: Ids | None) -> Centre:
    """Copy the backup beside, bring it to this server's shape, and begin its new timeline."""
    try:
        shutil.copyfile(source, spare.database_path)
    except OSError as error:
        raise Trouble(f"{source.name} cannot be opened.", "Nothing was changed.", error.strerror or "") from error
    copy = open_centre(spare, clock, ids)
    kept = read_kept_head(settings.ledger_head_path)
    was = {} if kept is None else {"seq": kept.seq, "audit_no": kept.audit_no, "audit_hash": kept.audit_hash}
    with copy.database.write() as connection:
        start_timeline(connection, copy.council_id, copy.ids.new())
        copy.ledger.close(connection, copy.clock.stamp(), [Entry("restored", detail=was)])
    return copy


def _put(settings: Settings, copy: Centre) -> None:
    assert isinstance(copy.database, SQLiteFile)
    if not settings.database:
        copy.database.fold()
        copy.database.path.replace(settings.database_path)
        flush(settings.data)
        return
    target = open_place(settings)
    try:
        open_database(target)
        copy_from_file(copy.database, target)
    finally:
        target.close()
