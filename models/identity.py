"""Who is at this laptop, and the colleagues and assignments the server has told it of."""

from __future__ import annotations

import msgspec


class Worker(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=False):
    """A worker as laptops may know them. The server's own; laptops never write it."""

    worker_id: str
    display_name: str
    job_title: str = ""
    team: str = ""


class Assignment(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=False):
    """Who is assigned to a scope, and as what. The server's own; laptops never write it."""

    scope_id: str
    worker_id: str
    role: str
    is_lead: bool = False


class Directory(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=False):
    """The server's own facts that concern one worker: colleagues and assignments in their scopes."""

    workers: tuple[Worker, ...] = ()
    assignments: tuple[Assignment, ...] = ()


class Identity(msgspec.Struct, frozen=True, kw_only=True):
    """One worker on one enrolled laptop. ``server_url`` is empty for an invented caseload without a server.

    ``signing_key`` is the device's Ed25519 private key, 32 raw bytes; it exists nowhere but in the vault.
    ``council_key`` is the council's Ed25519 public key: only what it signed may have this laptop emptied.
    """

    device_id: str
    device_epoch: int
    council_id: str
    council_name: str
    worker: Worker
    timeline: str
    server_url: str = ""
    signing_key: bytes = b""
    sealing_key: bytes = b""
    council_key: bytes = b""
    server_certificate: str = ""
