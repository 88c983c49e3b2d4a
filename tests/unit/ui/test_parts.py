"""The parts: named for those who cannot see them, worked by keys, and still while they are worked."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAccessible, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QHBoxLayout, QLabel, QLineEdit, QWidget

from ui import access
from ui.parts import lettering
from ui.parts.avatar import Avatar, initials, initials_among
from ui.parts.buttons import Button
from ui.parts.choice_row import ChoiceRow
from ui.parts.focus_ring import FocusRing
from ui.parts.knock_strip import KnockStrip
from ui.parts.labels import PlainLabel
from ui.parts.page_head import GAP, PageHead
from ui.parts.picker import Picker
from ui.parts.pill import Pill
from ui.parts.top_bar import StateChip
from ui.parts.voice_quote import VoiceQuote
from ui.theme import Look, Scheme, Theme

ROLES_TOO_VAGUE = {QAccessible.Role.NoRole, QAccessible.Role.Client, QAccessible.Role.Border, QAccessible.Role.Pane}


def focusable(page: QWidget) -> list[QWidget]:
    stops = [page, *page.findChildren(QWidget)]
    shown = [each for each in stops if each.focusPolicy() & Qt.FocusPolicy.TabFocus and each.isVisibleTo(page)]
    return [each for each in shown if each.focusProxy() is None]


def press(widget: QWidget, key: Qt.Key) -> None:
    QTest.keyClick(widget, key)


# ---- for those who cannot see them ---------------------------------------------------------------------------------


def test_everything_that_takes_the_focus_has_a_name_and_a_role(gallery: SimpleNamespace) -> None:
    gallery.summary.show_problems([("Choose if you saw Sarah alone", gallery.one)])
    plain_boxes = {"Reduce movement", "Light", "Dark"}
    stops = focusable(gallery.page)
    assert len(stops) > 15
    for each in stops:
        assert access.name_of(each) or each.property("text") in plain_boxes, each
        if each is not gallery.summary:
            assert access.role_of(each) not in ROLES_TOO_VAGUE, each


def test_the_parts_say_what_they_are(gallery: SimpleNamespace) -> None:
    role = QAccessible.Role
    assert access.role_of(gallery.main) == role.Button
    assert access.role_of(gallery.strip) == role.Button
    assert access.role_of(gallery.one) == role.Grouping
    assert access.role_of(gallery.one.chips()[0]) == role.RadioButton
    assert access.role_of(gallery.several.chips()[0]) == role.CheckBox
    assert access.name_of(gallery.one) == "Seen alone?"
    assert access.name_of(gallery.strip).startswith("Before you knock: call her grandad first.")


def test_an_announcement_reaches_qt_with_its_politeness(look: Theme, qtbot, monkeypatch: pytest.MonkeyPatch) -> None:
    heard = []
    monkeypatch.setattr(
        QAccessible, "updateAccessibility", lambda event: heard.append((event.message(), event.politeness()))
    )
    widget = QWidget()
    qtbot.addWidget(widget)
    access.announce(widget, "Saved")
    access.announce(widget, "There is a problem", at_once=True)
    politeness = QAccessible.AnnouncementPoliteness
    assert heard == [("Saved", politeness.Polite), ("There is a problem", politeness.Assertive)]


# ---- words exactly as they are -------------------------------------------------------------------------------------


def test_a_label_shows_markup_as_the_signs_it_is_made_of(look: Theme, qtbot) -> None:
    label = PlainLabel("<b>Sarah</b> & <img src='file:///x'>")
    qtbot.addWidget(label)
    label.setTextFormat(Qt.TextFormat.RichText)
    assert label.textFormat() == Qt.TextFormat.PlainText
    assert label.text() == "<b>Sarah</b> & <img src='file:///x'>"


def test_no_part_reads_its_words_as_markup(gallery: SimpleNamespace) -> None:
    labels = [label for label in gallery.page.findChildren(QLabel) if label.text()]
    assert labels
    assert {label.textFormat() for label in labels} == {Qt.TextFormat.PlainText}


def test_a_tooltip_shows_a_name_with_an_angle_bracket_whole(look: Theme, qtbot) -> None:
    button = Button("New note – Sarah <3 & Tom")
    qtbot.addWidget(button)
    button.setFixedWidth(90)
    button.show()
    assert button.words() == "New note – Sarah <3 & Tom"
    assert access.name_of(button) == "New note – Sarah <3 & Tom"
    assert button.toolTip() == "<span>New note – Sarah &lt;3 &amp; Tom</span>"


def test_a_quotation_is_stored_without_the_marks_that_are_drawn_round_it(look: Theme, qtbot) -> None:
    words = 'I said "no" to   them.\nTwice.'
    quote = VoiceQuote(words)
    qtbot.addWidget(quote)
    assert quote.words() == words
    assert access.name_of(quote) == words


def test_a_quotation_has_square_corners_at_its_bar_and_round_ones_at_the_other_end(look: Theme, qtbot) -> None:
    quote = VoiceQuote("I like Becky coming.")
    qtbot.addWidget(quote)
    quote.resize(300, 60)
    drawn = quote.grab().toImage()
    assert drawn.pixelColor(0, 0).name().upper() == look.tokens.voice
    assert drawn.pixelColor(1, 59).name().upper() == look.tokens.voice
    assert drawn.pixelColor(150, 2).name().upper() == look.tokens.voice_soft
    assert drawn.pixelColor(299, 0).name().upper() != look.tokens.voice_soft


def test_words_too_long_for_their_place_wrap_and_none_is_lost(look: Theme, qtbot) -> None:
    label = PlainLabel("Short, clear words. " * 12, "reading")
    strip = KnockStrip("Short, clear words. " * 12)
    quote = VoiceQuote("Short, clear words. " * 12)
    for part in (label, strip, quote):
        qtbot.addWidget(part)
        assert part.heightForWidth(300) > 2 * part.heightForWidth(1200)


# ---- initials ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "shown"), [("Sarah", "S"), ("Ellie R", "ER"), ("Anne-Marie de Souza", "AS"), ("", "?"), ("ŵyn", "Ŵ")]
)
def test_initials_are_the_first_and_the_last(name: str, shown: str) -> None:
    assert initials(name) == shown


def test_two_children_with_the_same_initials_are_told_apart() -> None:
    assert initials_among(["Ellie R", "Ethan R", "Jaydon M"]) == {"Ellie R": "ElR", "Ethan R": "EtR", "Jaydon M": "JM"}
    assert initials_among(["Sam", "Sarah", "Sally"]) == {"Sam": "Sam", "Sarah": "Sar", "Sally": "Sal"}


def test_an_avatar_is_neutral_whoever_it_stands_for(look: Theme, qtbot) -> None:
    grounds = set()
    for name in ("Sarah", "Jaydon M"):
        avatar = Avatar(name, 40)
        qtbot.addWidget(avatar)
        avatar.resize(40, 40)
        grounds.add(avatar.grab().toImage().pixelColor(20, 4).name())
    assert grounds == {look.tokens.sunken.lower()}


# ---- choices -------------------------------------------------------------------------------------------------------


def test_choosing_an_answer_moves_nothing(gallery: SimpleNamespace, settle) -> None:
    for row in (gallery.one, gallery.several):
        before = [chip.geometry() for chip in row.chips()]
        row.chips()[1].click()
        settle()
        assert [chip.geometry() for chip in row.chips()] == before
        assert row.chips()[1].isChecked()


def test_a_row_of_choices_takes_the_room_of_its_chips_and_no_more(gallery: SimpleNamespace) -> None:
    assert gallery.one.height() == gallery.one.chips()[0].height()
    assert gallery.one.chips()[0].pos() == QPoint(0, 0)


def test_a_chip_is_pressed_anywhere_in_forty_pixels(gallery: SimpleNamespace) -> None:
    chip = gallery.one.chips()[0]
    assert chip.height() == 40
    QTest.mouseClick(chip, Qt.MouseButton.LeftButton, pos=QPoint(chip.width() // 2, 1))
    assert gallery.one.value() == ("yes",)


def test_arrow_keys_choose_one_answer_after_the_other(gallery: SimpleNamespace, qtbot) -> None:
    gallery.one.setFocus(Qt.FocusReason.TabFocusReason)
    told = []
    gallery.one.chosen.connect(told.append)
    press(QApplication.focusWidget(), Qt.Key.Key_Right)
    press(QApplication.focusWidget(), Qt.Key.Key_Right)
    press(QApplication.focusWidget(), Qt.Key.Key_Right)
    assert told == [("her_choice",), ("other",), ("yes",)]
    assert QApplication.focusWidget() is gallery.one.chips()[0]


def test_several_answers_are_toggled_with_space_and_arrows_only_move(gallery: SimpleNamespace) -> None:
    gallery.several.setFocus(Qt.FocusReason.TabFocusReason)
    press(QApplication.focusWidget(), Qt.Key.Key_Space)
    press(QApplication.focusWidget(), Qt.Key.Key_Right)
    assert gallery.several.value() == ("talking",)
    press(QApplication.focusWidget(), Qt.Key.Key_Space)
    assert gallery.several.value() == ("talking", "drawing")


def test_a_row_of_choices_is_one_stop_of_the_tab_key(gallery: SimpleNamespace) -> None:
    gallery.one.set_value(["her_choice"])
    stops = [chip for chip in gallery.one.chips() if chip.focusPolicy() & Qt.FocusPolicy.TabFocus]
    assert stops == [gallery.one.chips()[1]]


def test_an_answer_can_be_taken_back_to_not_recorded(gallery: SimpleNamespace) -> None:
    gallery.one.set_value(["yes"])
    told = []
    gallery.one.chosen.connect(told.append)
    gallery.one.setFocus(Qt.FocusReason.TabFocusReason)
    press(QApplication.focusWidget(), Qt.Key.Key_Delete)
    assert told == [()]
    gallery.one.set_value(["yes"])
    gallery.one.chips()[0].click()
    assert gallery.one.value() == ()


def test_a_double_press_chooses_and_does_not_take_back(gallery: SimpleNamespace) -> None:
    chip = gallery.one.chips()[0]
    QTest.mouseClick(chip, Qt.MouseButton.LeftButton)
    QTest.mouseClick(chip, Qt.MouseButton.LeftButton)
    assert gallery.one.value() == ("yes",)


def test_showing_an_answer_is_not_choosing_it(gallery: SimpleNamespace, qtbot) -> None:
    with qtbot.assertNotEmitted(gallery.one.chosen):
        gallery.one.set_value(["other"])
        gallery.one.set_answers([("other", "No, other"), ("yes", "Yes")])
    assert gallery.one.value() == ("other",)


def test_the_wheel_over_a_list_never_changes_the_answer(gallery: SimpleNamespace) -> None:
    for field in (gallery.pick, gallery.number):
        before = field.property("currentIndex") or field.property("value")
        field.setFocus()
        event = QWheelEvent(
            field.rect().center().toPointF(),
            field.mapToGlobal(field.rect().center()).toPointF(),
            QPoint(0, -120),
            QPoint(0, -120),
            Qt.MouseButton.NoButton,
            Qt.KeyboardModifier.NoModifier,
            Qt.ScrollPhase.NoScrollPhase,
            False,
        )
        QApplication.sendEvent(field, event)
        assert (field.property("currentIndex") or field.property("value")) == before
    assert isinstance(gallery.pick, Picker)


# ---- focus ---------------------------------------------------------------------------------------------------------


def test_nothing_jumps_when_the_focus_moves(gallery: SimpleNamespace, settle) -> None:
    everything = gallery.page.content.findChildren(QWidget)
    gallery.page.setFocus()
    settle()
    before = [each.geometry() for each in everything]
    for stop in focusable(gallery.page):
        stop.setFocus(Qt.FocusReason.TabFocusReason)
        settle()
        moved = [each for each, place in zip(everything, before, strict=True) if each.geometry() != place]
        # Inside a spin box Qt moves the text field by what the thicker border takes; its words stay.
        assert [each for each in moved if each.objectName() != "qt_spinbox_lineedit"] == [], stop


def test_the_words_of_a_field_stay_where_they_are_when_it_takes_the_focus(look: Theme, qtbot, settle) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    row = QHBoxLayout(window)
    field, other = QLineEdit("Sarah"), QLineEdit()
    row.addWidget(field)
    row.addWidget(other)
    window.show()
    other.setFocus()
    settle()
    before, size = field.grab().toImage(), field.size()
    field.setFocus()
    field.setCursorPosition(0)
    field.setReadOnly(False)
    settle()
    after = field.grab().toImage()
    assert field.size() == size

    def leftmost_ink(picture) -> int:
        dark = look.tokens.text
        return next(
            x
            for x in range(6, picture.width())
            for y in range(6, picture.height() - 6)
            if picture.pixelColor(x, y).lightness() < 90 and dark
        )

    # The cursor may stand one pixel before the first letter.
    assert abs(leftmost_ink(after) - leftmost_ink(before)) <= 1


def test_the_ring_stands_outside_the_filled_button_with_a_gap(gallery: SimpleNamespace, look: Theme, settle) -> None:
    gallery.main.setFocus(Qt.FocusReason.TabFocusReason)
    settle()
    parent = gallery.main.parentWidget()
    place = gallery.main.geometry()
    drawn = parent.grab().toImage()
    middle = place.center().y()
    assert drawn.pixelColor(place.left() - 4, middle).name().upper() == look.tokens.focus
    assert drawn.pixelColor(place.left() - 1, middle).name().upper() == look.tokens.surface
    assert drawn.pixelColor(place.left() + 2, middle).name().upper() == look.tokens.primary


def test_the_ring_goes_with_the_focus_and_leaves_nothing_behind(gallery: SimpleNamespace, settle) -> None:
    gallery.main.setFocus(Qt.FocusReason.TabFocusReason)
    settle()
    assert len(gallery.page.findChildren(FocusRing)) == 1
    gallery.quiet.setFocus(Qt.FocusReason.TabFocusReason)
    settle()
    assert gallery.page.findChildren(FocusRing) == []


def test_a_filled_button_without_room_round_it_keeps_the_ring_inside(look: Theme, qtbot, settle) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    row = QHBoxLayout(window)
    row.setContentsMargins(0, 0, 0, 0)
    button = Button("Done", "check", "primary")
    row.addWidget(button)
    window.show()
    button.setFocus(Qt.FocusReason.TabFocusReason)
    settle()
    drawn = window.grab().toImage()
    middle = button.geometry().center().y()
    assert window.findChildren(FocusRing) == []
    assert drawn.pixelColor(1, middle).name().upper() == look.tokens.focus
    assert drawn.pixelColor(4, middle).name().upper() not in (look.tokens.focus, look.tokens.primary)
    assert drawn.pixelColor(7, middle).name().upper() in (look.tokens.primary, look.tokens.primary_h)


def test_a_press_with_the_mouse_draws_no_ring(gallery: SimpleNamespace, settle) -> None:
    QTest.mouseClick(gallery.main, Qt.MouseButton.LeftButton)
    settle()
    assert gallery.main.hasFocus()
    assert gallery.page.findChildren(FocusRing) == []


def test_the_field_that_takes_the_focus_comes_into_sight(gallery: SimpleNamespace, qtbot) -> None:
    gallery.page.resize(1024, 400)
    gallery.page.verticalScrollBar().setValue(0)
    gallery.tabs.setFocus(Qt.FocusReason.TabFocusReason)

    def in_sight() -> bool:
        top = gallery.tabs.mapTo(gallery.page.viewport(), QPoint(0, 0)).y()
        return 0 <= top <= gallery.page.viewport().height() - gallery.tabs.height()

    qtbot.waitUntil(in_sight)


# ---- telling -------------------------------------------------------------------------------------------------------


def test_the_error_summary_takes_the_focus_and_leads_to_the_field(
    gallery: SimpleNamespace, settle, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard = []
    monkeypatch.setattr(access, "announce", lambda _w, words, at_once=False: heard.append((words, at_once)))
    gallery.summary.show_problems(
        [("Choose if you saw Sarah alone", gallery.one), ("Say when", gallery.line)], "Your note is saved."
    )
    settle()
    assert gallery.summary.hasFocus()
    assert heard == [("There is a problem. Choose if you saw Sarah alone. Say when. Your note is saved.", True)]
    assert [link.words() for link in gallery.summary.links()] == ["Choose if you saw Sarah alone", "Say when"]
    gallery.summary.links()[0].click()
    assert QApplication.focusWidget() is gallery.one.chips()[0]
    gallery.summary.links()[1].click()
    assert QApplication.focusWidget() is gallery.line


def test_no_problem_is_no_summary(gallery: SimpleNamespace, settle) -> None:
    gallery.summary.show_problems([("Say when", gallery.line)])
    gallery.summary.show_problems([])
    settle()
    assert gallery.summary.isHidden()
    assert gallery.summary.findChildren(Button) == []


def test_undo_in_the_message_undoes_once(gallery: SimpleNamespace) -> None:
    undone = []
    gallery.toast.say("Note deleted", lambda: undone.append(True))
    assert gallery.toast.isVisible()
    QTest.mouseClick(gallery.toast.undo_button, Qt.MouseButton.LeftButton)
    assert undone == [True]
    assert gallery.toast.isHidden()


def test_a_message_stays_longer_where_there_is_something_to_undo(gallery: SimpleNamespace) -> None:
    gallery.toast.say("Note finished")
    assert gallery.toast._timer.interval() == 5_000
    gallery.toast.say("Note deleted", lambda: None)
    assert gallery.toast._timer.interval() == 10_000


def test_a_message_leaves_by_itself_and_stays_while_its_button_has_the_focus(gallery: SimpleNamespace, qtbot) -> None:
    gallery.toast.say("Note deleted", lambda: None)
    gallery.toast.undo_button.setFocus()
    gallery.toast._leave()
    assert gallery.toast.isVisible()
    gallery.line.setFocus()
    gallery.toast._leave()
    assert gallery.toast.isHidden()


def test_a_message_is_shown_for_ten_seconds_and_said_aloud(
    gallery: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard = []
    monkeypatch.setattr(access, "announce", lambda _w, words, at_once=False: heard.append(words))
    gallery.toast.say("Note deleted", lambda: None)
    assert gallery.toast._timer.interval() == 10_000
    assert heard == ["Note deleted. Undo is available."]
    gallery.toast.say("All sent")
    assert gallery.toast.undo_button.isHidden()


def test_the_whole_strip_opens_the_card(gallery: SimpleNamespace, qtbot) -> None:
    for place in (QPoint(3, 3), QPoint(gallery.strip.width() - 3, gallery.strip.height() - 3)):
        with qtbot.waitSignal(gallery.strip.clicked):
            QTest.mouseClick(gallery.strip, Qt.MouseButton.LeftButton, pos=place)
    gallery.strip.setFocus()
    with qtbot.waitSignal(gallery.strip.clicked):
        press(gallery.strip, Qt.Key.Key_Space)


def test_a_state_is_never_told_by_colour_alone(look: Theme, qtbot) -> None:
    pill = Pill("Waiting to send", "cloud-off", "info")
    qtbot.addWidget(pill)
    assert access.name_of(pill) == "Waiting to send"
    assert access.role_of(pill) == QAccessible.Role.StaticText


@pytest.mark.parametrize("scale", [0.9, 1.0, 1.5, 2.0])
def test_targets_grow_with_the_text_and_are_never_under_36_pixels(look: Theme, qtbot, scale: float) -> None:
    look.set_look(Look(scheme=Scheme.LIGHT, text_scale=scale))
    row = ChoiceRow([("yes", "Yes"), ("no", "No")])
    button = Button("Done")
    for part in (row, button):
        qtbot.addWidget(part)
        part.show()
    for target in (button, *row.chips()):
        assert target.sizeHint().height() == round(40 * scale)
        assert target.sizeHint().height() >= 36


def test_a_count_that_goes_up_is_said_aloud_once(look: Theme, qtbot, monkeypatch: pytest.MonkeyPatch) -> None:
    del look
    heard: list[str] = []
    monkeypatch.setattr(access, "announce", lambda _w, words, at_once=False: heard.append(words))
    chip = StateChip()
    qtbot.addWidget(chip)
    shown = ("Offline", "Sending 0 of 1,000", "Sending 500 of 1,000", "Sending 1,000 of 1,000", "All sent · 14:02")
    for words in shown:
        chip.show_state(words, "cloud-upload", "info")
    assert heard == ["Sending 0 of 1,000", "All sent · 14:02"]
    assert chip.accessibleName() == "All sent · 14:02"


def test_the_buttons_of_a_head_take_a_row_of_their_own_before_one_is_cut_short(qtbot: Any, look: Theme) -> None:
    del look
    head = PageHead("some")
    qtbot.addWidget(head)
    made = [Button(words, "pencil", parent=head) for words in ("Read aloud", "Print", "Edit with Sarah-Louise")]
    for button in made:
        head.buttons.addWidget(button)
    whole = head.back.sizeHint().width() + sum(button.sizeHint().width() + GAP for button in made)
    for width in (whole + 200, whole - 20, whole + 200):
        head.setFixedWidth(width)
        head.show()
        QApplication.processEvents()
        assert all(button.width() >= button.sizeHint().width() for button in made), width
        assert (made[0].y() + made[0].parentWidget().y() > head.back.geometry().bottom()) == (width < whole)


def test_words_are_laid_out_once_for_a_letter_and_a_width(look: Theme) -> None:
    words, letter = "We walked to the pond and fed the ducks, all of them, twice.", look.font("reading")
    laid = lettering.lay_out(words, letter, 200)
    assert lettering.lay_out(words, look.font("reading"), 200) is laid
    assert lettering.lay_out(words, letter, 400).height < laid.height
    assert lettering.lay_out(words, look.font("knock"), 200).height > laid.height
    for number in range(lettering.KEPT):
        lettering.lay_out(f"{number}", letter, 200)
    assert lettering.lay_out(words, letter, 200) is not laid
