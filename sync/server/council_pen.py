"""Writes in the council's own name: cuts, signs and appends versions through the same books as any laptop's push."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import Connection, func, select

from models.errors import Trouble
from models.record import Declaration
from models.version import Body, Version, batch_digest, encode_body, hash_body, hash_choices, new_salt
from sync.server.books import Books
from sync.server.centre import Centre
from sync.server.founding import read_import_key
from sync.server.incoming import Sent, prepare
from sync.server.judging import Sender
from sync.server.pushing import take_batch
from sync.server.tables import device, op, worker
from sync.wire import MAX_BATCH_VERSIONS


def own_key(centre: Centre) -> Ed25519PrivateKey:
    """Read the key of the council's own device. Raises Trouble if it is gone or damaged."""
    return read_import_key(centre.settings.import_key_path)


class CouncilPen:
    """The council's own device, inside one write transaction. Raises Trouble if the key is not this council's."""

    def __init__(self, centre: Centre, connection: Connection, key: Ed25519PrivateKey) -> None:
        self._centre = centre
        self._connection = connection
        self._key = key
        self.sender = self._find_sender()
        self._op_no = self._last_op_no()

    def _find_sender(self) -> Sender:
        # Locked: two transactions must not number their versions alike.
        row = self._connection.execute(
            select(device.c.worker_id, device.c.device_id, device.c.public_key)
            .join(worker, (worker.c.council_id == device.c.council_id) & (worker.c.worker_id == device.c.worker_id))
            .where(device.c.council_id == self._centre.council_id, worker.c.is_server)
            .with_for_update(of=device, key_share=True)
        ).one()
        if row.public_key != self._key.public_key().public_bytes_raw():
            raise Trouble(
                "The server's own signing key is not the one this council began with.",
                "Nothing was changed.",
                "Put the key back from the backup of the server's folder.",
            )
        return Sender(row.worker_id, row.device_id)

    def _last_op_no(self) -> int:
        last = select(func.max(op.c.op_no)).where(
            op.c.council_id == self._centre.council_id, op.c.device_id == self.sender.device_id
        )
        return int(self._connection.execute(last).scalar_one() or 0)

    def begin(self, declaration: Declaration, body: Body, *, record_id: str, scope_id: str, **more: Any) -> Version:
        """Cut the first version of a record."""
        return self.cut(
            body,
            record_id=record_id,
            scope_id=scope_id,
            type=declaration.type,
            policy_class=declaration.policy_class,
            schema=declaration.schema,
            audience=declaration.audience,
            **more,
        )

    def cut(self, body: Body, **fields: Any) -> Version:
        """Cut one version; ``fields`` are those of the envelope that are not this device's own."""
        salt, content = new_salt(), encode_body(body)
        return Version(
            **self.stamp(),
            salt=salt,
            body_hash=hash_body(salt, content),
            choices_hash=hash_choices(salt, fields.get("open_choices", ())),
            body=msgspec.Raw(content),
            **fields,
        )

    def stamp(self) -> dict[str, Any]:
        """The fields of an envelope that say who wrote it, where and when, under a number of its own."""
        self._op_no += 1
        return {
            "version_id": self._centre.ids.new(),
            "device_id": self.sender.device_id,
            "device_epoch": 1,
            "op_no": self._op_no,
            "author_id": self.sender.worker_id,
            "written_at": self._centre.clock.stamp(),
        }

    def append(self, versions: Sequence[Version]) -> None:
        """Sign and append what was cut; each becomes its record's head."""
        for start in range(0, len(versions), MAX_BATCH_VERSIONS):
            batch = versions[start : start + MAX_BATCH_VERSIONS]
            sent = [prepare(one) for one in batch]
            books = Books.load(self._centre, self._connection, self.sender, sent)
            outcomes = take_batch(books, self.sender, sent, trusted=True)
            if any(one.outcome != "head" for one in outcomes):
                raise RuntimeError("the council's own version did not become the head")
            self.write(books, sent)
            if len(batch) == MAX_BATCH_VERSIONS:
                self._centre.database.learn(self._connection)

    def write(self, books: Books, sent: Sequence[Sent]) -> None:
        """Write what the books noted, under one signature."""
        digest = batch_digest([one.version for one in sent])
        books.write(self._key.sign(digest), [one.envelope_hash for one in sent])
