"""Attachments of a worker's records: kept with them, shown with them, mended or missed with them."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from models.attachments.box import COMING, HERE, ONLY_HERE, YOUNG_SECONDS, Attachments
from models.attachments.carriage import BlobRow
from models.attachments.intake import Taken, take_in
from models.attachments.sealed import PIECE, SealedFiles
from models.casebook import Casebook
from models.entry import Draft, Entry
from models.errors import StoreFull, Trouble
from models.record import declaration_of, whose_words
from models.store import blobs
from models.store.blobs import DOWN, PART, SMALL, UP
from tests.drawings import PDF, film, photo
from tests.unit.models.conftest import KEY, SARAH, Desk

MADE = {"caption": "Sarah’s street", "kind": "drawing", "made_by": "child", "made_on": "2026-11-23"}


def attach(desk: Desk, taken: Taken, note_id: str = "", **more: Any) -> Entry:
    draft = desk.book.new_draft("attachment", SARAH)
    return desk.book.attachments.add(draft, taken, {**MADE, "belongs_to_id": note_id, **more}).entry


def rows(desk: Desk) -> list[BlobRow]:
    return desk.book._desk.read(
        lambda connection: blobs._read(connection.exec_driver_sql(f"SELECT {blobs._COLUMNS} FROM blob b").all())
    )


def files(desk: Desk) -> SealedFiles:
    return desk.book.attachments.files


def test_a_photo_is_kept_with_its_record_and_read_back_whole(desk: Desk) -> None:
    note = desk.begin(what_happened="We drew.")
    taken = take_in(photo())
    entry = attach(desk, taken, note.record_id)
    assert entry.title == "Sarah’s street"
    assert entry.body["media_type"] == taken.media_type
    assert (entry.body["width"], entry.body["height"]) == (120, 90)
    assert desk.book.attachments.content(entry) == taken.content
    assert desk.book.attachments.small(entry) == taken.small
    assert [one.record_id for one in desk.book.attachments.belonging_to(note.record_id, SARAH)] == [entry.record_id]
    assert desk.book.attachments.whereabouts([entry]) == {entry.record_id: ONLY_HERE}
    assert [(row.direction, row.is_whole) for row in rows(desk)] == [(UP, True)]
    declaration = declaration_of("attachment")
    assert declaration is not None
    assert whose_words(declaration, declaration.fields["words_in_it"], entry.body) == "child"


def test_nothing_in_the_folder_can_be_read_without_the_vault(desk: Desk) -> None:
    entry = attach(desk, take_in(PDF))
    attach(desk, take_in(photo()))
    assert len(list(files(desk).folder.iterdir())) == 3  # a page, a picture and its small one
    for path in files(desk).folder.iterdir():
        raw = path.read_bytes()
        assert b"%PDF" not in raw
        assert b"\xff\xd8\xff" not in raw
        assert str(entry.body["blob_id"]) not in path.name


def test_the_same_file_twice_lies_there_once_and_each_record_has_it(desk: Desk) -> None:
    one, other = attach(desk, take_in(film())), attach(desk, take_in(film()))
    assert len(files(desk).names()) == 1
    desk.book.attachments.forget([one.record_id])
    assert desk.book.attachments.content(other) == take_in(film()).content
    desk.book.attachments.forget([other.record_id, "unknown"])
    assert files(desk).names() == {}
    assert rows(desk) == []


def test_the_file_is_durable_before_the_record_that_speaks_of_it(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[bool] = []

    def no_room(act: Any, draft: Draft, edits: Any) -> Any:
        seen.append(files(desk).has(files(desk).name_of(str(edits["blob_id"].value))))
        raise StoreFull("The laptop’s disk is full")

    monkeypatch.setattr("models.store.acts.save", no_room)
    with pytest.raises(StoreFull):
        attach(desk, take_in(photo()))
    assert seen == [True]
    assert rows(desk) == []


def test_what_a_kill_left_over_is_swept_and_what_is_spoken_of_or_young_stays(desk: Desk) -> None:
    entry = attach(desk, take_in(photo()))
    kept = set(files(desk).names())
    files(desk).write("0" * 64, b"an orphan")
    files(desk).begin("1" * 64, 10)
    now = time.time()
    assert desk.book.attachments.keep_house(now) == 0
    assert desk.book.attachments.keep_house(now + YOUNG_SECONDS + 60) == 2
    assert set(files(desk).names()) == kept
    desk.book.delete(entry.record_id).result()
    assert desk.book.attachments.keep_house(now + 10 * YOUNG_SECONDS) == 0  # it can be brought back
    assert desk.book.attachments.content(entry)


def test_keeping_house_in_a_vault_without_files_does_nothing(desk: Desk) -> None:
    assert desk.book.attachments.keep_house(time.time() + 1e9) == 0
    assert not files(desk).folder.exists()


def test_a_missing_small_picture_is_made_again_and_a_damaged_one_too(desk: Desk) -> None:
    entry = attach(desk, take_in(photo()))
    small = files(desk).folder / (files(desk).name_of(entry.body["blob_id"]) + SMALL)
    for damage in (small.unlink, lambda: small.write_bytes(b"junk")):
        damage()
        made = desk.book.attachments.small(entry)
        assert made is not None
        assert made[:3] == b"\xff\xd8\xff"
        assert small.exists()


def test_what_has_no_picture_or_is_not_here_has_no_small_one(desk: Desk) -> None:
    assert desk.book.attachments.small(attach(desk, take_in(PDF))) is None
    entry = attach(desk, take_in(photo()))
    path = files(desk).folder / files(desk).name_of(entry.body["blob_id"])
    path.with_name(path.name + SMALL).unlink()
    path.write_bytes(b"junk")
    assert desk.book.attachments.small(entry) is None
    unknown = desk.entry(desk.begin("attachment", media_type="image/of-a-newer-heard").record_id)
    assert desk.book.attachments.small(unknown) is None


def sent(desk: Desk) -> None:
    desk.book._desk.write(
        lambda it: [blobs.settle(it.connection, row) for row in blobs.to_send(it.connection)]
    ).result()


def test_damage_is_told_and_what_was_sent_is_fetched_again(desk: Desk) -> None:
    entry = attach(desk, take_in(photo()))
    desk.cut(entry.record_id)
    desk.book._desk.write(lambda it: it.connection.exec_driver_sql("DELETE FROM outbox")).result()
    sent(desk)
    assert desk.book.attachments.whereabouts([entry]) == {entry.record_id: HERE}
    path = files(desk).folder / files(desk).name_of(entry.body["blob_id"])
    damaged = bytearray(path.read_bytes())
    damaged[100] ^= 1
    path.write_bytes(damaged)
    with pytest.raises(Trouble, match="damaged on this laptop"):
        desk.book.attachments.content(entry)
    assert files(desk).names() == {}
    assert desk.book.attachments.whereabouts([entry]) == {entry.record_id: COMING}
    assert [row.blob_id for row in desk.book.carriage.to_fetch()] == [entry.body["blob_id"]]
    with pytest.raises(Trouble, match="not on this laptop yet"):
        desk.book.attachments.content(entry)


def test_a_whole_file_under_another_records_mark_is_never_shown(desk: Desk) -> None:
    entry, other = attach(desk, take_in(photo())), attach(desk, take_in(film()))
    folder = files(desk).folder
    wrong = folder / files(desk).name_of(entry.body["blob_id"])
    wrong.write_bytes((folder / files(desk).name_of(other.body["blob_id"])).read_bytes())
    with pytest.raises(Trouble, match="damaged"):
        desk.book.attachments.content(entry)


def test_a_record_whose_mark_is_none_is_not_looked_for(desk: Desk) -> None:
    entry = desk.entry(desk.begin("attachment", blob_id="../../etc/passwd", caption="x").record_id)
    desk.book.carriage.look()
    assert rows(desk) == []
    with pytest.raises(Trouble):
        desk.book.attachments.content(entry)


# ---- sync's side ----


def from_a_colleague(desk: Desk, taken: Taken, **more: Any) -> str:
    body = {**MADE, "blob_id": taken.blob_id, "media_type": taken.media_type, "size": len(taken.content), **more}
    version = desk.make(body, type="attachment", policy_class="authored")
    desk.take(version)
    return version.record_id


def test_what_a_colleague_added_is_noted_once_and_wanted(desk: Desk) -> None:
    record_id = from_a_colleague(desk, take_in(photo()))
    assert desk.book.carriage.to_fetch() == []
    desk.book.carriage.look()
    desk.book.carriage.look()
    assert [(row.record_id, row.direction) for row in rows(desk)] == [(record_id, DOWN)]
    assert [row.record_id for row in desk.book.carriage.to_fetch()] == [record_id]


def test_looking_where_nothing_is_new_writes_nothing(desk: Desk) -> None:
    from_a_colleague(desk, take_in(photo()))
    desk.book.carriage.look()
    before = desk.book._desk.read(lambda one: one.exec_driver_sql("PRAGMA data_version").scalar())
    desk.book.carriage.look()
    assert desk.book._desk.read(lambda one: one.exec_driver_sql("PRAGMA data_version").scalar()) == before


def test_a_file_that_came_in_parts_is_put_in_its_place_and_told(desk: Desk) -> None:
    data = film(extra=b"\x00\x04\x01\x00free" + bytes(PIECE - 8 + 256))
    taken = take_in(data)
    record_id = from_a_colleague(desk, taken)
    carriage = desk.book.carriage
    carriage.look()
    (row,) = carriage.to_fetch()
    heard: list[Any] = []
    desk.book.listen(heard.append)
    assert carriage.begin(row, len(data)) == 0
    carriage.take_part(row, 0, bytes(taken.content[:PIECE]))
    (row,) = carriage.to_fetch()
    assert carriage.begin(row, len(data)) == row.parts_done == 1
    carriage.take_part(row, 1, bytes(taken.content[PIECE:]))
    assert not carriage.is_here_already(row)
    assert carriage.finish(row)
    assert carriage.to_fetch() == []
    assert any(record_id in changes.records for changes in heard)
    assert desk.book.attachments.content(desk.entry(record_id)) == taken.content


def test_what_came_and_is_not_what_its_mark_says_is_dropped_whole(desk: Desk) -> None:
    record_id = from_a_colleague(desk, take_in(photo()))
    carriage = desk.book.carriage
    carriage.look()
    (row,) = carriage.to_fetch()
    carriage.begin(row, 4)
    carriage.take_part(row, 0, b"evil")
    assert not carriage.finish(row)
    assert files(desk).names() == {}
    assert [(one.record_id, one.parts_done) for one in carriage.to_fetch()] == [(record_id, 0)]
    carriage.begin(row, 9)
    assert not carriage.finish(row)  # nothing came of it at all
    assert carriage.begin(BlobRow(**{**_fields(row), "parts_done": 1}), 9) == 0


def _fields(row: BlobRow) -> dict[str, Any]:
    return {name: getattr(row, name) for name in BlobRow.__slots__}


def test_a_kill_between_the_files_place_and_the_note_of_it_is_noticed(desk: Desk) -> None:
    taken = take_in(photo())
    record_id = from_a_colleague(desk, taken)
    desk.book.carriage.look()
    (row,) = desk.book.carriage.to_fetch()
    files(desk).write(row.file_name, taken.content)
    assert desk.book.carriage.is_here_already(row)
    assert desk.book.attachments.whereabouts([desk.entry(record_id)]) == {record_id: HERE}


def test_a_file_goes_only_after_its_words(desk: Desk) -> None:
    entry = attach(desk, take_in(photo()))
    assert desk.book.carriage.to_send() == []
    version = desk.cut(entry.record_id)
    assert desk.book.carriage.to_send() == []
    from models.exchange import Receipt

    desk.book.exchange.settle([Receipt(version.version_id, "head", seq=1)]).result()
    (row,) = desk.book.carriage.to_send()
    assert desk.book.carriage.part(row, 0) == desk.book.attachments.content(entry)
    desk.book.carriage.sent(row)
    assert desk.book.carriage.to_send() == []
    assert desk.book.attachments.whereabouts([entry]) == {entry.record_id: HERE}


def test_a_file_of_a_held_version_goes_to_be_kept_with_it(desk: Desk) -> None:
    entry = attach(desk, take_in(photo()))
    version = desk.cut(entry.record_id)
    from models.exchange import Receipt

    desk.book.exchange.settle([Receipt(version.version_id, "held", reason="You are not assigned")]).result()
    assert [row.record_id for row in desk.book.carriage.to_send()] == [entry.record_id]


def test_an_unsent_file_that_is_lost_is_told_to_its_worker_and_asked_for(desk: Desk) -> None:
    entry = attach(desk, take_in(photo()))
    desk.cut(entry.record_id)
    desk.book._desk.write(lambda it: it.connection.exec_driver_sql("DELETE FROM outbox")).result()
    (row,) = desk.book.carriage.to_send()
    desk.book.carriage.is_lost(row)
    assert [notice.kind for notice in desk.book.notices()] == ["damaged"]
    assert [one.direction for one in rows(desk)] == [DOWN]
    assert files(desk).names() == {}


def test_a_hidden_or_deleted_record_fetches_nothing(desk: Desk) -> None:
    record_id = from_a_colleague(desk, take_in(photo()))
    desk.book.carriage.look()
    for column in ("is_hidden", "is_deleted"):
        desk.book._desk.write(
            lambda it, column=column: it.connection.exec_driver_sql(f"UPDATE record SET {column} = 1")  # type: ignore[misc]
        ).result()
        assert desk.book.carriage.to_fetch() == []
        desk.book._desk.write(
            lambda it, column=column: it.connection.exec_driver_sql(f"UPDATE record SET {column} = 0")  # type: ignore[misc]
        ).result()
    assert [row.record_id for row in desk.book.carriage.to_fetch()] == [record_id]


def test_after_a_repair_files_that_lie_here_are_found_again_and_the_unsent_go(
    open_desk: Callable[..., Desk], tmp_path: Path
) -> None:
    first = open_desk()
    first.book.back_up()
    entry = attach(first, take_in(photo()))
    theirs = from_a_colleague(first, take_in(film()))
    first.book.close()
    # The vault of before, with none of the rows; the files lie where they lay.
    Casebook.repair(tmp_path / "amy", KEY)
    again = open_desk(identity=None)
    kept = again.book.entry(entry.record_id)
    if kept is None:  # what was not brought over comes from the server, as another laptop's would
        version = again.make(dict(entry.body), type="attachment", policy_class="authored", record_id=entry.record_id)
        again.take(version)
    again.take(again.make({"caption": "x"}, type="attachment", policy_class="authored"))
    again.book.carriage.look()
    assert again.book.attachments.content(again.entry(entry.record_id)) == take_in(photo()).content
    assert again.book.entry(theirs) is None or theirs in {row.record_id for row in rows(again)}


def test_an_own_record_without_a_row_whose_file_is_here_is_sent(desk: Desk) -> None:
    entry = attach(desk, take_in(photo()))
    desk.cut(entry.record_id)
    desk.book._desk.write(lambda it: it.connection.exec_driver_sql("DELETE FROM blob")).result()
    desk.book.carriage.look()
    assert [(row.direction, row.is_whole) for row in rows(desk)] == [(UP, True)]
    desk.write(desk.draft(entry.record_id), caption="Her street")
    desk.book._desk.write(lambda it: it.connection.exec_driver_sql("DELETE FROM blob")).result()
    path = files(desk).folder / files(desk).name_of(entry.body["blob_id"])
    path.write_bytes(b"junk")
    desk.book.carriage.look()
    assert [(row.direction, row.is_whole) for row in rows(desk)] == [(DOWN, False)]


def test_a_colleagues_record_whose_file_is_here_already_needs_nothing(desk: Desk) -> None:
    taken = take_in(photo())
    attach(desk, taken)
    record_id = from_a_colleague(desk, taken, size=None)
    desk.book.carriage.look()
    assert desk.book.attachments.whereabouts([desk.entry(record_id)]) == {record_id: HERE}


def test_one_row_is_found_by_its_mark_and_record(desk: Desk) -> None:
    entry = attach(desk, take_in(photo()))
    found = desk.book._desk.read(blobs.find, entry.body["blob_id"], entry.record_id)
    assert found == rows(desk)[0]
    assert desk.book._desk.read(blobs.find, entry.body["blob_id"], "other") is None
    assert desk.book._desk.read(blobs.waiting_count) == 1


def test_what_is_forgotten_names_every_file_that_may_be_there(desk: Desk) -> None:
    entry = attach(desk, take_in(photo()))
    name = files(desk).name_of(entry.body["blob_id"])
    found = desk.book._desk.write(lambda it: blobs.forget(it.connection, [entry.record_id])).result()
    assert found == [name, name + SMALL, name + PART, name + SMALL + PART]


def test_two_at_once_are_both_kept(desk: Desk) -> None:
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(4) as pool:
        made = list(pool.map(lambda number: attach(desk, take_in(photo(number % 3))), range(12)))
    assert len({one.record_id for one in made}) == 12
    assert all(desk.book.attachments.content(one) for one in made)


def test_many_files_are_purged_whole(desk: Desk) -> None:
    box: Attachments = desk.book.attachments
    note = desk.begin(what_happened="We drew.")
    ids = []
    for number in range(40):
        taken = Taken(os.urandom(900), "audio/wav", "sound", f"{number:064x}", small=b"s")
        draft = desk.book.new_draft("attachment", SARAH)
        ids.append(box.add(draft, taken, {"belongs_to_id": note.record_id}).entry.record_id)
    assert len(files(desk).names()) == 80
    box.forget(ids)
    assert files(desk).names() == {}
    assert rows(desk) == []


def test_a_refused_file_of_a_record_that_must_be_given_up_is_owed_no_more(desk: Desk) -> None:
    entry = attach(desk, take_in(photo()))
    (row,) = rows(desk)
    desk.book.carriage.is_refused(row)
    assert [one.direction for one in rows(desk)] == [UP]  # a record that is wanted still waits to be sent
    desk.book._desk.write(
        lambda it: it.connection.exec_driver_sql(
            "UPDATE record SET is_hidden = 1 WHERE record_id = ?", (entry.record_id,)
        )
    ).result()
    desk.book.carriage.is_refused(row)
    assert [one.direction for one in rows(desk)] == [""]
