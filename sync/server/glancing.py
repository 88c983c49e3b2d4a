"""The commonest question of all, has anything changed, answered with one look, no thread and no write."""

from __future__ import annotations

from sqlalchemy import and_, bindparam, exists, select

from sync.server.auth import hash_token
from sync.server.centre import Centre
from sync.server.outgoing import RawPage, pack
from sync.server.tables import assignment, council, device, token, worker
from sync.wire import PullRequest

_STANDING = (
    select(
        council.c.timeline,
        council.c.seq,
        worker.c.grant_counter,
        device.c.last_seen_at,
    )
    .select_from(token)
    .join(device, and_(device.c.council_id == token.c.council_id, device.c.device_id == token.c.device_id))
    .join(worker, and_(worker.c.council_id == device.c.council_id, worker.c.worker_id == device.c.worker_id))
    .join(council, council.c.council_id == token.c.council_id)
    .where(
        token.c.council_id == bindparam("council"),
        token.c.token_hash == bindparam("hash"),
        token.c.expires_at > bindparam("now"),
        worker.c.left_at.is_(None),
        device.c.revoked_at.is_(None),
        device.c.forked_at.is_(None),
        device.c.retired_at.is_(None),
        ~exists().where(
            assignment.c.council_id == worker.c.council_id,
            assignment.c.worker_id == worker.c.worker_id,
            assignment.c.to_at.is_(None),
            assignment.c.until_at <= bindparam("now"),
        ),
    )
)
"""Where the council and the worker stand. No row where anything about token, laptop, worker or cover is not as usual:

:mod:`sync.server.pulling` then looks, and says what there is to say.
"""


class Glancer:
    """Answers pulls to which the answer is "nothing". Holds no state but its line to the database."""

    def __init__(self, centre: Centre) -> None:
        self._centre = centre
        self._standing = centre.database.glance(_STANDING)

    async def glance(self, given_token: str, request: PullRequest) -> bytes | None:
        """Return the page that says so, packed, the same as a pull would give; None where it takes a closer look."""
        if not request.cursor or request.filling:
            return None
        centre, now = self._centre, self._centre.clock.stamp()
        asked = {"council": centre.council_id, "hash": hash_token(given_token), "now": now}
        found = await self._standing.ask(asked)
        if found is None:
            return None
        timeline, seq, grants, seen_at = found
        if (request.timeline or timeline, request.cursor, request.grant_counter) != (timeline, seq, grants):
            return None
        if (seen_at or "") <= centre.stamp_in(-centre.settings.seen_every_seconds):
            return None  # the laptop is due to be noted as seen
        return pack(
            RawPage(
                rows=(),
                cursor=seq,
                filling={},
                grant_counter=grants,
                timeline=timeline,
                more=False,
                server_time=now,
            )
        )

    async def close(self) -> None:
        """Let go of the line to the database."""
        await self._standing.close()
