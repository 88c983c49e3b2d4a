"""Time, ids, words and status: the small values everything else stands on."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from models.clock import Clock, from_stamp, to_stamp
from models.errors import Trouble
from models.fields import Field, Kind, line, to_json
from models.ids import Ids, is_id, new_uuid7
from models.status import (
    ATTENTION,
    NOT_JOINED,
    OFFLINE,
    PAUSED,
    RECEIVE,
    SEND,
    SENDING,
    SENT,
    Progress,
    Status,
    chip_words,
    progress_words,
)
from models.wording import Spoken, age_on, name_and_age, say


def test_a_moment_is_written_in_utc_and_sorts_as_text() -> None:
    moments = [
        datetime(2026, 11, 23, 10, minute, tzinfo=timezone(timedelta(hours=hour)))
        for hour in (0, 5)
        for minute in (0, 30)
    ]
    stamps = [to_stamp(moment) for moment in moments]
    assert sorted(stamps) == [to_stamp(moment) for moment in sorted(moments)]
    assert [from_stamp(stamp) for stamp in stamps] == moments
    assert to_stamp(moments[0]) == "2026-11-23T10:00:00.000Z"


@pytest.mark.parametrize(
    "text", ["", "2026-11-23", "2026-11-23T10:30", "2026-11-23T10:30:00", "soon", "0001-01-01T00:00:00+14:00",
             "9999-12-31T23:59:59-14:00", "2026-02-30T10:30:00Z"]
)  # fmt: skip
def test_what_does_not_say_which_instant_it_is_is_no_moment(text: str) -> None:
    with pytest.raises(ValueError):
        from_stamp(text)


def test_the_real_clock_and_ids_go_on_and_never_repeat() -> None:
    clock, ids = Clock(), Ids()
    assert abs(clock.now() - datetime.now(UTC)) < timedelta(seconds=5)
    assert clock.today() == clock.now().astimezone().date()
    made = [ids.new() for _ in range(200)]
    assert len(set(made)) == 200
    assert all(is_id(one) and one[14] == "7" and one[19] in "89ab" for one in made)


def test_an_id_holds_its_time_and_all_its_chance() -> None:
    assert new_uuid7(0x0123456789AB, bytes([0xFF] * 10)) == "01234567-89ab-7fff-bfff-ffffffffffff"
    assert new_uuid7(0x0123456789AB, bytes(10)) == "01234567-89ab-7000-8000-000000000000"
    for text in (
        "",
        "x",
        "{01234567-89ab-7000-8000-000000000000}",
        "0123456789AB",
        "01234567-89AB-7000-8000-000000000000",
    ):
        assert not is_id(text)


def test_half_a_character_is_made_whole_before_it_is_stored() -> None:
    field: Field = line("Line")
    assert to_json(field, "a\ud800b") == "a\N{REPLACEMENT CHARACTER}b"
    assert to_json(field, "\ud83d\ude00 Zoë") == "😀 Zoë"
    assert to_json(Field(Kind.DAY, "Day"), date(2026, 11, 23)) == "2026-11-23"
    assert to_json(Field(Kind.MOMENT, "When"), datetime(2026, 1, 2, tzinfo=UTC)) == "2026-01-02T00:00:00.000Z"
    assert to_json(field, None) is None


@pytest.mark.parametrize(
    ("body", "name", "words"),
    [
        ({"known_as": "Sarah", "pronouns": "She/Her"}, "Sarah", "she trusts her; does she talk? She is her own."),
        ({"known_as": "Sam", "pronouns": "he"}, "Sam", "he trusts him; does he talk? He is his own."),
        ({"known_as": "Jo", "sex": "F"}, "Jo", "they trust them; do they talk? They is their own."),
        ({"child_code": "1001", "pronouns": "ze, zir"}, "1001", "they trust them; do they talk? They is their own."),
        ({}, "this child", "they trust them; do they talk? They is their own."),
    ],
)
def test_a_child_is_spoken_of_by_the_name_and_pronouns_they_chose(body: dict[str, str], name: str, words: str) -> None:
    spoken = Spoken.of(body)
    assert spoken.name == name
    talks = say("{they} {trust} {them}; {do} {they} {talk}? {They} is {their} own.", spoken)
    assert talks.replace("talks?", "talk?") == words
    assert say("Nothing to fill", spoken) == "Nothing to fill"
    assert say("{child} and {unknown}", None) == "the child and {unknown}"
    assert say("{Their} space", spoken).split()[0].istitle()


@pytest.mark.parametrize(
    ("born", "today", "age"),
    [
        (date(2009, 3, 4), date(2026, 3, 3), 16),
        (date(2009, 3, 4), date(2026, 3, 4), 17),
        (None, date(2026, 1, 1), None),
        (date(2027, 1, 1), date(2026, 1, 1), None),
        (date(2008, 2, 29), date(2026, 2, 28), 17),
    ],
)
def test_age_is_whole_years_or_not_recorded(born: date | None, today: date, age: int | None) -> None:
    assert age_on(born, today) == age


def test_a_name_goes_with_an_age_where_there_is_a_birthday() -> None:
    today = date(2026, 11, 23)
    assert name_and_age({"known_as": "Sarah", "born_on": "2009-03-04"}, today) == "Sarah, 17"
    assert name_and_age({"known_as": "Sarah"}, today) == "Sarah"
    assert name_and_age({"known_as": "Sarah", "born_on": "someday"}, today) == "Sarah"


@pytest.mark.parametrize(
    ("status", "long", "short"),
    [
        (Status(OFFLINE), "Offline · nothing waiting", "Offline · nothing waiting"),
        (Status(OFFLINE, 1), "Offline · 1 change saved on this laptop", "Offline · 1 saved"),
        (Status(OFFLINE, 3), "Offline · 3 changes saved on this laptop", "Offline · 3 saved"),
        (Status(NOT_JOINED), "Not joined to a council · nothing waiting", "Not joined to a council · nothing waiting"),
        (Status(SENDING, 2, progress=Progress(SEND, 40, 1000)), "Sending 40 of 1,000", "Sending 40 of 1,000"),
        (Status(SENDING, progress=Progress(RECEIVE, 312)), "Copying · 312 so far", "Copying · 312 so far"),
        (Status(SENDING, progress=Progress(RECEIVE, 312, 10_000, is_about=True)),
         "Copying 312 of about 10,000", "Copying 312 of 10,000"),
        (Status(PAUSED, 3), "Paused · 3 changes saved on this laptop", "Paused · 3 saved"),
        (Status(PAUSED), "Paused · nothing waiting", "Paused · nothing waiting"),
        (Status(OFFLINE, 1200), "Offline · 1,200 changes saved on this laptop", "Offline · 1,200 saved"),
        (Status(SENDING, 2), "Sending…", "Sending…"),
        (Status(SENT), "All sent", "All sent"),
        (Status(SENT, held=1), "All sent · 1 kept safe for your manager", "All sent · 1 kept safe"),
        (Status(SENT, 2, held=1), "Online · 2 changes saved on this laptop", "Online · 2 saved"),
        (Status(SENT, 2), "Online · 2 changes saved on this laptop", "Online · 2 saved"),
        (Status(ATTENTION, 2), "Please look · 2 changes saved on this laptop", "Please look"),
    ],
)  # fmt: skip
def test_the_chip_never_says_sent_of_what_is_only_saved(status: Status, long: str, short: str) -> None:
    assert chip_words(status) == long
    assert chip_words(status, is_short=True) == short


@pytest.mark.parametrize(
    ("progress", "words"),
    [
        (Progress(SEND, 40, 1000), "Sending 40 of 1,000"),
        (Progress(RECEIVE, 312, 10_000, is_about=True), "312 of about 10,000 records copied"),
        (Progress(RECEIVE, 9, 9), "9 of 9 records copied"),
        (Progress(RECEIVE, 10_050, 10_000, is_about=True), "10,050 of about 10,050 records copied"),
        (Progress(RECEIVE, 1), "1 record copied so far"),
        (Progress(RECEIVE, 2000), "2,000 records copied so far"),
    ],
)
def test_progress_never_says_more_of_less_and_says_when_it_only_guesses(progress: Progress, words: str) -> None:
    assert progress_words(progress) == words


def test_all_sent_says_when() -> None:
    at = datetime(2026, 11, 23, 10, 30, tzinfo=UTC)
    assert chip_words(Status(SENT, last_sent_at=at)) == f"All sent · {at.astimezone():%H:%M}"


def test_trouble_says_what_what_is_safe_and_what_to_do() -> None:
    assert str(Trouble("The disk is full.", "Nothing is lost.", "Delete something.")) == (
        "The disk is full. Nothing is lost. Delete something."
    )
    assert str(Trouble("The disk is full.")) == "The disk is full."
