"""The council's first tables: workers, scopes, laptops, records, versions, the held-back box, the audit."""

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


def text(name: str, *, missing: bool = False) -> Column[str]:
    """A text column."""
    return Column(name, Text, nullable=missing)


def number(name: str) -> Column[int]:
    """A whole number of up to 63 bits."""
    return Column(name, BigInteger, nullable=False)


def perhaps_number(name: str) -> Column[int]:
    """A whole number that may be missing."""
    return Column(name, BigInteger, nullable=True)


def flag(name: str) -> Column[bool]:
    """A yes or no."""
    return Column(name, Boolean, nullable=False)


def octets(name: str) -> Column[bytes]:
    """Bytes, exactly as given."""
    return Column(name, LargeBinary, nullable=False)


def council_id() -> Column[str]:
    """The first column of every table and of every key."""
    return text("council_id")


council = Table(
    "council",
    metadata,
    council_id(),
    text("name"),
    text("timeline"),
    number("seq"),
    number("audit_no"),
    text("audit_hash"),
    octets("challenge_secret"),
    text("created_at"),
    PrimaryKeyConstraint("council_id"),
)
"""One row for a council: its line of seq and the head of its audit chain, both moved only under this row's lock."""

worker = Table(
    "worker",
    metadata,
    council_id(),
    text("worker_id"),
    text("sign_in_name"),
    text("display_name"),
    text("job_title"),
    text("team"),
    text("password_hash", missing=True),
    number("grant_counter"),
    flag("is_server"),
    text("created_at"),
    text("left_at", missing=True),
    PrimaryKeyConstraint("council_id", "worker_id"),
    UniqueConstraint("council_id", "sign_in_name"),
)

scope = Table(
    "scope",
    metadata,
    council_id(),
    text("scope_id"),
    text("kind"),
    text("code"),
    text("created_at"),
    PrimaryKeyConstraint("council_id", "scope_id"),
    UniqueConstraint("council_id", "kind", "code"),
)
"""What can be granted. ``code`` is the council's own name for it: the child_code, a group's name."""

assignment = Table(
    "assignment",
    metadata,
    council_id(),
    text("assignment_id"),
    text("scope_id"),
    text("worker_id"),
    text("role"),
    flag("is_lead"),
    text("from_at"),
    text("to_at", missing=True),
    text("until_at", missing=True),
    text("reason", missing=True),
    perhaps_number("from_seq"),
    perhaps_number("to_seq"),
    PrimaryKeyConstraint("council_id", "assignment_id"),
    ForeignKeyConstraint(["council_id", "scope_id"], ["scope.council_id", "scope.scope_id"]),
    ForeignKeyConstraint(["council_id", "worker_id"], ["worker.council_id", "worker.worker_id"]),
    Index("assignment_by_worker", "council_id", "worker_id", "to_at"),
    Index("assignment_by_scope", "council_id", "scope_id", "to_at"),
)
"""Who holds a scope and as what; a row without ``to_at`` stands now, the others are its history.

``until_at`` is when cover ends by itself and ``reason`` why it was asked for. ``from_seq`` and ``to_seq`` say where the
council's line stood when it began and ended, so that no clock decides what could be read meanwhile.
"""

device = Table(
    "device",
    metadata,
    council_id(),
    text("device_id"),
    text("worker_id"),
    text("name"),
    octets("public_key"),
    text("enrolled_at"),
    text("last_seen_at", missing=True),
    text("revoked_at", missing=True),
    text("forked_at", missing=True),
    text("retired_at", missing=True),
    PrimaryKeyConstraint("council_id", "device_id"),
    ForeignKeyConstraint(["council_id", "worker_id"], ["worker.council_id", "worker.worker_id"]),
    Index("device_by_worker", "council_id", "worker_id"),
)
"""A laptop. ``forked_at`` says when it first sent two contents under one op number: a clone or a copied-back vault;

``retired_at`` when it joined again under a new id. A key belongs to one id for life, so what it signed stays proved.
"""

enrolment_code = Table(
    "enrolment_code",
    metadata,
    council_id(),
    text("code_id"),
    text("worker_id"),
    text("code_hash"),
    text("created_at"),
    text("expires_at"),
    text("used_at", missing=True),
    PrimaryKeyConstraint("council_id", "code_id"),
    ForeignKeyConstraint(["council_id", "worker_id"], ["worker.council_id", "worker.worker_id"]),
    Index("enrolment_code_by_worker", "council_id", "worker_id"),
)

attempt = Table(
    "attempt",
    metadata,
    council_id(),
    text("attempt_id"),
    text("kind"),
    text("address"),
    text("at"),
    PrimaryKeyConstraint("council_id", "attempt_id"),
    Index("attempt_by_time", "council_id", "kind", "at"),
)
"""A wrong guess, kept for as long as it counts."""

spent_challenge = Table(
    "spent_challenge",
    metadata,
    council_id(),
    text("challenge_hash"),
    text("expires_at"),
    PrimaryKeyConstraint("council_id", "challenge_hash"),
)

token = Table(
    "token",
    metadata,
    council_id(),
    text("token_hash"),
    text("device_id"),
    text("expires_at"),
    PrimaryKeyConstraint("council_id", "token_hash"),
    ForeignKeyConstraint(["council_id", "device_id"], ["device.council_id", "device.device_id"]),
    Index("token_by_device", "council_id", "device_id"),
)

batch = Table(
    "batch",
    metadata,
    council_id(),
    text("batch_id"),
    text("device_id"),
    octets("signature"),
    text("envelope_hashes"),
    text("received_at"),
    PrimaryKeyConstraint("council_id", "batch_id"),
    ForeignKeyConstraint(["council_id", "device_id"], ["device.council_id", "device.device_id"]),
)
"""What one signature covers: the envelope hashes of a push, one a line, in op order. Kept for later checks."""

record = Table(
    "record",
    metadata,
    council_id(),
    text("record_id"),
    text("scope_id"),
    text("type"),
    text("policy_class"),
    text("author_id"),
    text("head_version_id"),
    number("head_seq"),
    text("audience"),
    flag("is_finished"),
    flag("is_deleted"),
    flag("is_erased"),
    PrimaryKeyConstraint("council_id", "record_id"),
    UniqueConstraint("council_id", "head_seq"),
    ForeignKeyConstraint(["council_id", "scope_id"], ["scope.council_id", "scope.scope_id"]),
    Index("record_by_scope", "council_id", "scope_id", "head_seq"),
)
"""One record as it stands: who began it, and what its head says about who may read it."""

version = Table(
    "version",
    metadata,
    council_id(),
    text("version_id"),
    text("record_id"),
    number("seq"),
    text("author_id"),
    text("audience"),
    text("outcome"),
    text("envelope_hash"),
    text("batch_id"),
    text("received_at"),
    octets("envelope"),
    octets("body"),
    PrimaryKeyConstraint("council_id", "version_id"),
    UniqueConstraint("council_id", "seq"),
    ForeignKeyConstraint(["council_id", "record_id"], ["record.council_id", "record.record_id"]),
    ForeignKeyConstraint(["council_id", "batch_id"], ["batch.council_id", "batch.batch_id"]),
    Index("version_by_record", "council_id", "record_id", "seq"),
)
"""Every version, for ever. ``envelope`` is the message with ``null`` for a body, ``body`` the exact bytes sent."""

loose_branch = Table(
    "loose_branch",
    metadata,
    council_id(),
    text("version_id"),
    text("record_id"),
    text("scope_id"),
    text("audience"),
    number("seq"),
    PrimaryKeyConstraint("council_id", "version_id"),
    ForeignKeyConstraint(["council_id", "version_id"], ["version.council_id", "version.version_id"]),
    Index("loose_branch_by_scope", "council_id", "scope_id", "seq"),
)
"""Versions beside a head that no later version has among its parents: any laptop that may write there merges them."""

op = Table(
    "op",
    metadata,
    council_id(),
    text("device_id"),
    number("device_epoch"),
    number("op_no"),
    text("version_id"),
    PrimaryKeyConstraint("council_id", "device_id", "device_epoch", "op_no"),
)
"""Which version first came under an op number, so that a number used again for other content is noticed."""

held_back = Table(
    "held_back",
    metadata,
    council_id(),
    text("held_id"),
    text("content_hash"),
    text("version_id"),
    text("record_id"),
    text("scope_id"),
    text("worker_id"),
    text("device_id"),
    text("batch_id"),
    text("reason_code"),
    text("reason"),
    text("state"),
    text("received_at"),
    octets("content"),
    text("decided_at", missing=True),
    text("decided_by", missing=True),
    text("words", missing=True),
    perhaps_number("news_at"),
    PrimaryKeyConstraint("council_id", "held_id"),
    UniqueConstraint("council_id", "content_hash"),
    Index("held_back_by_state", "council_id", "state", "received_at"),
    Index("held_back_by_record", "council_id", "record_id"),
)
"""The held-back box: versions that may not be applied, whole. State: waiting, admitted or returned.

``words`` are the manager's for the worker; ``news_at`` is the worker's grant counter at which their laptop hears of it.
"""

imported = Table(
    "imported",
    metadata,
    council_id(),
    text("record_id"),
    text("fields"),
    PrimaryKeyConstraint("council_id", "record_id"),
    ForeignKeyConstraint(["council_id", "record_id"], ["record.council_id", "record.record_id"]),
)
"""What the council's files last put into a record, as JSON: what differs from it now, a worker has written."""

audit = Table(
    "audit",
    metadata,
    council_id(),
    number("no"),
    text("at"),
    text("worker_id"),
    text("device_id"),
    text("action"),
    text("detail"),
    text("previous_hash"),
    text("hash"),
    PrimaryKeyConstraint("council_id", "no"),
)
"""Who did what, as a chain: each row's hash covers the row before it."""
