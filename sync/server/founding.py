"""How a council's server begins: its folder, its database, the council in it, and the server's own device."""

from __future__ import annotations

import hashlib
import secrets
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import Connection, func, insert, select

from models.clock import Clock
from models.errors import Trouble
from models.ids import Ids
from sync.server.audit import FIRST_HASH, Entry
from sync.server.centre import Centre, closed_on_failure
from sync.server.database import write_durably
from sync.server.database.places import open_place
from sync.server.migrations import found_step, open_database
from sync.server.settings import IN_MEMORY, Settings, settings_text
from sync.server.tables import council, device, worker

IMPORT_SIGN_IN = "council-import"
IMPORT_NAME = "Council import"
LONGEST_NAME = 200


def found_council(settings: Settings, name: str, clock: Clock | None = None, ids: Ids | None = None) -> Centre:
    """Make the data folder, the database with the council in it, and the server's own device.

    Raises Trouble if the folder holds one already.
    """
    clock, ids = clock or Clock(), ids or Ids()
    check_unused(settings)
    settings.data.mkdir(mode=0o700, parents=True, exist_ok=True)
    database = open_place(settings, create=True)
    with closed_on_failure(database):
        if found_step(database) is not None:
            # Before the steps: they would bring another council's database to this server's shape.
            with database.read() as connection:
                check_empty(connection)
        open_database(database)
        key = Ed25519PrivateKey.generate()
        council_id, worker_id, device_id, now = ids.new(), ids.new(), ids.new(), clock.stamp()
        public_key = key.public_key().public_bytes_raw()
        fingerprint = hashlib.sha256(public_key).hexdigest()
        centre = Centre(database, council_id, settings, clock, ids)
        with database.migrate() as connection:
            check_empty(connection)
            insert_council(connection, council_id, checked_name("council's name", name), ids.new(), now)
            insert_worker(connection, council_id, worker_id, (IMPORT_SIGN_IN, IMPORT_NAME, "", ""), now, is_server=True)
            connection.execute(
                insert(device).values(
                    council_id=council_id,
                    device_id=device_id,
                    worker_id=worker_id,
                    name=IMPORT_NAME,
                    public_key=public_key,
                    enrolled_at=now,
                )
            )
            centre.ledger.close(connection, now, [Entry("init", detail={"device": device_id, "key": fingerprint})])
            write_durably(settings.import_key_path, key.private_bytes_raw())
            write_settings(settings)
        centre.keep_head()
    return centre


def check_unused(settings: Settings) -> None:
    """Raise Trouble if the folder is some server's already."""
    if settings.database_path.exists() or settings.file_path.exists() or settings.import_key_path.exists():
        raise Trouble(
            "This folder already holds a Heard server.",
            "Nothing was changed.",
            "Give another folder with --data, or go on with the one there.",
        )


def check_empty(connection: Connection) -> None:
    """Raise Trouble if the database holds a council already."""
    if connection.execute(select(func.count()).select_from(council)).scalar_one():
        raise Trouble(
            "That database already holds a council.",
            "Nothing was changed.",
            "Give the address of an empty database, or go on with the folder that belongs to this one.",
        )


def write_settings(settings: Settings) -> None:
    """Write down which database this is; for a file in the folder there is nothing to write."""
    if settings.database == IN_MEMORY:
        return
    if settings.database:
        write_durably(settings.file_path, settings_text(settings))
    else:
        settings.database_path.chmod(0o600)


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
