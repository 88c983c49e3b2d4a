"""One photo, sound, film or page: the picture itself with zoom, or a way to open it, and what is recorded about it."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget
from shiboken6 import isValid

from models.attachments.box import COMING
from models.attachments.kinds import PICTURE, by_media_type
from models.entry import Entry
from models.errors import Trouble
from ui import access, theme
from ui.attachments import mark_of, name_of
from ui.link import Link, Navigator
from ui.parts.banner import Banner
from ui.parts.buttons import Button
from ui.parts.card import Card
from ui.parts.labels import PlainLabel
from ui.parts.picture_view import TALL, PictureView
from ui.tasks import in_background
from ui.theme import Theme
from ui.views.record_page import RecordPage

COMING_WORDS = "This is still to come. It is fetched from the council’s server after all words."
OUTSIDE_WORDS = "Heard does not read it itself. Another program opens a copy, which is removed when Heard locks."


class AttachmentPage(RecordPage):
    """Opened with a ``record_id``. What is recorded about it stands below, in the form every record has."""

    page_key = "attachment"

    def __init__(self, link: Link, navigator: Navigator, theme: Theme) -> None:
        super().__init__(link, navigator, theme)
        self.shown: Shown | None = None
        self._above = QVBoxLayout()
        self.page.body.insertLayout(self.page.body.indexOf(self.tools) + 1, self._above)

    def _open(self) -> None:
        super()._open()
        self._show_file()

    def _show_file(self) -> None:
        if self.shown is not None:
            self._above.removeWidget(self.shown)
            self.shown.hide()
            self.shown.deleteLater()
            self.shown = None
        entry = self._link.casebook.entry(self.record_id) if self.record_id else None
        if entry is not None and not entry.is_deleted and self._may_open(entry, entry.declaration):
            self.shown = Shown(self._link, entry, self.page.content)
            self._above.addWidget(self.shown)

    def record_changed(self, entry: Entry) -> None:
        """A file that has come since is shown."""
        super().record_changed(entry)
        if self.shown is not None and self.shown.is_waiting:
            self._show_file()


class Shown(Card):
    """The file of one attachment, as far as Heard shows it."""

    def __init__(self, link: Link, entry: Entry, parent: QWidget) -> None:
        super().__init__(parent=parent)
        self._link, self.entry = link, entry
        self.setObjectName("attachment.shown")
        where = link.casebook.attachments.whereabouts([entry])[entry.record_id]
        kind = by_media_type(str(entry.body.get("media_type") or ""))
        self.is_waiting = where == COMING
        self.view: PictureView | None = None
        self.open_outside: Button | None = None
        self.trouble = Banner("", "warn", self)
        self.trouble.hide()
        if self.is_waiting:
            self.add(Banner(COMING_WORDS, "info", self, icon="cloud-download"))
        elif kind is not None and kind.what == PICTURE:
            self._add_picture()
        else:
            self._add_outside(kind.ending if kind else "")
        self.add(self.trouble)

    # ---- a picture -----------------------------------------------------------------------------------------------

    def _add_picture(self) -> None:
        view = self.view = PictureView(name_of(self.entry), self._scale, self)
        look, tall = theme.current(), self.window().height()
        # The picture and what is recorded about it are seen together, also in a low window.
        view.setFixedHeight(max(look.px(220), min(look.px(TALL), tall - look.px(340))))
        self.add(view)
        row = QHBoxLayout()
        row.setSpacing(8)
        for words, icon, key, call in (
            ("Larger", "plus", "larger", view.larger),
            ("Smaller", "", "smaller", view.smaller),
            ("All of it", "", "fit", view.fit),
        ):
            button = Button(words, icon, "quiet", self)
            access.describe(button, words, key=f"attachment.{key}")
            button.clicked.connect(call)
            row.addWidget(button)
        row.addStretch(1)
        self.add(row)
        link, entry = self._link, self.entry

        def show(image: QImage) -> None:
            if isValid(self) and not image.isNull():
                view.show_image(image)

        reading = in_background(lambda: QImage.fromData(link.casebook.attachments.content(entry)), "picture")
        link.wait(reading, show, self._tell)

    def _scale(self, image: QImage, size: QSize, done: Callable[[QImage], None]) -> None:
        keep, smooth = Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation

        def show(scaled: QImage) -> None:
            if isValid(self):
                done(scaled)

        self._link.wait(in_background(lambda: image.scaled(size, keep, smooth), "picture"), show)

    # ---- what another program opens ------------------------------------------------------------------------------

    def _add_outside(self, ending: str) -> None:
        _icon, word = mark_of(self.entry)
        size = self.entry.body.get("size")
        length = f" · {size / 1024:,.0f} KB" if isinstance(size, int | float) else ""
        self.add(PlainLabel(f"{word}{length}", "strong", self))
        if self._link.open_outside is None or not ending:
            return
        self.add(PlainLabel(OUTSIDE_WORDS, "small", self))
        button = self.open_outside = Button("Open it", "paperclip", "secondary", self)
        access.describe(button, f"Open it in another program: {name_of(self.entry)}", key="attachment.outside")
        button.clicked.connect(lambda: self._open(ending))
        row = QHBoxLayout()
        row.addWidget(button)
        row.addStretch(1)
        self.add(row)

    def _open(self, ending: str) -> None:
        link, entry = self._link, self.entry
        open_outside = link.open_outside
        assert open_outside is not None
        self.trouble.hide()

        def opened(content: bytes) -> None:
            link.wait(open_outside(content, ending), failed=self._tell)

        link.wait(in_background(lambda: link.casebook.attachments.content(entry), "attachment"), opened, self._tell)

    def _tell(self, trouble: Trouble) -> None:
        if isValid(self):
            words = " ".join(part for part in (f"{trouble.title}.", trouble.message, trouble.help) if part)
            self.trouble.set_words(words)
            self.trouble.show()
