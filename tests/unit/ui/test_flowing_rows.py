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
