"""A laptop filled from ready-made pieces holds what one filled by pages holds, whatever happens on the way."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from models.query import Query
from sync.client.http import Offline
from sync.server import segments
from sync.wire import PullRequest
from tests.laptops import CUT_REPLY, DELIVER, FAULTS, KILL_AFTER, KILL_BEFORE, SERVER_DIES, Killed, Laptop, World
from tests.verify import digest_of


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pieces of a few records, so that a small caseload comes in many."""
    monkeypatch.setattr(segments, "RAW_BYTES", 3000)
    monkeypatch.setattr(segments, "TAIL_ROWS", 3)
    monkeypatch.setattr("sync.client.segments.MOST_BYTES", 100)


def write(laptop: Laptop, scope_id: str, count: int, first: int = 0) -> None:
    laptop.begin("child", scope_id, known_as="Sarah")
    laptop.begin("this_is_me", scope_id, helps_me=f"Biscuit~{first}")
    for number in range(first, first + count):
        laptop.begin("visit_note", scope_id, what_happened=f"We walked~{number}. " + "And on we went. " * 8)
    laptop.sync()


def two_children(world: World, amy: Laptop, sarah: str) -> tuple[str, Laptop]:
    """Twenty notes about each of two children, and a colleague's laptop that is still empty."""
    tom = world.child("1002")
    world.office.assign("amy", "1002", "social_worker")
    amy.sync()
    write(amy, sarah, 20)
    write(amy, tom, 20, 100)
    return tom, world.laptop("ben", c1001="family_support", c1002="family_support")


def routes(world: World) -> list[str]:
    return [route for route, _ in world.network.asked]


def test_a_laptop_filled_from_pieces_and_one_filled_by_pages_hold_the_same(
    world: World, small: None, amy: Laptop, sarah: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(amy, sarah, 30)
    ben = world.laptop("ben", c1001="family_support")
    world.network.asked.clear()
    assert ben.sync().received == 32
    assert not ben.casebook.exchange.pieces().taken
    assert routes(world).count("segment") > 3
    amy.begin("visit_note", sarah, what_happened="Later~x")
    amy.sync()
    cat = world.laptop("cat", c1001="family_support")
    monkeypatch.setattr(cat.wire, "segments", refuse)
    cat.sync()
    world.settle()
    world.verify(is_quiet=True)
    assert digest_of(amy.casebook) == digest_of(ben.casebook) == digest_of(cat.casebook)
    assert [laptop.agree() for laptop in world.laptops] == [0, 0, 0]


def refuse(*_asked: Any) -> Any:
    from sync.client.http import Refused

    raise Refused(404, "not_found", "There is nothing at that address.")


def test_what_makes_a_child_usable_comes_before_all_the_rest_of_every_child(
    world: World, small: None, amy: Laptop, sarah: str
) -> None:
    tom, ben = two_children(world, amy, sarah)
    asked = 0

    def stop(route: str) -> str:
        nonlocal asked
        asked += route == "segment"
        return KILL_BEFORE if asked == 3 else DELIVER

    world.network.choose = stop
    with pytest.raises(Killed):
        ben.sync()
    ben.kill()
    assert {child.scope_id for child in ben.casebook.children()} == {sarah, tom}
    assert ben.casebook.count(Query(types=("visit_note",))) < 40
    world.settle()
    world.verify(is_quiet=True)


def test_all_children_can_be_listed_before_the_first_note_is_fetched(
    world: World, amy: Laptop, sarah: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However much would fit into one request."""
    monkeypatch.setattr(segments, "RAW_BYTES", 3000)
    monkeypatch.setattr(segments, "TAIL_ROWS", 3)
    _tom, ben = two_children(world, amy, sarah)
    seen: list[tuple[int, int]] = []

    def look(_changes: object) -> None:
        book = ben.casebook
        seen.append((len(book.children()), book.count(Query(types=("visit_note",)))))

    ben.casebook.listen(look)
    assert ben.sync().received == 44
    assert (2, 0) in seen
    assert seen[-1] == (2, 40)


@pytest.mark.parametrize("fate", FAULTS)
def test_whatever_becomes_of_any_request_of_a_first_pull_it_goes_on_from_there(
    world: World, small: None, amy: Laptop, sarah: str, fate: str
) -> None:
    write(amy, sarah, 12)
    for number in range(14):
        cat = world.laptop(f"cat{number}", "cat", c1001="iro")
        left = number

        def choose(_route: str, fate: str = fate) -> str:
            nonlocal left
            left -= 1
            return fate if left == -1 else DELIVER

        world.network.choose = choose
        try:
            cat.sync()
        except (Offline, Killed):
            if fate in (KILL_BEFORE, KILL_AFTER):
                cat.kill()
        if left >= 0:
            break
        world.network.choose = lambda _route: DELIVER
        cat.sync()
        assert cat.agree() == 0
    assert number > 5
    world.settle()
    world.verify(is_quiet=True)


def test_a_line_cut_in_every_piece_costs_at_most_half_as_much_again(
    world: World, small: None, amy: Laptop, sarah: str
) -> None:
    write(amy, sarah, 60)
    ben = world.laptop("ben", c1001="family_support")
    world.network.answered.clear()
    ben.sync()
    clean = sum(size for _, size in world.network.answered)
    cut: set[int] = set()
    cat = world.laptop("cat", "ben")
    world.network.answered.clear()

    def choose(route: str) -> str:
        number = len(cut)
        if route == "segment" and world.network.chance.random() < 0.5:
            cut.add(number)
            return CUT_REPLY
        return DELIVER

    world.network.choose = choose
    for _ in range(60):
        try:
            cat.sync()
            break
        except Offline:
            continue
    assert len(cut) > 5
    assert sum(size for _, size in world.network.answered) <= 1.5 * clean
    world.network.choose = lambda _route: DELIVER
    assert cat.agree() == 0


def test_an_older_piece_never_overwrites_a_newer_head(world: World, small: None, amy: Laptop, sarah: str) -> None:
    write(amy, sarah, 8)
    card = amy.casebook.one("this_is_me", sarah)
    assert card is not None
    ben = world.laptop("ben", c1001="family_support")
    ben.sync()
    amy.edit(card.record_id, helps_me="Biscuit~new")
    amy.sync()
    ben.sync()
    world.office.unassign("ben", "1001")
    ben.sync()
    world.office.assign("ben", "1001", "family_support")
    # The piece with the older card is still as it was cut: what changed since comes with pages.
    ben.sync()
    assert ben.body(card.record_id)["helps_me"] == "Biscuit~new"
    world.settle()
    world.verify(is_quiet=True)


def test_a_piece_goes_when_a_record_in_it_is_narrowed_and_is_never_handed_out_again(
    world: World, small: None, amy: Laptop, sarah: str
) -> None:
    write(amy, sarah, 8)
    secret = amy.begin("visit_note", sarah, what_happened="PLANTED~secret")
    amy.sync()
    early = world.laptop("early", "ben", c1001="family_support")
    early.sync()
    ben = world.laptop("ben")
    listed: list[str] = []
    whole = ben.wire.segment

    def narrow_first(identity: Any, ids: Any, start: int) -> Any:
        if not listed:
            listed.extend(ids)
            amy.casebook.set_audience(secret.record_id, "only_author", ()).result()
            amy.sync()
        return whole(identity, ids, start)

    ben.wire.segment = narrow_first  # type: ignore[method-assign]
    ben.sync()
    assert listed
    assert ben.casebook.entry(secret.record_id) is None
    assert b"PLANTED" not in vault_text(ben)
    world.settle()
    assert ben.agree() == 0


def vault_text(laptop: Laptop) -> bytes:
    return b"".join(
        laptop.casebook._desk.read(
            lambda connection: [
                bytes(value)
                for table, column in (("record", "tip"), ("version", "envelope"))
                for (value,) in connection.exec_driver_sql(f"SELECT {column} FROM {table} WHERE {column} IS NOT NULL")
            ]
        )
    )


def test_a_damaged_piece_is_left_out_and_its_records_come_by_pages(
    world: World, small: None, amy: Laptop, sarah: str
) -> None:
    write(amy, sarah, 12)
    ben = world.laptop("ben", c1001="family_support")
    whole = ben.wire.segment
    spoilt = 0

    def spoil(identity: Any, ids: Any, start: int) -> Any:
        nonlocal spoilt
        data = b"".join(whole(identity, ids, start))
        if spoilt < 2:
            spoilt += 1
            data = data[:-1] + bytes([data[-1] ^ 1])
        return [data]

    ben.wire.segment = spoil  # type: ignore[method-assign]
    ben.sync()
    assert spoilt == 2
    assert ben.casebook.count(Query()) == 14
    assert ben.agree() == 0


@pytest.mark.usefixtures("small")
def test_a_difference_is_mended_and_told_and_never_costs_a_word(
    world: World, amy: Laptop, ben: Laptop, sarah: str
) -> None:
    write(amy, sarah, 10)
    world.settle()
    assert ben.agree() == amy.agree() == 0
    notes = [entry.record_id for entry in ben.casebook.select(Query(types=("visit_note",)))]
    spoil(ben, "DELETE FROM record WHERE record_id = ?", notes[0])
    spoil(ben, "UPDATE record SET head_version_id = 'another' WHERE record_id = ?", notes[1])
    assert ben.agree() == 2
    assert ben.notices() == {"mended"}
    ben.sync()
    assert ben.agree() == 0
    assert ben.look(notes[0]).body == amy.look(notes[0]).body
    world.settle()
    world.verify(is_quiet=True)


def spoil(laptop: Laptop, statement: str, record_id: str) -> None:
    laptop.casebook._desk.store.write(
        lambda connection: connection.exec_driver_sql(statement, (record_id,)) and None
    ).result()


def test_a_record_that_should_not_be_here_is_hidden_and_told_of(
    world: World, amy: Laptop, ben: Laptop, sarah: str
) -> None:
    write(amy, sarah, 3)
    mine = amy.begin("visit_note", sarah, what_happened="Only mine~o")
    amy.casebook.set_audience(mine.record_id, "only_author", ()).result()
    amy.sync()
    world.settle()
    held = amy.casebook._desk.read(
        lambda connection: connection.exec_driver_sql(
            "SELECT * FROM record WHERE record_id = ?", (mine.record_id,)
        ).mappings().one()
    )  # fmt: skip
    names = [name for name in held if name != "row"]
    ben.casebook._desk.store.write(
        lambda connection: connection.exec_driver_sql(
            f"INSERT INTO record ({', '.join(names)}) VALUES ({', '.join('?' * len(names))})",
            tuple(held[name] for name in names),
        ) and None
    ).result()  # fmt: skip
    assert ben.casebook.entry(mine.record_id) is not None
    assert ben.agree() == 1
    assert ben.casebook.entry(mine.record_id) is None
    assert ben.notices() == {"mended"}
    assert ben.agree() == 0
    assert amy.agree() == 0


def test_what_is_on_its_way_is_no_difference(world: World, amy: Laptop, ben: Laptop, sarah: str) -> None:
    write(amy, sarah, 3)
    assert ben.agree() == 0
    ben.sync()
    amy.begin("visit_note", sarah, what_happened="More~m")
    amy.sync()
    assert ben.agree() == 0
    ben.begin("visit_note", sarah, what_happened="Unsent~u")
    assert ben.agree() == 0
    assert not ben.notices()


def test_comparing_reads_and_says_little_and_writes_nothing_where_both_agree(
    world: World, amy: Laptop, ben: Laptop, sarah: str
) -> None:
    write(amy, sarah, 40)
    world.settle()
    before = world.centre.database.path.stat().st_size, Path(ben.folder / "vault.db-wal").stat().st_size
    world.network.asked.clear()
    world.network.answered.clear()
    assert ben.agree() == 0
    assert routes(world) == ["agree"]
    assert world.network.asked[0][1] + world.network.answered[0][1] < 400
    after = world.centre.database.path.stat().st_size, Path(ben.folder / "vault.db-wal").stat().st_size
    assert before == after


def test_a_pull_says_of_about_how_many_records_it_is(world: World, small: None, amy: Laptop, sarah: str) -> None:
    from models.status import Progress
    from sync.client.engine import Engine

    write(amy, sarah, 20)
    ben = world.laptop("ben", c1001="family_support")
    told: list[Progress] = []
    Engine(ben.casebook.exchange, ben.wire, progress=told.append).round()
    assert {one.total for one in told} == {22}
    assert [one.done for one in told] == sorted(one.done for one in told)
    assert told[-1].done == 22


def test_pieces_are_only_asked_for_what_is_filled(world: World, amy: Laptop, ben: Laptop, sarah: str) -> None:
    write(amy, sarah, 3)
    world.settle()
    amy.begin("visit_note", sarah, what_happened="More~m")
    amy.sync()
    world.network.asked.clear()
    ben.sync()
    assert routes(world) == ["pull"]


def test_a_laptop_that_says_it_has_what_it_has_not_only_hurts_itself(
    world: World, amy: Laptop, ben: Laptop, sarah: str
) -> None:
    write(amy, sarah, 3)
    ben.sync()
    exchange = ben.casebook.exchange
    cursor, grants, _ = exchange.cursors()
    for audience in ("only_author", "protected"):
        page = ben.wire.pull(
            exchange.identity,
            PullRequest(
                cursor=cursor,
                grant_counter=grants,
                timeline=exchange.identity.timeline,
                filling={sarah: 0},
                covered={sarah: {audience: cursor}},
            ),
        )
        assert len(page.rows) == 5


def test_a_server_that_dies_while_cutting_leaves_nothing_half_cut(
    world: World, small: None, amy: Laptop, sarah: str
) -> None:
    write(amy, sarah, 12)
    ben = world.laptop("ben", c1001="family_support")
    world.network.choose = lambda route: SERVER_DIES if route == "segments" else DELIVER
    with pytest.raises(Offline):
        ben.sync()
    world.network.choose = lambda _route: DELIVER
    ben.sync()
    assert ben.agree() == 0
