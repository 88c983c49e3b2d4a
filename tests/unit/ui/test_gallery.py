"""Every part and the shell drawn in both themes and both sizes: to look at, and to measure what can be measured."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest
from PySide6.QtCore import QPoint, QRect
from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import QAbstractButton, QLabel, QScrollBar, QWidget

from ui.parts.cover_page import PinAnswer
from ui.parts.keys_page import KeysPage
from ui.parts.labels import PlainLabel
from ui.parts.pages import PageSpec
from ui.theme import Look, Scheme, Theme, tokens_for
from ui.window import HeardWindow

SIZES = [(1366, 768), (1024, 600)]
SCHEMES = [Scheme.LIGHT, Scheme.DARK]


def share_of(picture: QImage, colour: str) -> float:
    wanted = QColor(colour).rgb()
    spots = [(x, y) for x in range(0, picture.width(), 5) for y in range(0, picture.height(), 5)]
    return sum(picture.pixel(x, y) == wanted for x, y in spots) / len(spots)


def inks(picture: QImage) -> set[str]:
    return {
        picture.pixelColor(x, y).name() for x in range(0, picture.width(), 2) for y in range(0, picture.height(), 2)
    }


def cut_off(page: QWidget) -> list[str]:
    """Name what reaches over the sides of the page, or is shown with less room than its words need."""
    whole = QRect(QPoint(0, 0), page.size())
    found = []
    for part in page.findChildren(QWidget):
        if not part.isVisible() or not isinstance(part, (QLabel, QAbstractButton)) or isinstance(part, QScrollBar):
            continue
        place = QRect(part.mapTo(page, QPoint(0, 0)), part.size())
        if place.left() < whole.left() or place.right() > whole.right():
            found.append(f"{type(part).__name__} over the side: {part.text()}")
        wraps = isinstance(part, PlainLabel) and part.wordWrap() and part.text()
        if wraps and part.height() < part.heightForWidth(part.width()):
            found.append(f"cut below: {part.text()}")
    return found


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
@pytest.mark.parametrize("scheme", SCHEMES)
def test_every_part_is_drawn_whole_in_its_own_colours(
    gallery: SimpleNamespace, look: Theme, settle, tmp_path: Path, scheme: Scheme, size: tuple[int, int]
) -> None:
    look.set_look(Look(scheme=scheme))
    gallery.summary.show_problems([("Choose if you saw Sarah alone", gallery.one)], "Your note is saved.")
    gallery.one.set_value(["her_choice"])
    gallery.text.setPlainText("I like Becky coming.")
    gallery.page.resize(*size)
    settle()
    whole = gallery.page.content.grab().toImage()
    gallery.page.grab().save(str(tmp_path / f"parts_{scheme.value}_{size[0]}.png"))
    whole.save(str(tmp_path / f"parts_whole_{scheme.value}_{size[0]}.png"))
    tokens, other = tokens_for(scheme), tokens_for(Scheme.DARK if scheme is Scheme.LIGHT else Scheme.LIGHT)
    drawn = inks(whole)
    for name in (
        "surface",
        "primary",
        "primary_soft",
        "voice",
        "voice_soft",
        "danger",
        "warn_soft",
        "ok_soft",
        "info_soft",
    ):
        assert tokens.named(name).lower() in drawn, name
        assert other.named(name).lower() not in drawn, name
    assert cut_off(gallery.page.content) == []


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
@pytest.mark.parametrize("scheme", SCHEMES)
def test_the_shell_is_drawn_whole_and_its_page_has_most_of_the_room(
    qtbot, look: Theme, settle, tmp_path: Path, scheme: Scheme, size: tuple[int, int]
) -> None:
    look.set_look(Look(scheme=scheme))
    window = HeardWindow(lambda _text: PinAnswer(False))
    window.register(PageSpec("today", "Today", lambda: KeysPage(["find", "hide"]), "house", "main", 1))
    window.register(PageSpec("children", "Children", lambda: KeysPage([]), "users", "main", 2))
    window.register(PageSpec("find", "Find", lambda: KeysPage([])))
    window.show_worker("Aisha Khan", "Social worker")
    window.show_state("Offline · 3 changes saved on this laptop", "cloud-off", "info", "Offline · 3 saved")
    qtbot.addWidget(window)
    window.resize(*size)
    window.show()
    window.open("today")
    window.toast("Note deleted", lambda: None)
    settle()
    picture = window.grab().toImage()
    picture.save(str(tmp_path / f"shell_{scheme.value}_{size[0]}.png"))
    tokens = tokens_for(scheme)
    assert (picture.width(), picture.height()) == size
    assert cut_off(window.rail) == []
    assert cut_off(window.top) == []
    assert share_of(picture, tokens.nav) > 0.03
    assert share_of(picture, tokens.window) > 0.25
    assert window.pages.width() * window.pages.height() > 0.7 * size[0] * size[1]


def test_the_hidden_screen_shows_the_time_and_not_one_word_of_the_page(
    qtbot, look: Theme, settle, tmp_path: Path
) -> None:
    window = HeardWindow(lambda _text: PinAnswer(False))
    window.register(PageSpec("today", "Today", lambda: KeysPage(["find"]), "house", "main", 1))
    qtbot.addWidget(window)
    window.resize(1024, 600)
    window.show()
    window.open("today")
    settle()
    before = window.grab().toImage()
    window.cover()
    covered = window.grab().toImage()
    covered.save(str(tmp_path / "hidden.png"))
    rail = QRect(0, 0, 64, 600)
    assert len(inks(before.copy(rail))) > 3
    assert inks(covered.copy(rail)) == {look.tokens.window.lower()}
    shown = [part.text() for part in window.findChildren(QLabel) if part.isVisible() and part.text()]
    assert len(shown) == 2  # the time and the day


@pytest.mark.parametrize("typeface", ["Lexend", "OpenDyslexic"])
@pytest.mark.parametrize("scale", [0.9, 1.5, 2.0])
def test_the_parts_keep_their_words_at_any_size_and_in_any_typeface(
    gallery: SimpleNamespace, look: Theme, settle, tmp_path: Path, typeface: str, scale: float
) -> None:
    look.set_look(Look(scheme=Scheme.LIGHT, text_scale=scale, typeface=typeface))
    gallery.page.resize(1366, 768)
    settle()
    gallery.page.content.grab().save(str(tmp_path / f"{typeface}_{scale}.png"))
    assert [words for words in cut_off(gallery.page.content) if words.startswith("cut below")] == []
