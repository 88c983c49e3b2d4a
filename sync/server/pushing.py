"""What a laptop sends: every version appended or held back, heads compared and set, in one transaction, once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import msgspec
from sqlalchemy import Connection, select

from models.version import Version, digest_of_hashes
from sync.server.auth import is_signed
from sync.server.books import Books, Held
from sync.server.callers import find_sender, is_shut
from sync.server.centre import Centre
from sync.server.incoming import Sent, prepare
from sync.server.judging import REASONS, Sender, moves_head, state_after, why_hold
from sync.server.lookups import PARENTS_UNKNOWN
from sync.server.outgoing import MAX_RAW_BYTES, RawPushReply, RawPushResult, RawRow, pack
from sync.server.refusal import Refusal
from sync.server.tables import held_back
from sync.server.withdrawing import concerns_readers, follow_heads, tell_of_decision
from sync.wire import MAX_BATCH_BYTES, MAX_BATCH_VERSIONS, PushRequest


@dataclass(frozen=True)
class Outcome:
    """What became of one version."""

    version_id: str
    record_id: str
    outcome: str
    reason: str = ""


def push(centre: Centre, token: str, request: PushRequest, packed_bytes: int = 0) -> bytes:
    """Take a batch and return what became of each version, packed. Sending it again gives the same answers.

    ``packed_bytes`` is the length of the message as it came. Raises Refusal 400 (bad signature), 401 or 413,
    and has stored nothing then.
    """
    _check_size(request, packed_bytes)
    sent = [prepare(version) for version in request.versions]
    digest = digest_of_hashes([one.envelope_hash for one in sent])
    with centre.database.write() as connection:
        caller = find_sender(centre, connection, token)
        if not is_signed(caller.public_key, request.signature, digest):
            raise Refusal(
                400, "bad_signature", "What this laptop sent did not carry its own signature. Nothing of it was stored."
            )
        sender = Sender(caller.worker_id, caller.device_id, caller.is_revoked, caller.is_forked)
        books = Books.load(centre, connection, sender, sent)
        outcomes = take_batch(books, sender, sent)
        hashes = [one.envelope_hash for one in sent]
        if books.has_news and _is_plain(books, outcomes):
            books.write(request.signature, hashes, is_last=True)
            return pack(RawPushReply(results=_answers(outcomes, {}, books)))
        books.write(request.signature, hashes)
        if not books.has_news:
            centre.database.settle(connection)
        follow_heads(centre, connection, books.changes())
        if books.may_free_others:
            books.look_again(admit_waiting(centre, connection, books.touched()))
        heads = books.readable_heads(one.record_id for one in outcomes if one.outcome != "head")
    return pack(RawPushReply(results=_answers(outcomes, heads, books)))


def _is_plain(books: Books, outcomes: Sequence[Outcome]) -> bool:
    """Whether writing it is all there is to do: nobody is told, nothing waited for it, and no head is asked for."""
    is_as_sent = all(one.outcome == "head" for one in outcomes)
    return is_as_sent and not books.may_free_others and not any(map(concerns_readers, books.changes()))


def _check_size(request: PushRequest, packed_bytes: int) -> None:
    """One version alone is always taken, so that nothing is stuck on a laptop; too long a one is held back."""
    many = len(request.versions)
    if many > MAX_BATCH_VERSIONS or (many > 1 and packed_bytes > MAX_BATCH_BYTES):
        raise Refusal(413, "batch_too_large", "That was too much to send at once. Nothing was stored.")


def take_batch(books: Books, sender: Sender, batch: Sequence[Sent], *, trusted: bool = False) -> list[Outcome]:
    """Decide on each version in turn and note it in the books.

    ``trusted`` is for the council's own import, which holds no scope and may write in all.
    """
    return [_take(books, sender, sent, trusted=trusted) for sent in batch]


def _take(books: Books, sender: Sender, sent: Sent, *, trusted: bool) -> Outcome:
    version = sent.version
    stored = books.stored.get(version.version_id)
    if stored is not None and stored.envelope_hash == sent.envelope_hash and sent.fault is None:
        return Outcome(version.version_id, stored.record_id, stored.outcome)
    before = books.held.get(sent.content_hash)
    # A colleague's laptop may have given it back after a restore, before the one that wrote it could send it again.
    was_given_back = before is not None and before.code == "not_yours" and _wrote(sender, version)
    if before is not None and not was_given_back:
        return Outcome(version.version_id, version.record_id, "held", before.reason)
    books.notice_fork(version)
    code: str | None
    if version.record_id in books.erased:
        code = "erased"
    elif stored is not None:
        code = "version_reused"
    else:
        code = _why_hold(books, sender, sent, trusted=trusted)
    if code is not None:
        (books.hold if before is None else books.claim)(Held(sent, code, REASONS[code]))
        return Outcome(version.version_id, version.record_id, "held", REASONS[code])
    if was_given_back:
        books.release(sent.content_hash)
    return Outcome(version.version_id, version.record_id, _append(books, sent))


def _wrote(sender: Sender, version: Version) -> bool:
    return (version.author_id, version.device_id) == (sender.worker_id, sender.device_id)


def admit_waiting(
    centre: Centre, connection: Connection, record_ids: Sequence[str], codes: Sequence[str] = (PARENTS_UNKNOWN,)
) -> set[str]:
    """Append what was held back only because it came before its parents, now that they may be here.

    ``codes``: or for these reasons, which may not hold any more (:mod:`sync.server.anew`).

    Laptops that give back what a restored server lacks come in any order: what one brings may be what several others'
    waited for, one after another. Returns the records that changed.
    """
    changed: set[str] = set()
    while fresh := _admit_some(centre, connection, record_ids, codes):
        changed |= fresh
    return changed


def _admit_some(centre: Centre, connection: Connection, record_ids: Sequence[str], codes: Sequence[str]) -> set[str]:
    waiting = connection.execute(
        select(held_back)
        .where(
            held_back.c.council_id == centre.council_id,
            held_back.c.record_id.in_(record_ids),
            held_back.c.state == "waiting",
            held_back.c.reason_code.in_(codes),
        )
        .order_by(held_back.c.received_at, held_back.c.held_id)
    ).all()
    changed: set[str] = set()
    for row in waiting:
        sent = prepare(msgspec.json.decode(row.content, type=Version))
        # Whatever waits for parents was judged when it came; a rule not known was found before anything else.
        is_closed = row.reason_code != PARENTS_UNKNOWN and is_shut(centre, connection, row.device_id)
        sender = Sender(row.worker_id, row.device_id, is_closed)
        books = Books.load(centre, connection, sender, [sent])
        if sent.version.version_id not in books.stored and _why_hold(books, sender, sent, trusted=False) is None:
            _append(books, sent)
            books.write_admitted(row.batch_id, row.content_hash)
            tell_of_decision(centre, connection, row.content_hash, row.worker_id)
            follow_heads(centre, connection, books.changes())
            changed.add(sent.version.record_id)
    return changed


def _why_hold(books: Books, sender: Sender, sent: Sent, *, trusted: bool) -> str | None:
    version = sent.version
    if sent.fault is not None:
        return sent.fault
    found = [books.stored.get(parent) for parent in version.parents]
    parents_known = all(parent is not None and parent.record_id == version.record_id for parent in found)
    if trusted and parents_known:
        return None
    before, role = books.records.get(version.record_id), books.roles.get(version.scope_id)
    return why_hold(version, sender, role, before, parents_known=parents_known)


def _append(books: Books, sent: Sent) -> str:
    before = books.records.get(sent.version.record_id)
    if moves_head(sent.version, before):
        books.append(sent, "head", state_after(sent.version, before))
        return "head"
    books.append(sent, "branch", None)
    return "branch"


def _answers(outcomes: Sequence[Outcome], heads: Mapping[str, RawRow], books: Books) -> tuple[RawPushResult, ...]:
    """Write the results, with the heads a laptop must merge with; what does not fit comes with its next pull."""
    answers, used = [], 0
    for one in outcomes:
        head = heads.get(one.record_id) if one.outcome != "head" else None
        used += len(bytes(head.version)) if head else 0
        answers.append(
            RawPushResult(
                version_id=one.version_id,
                outcome=one.outcome,
                seq=books.stored[one.version_id].seq if one.outcome != "held" else 0,
                reason=one.reason,
                head=head if used <= MAX_RAW_BYTES else None,
            )
        )
    return tuple(answers)
