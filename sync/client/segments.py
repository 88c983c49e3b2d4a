"""Fills scopes from ready-made pieces: fetched one ahead while the store writes, from the byte where a line was cut."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from typing import Protocol

from models.exchange import Arrival, Exchange
from models.identity import Identity
from sync.client.http import Offline, Refused
from sync.codec import BadMessage, unpack
from sync.wire import Segment, SegmentRef, SegmentsReply, SegmentsRequest

MOST_BYTES = 512 * 1024
"""What is fetched in one request, unless one piece alone is longer: the most that a kill makes it ask for again."""
MOST_AT_ONCE = 100
MOST_LISTS = 5
"""A list is asked for again when a piece has gone meanwhile; after so many times the rest comes by pages."""


class Pieces(Protocol):
    """What filling needs of the line."""

    def segments(self, identity: Identity, request: SegmentsRequest) -> SegmentsReply: ...

    def segment(self, identity: Identity, segment_ids: Sequence[str], start: int) -> Iterable[bytes]: ...


class Filling:
    """Fills scopes over one exchange and one line. ``check`` is called between two requests and may raise."""

    def __init__(
        self, exchange: Exchange, line: Pieces, check: Callable[[], None], tell: Callable[[int, int], None]
    ) -> None:
        self._exchange, self._line = exchange, line
        self._check, self._tell = check, tell

    def fill(self, scopes: Sequence[str]) -> int:
        """Take every piece there is for these scopes. Returns how many records came.

        What no piece covers is left to pages, and all of it where the server has no pieces. Raises Offline or
        Refused: what was taken stands, and the next call goes on from there.
        """
        received = 0
        for _ in range(MOST_LISTS):
            try:
                reply = self._line.segments(self._exchange.identity, SegmentsRequest(scopes=tuple(scopes)))
            except Refused as error:
                if error.status != 404:
                    raise
                return received
            came, is_done = self._take_all(reply, received)
            received += came
            if is_done:
                break
        return received

    def _take_all(self, reply: SegmentsReply, before: int) -> tuple[int, bool]:
        """Take what is not here yet. The second part is False where a piece has gone: the list must be asked anew."""
        taken = set(self._exchange.pieces().taken)
        missing = [one for one in reply.segments if one.segment_id not in taken]
        total, received = sum(one.rows for one in missing), 0
        writing: Future[None] | None = None
        try:
            for group in _groups(missing):
                self._check()
                try:
                    rows, whole = _read(group, self._fetch(group))
                    if len(whole) < len(group):
                        # What a cut line had left may have been something else's: once more, from the beginning.
                        rows, whole = _read(group, self._fetch(group))
                except Refused as error:
                    if error.status != 404:
                        raise
                    return received, False
                taken |= {one.segment_id for one in whole}
                marks = [(one.scope_id, one.segment_id) for one in whole]
                before_it = writing
                # It is laid out for the table while the one before it is still being written.
                writing = self._exchange.take_pieces(rows, marks, _covered(reply, taken)) if whole else None
                if before_it is not None:
                    before_it.result()
                received += len(rows)
                self._tell(before + received, before + total)
        finally:
            if writing is not None:
                writing.result()
        if not missing and (covered := _covered(reply, taken)) != self._exchange.pieces().covered:
            self._exchange.take_pieces([], [], covered).result()
        return received, True

    def _fetch(self, group: Sequence[SegmentRef]) -> bytes:
        """Fetch pieces in one request, or from where the last one was cut. Goes on at once while anything comes."""
        ids = [one.segment_id for one in group]
        name, size = ",".join(ids), sum(one.size for one in group)
        halves = self._exchange.halves
        while True:
            start = len(halves.get(name, b""))
            got = bytearray(halves.get(name, b""))
            try:
                if start < size:
                    for chunk in self._line.segment(self._exchange.identity, ids, start):
                        got += chunk
                        if len(got) > size:
                            raise Offline("more than was promised")
            except Offline:
                if len(got) > size:
                    halves.pop(name, None)
                    raise
                halves[name] = bytes(got)
                if len(got) == start:
                    raise
                continue
            if len(got) < size:
                halves[name] = bytes(got)
                if len(got) == start:
                    raise Offline("less than was promised")
                continue
            halves.pop(name, None)
            return bytes(got)


def _groups(missing: Iterable[SegmentRef]) -> Iterator[list[SegmentRef]]:
    """Put pieces together, in their order, that travel in one request.

    Who a child is comes first for each of them. That makes a small group of its own: all children can be listed before
    the first of their notes are written.
    """
    group: list[SegmentRef] = []
    places: set[tuple[str, str]] = set()
    is_first = True
    for one in missing:
        place = (one.scope_id, one.audience)
        is_full = sum(each.size for each in group) + one.size > MOST_BYTES or len(group) == MOST_AT_ONCE
        if group and (is_full or (is_first and place in places)):
            yield group
            group, is_first = [], False
        group.append(one)
        places.add(place)
    if group:
        yield group


def _read(group: Sequence[SegmentRef], data: bytes) -> tuple[list[Arrival], list[SegmentRef]]:
    """Unpack pieces. One that is not what was promised is left out: what it holds then comes by pages."""
    rows: list[Arrival] = []
    whole: list[SegmentRef] = []
    at = 0
    for one in group:
        content = data[at : at + one.size]
        at += one.size
        if hashlib.sha256(content).hexdigest() != one.sha256:
            continue
        try:
            piece = unpack(Segment, content)
        except BadMessage:
            continue
        rows += [Arrival(row.seq, row.version, row.is_head) for row in piece.rows]
        whole.append(one)
    return rows, whole


def _covered(reply: SegmentsReply, taken: set[str]) -> Mapping[str, Mapping[str, int]]:
    """What the list covers, as far as all of its pieces for a scope and audience are here."""
    open_places = {(one.scope_id, one.audience) for one in reply.segments if one.segment_id not in taken}
    return {
        scope_id: {audience: upto for audience, upto in audiences.items() if (scope_id, audience) not in open_places}
        for scope_id, audiences in reply.covered.items()
    }
