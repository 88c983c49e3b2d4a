"""Looking after the council's data: a broken chain, a changed word and a cut tail are noticed; a backup can be used."""

from __future__ import annotations

import dataclasses
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest
from sqlalchemy import select, text

from models.clock import Clock
from models.errors import Trouble
from models.ids import Ids
from sync.server.administration import Administration
from sync.server.audit import Entry, read_kept_head
from sync.server.care import back_up, check_everything, verify_audit
from sync.server.centre import Centre, open_centre
from sync.server.founding import insert_council, insert_worker
from sync.server.hub import Hub
from sync.server.settings import Settings
from sync.server.tables import audit, council
from tests.unit.server.kinds import on_disk, on_file, tamper

Enrol = Callable[..., Any]


@pytest.fixture
def busy(centre: Centre, amy: Any, ben: Any, sarah: str) -> Centre:
    """A council in which something of every kind has happened."""
    note = amy.version(sarah, {"what_happened": "We walked."})
    amy.push(note, amy.version(sarah, {"what_happened": "We ran."}, note), amy.version(amy.ids.new()))
    shared = amy.shared(sarah)
    amy.push(shared, amy.shared(sarah, {"a": 1}, shared))
    ben.push(ben.shared(sarah, {"b": 1}, shared))
    centre.keep_head()
    return centre


def actions(centre: Centre) -> list[str]:
    with centre.database.read() as connection:
        return list(connection.execute(select(audit.c.action).order_by(audit.c.no)).scalars())


def test_all_is_well_and_counted(busy: Centre) -> None:
    found = check_everything(busy)
    assert (found["ok"], found["faults"]) == (True, [])
    assert (found["counts"]["version"], found["counts"]["record"], found["counts"]["held_back"]) == (5, 2, 1)


def test_what_is_done_is_in_the_audit_and_no_word_of_it(busy: Centre, office: Administration, amy: Any) -> None:
    office.unassign("ben", "1001")
    office.revoke(amy.joined.device_id)
    found = actions(busy)
    assert found[0] == "init"
    assert {"worker_add", "scope_open", "assign", "device_code", "enrol", "push", "held", "unassign"} <= set(found)
    assert found[-1] == "device_revoke"
    with busy.database.read() as connection:
        rows = connection.execute(select(audit.c.detail)).scalars().all()
    assert not any("walked" in row or "Amy" in row for row in rows)


CHANGES = {
    "a row changed": "UPDATE audit SET action = 'pull' WHERE no = 4",
    "a row's author changed": "UPDATE audit SET worker_id = 'x' WHERE no = 4",
    "a row's number changed": "UPDATE audit SET no = 400 WHERE no = 4",
    "a row gone": "DELETE FROM audit WHERE no = 4",
    "the first row gone": "DELETE FROM audit WHERE no = 1",
    "the tail cut": "DELETE FROM audit WHERE no > 5",
    "two rows changed places": "UPDATE audit SET no = CASE no WHEN 4 THEN -5 WHEN 5 THEN -4 END WHERE no IN (4, 5);"
    "UPDATE audit SET no = -no WHERE no < 0",
    "a word changed": 'UPDATE version SET body = CAST(\'{"what_happened":"We sat."}\' AS BLOB) WHERE seq = 1',
    "an envelope changed": "UPDATE version SET envelope = CAST(replace(CAST(envelope AS TEXT), 'visit', 'wisit')"
    " AS BLOB)",
    "an audience widened": "UPDATE record SET audience = 'everyone_on_record', is_finished = TRUE WHERE head_seq = 2",
    "an old audience widened": "UPDATE version SET audience = 'only_author' WHERE seq = 1",
    "a signed hash changed": "UPDATE version SET envelope_hash = 'x' WHERE seq = 1",
    "a batch's list changed": "UPDATE batch SET envelope_hashes = 'x'",
    "a signature changed": "UPDATE batch SET signature = x'00'",
    "a version gone": "DELETE FROM version WHERE seq = 5",
    "the newest version gone": "DELETE FROM version WHERE seq = (SELECT max(seq) FROM version)",
    "a head moved by hand": "UPDATE record SET head_seq = 99 WHERE head_seq = 2",
    "a record that points nowhere": "PRAGMA foreign_keys=OFF; DELETE FROM scope",
}


@pytest.mark.parametrize("change", CHANGES)
def test_every_kind_of_tampering_is_noticed(busy: Centre, change: str) -> None:
    tamper(busy, CHANGES[change])
    found = check_everything(busy)
    assert not found["ok"]
    assert found["faults"]


def test_a_tail_cut_together_with_the_councils_row_is_noticed_by_what_was_kept_outside(busy: Centre) -> None:
    with busy.database.write() as connection:
        connection.execute(text("DELETE FROM audit WHERE no > 5"))
        last = connection.execute(select(audit.c.hash).where(audit.c.no == 5)).scalar_one()
        connection.execute(text("UPDATE council SET audit_no = 5, audit_hash = :last"), {"last": last})
    assert any("remembered outside" in fault for fault in verify_audit(busy))
    busy.keep_head()
    assert verify_audit(busy), "remembering again must not wipe out the evidence"


def test_a_kept_head_that_cannot_be_read_says_so(busy: Centre) -> None:
    busy.settings.ledger_head_path.write_text("{")
    with pytest.raises(Trouble, match="remembers the head"):
        verify_audit(busy)


@on_file
def test_damage_to_the_file_is_told_and_not_thrown(busy: Centre) -> None:
    busy.database.fold()
    content = bytearray(busy.database.path.read_bytes())
    for page in range(4096, len(content), 4096):
        content[page : page + 200] = b"\xff" * 200
    busy.database.path.write_bytes(content)
    found = check_everything(busy)
    assert not found["ok"]


# --- Backup and restore --------------------------------------------------------------------------------------------


def test_a_backup_is_whole_and_carries_a_timeline_of_its_own(busy: Centre, amy: Any, tmp_path: Path) -> None:
    target = tmp_path / "sicherung é.db"
    back_up(busy, target)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["centre", "sicherung é.db"]
    elsewhere = Settings(tmp_path / "restored", password_cost=busy.settings.password_cost)
    elsewhere.data.mkdir()
    shutil.copy(target, elsewhere.database_path)
    restored = open_centre(elsewhere, busy.clock, busy.ids)
    assert check_everything(restored)["ok"]
    assert timeline(restored) != timeline(busy) == amy.joined.timeline
    restored.close()
    assert actions(busy)[-1] == "backup"


def test_a_backup_never_overwrites_and_leaves_no_half(busy: Centre, tmp_path: Path) -> None:
    target = tmp_path / "copy.db"
    target.write_text("precious")
    with pytest.raises(Trouble, match="already a file"):
        back_up(busy, target)
    assert target.read_text() == "precious"
    with pytest.raises(Trouble, match="could not be written"):
        back_up(busy, tmp_path / "no such folder" / "copy.db")


def timeline(centre: Centre) -> str:
    with centre.database.read() as connection:
        return str(connection.execute(select(council.c.timeline)).scalar_one())


@on_file
def test_a_database_put_back_by_hand_is_noticed_and_laptops_give_back_what_it_lacks(
    busy: Centre, amy: Any, ben: Any, sarah: str, clock: Clock, ids: Ids, tmp_path: Path
) -> None:
    busy.database.fold()
    copy = tmp_path / "an hour ago.db"
    shutil.copy(busy.database.path, copy)
    late = amy.version(sarah, {"what_happened": "Since the copy"})
    assert amy.push_one(late).seq == 6
    busy.keep_head()
    busy.close()
    for leftover in busy.settings.data.glob("heard.db*"):
        leftover.unlink()
    shutil.copy(copy, busy.settings.database_path)

    restored = open_centre(busy.settings, clock, ids)
    assert timeline(restored) != amy.joined.timeline
    assert actions(restored)[-1] == "went_back"
    assert verify_audit(restored) == []
    amy.hub = ben.hub = Hub(restored)
    amy.token = ben.token = ""
    page = amy.page()
    assert (page.timeline, page.rows) == (timeline(restored), ())
    amy.joined = msgspec.structs.replace(amy.joined, timeline=page.timeline)
    assert amy.push_one(late).outcome == "head"
    ben.joined = msgspec.structs.replace(ben.joined, timeline=page.timeline)
    ben.cursor = ben.grants = 0
    ben.pull()
    assert late.record_id in ben.holds()
    restored.close()


@on_file
def test_a_copy_put_back_a_second_time_begins_a_timeline_of_its_own_again(
    busy: Centre, amy: Any, sarah: str, clock: Clock, ids: Ids, tmp_path: Path
) -> None:
    """A laptop that slept through the first restore still counts along the copy's own line, and must notice too."""
    busy.database.fold()
    copy = tmp_path / "an hour ago.db"
    shutil.copy(busy.database.path, copy)
    centre, seen = busy, {timeline(busy)}
    for number in range(3):
        amy.hub, amy.token = Hub(centre), ""
        amy.push(amy.version(sarah, {"what_happened": f"Since the copy {number}"}))
        centre.keep_head()
        centre.close()
        for leftover in busy.settings.data.glob("heard.db*"):
            leftover.unlink()
        shutil.copy(copy, busy.settings.database_path)
        centre = open_centre(busy.settings, clock, ids)
        assert timeline(centre) not in seen
        seen.add(timeline(centre))
    centre.close()


@on_disk
def test_opening_again_is_no_restore(busy: Centre, clock: Clock, ids: Ids) -> None:
    before = timeline(busy)
    busy.close()
    again = open_centre(busy.settings, clock, ids)
    assert timeline(again) == before
    again.close()


@on_disk
def test_looking_changes_nothing(busy: Centre, clock: Clock, ids: Ids) -> None:
    kept = read_kept_head(busy.settings.ledger_head_path)
    assert kept is not None
    with busy.database.write() as connection:
        connection.execute(text("UPDATE council SET seq = 1"))
    busy.close()
    looked = open_centre(busy.settings, clock, ids, look=True)
    assert timeline(looked) == kept.timeline
    looked.close()
    noticed = open_centre(busy.settings, clock, ids)
    assert timeline(noticed) != kept.timeline
    noticed.close()


def test_two_councils_in_one_database_do_not_touch(busy: Centre, amy: Any, clock: Clock, ids: Ids, sarah: str) -> None:
    """The same ids in another council are other things (R15)."""
    other = dataclasses.replace(busy, council_id=ids.new())
    with other.database.write() as connection:
        insert_council(connection, other.council_id, "Elsewhere", ids.new(), clock.stamp())
        insert_worker(connection, other.council_id, amy.worker_id, ("amy", "Another Amy", "", ""), clock.stamp())
        other.ledger.close(connection, clock.stamp(), [Entry("init")], seqs=0)
    before = check_everything(busy)["counts"]
    office = Administration(other)
    assert [one["display_name"] for one in office.workers()] == ["Another Amy"]
    office.open_scope("child", "1001")
    office.assign("amy", "1001", "iro")
    amy.pull()
    assert amy.scopes == {sarah: "social_worker"}
    after = check_everything(busy)
    assert (after["faults"], after["counts"]) == ([], before)
    assert verify_audit(other) == []


def test_what_a_colleague_gave_back_first_and_its_own_laptop_sent_later_stands(
    centre: Centre, amy: Any, ben: Any, sarah: str
) -> None:
    note = amy.version(sarah, {"what_happened": "Given back after a restore"})
    assert ben.push_one(note).outcome == "held"
    assert amy.push_one(note).outcome == "head"
    centre.keep_head()
    assert check_everything(centre)["faults"] == []


def test_a_laptop_that_was_copied_closed_or_joined_again_leaves_everything_standing(
    centre: Centre, office: Administration, amy: Any, ben: Any, sarah: str
) -> None:
    amy.push(amy.version(sarah, op_no=1), amy.version(sarah, {"what_happened": "By a copy"}, op_no=1))
    office.revoke(ben.joined.device_id)
    ben.push(ben.version(sarah))
    centre.keep_head()
    assert check_everything(centre)["faults"] == []
