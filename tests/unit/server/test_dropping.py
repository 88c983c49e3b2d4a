"""Anonymous answers at the council: taken once, without a name, an order or a time; told only in groups of five."""

from __future__ import annotations

import itertools
import json
import logging
import random
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from litestar.testing import TestClient
from sqlalchemy import select, text

from models.campaign import Campaign, new_answer_id
from models.errors import Trouble
from sync.server import dropping
from sync.server.__main__ import main
from sync.server.app import build_app_on
from sync.server.centre import Centre
from sync.server.dropping import FEWEST, GRACE, MOST_A_MINUTE, Campaigns, DropBox, grouped, standing_campaigns
from sync.server.hub import Hub
from sync.server.logs import LOGGER
from sync.server.refusal import Refusal
from sync.server.tables import audit, drop_answer
from sync.wire import DROP_BYTES, DROP_TYPE, ROUTES, DropRequest
from sync.wire.drop import drop_proof, pack_drop
from tests.unit.server.kinds import on_file, on_postgresql

ASKED = ("Were you listened to?", "What should change?")
Enrol = Callable[..., Any]


@pytest.fixture
def campaigns(centre: Centre) -> Campaigns:
    return Campaigns(centre)


@pytest.fixture
def campaign(centre: Centre, campaigns: Campaigns) -> Campaign:
    today = centre.clock.today()
    campaigns.add("How are we doing?", ASKED, today, today + timedelta(days=60))
    with centre.database.read() as connection:
        return standing_campaigns(centre, connection)[0]


def request(campaign: Campaign, on: date, **other: Any) -> DropRequest:
    fields = {
        "campaign_id": campaign.campaign_id, "answer_id": new_answer_id(), "day": on.isoformat(),
        "answers": {ASKED[0]: "Yes"},
    } | other  # fmt: skip
    key = fields.pop("key", campaign.key)
    said = (fields["campaign_id"], fields["answer_id"], fields["day"], fields["answers"])
    return DropRequest(**{"proof": drop_proof(key, *said)} | fields)


def kept(centre: Centre) -> list[Any]:
    with centre.database.read() as connection:
        return list(connection.execute(select(drop_answer)))


def refused(box: DropBox, data: bytes) -> tuple[int, str]:
    with pytest.raises(Refusal) as caught:
        box.take(data)
    return caught.value.status, caught.value.code


def test_an_answer_is_kept_once_however_often_it_comes(centre: Centre, campaign: Campaign) -> None:
    box, one = DropBox(centre), request(campaign, centre.clock.today())
    for _ in range(3):
        box.take(pack_drop(one))
    (row,) = kept(centre)
    assert (row.answer_id, row.day) == (one.answer_id, centre.clock.today().isoformat())
    assert msgspec.json.decode(row.content) == {ASKED[0]: "Yes"}


def test_what_is_no_answer_of_a_laptop_of_this_council_is_turned_away(centre: Centre, campaign: Campaign) -> None:
    box, today = DropBox(centre), centre.clock.today()
    good = request(campaign, today)
    for data in (
        b"",
        pack_drop(good)[:-1],
        pack_drop(good) + b" ",
        b"{".ljust(DROP_BYTES),
        b"\xff".ljust(DROP_BYTES),
        pack_drop(request(campaign, today, day="yesterday")),
        pack_drop(request(campaign, today, answer_id=centre.ids.new())),
        pack_drop(request(campaign, today, answers={})),
        pack_drop(request(campaign, today, answers={"Who are you?": "Amy"})),
    ):
        assert refused(box, data) == (400, "bad_message")
    assert refused(box, pack_drop(request(campaign, today, key=bytes(32)))) == (401, "bad_proof")
    assert refused(box, pack_drop(request(campaign, today, campaign_id="another"))) == (404, "not_found")
    changed = msgspec.structs.replace(good, answers={ASKED[0]: "No"})
    assert refused(box, pack_drop(changed)) == (401, "bad_proof")
    assert kept(centre) == []


def test_no_laptops_clock_decides_on_the_day(centre: Centre, campaign: Campaign, clock: Any) -> None:
    box, today = DropBox(centre), centre.clock.today()
    clock.advance(days=3)
    for day in (date(1999, 1, 1), today + timedelta(days=1), date(2036, 1, 1)):
        box.take(pack_drop(request(campaign, day)))
    days = {row.day for row in kept(centre)}
    assert days == {(today + timedelta(days=ahead)).isoformat() for ahead in (0, 1, 3)}


def test_what_was_answered_in_time_is_taken_for_a_month_after_the_end(
    centre: Centre, campaign: Campaign, clock: Any
) -> None:
    box, today = DropBox(centre), centre.clock.today()
    clock.advance(days=60 + GRACE.days)
    box.take(pack_drop(request(campaign, today)))
    with centre.database.read() as connection:
        assert standing_campaigns(centre, connection) == (campaign,), "laptops keep the key as long"
    clock.advance(days=1)
    assert refused(box, pack_drop(request(campaign, today))) == (410, "campaign_closed")
    with centre.database.read() as connection:
        assert standing_campaigns(centre, connection) == ()


def test_a_campaign_cannot_be_flooded(
    centre: Centre, campaign: Campaign, clock: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    box, today = DropBox(centre), centre.clock.today()
    for _ in range(MOST_A_MINUTE):
        box.take(pack_drop(request(campaign, today)))
    late = pack_drop(request(campaign, today))
    assert refused(box, late) == (429, "too_many_answers")
    clock.advance(minutes=1)
    box.take(late)
    monkeypatch.setattr(dropping, "MOST_IN_ALL", MOST_A_MINUTE + 1)
    assert refused(box, pack_drop(request(campaign, today))) == (429, "too_many_answers")
    box.take(late)


def test_each_arrival_shuffles_its_day(centre: Centre, campaign: Campaign) -> None:
    class Backwards(random.Random):
        def shuffle(self, x: Any) -> None:
            x.reverse()

    box, shuffled = DropBox(centre, Backwards()), []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Backwards, "shuffle", lambda _self, rows: shuffled.append(len(rows)))
        for _ in range(3):
            box.take(pack_drop(request(campaign, centre.clock.today())))
        box.take(pack_drop(request(campaign, centre.clock.today() - timedelta(days=9))))
    assert shuffled == [1, 2, 3, 4]
    assert len(kept(centre)) == 4


def test_a_day_that_is_over_is_told_as_a_count_and_nothing_before(
    centre: Centre, campaign: Campaign, clock: Any, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, LOGGER.name)
    box, today = DropBox(centre), centre.clock.today()

    def told() -> list[Any]:
        return [record.heard for record in caplog.records if record.msg == "drop"]  # type: ignore[attr-defined]

    for _ in range(FEWEST):
        box.take(pack_drop(request(campaign, today)))
    box.note_fault(ValueError("with words in it"))
    box.tell_days()
    assert told() == []
    clock.advance(days=1)
    box.take(pack_drop(request(campaign, today)))
    box.tell_days()
    (line,) = told()
    assert (line["day"], line["answers"]) == (today.isoformat(), FEWEST)
    assert [fault["error"] for fault in line["faults"]] == ["ValueError"]
    assert "words" not in json.dumps(line)
    clock.advance(days=1)
    box.tell_days()
    assert told()[-1]["answers"] == "fewer than 5"


def test_the_path_answers_plainly_and_writes_no_line(
    centre: Centre, campaign: Campaign, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    caplog.set_level(logging.INFO, LOGGER.name)
    headers = {"content-type": DROP_TYPE}
    app = build_app_on(centre)
    app.on_shutdown.clear()
    with TestClient(app) as client:
        good = pack_drop(request(campaign, centre.clock.today()))
        first = client.post(ROUTES["drop"], content=good, headers=headers)
        assert (first.status_code, first.content, first.headers["connection"]) == (200, b"{}", "close")
        bad = client.post(ROUTES["drop"], content=b"x" * DROP_BYTES, headers=headers)
        assert (bad.status_code, bad.json()["code"]) == (400, "bad_message")
        long = client.post(ROUTES["drop"], content=good + b" ", headers=headers)
        assert (long.status_code, long.json()["code"]) == (413, "message_too_large")
        monkeypatch.setattr(dropping, "MOST_A_MINUTE", 0)
        many = client.post(ROUTES["drop"], content=good, headers=headers)
        assert (many.status_code, many.headers["retry-after"]) == (429, "1800")
        monkeypatch.setattr(DropBox, "take", lambda *_args: 1 / 0)
        fault = client.post(ROUTES["drop"], content=good, headers=headers)
        assert (fault.status_code, fault.json()["code"]) == (500, "server_fault")
    assert caplog.records == []


# --- The operator --------------------------------------------------------------------------------------------------


def test_laptops_are_told_of_a_campaign_with_their_next_pull(campaigns: Campaigns, amy: Any, clock: Any) -> None:
    amy.pull()
    today = campaigns.centre.clock.today()
    campaign_id = campaigns.add("How are we doing?", ASKED, today, today)
    (told,) = amy.page().campaigns
    assert (told.campaign_id, told.questions, len(told.key)) == (campaign_id, ASKED, 32)
    assert campaigns.close(campaign_id)
    (told,) = amy.page().campaigns
    assert not told.is_open(today + timedelta(days=1))


def test_what_is_done_with_campaigns_is_in_the_audit(centre: Centre, campaigns: Campaigns, campaign: Campaign) -> None:
    campaigns.close(campaign.campaign_id)
    campaigns.export(campaign.campaign_id)
    with centre.database.read() as connection:
        found = connection.execute(select(audit.c.action).order_by(audit.c.no)).scalars().all()
    assert found[-3:] == ["campaign_add", "campaign_close", "campaign_export"]


def test_a_campaign_that_makes_no_sense_is_not_begun(campaigns: Campaigns, campaign: Campaign) -> None:
    today = campaigns.centre.clock.today()
    for questions in ((), ("Once?", "Once?"), ("",)):
        with pytest.raises(Trouble):
            campaigns.add("T", questions, today, today)
    with pytest.raises(Trouble, match="before it opens"):
        campaigns.add("T", ("Why?",), today, today - timedelta(days=1))
    for act in (campaigns.close, campaigns.export):
        with pytest.raises(Trouble, match="no campaign"):
            act("nothing")
    assert [one["campaign_id"] for one in campaigns.list()] == [campaign.campaign_id]


def test_a_campaign_is_closed_once(campaigns: Campaigns, campaign: Campaign, clock: Any) -> None:
    clock.advance(days=2)
    assert campaigns.close(campaign.campaign_id)
    assert not campaigns.close(campaign.campaign_id)


def test_an_export_tells_each_question_by_itself_and_no_few_apart(
    centre: Centre, campaigns: Campaigns, campaign: Campaign
) -> None:
    box, today = DropBox(centre), centre.clock.today()
    answers = [{ASKED[0]: "Yes", ASKED[1]: f"Idea {number}"} for number in range(6)] + [{ASKED[0]: "No"}] * 3
    for one in answers[:4]:
        box.take(pack_drop(request(campaign, today, answers=one)))
    few = campaigns.export(campaign.campaign_id)
    assert few["answers"] == "fewer than 5"
    assert all(one["groups"] == [] for one in few["questions"])
    assert campaigns.list()[0]["answers"] == "fewer than 5"
    for one in answers[4:]:
        box.take(pack_drop(request(campaign, today, answers=one)))
    told = campaigns.export(campaign.campaign_id, random.Random(1))
    first, second = told["questions"]
    assert [(set(one["texts"]), one["count"]) for one in first["groups"]] == [({"Yes", "No"}, 9)]
    assert [(len(one["texts"]), one["count"]) for one in second["groups"]] == [(6, 6)]
    assert "day" not in json.dumps(told)


@given(st.lists(st.sampled_from("abcdefgh"), max_size=60))
def test_no_group_holds_fewer_than_five_and_nothing_is_left_out(texts: list[str]) -> None:
    told = grouped(texts, random.Random(1))
    if len(texts) < FEWEST:
        assert told["groups"] == []
        return
    assert all(group["count"] >= FEWEST for group in told["groups"])
    assert sum(group["count"] for group in told["groups"]) == len(texts)
    shown = [text for group in told["groups"] for text in group["texts"]]
    assert sorted(shown) == sorted(set(texts))
    counts = Counter(texts)
    for group in told["groups"]:
        assert group["count"] == sum(counts[text] for text in group["texts"])


def test_a_hub_has_one_box_for_all_its_requests(centre: Centre) -> None:
    hub = Hub(centre)
    assert hub.drop_box is hub.drop_box


@on_file
def test_the_operators_commands_ask_list_close_and_tell(
    centre: Centre, campaign: Campaign, capsys: pytest.CaptureFixture[str]
) -> None:
    def run(*words: str, status: int = 0) -> str:
        verb, *rest = words
        assert main(["campaign", verb, "--data", str(centre.settings.data), *rest]) == status
        return capsys.readouterr().out

    asked = ["--question", "Why?", "--question", "How?", "--opens", "2026-11-01", "--closes", "2026-12-31", "--json"]
    made = json.loads(run("add", "Your reviews", *asked))["campaign_id"]
    assert {one["campaign_id"] for one in json.loads(run("list", "--json"))} == {made, campaign.campaign_id}
    assert "Your reviews" in run("list")
    assert "asked no more" in run("close", made)
    box, today = DropBox(centre), centre.clock.today()
    for _ in range(FEWEST):
        box.take(pack_drop(request(campaign, today)))
    told = run("export", campaign.campaign_id)
    assert "How are we doing?: 5 answers" in told
    assert "5: Yes" in told
    with pytest.raises(SystemExit):
        run("add", "T", "--question", "Why?", "--opens", "soon", "--closes", "2026-12-31")
    run("close", "nothing", status=1)


@on_postgresql
def test_postgresqls_own_columns_tell_no_order_either(centre: Centre, campaign: Campaign) -> None:
    box, came = DropBox(centre), []
    for _ in range(40):
        one = request(campaign, centre.clock.today())
        came.append(one.answer_id)
        box.take(pack_drop(one))
    with centre.database.read() as connection:
        rows = connection.execute(text("SELECT answer_id, xmin::text, ctid FROM drop_answer ORDER BY ctid")).all()
    assert len({row.xmin for row in rows}) == 1, "one transaction wrote them all"
    placed = [came.index(row.answer_id) for row in rows]
    score = sum((b > a) - (b < a) for a, b in itertools.combinations(placed, 2))
    assert abs(score) < 5 * (40 * 39 * 85 / 18) ** 0.5


def test_two_that_come_at_the_same_moment_are_both_kept(centre: Centre, campaign: Campaign) -> None:
    box, today = DropBox(centre), centre.clock.today()
    many = [pack_drop(request(campaign, today)) for _ in range(24)]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(box.take, many))
    assert len(kept(centre)) == 24
