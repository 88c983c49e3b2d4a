"""Rows that flow keep how tall they are for a width, and forget it when something in them changes."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtWidgets import QHBoxLayout, QLabel, QWidget

from ui.parts.field_rows import FieldRows
from ui.parts.flow import FlowLayout


@pytest.mark.parametrize("is_inside", [False, True])
@pytest.mark.parametrize("layout", [FlowLayout, FieldRows])
def test_a_layout_is_measured_anew_when_something_in_it_comes_goes_or_grows(
    qtbot: Any, settle: Any, layout: Any, is_inside: bool
) -> None:
    host = QWidget()
    qtbot.addWidget(host)
    rows = layout() if is_inside else layout(host)
    if is_inside:
        QHBoxLayout(host).addLayout(rows)
    first, second = QLabel("one"), QLabel("two")
    for label in (first, second):
        label.setFixedSize(80, 30)
        rows.addWidget(label)
    host.show()

    def tall() -> int:
        settle()
        return int(rows.heightForWidth(100))

    both = tall()
    assert both > 60
    second.hide()
    assert tall() == 30
    second.show()
    assert tall() == both
    second.setFixedHeight(50)
    assert tall() == both + 20
    rows.takeAt(1)
    assert tall() == 30


def test_a_question_that_comes_later_stands_in_its_place(qtbot: Any, settle: Any) -> None:
    host = QWidget()
    qtbot.addWidget(host)
    rows = FieldRows(host)
    first, second, between = QLabel("one"), QLabel("three"), QLabel("two")
    for label in (first, second):
        rows.add_question(label)
    host.resize(600, 200)
    host.show()
    settle()
    rows.add_question(between, at=1)
    between.show()
    settle()
    assert first.x() < between.x() < second.x()


@pytest.mark.parametrize("layout", [FlowLayout, FieldRows])
def test_what_stands_in_a_layout_follows_when_it_wants_to_be_wider(qtbot: Any, settle: Any, layout: Any) -> None:
    host = QWidget()
    qtbot.addWidget(host)
    rows = layout(host)
    first, second = QLabel("one"), QLabel("two")
    for label in (first, second):
        label.setFixedSize(80, 30)
        rows.addWidget(label) if layout is FlowLayout else rows.add_question(label, stretches=False)
    host.resize(400, 100)
    host.show()
    settle()
    before = second.x()
    first.setFixedWidth(120)
    settle()
    assert second.x() == before + 40
