"""Exports that others open: nothing is left out, no spreadsheet runs a cell, no browser runs a word."""

from __future__ import annotations

import base64
import csv
import io
import json
import os
from pathlib import Path
from typing import Any

import pytest

from models.attachments.intake import take_in
from models.casebook import Casebook
from models.errors import Trouble
from models.export import COLUMNS, KINDS, as_cell, gather, to_csv, to_html, to_json, write
from models.identity import Directory, Worker
from models.importing import bring_in
from models.invented import make_caseload, me_for_trying
from models.version import OpenChoice
from tests.drawings import PDF, photo

SARAH, TOM = "01a00000-0000-7000-8000-000000000001", "01a00000-0000-7000-8000-000000000002"
HOSTILE = [
    "=1+1", "+1", "-1", "@SUM(A1)", "\t=1+1", "\r=1+1", "\n=1+1", "=cmd|' /C calc'!A0", '=HYPERLINK("http://x")', "＝1",
]  # fmt: skip


@pytest.fixture
def full(desk: Any) -> Any:
    """Two children: Sarah with a note and her words, Tom with a card on which two texts stand."""
    desk.begin("child", known_as="Sarah", pronouns="she/her")
    note = desk.begin(what_happened="<script>alert(1)</script> & \x07 bell", place="home", themes=["pets", "school"])
    desk.begin("own_words", words="I want “Biscuit”\n\nto come", said_in_id=note.record_id, told_by=["talking"])
    desk.begin("child", TOM, known_as="Tom")
    choice = OpenChoice("helps_me", "x", "Nan", "ben", "")
    card = desk.make({"helps_me": "Biscuit", "of_a_newer_heard": ["a", 1]}, scope_id=TOM, open_choices=(choice,))
    visit = desk.make({"goes_id": "ben", "visit_note_id": "gone"}, type="planned_visit", scope_id=TOM)
    ben = Directory(workers=(Worker(worker_id="ben", display_name="Ben Bell"),))
    desk.take(card, visit, scopes={SARAH: "social_worker", TOM: "social_worker"}, directory=ben)
    gone = desk.begin(what_happened="deleted")
    desk.book.delete(gone.record_id).result()
    return desk


def rows_of(desk: Any) -> list[dict[str, str]]:
    text = to_csv(desk.book, gather(desk.book)).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline="")))


def test_children_come_by_name_and_every_record_that_is_not_deleted_is_there(full: Any) -> None:
    chapters = gather(full.book)
    assert [chapter.name for chapter in chapters] == ["Sarah", "Tom"]
    assert [len(chapter.sheets) for chapter in chapters] == [3, 3]
    data = json.loads(to_json(full.book, chapters))
    assert (data["council"], data["worker"]) == ("Testshire", "Amy")
    records = [record for child in data["children"] for record in child["records"]]
    card = next(record for record in records if record["type"] == "this_is_me")
    assert card["body"] == {"helps_me": "Biscuit", "of_a_newer_heard": ["a", 1]}
    assert card["open_choices"][0]["value"] == "Nan"
    assert card["author"] == {"worker_id": "ben", "name": "Ben Bell"}
    assert {"question": "Of a newer heard", "answer": "a, 1", "whose_words": "", "beside": []} in card["in_words"]


def test_answers_are_in_words_with_whose_they_are_and_both_texts_where_two_stand(full: Any) -> None:
    rows = {(row["Child"], row["Question"]): row for row in rows_of(full)}
    assert rows["Sarah", "In Sarah’s own words"]["Answer"] == "I want “Biscuit”\n\nto come"
    assert rows["Sarah", "In Sarah’s own words"]["Whose words"] == "child"
    assert rows["Sarah", "Where"]["Answer"] == "Home visit"
    assert rows["Sarah", "How she told you"]["Answer"] == "Talking"
    assert rows["Sarah", "Said in"]["Answer"] == "Visit note"
    assert rows["Tom", "What helps me"] | {"Answer": "Biscuit", "Beside": "Nan"} == rows["Tom", "What helps me"]
    assert rows["Tom", "Who goes"]["Answer"] == "Ben Bell"
    assert rows["Tom", "Visit note"]["Answer"] == "Not on this laptop"
    assert tuple(next(iter(rows.values()))) == COLUMNS


@pytest.mark.parametrize("text", HOSTILE)
def test_no_cell_can_be_taken_for_a_formula(desk: Any, text: str) -> None:
    desk.begin("child", known_as=text)
    desk.begin(what_happened=text)
    raw = to_csv(desk.book, gather(desk.book)).decode("utf-8-sig")
    cells = [cell for row in csv.reader(io.StringIO(raw, newline="")) for cell in row]
    assert sum(cell == f"'{text}" for cell in cells) >= 2
    assert not [cell for cell in cells if cell[:1] in set("=+-@\t\r\n＝＋－＠")]


def test_what_starts_like_any_text_is_left_as_it_is() -> None:
    for text in ("", "5-1", "I said =1", "'quoted", " =spaced", "Zoë"):
        assert as_cell(text) == text
    assert as_cell("a\x00b") == "a\N{REPLACEMENT CHARACTER}b"


def test_a_page_shows_markup_letter_by_letter_and_asks_for_nothing(full: Any) -> None:
    page = to_html(full.book, gather(full.book)).decode()
    assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp; \N{REPLACEMENT CHARACTER} bell" in page
    assert "<script" not in page
    for attribute in ("src=", "href=", "onload", "url(", "@import"):
        assert attribute not in page
    assert "default-src 'none'" in page
    assert '<html lang="en-GB">' in page
    assert page.count("<h1>") == 1
    assert page.count("<h2>") == 2
    assert page.count("<h3>") == 6
    assert "<blockquote>I want “Biscuit”\n\nto come</blockquote>" in page
    assert "the other text, not chosen yet" in page


def test_one_child_or_one_record_alone_can_be_written_out(full: Any, tmp_path: Path) -> None:
    path = write(full.book, "json", tmp_path / "tom.json", scope_id=TOM)
    assert [child["name"] for child in json.loads(path.read_bytes())["children"]] == ["Tom"]
    note = next(sheet.entry for sheet in gather(full.book, SARAH)[0].sheets if sheet.entry.type == "visit_note")
    path = write(full.book, "html", tmp_path / "note.html", record_id=note.record_id)
    assert path.read_text("utf-8").count("<h3>") == 1
    assert gather(full.book, record_id="no such record") == ()


@pytest.mark.parametrize("kind", KINDS)
def test_a_place_that_cannot_be_written_to_is_told_and_nothing_half_done_is_left(
    full: Any, tmp_path: Path, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(Trouble, match="could not be written"):
        write(full.book, kind, tmp_path / "no such folder" / "x")
    folder = tmp_path / "out"
    folder.mkdir()
    monkeypatch.setattr("models.written.os.replace", lambda *_names: (_ for _ in ()).throw(OSError(28, "full")))
    with pytest.raises(Trouble, match="could not be written"):
        write(full.book, kind, folder)
    assert list(folder.iterdir()) == []


def test_more_records_than_one_page_of_reading_are_all_there(desk: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("models.export.PAGE", 3)
    for number in range(8):
        desk.begin(what_happened=f"note {number}")
    assert len(rows_of(desk)) == 8


def test_a_photo_is_part_of_the_page_and_lies_beside_the_json_and_comes_back(tmp_path: Path, clock: Any) -> None:
    (tmp_path / "one").mkdir()
    (tmp_path / "two").mkdir()
    first = Casebook.open(tmp_path / "one", bytes(32), identity=me_for_trying(), clock=clock)
    load = make_caseload(first, 1, 1)
    scope_id = next(iter(load.scopes))
    made = [take_in(photo(1, turn=6)), take_in(PDF)]
    drafts = [first.new_draft("attachment", scope_id) for _ in made]
    for draft, taken in zip(drafts, made, strict=True):
        first.attachments.add(draft, taken, {"caption": "Her <street>", "made_by": "child"})
    page = write(first, "html", tmp_path / "all.html").read_text("utf-8")
    assert page.count("<img ") == 1
    assert f"base64,{base64.b64encode(made[0].content).decode()}" in page
    assert 'alt="Her &lt;street&gt;"' in page
    assert "img-src data:" in page
    file = write(first, "json", tmp_path / "all.json")
    beside = tmp_path / "all.json.files"
    endings = {path.suffix for path in beside.iterdir()}
    assert len(list(beside.iterdir())) == 2
    assert ".pdf" in endings
    assert all(path.stat().st_mode & 0o077 == 0 for path in (beside, *beside.iterdir()))
    second = Casebook.open(tmp_path / "two", bytes(32), identity=me_for_trying(), clock=clock)
    second.exchange.take([], cursor=1, grants=1, filling={}, scopes=load.scopes).result()
    damaged = next(path for path in beside.iterdir() if path.suffix == ".pdf")
    damaged.write_bytes(b"%PDF- another")
    bring_in(second, file)
    back = [second.entry(draft.record_id) for draft in drafts]
    assert back[0] is not None
    assert second.attachments.content(back[0]) == made[0].content
    assert back[0].body == first.entry(drafts[0].record_id).body  # type: ignore[union-attr]
    assert second.attachments.small(back[0])
    assert back[1] is not None
    assert second.attachments.whereabouts([back[1]]) == {drafts[1].record_id: "coming"}
    first.close()
    second.close()


def test_an_export_that_fails_leaves_none_of_its_files_and_nothing_of_others_is_touched(
    tmp_path: Path, clock: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    casebook = Casebook.open(tmp_path, bytes(32), identity=me_for_trying(), clock=clock)
    scope_id = next(iter(make_caseload(casebook, 1, 1).scopes))
    for number in range(2):
        casebook.attachments.add(casebook.new_draft("attachment", scope_id), take_in(photo(number)), {})
    out = tmp_path / "out.json"
    beside = tmp_path / "out.json.files"
    beside.mkdir()
    (beside / "mine.txt").write_text("not Heard's")
    opened, count = os.open, [0]

    def sometimes_full(path: Any, *more: Any) -> int:
        count[0] += str(path).startswith(str(beside))
        if count[0] == 2:
            raise OSError(28, "No space left on device")
        return opened(path, *more)

    monkeypatch.setattr(os, "open", sometimes_full)
    with pytest.raises(Trouble):
        write(casebook, "json", out)
    monkeypatch.undo()
    assert [path.name for path in beside.iterdir()] == ["mine.txt"]
    assert not out.exists()
    casebook.close()
