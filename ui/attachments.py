"""Photos and pages that belong to a record: shown as small pictures wherever it stands, added where it is written."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, Qt
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QGuiApplication, QImage, QImageWriter, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QVBoxLayout, QWidget

from models.attachments.box import COMING
from models.attachments.intake import Taken, take_file, take_in
from models.attachments.kinds import CLIP, PAGES, SOUND, by_media_type
from models.changes import Changes
from models.entry import Entry
from models.errors import Trouble
from models.moments import read_day
from models.record import declaration_of
from models.wording import say
from ui import access
from ui.form_manner import Manner
from ui.link import Link, Navigator
from ui.parts.banner import Banner
from ui.parts.buttons import Button
from ui.parts.card import Card
from ui.parts.divider import Divider
from ui.parts.flow import FlowLayout
from ui.parts.icon_label import IconLabel
from ui.parts.labels import PlainLabel
from ui.parts.picture_tile import PictureTile
from ui.tasks import in_background

if TYPE_CHECKING:
    from ui.form import Form

TYPE = "attachment"
MARKS = {SOUND: ("volume-2", "Sound"), CLIP: ("camera", "Film"), PAGES: ("paperclip", "PDF")}
WANTED = "Photos, sound, films and PDF (*.jpg *.jpeg *.png *.webp *.wav *.mp3 *.m4a *.ogg *.flac *.mp4 *.webm *.pdf)"
ADD = "Add a photo or page"
FULL = ("kind", "words_in_it", "made_on")


def mark_of(entry: Entry) -> tuple[str, str]:
    """An icon and a word for what has no picture."""
    kind = by_media_type(str(entry.body.get("media_type") or ""))
    return MARKS.get(kind.what if kind else "", ("camera", "Picture"))


def name_of(entry: Entry) -> str:
    """What a screen reader says of it: what it shows, or what it is."""
    fields = entry.declaration.fields if entry.declaration else {}
    kind = fields["kind"].words_for(str(entry.body.get("kind") or "")) if fields else ""
    return entry.title or kind or mark_of(entry)[1]


def make_tile(link: Link, navigator: Navigator, entry: Entry, where: str, parent: QWidget) -> PictureTile:
    """A tile that opens the page of an attachment. Its picture is brought by :func:`load_small`."""
    icon, word = mark_of(entry)
    is_coming = where == COMING
    words = "Still to come" if is_coming else word
    name = f"Open: {name_of(entry)}" + (". It is still to come from the council’s server" if is_coming else "")
    tile = PictureTile("cloud-download" if is_coming else icon, words, name, parent, key=f"{TYPE}.open")
    tile.setProperty("row", entry.record_id)
    record_id = entry.record_id
    tile.clicked.connect(lambda: navigator.open("attachment", record_id=record_id))
    return tile


def load_small(link: Link, tiles: dict[str, tuple[Entry, PictureTile]]) -> None:
    """Bring the small pictures of these tiles, read and decoded beside the screen."""
    box = link.casebook.attachments
    entries = {record_id: entry for record_id, (entry, _tile) in tiles.items()}

    def read() -> dict[str, QImage]:
        return {record_id: QImage.fromData(box.small(entry) or b"") for record_id, entry in entries.items()}

    def show(images: dict[str, QImage]) -> None:
        from shiboken6 import isValid

        for record_id, image in images.items():
            tile = tiles[record_id][1]
            if isValid(tile) and not image.isNull():
                tile.show_picture(image)

    if entries:
        link.wait(in_background(read, "pictures"), show, lambda _trouble: None)


class AttachmentShelf(QWidget):
    """Small pictures side by side, each with what it shows under it, for where a record is only read."""

    def __init__(self, link: Link, navigator: Navigator, entries: Iterable[Entry], parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName(f"{TYPE}.shelf")
        row = FlowLayout(self, across=12, down=10)
        entries = list(entries)
        where = link.casebook.attachments.whereabouts(entries)
        self.tiles: dict[str, tuple[Entry, PictureTile]] = {}
        for entry in entries:
            holder = QWidget(self)
            column = QVBoxLayout(holder)
            column.setContentsMargins(0, 0, 0, 0)
            column.setSpacing(3)
            tile = make_tile(link, navigator, entry, where[entry.record_id], holder)
            column.addWidget(tile)
            caption = PlainLabel(name_of(entry), "small", holder, elided=True)
            caption.setFixedWidth(tile.sizeHint().width())
            column.addWidget(caption)
            row.addWidget(holder)
            self.tiles[entry.record_id] = (entry, tile)
        load_small(link, self.tiles)


class AttachmentStrip(QWidget):
    """In the form of the record they belong to: each with its caption, and the ways to add one.

    A file is chosen, pasted or dropped; it is read, drawn anew and kept beside the screen, one after another.
    """

    def __init__(self, outer: Form, parent: QWidget) -> None:
        super().__init__(parent)
        self.outer = outer
        declaration = declaration_of(TYPE)
        assert declaration is not None
        self.declaration = declaration
        self.setAcceptDrops(True)
        self._blocks: dict[str, _Block] = {}
        self._waiting: list[Callable[[], Taken]] = []
        self._is_adding = False
        around = QVBoxLayout(self)
        around.setContentsMargins(0, 0, 0, 0)
        self.card = Card(parent=self)
        self.card.setObjectName(f"{TYPE}.strip")
        self.card.setAccessibleName(declaration.plural)
        around.addWidget(self.card)
        head = QHBoxLayout()
        head.setSpacing(9)
        head.addWidget(IconLabel("camera", "text2", 20, self.card))
        head.addWidget(PlainLabel(declaration.plural, "h3", self.card, wrap=False), 1)
        self.card.add(head)
        self._column = QVBoxLayout()
        self._column.setSpacing(12)
        self.card.add(self._column)
        self.trouble: Banner | None = None
        self.paste: Button | None = None
        self.card.add(self._foot())
        QGuiApplication.clipboard().dataChanged.connect(self._look_at_clipboard)
        self._look_at_clipboard()
        if outer.autosave.exists:
            self._fill()
        outer.link.changed.connect(self._on_changed)

    def _foot(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(8)
        self.more = Button(ADD, "plus", "quiet", self.card)
        access.describe(self.more, ADD, "You can also drop one here.", key=f"{TYPE}.add")
        self.more.clicked.connect(self._choose)
        row.addWidget(self.more)
        self.busy = PlainLabel("", "small", self.card, wrap=False)
        self.busy.setObjectName(f"{TYPE}.busy")
        row.addWidget(self.busy)
        row.addStretch(1)
        self._tools = row
        return row

    # ---- what stands there ---------------------------------------------------------------------------------------

    def forms(self) -> list[Form]:
        """The forms of the captions."""
        return [block.form for block in self._blocks.values() if block.form is not None]

    def _fill(self) -> None:
        box = self.outer.link.casebook.attachments
        entries = box.belonging_to(self.outer.draft.record_id, self.outer.draft.scope_id)
        fresh = [entry for entry in entries if entry.record_id not in self._blocks]
        where = box.whereabouts(entries)
        for entry in fresh:
            block = _Block(self, entry, where[entry.record_id])
            self._blocks[entry.record_id] = block
            block.rule.setVisible(len(self._blocks) > 1)
            self._column.addWidget(block)
        load_small(self.outer.link, {one.record_id: (one, self._blocks[one.record_id].tile) for one in fresh})

    def _on_changed(self, changes: Changes) -> None:
        if TYPE not in changes.types or self.outer.draft.scope_id not in changes.scopes:
            return
        box = self.outer.link.casebook.attachments
        standing = {
            one.record_id: one for one in box.belonging_to(self.outer.draft.record_id, self.outer.draft.scope_id)
        }
        for record_id in [one for one in self._blocks if one not in standing]:
            self.drop(record_id)
        arrived = {
            record_id: (standing[record_id], block.tile)
            for record_id, block in self._blocks.items()
            if record_id in changes.records and not block.tile.has_picture()
        }
        load_small(self.outer.link, arrived)
        self._fill()

    def drop(self, record_id: str) -> None:
        """Take one off the page."""
        block = self._blocks.pop(record_id, None)
        if block is not None:
            self._column.removeWidget(block)
            block.hide()
            block.deleteLater()
        if self._blocks:
            next(iter(self._blocks.values())).rule.hide()

    # ---- adding --------------------------------------------------------------------------------------------------

    def _choose(self) -> None:
        paths, _kind = QFileDialog.getOpenFileNames(self, ADD, "", f"{WANTED};;All (*)")
        self.add_files([Path(path) for path in paths])

    def add_files(self, paths: list[Path]) -> None:
        """Add these files, one after another."""
        self._add([lambda path=path: take_file(path) for path in paths])  # type: ignore[misc]

    def paste_picture(self) -> None:
        """Add the picture that was copied, from a scanner's program or a browser."""
        image = QGuiApplication.clipboard().image()
        if not image.isNull():
            self._add([lambda: take_in(_as_png(image))])

    def _add(self, what: list[Callable[[], Taken]]) -> None:
        if self.trouble is not None:
            self.trouble.hide()
        # A photo in a note that is still empty needs the note to belong to.
        if what:
            self.outer.begin()
        self._waiting += what
        self._next()

    def _next(self) -> None:
        if self._is_adding or not self._waiting:
            self.busy.setText("")
            return
        self._is_adding = True
        take, casebook, outer = self._waiting.pop(0), self.outer.link.casebook, self.outer
        left = len(self._waiting)
        self.busy.setText("Adding…" if not left else f"Adding… {left} more")
        entry = casebook.entry(outer.draft.record_id)
        audience = (entry.audience, entry.keep_from) if entry else (outer.draft.audience, outer.draft.keep_from)
        more = {"audience": audience[0], "keep_from": audience[1]} if audience[0] else {}
        draft = casebook.new_draft(TYPE, outer.draft.scope_id, **more)
        values = {"belongs_to_id": outer.draft.record_id, "made_on": self._day()}
        future = in_background(lambda: casebook.attachments.add(draft, take(), values), "attachment")
        outer.link.wait(future, lambda _saved: self._done(), self._failed)

    def _done(self) -> None:
        self._is_adding = False
        self.outer.navigator.announce("Added")
        self._next()

    def _failed(self, trouble: Trouble) -> None:
        self._is_adding = False
        words = " ".join(part for part in (trouble.title + ".", trouble.message, trouble.help) if part)
        if self.trouble is None:
            self.trouble = Banner("", "warn", self.card)
            self.card.body.insertWidget(self.card.body.count() - 1, self.trouble)
        self.trouble.set_words(words)
        self.trouble.show()
        self.outer.navigator.announce(words)
        self._next()

    def _day(self) -> str:
        name = self.outer.declaration.timeline
        value = self.outer.body().get(name) if name else None
        day = read_day(str(value)) if value else None
        return (day or self.outer.link.casebook.clock.today()).isoformat()

    def _look_at_clipboard(self) -> None:
        data = QGuiApplication.clipboard().mimeData()
        has_picture = data is not None and data.hasImage()
        if self.paste is None and has_picture:
            self.paste = Button("Paste the copied picture", "", "quiet", self.card)
            access.describe(self.paste, "Paste the copied picture", "Ctrl+V", key=f"{TYPE}.paste")
            self.paste.clicked.connect(self.paste_picture)
            self._tools.insertWidget(1, self.paste)
        if self.paste is not None:
            self.paste.setVisible(has_picture)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.matches(QKeySequence.StandardKey.Paste) and self.paste is not None and not self.paste.isHidden():
            self.paste_picture()
        else:
            super().keyPressEvent(event)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if event.mimeData().hasUrls() or event.mimeData().hasImage():
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        data = event.mimeData()
        paths = [Path(url.toLocalFile()) for url in data.urls() if url.isLocalFile()]
        if paths:
            self.add_files(paths)
        elif data.hasImage():
            image = QImage(data.imageData())
            self._add([lambda: take_in(_as_png(image))])
        event.acceptProposedAction()


def _as_png(image: QImage) -> bytes:
    """A picture from the clipboard as bytes, to be judged like any other."""
    data = QByteArray()
    buffer = QBuffer(data)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    QImageWriter(buffer, QByteArray(b"png")).write(image)
    return bytes(data.data())


class _Block(QWidget):
    """One attachment: its small picture, its caption and whose it is, and a way to remove it."""

    def __init__(self, strip: AttachmentStrip, entry: Entry, where: str) -> None:
        super().__init__(strip.card)
        self._strip, self.record_id = strip, entry.record_id
        outer = strip.outer
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        self.rule = Divider(self)
        self.rule.hide()
        column.addWidget(self.rule)
        row = QHBoxLayout()
        row.setSpacing(14)
        self.tile = make_tile(outer.link, outer.navigator, entry, where, self)
        row.addWidget(self.tile, 0, Qt.AlignmentFlag.AlignTop)
        column.addLayout(row)
        self.form: Form | None = None
        if outer.link.casebook.why_not_editable(entry):
            row.addWidget(PlainLabel(name_of(entry), "body", self), 1)
            return
        manner = Manner(headed=False, more=frozenset(FULL), more_words="More about it", has_inline=False)
        self.form = type(outer)(
            outer.link, outer.navigator, strip.declaration, entry.draft(), entry, manner, self, child=outer.child
        )
        self.form.state_changed.connect(outer._say_state)
        self.form.edited.connect(self._tell_name)
        row.addWidget(self.form, 1)
        self.remove = Button("Remove", "trash-2", "quiet", self)
        access.describe(self.remove, f"Remove: {name_of(entry)}", key=f"{TYPE}.remove")
        self.remove.clicked.connect(self._remove)
        fold = next((part.fold for part in self.form.parts if part.fold is not None), None)
        if fold is not None:
            fold.head.addWidget(self.remove)
        else:
            column.addWidget(self.remove, 0, Qt.AlignmentFlag.AlignRight)

    def _tell_name(self, _field: str) -> None:
        caption = str(self.form.body().get("caption") or "") if self.form else ""
        if caption:
            self.tile.setAccessibleName(f"Open: {caption}")
            self.remove.setAccessibleName(f"Remove: {caption}")

    def _remove(self) -> None:
        form, strip, record_id = self.form, self._strip, self.record_id
        if form is None:
            return
        link, navigator = strip.outer.link, strip.outer.navigator

        def say_trouble(trouble: Trouble) -> None:
            navigator.toast(str(trouble))

        def bring_back() -> None:
            link.wait(link.casebook.bring_back(record_id), failed=say_trouble)

        def removed(_entry: Any) -> None:
            strip.drop(record_id)
            navigator.toast(f"{say(strip.declaration.title, None)} removed", bring_back)

        form.when_clean(lambda: link.wait(link.casebook.delete(record_id), removed, say_trouble))
