"""Files of records at the council: taken part by part from who may send them, handed to who may read, never wrong."""

from __future__ import annotations

import hashlib
import itertools
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from litestar.testing import TestClient
from sqlalchemy import func, insert, select

from models.audience import AUDIENCES, POLICY_CLASSES, ROLES
from models.errors import Trouble
from models.version import Version
from sync.codec import CONTENT_TYPE, pack, unpack
from sync.server import policy
from sync.server.administration import Administration
from sync.server.app import build_app_on
from sync.server.blob_care import folder_beside
from sync.server.blob_places import FolderPlace
from sync.server.blobs import MOST_OF_A_RECORD, forget
from sync.server.care import back_up, check_everything
from sync.server.centre import Centre, open_centre
from sync.server.policy import Standing
from sync.server.refusal import Refusal
from sync.server.restoring import restore
from sync.server.settings import Settings
from sync.server.tables import audit, blob, blob_part
from sync.wire import (
    BLOB_PART_BYTES,
    MAX_BLOB_BYTES,
    PART_HASH_HEADER,
    ROUTES,
    BlobOffer,
    BlobState,
    ErrorReply,
)
from tests.unit.server.kinds import on_disk, on_file

Enrol = Callable[..., Any]
DATA = random.Random(5).randbytes(2 * BLOB_PART_BYTES + 777)
PARTS = [DATA[at : at + BLOB_PART_BYTES] for at in range(0, len(DATA), BLOB_PART_BYTES)]
BLOB_ID = hashlib.sha256(DATA).hexdigest()


def sha(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def record_of(laptop: Any, scope_id: str, **more: Any) -> Version:
    """A record that speaks of a file, pushed."""
    version = laptop.version(scope_id, {"blob_id": BLOB_ID}, type="attachment", **more)
    laptop.push(version)
    return version


def offer(laptop: Any, of: str, data: bytes = DATA, **more: Any) -> BlobState:
    facts = {"blob_id": sha(data), "record_id": of, "size": len(data), "media_type": "image/jpeg"}
    return laptop.hub.offer_blob(laptop.token or laptop.sign_in(), BlobOffer(**{**facts, **more}))  # type: ignore[no-any-return]


def send(laptop: Any, record_id: str, number: int, data: bytes | None = None, blob_id: str = BLOB_ID) -> BlobState:
    part = PARTS[number] if data is None else data
    return laptop.hub.take_part(laptop.token, record_id, blob_id, number, part, sha(part))  # type: ignore[no-any-return]


def send_all(laptop: Any, record_id: str) -> BlobState:
    offer(laptop, record_id)
    return [send(laptop, record_id, number) for number in range(len(PARTS))][-1]


def fetch(laptop: Any, record_id: str) -> bytes:
    found = laptop.hub.blob_state(laptop.token or laptop.sign_in(), record_id, BLOB_ID)
    assert found.is_whole
    parts = [laptop.hub.blob_part(laptop.token, record_id, BLOB_ID, number) for number in found.have]
    assert all(sha(part.data) == part.sha256 for part in parts)
    return b"".join(part.data for part in parts)


def refused(ask: Callable[[], Any]) -> tuple[int, str]:
    with pytest.raises(Refusal) as told:
        ask()
    return told.value.status, told.value.code


def rows(centre: Centre) -> tuple[int, int]:
    with centre.database.read() as connection:
        counts = [select(func.count()).select_from(table) for table in (blob, blob_part)]
        blobs, parts = (connection.execute(count).scalar_one() for count in counts)
    return blobs, parts


def test_a_photo_comes_in_parts_and_goes_whole_to_a_colleague(amy: Any, ben: Any, sarah: str) -> None:
    record = record_of(amy, sarah)
    assert offer(amy, record.record_id) == BlobState(
        blob_id=BLOB_ID, size=len(DATA), media_type="image/jpeg", have=(), is_whole=False
    )
    for number in (2, 0):
        state = send(amy, record.record_id, number)
    assert (state.have, state.is_whole) == ((0, 2), False)
    assert refused(lambda: ben.hub.blob_part(ben.sign_in(), record.record_id, BLOB_ID, 0)) == (404, "not_found")
    assert ben.hub.blob_state(ben.token, record.record_id, BLOB_ID).have == (0, 2)
    assert offer(amy, record.record_id).have == (0, 2)
    assert send(amy, record.record_id, 1).is_whole
    assert fetch(ben, record.record_id) == DATA
    assert send(amy, record.record_id, 1).is_whole  # said again after a lost answer
    assert offer(amy, record.record_id).is_whole


def test_what_is_not_what_its_hash_says_is_refused_and_forgotten(amy: Any, sarah: str, centre: Centre) -> None:
    record = record_of(amy, sarah)
    offer(amy, record.record_id)
    for number in (0, 1):
        send(amy, record.record_id, number)
    other = bytes(len(PARTS[2]))
    assert refused(lambda: send(amy, record.record_id, 2, other)) == (400, "blob_wrong")
    assert rows(centre) == (0, 0)
    assert list(centre.blobs.records(centre.council_id)) in ([], [record.record_id])
    assert centre.blobs.get(centre.council_id, record.record_id, BLOB_ID, 0) is None
    assert send_all(amy, record.record_id).is_whole  # and the true one is taken all the same
    with centre.database.read() as connection:
        assert "blob_wrong" in connection.execute(select(audit.c.action)).scalars().all()


def test_a_part_that_changed_on_the_way_or_has_another_length_is_not_stored(
    amy: Any, sarah: str, centre: Centre
) -> None:
    record = record_of(amy, sarah)
    offer(amy, record.record_id)

    def put(number: int, data: bytes, sha256: str) -> tuple[int, str]:
        return refused(lambda: amy.hub.take_part(amy.token, record.record_id, BLOB_ID, number, data, sha256))

    assert put(0, PARTS[0], sha(b"other")) == (400, "part_damaged")
    assert put(0, PARTS[0], "") == (400, "part_damaged")
    for number, data in ((0, PARTS[0][:-1]), (2, PARTS[0]), (3, b"x"), (-1, PARTS[0]), (10**9, PARTS[0]), (0, b"")):
        assert put(number, data, sha(data)) == (400, "bad_message")
    assert rows(centre) == (1, 0)


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"size": 0}, "bad_message"),
        ({"size": -5}, "bad_message"),
        ({"size": MAX_BLOB_BYTES + 1}, "blob_too_large"),
        ({"media_type": "../x"}, "bad_message"),
        ({"media_type": "text/html; charset=x"}, "bad_message"),
        ({"blob_id": "../../etc/passwd"}, "not_found"),
        ({"blob_id": BLOB_ID.upper()}, "not_found"),
        ({"record_id": "../x"}, "not_found"),
        ({"record_id": "01a00000-0000-7000-8000-000000000009"}, "not_found"),
    ],
)
def test_an_offer_that_cannot_be_true_is_refused(
    more: dict[str, Any], code: str, amy: Any, sarah: str, centre: Centre
) -> None:
    record = record_of(amy, sarah)
    assert refused(lambda: offer(amy, record.record_id, **more))[1] == code
    assert rows(centre) == (0, 0)


def test_a_record_has_only_so_many_files(amy: Any, sarah: str) -> None:
    record = record_of(amy, sarah)
    for number in range(MOST_OF_A_RECORD):
        offer(amy, record.record_id, bytes([number]))
    assert refused(lambda: offer(amy, record.record_id, b"one more")) == (413, "too_many_blobs")


def test_an_offer_of_another_size_begins_anew_until_one_is_whole(amy: Any, sarah: str) -> None:
    record = record_of(amy, sarah)
    offer(amy, record.record_id, size=BLOB_PART_BYTES + 5)
    assert send(amy, record.record_id, 0).have == (0,)
    state = offer(amy, record.record_id)
    assert (state.size, state.have) == (len(DATA), ())
    assert send_all(amy, record.record_id).is_whole
    assert offer(amy, record.record_id, size=9).size == len(DATA)


# ---- who may ----


def test_who_may_not_read_a_record_learns_nothing_of_its_file(
    amy: Any, ben: Any, sarah: str, enrol: Enrol, office: Administration
) -> None:
    private = record_of(amy, sarah, audience="only_author")
    send_all(amy, private.record_id)
    shared = record_of(amy, sarah)
    send_all(amy, shared.record_id)
    stranger = enrol("cat", c1002="social_worker") if office.open_scope("child", "1002") else None
    for laptop, record in ((ben, private), (stranger, private), (stranger, shared)):
        for ask in (
            lambda laptop=laptop, record=record: fetch(laptop, record.record_id),
            lambda laptop=laptop, record=record: laptop.hub.blob_part(laptop.token, record.record_id, BLOB_ID, 0),
            lambda laptop=laptop, record=record: offer(laptop, record.record_id),
            lambda laptop=laptop, record=record: send(laptop, record.record_id, 0),
        ):
            assert refused(ask) == (404, "not_found")
    none = refused(lambda: fetch(ben, "01a00000-0000-7000-8000-000000000009"))
    assert none == (404, "not_found")
    assert fetch(ben, shared.record_id) == DATA


def test_knowing_the_hash_of_a_file_gives_nobody_the_file(amy: Any, ben: Any, sarah: str) -> None:
    private = record_of(amy, sarah, audience="only_author")
    send_all(amy, private.record_id)
    own = record_of(ben, sarah)
    state = offer(ben, own.record_id)
    assert (state.have, state.is_whole) == ((), False)
    assert refused(lambda: ben.hub.blob_part(ben.token, own.record_id, BLOB_ID, 0)) == (404, "not_found")


def test_a_file_follows_its_record_when_who_may_see_it_is_narrowed(amy: Any, ben: Any, sarah: str) -> None:
    record = record_of(amy, sarah)
    send_all(amy, record.record_id)
    assert fetch(ben, record.record_id) == DATA
    amy.push(amy.version(sarah, {"blob_id": BLOB_ID}, record, audience="only_author"))
    assert refused(lambda: fetch(ben, record.record_id)) == (404, "not_found")
    assert fetch(amy, record.record_id) == DATA


def test_reading_a_protected_file_is_audited_once(amy: Any, sarah: str, centre: Centre) -> None:
    record = record_of(amy, sarah, audience="protected")
    send_all(amy, record.record_id)
    fetch(amy, record.record_id)
    with centre.database.read() as connection:
        told = connection.execute(select(audit.c.detail).where(audit.c.action == "read_protected")).scalars().all()
    assert sum('"blob"' in row for row in told) == 1


def test_a_closed_laptop_hands_over_what_belongs_to_its_words_and_is_given_nothing(
    amy: Any, sarah: str, office: Administration
) -> None:
    before, after = record_of(amy, sarah), amy.version(sarah, {"blob_id": BLOB_ID}, type="attachment")
    send_all(amy, record_of(amy, sarah).record_id)
    office.revoke(amy.joined.device_id)
    amy.push(after)  # goes to the held-back box
    for record in (before, after):
        assert send_all(amy, record.record_id).is_whole
    for ask in (
        lambda: amy.hub.blob_state(amy.token, before.record_id, BLOB_ID),
        lambda: amy.hub.blob_part(amy.token, before.record_id, BLOB_ID, 0),
    ):
        assert refused(ask) == (401, "device_revoked")


def test_an_author_no_longer_assigned_still_hands_over_and_no_longer_reads(
    amy: Any, ben: Any, sarah: str, office: Administration
) -> None:
    record = record_of(ben, sarah)
    office.unassign("ben", "1001")
    assert send_all(ben, record.record_id).is_whole
    assert refused(lambda: fetch(ben, record.record_id)) == (404, "not_found")
    assert fetch(amy, record.record_id) == DATA


def test_handing_over_follows_the_oracle_everywhere() -> None:
    for kind, audience, role, own, finished in itertools.product(
        POLICY_CLASSES, AUDIENCES, (*ROLES, None), (True, False), (True, False)
    ):
        before = Standing(kind, audience, "amy", is_finished=finished)
        worker = "amy" if own else "ben"
        begun = Standing(kind, audience, "amy", is_finished=False)
        expected = own or policy.can_change(begun, audience, worker, role)
        assert policy.can_hand_over_file(before, worker, role) is expected
        if kind == "authored":
            assert policy.can_hand_over_file(before, worker, role) is own


def test_nothing_goes_without_a_token(amy: Any, sarah: str) -> None:
    record = record_of(amy, sarah)
    amy.token = "none"
    for ask in (
        lambda: offer(amy, record.record_id),
        lambda: send(amy, record.record_id, 0),
        lambda: amy.hub.blob_state("none", record.record_id, BLOB_ID),
        lambda: amy.hub.blob_part("none", record.record_id, BLOB_ID, 0),
    ):
        assert refused(ask) == (401, "token_expired")


# ---- what lies there ----


def test_a_part_that_is_missing_or_damaged_is_never_sent_and_check_tells_of_it(
    amy: Any, sarah: str, centre: Centre
) -> None:
    record = record_of(amy, sarah)
    send_all(amy, record.record_id)
    assert check_everything(centre)["ok"]
    assert check_everything(centre)["counts"]["blob"] == 1
    path = centre.settings.blobs_path / centre.council_id / record.record_id / BLOB_ID / "1"
    for damage in (lambda: path.write_bytes(b"junk"), path.unlink):
        damage()
        assert refused(lambda: amy.hub.blob_part(amy.token, record.record_id, BLOB_ID, 1)) == (404, "not_found")
        found = check_everything(centre)
        assert not found["ok"]
        assert record.record_id in found["faults"][0]


def test_a_last_part_whose_fellows_have_gone_is_judged_as_not_whole(amy: Any, sarah: str, centre: Centre) -> None:
    record = record_of(amy, sarah)
    offer(amy, record.record_id)
    for number in (0, 1):
        send(amy, record.record_id, number)
    (centre.settings.blobs_path / centre.council_id / record.record_id / BLOB_ID / "0").unlink()
    assert refused(lambda: send(amy, record.record_id, 2)) == (400, "blob_wrong")
    assert send_all(amy, record.record_id).is_whole


def test_an_erasure_takes_rows_and_parts_and_can_be_done_again(amy: Any, ben: Any, sarah: str, centre: Centre) -> None:
    gone, kept = record_of(amy, sarah), record_of(amy, sarah)
    for record in (gone, kept):
        send_all(amy, record.record_id)
    for _ in range(2):
        forget(centre, [gone.record_id, "../kept", "01a00000-0000-7000-8000-000000000009"])
    assert rows(centre) == (1, 3)
    assert refused(lambda: fetch(ben, gone.record_id)) == (404, "not_found")
    assert fetch(ben, kept.record_id) == DATA
    assert list(centre.blobs.records(centre.council_id)) == [kept.record_id]


def test_the_folder_is_for_the_servers_account_alone(amy: Any, sarah: str, centre: Centre) -> None:
    record = record_of(amy, sarah)
    send_all(amy, record.record_id)
    assert centre.settings.blobs_path.stat().st_mode & 0o077 == 0
    parts = list(centre.settings.blobs_path.rglob("[0-9]"))
    assert len(parts) == len(PARTS)
    assert all(path.stat().st_mode & 0o077 == 0 for path in parts)


def test_a_place_without_anything_in_it_says_so(tmp_path: Path) -> None:
    place = FolderPlace(tmp_path / "none")
    assert list(place.records("c")) == []
    assert place.get("c", "r", "b", 0) is None
    place.remove("c", "r")


@on_disk
def test_a_backup_carries_the_files_and_a_restore_brings_them_back(
    amy: Any, sarah: str, centre: Centre, tmp_path: Path
) -> None:
    record = record_of(amy, sarah)
    send_all(amy, record.record_id)
    offer(amy, record_of(amy, sarah).record_id)  # begun, and not in a backup
    target = tmp_path / "backup.db"
    back_up(centre, target)
    files = folder_beside(target)
    assert len([path for path in files.rglob("*") if path.is_file()]) == len(PARTS)
    with pytest.raises(Trouble, match="already"):
        back_up(centre, target)
    other = tmp_path / "other"
    other.mkdir()
    (other / "import.key").write_bytes(centre.settings.import_key_path.read_bytes())
    damaged = next(path for path in files.rglob("1"))
    sound = damaged.read_bytes()
    damaged.write_bytes(b"junk")
    fresh = Settings(other)
    with pytest.raises(Trouble, match="does not stand"):
        restore(fresh, target)
    damaged.write_bytes(sound)
    restore(fresh, target)
    opened = open_centre(fresh, look=True)
    try:
        assert check_everything(opened)["ok"]
        assert opened.blobs.get(opened.council_id, record.record_id, BLOB_ID, 1) == PARTS[1]
    finally:
        opened.close()


@on_file
def test_a_backup_with_a_damaged_file_is_not_made_and_leaves_nothing(
    amy: Any, sarah: str, centre: Centre, tmp_path: Path
) -> None:
    record = record_of(amy, sarah)
    send_all(amy, record.record_id)
    (centre.settings.blobs_path / centre.council_id / record.record_id / BLOB_ID / "1").write_bytes(b"junk")
    target = tmp_path / "copies" / "backup.db"
    target.parent.mkdir()
    with pytest.raises(Trouble, match="did not pass"):
        back_up(centre, target)
    assert list(target.parent.iterdir()) == []


def test_two_councils_in_one_database_never_meet_in_their_files(amy: Any, sarah: str, centre: Centre) -> None:
    record = record_of(amy, sarah)
    send_all(amy, record.record_id)
    with centre.database.write() as connection:
        connection.execute(
            insert(blob).values(
                council_id="other", record_id=record.record_id, blob_id="0" * 64, size=1, media_type="image/png",
                worker_id="w", device_id="d", is_whole=True, offered_at="",
            )
        )  # fmt: skip
    assert refused(lambda: amy.hub.blob_state(amy.token, record.record_id, "0" * 64)) == (404, "not_found")
    assert check_everything(centre)["ok"]


# ---- over HTTP ----


def test_over_http_parts_are_plain_bytes_with_their_hash_beside_them(amy: Any, sarah: str, centre: Centre) -> None:
    record = record_of(amy, sarah)
    bearer = {"authorization": f"Bearer {amy.token}"}
    with TestClient(build_app_on(centre)) as client:
        request = BlobOffer(blob_id=BLOB_ID, record_id=record.record_id, size=len(DATA), media_type="image/jpeg")
        sent = client.post(
            ROUTES["blob_offer"], content=pack(request), headers={**bearer, "content-type": CONTENT_TYPE}
        )
        assert unpack(BlobState, sent.content).have == ()
        base = f"/v1/blobs/{record.record_id}/{BLOB_ID}"
        octets = {**bearer, "content-type": "application/octet-stream"}
        for number, part in enumerate(PARTS):
            put = client.put(f"{base}/{number}", content=part, headers={**octets, PART_HASH_HEADER: sha(part)})
        assert unpack(BlobState, put.content).is_whole
        assert unpack(BlobState, client.get(base, headers=bearer).content).is_whole
        got = client.get(f"{base}/1", headers=bearer)
        assert (got.content, got.headers[PART_HASH_HEADER]) == (PARTS[1], sha(PARTS[1]))
        assert got.headers["content-type"] == "application/octet-stream"
        assert got.headers["cache-control"] == "no-store"
        for path, status in ((f"{base}/9", 404), (f"{base}/x", 404), (f"{base}/-1", 404), (f"{base}/{'9' * 12}", 404)):
            answer = client.get(path, headers=bearer)
            assert answer.status_code == status
            assert unpack(ErrorReply, answer.content).code == "not_found"
        large = client.put(f"{base}/0", content=bytes(BLOB_PART_BYTES + 1), headers=octets)
        assert large.status_code == 413
        assert (
            client.put(f"{base}/0", content=PARTS[0], headers=bearer | {"content-type": CONTENT_TYPE}).status_code
            == 415
        )
        assert client.get(base).status_code == 401
