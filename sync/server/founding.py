"""How a council's server begins: its folder, its database, the council in it, and the server's own device."""

from __future__ import annotations

import secrets
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import Connection, insert

from models.clock import Clock
from models.errors import Trouble
from models.ids import Ids
from sync.server.audit import FIRST_HASH, Entry
from sync.server.centre import Centre, open_centre
from sync.server.database import Database, write_durably
from sync.server.migrations import open_database
from sync.server.settings import Settings
from sync.server.tables import council, device, worker

IMPORT_SIGN_IN = "council-import"
IMPORT_NAME = "Council import"
LONGEST_NAME = 200


def found_council(settings: Settings, name: str, clock: Clock | None = None, ids: Ids | None = None) -> Centre:
    """Make the data folder, the database with the council in it, and the server's own device.

    Raises Trouble if the folder holds one already.
    """
    clock, ids = clock or Clock(), ids or Ids()
    if settings.database_path.exists():
        raise Trouble(
            "This folder already holds a Heard server.",
            "Nothing was changed.",
            "Give another folder with --data, or go on with the one there.",
        )
    settings.data.mkdir(mode=0o700, parents=True, exist_ok=True)
    key = Ed25519PrivateKey.generate()
    write_durably(settings.import_key_path, key.private_bytes_raw())
    database = Database(settings.database_path, create=True)
    open_database(database)
    settings.database_path.chmod(0o600)
    council_id, worker_id, now = ids.new(), ids.new(), clock.stamp()
    with database.write() as connection:
        insert_council(connection, council_id, checked_name("council's name", name), ids.new(), now)
        insert_worker(connection, council_id, worker_id, (IMPORT_SIGN_IN, IMPORT_NAME, "", ""), now, is_server=True)
        connection.execute(
            insert(device).values(
                council_id=council_id,
                device_id=ids.new(),
                worker_id=worker_id,
                name=IMPORT_NAME,
                public_key=key.public_key().public_bytes_raw(),
                enrolled_at=now,
            )
        )
    database.close()
    centre = open_centre(settings, clock, ids)
    with centre.database.write() as connection:
        centre.ledger.close(connection, now, [Entry("init")])
    centre.keep_head()
    return centre


def insert_council(connection: Connection, council_id: str, name: str, timeline: str, now: str) -> None:
    """Add a council without a worker or a record."""
    connection.execute(
        insert(council).values(
            council_id=council_id,
            name=name,
            timeline=timeline,
            seq=0,
            audit_no=0,
            audit_hash=FIRST_HASH,
            challenge_secret=secrets.token_bytes(32),
            created_at=now,
        )
    )


def checked_name(what: str, text: str) -> str:
    """Return a name without stray spaces. Raises Trouble if nothing readable is left of it, or it is too long."""
    tidy = " ".join(text.split())
    if not tidy or len(tidy) > LONGEST_NAME or not tidy.isprintable():
        raise Trouble(f"That {what} cannot be used.", f"It needs 1 to {LONGEST_NAME} letters.", "Nothing was changed.")
    return tidy


def insert_worker(
    connection: Connection,
    council_id: str,
    worker_id: str,
    names: tuple[str, str, str, str],
    now: str,
    *,
    is_server: bool = False,
) -> None:
    """Add a row for a worker: sign-in name, name to show, job title and team."""
    sign_in_name, display_name, job_title, team = names
    connection.execute(
        insert(worker).values(
            council_id=council_id,
            worker_id=worker_id,
            sign_in_name=sign_in_name,
            display_name=display_name,
            job_title=job_title,
            team=team,
            grant_counter=1,
            is_server=is_server,
            created_at=now,
        )
    )


def read_import_key(path: Path) -> Ed25519PrivateKey:
    """Read the server's own signing key. Raises Trouble if it is gone or damaged."""
    try:
        return Ed25519PrivateKey.from_private_bytes(path.read_bytes())
    except (OSError, ValueError) as error:
        raise Trouble(
            "The server's own signing key cannot be read.",
            f"{path.name} is missing or damaged. Nothing was changed.",
            "Put it back from the backup of the server's folder.",
        ) from error
