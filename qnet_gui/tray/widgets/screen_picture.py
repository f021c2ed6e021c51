"""The netvm's picture, and what a person does in it: pixels are painted, keys and the pointer are told, nothing else.

It takes every key while it has the keyboard, so that nothing is done here by what is meant for the netvm: no shortcut,
no menu, no way by Tab; the window manager's own keys lead out. No text is composed, no clipboard, nothing is dragged.
"""

from __future__ import annotations

import mmap
from collections.abc import Callable

from qnet_gui.model.netvm_screen.screen import Geometry, Rectangle
from qnet_gui.model.netvm_screen.screen_wire import Input
from qnet_gui.tray.netvm_screen.screen_input import ScreenInput
from qnet_gui.tray.netvm_screen.screen_place import Place, place
from qnet_gui.tray.qt import (
    QEvent,
    QFocusEvent,
    QHideEvent,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPalette,
    QPointF,
    QRect,
    QRectF,
    QShowEvent,
    QSize,
    Qt,
    QWheelEvent,
    QWidget,
    pyqtSignal,
    sip,
)


class ScreenPicture(QWidget):
    """`say` gets what is to be told. `typing` is emitted when keys go to the netvm from now on, or do no longer."""

    typing = pyqtSignal(bool)

    def __init__(self, say: Callable[[tuple[Input, ...]], None]) -> None:
        super().__init__()
        self._say = say
        self._input = ScreenInput()
        self._geometry: Geometry | None = None
        self._mapping: mmap.mmap | None = None
        self._image: QImage | None = None
        self.setObjectName("picture")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.PreventContextMenu)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setAttribute(Qt.WidgetAttribute.WA_InputMethodEnabled, False)

    # -- the picture

    def show_picture(self, mapping: mmap.mmap | None, geometry: Geometry | None) -> None:
        """Show what is in that memory, now and whenever it is told to have changed; None for nothing."""
        if mapping is self._mapping:
            return
        # before the memory that it shows
        self._image = None
        self._mapping, self._geometry = mapping, geometry
        if mapping is not None and geometry is not None:
            pixels = sip.voidptr(memoryview(mapping))
            self._image = QImage(pixels, geometry.width, geometry.height, geometry.line_length, QImage.Format_RGB32)
            if self.hasFocus():
                self._begin()
        else:
            self._end()
        self.updateGeometry()
        self.update()

    def changed(self, part: Rectangle) -> None:
        """A part of it is another than before."""
        where = self._place()
        covered = where.covered(part) if where else None
        if covered is not None:
            self.update(QRect(covered.left, covered.top, covered.right - covered.left, covered.bottom - covered.top))

    def sizeHint(self) -> QSize:  # noqa: N802 (Qt's)
        """As large as it is."""
        return QSize(self._geometry.width, self._geometry.height) if self._geometry else QSize()

    def _place(self) -> Place | None:
        if self._geometry is None:
            return None
        return place(max(self.width(), 1), max(self.height(), 1), self._geometry, self.devicePixelRatioF())

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 (Qt's)
        """The part that is to be painted."""
        painter = QPainter(self)
        painter.fillRect(event.rect(), self.palette().color(QPalette.Window))
        where = self._place()
        if self._image is not None and where is not None:
            painter.setRenderHint(QPainter.SmoothPixmapTransform, not where.sharp)
            area = QRectF(where.left, where.top, where.width, where.height)
            painter.drawImage(area, self._image, QRectF(self._image.rect()))
        painter.end()

    # -- the keyboard

    def _begin(self) -> None:
        if self._image is not None and self.isVisible() and not self._input.typing:
            self._input.begin()
            self.typing.emit(True)

    def _end(self) -> None:
        if self._input.typing:
            self._say(self._input.end())
            self.typing.emit(False)

    def focusInEvent(self, event: QFocusEvent) -> None:  # noqa: N802 (Qt's)
        """Keys go to the netvm."""
        super().focusInEvent(event)
        self._begin()

    def focusOutEvent(self, event: QFocusEvent) -> None:  # noqa: N802 (Qt's)
        """They do not any more, and none is down there."""
        super().focusOutEvent(event)
        self._end()

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802 (Qt's)
        """It may have had the keyboard before."""
        super().showEvent(event)
        if self.hasFocus():
            self._begin()

    def hideEvent(self, event: QHideEvent) -> None:  # noqa: N802 (Qt's)
        """Nobody types into what is not seen, whoever has the keyboard."""
        super().hideEvent(event)
        self._end()

    def focusNextPrevChild(self, _next: bool) -> bool:  # noqa: N802 (Qt's)
        """Tab is the netvm's."""
        return self._image is None and super().focusNextPrevChild(_next)

    def event(self, event: QEvent) -> bool:
        """No shortcut of ours is meant by a key, even where there is one."""
        if event.type() == QEvent.Type.ShortcutOverride and self._input.typing:
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 (Qt's)
        """Down."""
        self._key(event, True)

    def keyReleaseEvent(self, event: QKeyEvent) -> None:  # noqa: N802 (Qt's)
        """Up."""
        self._key(event, False)

    def _key(self, event: QKeyEvent, down: bool) -> None:
        if not self._input.typing:
            event.ignore()
        elif not event.isAutoRepeat():
            self._say(self._input.key(event.nativeScanCode(), down, event.nativeVirtualKey(), event.text()))

    # -- the pointer

    def _pixel(self, position: QPointF) -> tuple[int, int] | None:
        where = self._place()
        return where.pixel(position.x(), position.y()) if where else None

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802 (Qt's)
        """A button goes down."""
        self._button(event, True)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:  # noqa: N802 (Qt's)
        """The same; it is the netvm's to say what two clicks are."""
        self._button(event, True)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: N802 (Qt's)
        """It goes up."""
        self._button(event, False)

    def _button(self, event: QMouseEvent, down: bool) -> None:
        pixel = self._pixel(event.localPos())
        if pixel is not None:
            self._say(self._input.button(int(event.button()), down, *pixel))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802 (Qt's)
        """The pointer has moved."""
        pixel = self._pixel(event.localPos())
        if pixel is not None:
            self._say(self._input.moved(*pixel))

    def wheelEvent(self, event: QWheelEvent) -> None:  # noqa: N802 (Qt's)
        """Its wheel has turned."""
        pixel = self._pixel(event.position())
        if pixel is not None:
            self._say(self._input.wheel(event.angleDelta().y(), *pixel))
