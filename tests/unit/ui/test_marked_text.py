"""Marked text: what differs is heavier and underlined, wherever it stands and whatever stands before it."""

from __future__ import annotations

from PySide6.QtGui import QColor

from ui.parts.marked_text import MarkedText
from ui.theme import Theme


def test_a_mark_makes_words_heavier_and_underlines_them_also_after_a_face(look: Theme) -> None:
    del look
    text = MarkedText("a 😀 b\nsecond shed", ((4, 5), (13, 17)))
    first, second = text._laid(600).lines
    (one,) = [span for span in first.formats() if span.length]
    (two,) = [span for span in second.formats() if span.length]
    assert (one.start, one.length) == (5, 1)  # Qt counts the face as two
    assert (two.start, two.length) == (7, 4)
    assert one.format.fontUnderline()
    assert one.format.fontWeight() > 400
    assert text.heightForWidth(600) < text.heightForWidth(80)


def test_marks_that_run_over_paragraphs_mark_a_part_of_each(look: Theme) -> None:
    del look
    text = MarkedText("one two\nthree four", ((4, 13),), quoted=True)
    assert text.marked() == ("two\nthree",)
    first, second = text._laid(600).lines
    assert [(span.start, span.length) for span in first.formats()] == [(5, 3)]  # one on, for the quotation mark
    assert [(span.start, span.length) for span in second.formats()] == [(0, 5)]


def test_a_childs_words_stand_on_the_voice_colour_and_others_do_not(look: Theme) -> None:
    def at_the_edge(*, is_childs: bool) -> QColor:
        text = MarkedText("I want to go on Sundays.", is_childs=is_childs, quoted=True)
        text.resize(400, text.heightForWidth(400))
        return text.grab().toImage().pixelColor(1, text.height() // 2)

    assert at_the_edge(is_childs=True) == look.colour("voice")
    assert at_the_edge(is_childs=False) != look.colour("voice")
