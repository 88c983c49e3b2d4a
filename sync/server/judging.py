"""What is to become of a version a laptop sends: a pure judgement, with reasons for people."""

from __future__ import annotations

import re
from dataclasses import dataclass

import msgspec

from models.audience import AUDIENCES, POLICY_CLASSES
from models.ids import is_id
from models.version import Version
from sync.server import policy
from sync.wire import MAX_BODY_BYTES

MAX_ENVELOPE_BYTES = MAX_BODY_BYTES
"""Everything but the body; open choices carry whole texts."""
MAX_BODY_DEPTH = 64
"""How deep a body's lists and objects may lie in one another; a laptop's reader gives up far below this."""
_MAX_PARENTS = 64
_LARGEST_NUMBER = (1 << 53) - 1
_NAME = re.compile(r"[a-z][a-z0-9_]{0,63}")

KEPT = "It is kept whole at the council for a manager to look at."
UNKNOWN_RULE = "unknown_rule"
REASONS = {
    "device_revoked": "The council has closed Heard on this laptop. " + KEPT,
    "not_yours": "It was written under another name or on another laptop. " + KEPT,
    "unsound": "It did not arrive as it was written, or is not in a form Heard can read. " + KEPT,
    "too_large": "It is too long to send as one piece. " + KEPT,
    UNKNOWN_RULE: "It follows a rule this server does not know yet. " + KEPT,
    "erasing": "Only the council's centre can erase what was written. " + KEPT,
    "erased": "This was erased by law and cannot be changed. Who sent something, and when, is all that is kept of it.",
    "version_reused": "Something else was already sent under the same id. " + KEPT,
    "moved": "It says it belongs to another child, or is another kind of record, than before. " + KEPT,
    "parents_unknown": "It follows something the council has not received for this record. " + KEPT,
    "not_assigned": "You are not assigned here any more. " + KEPT,
    "may_not_begin": "Your part here does not include writing this. " + KEPT,
    "finished": "This was finished before; only an addendum can follow. " + KEPT,
    "another_author": "Only the worker who wrote this can change it. " + KEPT,
    "may_not_read": "Your part here does not include this, or who may see it cannot be set by you. " + KEPT,
}
"""Why a version is held back, by code: what its worker reads."""


@dataclass(frozen=True)
class RecordState:
    """A record as the council holds it, at this point of a batch."""

    record_id: str
    scope_id: str
    type: str
    policy_class: str
    author_id: str
    head_version_id: str
    audience: str
    is_finished: bool
    is_deleted: bool
    is_erased: bool

    def standing(self) -> policy.Standing:
        return policy.Standing(self.policy_class, self.audience, self.author_id, self.is_finished)


@dataclass(frozen=True)
class Change:
    """One record before and after something was done to it."""

    before: RecordState
    after: RecordState


@dataclass(frozen=True)
class Sender:
    """Who pushes."""

    worker_id: str
    device_id: str
    is_revoked: bool = False
    is_forked: bool = False


def fault_in(version: Version, body: bytes, envelope_bytes: int) -> str | None:
    """Return the reason code for which a version cannot be kept as a record's version, whoever sent it; or None.

    Looks at the version alone. ``envelope_bytes`` is its length on the wire without the body.
    """
    if len(body) > MAX_BODY_BYTES or envelope_bytes > MAX_ENVELOPE_BYTES or len(version.parents) > _MAX_PARENTS:
        return "too_large"
    ids = (version.version_id, version.record_id, version.scope_id, *version.parents)
    numbers = (version.op_no, version.device_epoch, version.schema)
    if not all(map(is_id, ids)) or not all(0 <= number <= _LARGEST_NUMBER for number in numbers):
        return "unsound"
    if not _NAME.fullmatch(version.type) or version.version_id in version.parents:
        return "unsound"
    if version.is_erased:
        return "erasing"
    if any(_depth(choice.value) > MAX_BODY_DEPTH for choice in version.open_choices):
        return "unsound"
    if version.more and not all(
        _NAME.fullmatch(name) and _is_readable(bytes(one)) for name, one in version.more.items()
    ):
        return "unsound"
    if not version.has_sound_body() or not is_readable_body(body):
        return "unsound"
    if version.policy_class not in POLICY_CLASSES or version.audience not in AUDIENCES:
        return UNKNOWN_RULE
    return None


def is_readable_body(body: bytes) -> bool:
    """Say whether every laptop can read a body: a JSON object in UTF-8, not nested out of all reason."""
    return body.lstrip(b" \t\r\n").startswith(b"{") and _is_readable(body)


def _is_readable(data: bytes) -> bool:
    try:
        value = msgspec.json.decode(data.decode("utf-8"))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return False
    return data.count(b"[") + data.count(b"{") <= MAX_BODY_DEPTH or _depth(value) <= MAX_BODY_DEPTH


def _depth(value: object) -> int:
    deepest, waiting = 0, [(value, 1)]
    while waiting:
        item, level = waiting.pop()
        deepest = max(deepest, level)
        inside = item.values() if isinstance(item, dict) else item if isinstance(item, list) else ()
        waiting.extend((part, level + 1) for part in inside)
    return deepest


def why_hold(
    version: Version, sender: Sender, role: str | None, before: RecordState | None, *, parents_known: bool
) -> str | None:
    """Return the reason code for which a sound version may not be appended; None if it may.

    ``before`` is the record as it stands (None: not there yet), ``parents_known`` whether every parent is a
    version of that record.
    """
    if (version.author_id, version.device_id) != (sender.worker_id, sender.device_id):
        return "not_yours"
    if sender.is_revoked:
        return "device_revoked"
    if before is not None and before.is_erased:
        return "erased"
    if before is not None and _identity(before) != _identity(version):
        return "moved"
    if not parents_known:
        return "parents_unknown"
    if role is None:
        return "not_assigned"
    if before is None:
        return None if policy.can_begin(version.policy_class, version.audience, role) else "may_not_begin"
    if policy.can_change(before.standing(), version.audience, sender.worker_id, role):
        return None
    return _why_not_change(before, sender.worker_id, role)


def _why_not_change(before: RecordState, worker_id: str, role: str) -> str:
    is_author = before.author_id == worker_id
    if not policy.can_read(before.audience, role, is_author=is_author):
        return "may_not_read"
    if before.is_finished:
        return "finished"
    may_as_author = policy.can_change(before.standing(), before.audience, before.author_id, role)
    return "another_author" if may_as_author and not is_author and before.policy_class == "authored" else "may_not_read"


def _identity(thing: RecordState | Version) -> tuple[str, str, str]:
    return thing.scope_id, thing.type, thing.policy_class


def moves_head(version: Version, before: RecordState | None) -> bool:
    """Say whether the head moves to this version: the record is new, or the head is among its parents."""
    return before is None or before.head_version_id in version.parents


def state_after(version: Version, before: RecordState | None) -> RecordState:
    """Return the record with this version as its head."""
    return RecordState(
        record_id=version.record_id,
        scope_id=version.scope_id,
        type=version.type,
        policy_class=version.policy_class,
        author_id=before.author_id if before else version.author_id,
        head_version_id=version.version_id,
        audience=version.audience,
        is_finished=version.is_finished,
        is_deleted=version.is_deleted,
        is_erased=version.is_erased,
    )
