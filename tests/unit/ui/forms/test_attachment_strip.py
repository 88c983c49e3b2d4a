"""Photos and pages in the form of the note they belong to: chosen, pasted, dropped, captioned, removed, opened."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QAccessible, QDropEvent, QGuiApplication, QImage, QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog, QWidget

from models.attachments.intake import take_in
from models.entry import Entry
from models.query import Query
from tests.drawings import PDF, photo
from ui import access
from ui.attachments import AttachmentShelf, AttachmentStrip
from ui.form import Form
from ui.form_manner import Manner
from ui.parts.buttons import Button
from ui.parts.picture_tile import PictureTile

NOTE = Manner(headed=False, inline_after="What happened", offers={"visited_at": "2026-11-20T10:30:00.000Z"})


def strip_of(form: Form) -> AttachmentStrip:
    found = form.findChild(AttachmentStrip)
    assert found is not None
    return found


def attachments(stage: Any) -> list[Entry]:
    found: list[Entry] = stage.casebook.select(Query(types=("attachment",)))
    return sorted(found, key=lambda one: one.record_id)


def file_with(folder: Path, name: str, data: bytes) -> Path:
    path = folder / name
    path.write_bytes(data)
    return path


def button(within: QWidget, key: str) -> Button:
    found = within.findChild(Button, key)
    assert found is not None, key
    return found


def add(stage: Any, form: Form, *paths: Path) -> AttachmentStrip:
    strip, before = strip_of(form), len(attachments(stage))
    strip.add_files(list(paths))
    stage.wait_for(lambda: len(strip.findChildren(PictureTile)) == before + len(paths))
    return strip


def test_a_chosen_photo_belongs_to_the_note_and_shows_small(
    make: Any, stage: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    form = make("visit_note", manner=NOTE)
    path = file_with(tmp_path, "IMG_2041.JPG", photo())
    monkeypatch.setattr(QFileDialog, "getOpenFileNames", lambda *_args: ([str(path)], ""))
    strip = strip_of(form)
    QTest.mouseClick(button(strip, "attachment.add"), Qt.MouseButton.LeftButton)
    stage.wait_for(lambda: bool(strip.findChildren(PictureTile)))
    (tile,) = strip.findChildren(PictureTile)
    stage.wait_for(tile.has_picture)
    (entry,) = attachments(stage)
    note = stage.only("visit_note")
    assert (entry.body["belongs_to_id"], entry.body["made_on"]) == (note.record_id, "2026-11-20")
    assert entry.audience == note.audience
    assert "IMG" not in str(entry.body)
    assert access.name_of(tile) == "Open: A photo"
    assert access.role_of(tile) == QAccessible.Role.Button
    QTest.mouseClick(tile, Qt.MouseButton.LeftButton)
    assert stage.pages.opened[-1] == ("attachment", {"record_id": entry.record_id})


def test_a_caption_is_saved_as_it_is_typed_and_names_the_picture(make: Any, stage: Any, tmp_path: Path) -> None:
    form = make("visit_note", manner=NOTE)
    strip = add(stage, form, file_with(tmp_path, "a.jpg", photo()))
    (caption,) = strip.forms()
    caption.focus_on("caption")
    QTest.keyClicks(QApplication.focusWidget(), "Her street")
    form.hand_over()
    stage.wait_for(lambda: not form.has_unsaved())
    assert attachments(stage)[0].title == "Her street"
    assert access.name_of(strip.findChildren(PictureTile)[0]) == "Open: Her street"


def test_several_are_added_one_after_another_and_a_bad_one_holds_up_none(make: Any, stage: Any, tmp_path: Path) -> None:
    form = make("visit_note", manner=NOTE)
    strip = strip_of(form)
    paths = [
        file_with(tmp_path, "a.jpg", photo(1)), file_with(tmp_path, "b.jpg", b"MZ a program"),
        file_with(tmp_path, "c.pdf", PDF), tmp_path / "gone.png",
    ]  # fmt: skip
    strip.add_files(paths)
    stage.wait_for(lambda: len(strip.findChildren(PictureTile)) == 2 and not strip.busy.text())
    assert strip.trouble.isVisible()
    assert "could not be opened" in strip.trouble.words.text()
    assert any("kind of file" in words for words in stage.pages.toasts)  # a screen reader hears each
    kinds = {entry.body["media_type"] for entry in attachments(stage)}
    assert "application/pdf" in kinds
    pdf = next(tile for tile in strip.findChildren(PictureTile) if tile.words() == "PDF")
    assert not pdf.has_picture()


def test_a_copied_picture_is_pasted_by_button_or_keys_and_offered_only_when_there_is_one(make: Any, stage: Any) -> None:
    clipboard = QGuiApplication.clipboard()
    clipboard.clear()
    form = make("visit_note", manner=NOTE)
    strip = strip_of(form)
    assert strip.findChild(Button, "attachment.paste") is None
    image = QImage(60, 40, QImage.Format.Format_RGB32)
    image.fill(Qt.GlobalColor.red)
    clipboard.setImage(image)
    stage.wait_for(lambda: strip.paste is not None and strip.paste.isVisible())
    QTest.mouseClick(button(strip, "attachment.paste"), Qt.MouseButton.LeftButton)
    stage.wait_for(lambda: len(attachments(stage)) == 1)
    strip.more.setFocus()
    QTest.keySequence(strip.more, QKeySequence.StandardKey.Paste)
    stage.wait_for(lambda: len(attachments(stage)) == 2)
    assert (attachments(stage)[0].body["width"], attachments(stage)[0].body["height"]) == (60, 40)
    clipboard.clear()
    stage.wait_for(lambda: button(strip, "attachment.paste").isHidden())


def test_a_file_dropped_on_it_is_added(make: Any, stage: Any, tmp_path: Path) -> None:
    form = make("visit_note", manner=NOTE)
    strip = strip_of(form)
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(file_with(tmp_path, "a.jpg", photo()))), QUrl("https://example.test/x.jpg")])
    drop = QDropEvent(
        QPointF(5, 5), Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    )
    strip.dropEvent(drop)
    stage.wait_for(lambda: len(attachments(stage)) == 1)
    assert drop.isAccepted()


def test_a_picture_is_removed_and_brought_back(make: Any, stage: Any, tmp_path: Path) -> None:
    form = make("visit_note", manner=NOTE)
    strip = add(stage, form, file_with(tmp_path, "a.jpg", photo()))
    QTest.mouseClick(button(strip, "attachment.remove"), Qt.MouseButton.LeftButton)
    stage.wait_for(lambda: not attachments(stage))
    stage.wait_for(lambda: not strip.forms())
    assert stage.pages.toasts[-1] == "Photo or page removed"
    stage.pages.undo()
    stage.wait_for(lambda: len(strip.forms()) == 1)
    (entry,) = attachments(stage)
    assert stage.casebook.attachments.content(entry)


def test_what_a_note_holds_stands_there_when_it_is_opened_again(make: Any, stage: Any, tmp_path: Path) -> None:
    first = make("visit_note", manner=NOTE)
    add(stage, first, file_with(tmp_path, "a.jpg", photo()), file_with(tmp_path, "b.jpg", photo(1)))
    first.leave()
    stage.written()
    again = make("visit_note", record_id=first.draft.record_id, manner=NOTE)
    assert len(strip_of(again).forms()) == 2
    assert all(stage.casebook.history(entry.record_id) for entry in attachments(stage)), "left, so cut"


def test_one_that_is_still_to_come_says_so_and_shows_itself_when_it_has(make: Any, stage: Any) -> None:
    note_id = stage.put("visit_note", {"what_happened": "We drew."})
    taken = take_in(photo())
    entry_id = stage.put(
        "attachment",
        {
            "belongs_to_id": note_id, "caption": "Her street", "blob_id": taken.blob_id,
            "media_type": taken.media_type, "size": len(taken.content),
        },
    )  # fmt: skip
    form = make("visit_note", record_id=note_id, manner=NOTE)
    (tile,) = strip_of(form).findChildren(PictureTile)
    assert tile.words() == "Still to come"
    assert "still to come" in access.name_of(tile)
    carriage = stage.casebook.carriage
    carriage.look()
    (row,) = carriage.to_fetch()
    carriage.begin(row, len(taken.content))
    carriage.take_part(row, 0, bytes(taken.content))
    assert carriage.finish(row)
    stage.wait_for(tile.has_picture)
    assert entry_id


def test_own_words_take_a_drawing_in_plain_sight_others_when_unfolded_and_a_hand_over_none(
    make: Any, stage: Any
) -> None:
    assert make("own_words").findChild(AttachmentStrip) is not None
    home = make("home")
    assert home.findChild(AttachmentStrip) is None
    home.focus_on("themes")
    assert home.findChild(AttachmentStrip) is not None
    assert make("handover").findChild(AttachmentStrip) is None


def test_a_narrow_note_gives_its_audience_to_what_is_added(make: Any, stage: Any, tmp_path: Path) -> None:
    note_id = stage.put("visit_note", {"what_happened": "We drew."})
    stage.casebook.set_audience(note_id, "worker_and_iro", ("parents",)).result()
    form = make("visit_note", record_id=note_id, manner=NOTE)
    add(stage, form, file_with(tmp_path, "a.jpg", photo()))
    (entry,) = attachments(stage)
    assert (entry.audience, entry.keep_from) == ("worker_and_iro", ("parents",))


def test_a_shelf_names_each_picture_and_opens_it(stage: Any, show: Any, make: Any, tmp_path: Path) -> None:
    form = make("visit_note", manner=NOTE)
    add(stage, form, file_with(tmp_path, "a.jpg", photo()), file_with(tmp_path, "b.pdf", PDF))
    page = QWidget()
    shelf = AttachmentShelf(stage.link, stage.pages, attachments(stage), page)
    shelf.resize(400, 160)
    show(page)
    tiles = [tile for _entry, tile in shelf.tiles.values()]
    stage.wait_for(lambda: any(tile.has_picture() for tile in tiles))
    assert len(tiles) == 2
    assert all(access.name_of(tile).startswith("Open: ") for tile in tiles)
    tiles[0].setFocus()
    QTest.keyClick(tiles[0], Qt.Key.Key_Space)
    assert stage.pages.opened[-1][0] == "attachment"
