"""The council's tables: each starts with council_id and every key leads with it, so councils can be split."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKeyConstraint,
    Index,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
)

metadata = MetaData()


def _text(name: str, *, missing: bool = False) -> Column[str]:
    return Column(name, Text, nullable=missing)


def _number(name: str) -> Column[int]:
    return Column(name, BigInteger, nullable=False)


def _flag(name: str) -> Column[bool]:
    return Column(name, Boolean, nullable=False)


def _bytes(name: str) -> Column[bytes]:
    return Column(name, LargeBinary, nullable=False)


def _council() -> Column[str]:
    return _text("council_id")


council = Table(
    "council",
    metadata,
    _council(),
    _text("name"),
    _text("timeline"),
    _number("seq"),
    _number("audit_no"),
    _text("audit_hash"),
    _bytes("challenge_secret"),
    _text("created_at"),
    PrimaryKeyConstraint("council_id"),
)
"""One row for a council: its line of seq and the head of its audit chain, both moved only under this row's lock."""

worker = Table(
    "worker",
    metadata,
    _council(),
    _text("worker_id"),
    _text("sign_in_name"),
    _text("display_name"),
    _text("job_title"),
    _text("team"),
    _text("password_hash", missing=True),
    _number("grant_counter"),
    _flag("is_server"),
    _text("created_at"),
    _text("left_at", missing=True),
    PrimaryKeyConstraint("council_id", "worker_id"),
    UniqueConstraint("council_id", "sign_in_name"),
)

scope = Table(
    "scope",
    metadata,
    _council(),
    _text("scope_id"),
    _text("kind"),
    _text("code"),
    _text("created_at"),
    PrimaryKeyConstraint("council_id", "scope_id"),
    UniqueConstraint("council_id", "kind", "code"),
)
"""What can be granted. ``code`` is the council's own name for it: the child_code, a group's name."""

assignment = Table(
    "assignment",
    metadata,
    _council(),
    _text("assignment_id"),
    _text("scope_id"),
    _text("worker_id"),
    _text("role"),
    _flag("is_lead"),
    _text("from_at"),
    _text("to_at", missing=True),
    PrimaryKeyConstraint("council_id", "assignment_id"),
    ForeignKeyConstraint(["council_id", "scope_id"], ["scope.council_id", "scope.scope_id"]),
    ForeignKeyConstraint(["council_id", "worker_id"], ["worker.council_id", "worker.worker_id"]),
    Index("assignment_by_worker", "council_id", "worker_id", "to_at"),
    Index("assignment_by_scope", "council_id", "scope_id", "to_at"),
)
"""Who holds a scope and as what; a row without ``to_at`` stands now, the others are its history."""

device = Table(
    "device",
    metadata,
    _council(),
    _text("device_id"),
    _text("worker_id"),
    _text("name"),
    _bytes("public_key"),
    _text("enrolled_at"),
    _text("last_seen_at", missing=True),
    _text("revoked_at", missing=True),
    _text("forked_at", missing=True),
    PrimaryKeyConstraint("council_id", "device_id"),
    ForeignKeyConstraint(["council_id", "worker_id"], ["worker.council_id", "worker.worker_id"]),
    Index("device_by_worker", "council_id", "worker_id"),
)
"""A laptop. ``forked_at`` says when it first sent two contents under one op number: a clone or a copied-back vault."""

enrolment_code = Table(
    "enrolment_code",
    metadata,
    _council(),
    _text("code_id"),
    _text("worker_id"),
    _text("code_hash"),
    _text("created_at"),
    _text("expires_at"),
    _text("used_at", missing=True),
    PrimaryKeyConstraint("council_id", "code_id"),
    ForeignKeyConstraint(["council_id", "worker_id"], ["worker.council_id", "worker.worker_id"]),
    Index("enrolment_code_by_worker", "council_id", "worker_id"),
)

attempt = Table(
    "attempt",
    metadata,
    _council(),
    _text("attempt_id"),
    _text("kind"),
    _text("address"),
    _text("at"),
    PrimaryKeyConstraint("council_id", "attempt_id"),
    Index("attempt_by_time", "council_id", "kind", "at"),
)
"""A wrong guess, kept for as long as it counts."""

spent_challenge = Table(
    "spent_challenge",
    metadata,
    _council(),
    _text("challenge_hash"),
    _text("expires_at"),
    PrimaryKeyConstraint("council_id", "challenge_hash"),
)

token = Table(
    "token",
    metadata,
    _council(),
    _text("token_hash"),
    _text("device_id"),
    _text("expires_at"),
    PrimaryKeyConstraint("council_id", "token_hash"),
    ForeignKeyConstraint(["council_id", "device_id"], ["device.council_id", "device.device_id"]),
    Index("token_by_device", "council_id", "device_id"),
)

batch = Table(
    "batch",
    metadata,
    _council(),
    _text("batch_id"),
    _text("device_id"),
    _bytes("signature"),
    _text("envelope_hashes"),
    _text("received_at"),
    PrimaryKeyConstraint("council_id", "batch_id"),
    ForeignKeyConstraint(["council_id", "device_id"], ["device.council_id", "device.device_id"]),
)
"""What one signature covers: the envelope hashes of a push, one a line, in op order. Kept for later checks."""

record = Table(
    "record",
    metadata,
    _council(),
    _text("record_id"),
    _text("scope_id"),
    _text("type"),
    _text("policy_class"),
    _text("author_id"),
    _text("head_version_id"),
    _number("head_seq"),
    _text("audience"),
    _flag("is_finished"),
    _flag("is_deleted"),
    _flag("is_erased"),
    PrimaryKeyConstraint("council_id", "record_id"),
    UniqueConstraint("council_id", "head_seq"),
    ForeignKeyConstraint(["council_id", "scope_id"], ["scope.council_id", "scope.scope_id"]),
    Index("record_by_scope", "council_id", "scope_id", "head_seq"),
)
"""One record as it stands: who began it, and what its head says about who may read it."""

version = Table(
    "version",
    metadata,
    _council(),
    _text("version_id"),
    _text("record_id"),
    _number("seq"),
    _text("author_id"),
    _text("audience"),
    _text("outcome"),
    _text("envelope_hash"),
    _text("batch_id"),
    _text("received_at"),
    _bytes("envelope"),
    _bytes("body"),
    PrimaryKeyConstraint("council_id", "version_id"),
    UniqueConstraint("council_id", "seq"),
    ForeignKeyConstraint(["council_id", "record_id"], ["record.council_id", "record.record_id"]),
    ForeignKeyConstraint(["council_id", "batch_id"], ["batch.council_id", "batch.batch_id"]),
    Index("version_by_record", "council_id", "record_id", "seq"),
)
"""Every version, for ever. ``envelope`` is the message with ``null`` for a body, ``body`` the exact bytes sent."""

op = Table(
    "op",
    metadata,
    _council(),
    _text("device_id"),
    _number("device_epoch"),
    _number("op_no"),
    _text("version_id"),
    PrimaryKeyConstraint("council_id", "device_id", "device_epoch", "op_no"),
)
"""Which version first came under an op number, so that a number used again for other content is noticed."""

held_back = Table(
    "held_back",
    metadata,
    _council(),
    _text("held_id"),
    _text("content_hash"),
    _text("version_id"),
    _text("record_id"),
    _text("scope_id"),
    _text("worker_id"),
    _text("device_id"),
    _text("batch_id"),
    _text("reason_code"),
    _text("reason"),
    _text("state"),
    _text("received_at"),
    _bytes("content"),
    PrimaryKeyConstraint("council_id", "held_id"),
    UniqueConstraint("council_id", "content_hash"),
    Index("held_back_by_state", "council_id", "state", "received_at"),
    Index("held_back_by_record", "council_id", "record_id"),
)
"""The held-back box: versions that may not be applied, whole. State: waiting, admitted or returned."""

imported = Table(
    "imported",
    metadata,
    _council(),
    _text("record_id"),
    _text("fields"),
    PrimaryKeyConstraint("council_id", "record_id"),
    ForeignKeyConstraint(["council_id", "record_id"], ["record.council_id", "record.record_id"]),
)
"""What the council's files last put into a record, as JSON: what differs from it now, a worker has written."""

audit = Table(
    "audit",
    metadata,
    _council(),
    _number("no"),
    _text("at"),
    _text("worker_id"),
    _text("device_id"),
    _text("action"),
    _text("detail"),
    _text("previous_hash"),
    _text("hash"),
    PrimaryKeyConstraint("council_id", "no"),
)
"""Who did what, as a chain: each row's hash covers the row before it."""
