"""Erasure by law: two people, every copy here, signatures that still hold, and nothing that brings it back."""

from __future__ import annotations

import hashlib
import random
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from models.errors import Trouble
from models.version import OpenChoice
from sync.server.administration import Administration
from sync.server.belonging import belongs_to
from sync.server.care import back_up, check_everything
from sync.server.centre import Centre, open_centre
from sync.server.erasing import agree_to_erasure, ask_for_erasure, erase_again, list_erasures
from sync.server.holding import admit, list_held
from sync.server.hub import Hub
from sync.server.importing import import_files
from sync.server.restoring import restore
from sync.server.settings import Settings
from sync.wire import BlobOffer
from tests.unit.server.kinds import on_file

Enrol = Callable[..., Any]
WORDS = "the words that must go"


@pytest.fixture
def note(amy: Any, ben: Any, sarah: str) -> Any:
    """A record with history, a branch, an open choice and something held back of it, each holding the words."""
    first = amy.shared(sarah, {"what": WORDS})
    choice = OpenChoice("what", amy.ids.new(), WORDS + " beside", amy.worker_id, "2026-11-23T10:30:00.000Z")
    second = amy.shared(sarah, {"what": WORDS + " again"}, first, open_choices=(choice,))
    amy.push(first, second)
    assert ben.push_one(ben.shared(sarah, {"what": WORDS + " apart"}, first)).outcome == "branch"
    held = ben.shared(sarah, {"what": WORDS + " held"}, first, parents=(ben.ids.new(),))
    assert ben.push_one(held).outcome == "held"
    return second


def erase(centre: Centre, record_id: str) -> None:
    ask_for_erasure(centre, record_id, "amy", "Article 17(1)(d)")
    agree_to_erasure(centre, record_id, "ben")


def everything_in(centre: Centre) -> str:
    """All that the database's tables hold, as text."""
    from sync.server.tables import metadata

    with centre.database.read() as connection:
        return "\n".join(
            str(tuple(bytes(one) if isinstance(one, memoryview) else one for one in row))
            for table in metadata.sorted_tables
            for row in connection.execute(table.select())
        )


def test_one_person_asks_another_agrees_and_no_row_keeps_a_word(centre: Centre, note: Any, amy: Any) -> None:
    assert WORDS in everything_in(centre)
    ask_for_erasure(centre, note.record_id, "amy", "Article 17(1)(d)")
    assert WORDS in everything_in(centre)
    with pytest.raises(Trouble, match="Another person"):
        agree_to_erasure(centre, note.record_id, "amy")
    agree_to_erasure(centre, note.record_id, "ben")
    assert WORDS not in everything_in(centre)
    (one,) = list_erasures(centre)
    assert (one["record_id"], one["asked_by"], one["reason"]) == (note.record_id, amy.worker_id, "Article 17(1)(d)")


def test_hashes_and_signatures_still_hold_and_the_audit_says_who_without_a_word(centre: Centre, note: Any) -> None:
    erase(centre, note.record_id)
    assert check_everything(centre)["faults"] == []
    with centre.database.read() as connection:
        rows = connection.exec_driver_sql("SELECT action, detail FROM audit ORDER BY no").fetchall()
    assert [row[0] for row in rows if row[0].startswith("eras")] == ["erasure_asked", "erased"]
    assert not any("Article" in row[1] for row in rows)


def test_the_tombstone_reaches_laptops_and_each_that_could_read_it_must_give_it_up(
    centre: Centre, note: Any, amy: Any, ben: Any, enrol: Enrol, sarah: str, office: Administration
) -> None:
    for laptop in (amy, ben):
        laptop.pull()
    outside = enrol("olu")
    erase(centre, note.record_id)
    for laptop in (amy, ben):
        (row,) = laptop.pull()
        assert (row.version.record_id, row.version.is_erased, row.version.read_body()) == (note.record_id, True, {})
        assert [one.record_id for one in laptop.told()] == [note.record_id]
    assert outside.told() == ()
    assert {one["why"] for one in office.withdrawals()} == {"erased"}
    assert [row.version.read_body() for row in amy.history(note.record_id)] == [{}, {}, {}, {}]
    assert all(row.version.has_sound_body() for row in amy.history(note.record_id))


def test_coming_back_to_a_child_does_not_bring_back_what_was_erased_meanwhile(
    centre: Centre, note: Any, amy: Any, ben: Any, office: Administration, sarah: str
) -> None:
    office.unassign("ben", "1001")
    erase(centre, note.record_id)
    office.assign("ben", "1001", "family_support")
    assert [one.record_id for one in ben.told()] == [note.record_id]


def test_late_edits_are_held_back_by_their_envelope_alone_and_cannot_be_admitted(
    centre: Centre, note: Any, amy: Any, ben: Any, enrol: Enrol, sarah: str, office: Administration
) -> None:
    enrol("mia", c1001="team_manager")
    erase(centre, note.record_id)
    before = {one["held_id"] for one in list_held(centre)}
    late = amy.shared(sarah, {"what": WORDS}, note)
    office.revoke(ben.joined.device_id)
    closed = ben.shared(sarah, {"what": WORDS}, note)
    for laptop, version in ((amy, late), (ben, closed), (amy, late)):
        result = laptop.push_one(version)
        assert (result.outcome, result.seq) == ("held", 0)
    assert WORDS not in everything_in(centre)
    held = [one for one in list_held(centre) if one["held_id"] not in before]
    assert [one["reason_code"] for one in held] == ["erased", "erased"]
    for one in list_held(centre):
        with pytest.raises(Trouble, match="cannot be admitted"):
            admit(centre, one["held_id"], "mia")
    assert amy.push_one(note).outcome == "head"
    assert WORDS not in everything_in(centre)


def test_its_files_go_with_it_also_where_the_server_was_ended_before_they_had(
    centre: Centre, amy: Any, ben: Any, sarah: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = WORDS.encode() * 50
    kept, gone = amy.version(sarah), amy.version(sarah)
    amy.push(kept, gone)
    for one in (kept, gone):
        blob_id = hashlib.sha256(data).hexdigest()
        offer = BlobOffer(blob_id=blob_id, record_id=one.record_id, size=len(data), media_type="image/jpeg")
        amy.hub.offer_blob(amy.token, offer)
        assert amy.hub.take_part(amy.token, one.record_id, blob_id, 0, data, blob_id).is_whole
    assert files_of(centre, gone.record_id)
    monkeypatch.setattr("sync.server.erasing.FORGETTERS", ())
    erase(centre, gone.record_id)
    monkeypatch.undo()
    erase_again(centre)
    assert (files_of(centre, gone.record_id), len(files_of(centre, kept.record_id))) == ([], 1)
    assert check_everything(centre)["faults"] == []


def files_of(centre: Centre, record_id: str) -> list[Path]:
    return [path for path in centre.settings.blobs_path.rglob("*") if path.is_file() and record_id in str(path)]


@pytest.mark.parametrize("reason", ["", "  ", "x" * 1001])
def test_a_ground_is_needed(centre: Centre, note: Any, reason: str) -> None:
    with pytest.raises(Trouble, match="ground is needed"):
        ask_for_erasure(centre, note.record_id, "amy", reason)


def test_what_cannot_be_erased_is_said_and_changes_nothing(centre: Centre, note: Any) -> None:
    with pytest.raises(Trouble, match="Nobody has asked"):
        agree_to_erasure(centre, note.record_id, "ben")
    with pytest.raises(Trouble, match="no record"):
        ask_for_erasure(centre, "nothing", "amy", "Article 17")
    with pytest.raises(Trouble, match="no worker"):
        ask_for_erasure(centre, note.record_id, "nobody", "Article 17")
    erase(centre, note.record_id)
    with pytest.raises(Trouble, match="asked for before"):
        ask_for_erasure(centre, note.record_id, "amy", "Article 17")
    with pytest.raises(Trouble, match="Nobody has asked"):
        agree_to_erasure(centre, note.record_id, "ben")


def bytes_beside(centre: Centre) -> bytes:
    """Every byte of every file in the server's folder."""
    return b"".join(path.read_bytes() for path in sorted(centre.settings.data.iterdir()) if path.is_file())


@on_file
def test_no_byte_of_it_is_left_in_the_servers_files_where_the_same_search_found_it_before(
    centre: Centre, amy: Any, ben: Any, sarah: str
) -> None:
    chance = random.Random(7)
    tokens = [f"token-{chance.getrandbits(64):016x}" for _ in range(200)]
    text = {"what": " ".join(tokens)}
    first = amy.shared(sarah, text)
    amy.push_one(first)
    for number in range(30):  # rows of every size round about, so that pages split and end elsewhere each time
        filler = amy.shared(sarah, {"what": "y" * chance.randrange(10, 6000)})
        first = amy.shared(sarah, {**text, "x_after": "x" * 7 * number}, first)
        amy.push(filler, first)
    found = bytes_beside(centre)
    assert all(token.encode() in found for token in tokens)
    erase(centre, first.record_id)
    left = bytes_beside(centre)
    assert [token for token in tokens if token.encode() in left] == []
    assert check_everything(centre)["faults"] == []


@on_file
def test_an_older_copy_put_back_brings_nothing_back(
    centre: Centre, note: Any, amy: Any, ben: Any, sarah: str, settings: Settings, tmp_path: Path
) -> None:
    later = amy.shared(sarah, {"what": WORDS + " later"})
    back_up(centre, tmp_path / "older.db")
    amy.push_one(later)
    erase(centre, note.record_id)
    erase(centre, later.record_id)
    centre.close()
    shutil.copy(tmp_path / "older.db", settings.database_path)
    assert WORDS.encode() in settings.database_path.read_bytes()
    again = open_centre(settings)
    try:
        assert WORDS not in everything_in(again)
        assert WORDS.encode() not in bytes_beside(again)
        assert check_everything(again)["faults"] == []
        for laptop in (amy, ben):
            laptop.hub, laptop.token = Hub(again), ""
        # A laptop that gives back what the server lacks does not give back this.
        assert amy.push_one(later).outcome == "held"
        assert WORDS not in everything_in(again)
        assert {one["record_id"] for one in list_erasures(again)} == {note.record_id, later.record_id}
    finally:
        again.close()


@on_file
def test_a_backup_put_back_by_the_command_is_erased_again_before_anything_is_served(
    centre: Centre, note: Any, settings: Settings, tmp_path: Path
) -> None:
    back_up(centre, tmp_path / "older.db")
    erase(centre, note.record_id)
    centre.close()
    settings.database_path.unlink()
    restore(settings, tmp_path / "older.db")
    assert WORDS.encode() not in settings.database_path.read_bytes()
    again = open_centre(settings, look=True)
    try:
        assert WORDS not in everything_in(again)
        assert check_everything(again)["faults"] == []
    finally:
        again.close()


@on_file
def test_what_is_remembered_outside_is_written_anew_where_it_was_lost_and_never_read_half(
    centre: Centre, note: Any, settings: Settings
) -> None:
    erase(centre, note.record_id)
    kept = settings.erased_path.read_bytes()
    assert WORDS.encode() not in kept
    settings.erased_path.unlink()
    open_centre(settings).close()
    assert settings.erased_path.read_bytes() == kept
    settings.erased_path.write_bytes(kept[:20])
    with pytest.raises(Trouble, match="erased by law cannot be read"):
        open_centre(settings)


def test_an_import_does_not_write_again_what_was_erased(centre: Centre, amy: Any, ben: Any, tmp_path: Path) -> None:
    header = tmp_path / "header.csv"
    header.write_text("CHILD,SEX,DOB,ETHNIC,UPN,MOTHER,MC_DOB\n1001,F,15/06/2012,WBRI,,,\n")
    import_files(centre, [header])
    (row,) = [row for row in amy.pull() if row.version.type == "child"]
    erase(centre, row.version.record_id)
    report = import_files(centre, [header])
    assert ["erased by law" in problem.reason for problem in report.problems] == [True]
    assert "WBRI" not in everything_in(centre)
    assert check_everything(centre)["faults"] == []


@pytest.mark.parametrize("body", [b"[]", b'{"belongs_to_id": 7}', b"no json", b"[" * 100_000, b"\xff\xfe"])
def test_an_attachment_that_cannot_be_read_belongs_to_nothing_and_is_held_as_ever(
    amy: Any, sarah: str, body: bytes
) -> None:
    made = amy.version(sarah, type="attachment")
    odd = msgspec.structs.replace(made, body=msgspec.Raw(body))
    assert belongs_to(odd) == ""
    assert belongs_to(made) == ""
    assert belongs_to(amy.version(sarah, {"belongs_to_id": sarah})) == ""
    assert belongs_to(amy.version(sarah, {"belongs_to_id": sarah}, type="attachment")) == sarah
