"""Bringing an export back: what is missing lands, what is there stays, and nobody writes under another's name."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from models import export
from models.casebook import Casebook
from models.entry import Edit
from models.errors import Trouble
from models.importing import bring_in
from models.invented import make_caseload, me_for_trying
from models.query import Query

KEY = bytes(range(32))


@pytest.fixture
def full(tmp_path: Path) -> Casebook:
    (tmp_path / "full").mkdir()
    casebook = Casebook.open(tmp_path / "full", KEY, identity=me_for_trying())
    make_caseload(casebook, 3, 12)
    return casebook


def test_an_export_comes_back_into_the_vault_it_left(full: Casebook, tmp_path: Path) -> None:
    note = full.new_draft("visit_note", full.children()[0].scope_id)
    full.save(note, {"what_happened": Edit("", "We baked bread.")}).result()
    file = export.write(full, "json", tmp_path / "all.json")
    data = msgspec.json.decode(file.read_bytes())
    for chapter in data["children"]:
        for record in chapter["records"]:
            if record["record_id"] == note.record_id:
                record["record_id"] = lost = full.new_draft("visit_note", "x").record_id
    file.write_bytes(msgspec.json.encode(data))
    before = full.count(Query())
    report = bring_in(full, file)
    assert report.landed == 1
    assert full.count(Query()) == before + 1
    entry = full.entry(lost)
    assert entry is not None
    assert entry.body == {"what_happened": "We baked bread."}
    assert bring_in(full, file).landed == 0
    full.close()


def test_another_workers_note_and_another_workers_child_are_left_out(full: Casebook, tmp_path: Path) -> None:
    file = export.write(full, "json", tmp_path / "all.json")
    data = msgspec.json.decode(file.read_bytes())
    fresh = full.new_draft("visit_note", "x").record_id
    record = {"record_id": fresh, "type": "visit_note", "body": {"what_happened": "Not mine."}}
    mine = {"author": {"worker_id": full.me.worker.worker_id}}
    data["children"] = [
        {"scope_id": full.children()[0].scope_id, "records": [{**record, "author": {"worker_id": "somebody"}}]},
        {"scope_id": "not assigned", "records": [{**record, **mine}]},
        {"scope_id": full.children()[0].scope_id, "records": [{**record, **mine, "schema": 99}]},
        {"scope_id": full.children()[0].scope_id, "records": [{**record, **mine, "body": {"from_later": 1}}]},
    ]
    file.write_bytes(msgspec.json.encode(data))
    report = bring_in(full, file)
    assert (report.landed, report.known, len(report.left_out)) == (0, 0, 4)
    assert "another worker wrote it" in report.in_words()
    assert full.entry(fresh) is None
    full.close()


def test_a_file_that_is_no_export_changes_nothing(full: Casebook, tmp_path: Path) -> None:
    before = full.count(Query())
    for content in (b"", b"not json", b'{"heard_export": 1}', b"[" * 100_000):
        (tmp_path / "wrong.json").write_bytes(content)
        with pytest.raises(Trouble, match="could not be read"):
            bring_in(full, tmp_path / "wrong.json")
    with pytest.raises(Trouble, match="could not be read"):
        bring_in(full, tmp_path / "missing.json")
    assert full.count(Query()) == before
    full.close()
