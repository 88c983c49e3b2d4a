"""What every declaration promises: it is whole, speaks plainly, and reads and writes what it holds."""

from __future__ import annotations

import re
from typing import Any

import pytest

from models.audience import AUDIENCES, POLICY_CLASSES
from models.fields import MAX_LINE, Field, Kind, MergeRule, fault, from_json, is_empty, to_json
from models.language import find_words, legal_phrases, words_never_shown
from models.record import Declaration, declaration_of, is_asked, problems, whose_words
from models.wording import Spoken, say
from tests.every_record.conftest import body_of, value_of

SARAH, SAM = Spoken("Sarah", "she", "her", "her", is_plural=False), Spoken("Sam")
JUNK: tuple[Any, ...] = (7, True, "x" * 200_001, [1], [["a"]], {"a": 1}, "2026-13-45", -1e9, 1e9, "\x00")


def test_a_body_comes_back_from_its_typed_value_as_it_was(declaration: Declaration) -> None:
    for number in (0, 1):
        body = body_of(declaration, number)
        assert declaration.record_class.from_body(body).to_body() == {
            name: value for name, value in body.items() if not is_empty(value)
        }
    assert declaration.record_class.from_body({}).to_body() == {}
    assert declaration.record_class().to_body() == {}


def test_keys_that_only_a_newer_heard_knows_do_not_disturb_reading(declaration: Declaration) -> None:
    assert declaration.record_class.from_body({"of_a_newer_heard": [1, {"x": 2}]}).to_body() == {}


def test_what_a_field_cannot_hold_is_kept_out_of_the_typed_value_and_never_guessed(
    declaration: Declaration, field: Field
) -> None:
    for value in JUNK:
        if fault(field, value):
            read = getattr(declaration.record_class.from_body({field.name: value}), field.name)
            assert read == field.empty()
            assert any(problem.field == field.name for problem in problems(declaration, {field.name: value}))
    assert any(fault(field, value) for value in JUNK)


def test_a_sound_value_has_no_fault_and_survives_a_round_trip(declaration: Declaration, field: Field) -> None:
    for number in (0, 1):
        value = value_of(field, number)
        assert fault(field, value) == ""
        assert to_json(field, from_json(field, value)) == (
            value if not is_empty(value) else to_json(field, field.empty())
        )
    nothing: tuple[Any, ...] = (None, "", [], ())
    for empty in nothing:
        assert fault(field, empty) == ""
        assert from_json(field, empty) == field.empty()


def test_an_empty_record_says_what_it_still_needs_and_a_full_one_needs_nothing(declaration: Declaration) -> None:
    assert problems(declaration, body_of(declaration)) == ()
    needed = [field for field in declaration.fields.values() if field.to_finish and is_asked(field, {})]
    told = problems(declaration, {})
    assert [problem.field for problem in told] == [field.name for field in needed]
    for problem in told:
        words = say(problem.words, SARAH)
        assert words[0].isupper()
        assert "{" not in words


def test_a_question_is_needed_only_while_it_is_asked(declaration: Declaration, field: Field) -> None:
    if field.only_when is None:
        assert is_asked(field, {})
        return
    name, codes = field.only_when
    other = declaration.fields[name]
    assert all(not fault(other, code) for code in codes)
    if other.choices:
        assert {str(code) for code in codes} <= {choice.code for choice in other.choices}
    assert is_asked(field, {name: codes[0]})
    assert not is_asked(field, {})


def test_every_word_of_it_may_stand_on_a_screen(declaration: Declaration) -> None:
    said = [declaration.title, declaration.plural]
    for field in declaration.fields.values():
        said += [field.label, field.help, field.missing, field.part, *(choice.words for choice in field.choices)]
    for text in said:
        for child in (SARAH, SAM, None):
            spoken = say(text, child)
            assert "{" not in spoken, text
            assert not find_words(spoken, words_never_shown(), legal_phrases()), text
    assert all(field.label for field in declaration.fields.values())


def test_it_is_a_whole_declaration(declaration: Declaration) -> None:
    assert declaration_of(declaration.type) is declaration
    assert re.fullmatch(r"[a-z][a-z0-9_]{0,63}", declaration.type)
    assert declaration.record_class.__doc__
    assert declaration.audience in AUDIENCES
    assert declaration.policy_class in POLICY_CLASSES
    assert declaration.schema == 1 + len(declaration.upgrades or {})
    assert declaration.record_class.__module__.endswith(f"records.{declaration.type}")
    codes = [[choice.code for choice in field.choices] for field in declaration.fields.values()]
    assert all(len(set(some)) == len(some) for some in codes)
    for field in declaration.fields.values():
        assert all(declaration_of(name) for name in field.links_to), field.name
        assert (field.kind in (Kind.CHOICE, Kind.FLAGS)) == bool(field.choices), field.name


def test_nobodys_exact_words_are_ever_merged_or_corrected(declaration: Declaration, field: Field) -> None:
    whose = whose_words(declaration, field, {})
    if field.is_verbatim:
        assert field.merge is MergeRule.CHOOSE
        assert not field.is_worker_prose
        assert field.by
        assert whose != "worker"
    else:
        assert whose == "worker"
        assert field.merge is MergeRule.PARAGRAPHS or field.kind is not Kind.PROSE
        assert field.merge is MergeRule.UNION or field.kind is not Kind.FLAGS


def test_a_text_of_the_greatest_length_is_taken_and_one_letter_more_is_told(
    declaration: Declaration, text_field: Field
) -> None:
    assert text_field.most >= MAX_LINE
    assert fault(text_field, "é" * text_field.most) == ""
    assert f"{text_field.most:,}" in fault(text_field, "é" * (text_field.most + 1))


@pytest.mark.parametrize(
    ("type_name", "name", "body", "whose"),
    [
        ("own_words", "words", {}, "child"),
        ("visit_note", "what_happened", {}, "worker"),
        ("this_is_me", "helps_me", {"pen_held_by": "child"}, "child"),
        ("this_is_me", "helps_me", {"pen_held_by": "child_with_worker"}, "child"),
        ("this_is_me", "helps_me", {"pen_held_by": "carer_for_child"}, "carer"),
        ("this_is_me", "helps_me", {}, "child"),
        ("communication_preferences", "words_to_use", {"answered_by": "worker_observed"}, "worker"),
        ("addendum", "their_words", {"said_by": "parent"}, "parent"),
    ],
)
def test_one_function_answers_whose_words_a_field_holds(
    type_name: str, name: str, body: dict[str, str], whose: str
) -> None:
    declared = declaration_of(type_name)
    assert declared is not None
    assert whose_words(declared, declared.fields[name], body) == whose
