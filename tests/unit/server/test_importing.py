"""Importing a caseload as councils have it: good rows land, bad ones are told, and no worker is overwritten."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select

from models.audience import PROTECTED
from models.errors import Trouble
from models.version import OpenChoice, Version
from sync.server.administration import Administration
from sync.server.care import check_everything
from sync.server.caseload import read_caseload
from sync.server.cells import KNOWN
from sync.server.centre import Centre
from sync.server.importing import Report, import_data, import_files
from sync.server.sheets import CELL_LEFT_OUT, FILE_LEFT_OUT, ROW_LEFT_OUT, read_sheet
from sync.server.tables import record, version

Enrol = Callable[..., Any]

HEADER = "CHILD,SEX,DOB,ETHNIC,UPN,MOTHER,MC_DOB\n1001,M,15/06/2012,WBRI,A123456789123,,\n"
EPISODES = (
    "CHILD,DECOM,RNE,LS,CIN,PLACE,PLACE_PROVIDER,DEC,REC,REASON_PLACE_CHANGE,HOME_POST,PL_POST,URN\n"
    "1001,01/05/2024,S,C2,N1,U6,PR1,,,,SO23 8UJ,SO14 7LY,SC999999\n"
)
PLAIN = (
    "Child code,Known as,Date of birth,Sign in name,Worker name,Role,Lead\n"
    "1001,Sarah,15/06/2012,amira,Amira,Social worker,yes\n"
    "1001,Sarah,15/06/2012,joe,Joe,iro,no\n"
)


def bring(centre: Centre, **files: str | bytes) -> Report:
    named = [(f"{name}.csv", text if isinstance(text, bytes) else text.encode()) for name, text in files.items()]
    return import_data(centre, named)


def told(report: Report) -> list[tuple[str, int, str, str]]:
    return [(one.file, one.line, one.column, one.done) for one in report.problems]


def bodies(laptop: Any, type_name: str) -> list[dict[str, Any]]:
    """What a laptop holds of a type, newest head of each record."""
    heads: dict[str, Version] = {}
    laptop.pull()
    for row in laptop.rows:
        heads[row.version.record_id] = row.version
    return [one.read_body() for one in heads.values() if one.type == type_name]


@pytest.fixture
def amira(centre: Centre, enrol: Enrol) -> Any:
    """Sarah's social worker, after a first import of all three files."""
    assert not bring(centre, header=HEADER, episodes=EPISODES, plain=PLAIN).problems
    return enrol("amira")


def count(centre: Centre, table: Any) -> int:
    with centre.database.read() as connection:
        return int(connection.execute(select(func.count()).select_from(table)).scalar_one())


def test_the_three_files_become_a_child_an_involvement_and_protected_homes(centre: Centre, amira: Any) -> None:
    assert bodies(amira, "child") == [
        {
            "child_code": "1001",
            "born_on": "2012-06-15",
            "sex": "M",
            "ethnicity": "WBRI",
            "upn": "A123456789123",
            "known_as": "Sarah",
            "category_of_need": "N1",
        }
    ]
    assert bodies(amira, "involvement") == [
        {
            "status": "looked_after",
            "from_on": "2024-05-01",
            "legal_status": "C2",
            "placement_type": "U6",
            "placement_provider": "PR1",
            "home_since_on": "2024-05-01",
        }
    ]
    homes = bodies(amira, "home")
    assert {"home_kind": "came_from", "postcode": "SO23 8UJ"} in homes
    assert {"home_kind": "lives_here", "postcode": "SO14 7LY", "from_on": "2024-05-01"} in homes
    assert {row.version.audience for row in amira.rows if row.version.type == "home"} == {PROTECTED}
    assert check_everything(centre)["ok"]


def test_postcodes_never_reach_a_worker_who_may_not_know_them(enrol: Enrol, amira: Any) -> None:
    joe = enrol("joe")
    joe.pull()
    everything = b"".join(row.version.body_bytes() for row in joe.rows)
    assert joe.rows
    assert b"SO14" not in everything
    assert b"SO23" not in everything


def test_importing_twice_changes_nothing(centre: Centre, amira: Any) -> None:
    before = count(centre, version)
    report = bring(centre, header=HEADER, episodes=EPISODES, plain=PLAIN)
    assert report.problems == []
    assert {outcome for counts in report.counts.values() for outcome in counts} == {"same"}
    assert count(centre, version) == before
    amira.pull()
    assert amira.pull() == []


@pytest.mark.parametrize(
    "change",
    [
        lambda text: "\ufeff" + text,
        lambda text: text.replace("\n", "\r\n"),
        lambda text: "\n".join(",".join(reversed(line.split(","))) for line in text.split("\n")),
        lambda text: (
            ",".join(f" {cell.lower()} " for cell in text.split("\n")[0].split(",")) + text[text.index("\n") :]
        ),
        lambda text: text.replace("Child code", "CHILD-code").replace("DOB", "d o b").replace("PL_POST", "Pl post"),
        lambda text: text.rstrip("\n"),
        lambda text: text + "\n,,,,\n\n",
        lambda text: text.replace("\n", ",,\n"),
    ],
    ids=["BOM", "CRLF", "any order", "small headings", "other headings", "no last end", "blank rows", "empty columns"],
)
def test_a_file_may_be_written_in_any_of_these_ways(centre: Centre, amira: Any, change: Callable[[str], str]) -> None:
    before = count(centre, version)
    report = bring(centre, header=change(HEADER), episodes=change(EPISODES), plain=change(PLAIN))
    assert report.problems == []
    assert {outcome for counts in report.counts.values() for outcome in counts} == {"same"}
    assert count(centre, version) == before


def test_every_bad_row_is_told_and_the_good_ones_land(centre: Centre, office: Administration) -> None:
    header = (
        "CHILD,SEX,DOB,ETHNIC,UPN,MOTHER,MC_DOB\n"
        "2001,M,15/06/2012,WBRI,,,\n"
        ",F,15/06/2012,WBRI,,,\n"
        "2003,F,,WBRI,,,\n"
        "2004,F,31/02/2012,WBRI,,,\n"
        "2005,F,15/06/2012,NONSENSE,,,\n"
        '2006,F,"15/06/2012",wbri,,,\n'
        "2007,F,15/06/2012\n"
        "2008,F,15/06/2012,WBRI,,,,surplus\n"
        '"2009\nand a line",F,15/06/2012,WBRI,,,\n'
        "2010,2,01/01/2013,WBRI,,,\n"
    )
    report = bring(centre, header=header)
    assert told(report) == [
        ("header.csv", 3, "CHILD", ROW_LEFT_OUT),
        ("header.csv", 4, "DOB", ROW_LEFT_OUT),
        ("header.csv", 5, "DOB", ROW_LEFT_OUT),
        ("header.csv", 6, "ETHNIC", CELL_LEFT_OUT),
        ("header.csv", 7, "ETHNIC", "It was taken as WBRI."),
        ("header.csv", 8, "", ROW_LEFT_OUT),
        ("header.csv", 9, "", ROW_LEFT_OUT),
    ]
    assert report.counts["child"]["new"] == 5
    assert report.has_losses
    with centre.database.read() as connection:
        assert connection.execute(select(func.count()).select_from(record)).scalar_one() == 5


@pytest.mark.parametrize(
    ("text", "column"),
    [
        ("", ""),
        ("\n1001\n", ""),
        ("CHILD,SEX,DOB,ETHNIC,child\n1001,M,15/06/2012,WBRI,1001\n", "child"),
        ("Fruit,Colour\napple,red\n", ""),
        ("Child code,Child id\n1,1\n", ""),
        ("Child code,,Known as\n1,x,Sarah\n", ""),
    ],
    ids=["empty", "blank headings", "twice", "unknown", "two that mean the same", "gap"],
)
def test_a_file_that_cannot_be_understood_is_left_out_whole_and_the_others_land(
    centre: Centre, text: str, column: str
) -> None:
    report = bring(centre, odd=text, header=HEADER)
    assert told(report) == [("odd.csv", 1, column, FILE_LEFT_OUT)]
    assert report.counts["child"]["new"] == 1


def test_an_unclosed_quotation_mark_is_told_and_nothing_after_it_is_guessed(centre: Centre) -> None:
    report = bring(centre, plain='Child code,Known as\n1,Sarah\n2,"Tom\n3,Mia\n')
    assert [(one.line, one.done) for one in report.problems] == [(3, "Everything from this line on was left out.")]
    assert report.counts["child"]["new"] == 1


def test_a_stray_quotation_mark_costs_one_row(centre: Centre) -> None:
    report = bring(centre, plain='Child code,Known as\n1,"Sa"rah\n2,Tom\n')
    assert told(report) == [("plain.csv", 2, "", ROW_LEFT_OUT)]
    assert report.counts["child"]["new"] == 1


def test_letters_that_are_not_utf_8_cost_their_row_only(centre: Centre) -> None:
    report = bring(centre, plain=b"Child code,Known as\n1,Zo\xeb\n2,Zo\xc3\xab\n")
    assert told(report) == [("plain.csv", 2, "", ROW_LEFT_OUT)]
    assert "UTF-8" in report.problems[0].reason


def test_an_unknown_column_is_told_once_and_left_out(centre: Centre) -> None:
    report = bring(centre, plain="Child code,Known as,Favourite colour\n1,Sarah,red\n2,Tom,blue\n")
    assert told(report) == [("plain.csv", 1, "Favourite colour", "The column was left out.")]
    assert report.counts["child"]["new"] == 2


def test_an_episode_of_a_child_nobody_described_is_left_out(centre: Centre) -> None:
    report = bring(centre, episodes=EPISODES)
    assert told(report) == [("episodes.csv", 2, "CHILD", ROW_LEFT_OUT)]
    bring(centre, header=HEADER)
    assert bring(centre, episodes=EPISODES).problems == []


def test_two_files_that_disagree_are_told(centre: Centre) -> None:
    report = bring(centre, header=HEADER, plain="child,dob\n1001,16/06/2012\n")
    assert told(report) == [("plain.csv", 2, "dob", CELL_LEFT_OUT)]


def test_bad_episodes_are_left_out(centre: Centre) -> None:
    more = (
        "1001,01/05/2024,P,C2,,U6,PR1,,,,,,\n"
        "1001,01/06/2024,P,C2,,U6,PR1,01/05/2024,,,,,\n"
        "1001,01/07/2024,X,C9,,U6,PR1,,,,,,\n"
    )
    report = bring(centre, header=HEADER, episodes=EPISODES + more)
    assert told(report) == [
        ("episodes.csv", 3, "DECOM", ROW_LEFT_OUT),
        ("episodes.csv", 4, "DEC", ROW_LEFT_OUT),
        ("episodes.csv", 5, "LS", CELL_LEFT_OUT),
        ("episodes.csv", 5, "RNE", CELL_LEFT_OUT),
    ]
    assert report.counts["involvement"]["new"] == 2


def test_visits_count_from_the_day_a_child_came_to_this_home(centre: Centre, enrol: Enrol) -> None:
    head = EPISODES.split("\n")[0]
    rows = (
        "1001,01/05/2024,S,C1,,U6,PR1,01/09/2024,,,,AA1 1AA,\n"
        "1001,01/09/2024,L,C2,,U6,PR1,01/01/2025,,,,AA1 1AA,\n"
        "1001,01/01/2025,P,C2,,K2,PR4,,,CARPL,,BB2 2BB,\n"
        "1001,01/03/2026,L,V4,,K2,PR4,,,,,BB2 2BB,\n"
    )
    bring(centre, header=HEADER, episodes=f"{head}\n{rows}", plain=PLAIN)
    amira = enrol("amira")
    spans = sorted((one["from_on"], one["home_since_on"], one["status"]) for one in bodies(amira, "involvement"))
    assert spans == [
        ("2024-05-01", "2024-05-01", "looked_after"),
        ("2024-09-01", "2024-05-01", "looked_after"),
        ("2025-01-01", "2025-01-01", "looked_after"),
        ("2026-03-01", "2025-01-01", "short_breaks"),
    ]
    homes = sorted((one["postcode"], one["from_on"], one.get("to_on")) for one in bodies(amira, "home"))
    assert homes == [
        ("AA1 1AA", "2024-05-01", "2025-01-01"),
        ("BB2 2BB", "2025-01-01", None),
    ]


def test_an_address_in_a_plain_file_is_protected(centre: Centre, enrol: Enrol) -> None:
    plain = (
        "child,known as,address,postcode,worker,worker name,role\n1,Tom,1 Any Lane,AA1 1AA,amira,Amira,social worker\n"
    )
    assert bring(centre, plain=plain).problems == []
    amira = enrol("amira")
    assert bodies(amira, "home") == [{"home_kind": "lives_here", "address": "1 Any Lane", "postcode": "AA1 1AA"}]
    assert bodies(amira, "child") == [{"child_code": "1", "known_as": "Tom"}]


# --- A changed file ------------------------------------------------------------------------------------------------


def test_a_changed_value_becomes_a_new_version_and_the_old_one_stays(centre: Centre, amira: Any) -> None:
    report = bring(centre, header=HEADER.replace("WBRI", "MWBC"))
    assert dict(report.counts["child"]) == {"changed": 1}
    [child] = bodies(amira, "child")
    assert (child["ethnicity"], child["known_as"]) == ("MWBC", "Sarah")
    record_id = next(row.version.record_id for row in amira.rows if row.version.type == "child")
    assert [row.version.read_body()["ethnicity"] for row in amira.history(record_id)] == ["WBRI", "MWBC"]


def test_an_ended_episode_ends_the_involvement_and_the_home(centre: Centre, amira: Any) -> None:
    bring(centre, episodes=EPISODES.replace("PR1,,", "PR1,01/09/2024,"))
    assert [one["to_on"] for one in bodies(amira, "involvement")] == ["2024-09-01"]
    assert {one.get("to_on") for one in bodies(amira, "home") if one["home_kind"] == "lives_here"} == {"2024-09-01"}


def test_a_blank_cell_takes_nothing_away(centre: Centre, amira: Any) -> None:
    bring(centre, header=HEADER.replace("A123456789123", ""))
    assert bodies(amira, "child")[0]["upn"] == "A123456789123"


def edit_child(amira: Any, **changes: Any) -> Version:
    amira.pull()
    head = [row.version for row in amira.rows if row.version.type == "child"][-1]
    mine: Version = amira.shared(head.scope_id, {**head.read_body(), **changes}, head)
    assert amira.push_one(mine).outcome == "head"
    return mine


def test_what_a_worker_has_written_is_never_overwritten(centre: Centre, amira: Any) -> None:
    edit_child(amira, ethnicity="OOTH")
    changed = HEADER.replace("WBRI", "MWBC").replace("A123456789123", "UN1")
    for _ in range(2):
        report = bring(centre, header=changed)
        assert told(report) == [("header.csv", 2, "ETHNIC", "What the worker wrote was kept.")]
        [child] = bodies(amira, "child")
        assert (child["ethnicity"], child["upn"]) == ("OOTH", "UN1")


def test_a_file_that_comes_to_say_what_the_worker_wrote_agrees_from_then_on(centre: Centre, amira: Any) -> None:
    edit_child(amira, ethnicity="OOTH")
    before = count(centre, version)
    assert bring(centre, header=HEADER.replace("WBRI", "OOTH")).problems == []
    assert count(centre, version) == before
    assert bring(centre, header=HEADER.replace("WBRI", "MWBC")).problems == []
    assert bodies(amira, "child")[0]["ethnicity"] == "MWBC"


def test_an_import_leaves_what_a_worker_wrote_elsewhere_in_the_record(centre: Centre, amira: Any) -> None:
    edit_child(amira, pronouns="she/her", later_key={"from": "a newer app"})
    assert bring(centre, header=HEADER.replace("WBRI", "MWBC")).problems == []
    [child] = bodies(amira, "child")
    assert (child["pronouns"], child["later_key"], child["ethnicity"]) == ("she/her", {"from": "a newer app"}, "MWBC")


def test_a_field_with_two_texts_waits_for_a_person(centre: Centre, amira: Any) -> None:
    amira.pull()
    head = [row.version for row in amira.rows if row.version.type == "child"][-1]
    choice = OpenChoice(field="ethnicity", losing_version_id="v", value="CHNE", author_id="w", written_at="t")
    amira.push(amira.shared(head.scope_id, head.read_body(), head, open_choices=(choice,)))
    report = bring(centre, header=HEADER.replace("WBRI", "MWBC").replace("A123456789123", "UN1"))
    assert [one.column for one in report.problems] == ["ETHNIC"]
    amira.pull()
    newest = [row.version for row in amira.rows if row.version.type == "child"][-1]
    assert newest.open_choices == (choice,)
    assert newest.read_body()["upn"] == "UN1"


@pytest.mark.parametrize(
    ("state", "done"), [("is_deleted", "It was not brought back."), ("is_finished", "What the worker wrote was kept.")]
)
def test_a_record_taken_out_or_finished_stays_so(centre: Centre, amira: Any, state: str, done: str) -> None:
    amira.pull()
    head = next(row.version for row in amira.rows if row.version.type == "involvement")
    amira.push(amira.shared(head.scope_id, head.read_body(), head, **{state: True}))
    before = count(centre, version)
    report = bring(centre, episodes=EPISODES.replace(",C2,", ",C1,"))
    assert told(report) == [("episodes.csv", 2, "LS", done)]
    assert count(centre, version) == before


# --- Workers and assignments ---------------------------------------------------------------------------------------


def test_workers_and_assignments_come_in_and_keep_their_lead(
    centre: Centre, office: Administration, amira: Any
) -> None:
    assert [(one["sign_in_name"], one["display_name"]) for one in office.workers()] == [
        ("amira", "Amira"),
        ("joe", "Joe"),
    ]
    page = amira.page()
    assert {(one.role, one.is_lead) for one in page.directory.assignments} == {("social_worker", True), ("iro", False)}
    bring(centre, plain="child,worker,role\n1001,amira,social worker\n")
    assert amira.page().directory is None
    bring(centre, plain="worker,worker name,job title\namira,Amira,Senior social worker\n")
    told_again = amira.page().directory
    assert {one.job_title for one in told_again.workers if one.display_name == "Amira"} == {"Senior social worker"}


def test_bad_assignments_are_told(centre: Centre, amira: Any) -> None:
    rows = (
        "child,worker,role,lead\n"
        "1001,nobody,iro,\n"
        "9999,joe,iro,\n"
        "1001,joe,wizard,\n"
        "1001,joe,,\n"
        "1001,joe,advocate,perhaps\n"
        "1001,joe,iro,\n"
        ",joe,iro,\n"
        ",,iro,\n"
        "1001,amira,social worker,yes\n"
        "1001,joe,advocate,yes\n"
        "1001,council-import,advocate,\n"
    )
    report = bring(centre, plain=rows)
    assert [(line, column) for _, line, column, _ in told(report)] == [
        (2, "worker"),
        (3, "child"),
        (4, "role"),
        (5, "role"),
        (6, "lead"),
        (7, "role"),
        (8, "role"),
        (9, ""),
        (11, "lead"),
        (12, "worker"),
    ]


def test_the_servers_own_worker_cannot_be_renamed(centre: Centre) -> None:
    report = bring(centre, plain="worker,worker name\nCouncil-Import,Somebody\n")
    assert told(report) == [("plain.csv", 2, "worker", ROW_LEFT_OUT)]


# --- Files and keys ------------------------------------------------------------------------------------------------


def test_files_are_read_from_disk_and_a_missing_one_imports_none(centre: Centre, tmp_path: Path) -> None:
    header, other = tmp_path / "kopfzeile é.csv", tmp_path / "none.csv"
    header.write_text(HEADER)
    with pytest.raises(Trouble, match="cannot be opened"):
        import_files(centre, [header, other])
    assert count(centre, record) == 0
    assert import_files(centre, [header]).problems == []
    assert count(centre, record) == 1


def test_without_the_servers_own_key_nothing_is_imported(centre: Centre) -> None:
    centre.settings.import_key_path.write_bytes(bytes(range(32)))
    with pytest.raises(Trouble, match="signing key is not the one"):
        bring(centre, header=HEADER)
    centre.settings.import_key_path.unlink()
    with pytest.raises(Trouble, match="cannot be read"):
        bring(centre, header=HEADER)
    assert count(centre, record) == 0


def test_a_large_caseload_comes_in_by_several_signed_batches(centre: Centre) -> None:
    rows = "".join(f"{number},M,15/06/2012,WBRI,,,\n" for number in range(1200))
    report = bring(centre, header=HEADER.split("\n")[0] + "\n" + rows)
    assert (report.counts["child"]["new"], report.problems) == (1200, [])
    assert check_everything(centre)["faults"] == []


@given(st.binary(max_size=400))
def test_no_file_whatever_it_holds_breaks_the_reader(data: bytes) -> None:
    for start in (b"", b"child code,known as,role,worker\n", HEADER.encode(), EPISODES.encode()):
        caseload = read_caseload([read_sheet("x.csv", start + data, KNOWN)], date(2026, 11, 23))
        assert all(one.reason and one.done and one.line >= 1 for one in caseload.problems)


@given(st.lists(st.text(max_size=30), min_size=1, max_size=6))
def test_what_a_cell_says_comes_through_as_it_was_or_is_told(names: list[str]) -> None:
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(["child code", "known as"])
    for number, name in enumerate(names):
        writer.writerow([f"c{number}", name])
    sheet = read_sheet("x.csv", out.getvalue().encode("utf-8", "surrogatepass"), KNOWN)
    caseload = read_caseload([sheet], date(2026, 11, 23))
    lines = {one.line for one in caseload.problems}
    for number, name in enumerate(names):
        child = caseload.children.get(f"c{number}")
        if child is not None and "known_as" in child.fields:
            assert child.fields["known_as"].value == " ".join(name.split())
        elif name.strip():
            assert lines
