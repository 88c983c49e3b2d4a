"""Photos, sound, films and pages on their way, after all text: part by part, both ways, gone on with after any cut."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Protocol

from models.attachments.carriage import BlobRow, Carriage, Damaged, pieces_in
from models.identity import Identity
from models.status import FILES_IN, FILES_OUT, Progress
from sync.client.engine import Cancelled
from sync.client.http import Refused
from sync.wire import MAX_BLOB_BYTES, BlobOffer, BlobState

ASK_AGAIN_SECONDS = 1_800.0
"""A file that the council has not yet, or would not take, is not asked about again sooner."""
MOST_ANEW = 2
"""A file that came wrong is begun anew this often in one go, then left for later."""


class BlobLine(Protocol):
    """What carrying needs of the server; the HTTP client is one, a simulated network in tests another."""

    def offer_blob(self, identity: Identity, offer: BlobOffer) -> BlobState: ...

    def send_part(self, identity: Identity, row: BlobRow, number: int, data: bytes) -> BlobState: ...

    def blob_state(self, identity: Identity, row: BlobRow) -> BlobState: ...

    def fetch_part(self, identity: Identity, row: BlobRow, number: int) -> bytes: ...


@dataclass(slots=True)
class Carried:
    """How many files went and came, whole."""

    sent: int = 0
    received: int = 0


class Carrier:
    """Carries what waits, both ways. Kept between rounds, so that it remembers what not to ask again yet.

    ``must_stop`` is asked before each part: words that wait are sent first, and the carrying goes on after them.
    """

    def __init__(
        self,
        carriage: Carriage,
        line: BlobLine,
        identity: Callable[[], Identity],
        *,
        progress: Callable[[Progress], None],
        must_stop: Callable[[], bool],
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._carriage, self._line, self._identity = carriage, line, identity
        self._progress, self._must_stop, self._now = progress, must_stop, now
        self._not_before: dict[tuple[str, str], float] = {}

    def carry(self) -> Carried:
        """Send what must go, then fetch what must come. Raises Cancelled between two parts, Offline or Refused.

        Everything done before stands, and the next call goes on from it.
        """
        self._carriage.look()
        carried = Carried()
        out = self._due(self._carriage.to_send())
        for number, row in enumerate(out):
            self._check()
            self._progress(Progress(FILES_OUT, number + 1, len(out)))
            carried.sent += self._send(row)
        coming = self._due(self._carriage.to_fetch())
        for number, row in enumerate(coming):
            self._check()
            self._progress(Progress(FILES_IN, number + 1, len(coming)))
            carried.received += self._fetch(row)
        return carried

    def hand_over(self) -> int:
        """Send what must go, also what was put off, and fetch nothing: this laptop is to be emptied.

        Returns how many files went. Raises what :meth:`carry` raises.
        """
        self._not_before.clear()
        self._carriage.look()
        sent = 0
        for row in self._carriage.to_send():
            self._check()
            sent += self._send(row)
        return sent

    def _due(self, rows: list[BlobRow]) -> list[BlobRow]:
        now = self._now()
        return [row for row in rows if self._not_before.get((row.record_id, row.blob_id), now) <= now]

    def _later(self, row: BlobRow) -> None:
        self._not_before[row.record_id, row.blob_id] = self._now() + ASK_AGAIN_SECONDS

    def _check(self) -> None:
        if self._must_stop():
            raise Cancelled

    # ---- going ----

    def _send(self, row: BlobRow) -> bool:
        """Send one file, or what is left of it. False where the council will not have it now."""
        offer = BlobOffer(blob_id=row.blob_id, record_id=row.record_id, size=row.size, media_type=row.media_type)
        try:
            state = self._line.offer_blob(self._identity(), offer)
            for number in range(pieces_in(row.size)):
                if state.is_whole:
                    break
                if number not in state.have:
                    self._check()
                    state = self._line.send_part(self._identity(), row, number, self._carriage.part(row, number))
        except Damaged:
            self._carriage.is_lost(row)
            return False
        except Refused as error:
            if not _is_about_this_file(error):
                raise
            if error.status == 404:
                self._carriage.is_refused(row)
            self._later(row)
            return False
        if not state.is_whole:
            self._later(row)
            return False
        self._carriage.sent(row)
        return True

    # ---- coming ----

    def _fetch(self, row: BlobRow) -> bool:
        """Fetch one file, or what is left of it. False where the council has it not yet."""
        if self._carriage.is_here_already(row):
            return True
        with suppress(_NotYet):
            for _ in range(MOST_ANEW):
                if self._fetch_parts(row):
                    return True
                row = replace(row, parts_done=0)
        self._later(row)
        return False

    def _fetch_parts(self, row: BlobRow) -> bool:
        try:
            state = self._line.blob_state(self._identity(), row)
            if not state.is_whole or not 0 < state.size <= MAX_BLOB_BYTES:
                raise _NotYet
            for number in range(self._carriage.begin(row, state.size), pieces_in(state.size)):
                self._check()
                self._carriage.take_part(row, number, self._line.fetch_part(self._identity(), row, number))
        except Refused as error:
            if not _is_about_this_file(error):
                raise
            raise _NotYet from error
        return self._carriage.finish(row)


class _NotYet(Exception):
    """The council has this file not whole, or not for us."""


def _is_about_this_file(error: Refused) -> bool:
    """Tell an answer about one file from one about this laptop, after which nothing else would be answered either."""
    return error.status in (400, 404, 413)
