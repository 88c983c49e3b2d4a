"""Printing, by real keys and presses: Ctrl+P and Enter, the paper asked for, files, what stops and what fails."""

from __future__ import annotations

import errno
import os
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QFileDialog

from models.documents import pdf, shelf
from models.documents.document import texts
from models.entry import Edit
from models.errors import Trouble
from models.query import Query
from models.written import write_whole
from tests.unit.models.documents.conftest import page_words, pdf_words, said_in
from tests.unit.ui.counting import CTRL, whole_app
from ui.parts.paper_view import PaperView
from ui.views.printing import PrintPage

K = Qt.Key


class Printer:
    """Stands in for the other programs of the laptop."""

    def __init__(self) -> None:
        self.opened: list[tuple[bytes, str]] = []
        self.trouble: Trouble | None = None

    def open(self, content: bytes, ending: str) -> Future[Path]:
        done: Future[Path] = Future()
        if self.trouble:
            done.set_exception(self.trouble)
        else:
            self.opened.append((content, ending))
            done.set_result(Path("opened"))
        return done


@pytest.fixture
def at(tmp_path: Path, clock: Any, look: Any, qtbot: Any, settle: Callable[[], None]) -> Iterator[Any]:
    (tmp_path / "vault").mkdir()
    with whole_app(tmp_path / "vault", clock, look, qtbot, settle) as it:
        it.printer = Printer()
        it.link.open_outside = it.printer.open
        it.scope = next(one.scope_id for one in it.casebook.children() if one.title == "Sarah")
        it.wait = lambda is_so: qtbot.waitUntil(lambda: bool(is_so()), timeout=20_000)
        yield it


def shown(at: Any) -> PrintPage:
    found = at.window.pages.currentWidget()
    assert isinstance(found, PrintPage)
    return found


def test_ctrl_p_and_enter_print_this_is_me_on_the_paper_the_child_asked_for(at: Any) -> None:
    at.window.open("children", scope_id=at.scope)
    at.settle()
    at.hands.key(K.Key_P, CTRL)
    document = shelf.make(at.casebook, "this_is_me", at.scope)
    assert shown(at).paper.words() == " ".join(texts(document))
    at.hands.key(K.Key_Return)
    at.wait(lambda: at.printer.opened)
    assert at.hands.keys == 2
    made, ending = at.printer.opened[0]
    assert ending == ".pdf"
    assert pdf_words(made) == said_in(document)
    assert b"Lexend" in made  # Sarah asked for it
    at.wait(lambda: shown(at).told.isVisible())
    assert "Opened in another program" in shown(at).told.words.text()


def test_two_presses_print_this_is_me_from_the_childs_page(at: Any) -> None:
    at.window.open("children", scope_id=at.scope)
    at.settle()
    at.hands.click("child.print")
    at.hands.click("print.open")
    at.wait(lambda: at.printer.opened)
    assert at.hands.clicks == 2


@pytest.mark.parametrize(("page", "key"), [("knock", "before_you_knock"), ("this_is_me", "this_is_me")])
def test_a_page_prints_what_it_shows(at: Any, page: str, key: str) -> None:
    at.window.open(page, scope_id=at.scope)
    at.settle()
    at.hands.click(f"{page}.print")
    assert shown(at).which.value() == (key,)


def test_a_written_note_prints_itself(at: Any) -> None:
    notes = at.casebook.select(Query(types=("visit_note",), scope_id=at.scope, is_finished=True))
    at.window.open("note", record_id=notes[0].record_id)
    at.settle()
    at.hands.click("note.print")
    document = shelf.make(at.casebook, "visit_note", at.scope, notes[0].record_id)
    assert shown(at).paper.words() == " ".join(texts(document))
    at.hands.key(K.Key_P, CTRL)  # on this page it prints, as Enter does
    at.wait(lambda: at.printer.opened)


def test_ctrl_p_where_there_is_no_child_says_so(at: Any) -> None:
    at.window.open("licences")
    at.settle()
    at.hands.key(K.Key_P, CTRL)
    assert not isinstance(at.window.pages.currentWidget(), PrintPage)
    assert "Open a child first" in at.window.toasts.label.text()


def test_another_document_and_paper_are_seen_at_once(at: Any) -> None:
    at.window.open("print", scope_id=at.scope)
    at.settle()
    page = shown(at)
    at.hands.click("print.which.letter")
    assert page.paper.words() == " ".join(texts(shelf.make(at.casebook, "letter", at.scope)))
    at.hands.click("print.tint.pale_blue")
    image = page.paper.grab().toImage()
    assert QColor(image.pixel(20, 20)).name().upper() == "#EEF4FB"
    at.hands.click("print.letters.opendyslexic")
    assert page.dyslexic.isVisible()
    at.hands.click("print.which.letter")  # pressed again: one document always stands
    assert page.which.value() == ("letter",)


def test_what_changes_meanwhile_is_on_the_paper(at: Any) -> None:
    at.window.open("print", scope_id=at.scope)
    at.settle()
    mine = at.casebook.one("this_is_me", at.scope)
    edit = Edit(mine.body.get("my_hopes"), "To see the sea every day")
    at.casebook.save(mine.draft(), {"my_hopes": edit}).result()
    at.wait(lambda: "To see the sea every day" in shown(at).paper.words())


def save(at: Any, monkeypatch: pytest.MonkeyPatch, path: str, button: str) -> str:
    asked = []

    def choose(_parent: Any, _title: str, wanted: str, _files: str) -> tuple[str, str]:
        asked.append(wanted)
        return path, ""

    monkeypatch.setattr(QFileDialog, "getSaveFileName", choose)
    at.hands.click(button)
    return asked[0]


@pytest.mark.parametrize(("button", "ending"), [("print.save_pdf", ".pdf"), ("print.save_page", ".html")])
def test_a_file_is_saved_where_the_worker_says_for_them_alone_and_its_name_names_no_child(
    at: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, button: str, ending: str
) -> None:
    at.window.open("print", scope_id=at.scope)
    at.settle()
    offered = save(at, monkeypatch, str(tmp_path / "mine"), button)
    assert Path(offered).name.startswith("Heard - This is Me - ")
    assert "Sarah" not in Path(offered).name
    path = tmp_path / f"mine{ending}"
    at.wait(lambda: shown(at).told.isVisible())
    read = {".pdf": pdf_words, ".html": page_words}[ending]
    assert read(path.read_bytes()) == said_in(shelf.make(at.casebook, "this_is_me", at.scope))
    assert path.stat().st_mode & 0o077 == 0
    assert [one.name for one in tmp_path.glob("*mine*")] == [path.name]


def test_choosing_no_place_saves_nothing(at: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    at.window.open("print", scope_id=at.scope)
    at.settle()
    save(at, monkeypatch, "", "print.save_pdf")
    assert not shown(at).making.busy.isVisible()
    assert not shown(at).told.isVisible()


def test_a_folder_that_is_not_there_is_told_kindly(at: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    at.window.open("print", scope_id=at.scope)
    at.settle()
    save(at, monkeypatch, str(tmp_path / "gone" / "mine.pdf"), "print.save_pdf")
    at.wait(lambda: shown(at).trouble.isVisible())
    assert "could not be written there" in shown(at).trouble.title.text()
    assert "Nothing is lost in Heard" in shown(at).trouble.message.text()


def test_a_full_disk_leaves_nothing_half_done_and_what_stood_there_before(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    path = tmp_path / "mine.pdf"
    path.write_bytes(b"before")

    def full(*_given: Any) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "replace", full)
    with pytest.raises(Trouble, match="disk is full"):
        write_whole(b"after", path)
    assert [(one.name, one.read_bytes()) for one in tmp_path.iterdir()] == [("mine.pdf", b"before")]


def test_no_program_for_pdf_is_told_kindly(at: Any) -> None:
    at.printer.trouble = Trouble("This laptop has no program that opens this")
    at.window.open("print", scope_id=at.scope)
    at.settle()
    at.hands.click("print.open")
    at.wait(lambda: shown(at).trouble.isVisible())
    assert not shown(at).making.busy.isVisible()


def test_letters_that_a_pdf_cannot_have_open_as_a_web_page_and_the_worker_is_told(at: Any) -> None:
    mine = at.casebook.one("this_is_me", at.scope)
    at.casebook.save(mine.draft(), {"my_hopes": Edit(mine.body.get("my_hopes"), "أريد أن أرى البحر")}).result()
    at.window.open("print", scope_id=at.scope)
    at.settle()
    at.hands.click("print.open")
    at.wait(lambda: shown(at).told.isVisible())
    ((made, ending),) = at.printer.opened
    assert ending == ".html"
    assert "أريد أن أرى البحر" in made.decode()
    assert "the web page was opened" in shown(at).told.words.text()


def test_making_can_be_stopped_and_then_nothing_opens(at: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    begun, go_on, ended = threading.Event(), threading.Event(), threading.Event()

    def slow(_document: Any, _paper: Any, is_wanted: Callable[[], bool]) -> bytes:
        begun.set()
        go_on.wait(20)
        ended.set()
        if not is_wanted():
            raise pdf.Stopped
        return b"made"

    monkeypatch.setattr(pdf, "write", slow)
    at.window.open("print", scope_id=at.scope)
    at.settle()
    at.hands.click("print.open")
    at.wait(begun.is_set)
    assert shown(at).making.busy.text() == "Making the PDF…"
    at.hands.click("print.stop")
    assert not shown(at).making.busy.isVisible()
    go_on.set()
    at.wait(ended.is_set)
    at.settle()
    assert not at.printer.opened
    assert not shown(at).told.isVisible()


def test_leaving_the_page_while_it_is_made_harms_nothing(at: Any) -> None:
    at.window.open("print", scope_id=at.scope)
    at.settle()
    at.hands.click("print.open")
    at.window.open("today")
    at.settle()
    assert not at.window.findChildren(PaperView)


def test_a_child_of_whom_nothing_is_written_still_has_a_card(at: Any) -> None:
    draft = at.casebook.new_draft("child", at.casebook.new_draft("child", "").record_id)
    at.casebook.save(draft, {"known_as": Edit("", "Newt")}).result()
    at.window.open("print", scope_id=draft.scope_id)
    at.settle()
    assert "We have not asked Newt yet." in shown(at).paper.words()
    at.window.open("print", scope_id="nobody")
    at.settle()
    assert shown(at).nothing.isVisible()
    assert not shown(at).open_button.isVisible()
