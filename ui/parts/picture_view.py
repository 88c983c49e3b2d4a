"""A picture whole, fitted to its place or as large as it is wanted; scaled beside the screen, never while it paints."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QImage, QKeyEvent, QPainter, QPaintEvent, QPixmap, QResizeEvent
from PySide6.QtWidgets import QFrame, QLabel, QScrollArea, QWidget

from ui import access, theme
from ui.parts import strokes

STEP, LARGEST = 1.4, 4.0
TALL = 460


class _Picture(QLabel):
    """What takes the focus: a label that shows a picture is told as one, and the area around it as nothing at all."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self.hasFocus():
            # Around what is seen of it: a picture made larger is scrolled under its place.
            strokes.ring(QPainter(self), QRectF(self.visibleRegion().boundingRect()), 0)


class PictureView(QScrollArea):
    """``scale`` is given an image and a size, and hands the scaled one to a call on the main thread.

    + and - make it larger and smaller, 0 fits it again. ``drawn`` says how large it stands there, in hundredths.
    """

    def __init__(
        self, name: str, scale: Callable[[QImage, QSize, Callable[[QImage], None]], None], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._scale, self._image, self._zoom, self._asked = scale, QImage(), 1.0, 0
        self.drawn = 0
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setFixedHeight(theme.current().px(TALL))
        self._label = _Picture(self)
        self.setWidget(self._label)
        self.setFocusProxy(self._label)
        access.describe(
            self._label, name, "Plus and minus make it larger and smaller, zero fits it.", key="attachment.picture"
        )

    def show_image(self, image: QImage) -> None:
        """Show a picture, fitted."""
        self._image, self._zoom = image, 1.0
        self._draw()

    def has_image(self) -> bool:
        """Whether there is a picture."""
        return not self._image.isNull()

    def larger(self) -> None:
        """Show it larger."""
        self._zoom_to(self._zoom * STEP)

    def smaller(self) -> None:
        """Show it smaller, never smaller than fits."""
        self._zoom_to(self._zoom / STEP)

    def fit(self) -> None:
        """Show all of it."""
        self._zoom_to(1.0)

    def _zoom_to(self, zoom: float) -> None:
        zoom = min(LARGEST, max(1.0, zoom))
        if zoom != self._zoom:
            self._zoom = zoom
            self._draw()

    def _draw(self) -> None:
        if self._image.isNull():
            return
        ratio = self.devicePixelRatioF()
        room = QSize(max(60, self.viewport().width()), max(60, self.viewport().height()))
        fitted = self._image.size().scaled(room, Qt.AspectRatioMode.KeepAspectRatio)
        # Never blown up beyond its own dots just to fill the room.
        fitted = fitted.boundedTo(self._image.size())
        size = QSize(round(fitted.width() * self._zoom), round(fitted.height() * self._zoom))
        self._asked += 1
        number = self._asked

        def show(scaled: QImage) -> None:
            if number == self._asked:
                scaled.setDevicePixelRatio(ratio)
                self._label.setPixmap(QPixmap.fromImage(scaled))
                self._label.resize(size)
                self.drawn = round(self._zoom * 100)

        self._scale(self._image, size * ratio, show)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._draw()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        calls = {
            Qt.Key.Key_Plus: self.larger, Qt.Key.Key_Equal: self.larger, Qt.Key.Key_Minus: self.smaller,
            Qt.Key.Key_0: self.fit,
        }  # fmt: skip
        call = calls.get(Qt.Key(event.key()))
        if call is not None:
            call()
        else:
            super().keyPressEvent(event)
