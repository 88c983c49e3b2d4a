"""What waits for a round of sync: something to cut, merge, send, give back or give up. One look, and no write."""

from __future__ import annotations

from sqlalchemy import Connection

from models.store.timelines import GIVE_BACK
from models.store.withdrawn import DONE, LATE

_ANY = f"""SELECT
    EXISTS (SELECT 1 FROM record WHERE working IS NOT NULL)
    OR EXISTS (SELECT 1 FROM record WHERE head_version_id != '' AND head_version_id != tip_version_id)
    OR EXISTS (SELECT 1 FROM branch)
    OR EXISTS (SELECT 1 FROM outbox WHERE held_reason = '')
    OR EXISTS (SELECT 1 FROM meta WHERE name = :give_back AND length(value) > 0)
    OR EXISTS (SELECT 1 FROM withdrawal WHERE state != :done)
    OR EXISTS (SELECT 1 FROM withdrawal WHERE {LATE.replace("?", ":done")})"""
"""May be true where a closer look finds nothing to do, and is never false where one would find something."""


def has_any(connection: Connection) -> bool:
    """Say whether a round has anything to do besides asking what is new."""
    return bool(connection.exec_driver_sql(_ANY, {"give_back": GIVE_BACK, "done": DONE}).scalar_one())
