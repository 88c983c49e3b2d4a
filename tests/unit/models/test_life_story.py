"""A child's story told to the child: oldest first, and nothing in it that others wrote about them or about others."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from models.casebook import Casebook
from models.entry import Edit
from models.ids import Ids
from models.invented import me_for_trying
from models.language import find_words, legal_phrases, words_never_shown
from models.life_story import chapters, understood
from models.moving_on import Fact, MovingOn, moving_on
from models.records.involvement import Involvement

SCOPE = "01977f00-0000-7000-8000-00000000c001"


@pytest.fixture
def casebook(tmp_path: Path, clock: Any, ids: Ids) -> Iterator[Casebook]:
    clock.moment = datetime(2026, 11, 23, 10, 5, tzinfo=UTC)
    opened = Casebook.open(tmp_path, bytes(32), identity=me_for_trying(), clock=clock, ids=ids)
    yield opened
    opened.close()


def put(casebook: Casebook, type_name: str, audience: str = "", **values: Any) -> str:
    more = {"audience": audience} if audience else {}
    draft = casebook.new_draft(type_name, SCOPE, **more)
    casebook.save(draft, {name: Edit(None, value) for name, value in values.items()}).result()
    casebook.cut(draft.record_id).result()
    return draft.record_id


def change(casebook: Casebook, record_id: str, **values: Any) -> None:
    entry = casebook.entry(record_id)
    assert entry is not None
    casebook.save(entry.draft(), {name: Edit(entry.body.get(name), one) for name, one in values.items()}).result()
    casebook.cut(record_id).result()


def told(casebook: Casebook) -> list[str]:
    return [line.words for chapter in chapters(casebook, SCOPE) for line in chapter.lines]


def test_the_story_runs_from_the_beginning_year_by_year(casebook: Casebook) -> None:
    put(casebook, "own_words", words="I like Becky.", said_on="2026-11-09")
    put(casebook, "involvement", status="looked_after", from_on="2019-05-03", home_since_on="2021-02-01")
    put(casebook, "child", known_as="Sarah", born_on="2009-03-04")
    found = chapters(casebook, SCOPE)
    assert [one.head for one in found] == [
        "2009, when you were born",
        "2019, when you were 9 and 10",
        "2021, when you were 11 and 12",
        "2026, when you were 16 and 17",
    ]
    assert told(casebook) == [
        "You were born on 4 March 2009.",
        "On 3 May 2019 the council began to look after you.",
        "On 1 February 2021 you moved into a home that was new to you.",
        "On 9 November 2026 you said:",
    ]
    assert found[-1].lines[0].quote == "I like Becky."


def test_what_others_wrote_is_left_out(casebook: Casebook) -> None:
    put(
        casebook,
        "involvement",
        status="looked_after",
        from_on="2019-05-03",
        reason_for_change="CANARY one",
        legal_status="C2",
    )
    put(casebook, "involvement", "protected", status="adopted", from_on="2020-01-01")
    put(casebook, "home", address="CANARY two", from_on="2019-05-03", home_kind="lives_here")
    put(casebook, "visit_note", what_happened="CANARY three", worker_view="CANARY four", visited_at=AT)
    put(casebook, "attachment", made_by="parent", made_on="2020-02-02", caption="CANARY five")
    said = put(casebook, "own_words", words="Can I see Sam?", said_on="2020-03-03")
    put(casebook, "promise", you_said_id=said, we_promised="CANARY six", we_heard="CANARY seven", due_on="2020-04-04")
    put(casebook, "child", known_as="Sarah", life_story_next_step="CANARY eight")
    everything = " ".join(
        f"{line.words} {line.quote} {line.picture}" for one in chapters(casebook, SCOPE) for line in one.lines
    )
    assert "CANARY" not in everything
    assert "adopted" not in everything
    assert "Can I see Sam?" in everything


AT = "2020-01-01T10:00:00.000Z"


def test_an_answer_is_told_once_the_child_has_been_told(casebook: Casebook) -> None:
    said = put(casebook, "own_words", words="Can Becky come on Tuesdays?", said_on="2026-10-01")
    promise = put(casebook, "promise", you_said_id=said, we_promised="We will ask.", we_did="She comes on Tuesdays.")
    assert told(casebook) == ["On 1 October 2026 you said:"]
    change(casebook, promise, told_on="2026-10-09")
    assert told(casebook)[-1] == (
        "On 9 October 2026 we told you what came of your words. We did: She comes on Tuesdays."
    )


def test_what_a_child_made_stands_in_their_story(casebook: Casebook) -> None:
    mine = put(casebook, "attachment", made_by="child", kind="drawing", made_on="2026-10-02", caption="Our dog")
    put(casebook, "attachment", made_by="worker", kind="photo", made_on="2026-10-02")
    (line,) = chapters(casebook, SCOPE)[0].lines
    assert line.words == "On 2 October 2026 you made a drawing."
    assert line.picture is not None
    assert line.picture.record_id == mine


def test_who_explained_it_and_with_what_is_part_of_the_story(casebook: Casebook) -> None:
    put(
        casebook,
        "child",
        known_as="Sarah",
        life_story_explained_on="2026-05-03",
        life_story_by="Aisha",
        life_story_tool="Words and pictures",
    )
    assert told(casebook) == ["On 3 May 2026 Aisha talked with you about why you are in care, with words and pictures."]


def test_every_status_is_told_in_words_a_child_may_read(casebook: Casebook) -> None:
    for number, choice in enumerate(Involvement.declaration.fields["status"].choices):
        put(
            casebook,
            "involvement",
            status=choice.code,
            from_on=f"20{10 + number}-01-02",
            to_on=f"20{10 + number}-06-02",
        )
    lines = told(casebook)
    assert len([one for one in lines if " 2 January " in one]) == len(Involvement.declaration.fields["status"].choices)
    for line in lines:
        assert line.endswith(".")
        assert not find_words(line, words_never_shown(), legal_phrases()), line


def test_each_answer_of_the_child_is_kept_with_its_day(casebook: Casebook, clock: Any) -> None:
    child = put(casebook, "child", known_as="Sarah", understands_why_in_care=4)
    clock.advance(minutes=60 * 24 * 3)
    change(casebook, child, school="Northfield")
    change(casebook, child, understands_why_in_care=6)
    days = understood(casebook, SCOPE)
    assert [number for _day, number in days] == [4.0, 6.0]
    assert (days[1][0] - days[0][0]).days == 3


def test_without_a_child_here_there_is_no_story(casebook: Casebook) -> None:
    assert chapters(casebook, SCOPE) == []
    assert understood(casebook, SCOPE) == []
    assert moving_on(casebook, SCOPE) is None


# ---- moving on -----------------------------------------------------------------------------------------------------


def standing(casebook: Casebook) -> MovingOn:
    found = moving_on(casebook, SCOPE)
    assert found is not None
    return found


def fact(casebook: Casebook, label: str) -> Fact:
    return next(one for one in standing(casebook).facts if one.label == label)


def test_the_facts_of_moving_on_stand_only_where_they_apply(casebook: Casebook) -> None:
    child = put(casebook, "child", known_as="Sarah", born_on="2014-03-04")
    put(casebook, "involvement", status="looked_after", from_on="2019-05-03")
    assert moving_on(casebook, SCOPE) is None
    change(casebook, child, born_on="2010-03-04")
    assert standing(casebook).window is not None


def test_an_involvement_that_has_ended_no_longer_counts(casebook: Casebook) -> None:
    put(casebook, "child", known_as="Sarah", born_on="2009-03-04")
    put(casebook, "involvement", status="looked_after", from_on="2019-05-03", to_on="2026-11-22")
    assert moving_on(casebook, SCOPE) is None


def test_before_the_window_within_it_and_checked(casebook: Casebook) -> None:
    child = put(casebook, "child", known_as="Sarah", born_on="2009-03-04", care_leaver_category="eligible")
    assert fact(casebook, "Turning 18") == Fact(
        "Turning 18", "On 4 March 2027. The time for its check opens on 4 December 2026"
    )
    change(casebook, child, born_on="2009-01-04")
    assert fact(casebook, "Turning 18") == Fact(
        "Turning 18", "On 4 January 2027. Be in touch and check by 4 February 2027", "warn"
    )
    put(casebook, "care_leaver_check", birthday_on="2027-01-04", checked_on="2026-11-20", in_touch="YES")
    assert fact(casebook, "Turning 18") == Fact(
        "Turning 18", "Checked on 20 November 2026, in its time. In touch: Yes", "ok"
    )
    assert standing(casebook).is_checked


@pytest.mark.parametrize(
    ("checked_on", "birthday_on"), [("2026-10-03", "2027-01-04"), ("2026-11-20", "2026-01-04"), (None, "2027-01-04")]
)
def test_a_check_outside_its_window_or_of_another_birthday_is_kept_and_not_counted(
    casebook: Casebook, checked_on: str | None, birthday_on: str
) -> None:
    put(casebook, "child", known_as="Sarah", born_on="2009-01-04", care_leaver_category="eligible")
    put(casebook, "care_leaver_check", birthday_on=birthday_on, checked_on=checked_on)
    assert not standing(casebook).is_checked
    assert len(standing(casebook).checks) == 1
    assert fact(casebook, "Turning 18").tone == "warn"


def test_a_window_that_closed_without_a_check_is_said(casebook: Casebook) -> None:
    put(casebook, "child", known_as="Sarah", born_on="2009-03-04", care_leaver_category="eligible")
    assert fact(casebook, "Last birthday").words == "Nothing was written down in the time around 4 March 2026"
    put(casebook, "care_leaver_check", birthday_on="2026-03-04", checked_on="2026-03-01")
    assert "Last birthday" not in [one.label for one in standing(casebook).facts]


def test_an_advisers_visits_are_read_from_pathway_visits(casebook: Casebook) -> None:
    put(casebook, "child", known_as="Sarah", born_on="2009-03-04", care_leaver_category="eligible")
    assert fact(casebook, "Adviser’s visit").tone == "warn"
    put(casebook, "visit_note", visited_at="2026-11-09T12:00:00.000Z", visit_kind="pathway")
    put(casebook, "visit_note", visited_at="2026-11-20T12:00:00.000Z", visit_kind="statutory")
    assert fact(casebook, "Adviser’s visit") == Fact(
        "Adviser’s visit", "Last on 9 November 2026, the next by 4 January 2027"
    )


def test_the_offer_letter_is_asked_for_from_18_on(casebook: Casebook) -> None:
    child = put(casebook, "child", known_as="Sarah", born_on="2009-03-04", care_leaver_category="former_relevant")
    assert "Local offer letter" not in [one.label for one in standing(casebook).facts]
    change(casebook, child, born_on="2008-03-04")
    assert fact(casebook, "Local offer letter").tone == "warn"
    put(casebook, "care_leaver_check", birthday_on="2026-03-04", offer_letter_sent_on="2026-03-10")
    assert fact(casebook, "Local offer letter") == Fact("Local offer letter", "Sent on 10 March 2026")
