"""What of this vault the council does not have: while there is any of it, nothing here may be destroyed."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection

from models.store.timelines import GIVE_BACK

UNSENDABLE = "This record is too large to send"
"""Why a version was put apart on this laptop alone: the server never had it."""

_LEFT = f"""SELECT
    (SELECT count(*) FROM record WHERE working IS NOT NULL)
    + (SELECT count(*) FROM outbox WHERE held_reason IN ('', '{UNSENDABLE}'))
    + (SELECT count(*) FROM blob WHERE direction = 'up')
    + (SELECT count(*) FROM meta WHERE name = '{GIVE_BACK}' AND length(value) > 0)
    + (SELECT count(*) FROM answer a WHERE EXISTS (SELECT 1 FROM meta m, json_each(CAST(m.value AS TEXT)) c
       WHERE m.name = 'campaigns' AND json_extract(c.value, '$.campaign_id') = a.campaign_id))"""
# An answer to questions that the council asks no more would be turned away: nobody waits for it.


def left_behind(connection: Connection) -> int:
    """Count words being written, versions and files not sent, and anonymous answers that have not gone.

    What colleagues wrote counts as one, while a server that came back from an older copy has not been offered it.
    """
    return int(connection.exec_driver_sql(_LEFT).scalar_one())


def left_behind_in(bare: Any) -> int:
    """The same, of a file opened without the store."""
    return int(bare.execute(_LEFT).fetchone()[0])
