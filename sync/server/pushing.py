"""What laptops send: every version appended or held back, heads compared and set, in one transaction, once."""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import msgspec
from sqlalchemy import Connection, select

from models.version import Version, digest_of_hashes
from sync.server import refusal
from sync.server.auth import is_signed
from sync.server.books import Books, Held, Page, write_pages
from sync.server.callers import Caller, find_senders, is_shut
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


@dataclass(frozen=True)
class Pushed:
    """One push on its way in, with all that can be worked out about it before anybody waits for it."""

    token: str
    signature: bytes
    sent: tuple[Sent, ...]
    digest: bytes

    def goes_with(self, others: Sequence[Pushed]) -> bool:
        """Whether it may be taken together with these: nothing that one of them waits for is another's.

        What two have in common is a laptop, a child or a record; whatever else might be is found by the database, and
        ends in each being taken by itself.
        """
        room = MAX_BATCH_VERSIONS - sum(len(one.sent) for one in others)
        return len(self.sent) <= room and all(self._touched.isdisjoint(one._touched) for one in others)

    @functools.cached_property
    def _touched(self) -> frozenset[str]:
        versions = [one.version for one in self.sent]
        return frozenset(
            [self.token, *(one.device_id for one in versions)]
            + [name for one in versions for name in (one.record_id, one.scope_id)]
        )


def receive(token: str, request: PushRequest, packed_bytes: int = 0) -> Pushed:
    """Take what came apart and look at it. ``packed_bytes`` is its length as it came. Raises Refusal 413."""
    _check_size(request, packed_bytes)
    sent = tuple(prepare(version) for version in request.versions)
    return Pushed(token, request.signature, sent, digest_of_hashes([one.envelope_hash for one in sent]))


def push(centre: Centre, pushed: Sequence[Pushed]) -> list[bytes | Refusal]:
    """Take pushes, in one transaction, and return what became of each version of each, packed.

    They go together (:meth:`Pushed.goes_with`). Sending one again gives the same answers. One that is refused (400 for
    a bad signature, 401) has stored nothing, and the others are not touched by that.
    """
    with centre.database.write() as connection:
        callers = find_senders(centre, connection, [one.token for one in pushed])
        senders = [_admit(caller, one) for caller, one in zip(callers, pushed, strict=True)]
        good = [(sender, one) for sender, one in zip(senders, pushed, strict=True) if isinstance(sender, Sender)]
        loaded = Books.load_all(centre, connection, [(sender, one.sent) for sender, one in good]) if good else []
        taken = [
            _Taken(one, books, take_batch(books, sender, one.sent))
            for (sender, one), books in zip(good, loaded, strict=True)
        ]
        _write(centre, connection, taken)
    answers = iter(taken)
    return [sender if isinstance(sender, Refusal) else next(answers).answer() for sender in senders]


def _admit(caller: Caller | None, one: Pushed) -> Sender | Refusal:
    if caller is None:
        return refusal.not_signed_in()
    if not is_signed(caller.public_key, one.signature, one.digest):
        told = "What this laptop sent did not carry its own signature. Nothing of it was stored."
        return Refusal(400, "bad_signature", told)
    return Sender(caller.worker_id, caller.device_id, caller.is_revoked, caller.is_forked)


@dataclass
class _Taken:
    """A push that was judged. ``heads`` are those a laptop must merge with."""

    pushed: Pushed
    books: Books
    outcomes: Sequence[Outcome]
    heads: Mapping[str, RawRow] = field(default_factory=dict)

    @functools.cached_property
    def is_plain(self) -> bool:
        """Whether writing it is all there is to do: nobody is told, nothing waited for it, and no head is asked for."""
        books = self.books
        is_as_sent = books.has_news and all(one.outcome == "head" for one in self.outcomes)
        return is_as_sent and not books.may_free_others and not any(map(concerns_readers, books.changes()))

    def page(self, now: str) -> Page:
        return self.books.page(self.pushed.signature, [one.envelope_hash for one in self.pushed.sent], now)

    def answer(self) -> bytes:
        return pack(RawPushReply(results=_answers(self.outcomes, self.heads, self.books)))


def _write(centre: Centre, connection: Connection, taken: Sequence[_Taken]) -> None:
    now, news = centre.clock.stamp(), [one for one in taken if one.books.has_news]
    is_all = all(one.is_plain for one in taken)
    if news:
        write_pages(centre, connection, [one.page(now) for one in news], now, is_last=is_all)
    if len(news) < len(taken):
        centre.database.settle(connection)
    for one in taken:
        if not one.is_plain:
            _follow(centre, connection, one)


def _follow(centre: Centre, connection: Connection, one: _Taken) -> None:
    """Do what follows from a push beside writing it."""
    follow_heads(centre, connection, one.books.changes())
    if one.books.may_free_others:
        one.books.look_again(admit_waiting(centre, connection, one.books.touched()))
    one.heads = one.books.readable_heads(each.record_id for each in one.outcomes if each.outcome != "head")


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
