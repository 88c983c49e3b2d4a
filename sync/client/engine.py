"""One round of sync: pull, merge what clashes, push, settle. A kill at any line loses nothing and repeats nothing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import takewhile
from typing import Protocol

from models.errors import Trouble
from models.exchange import UNSENDABLE, Arrival, Cursors, Exchange, Pieces, Receipt, UnknownAncestry
from models.identity import Identity
from models.status import RECEIVE, SEND, Progress
from models.version import Version, batch_digest
from sync.client import agreement, segments, withdrawing
from sync.client.giving_back import AskingLine, give_back, hand_over_all
from sync.client.http import Refused
from sync.codec import pack
from sync.wire import (
    MAX_BATCH_BYTES,
    MAX_BATCH_VERSIONS,
    HistoryReply,
    PulledRow,
    PullPage,
    PullRequest,
    PushReply,
    PushRequest,
    PushResult,
)

FORKED, CLOSED = "device_forked", "device_revoked"
STILL_TAKEN = (CLOSED, FORKED)
"""What a laptop is told when it gets nothing more: the council closed it, or it has been copied and must join again."""
MOST_PASSES = 20
"""A round gives way after this many push-and-merge passes, so that two busy laptops cannot hold each other for ever."""


class Line(AskingLine, segments.Pieces, agreement.Comparing, withdrawing.Line, Protocol):
    """What a round needs of the server; the HTTP client is one, a simulated network in tests another."""

    def pull(self, identity: Identity, request: PullRequest) -> PullPage: ...

    def push(self, identity: Identity, request: PushRequest) -> PushReply: ...

    def history(self, identity: Identity, record_id: str) -> HistoryReply: ...


@dataclass(slots=True)
class Outcome:
    """What a round moved. ``held`` counts versions the server keeps safe but could not apply."""

    sent: int = 0
    received: int = 0
    held: int = 0


@dataclass(slots=True)
class _Pulling:
    """How far a pull has come: the cursors to ask from, and the page that is being written."""

    cursors: Cursors
    asked: set[str] = field(default_factory=set)
    """Scopes whose ready-made pieces have been asked for."""
    taking: Future[set[str]] | None = None
    has_news: bool = False

    def finish(self) -> None:
        """Wait until the page that is being written is. Raises what its writing raised."""
        taking, self.taking = self.taking, None
        if taking is not None:
            taking.result()


@dataclass(slots=True)
class _Pushing:
    """How far a push has come. ``under_way`` are the versions whose receipts are being written."""

    total: int
    done: int = 0
    under_way: Sequence[str] = ()
    settling: Future[set[str]] | None = None
    clashes: set[str] = field(default_factory=set)

    @property
    def has_moved(self) -> bool:
        return self.done > 0

    def finish(self) -> None:
        """Wait until those receipts are written. Raises what their writing raised."""
        settling, self.settling = self.settling, None
        if settling is not None:
            self.clashes |= settling.result()


class Cancelled(Exception):
    """The round was asked to stop; it stops between two messages, with nothing half done."""


class _NotForUs(Exception):
    """The server knows no such record among those this worker may read."""


def _never() -> bool:
    return False


def _silent(_progress: Progress) -> None:
    """Tell nobody."""


class Engine:
    """Runs rounds over one exchange and one line. Use from one thread."""

    def __init__(
        self,
        exchange: Exchange,
        line: Line,
        *,
        progress: Callable[[Progress], None] = _silent,
        must_stop: Callable[[], bool] = _never,
    ) -> None:
        self._exchange, self._line = exchange, line
        self._progress, self._must_stop = progress, must_stop
        self._expected = 0
        """About how many records this pull brings; 0 while nobody has counted."""

    def round(self) -> Outcome:
        """Do one round. Raises Offline or Refused; what was done before stands, and the next round goes on from it."""
        outcome = Outcome()
        cursors, has_work = self._exchange.standing()
        if has_work:
            self._exchange.cut_all().result()
        try:
            has_news = self._pull(outcome, cursors)
        except Refused as error:
            if error.code in STILL_TAKEN:
                # Nothing more is to be had here, but what was written is still handed over.
                self._push(outcome)
            if error.code == CLOSED:
                hand_over_all(self._exchange, self._send)
            raise
        if has_work or has_news:
            self._settle(outcome)
        return outcome

    def _settle(self, outcome: Outcome) -> None:
        """Merge, push, and carry out whatever else waits."""
        self._merge(set(self._exchange.clashing()))
        self._merge_branches()
        for _ in range(MOST_PASSES):
            clashes, moved = self._push(outcome)
            self._merge(clashes | set(self._exchange.clashing()))
            if not moved:
                break
        give_back(self._exchange, self._line, self._send)
        withdrawing.ask_about_remains(self._exchange, self._line)
        withdrawing.carry_out(self._exchange, self._line, self._must_stop)
        if outcome.sent or outcome.received:
            self._exchange.note_round(outcome.sent, outcome.received).result()

    def agree(self) -> int:
        """Compare what is here with what the council says should be, after a round that moved something.

        Returns how many records differed; they are told of, and come again with the next round. Raises Offline or
        Refused.
        """
        return agreement.agree(self._exchange, self._line)

    # ---- pull ----

    def _pull(self, outcome: Outcome, cursors: Cursors) -> bool:
        """Take page after page, each written while the next one is on its way. Returns whether anything came."""
        pulling = _Pulling(cursors)
        try:
            while self._pull_page(outcome, pulling):
                pass
        finally:
            pulling.finish()
        return pulling.has_news

    def _pull_page(self, outcome: Outcome, pulling: _Pulling) -> bool:
        """Ask for the next page and have it taken in. Returns whether more is to come."""
        self._check()
        cursor, grants, filling = before = pulling.cursors
        pieces = self._fill_from_pieces(outcome, pulling) if filling else Pieces()
        identity = self._exchange.identity
        request = PullRequest(
            cursor=cursor,
            grant_counter=grants,
            timeline=identity.timeline,
            filling=filling,
            covered={scope_id: dict(audiences) for scope_id, audiences in pieces.covered.items()},
        )
        page = self._line.pull(identity, request)
        pulling.finish()
        if page.timeline != identity.timeline:
            # The server came back from an older copy: look at everything again, and give back what it lacks.
            self._exchange.begin_timeline(page.timeline).result()
            pulling.cursors, pulling.has_news = self._exchange.cursors(), True
            return True
        self._exchange.note_contact(page.server_time, page.rules.lease_days if page.rules is not None else 0)
        # R20: a round in which nothing changed writes nothing.
        if page.rows or page.scopes is not None or (page.cursor, page.grant_counter, page.filling) != before:
            pulling.taking, pulling.has_news = self._take(page), True
        if page.rows or page.scopes is not None or page.filling != filling:
            outcome.received += len(page.rows)
            self._tell_received(outcome, page)
        pulling.cursors = (page.cursor, page.grant_counter, page.filling)
        if page.scopes is not None:
            # Which of them are new here, and so must be filled, only the store can say.
            pulling.finish()
            pulling.cursors = self._exchange.cursors()
        if not page.more and not pulling.cursors[2]:
            pulling.finish()
            if pieces != Pieces():
                self._exchange.forget_pieces().result()
            return False
        if not page.rows and pulling.cursors == before:
            # Asked again, this server would say the same for ever.
            raise Trouble("The council’s server gave an answer Heard does not understand", "Nothing is lost.")
        return True

    def _fill_from_pieces(self, outcome: Outcome, pulling: _Pulling) -> Pieces:
        """Take what is ready of the scopes being filled, once for each. Returns what is here of them."""
        pieces = self._exchange.pieces()
        empty = {scope_id for scope_id, at in pulling.cursors[2].items() if not at}
        wanted = sorted(empty - pulling.asked - pieces.by_pages - pieces.covered.keys())
        if not wanted:
            return pieces
        pulling.asked.update(wanted)
        pulling.has_news = True
        self._fill(wanted, outcome)
        return self._exchange.pieces()

    def _tell_received(self, outcome: Outcome, page: PullPage) -> None:
        """Say how far a pull of many pages has come; one page alone is no long work."""
        if page.still_to_come:
            self._expected = outcome.received + page.still_to_come
        if outcome.received and (page.more or outcome.received > len(page.rows)):
            total = self._expected and max(self._expected, outcome.received) if page.more else outcome.received
            self._progress(Progress(RECEIVE, outcome.received, total, is_about=page.more))

    def _fill(self, scopes: list[str], outcome: Outcome) -> None:
        """Take what is ready of scopes that must be filled; the rest of them comes with pages."""
        before = outcome.received

        def tell(done: int, total: int) -> None:
            outcome.received = before + done
            expected = max(self._expected, before + total)
            self._progress(Progress(RECEIVE, outcome.received, expected, is_about=True))

        segments.Filling(self._exchange, self._line, self._check, tell).fill(scopes)

    def _take(self, page: PullPage) -> Future[set[str]]:
        return self._exchange.take(
            [_arrival(row) for row in page.rows],
            cursor=page.cursor,
            grants=page.grant_counter,
            filling=page.filling,
            scopes=page.scopes,
            directory=page.directory,
            campaigns=page.campaigns,
            advice=page.rules.advice if page.rules is not None else None,
            policy=page.rules.answers if page.rules is not None else None,
            news=withdrawing.news_of(page),
        )

    # ---- merge ----

    def _merge(self, record_ids: set[str]) -> None:
        for record_id in sorted(record_ids):
            try:
                self._exchange.merge(record_id).result()
            except UnknownAncestry:
                self._check()
                with suppress(_NotForUs):
                    self._keep_history(record_id)
                    self._exchange.merge(record_id, is_whole=True).result()

    def fetch_history(self, record_id: str) -> int:
        """Fetch and keep every version of a record that this worker may read. Returns how many there are.

        0 where the server has none to give. Raises Offline or Refused.
        """
        with suppress(_NotForUs):
            return self._keep_history(record_id)
        return 0

    def _merge_branches(self) -> None:
        for record_id, version_id in self._exchange.branches():
            try:
                self._exchange.merge_branch(record_id, version_id).result()
            except UnknownAncestry:
                self._check()
                with suppress(_NotForUs):
                    self._keep_history(record_id)
                    self._exchange.merge_branch(record_id, version_id, is_whole=True).result()

    def _keep_history(self, record_id: str) -> int:
        """Fetch a record's history. Raises _NotForUs where it may not be read any more: it then stays as it is here,

        and what waits of it is sent unmerged; one such record must not hold up all the others.
        """
        try:
            reply = self._line.history(self._exchange.identity, record_id)
        except Refused as error:
            if error.status != 404:
                raise
            raise _NotForUs from error
        self._exchange.keep_history([_arrival(row) for row in reply.versions]).result()
        return len(reply.versions)

    # ---- push ----

    def _push(self, outcome: Outcome) -> tuple[set[str], bool]:
        """Send what is cut, batch after batch. Returns the records that clash, and whether anything was sent."""
        pushing = _Pushing(self._exchange.unsent_count() if self._progress is not _silent else 0)
        try:
            while self._push_batch(outcome, pushing):
                pass
        finally:
            pushing.finish()
        return pushing.clashes, pushing.has_moved

    def _push_batch(self, outcome: Outcome, pushing: _Pushing) -> bool:
        """Send the next batch, while the receipts of the one before it are written. Returns whether there was one."""
        self._check()
        batch = self._exchange.to_send(MAX_BATCH_VERSIONS, pushing.under_way)
        if not batch:
            return False
        done = pushing.done
        self._progress(Progress(SEND, done, max(pushing.total, done + len(batch))))
        results = self._send(batch)
        pushing.finish()
        pushing.under_way = [result.version_id for result in results]
        pushing.settling = self._exchange.settle([_receipt(result) for result in results])
        held = sum(result.outcome == "held" for result in results)
        outcome.held += held
        outcome.sent += len(results) - held
        pushing.done += len(results)
        self._progress(Progress(SEND, pushing.done, max(pushing.total, pushing.done)))
        return True

    def _send(self, batch: list[Version]) -> tuple[PushResult, ...]:
        # What was written before this laptop joined again goes under the name, and with the key, of that time.
        batch = list(takewhile(lambda one: one.device_id == batch[0].device_id, batch))
        signer = self._exchange.signer_of(batch[0].device_id)
        request = _signed(batch, signer)
        if len(pack(request)) > MAX_BATCH_BYTES and len(batch) > 1:
            return self._send(batch[: len(batch) // 2])
        try:
            results = self._line.push(signer, request).results
        except Refused as error:
            if error.status != 413:
                raise
            if len(batch) > 1:
                return self._send(batch[: len(batch) // 2])
            return (PushResult(version_id=batch[0].version_id, outcome="held", reason=UNSENDABLE),)
        if [result.version_id for result in results] != [version.version_id for version in batch]:
            raise Trouble("The council’s server gave an answer Heard does not understand", "Nothing is lost.")
        return results

    def _check(self) -> None:
        if self._must_stop():
            raise Cancelled


def _signed(batch: list[Version], signer: Identity) -> PushRequest:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    key = Ed25519PrivateKey.from_private_bytes(signer.signing_key)
    return PushRequest(versions=tuple(batch), signature=key.sign(batch_digest(batch)))


def _arrival(row: PulledRow) -> Arrival:
    return Arrival(row.seq, row.version, row.is_head)


def _receipt(result: PushResult) -> Receipt:
    head = _arrival(result.head) if result.head is not None else None
    return Receipt(result.version_id, result.outcome, result.seq, result.reason, head)
