"""Which database a council's settings name, opened or made."""

from __future__ import annotations

from sync.server.database import Database
from sync.server.database.sqlite import SQLiteFile, SQLiteMemory
from sync.server.settings import IN_MEMORY, Settings


def open_place(settings: Settings, *, create: bool = False) -> Database:
    """Open the database that ``settings`` name. Raises Trouble if it is not there; ``create`` makes a file then.

    A PostgreSQL database is made by whoever looks after that server, never by Heard.
    """
    if settings.database == IN_MEMORY:
        return SQLiteMemory()
    if settings.database:
        # psycopg takes a while to load, and a server on a file never needs it.
        from sync.server.database.postgres import PostgreSQL

        return PostgreSQL(settings.database)
    return SQLiteFile(settings.database_path, create=create)
