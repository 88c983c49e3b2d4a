"""The one sync thread: rounds by timer, by a cut version, by the network coming up and by F5; never in the way."""

from __future__ import annotations

import platform
import threading
import time
import zlib
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from typing import Any, TypeVar

from models.casebook import Casebook
from models.changes import Changes
from models.errors import Trouble
from models.identity import Identity
from models.status import ATTENTION, NOT_JOINED, OFFLINE, PAUSED, SENDING, SENT, Progress, Status
from sync.client.backoff import Backoff
from sync.client.blobs import Carrier
from sync.client.closing import Closed, hand_over
from sync.client.drop import DropSender, post_alone
from sync.client.engine import CLOSED, FORKED, Cancelled, Engine, Outcome
from sync.client.http import Centre, Offline, Refused
from sync.client.joining import join_again
from sync.client.proofs import Proofs
from sync.wire import CoverRequest

EVERY_SECONDS = 300.0
AFTER_A_CUT_SECONDS = 5.0
"""A version just cut is sent this soon, so that a burst of them goes as one batch."""
AGREE_SECONDS = 600.0
"""After a round that moved something both ends compare what they hold, at most so often; and once a day anyway."""
DAY_SECONDS = 86_400.0
HOUSEKEEPING_SECONDS = 20.0
LOOK_AGAIN_SECONDS = 0.2
AT_LOCK_SECONDS = 5.0
SHOWN_AFTER_SECONDS = 0.3
"""A round quicker than this never flickers the status line."""
PAUSE_SECONDS = 3600.0
"""A round the worker stopped goes on by itself after this: nothing lies unsent because it was forgotten."""


T = TypeVar("T")
NEEDS_A_LINE = (
    "Asking for cover needs a connection",
    "Nothing has been asked yet. What you typed is still here.",
    "Ask again when you are online. If it cannot wait, ring your duty manager.",
)
LEFT_BEHIND = (
    "The council has closed Heard on this laptop. Not everything here could be handed over yet, so nothing is removed. "
    "Heard tries again by itself; if this stays, please ring your council’s IT."
)


def _words_of(error: Exception) -> str:
    if isinstance(error, Trouble):
        return str(error)
    return "Something in Heard went wrong while sending. Everything is saved here. Heard tries again by itself."


class SyncRunner:
    """Runs rounds while the vault is open, keeps house between them, and says how things stand.

    ``tell`` gets a Status from this thread after each change. An invented caseload without a server only keeps house.
    """

    def __init__(
        self,
        casebook: Casebook,
        tell: Callable[[Status], None],
        *,
        closed: Callable[[Closed], None] = lambda _closed: None,
        now: Callable[[], float] = time.monotonic,
        every_seconds: float = EVERY_SECONDS,
    ) -> None:
        self._casebook, self._tell, self._now, self._closed = casebook, tell, now, closed
        self._every = every_seconds
        self._wake, self._stopping = threading.Event(), threading.Event()
        self._backoff = Backoff()
        identity = casebook.me
        self._centre = Centre(identity.server_url, identity.server_certificate) if identity.server_url else None
        # Laptops start their day together; spread by device, they do not sync together.
        spread = zlib.crc32(identity.device_id.encode()) % 1000 / 1000
        self._next_round = now() if self._centre else float("inf")
        self._step = every_seconds * (0.75 + 0.5 * spread)
        self._next_house = now() + HOUSEKEEPING_SECONDS
        self._agreed_at, self._agree_by = now() - AGREE_SECONDS, now() + DAY_SECONDS
        self._status = Status(OFFLINE if self._centre else NOT_JOINED)
        self._last_sent_at: datetime | None = None
        self._is_pausing = self._must_join = False
        self._wishes: deque[tuple[Callable[[Centre], Any], Future[Any]]] = deque()
        self._joins: deque[tuple[tuple[str, str, str], Future[Identity]]] = deque()
        self._proofs = Proofs(casebook.exchange, self._centre) if self._centre else None
        self._next_look = self._next_carry = float("inf")
        self._carrier: Carrier | None = None
        if self._centre:
            exchange, stop = casebook.exchange, self._must_put_files_off
            self._carrier = Carrier(
                casebook.carriage, self._centre, lambda: exchange.identity, progress=self._progress, must_stop=stop
            )
        self._drops: DropSender | None = None
        if self._centre:
            post = post_alone(self._centre.url, identity.server_certificate)
            self._drops = DropSender(casebook.exchange, post, casebook.clock.today)
        self._next_throw = now() + self._drops.gap if self._drops else float("inf")
        # The round's own timer speaks from another thread: never after the round has said how it ended.
        self._saying = threading.RLock()
        self._round_began: float | None = None
        self._done_so_far: Progress | None = None
        self._is_quiet = False
        self._stop_listening = casebook.listen(self._heard)
        self._thread = threading.Thread(target=self._run, name="sync", daemon=True)

    def start(self) -> None:
        """Begin with a round at once."""
        self._thread.start()

    def sync_now(self) -> None:
        """Go ahead of the timer: F5, "Try now", "Go on", or the network coming up."""
        if self._centre:
            self._is_pausing = False
            self._next_round = self._now()
            self._wake.set()

    def pause(self) -> None:
        """Stop the round that runs, between two messages. It goes on from there at "Go on", or after an hour."""
        self._is_pausing = True

    def fetch_history(self, record_id: str) -> Future[int]:
        """Fetch the rest of a record's history, between two messages of whatever runs. Returns how many versions came.

        The future fails with Trouble where there is no server, or none can be reached now.
        """
        return self._wish(lambda centre: Engine(self._casebook.exchange, centre).fetch_history(record_id))

    def ask_for_cover(self, child: str, reason: str) -> Future[str]:
        """Ask to be let in to a child for a day, by the council's own number. Returns until when; then a round begins.

        The future fails with Trouble for a number or a reason the council does not take, and without a connection.
        """

        def ask(centre: Centre) -> str:
            try:
                reply = centre.cover(self._casebook.me, CoverRequest(child=child, reason=reason))
            except Offline as error:
                raise Trouble(*NEEDS_A_LINE) from error
            self._next_round = self._now()
            return reply.until_at

        return self._wish(ask)

    def _wish(self, ask: Callable[[Centre], T]) -> Future[T]:
        """Have something asked of the council between two messages of whatever runs."""
        wish: Future[T] = Future()
        if self._centre is None or self._stopping.is_set():
            wish.set_exception(Trouble("There is no council’s server to ask", "What is kept here is shown."))
        else:
            self._wishes.append((ask, wish))
            self._wake.set()
        return wish

    def join_again(self, code: str, sign_in_name: str, password: str) -> Future[Identity]:
        """Let this laptop join again, between two rounds, with everything on it as it is; then a round begins.

        The future fails with Trouble for a wrong code or password, or where no server can be reached.
        """
        join: Future[Identity] = Future()
        self._joins.append(((code, sign_in_name, password), join))
        self._wake.set()
        return join

    def stop(self, seconds: float = AT_LOCK_SECONDS) -> None:
        """Send what can be sent within ``seconds``, then end. A round cut short loses nothing."""
        end = time.monotonic() + seconds
        if self._centre and self._status.state in (SENT, SENDING) and self._casebook.waiting_count():
            self.sync_now()
            while time.monotonic() < end and self._status.state in (SENT, SENDING) and self._casebook.waiting_count():
                self._stopping.wait(0.02)
        self._stopping.set()
        self._wake.set()
        self._stop_listening()
        if self._thread.is_alive():
            self._thread.join(max(0.5, end - time.monotonic()))

    def _heard(self, changes: Changes) -> None:
        if changes.is_sync:
            return
        if self._centre and self._status.state in (SENT, SENDING):
            self._next_round = min(self._next_round, self._now() + AFTER_A_CUT_SECONDS)
            self._wake.set()
        with self._saying:
            self._say(self._status.state, self._status.words, self._status.progress)

    def _run(self) -> None:
        while not self._stopping.is_set():
            due = (self._next_round, self._next_house, self._next_look, self._next_throw, self._next_carry)
            wait = max(0.0, min(due) - self._now())
            self._wake.wait(wait)
            self._wake.clear()
            if self._stopping.is_set():
                break
            self._grant_wishes()
            self._let_join()
            if self._now() >= self._next_house:
                self._alive(self._keep_house)
            if self._now() >= self._next_round:
                self._alive(self._round)
            if self._now() >= self._next_carry:
                self._alive(self._carry)
            if self._now() >= self._next_look:
                self._alive(self._look)
            if self._now() >= self._next_throw:
                self._alive(self._throw)
        self._grant_wishes()
        self._let_join()
        if self._centre:
            self._centre.close()

    def _grant_wishes(self) -> None:
        """Answer what a worker waits for. Whatever becomes of it is told to whoever asked, a bug too."""
        while self._wishes:
            ask, wish = self._wishes.popleft()
            try:
                if self._stopping.is_set() or self._centre is None:
                    raise Trouble("Heard is closing", "Nothing is lost.")
                wish.set_result(ask(self._centre))
            except Exception as error:  # noqa: BLE001 - handed over whole, and raised on the main thread
                wish.set_exception(error)

    def _let_join(self) -> None:
        while self._joins:
            words, join = self._joins.popleft()
            try:
                if self._stopping.is_set() or self._centre is None:
                    raise Trouble("Heard is closing", "Nothing is lost.")
                join.set_result(join_again(self._casebook.exchange, *words, platform.node() or "laptop"))
                self.sync_now()
            except Exception as error:  # noqa: BLE001 - handed over whole, and raised on the main thread
                join.set_exception(error)

    def _look(self) -> None:
        """Look at some of what came: whether it is as it was signed. A small step, and the next one a little later."""
        self._next_look = float("inf")
        assert self._proofs is not None
        # Without a line it waits for the next round; a server that knows no proofs is an older one.
        with suppress(Offline, Refused):
            if self._proofs.step():
                self._next_look = self._now() + LOOK_AGAIN_SECONDS

    def _must_put_files_off(self) -> bool:
        """Asked between two parts of a file: words that wait go first, and so does a worker's question."""
        return self._must_stop() or bool(self._joins) or self._now() >= self._next_round

    def _carry(self) -> None:
        """Carry photos, sound, films and pages, after all words. What comes between is done first; then it goes on."""
        assert self._carrier is not None
        self._next_carry = float("inf")
        self._is_pausing = is_moved = False
        try:
            with self._busy(is_quiet=True):
                carried = self._carrier.carry()
            is_moved = bool(carried.sent or carried.received)
        except Cancelled:
            # After the next round it goes on by itself.
            if self._is_pausing:
                self._next_round = self._now() + PAUSE_SECONDS
                self._end_round(PAUSED)
            return
        except Offline as error:
            self._next_round = self._now() + self._backoff.failed(error.retry_after)
            self._end_round(OFFLINE)
            return
        except Refused:
            # Why is for the next round to find out and to say: this laptop is closed, or was copied.
            self._next_round = min(self._next_round, self._now() + self._backoff.failed())
        with self._saying:  # or the timer might be just about to say that it is under way
            if is_moved or self._status.state == SENDING:
                self._end_round(SENT)

    def _throw(self) -> None:
        """Perhaps let one anonymous answer go. Nothing is said of it, whatever becomes of it."""
        assert self._drops is not None
        with suppress(Offline):
            if self._status.state == SENT:
                self._drops.throw()
        self._next_throw = self._now() + self._drops.gap

    def _must_stop(self) -> bool:
        """Asked between two messages: the moment at which a worker's question may go first."""
        self._grant_wishes()
        return self._stopping.is_set() or self._is_pausing

    def _alive(self, step: Callable[[], None]) -> None:
        """Run a step so that not even a bug ends sync for good: it is reported, and tried again after a while."""
        try:
            step()
        except Exception as error:  # noqa: BLE001 - handed to the crash path as the thread's own end would be
            # Keeping house is no round: a laptop without a server never gets one.
            if self._centre:
                self._next_round = self._now() + self._backoff.failed()
            if not isinstance(error, Trouble):
                threading.excepthook(threading.ExceptHookArgs((type(error), error, error.__traceback__, self._thread)))
            with suppress(Trouble):
                self._say(ATTENTION if self._centre else self._status.state, _words_of(error))

    def _round(self) -> None:
        assert self._centre is not None
        self._next_round = self._now() + self._step
        self._is_pausing = False
        engine = Engine(self._casebook.exchange, self._centre, progress=self._progress, must_stop=self._must_stop)
        try:
            with self._busy():
                outcome: Outcome | None = engine.round()
        except Cancelled:
            if self._is_pausing:
                self._next_round = self._now() + PAUSE_SECONDS
                self._end_round(PAUSED)
            return
        except Offline as error:
            self._next_round = self._now() + self._backoff.failed(error.retry_after)
            self._end_round(OFFLINE)
            return
        except Trouble as error:
            wait = error.retry_after if isinstance(error, Refused) else 0.0
            self._next_round = self._now() + self._backoff.failed(wait)
            code = error.code if isinstance(error, Refused) else ""
            self._end_round(ATTENTION, str(error), must_join=code == FORKED)
            if code == CLOSED:
                self._hand_over()
            return
        self._backoff.succeeded()
        self._last_sent_at = datetime.now(UTC)
        self._end_round(SENT)
        if self._proofs is not None:
            self._proofs.begin()
            self._next_look = self._now()
        self._next_carry = self._now()
        if outcome and outcome.received:
            self._index()
        if outcome and (outcome.sent or outcome.received):
            self._agree_by = min(self._agree_by, self._agreed_at + AGREE_SECONDS)
        if self._now() >= self._agree_by or self._casebook.exchange.was_put_back():
            self._agree(engine)

    def _hand_over(self) -> None:
        """The council says that it has closed this laptop: give it all there is, and say so once it has everything."""
        assert self._centre is not None
        assert self._carrier is not None
        assert self._drops is not None
        exchange = self._casebook.exchange
        with suppress(Offline, Refused, Cancelled):
            closed = hand_over(exchange, self._centre, self._carrier, self._drops)
            if closed is None:
                return
            if exchange.left_behind():
                # Something was written meanwhile; this round, too, ends in being refused.
                with suppress(Refused):
                    Engine(exchange, self._centre, must_stop=self._must_stop).round()
            if exchange.left_behind():
                self._say(ATTENTION, LEFT_BEHIND)
            else:
                self._closed(closed)

    def _agree(self, engine: Engine) -> None:
        """Compare with the council what is here. What differs comes at once, and is told of where all else is."""
        self._agreed_at = self._now()
        self._agree_by = self._agreed_at + DAY_SECONDS
        with suppress(Trouble):
            if engine.agree():
                self._next_round = self._now()

    @contextmanager
    def _busy(self, *, is_quiet: bool = False) -> Iterator[None]:
        """While it runs, and once it has run for a moment, the status line says how far it is.

        ``is_quiet``: only once there is something to tell of; looking what there is to do is not worth a word.
        """
        self._done_so_far, self._is_quiet, self._round_began = None, is_quiet, time.monotonic()
        shown = threading.Timer(SHOWN_AFTER_SECONDS, self._show_busy)
        shown.daemon = True
        shown.start()
        try:
            yield
        finally:
            shown.cancel()
            self._round_began = None

    def _end_round(self, state: str, words: str = "", *, must_join: bool = False) -> None:
        with self._saying:
            self._round_began = None
            self._must_join = must_join
            self._say(state, words)

    def _progress(self, progress: Progress) -> None:
        self._done_so_far = progress
        began = self._round_began
        if began is not None and time.monotonic() - began >= SHOWN_AFTER_SECONDS:
            self._show_busy()

    def _show_busy(self) -> None:
        with self._saying:
            if self._round_began is not None and not (self._is_quiet and self._done_so_far is None):
                self._say(SENDING, progress=self._done_so_far)

    def _keep_house(self) -> None:
        """Cut what has rested, index what came, copy the vault once a day. None of it may stop a round."""
        self._next_house = self._now() + HOUSEKEEPING_SECONDS
        with suppress(Trouble):
            self._casebook.lease.look()
            self._casebook.cut_rested().result()
            self._index()
            today = self._casebook.clock.today().isoformat()
            if self._casebook.remembered("backed_up_on") != today:
                self._casebook.attachments.keep_house(time.time())
                self._casebook.back_up()
                self._casebook.remember("backed_up_on", today).result()

    def _index(self) -> None:
        with suppress(Trouble):
            while not self._stopping.is_set() and self._casebook.index_some().result():
                pass

    def _say(self, state: str, words: str = "", progress: Progress | None = None) -> None:
        if self._stopping.is_set():
            return
        waiting = self._casebook.waiting_count()
        held = self._casebook.held_count()
        self._status = Status(state, waiting, self._last_sent_at, words, progress, self._must_join, held)
        self._tell(self._status)
