"""Reading aloud, through the whole window and a voice that stands in: what is read, and how it stops."""

from __future__ import annotations

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QWidget

from models.entry import Edit
from models.life_story import chapters
from models.query import Query
from tests.unit.ui.counting import CTRL, SHIFT, whole_app
from tests.unit.ui.standing_voice import StandInVoice
from ui.parts.read_button import ReadButton
from ui.speech import ReadAloud
from ui.theme import Look, Scheme, Theme

KEY = Qt.Key


@pytest.fixture
def app(tmp_path: Any, clock: Any, look: Any, qtbot: Any, settle: Any) -> Iterator[SimpleNamespace]:
    with whole_app(tmp_path, clock, look, qtbot, settle) as it:
        it.voice.found.emit(True)
        yield it


def open_card(app: SimpleNamespace) -> None:
    app.window.open("knock", scope_id=app.scope)
    app.settle()


def seen(app: SimpleNamespace, name: str) -> list[QWidget]:
    return [one for one in app.window.findChildren(QWidget, name) if one.isVisible()]


# ---- the budget: "Read me the card before I knock" ----


def test_the_card_is_read_with_two_keys_from_a_child(app: SimpleNamespace) -> None:
    app.window.open("children", scope_id=app.scope)
    app.settle()
    app.hands.key(KEY.Key_B, CTRL | SHIFT)
    app.hands.key(KEY.Key_R)
    assert app.hands.keys == 2
    assert (app.voice.now or "").startswith("Before you knock: ")


def test_the_card_is_read_with_two_clicks_from_today(app: SimpleNamespace) -> None:
    strips = seen(app, "visit.knock") or seen(app, "today.knock")
    assert strips, "no card stands on Today"
    app.hands.press(strips[0])
    app.hands.click("knock.read")
    assert app.hands.clicks == 2
    assert (app.voice.now or "").startswith("Before you knock: ")


def test_it_starts_at_half_volume_and_shows_a_big_way_to_stop(app: SimpleNamespace) -> None:
    open_card(app)
    assert not seen(app, "reading.stop")
    app.hands.key(KEY.Key_R)
    assert app.voice.said[0][3] == 0.5
    stop = app.hands.find("reading.stop")
    assert stop.height() >= 54
    assert stop.width() > app.window.pages.width() * 0.8
    assert stop.words() == "Stop reading"
    app.hands.click("reading.stop")
    assert app.voice.now is None
    assert not seen(app, "reading.stop")


def test_a_message_never_covers_the_way_to_stop_nor_a_tall_page_squeeze_it(app: SimpleNamespace) -> None:
    app.window.resize(1024, 600)
    open_card(app)
    app.window.toast("Saved", lambda: None)
    app.hands.key(KEY.Key_R)
    stop, toast = app.hands.find("reading.stop"), app.window.toasts
    assert stop.height() >= 54
    top = stop.mapTo(app.window, stop.rect().topLeft()).y()
    assert toast.mapTo(app.window, toast.rect().bottomLeft()).y() < top
    app.hands.key(KEY.Key_R)
    assert toast.mapTo(app.window, toast.rect().bottomLeft()).y() > top, "it goes back to its place"


# ---- what is read ----


def test_what_never_to_do_is_heard_second(app: SimpleNamespace) -> None:
    open_card(app)
    app.hands.key(KEY.Key_R)
    heard = app.voice.finish_all()
    heads = [one.split(":")[0] for one in heard]
    assert heads[:3] == ["Before you knock", "First", "Please do not"]
    assert not seen(app, "reading.stop"), "the end of the reading ends the bar too"


def test_the_name_is_said_as_the_child_says_it(app: SimpleNamespace) -> None:
    child = app.casebook.child(app.scope)
    before = child.body.get("says_name_like") or ""
    app.casebook.save(child.draft(), {"says_name_like": Edit(before, "ZOO-lee")}).result()
    open_card(app)
    app.hands.key(KEY.Key_R)
    assert app.voice.now == "Before you knock: Zoo-lee."


def test_this_is_me_is_read_box_by_box_with_its_question(app: SimpleNamespace) -> None:
    entry = app.casebook.one("this_is_me", app.scope)
    assert entry is not None
    app.window.open("this_is_me", scope_id=app.scope)
    app.settle()
    app.hands.click("this_is_me.read")
    heard = app.voice.finish_all()
    label = entry.declaration.fields["important_to_me"].label.rstrip("?.")
    first_line = entry.body["important_to_me"].splitlines()[0]
    at = heard.index(f"{label}.")
    assert first_line in heard[at + 1]


def test_a_page_that_is_being_written_is_not_read(app: SimpleNamespace) -> None:
    app.window.open("this_is_me", scope_id=app.scope, is_editing=True)
    app.settle()
    assert not seen(app, "this_is_me.read")


def test_what_a_child_said_is_read_with_what_came_of_it(app: SimpleNamespace) -> None:
    said = app.casebook.select(Query(types=("own_words",), scope_id=app.scope, limit=50))
    assert said
    app.window.open("what_i_said", scope_id=app.scope)
    app.settle()
    app.hands.key(KEY.Key_R)
    heard = " ".join(app.voice.finish_all())
    assert heard.startswith("What I have said.")
    assert "Who can see this:" in heard
    app.hands.press(seen(app, "what_i_said.read_one")[0])
    alone = app.voice.finish_all()
    assert alone[0].startswith("I said this")
    assert len(" ".join(alone)) < len(heard)


def test_my_story_is_read_from_its_beginning_year_by_year_with_the_childs_own_words(app: SimpleNamespace) -> None:
    told = chapters(app.casebook, app.scope)
    quotes = [line.quote for chapter in told for line in chapter.lines if line.quote]
    assert quotes
    app.window.open("my_story", scope_id=app.scope)
    app.settle()
    assert not seen(app, "reading.stop")
    app.hands.click("my_story.read")
    heard = app.voice.finish_all()
    assert heard[0] == "My story so far."
    assert heard[1] == f"{told[0].head}."
    assert heard[2] == told[0].lines[0].words
    years = [heard.index(f"{chapter.head}.") for chapter in told]
    assert years == sorted(years)
    said = next(at for at, one in enumerate(heard) if one.rstrip(".") == quotes[0].rstrip("."))
    assert "you said:" in heard[said - 1]
    assert not any("“" in one for one in heard)


def test_my_story_stops_with_r_with_esc_and_with_its_page(app: SimpleNamespace) -> None:
    app.window.open("my_story", scope_id=app.scope)
    app.settle()
    app.hands.key(KEY.Key_R)
    assert app.voice.now == "My story so far."
    app.hands.key(KEY.Key_R)
    assert app.voice.now is None
    app.hands.key(KEY.Key_R)
    app.hands.key(KEY.Key_Escape)
    assert app.voice.now is None
    assert app.window.here().key == "my_story"
    app.hands.key(KEY.Key_R)
    app.hands.click("my_story.close")
    assert app.voice.now is None


def test_a_story_with_nothing_in_it_yet_says_so(app: SimpleNamespace) -> None:
    app.window.open("my_story", scope_id="01977f00-0000-7000-8000-00000000c999")
    app.settle()
    app.hands.key(KEY.Key_R)
    assert app.voice.finish_all() == ["My story so far.", "Nothing is written yet."]


@pytest.mark.parametrize("page", ["my_story", "what_i_said"])
def test_in_the_largest_letters_the_title_is_whole_and_read_aloud_keeps_its_icon(
    app: SimpleNamespace, look: Theme, page: str
) -> None:
    app.window.resize(1024, 600)
    app.window.open(page, scope_id=app.scope)
    app.settle()
    assert not app.hands.find(f"{page}.read").is_brief()
    look.set_look(Look(scheme=Scheme.LIGHT, text_scale=2.0))
    app.settle()
    read, title = app.hands.find(f"{page}.read"), app.hands.find(f"{page}.title")
    assert title.fontMetrics().horizontalAdvance(title.text()) <= title.width()
    assert read.is_brief()
    assert "Read aloud" in read.toolTip()
    app.hands.press(read)
    assert app.voice.now is not None


def test_words_are_read_back_large_and_aloud(app: SimpleNamespace) -> None:
    said = next(
        one
        for one in app.casebook.select(Query(types=("own_words",), limit=50))
        if one.body.get("checked_back_result") in (None, "") and not app.casebook.why_not_editable(one)
    )
    app.window.open("children", scope_id=said.scope_id)
    app.settle()
    button = next(one for one in seen(app, "own_words.check_back") if one.property("row") == said.record_id)
    button.click()
    app.settle()
    (words,) = seen(app, "check_back.words")
    assert words.words() == said.body["words"]
    app.hands.key(KEY.Key_R)
    assert said.body["words"][:12] in app.voice.now


# ---- when it stops ----


def test_esc_stops_the_reading_and_the_page_stays(app: SimpleNamespace) -> None:
    open_card(app)
    app.hands.key(KEY.Key_R)
    app.hands.key(KEY.Key_Escape)
    assert app.voice.now is None
    assert app.window.here().key == "knock"
    app.hands.key(KEY.Key_Escape)
    assert app.window.here().key == "today"


def test_r_stops_what_r_began(app: SimpleNamespace) -> None:
    open_card(app)
    app.hands.key(KEY.Key_R)
    assert app.hands.find("knock.read").words() == "Stop reading"
    app.hands.key(KEY.Key_R)
    assert app.voice.now is None
    assert app.hands.find("knock.read").words() == "Read aloud"


def test_hiding_the_screen_stops_it_before_anything_else(app: SimpleNamespace) -> None:
    open_card(app)
    app.hands.key(KEY.Key_R)
    stopped_when: list[str | None] = []
    app.window.covered.connect(lambda: stopped_when.append(app.voice.now))
    app.hands.key(KEY.Key_F9)
    assert stopped_when == [None]
    app.window.lift()
    app.settle()
    assert app.voice.now is None, "nothing goes on by itself"


def test_leaving_the_page_stops_it(app: SimpleNamespace) -> None:
    open_card(app)
    app.hands.key(KEY.Key_R)
    app.window.open("this_is_me", scope_id=app.scope)
    app.settle()
    assert app.voice.now is None
    assert not seen(app, "reading.stop")


def test_one_reading_gives_way_to_another(app: SimpleNamespace) -> None:
    app.window.open("what_i_said", scope_id=app.scope)
    app.settle()
    app.hands.key(KEY.Key_R)
    before = len(app.voice.said)
    app.hands.press(seen(app, "what_i_said.read_one")[0])
    assert app.voice.stops >= 1
    assert len(app.voice.said) == before + 1
    late = app.voice.said[before - 1][0]
    app.voice.ended.emit(late)
    assert len(app.voice.said) == before + 1, "the end of what was stopped starts nothing"


# ---- where it is not offered ----


def test_r_is_a_letter_wherever_something_is_written(app: SimpleNamespace) -> None:
    app.window.open("note", scope_id=app.scope)
    app.settle()
    app.hands.type("rr")
    assert app.voice.said == []
    app.window.open("children", scope_id=app.scope)
    app.settle()


def test_without_a_voice_there_is_no_button_and_the_words_stay(app: SimpleNamespace) -> None:
    app.voice.found.emit(False)
    open_card(app)
    assert not seen(app, "knock.read")
    app.hands.key(KEY.Key_R)
    assert app.voice.said == []
    assert seen(app, "knock.first")


def test_a_voice_that_is_found_late_brings_the_button_to_a_page_that_stands(app: SimpleNamespace) -> None:
    app.voice.found.emit(False)
    open_card(app)
    app.voice.found.emit(True)
    app.settle()
    assert seen(app, "knock.read")


def test_a_voice_that_goes_away_is_told_and_the_page_stays_as_it_was(app: SimpleNamespace) -> None:
    open_card(app)
    app.hands.key(KEY.Key_R)
    app.voice.failed.emit()
    app.settle()
    assert not seen(app, "reading.stop")
    assert "Reading aloud broke off" in app.window.toasts.label.text()


def test_the_keys_page_lists_r_only_where_there_is_a_voice(app: SimpleNamespace) -> None:
    def listed() -> bool:
        app.window.open("keys")
        app.settle()
        words = [one.text() for one in app.window.pages.currentWidget().findChildren(QLabel)]
        app.window.back()
        app.settle()
        return any("Read the page aloud" in one for one in words)

    assert listed()
    app.voice.found.emit(False)
    assert not listed()


# ---- the reading itself ----


def test_no_voice_is_looked_for_until_the_worker_wants_one() -> None:
    voice = StandInVoice()
    speech = ReadAloud(voice, is_on=False)
    speech.look()
    assert voice.looks == 0
    speech.choose(is_on=True, speed="usual")
    assert voice.looks == 1


def test_turning_it_off_stops_it_and_takes_the_offer_away() -> None:
    voice = StandInVoice()
    speech = ReadAloud(voice)
    voice.found.emit(True)
    speech.read(["One.", "Two."])
    speech.choose(is_on=False, speed="usual")
    assert voice.now is None
    assert not speech.is_reading()
    assert not speech.is_offered()
    speech.read(["Three."])
    assert len(voice.said) == 1


def test_the_next_piece_has_the_speed_chosen_meanwhile() -> None:
    voice = StandInVoice()
    speech = ReadAloud(voice, speed="slow")
    voice.found.emit(True)
    speech.read(["One.", "Two."])
    speech.choose(is_on=True, speed="fast")
    voice.finish()
    rates = [rate for _number, _words, rate, _volume in voice.said]
    assert rates[0] < 0 < rates[1]


def test_reading_nothing_is_over_at_once() -> None:
    voice = StandInVoice()
    speech = ReadAloud(voice)
    voice.found.emit(True)
    speech.read(["", "  "])
    assert not speech.is_reading()
    assert voice.said == []


def test_a_button_is_never_a_window_of_its_own(qtbot: Any) -> None:
    voice = StandInVoice()
    speech = ReadAloud(voice)
    voice.found.emit(True)
    page = QWidget()
    qtbot.addWidget(page)
    button = ReadButton(speech, lambda: ["One."], "page.read", page)
    assert not button.isWindow()
