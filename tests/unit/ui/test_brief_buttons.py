"""Buttons that give up their words: what stands in the tip, what a screen reader says, and which of a row are first."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtWidgets import QHBoxLayout, QWidget

from ui import access
from ui.parts.buttons import Button, give_words
from ui.theme import Theme

LONG = "Version 1, changed 9 November by Martin"


def test_a_button_whose_words_are_cut_or_gone_tells_them_before_its_tip(
    look: Theme, qtbot: Any, settle: Callable[[], None]
) -> None:
    button = Button(LONG, "history")
    qtbot.addWidget(button)
    button.set_tip("See what changed")
    button.resize(button.sizeHint())
    button.show()
    settle()
    assert button.toolTip() == "<span>See what changed</span>"
    button.resize(200, 40)
    settle()
    assert button.toolTip() == f"<span>{LONG}. See what changed</span>"
    button.resize(button.sizeHint())
    button.set_brief(True)
    settle()
    assert f"{LONG}. See what changed" in button.toolTip()
    assert access.name_of(button) == LONG
    assert button.sizeHint().width() < 80
    button.set_tip(f"{LONG}, and what it changed")
    assert button.toolTip().count("Version 1") == 1
    button.set_brief(False)
    assert button.sizeHint().width() > 200


def test_a_button_without_an_icon_keeps_its_words_whatever_is_asked(look: Theme, qtbot: Any) -> None:
    button = Button("Close", keys="Esc")
    qtbot.addWidget(button)
    before = button.sizeHint()
    button.set_brief(True)
    assert not button.is_brief()
    assert button.sizeHint() == before


def test_of_a_row_the_first_give_up_their_words_first_and_no_more_than_must(
    look: Theme, qtbot: Any, settle: Callable[[], None]
) -> None:
    host = QWidget()
    qtbot.addWidget(host)
    row = QHBoxLayout(host)
    buttons = [Button(words, "check", parent=host) for words in ("Print", "Change these answers", "This is Me")]
    for button in buttons:
        row.addWidget(button)
    host.show()
    settle()
    whole = sum(button.width_for(brief=False) + 12 for button in buttons) - 12
    given = []
    for room in (whole, whole - 1, whole - buttons[0].width_for(brief=False), 60):
        give_words(buttons, room, 12)
        given.append([button.is_brief() for button in buttons])
    assert given == [[False, False, False], [True, False, False], [True, True, False], [True, True, True]]
    # A hidden one takes no room, and one that has it again has its words again.
    buttons[1].hide()
    give_words(buttons, whole - buttons[1].width_for(brief=False) - 12, 12)
    assert not buttons[0].is_brief()
    assert not buttons[2].is_brief()
