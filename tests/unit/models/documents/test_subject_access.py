"""A copy of the record for whoever may ask: a parent's leaves out what the child asked, and only the council knows."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from models.audience import EVERYONE_ON_RECORD, KEEP_FROM, ONLY_AUTHOR, PROTECTED, WORKER_AND_IRO
from models.documents import handing_out, page, pdf, subject_access
from models.documents.document import texts
from models.documents.paper import Paper
from models.documents.subject_access import ASKED_NOT, BELONGS, CHILD, FEW_ONLY, KEPT_SAFE, PARENT, Pack
from models.entry import Entry
from models.errors import Trouble
from tests.unit.models.conftest import SARAH
from tests.unit.models.documents.conftest import page_words, pdf_words, said_in, squeezed

SAYINGS = ("I want to see Biscuit", "I am scared of the stairs", "I like my room")
KEPT = SAYINGS[1]


def say(desk: Any, words: str, **sharing: Any) -> Entry:
    draft = desk.book.new_draft("own_words", SARAH, **sharing)
    desk.write(draft, words=words, said_on="2026-11-15")
    return desk.entry(draft.record_id)


@pytest.fixture
def three(desk: Any) -> Any:
    """Three sayings of Sarah's, one of which she does not want her parents to be shown."""
    desk.begin("child", known_as="Sarah", pronouns="she/her")
    desk.said = [say(desk, words, keep_from=("parents",) if words == KEPT else ()) for words in SAYINGS]
    return desk


def pack_of(desk: Any, whom: str) -> Pack:
    return subject_access.make(desk.book, SARAH, whom)


def words_of(pack: Pack) -> tuple[str, str]:
    return said_in(pack.copy), said_in(pack.council)


def test_of_three_sayings_a_parent_is_given_two_and_only_the_council_learns_of_the_third(three: Any) -> None:
    pack = pack_of(three, PARENT)
    copy, council = words_of(pack)
    assert [squeezed(words) in copy for words in SAYINGS] == [True, False, True]
    assert squeezed("Records kept apart1") in council
    assert squeezed("Sarah asked for parents not to be shown it: 1") in council
    assert not any(squeezed(words) in council for words in SAYINGS)
    assert pdf_words(pdf.write(pack.copy, Paper())) == copy == page_words(page.write(pack.copy, Paper()))


def test_the_parents_copy_is_the_same_as_if_the_third_had_never_been_said(three: Any) -> None:
    with_it = list(texts(pack_of(three, PARENT).copy))
    three.book.delete(three.said[1].record_id).result()
    assert list(texts(pack_of(three, PARENT).copy)) == with_it


def test_the_child_is_given_all_three(three: Any) -> None:
    pack = pack_of(three, CHILD)
    copy, council = words_of(pack)
    assert all(squeezed(words) in copy for words in SAYINGS)
    assert pack.copy.title == "What we have written about you"
    assert squeezed("Nothing is kept apart.") in council
    assert squeezed("kept safe for now") not in copy


def test_what_belongs_to_words_that_are_kept_apart_or_answers_them_is_kept_apart_too(three: Any) -> None:
    kept = three.said[1].record_id
    three.begin("promise", you_said_id=kept, we_promised="We will mend the banister", state="open")
    three.begin("attachment", belongs_to_id=kept, caption="The banister")
    three.begin("addendum", adds_to_id=kept, addition="It creaks")
    pack = pack_of(three, PARENT)
    copy, council = words_of(pack)
    assert not any(word in copy for word in ("banister", "creaks"))
    assert [reason for _, reason in pack.withheld].count(BELONGS) == 3
    assert squeezed(f"{BELONGS}: 3") in council
    assert "banister" in said_in(pack_of(three, CHILD).copy)


def test_a_link_to_what_is_kept_apart_leaves_no_trace(three: Any) -> None:
    note = three.book.new_draft("visit_note", SARAH, keep_from=("parents",))
    three.write(note, what_happened="secret walk", visited_at="2026-11-15T16:10:00.000Z", place="school")
    three.begin("planned_visit", visit_note_id=note.record_id, purpose="To talk", state="done")
    shown = next(block for block in texts(pack_of(three, CHILD).copy) if block == "Visit note")
    assert shown
    copy = list(texts(pack_of(three, PARENT).copy))
    assert "To talk" in copy
    assert "Visit note" not in copy
    assert not any("secret walk" in words for words in copy)


@pytest.mark.parametrize(
    ("sharing", "type_name", "whom", "reason"),
    [
        ({"audience": PROTECTED}, "home", PARENT, KEPT_SAFE),
        ({"audience": PROTECTED}, "home", CHILD, KEPT_SAFE),
        ({"audience": WORKER_AND_IRO}, "own_words", PARENT, FEW_ONLY),
        ({"audience": WORKER_AND_IRO, "keep_from": KEEP_FROM}, "own_words", PARENT, ASKED_NOT),
        ({"audience": ONLY_AUTHOR}, "own_words", PARENT, FEW_ONLY),
        ({"audience": ONLY_AUTHOR}, "own_words", CHILD, ""),
        ({"audience": EVERYONE_ON_RECORD, "keep_from": ("school", "carers")}, "own_words", PARENT, ""),
        ({"audience": "of a newer Heard"}, "own_words", PARENT, FEW_ONLY),
    ],
)
def test_who_is_given_what_follows_what_the_child_was_asked(
    sharing: dict[str, Any], type_name: str, whom: str, reason: str
) -> None:
    entry = Entry("one", SARAH, type_name, {}, "amy", "", **sharing)
    given, withheld = subject_access.parted([entry], whom)
    assert (given, withheld) == (([], [(entry, reason)]) if reason else ([entry], []))


def test_the_child_is_told_where_something_is_kept_safe_and_a_parent_is_not(three: Any) -> None:
    three.begin("home", address="1 Hidden Lane", home_kind="lives_here", from_on="2026-01-01")
    child, parent = pack_of(three, CHILD), pack_of(three, PARENT)
    assert squeezed("A few things are kept safe for now.") in said_in(child.copy)
    assert "kept" not in "".join(texts(parent.copy))
    for pack in (child, parent):
        assert "Hidden" not in said_in(pack.copy) + said_in(pack.council)
        assert squeezed(f"{KEPT_SAFE}: 1") in said_in(pack.council)


def test_every_answer_of_every_record_that_is_given_is_in_the_copy(sarah: Any) -> None:
    copy = said_in(pack_of(sarah, CHILD).copy)
    for entry in pack_of(sarah, CHILD).given:
        for name, field in (entry.declaration.fields if entry.declaration else {}).items():
            value = entry.body.get(name)
            if field.kind in ("line", "prose") and value:
                assert squeezed(str(value)) in copy, (entry.type, name)


def test_a_copy_is_not_made_while_old_records_are_closed(three: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(three.book.lease, "is_closed", True)
    with pytest.raises(Trouble, match="Old records are closed"):
        pack_of(three, PARENT)


def test_the_copy_and_the_councils_page_lie_in_folders_of_their_own_and_name_nobody(three: Any, tmp_path: Path) -> None:
    tmp_path = tmp_path / "out"
    tmp_path.mkdir()
    pack = pack_of(three, PARENT)
    made = handing_out.save(three.book, pack, PARENT, tmp_path, Paper())
    found = {path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*") if path.is_file()}
    assert {path.relative_to(tmp_path).as_posix() for path in made} == found
    assert {(Path(name).parts[1], Path(name).suffix) for name in found} == {
        (folder, ending) for folder in ("To give", "For the council only") for ending in (".pdf", ".html")
    }
    assert not any("Sarah" in name for name in found)
    given = next(path for path in tmp_path.rglob("*.pdf") if path.parent.name == "To give")
    assert pdf_words(given.read_bytes()) == said_in(pack.copy)
    assert given.stat().st_mode & 0o077 == 0


def test_nothing_is_written_once_nobody_wants_it(three: Any, tmp_path: Path) -> None:
    pack, out = pack_of(three, PARENT), tmp_path / "out"
    assert handing_out.save(three.book, pack, PARENT, out, Paper(), lambda: False) == []
    assert not out.exists()


def test_a_place_that_cannot_be_written_to_is_told(three: Any, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(Trouble, match="could not be written there"):
        handing_out.save(three.book, pack_of(three, PARENT), PARENT, tmp_path / "file", Paper())
