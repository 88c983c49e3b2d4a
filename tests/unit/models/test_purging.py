"""A purge takes the last trace of what must go, whatever interrupts it, and holds up nobody who writes."""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable
from itertools import cycle
from pathlib import Path
from typing import Any

import pytest

from models.errors import Trouble
from models.exchange import Arrival
from models.fields import Kind
from models.record import all_declarations
from models.store import cleaning, reindex
from models.store.engine import Interrupted
from tests.unit.models.conftest import KEY, SARAH, TOM
from tests.unit.models.leaving import WHOLE, hand_over, purge, rows, take_away
from tests.vault_pages import look, new_tokens

TEXT = (Kind.LINE, Kind.PROSE)


def plant(desk: Any, tokens: list[str], folder: Path) -> dict[str, set[str]]:
    """Put every token somewhere in Sarah's records, on every way there is. Returns which are where, by place."""
    places = cycle(
        (one.type, field.name) for one in all_declarations() for field in one.fields.values() if field.kind in TEXT
    )
    todo = iter(tokens)
    sarah = desk.begin("child", SARAH, known_as="Sarah")
    rows: set[str] = set()
    for at in range((len(tokens) - 10) // 2):
        type_name, name = next(places)
        first, second = next(todo), next(todo)
        draft = desk.draft(sarah.record_id) if type_name == "child" else desk.book.new_draft(type_name, SARAH)
        desk.write(draft, **{name: f"We said {first} today"})
        desk.cut(draft.record_id)  # the first word is history from here on
        desk.write(draft, **{name: f"We said {second} today"})
        rows |= {first, second}
        if at % 5 == 0 and type_name != "child":
            desk.book.delete(draft.record_id).result()
    theirs = desk.make({"helps_me": next(todo)})
    desk.take(theirs)
    desk.write(desk.draft(theirs.record_id), helps_me=(mine := next(todo)))
    desk.take(desk.make({"helps_me": (other := next(todo))}, theirs))
    desk.book.exchange.merge(theirs.record_id).result()
    assert desk.entry(theirs.record_id).open_choices
    rows |= {mine, other, theirs.read_body()["helps_me"]}
    kept = next(todo)
    desk.book.remember(f"together.{theirs.record_id}.helps_me.x", kept).result()
    desk.book.remember("page", f'{{"key": "edit", "arguments": {{"record_id": "{theirs.record_id}"}}}}').result()
    desk.book.remember("begun", f"a text about {theirs.record_id}").result()
    desk.book.remember("screen_pin", "123456").result()
    desk.book.remember("recent_children", f'["{TOM}", "{SARAH}"]').result()
    files = [next(todo) for _ in range(5)]
    for name, token in zip(("blobs/aa", "blobs/aa.small", "opened/letter.pdf", "damaged-1.db", "vault.db.part"), files,
                           strict=True):  # fmt: skip
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(token)
    desk.book._desk.write(lambda it: it.connection.exec_driver_sql(
        "INSERT INTO blob VALUES ('b', ?, 'aa', 'image/png', 9, '', 0, 1, '')", (theirs.record_id,)
    )).result()  # fmt: skip
    while desk.book.index_some().result():
        pass
    hand_over(desk, "head")
    draft = next(todo)
    desk.begin("visit_note", SARAH, what_happened=draft)
    assert next(todo, None) is None
    return {"inside": {*rows, kept, draft}, "files": set(files), "draft": {draft}}


TOKENS = new_tokens(500)


def test_after_the_receipt_no_place_of_the_laptop_holds_one_of_500_planted_words(
    open_desk: Callable[..., Any], tmp_path: Path
) -> None:
    folder = tmp_path / "amy"
    desk = open_desk()
    keep = desk.begin("visit_note", TOM, what_happened="Tom's own words stay")
    where = plant(desk, TOKENS, folder)
    desk.book.back_up("before-update")
    desk.book.back_up()

    before = look(folder, KEY, TOKENS)
    copies = [name for name in before if name.startswith("backups")]
    assert len(copies) == 2
    assert where["inside"] == before["vault.db"] | before["vault.db-wal"]
    assert all(where["inside"] == before[name] for name in copies)
    assert set().union(*before.values()) == set(TOKENS), "the same search finds every one before the purge"

    take_away(desk, scopes={TOM: "iro"})
    assert desk.book.exchange.receipts_due() == ()
    hand_over(desk)
    purge(desk)
    assert desk.book.exchange.receipts_due() == (WHOLE.order_id,)
    assert look(folder, KEY, TOKENS) == {}
    assert desk.body(keep.record_id) == {"what_happened": "Tom's own words stay"}
    assert [hit.entry.record_id for hit in desk.book.find("tom own words")] == [keep.record_id]
    assert desk.book.remembered("recent_children") == f'["{TOM}"]'
    assert desk.book.remembered("page") == desk.book.remembered("begun") == ""
    assert desk.book.remembered("screen_pin") == "123456"
    assert len(list((folder / "backups").iterdir())) == 1
    assert rows(desk, "SELECT count(*) FROM spent")[0][0] > 400
    desk.book.close()
    assert look(folder, KEY, TOKENS) == {}


def test_the_search_for_planted_words_sees_index_free_pages_and_journal(
    open_desk: Callable[..., Any], tmp_path: Path
) -> None:
    (word,) = new_tokens(1)
    desk = open_desk()
    draft = desk.begin(what_happened=word)
    assert look(tmp_path / "amy", KEY, [word]).keys() == {"vault.db-wal"}
    desk.book._desk.store.chore(cleaning._truncate_journal).result()
    assert look(tmp_path / "amy", KEY, [word]).keys() == {"vault.db"}
    desk.write(draft, what_happened="nothing")
    for act in ("INSERT INTO search (rowid, words) VALUES (99, ?)", "DELETE FROM search WHERE words = ?"):
        desk.book._desk.write(lambda it, act=act: it.connection.exec_driver_sql(act, (word,))).result()
    desk.book._desk.store.chore(cleaning._truncate_journal).result()
    assert look(tmp_path / "amy", KEY, [word]) == {"vault.db": {word}}, "only the index still has it"


def test_a_blob_that_another_record_speaks_of_stays(desk: Any, tmp_path: Path) -> None:
    one, two = desk.make({"helps_me": "one"}), desk.make({"helps_me": "two"}, scope_id=TOM)
    desk.take(one, two, scopes={SARAH: "iro", TOM: "iro"})
    (tmp_path / "amy" / "blobs").mkdir()
    for name in ("shared", "own"):
        (tmp_path / "amy" / "blobs" / name).write_text("sealed")
    for record_id, name in ((one.record_id, "shared"), (one.record_id, "own"), (two.record_id, "shared")):
        desk.book._desk.write(lambda it, r=record_id, n=name: it.connection.exec_driver_sql(
            "INSERT INTO blob VALUES (?, ?, ?, '', 1, '', 0, 1, '')", (n, r, n))).result()  # fmt: skip
    take_away(desk, scopes={TOM: "iro"})
    purge(desk)
    assert [one.name for one in (tmp_path / "amy" / "blobs").iterdir()] == ["shared"]
    assert len(rows(desk, "SELECT * FROM blob")) == 1


def test_a_branch_whose_record_never_came_goes_with_its_scope(desk: Any) -> None:
    branch, toms = desk.make({"helps_me": "a branch"}), desk.make({"helps_me": "Tom's"}, scope_id=TOM)
    both = [Arrival(3, branch, is_head=False), Arrival(4, toms, is_head=False)]
    desk.book.exchange.take(both, cursor=4, grants=1, filling={}, scopes={SARAH: "iro", TOM: "iro"}).result()
    take_away(desk, scopes={TOM: "iro"})
    purge(desk)
    assert [one.version_id for one in rows(desk, "SELECT version_id FROM version")] == [toms.version_id]


def test_a_scope_of_many_records_goes_in_portions(desk: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("models.store.purge.CHUNK", 3)
    desk.take(*(desk.make({"helps_me": str(number)}) for number in range(9)), scopes={SARAH: "iro"})
    take_away(desk, scopes={})
    left = []
    while desk.book.exchange.purge(lambda: len(left) > 9 or left.append(desk.book._desk.read(
        lambda one: one.exec_driver_sql("SELECT count(*) FROM record").scalar()
    )) is not None):  # fmt: skip
        pass
    assert left[:5] == [9, 6, 3, 0, 0]
    purge(desk)
    assert desk.book.exchange.receipts_due() == (WHOLE.order_id,)


STEPS = ("_write_index_anew", "_write_file_anew", "_cut_journal", "_remove_files", "_copy_anew")


class Killed(BaseException):
    """The process is gone here."""


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("step", STEPS)
def test_a_purge_killed_at_any_step_goes_on_at_the_next_opening(
    open_desk: Callable[..., Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str, when: str
) -> None:
    desk = open_desk()
    tokens = new_tokens(6)
    for token in tokens:
        desk.begin(what_happened=token)
    desk.book.back_up()
    take_away(desk, scopes={})
    hand_over(desk)
    whole = getattr(cleaning.Cleaning, step)

    def die(self: Any) -> None:
        if when == "after":
            whole(self)
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(cleaning.Cleaning, step, die)
        with pytest.raises(Killed):
            desk.book.exchange.purge()
    assert desk.book.exchange.receipts_due() == ()
    shutil.copytree(tmp_path / "amy", tmp_path / "again")
    desk.book.close()
    after = open_desk("again")
    purge(after)
    assert after.book.exchange.receipts_due() == (WHOLE.order_id,)
    assert look(tmp_path / "again", KEY, tokens) == {}


def test_a_purge_asked_to_stop_owes_no_receipt_yet(desk: Any) -> None:
    desk.take(desk.make({"helps_me": "Nan"}), scopes={SARAH: "iro"})
    take_away(desk, scopes={})
    asked: list[int] = []
    desk.book.exchange.purge(lambda: len(asked) > 2 or asked.append(1) is not None)
    assert desk.book.exchange.receipts_due() == ()
    purge(desk)
    assert desk.book.exchange.receipts_due() == (WHOLE.order_id,)


def test_a_save_interrupts_the_writing_anew_and_does_not_wait_for_it(desk: Any) -> None:
    store = desk.book._desk.store
    saves: list[Any] = []

    def slow(bare: Any) -> None:
        saves.append(desk.book.save(desk.book.new_draft("visit_note", TOM), {}))
        bare.execute("WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT count(*) FROM n")

    with pytest.raises(Interrupted):
        store.chore(slow, gives_way=True).result()
    saves[0].result()


def test_writing_anew_does_not_even_begin_while_a_save_waits(desk: Any) -> None:
    store = desk.book._desk.store
    tried: list[Any] = []

    def first(_bare: Any) -> None:
        tried.append(store.chore(lambda _bare: None, gives_way=True))
        tried.append(desk.book.save(desk.book.new_draft("visit_note", TOM), {}))

    store.chore(first).result()
    with pytest.raises(Interrupted):
        tried[0].result()
    tried[1].result()


def test_a_chore_that_fails_for_another_reason_says_so(desk: Any) -> None:
    with pytest.raises(desk.book._desk.store.cipher.module.OperationalError):
        desk.book._desk.store.chore(lambda bare: bare.execute("no such thing"), gives_way=True).result()


def test_writing_anew_gives_way_to_saves_and_is_done_all_the_same(desk: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.take(desk.make({"helps_me": "Nan"}), scopes={SARAH: "iro"})
    take_away(desk, scopes={})
    store, tries = desk.book._desk.store, []
    chore = store.chore

    def interrupted(job: Any, *, gives_way: bool = False) -> Any:
        tries.append(gives_way)
        if gives_way:

            def give_way(_bare: Any) -> None:
                raise Interrupted

            return chore(give_way)
        return chore(job)

    monkeypatch.setattr(store, "chore", interrupted)
    purge(desk)
    assert tries[: cleaning.PATIENT_TRIES + 1] == [True] * cleaning.PATIENT_TRIES + [False]
    assert desk.book.exchange.receipts_due() == (WHOLE.order_id,)


def test_a_reader_that_holds_the_journal_is_waited_for_and_then_told_of(
    desk: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.take(desk.make({"helps_me": "Nan"}), scopes={SARAH: "iro"})
    take_away(desk, scopes={})
    monkeypatch.setattr(cleaning, "JOURNAL_PAUSE_SECONDS", 0.0)
    with desk.book._desk.store.reading() as connection:
        connection.exec_driver_sql("SELECT count(*) FROM record").scalar()
        with pytest.raises(Trouble, match="tidying"):
            desk.book.exchange.purge()
    assert desk.book.exchange.receipts_due() == ()
    purge(desk)
    assert desk.book.exchange.receipts_due() == (WHOLE.order_id,)


def test_a_file_that_the_disk_does_not_let_go_of_keeps_the_receipt_back(
    desk: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.take(desk.make({"helps_me": "Nan"}), scopes={SARAH: "iro"})
    take_away(desk, scopes={})
    (tmp_path / "amy" / "damaged-1.db").write_text("x")
    unlink = Path.unlink

    def stuck(self: Path, **more: Any) -> None:
        if self.name == "damaged-1.db":
            raise PermissionError(13, "in use")
        unlink(self, **more)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "unlink", stuck)
        with pytest.raises(Trouble):
            desk.book.exchange.purge()
    assert desk.book.exchange.receipts_due() == ()
    purge(desk)
    assert desk.book.exchange.receipts_due() == (WHOLE.order_id,)


# ---- the index written anew ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(12))
def test_the_index_written_anew_holds_what_stands_and_no_word_that_was_ever_deleted(
    desk: Any, tmp_path: Path, seed: int
) -> None:
    chance, store = random.Random(seed), desk.book._desk.store
    fresh, gone, here = iter(new_tokens(400)), set(), dict.fromkeys(range(20), "")
    for _ in range(chance.choice([0, 1, 3, 20, 90])):
        row = chance.randrange(20)
        gone |= {here[row]} - {""}
        here[row] = next(fresh) if chance.random() < 0.7 else ""

        def write(connection: Any, row: int = row, here: dict[int, str] = here) -> None:
            connection.exec_driver_sql("DELETE FROM search WHERE rowid = ?", (row,))
            if here[row]:
                connection.exec_driver_sql("INSERT INTO search (rowid, words) VALUES (?, ?)", (row, here[row]))
            if chance.random() < 0.05:
                connection.exec_driver_sql("INSERT INTO search (search) VALUES ('optimize')")

        store.write(write).result()
        if chance.random() < 0.05:  # an index that has had higher levels, and has none now
            gone |= set(here.values()) - {""}
            here = dict.fromkeys(here, "")
            store.write(lambda one: one.exec_driver_sql("DELETE FROM search")).result()
            store.write(lambda one: one.exec_driver_sql("INSERT INTO search (search) VALUES ('optimize')")).result()
    for _ in range(2):
        reindex.write_anew(store)
        store.chore(lambda bare: bare.execute("VACUUM")).result()
        store.chore(cleaning._truncate_journal).result()
        left = look(tmp_path / "amy", KEY, [*gone, *here.values()]).get("vault.db", set())
        assert left - {""} == set(here.values()) - {""}
        found = rows(desk, "SELECT rowid FROM search ORDER BY rowid")
        assert [row[0] for row in found] == [row for row in sorted(here) if here[row]]
        for row in [row for row in here if here[row]]:
            assert rows(desk, "SELECT rowid FROM search WHERE search MATCH ?", here[row]) == [(row,)]


def test_the_levels_of_an_index_are_read_as_fts5_writes_them() -> None:
    assert reindex.filled_levels(bytes.fromhex("0000000003018416000000010601040000")) == [1]
