"""Looks at a window as a person with weak sight would: what cannot be read, what is cut off, what lies over another.

Everything is judged from the rendered pixels and from what each widget drew, so that no widget has to be known by name.
"""

from __future__ import annotations

import itertools
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from PySide6.QtCore import QPoint, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractScrollArea,
    QAbstractSpinBox,
    QCheckBox,
    QComboBox,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QRadioButton,
    QStyle,
    QStyleOptionButton,
    QTabBar,
    QTextEdit,
    QWidget,
)

from desktop.recording import Drawn, record

WORDS, LARGE, SHAPES = 4.5, 3.0, 3.0
"""WCAG 2.2, 1.4.3 and 1.4.11 (AA): words; words of 24 px, or bold of 18.66 px, and larger; icons and edges."""
SMALLEST_TARGET = 24
"""WCAG 2.2, 2.5.8, in pixels either way."""
LARGEST_ICON = 72
NEARLY = 0.7
"""A thin stroke never reaches its full ink: pixels that come this near to it from the ground show that it is there."""
_LAYERS = {"toast", "sheet", "cover"}


@dataclass(frozen=True, slots=True)
class Sight:
    """One thing drawn, as it stands in the window; ``seen`` is what of ``whole`` is not scrolled or cut away."""

    widget: QWidget
    drawn: Drawn
    whole: QRectF
    seen: QRect


def luminance(colour: QColor) -> float:
    """Relative luminance, 0 to 1, as WCAG 2.2 defines it."""
    parts = (colour.redF(), colour.greenF(), colour.blueF())
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: QColor, other: QColor) -> float:
    """The contrast ratio of two colours, 1 to 21, as WCAG 2.2 defines it."""
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def find_faults(window: QWidget) -> list[str]:
    """Look at a window as it stands. Returns what is wrong, in words; the same fault once."""
    image = window.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)
    seen = _drawn_alike(everything_seen(window))
    found = [
        *(fault for alike in seen for fault in min((list(_judge(sight, image)) for sight in alike), key=len)),
        *_words_over_words([alike[0] for alike in seen if alike[0].drawn.words]),
        *(fault for widget in _shown(window) for fault in _faint_edge(widget, window, image)),
        *(fault for widget in _shown(window) for fault in _small_target(widget)),
    ]
    return list(dict.fromkeys(found))


def everything_seen(window: QWidget) -> Iterator[Sight]:
    """Every run of words and every icon in a window, whether scrolled into sight or not."""
    for widget in _shown(window):
        corner = widget.mapTo(window, QPoint(0, 0))
        region = widget.visibleRegion().boundingRect().translated(corner)
        for drawn in record(widget):
            whole = drawn.rect.translated(corner)
            yield Sight(widget, drawn, whole, whole.toAlignedRect().intersected(region))


def _drawn_alike(sights: Iterator[Sight]) -> list[list[Sight]]:
    """What is drawn, each thing once. Words that are marked are drawn twice: in their own ink and in that of the mark.

    Only one of the two is seen, and which is nowhere told: it is enough that one can be read.
    """
    alike: dict[tuple[int, str, QRect], list[Sight]] = defaultdict(list)
    for sight in sights:
        alike[id(sight.widget), sight.drawn.words, sight.whole.toRect()].append(sight)
    return list(alike.values())


def _shown(window: QWidget) -> Iterator[QWidget]:
    for widget in (window, *window.findChildren(QWidget)):
        if widget.isVisible() and widget.window() is window and not widget.visibleRegion().isEmpty():
            yield widget


# ---- one thing -------------------------------------------------------------------------------------------------------


def _judge(sight: Sight, image: QImage) -> Iterator[str]:
    drawn = sight.drawn
    if _is_under_a_layer(sight):
        return
    if drawn.words:
        yield from _cut_off(sight)
    elif max(drawn.rect.width(), drawn.rect.height()) > LARGEST_ICON:
        return  # a picture somebody took or drew
    if sight.seen.height() < 0.8 * sight.whole.height() or sight.seen.width() < 4 or not sight.widget.isEnabled():
        return
    yield from _faint(sight, image)


def _faint(sight: Sight, image: QImage) -> Iterator[str]:
    drawn = sight.drawn
    # A little more than the words take: a lone bold letter has more ink than ground.
    colours = colours_in(image, sight.seen.adjusted(-3, -2, 3, 2))
    ground = colours.most_common(1)[0][0]
    if drawn.words:
        ink, needed = ink_of(colours, ground, drawn.ink), needed_for(drawn)
    else:
        ink, needed = max(colours, key=lambda colour: contrast(QColor(colour), QColor(ground))), SHAPES
    ratio = contrast(QColor(ink), QColor(ground))
    if ratio < needed:
        what = f"“{drawn.words}”" if drawn.words else "an icon"
        colour, on = QColor(ink).name(), QColor(ground).name()
        yield f"{_name(sight.widget)}: {what} is faint, {ratio:.2f}:1 of {needed}:1 ({colour} on {on})"


def needed_for(drawn: Drawn) -> float:
    """The contrast that words of this size and weight need."""
    is_large = drawn.pixels >= 24 or (drawn.pixels >= 18.66 and drawn.weight >= 700)
    return LARGE if is_large else WORDS


def ink_of(colours: Counter[int], ground: int, meant: QColor) -> int:
    """The ink among the pixels: the one nearest to what was meant, or what was meant where they nearly reach it."""
    nearest = min(colours, key=lambda colour: _distance(QColor(colour), meant))
    far = _distance(QColor(ground), meant)
    reached = far == 0 or _distance(QColor(nearest), meant) <= (1 - NEARLY) * far
    return meant.rgb() if reached and meant.alpha() == 255 else nearest


def colours_in(image: QImage, rect: QRect) -> Counter[int]:
    """Count the colours (0xffRRGGBB) of a part of a picture."""
    part = image.copy(rect.intersected(image.rect()))
    return Counter(memoryview(bytes(part.constBits())).cast("I"))


def _distance(one: QColor, other: QColor) -> int:
    return max(abs(one.red() - other.red()), abs(one.green() - other.green()), abs(one.blue() - other.blue()))


def _cut_off(sight: Sight) -> Iterator[str]:
    """Words that end where nobody can follow: over a side that does not scroll, or below their own widget."""
    left, right = _sides(sight.widget)
    words, whole, widget = sight.drawn.words, sight.whole, sight.widget
    scrolls = isinstance(widget, QLineEdit | QTabBar) or _scrolls_sideways(widget)
    if not scrolls and (whole.left() < left - 2 or whole.right() > right + 2):
        yield f"{_name(widget)}: “{words}” is cut at the side"
    is_so_written = isinstance(widget, QAbstractButton | QLabel) and widget.text().replace("&&", "&").endswith(words)
    if words.endswith("…") and not is_so_written and not _full_words(sight):
        yield f"{_name(widget)}: “{words}” is shortened, and the whole is nowhere"
    area = widget.parentWidget()
    if isinstance(area, QAbstractScrollArea) and area.viewport() is widget:
        return
    over = max(-sight.drawn.rect.top(), sight.drawn.rect.bottom() - widget.height())
    if over > 0.25 * sight.drawn.rect.height():
        yield f"{_name(widget)}: “{words}” is cut above or below"


def _sides(widget: QWidget) -> tuple[float, float]:
    """The left and right in the window beyond which nothing of a widget is ever seen."""
    window = widget.window()
    left, right = 0, window.width()
    each: QWidget | None = widget
    while each is not None and each is not window:
        at = each.mapTo(window, QPoint(0, 0)).x()
        left, right = max(left, at), min(right, at + each.width())
        each = each.parentWidget()
    return left, right


def _scrolls_sideways(widget: QWidget) -> bool:
    each: QWidget | None = widget
    while each is not None:
        if isinstance(each, QAbstractScrollArea) and each.horizontalScrollBar().maximum() > 0:
            return each.horizontalScrollBarPolicy() != Qt.ScrollBarPolicy.ScrollBarAlwaysOff
        each = each.parentWidget()
    return False


def _full_words(sight: Sight) -> str:
    """Where shortened words stand whole: in the tip of the row, of the widget or of what is around it."""
    each: QWidget | None = sight.widget
    rows = sight.widget.parentWidget()
    if isinstance(rows, QAbstractItemView) and rows.viewport() is sight.widget:
        return str(rows.indexAt(sight.drawn.rect.center().toPoint()).data(Qt.ItemDataRole.ToolTipRole) or "")
    while each is not None and not each.isWindow():
        if each.toolTip():
            return each.toolTip()
        each = each.parentWidget()
    return ""


def _is_under_a_layer(sight: Sight) -> bool:
    """Whether a toast or a sheet lies over some of it: what is covered is not read, and not cut off either."""
    window, whole, own = sight.widget.window(), sight.whole.toAlignedRect(), _layer_of(sight.widget)
    return any(
        _layer_of(window.childAt(place)) not in (None, own)
        for place in (whole.center(), whole.topLeft(), whole.topRight(), whole.bottomLeft(), whole.bottomRight())
    )


# ---- one against another ---------------------------------------------------------------------------------------------


def _layer_of(widget: QWidget | None) -> QWidget | None:
    """The message, sheet or cover a widget belongs to; None for what lies below them all."""
    while widget is not None and widget.property("kind") not in _LAYERS:
        widget = widget.parentWidget()
    return widget


def _words_over_words(sights: list[Sight]) -> Iterator[str]:
    seen = [sight for sight in sights if not sight.seen.isEmpty() and not _is_under_a_layer(sight)]
    seen.sort(key=lambda sight: sight.whole.top())
    for at, one in enumerate(seen):
        core = _core(one)
        for other in itertools.islice(seen, at + 1, None):
            if other.whole.top() > one.whole.bottom():
                break
            if _layer_of(one.widget) is not _layer_of(other.widget):
                continue  # a message lies over a page for a while
            shared = core.intersected(_core(other))
            if shared.width() > 3 and shared.height() > 3:
                yield f"{_name(one.widget)}: “{one.drawn.words}” and “{other.drawn.words}” lie over each other"


def _core(sight: Sight) -> QRectF:
    """Where the letters themselves stand: the line's own air above and below may be shared."""
    air = 0.25 * sight.whole.height()
    return sight.whole.adjusted(1, air, -1, -air).intersected(QRectF(sight.seen))


# ---- edges and sizes -------------------------------------------------------------------------------------------------


def _faint_edge(widget: QWidget, window: QWidget, image: QImage) -> Iterator[str]:
    """A field or a box to tick whose edge cannot be told from what is around it."""
    rect = _edged(widget)
    if rect is None or not widget.isEnabled():
        return
    placed = rect.translated(widget.mapTo(window, QPoint(0, 0)))
    seen = widget.visibleRegion().boundingRect().translated(widget.mapTo(window, QPoint(0, 0)))
    middle = QPoint(placed.left(), placed.center().y())
    if not seen.contains(middle) or not image.rect().contains(middle - QPoint(4, 0)):
        return
    if _layer_of(window.childAt(middle)) is not _layer_of(widget):
        return  # a message lies over it for a while
    line = [image.pixelColor(middle.x() + step, middle.y()) for step in range(-4, 5)]
    ratio = max(contrast(colour, line[0]) for colour in line[1:])
    if ratio < SHAPES:
        yield f"{_name(widget)}: its edge is faint, {ratio:.2f}:1 of {SHAPES}:1"


def _edged(widget: QWidget) -> QRect | None:
    if isinstance(widget, QCheckBox | QRadioButton):
        if type(widget) not in (QCheckBox, QRadioButton):
            return widget.rect()  # a chip or a tile: it draws its own edge
        element = QStyle.SubElement.SE_CheckBoxIndicator
        if isinstance(widget, QRadioButton):
            element = QStyle.SubElement.SE_RadioButtonIndicator
        option = QStyleOptionButton()
        widget.initStyleOption(option)
        return widget.style().subElementRect(element, option, widget)
    is_text = isinstance(widget, QTextEdit | QPlainTextEdit) and not widget.isReadOnly()
    if not is_text and not isinstance(widget, QLineEdit | QComboBox | QAbstractSpinBox):
        return None
    parent = widget.parentWidget()
    is_inside = isinstance(parent, QComboBox | QAbstractSpinBox) or widget.property("kind") == "plain"
    return None if is_inside else widget.rect()


def _small_target(widget: QWidget) -> Iterator[str]:
    is_in_a_text = widget.property("kind") in ("link", "problem")
    if not isinstance(widget, QAbstractButton) or not widget.isEnabled() or is_in_a_text:
        return
    if min(widget.width(), widget.height()) < SMALLEST_TARGET:
        size = f"{widget.width()} by {widget.height()}"
        yield f"{_name(widget)}: only {size} pixels to press, of {SMALLEST_TARGET}"


def _name(widget: QWidget) -> str:
    return f"{type(widget).__name__} {widget.objectName() or widget.accessibleName()}".strip()
