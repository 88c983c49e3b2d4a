"""Fusion with edges that can be seen in high contrast, where our style sheet is off and the system's colours stand."""

from __future__ import annotations

from PySide6.QtCore import QRect, QRectF, QSize
from PySide6.QtGui import QColor, QPainter, QPalette, QPen
from PySide6.QtWidgets import QProxyStyle, QStyle, QStyleOption, QStyleOptionComplex, QWidget

# What Fusion outlines in a shade of the window colour: on black that is black on black.
_BOXES = {
    QStyle.PrimitiveElement.PE_PanelLineEdit,
    QStyle.PrimitiveElement.PE_FrameLineEdit,
    QStyle.PrimitiveElement.PE_Frame,
    QStyle.PrimitiveElement.PE_IndicatorCheckBox,
}
_FIELDS = {QStyle.ContentsType.CT_LineEdit, QStyle.ContentsType.CT_ComboBox, QStyle.ContentsType.CT_SpinBox}
FIELD_LINES = 1.9
"""The height of a field, in lines of its letters: 38 px at 100 %."""
TAB_ARROW = 32
"""The width in pixels of an arrow beside tabs that do not fit."""
_WITH_PARTS = {QStyle.ComplexControl.CC_ComboBox, QStyle.ComplexControl.CC_SpinBox}


class ContrastStyle(QProxyStyle):
    """Used only while the laptop asks for high contrast; otherwise Fusion itself draws."""

    def __init__(self) -> None:
        super().__init__("Fusion")

    def drawPrimitive(
        self,
        element: QStyle.PrimitiveElement,
        option: QStyleOption,
        painter: QPainter,
        widget: QWidget | None = None,
    ) -> None:
        if element == QStyle.PrimitiveElement.PE_FrameFocusRect:
            _ring(option, painter)
            return
        super().drawPrimitive(element, option, painter, widget)
        if element in _BOXES and not _is_inside(widget):
            _edge(option, painter, widget, round_=False)
        elif element == QStyle.PrimitiveElement.PE_IndicatorRadioButton:
            _edge(option, painter, widget, round_=True)

    def drawComplexControl(
        self,
        control: QStyle.ComplexControl,
        option: QStyleOptionComplex,
        painter: QPainter,
        widget: QWidget | None = None,
    ) -> None:
        super().drawComplexControl(control, option, painter, widget)
        if control in _WITH_PARTS:
            _edge(option, painter, widget, round_=False)
        elif control == QStyle.ComplexControl.CC_ScrollBar:
            handle = self.subControlRect(control, option, QStyle.SubControl.SC_ScrollBarSlider, widget)  # type: ignore[arg-type]
            painter.fillRect(handle.adjusted(3, 3, -3, -3), option.palette.color(QPalette.ColorRole.Text))

    def sizeFromContents(
        self, kind: QStyle.ContentsType, option: QStyleOption, size: QSize, widget: QWidget | None = None
    ) -> QSize:
        wanted: QSize = super().sizeFromContents(kind, option, size, widget)  # type: ignore[arg-type]
        if kind in _FIELDS and not _is_inside(widget):
            # What the style sheet asks for elsewhere: fields that a hand on a trackpad meets.
            wanted.setHeight(max(wanted.height(), round(option.fontMetrics.height() * FIELD_LINES)))
        return wanted

    def pixelMetric(
        self, metric: QStyle.PixelMetric, option: QStyleOption | None = None, widget: QWidget | None = None
    ) -> int:
        wanted = super().pixelMetric(metric, option, widget)
        # Fusion's 16 pixels are less than a hand on a trackpad meets.
        return max(wanted, TAB_ARROW) if metric == QStyle.PixelMetric.PM_TabBarScrollButtonWidth else wanted

    def drawControl(
        self,
        element: QStyle.ControlElement,
        option: QStyleOption,
        painter: QPainter,
        widget: QWidget | None = None,
    ) -> None:
        super().drawControl(element, option, painter, widget)
        if element == QStyle.ControlElement.CE_TabBarTab and option.state & QStyle.StateFlag.State_Selected:
            under: QRect = option.rect.adjusted(2, option.rect.height() - 4, -2, 0)
            painter.fillRect(under, option.palette.color(QPalette.ColorRole.Highlight))
            if option.state & QStyle.StateFlag.State_HasFocus:
                _ring(option, painter)


def _ring(option: QStyleOption, painter: QPainter) -> None:
    painter.setPen(QPen(option.palette.color(QPalette.ColorRole.Highlight), 3))
    painter.setBrush(QColor(0, 0, 0, 0))
    painter.drawRect(option.rect.adjusted(1, 1, -2, -2))


def _is_inside(widget: QWidget | None) -> bool:
    """Whether this is the text of a spin box or list box, which has the edge already."""
    parent = widget.parentWidget() if widget is not None else None
    return parent is not None and (parent.inherits("QAbstractSpinBox") or parent.inherits("QComboBox"))


def _edge(option: QStyleOption, painter: QPainter, widget: QWidget | None, *, round_: bool) -> None:
    rect: QRect = option.rect
    state: QStyle.StateFlag = option.state
    palette: QPalette = option.palette
    focused = bool(state & QStyle.StateFlag.State_HasFocus) or (widget is not None and widget.hasFocus())
    ink: QColor = palette.color(QPalette.ColorRole.Highlight if focused else QPalette.ColorRole.Text)
    width = 5 if focused else 2  # 3 px more: a ring that only recoloured the edge would not be seen
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    pen = painter.pen()
    pen.setColor(ink)
    pen.setWidth(width)
    painter.setPen(pen)
    painter.setBrush(QColor(0, 0, 0, 0))
    inside = QRectF(rect).adjusted(width / 2, width / 2, -width / 2, -width / 2)
    if round_:
        painter.drawEllipse(inside)
    else:
        painter.drawRect(inside)
    painter.restore()
