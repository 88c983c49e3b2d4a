"""The first copy of a caseload: it says how far it is, stops when asked, and goes on from there."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from desktop.opening import Copied, copy_children
from models.casebook import Casebook
from models.identity import Directory, Identity
from models.invented import me_for_trying
from models.status import RECEIVE, Progress
from models.version import Version, encode_body, hash_body
from sync.wire import PulledRow, PullPage, PullRequest


class Pages:
    """A server's line that hands out a child a page; it is never reached by network."""

    def __init__(self, count: int) -> None:
        self.count = count
        self.asked = 0

    def __call__(self, *_about: str) -> Pages:
        return self

    def pull(self, identity: Identity, request: PullRequest) -> PullPage:
        self.asked += 1
        at = request.cursor
        if at >= self.count:
            return self._page((), request, at)
        code = f"70000{at}"
        content = encode_body({"known_as": f"Child {at}", "child_code": code})
        child = Version(
            version_id=code, record_id=f"record {code}", scope_id=f"scope {code}", type="child", policy_class="shared",
            schema=1, audience="everyone_on_record", device_id="council", device_epoch=1, op_no=at + 1,
            author_id="council", written_at="2026-11-23T10:00:00.000Z", salt=bytes(16),
            body_hash=hash_body(bytes(16), content), body=msgspec.Raw(content),
        )  # fmt: skip
        return self._page((PulledRow(seq=at + 1, version=child),), request, at + 1)

    def _page(self, rows: tuple[PulledRow, ...], request: PullRequest, cursor: int) -> PullPage:
        left = self.count - cursor
        scopes = {f"scope 70000{number}": "social_worker" for number in range(self.count)}
        return PullPage(
            rows=rows, cursor=cursor, filling={}, grant_counter=1, timeline=request.timeline, more=left > 0,
            scopes=None if request.grant_counter else scopes, directory=Directory(), still_to_come=left,
        )  # fmt: skip

    def close(self) -> None:
        pass


def test_the_first_copy_says_how_far_it_is_stops_between_two_pages_and_goes_on_where_it_stopped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pages = Pages(4)
    monkeypatch.setattr("sync.client.http.Centre", pages)
    me = msgspec.structs.replace(me_for_trying(), server_url="http://127.0.0.1:9")
    book = Casebook.open(tmp_path, bytes(32), identity=me)
    told: list[tuple[int, Progress | None]] = []
    try:
        copied = copy_children(book, lambda children, far: told.append((children, far)), lambda: pages.asked >= 2)
        assert copied == Copied(2, is_whole=False)
        # A page is written while the next one is on its way: the children may be one page behind.
        assert {children for children, far in told if far == Progress(RECEIVE, 2, 4, is_about=True)} & {1, 2}
        asked = pages.asked
        copied = copy_children(book)
        assert copied == Copied(4, is_whole=True)
        assert pages.asked - asked == 2, "what had come is not asked for again"
    finally:
        book.close()
