"""Another way to say it: dots under a word, what else there is, the child's own word first, and nothing blocked."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from PySide6.QtGui import QTextCharFormat

from models.language import Suggestion
from tests.unit.ui.forms.spelled import Book, box_of, choose, marked, menu, offered, right_click, type_in
from ui import spelling_walk

pytestmark = pytest.mark.qt_log_ignore("does not support", extend=True)
DOTS = QTextCharFormat.UnderlineStyle.DotLine


def dotted(box: Any) -> list[str]:
    block = box.document().firstBlock()
    spans = [span for span in block.layout().formats() if span.format.underlineStyle() == DOTS]
    return [block.text()[span.start : span.start + span.length] for span in spans]


def test_a_word_that_could_be_kinder_has_dots_and_offers_another(stage: Any, form: Any) -> None:
    box = box_of(form)
    type_in(box, "Contact at the placement ")
    stage.wait_for(lambda: dotted(box) == ["Contact", "placement"])
    assert marked(box) == []
    right_click(box, 1)
    assert offered(menu())[:5] == [
        "“Contact” could be said another way", "Family time", "Such as: family time, seeing mum, dad …",
        "Write down what Sarah calls it…", "Leave “Contact” as it is",
    ]  # fmt: skip
    choose(menu(), "Family time")
    assert box.plain() == "Family time at the placement "
    box.undo()
    assert box.plain() == "Contact at the placement "


def test_a_prompt_never_stands_in_the_way_of_finishing(stage: Any, form: Any) -> None:
    type_in(box_of(form), "The case. ")
    stage.wait_for(lambda: dotted(box_of(form)) == ["case"])
    assert all("case" not in words for words, _ in form.check())
    form.hand_over()
    stage.written()
    assert stage.only("visit_note").body["what_happened"] == "The case. "


def test_the_childs_own_word_comes_first(stage: Any, form: Any) -> None:
    box = box_of(form)
    type_in(box, "the placement ")
    stage.wait_for(lambda: dotted(box) == ["placement"])
    stage.put("own_term", {"instead_of": "Placement", "childs_word": "Nan’s house"})
    checked = form.rows["what_happened"].editor.checked
    stage.wait_for(lambda: checked.marks()[0].prompt.childs == "Nan’s house")
    right_click(box, 6)
    assert offered(menu())[:3] == [
        "“placement” could be said another way", "Nan’s house – what Sarah calls it", "home",
    ]  # fmt: skip
    choose(menu(), "Nan’s house – what Sarah calls it")
    assert box.plain() == "the Nan’s house "


def test_where_nobody_has_asked_the_menu_leads_to_asking(stage: Any, form: Any) -> None:
    box = box_of(form)
    type_in(box, "the Placement ")
    stage.wait_for(lambda: dotted(box) == ["Placement"])
    right_click(box, 6)
    choose(menu(), "Write down what Sarah calls it…")
    asked = {"type": "own_term", "scope_id": stage.scope, "instead_of": "placement"}
    assert stage.pages.opened == [("edit", asked)]


def test_a_prompt_left_alone_and_a_name_are_not_marked(stage: Any, form: Any) -> None:
    stage.put("person_i_trust", {"name": "Mrs Case"})
    box = box_of(form)
    type_in(box, "Case met the case at the placement ")
    stage.wait_for(lambda: dotted(box) == ["case", "placement"])
    right_click(box, box.plain().index("placement") + 2)
    choose(menu(), "Leave “placement” as it is")
    stage.wait_for(lambda: dotted(box) == ["case"])


def test_f7_comes_by_prompts_too(stage: Any, form: Any) -> None:
    box = box_of(form)
    box.set_plain("teh placement")
    stage.wait_for(lambda: marked(box) == ["teh"] and dotted(box) == ["placement"])
    box.setFocus()
    for about in ("“teh” is not in the dictionary", "“placement” could be said another way"):
        spelling_walk.walk(form.forms(), stage.pages.toast)
        assert offered(menu())[0] == about
        menu().close()


def test_what_anyone_else_said_is_never_prompted_on(stage: Any, book: Book, make: Callable[..., Any]) -> None:
    box = box_of(make("own_words"), "words")
    type_in(box, "my case and my placement ")
    stage.written()
    assert dotted(box) == []


def test_the_councils_own_list_takes_the_place_of_heards(stage: Any, form: Any) -> None:
    box = box_of(form)
    type_in(box, "the case and dog ")
    stage.wait_for(lambda: dotted(box) == ["case"])
    councils = (Suggestion(instead_of=("dog",), say="hound", put={"dog": ("hound",)}),)
    exchange = stage.casebook.exchange
    cursor, grants, filling = exchange.cursors()
    told: dict[str, Any] = {"scopes": {stage.scope: "social_worker"}, "advice": councils}
    exchange.take([], cursor=cursor, grants=grants + 1, filling=filling, **told).result()
    stage.wait_for(lambda: dotted(box) == ["dog"])
    assert stage.casebook.advice() == councils
