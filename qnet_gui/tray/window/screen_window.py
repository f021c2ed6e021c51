"""The window with the netvm's screen: a frame and a head of ours around pixels of the netvm's.

The head and the frame have the colour of the netvm's label and its name, and nothing that the netvm paints reaches
them: whatever it shows, one sees whose it is. They say as well whether keys go there. Closing the window ends the
looking, and not the program that is looked at.
"""

from __future__ import annotations

from qnet_gui.model.domain import Label
from qnet_gui.model.netvm_screen.screen import Geometry
from qnet_gui.model.translation import tr
from qnet_gui.tray.netvm_screen.screen_place import fitted
from qnet_gui.tray.paint import colours
from qnet_gui.tray.qt import (
    QCloseEvent,
    QColor,
    QEvent,
    QHBoxLayout,
    QHideEvent,
    QKeyEvent,
    QKeySequence,
    QMainWindow,
    QPainter,
    QPaintEvent,
    QPalette,
    QRect,
    QShowEvent,
    QSize,
    QSizePolicy,
    QStackedWidget,
    Qt,
    QVBoxLayout,
    QWidget,
    pyqtSignal,
)
from qnet_gui.tray.session.app_state import AppState
from qnet_gui.tray.session.icons import application_icon
from qnet_gui.tray.session.netvm_screen import NetvmScreen
from qnet_gui.tray.widgets.own_font import follow_font, own_font
from qnet_gui.tray.widgets.parts import button, caption, placeholder, say
from qnet_gui.tray.widgets.screen_picture import ScreenPicture
from qnet_gui.tray.widgets.window_place import bring_back

_KEY = "screen"
#: Pixels: the frame's width, what is left of the screen, the smallest window, and the picture that room is made for as
#: long as there is none.
_FRAME, _SPARE, _SMALLEST, _USUAL = 4, 8, QSize(360, 240), Geometry(1024, 768)


class _Head(QWidget):
    """Whose the picture is, and whether keys go there."""

    def __init__(self) -> None:
        super().__init__()
        self._name, self._keys = caption(), caption()
        own_font(self._name, colours.strong)
        self._keys.setAlignment(Qt.Alignment(Qt.AlignmentFlag.AlignRight) | Qt.AlignmentFlag.AlignVCenter)
        # a narrow window keeps the name
        self._keys.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        row = QHBoxLayout(self)
        row.setContentsMargins(8, 4, 8, 4)
        row.setSpacing(12)
        row.addWidget(self._name)
        row.addWidget(self._keys, 1)

    def show_texts(self, name: str, keys: str) -> None:
        """Change them."""
        say(self._name, name)
        say(self._keys, keys)

    def paint_texts(self, colour: QColor) -> None:
        """In that colour."""
        for one in (self._name, self._keys):
            palette = one.palette()
            palette.setColor(QPalette.WindowText, colour)
            one.setPalette(palette)


class ScreenWindow(QMainWindow):
    """One of Qt's main windows, since to a screen reader no plainer one is a window. `closed`: it goes."""

    closed = pyqtSignal()

    def __init__(self, app_state: AppState) -> None:
        super().__init__()
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setObjectName(_KEY)
        self.setWindowIcon(application_icon())
        self.setMinimumSize(_SMALLEST)
        self._app_state = app_state
        self._label = Label.NONE
        self._typing = False
        #: The size that it has by itself.
        self._fitted = QSize()
        self.screen_session = NetvmScreen(app_state, self)
        self.picture = ScreenPicture(self.screen_session.say)
        self._head = _Head()
        self._word = placeholder()
        self._again = button(tr("Try again"), self.screen_session.ask_again)
        self._stack = QStackedWidget()
        self._instead = self._no_picture()
        self._stack.addWidget(self._instead)
        self._stack.addWidget(self.picture)
        whole = QWidget()
        self.setCentralWidget(whole)
        column = QVBoxLayout(whole)
        column.setContentsMargins(_FRAME, 0, _FRAME, _FRAME)
        column.setSpacing(0)
        column.addWidget(self._head)
        column.addWidget(self._stack, 1)
        self.picture.typing.connect(self._typing_changed)
        self.screen_session.painted.connect(self.picture.changed)
        self.screen_session.changed.connect(self._refresh)
        bring_back(self, app_state.settings.place(_KEY), lambda: self._fit(_USUAL))
        self._refresh()

    def _no_picture(self) -> QWidget:
        made = QWidget()
        made.setAutoFillBackground(True)
        column = QVBoxLayout(made)
        column.setContentsMargins(24, 24, 24, 24)
        column.addWidget(self._word, 1)
        row = QHBoxLayout()
        row.addStretch()
        row.addWidget(self._again)
        row.addStretch()
        column.addLayout(row)
        return made

    # -- what it shows

    def _refresh(self) -> None:
        """As it is now; the picture's memory is let go before anything else is shown."""
        view, link = self.screen_session.view, self.screen_session.link
        self.setWindowTitle(view.title)
        self.picture.setAccessibleName(view.title)
        say(self._word, view.word)
        can_ask = view.again and self._again.isHidden()
        self._again.setVisible(view.again)
        self._label = view.label
        self.picture.show_picture(link.mapping if link else None, link.geometry if link else None)
        shown = self.picture if link else self._instead
        if self._stack.currentWidget() is not shown:
            self._stack.setCurrentWidget(shown)
            if link:
                self._fit_again(link.geometry)
                self.picture.setFocus(Qt.FocusReason.OtherFocusReason)
        if can_ask:
            self._again.setFocus(Qt.FocusReason.OtherFocusReason)
        self._paint_head(view.name)

    def _typing_changed(self, typing: bool) -> None:
        self._typing = typing
        self._paint_head(self.screen_session.view.name)

    def _paint_head(self, name: str) -> None:
        if self._typing:
            keys = tr("Your keys go to {name}.", name=name)
        elif self.screen_session.link:
            keys = tr("Click into the picture to type there.")
        else:
            keys = ""
        self._head.show_texts(name, keys)
        self._head.paint_texts(colours.legible_on(self._colour()))
        self.update()

    def _colour(self) -> QColor:
        """Of the frame: the label's, and paler while keys go elsewhere."""
        full = colours.label_colour(self._label) or self.palette().color(QPalette.Mid)
        return full if self._typing else colours.tinted(self.palette(), full, 0.55)

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802 (Qt's)
        """The frame and the ground of the head; the rest is covered."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), self._colour())
        painter.end()

    # -- its size

    def _fit(self, geometry: Geometry) -> None:
        """As large as a picture, on a screen that has room for it; on a smaller one without bars beside it."""
        head = self._head.sizeHint().height()
        # What the window manager puts around, which is not known yet before the window is shown. One that is as high as
        # the screen would be maximised by KWin, and keep that height.
        more = self.frameGeometry().size() - self.size()
        title = (more.height() or 2 * head) + _SPARE
        screen = self.screen()
        room = screen.availableGeometry() if screen else QRect(0, 0, geometry.width, geometry.height)
        width, height = fitted(
            geometry, room.width() - more.width() - 2 * _FRAME, room.height() - title - head - _FRAME
        )
        self._fitted = QSize(width + 2 * _FRAME, height + head + _FRAME).expandedTo(self.minimumSize())
        self.resize(self._fitted)

    def _fit_again(self, geometry: Geometry) -> None:
        """Another picture than the usual one, or what is around is known now: if nobody has chosen the size."""
        if self.size() == self._fitted:
            self._fit(geometry)

    # -- who looks

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802 (Qt's)
        """Somebody looks."""
        super().showEvent(event)
        self._look()

    def hideEvent(self, event: QHideEvent) -> None:  # noqa: N802 (Qt's)
        """Nobody looks."""
        super().hideEvent(event)
        self._look()

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 (Qt's)
        """Some desktops do not hide what is minimised. Another theme has another ground, and what can be read on it."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.WindowStateChange:
            self._look()
        elif event.type() == QEvent.Type.FontChange:
            follow_font(self)
        elif event.type() == QEvent.Type.PaletteChange and hasattr(self, "_instead"):
            self._paint_head(self.screen_session.view.name)

    def _look(self) -> None:
        self.screen_session.look(self.isVisible() and not self.isMinimized())

    def closeEvent(self, event: QCloseEvent) -> None:  # noqa: N802 (Qt's)
        """The looking ends, for good."""
        self._app_state.settings.set_place(_KEY, self.saveGeometry())
        self.picture.show_picture(None, None)
        self.screen_session.close()
        super().closeEvent(event)
        self.closed.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 (Qt's)
        """While there is no picture, which takes all of them."""
        if event.key() == Qt.Key.Key_Escape or event.matches(QKeySequence.Close):
            self.close()
        else:
            super().keyPressEvent(event)
