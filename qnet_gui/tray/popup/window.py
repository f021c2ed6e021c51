"""The popup: thin widgets around a `PopupView`, made at the click that opens it and freed when it closes.

It is a window of its own without a frame and not Qt's popup: that would take the keyboard from everybody, and a
password dialog that comes up would get no password. It closes when the keyboard goes elsewhere, on Escape, and on
another click on the icon. Where a window cannot say where it is to be (Wayland), it is an ordinary small window.
"""

from __future__ import annotations

import time

from qnet_gui.model.translation import tr
from qnet_gui.tray.paint import colours
from qnet_gui.tray.popup.domain_list import DomainList
from qnet_gui.tray.popup.ends import Foot, Head
from qnet_gui.tray.popup.keys import follow_arrows
from qnet_gui.tray.popup.message import InlineMessage
from qnet_gui.tray.popup.parts import GAP, FaintLabel, Separator, say, show_icons
from qnet_gui.tray.popup.uplink import UplinkBlock
from qnet_gui.tray.qt import (
    QApplication,
    QCloseEvent,
    QEvent,
    QFrame,
    QHBoxLayout,
    QKeyEvent,
    QKeySequence,
    QMainWindow,
    QPainter,
    QPaintEvent,
    QScrollArea,
    QShowEvent,
    QSize,
    Qt,
    QTimer,
    QVBoxLayout,
    QWidget,
    pyqtBoundSignal,
    pyqtSignal,
)
from qnet_gui.tray.session.app_state import AppState
from qnet_gui.tray.state.cures import MessageView
from qnet_gui.tray.state.menu import Action, ActionRequest
from qnet_gui.tray.state.popup import PopupView, Seen, popup
from qnet_gui.tray.widgets.keyboard import rests
from qnet_gui.tray.widgets.own_font import follow_font

#: Pixels, or letters where they are more: how wide it is where there is room. Pixels, or lines: the highest that it is.
WIDTH, LETTERS, HIGHEST, LINES = 400, 58, 720, 36
#: Milliseconds between two looks at the countdown.
_SECOND = 1000
#: What leads elsewhere: the popup is in its way.
_STAYS = frozenset(
    {Action.PAUSE, Action.UNPAUSE, Action.ATTACH, Action.DETACH, Action.REAPPLY, Action.EXTEND, Action.MOVE}
)


class Popup(QMainWindow):
    """One of Qt's main windows, since to a screen reader no plainer one is a window.

    `anchored`: it stands at the icon. Traffic is watched for as long as it is there.

    `resized` is emitted when it needs another size than it has; whoever placed it places it again. `closed`: it goes.
    """

    resized = pyqtSignal()
    closed = pyqtSignal()

    def __init__(self, app_state: AppState, anchored: bool = True) -> None:
        super().__init__()
        for flag in (Qt.WindowType.Tool, Qt.WindowType.FramelessWindowHint, Qt.WindowType.WindowStaysOnTopHint):
            self.setWindowFlag(flag, anchored)
        self.anchored = anchored
        self._app_state = app_state
        self._view: PopupView | None = None
        self._closing = False
        self.setObjectName("popup")
        self.setMinimumSize(WIDTH // 2, WIDTH // 2)  # else Qt has one of its own, which large letters make too large
        self.setWindowTitle(tr("Network"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setProperty("_KDE_NET_WM_FORCE_SHADOW", True)
        self._build()
        follow_arrows(self, lambda: self._list.rows)
        self._leaving = QTimer(self)  # not by Qt's call for a single shot, which leaves something behind when it goes
        self._leaving.setSingleShot(True)
        self._leaving.setInterval(0)
        self._leaving.timeout.connect(self._left)
        self._second = QTimer(self)
        self._second.setInterval(_SECOND)
        self._second.timeout.connect(self.refresh)
        for signal in self._signals():
            signal.connect(self.refresh)
        app_state.traffic.start()
        self.refresh()

    def _signals(self) -> tuple[pyqtBoundSignal, ...]:
        """Of what it shows the news."""
        return self._app_state.changed, self._app_state.moved, self._app_state.traffic.changed

    # -- how it is built

    def _build(self) -> None:
        whole = QWidget()
        self.setCentralWidget(whole)
        self._column = column = QVBoxLayout(whole)
        column.setContentsMargins(1, 1, 1, 1)
        column.setSpacing(0)
        self._connection = InlineMessage(self._do, self)
        self._uplink = UplinkBlock()
        self._messages: list[InlineMessage] = []
        self._notes = QWidget()  # with a place of its own, so that they are read out where they stand
        QVBoxLayout(self._notes).setContentsMargins(0, 0, 0, 0)
        self._notes.layout().setSpacing(GAP)
        self._count, self._empty = FaintLabel(), FaintLabel(wrapped=True)
        self._list = DomainList(self._do)
        self._body = QVBoxLayout()
        self._body.setContentsMargins(GAP, GAP, GAP, GAP)
        self._body.setSpacing(GAP)
        for widget in (self._connection, self._uplink, self._notes):
            self._body.addWidget(widget)
        inner = QWidget()
        content = QVBoxLayout(inner)
        content.setContentsMargins(0, 0, 0, 0)
        content.setSpacing(0)
        content.addLayout(self._body)
        self._line = Separator()
        content.addWidget(self._line)
        content.addLayout(self._domains())
        content.addStretch()
        self._scroll = QScrollArea()
        self._scroll.setFrameShape(QFrame.NoFrame)
        self._scroll.setWidgetResizable(True)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._scroll.setWidget(inner)
        self._inner = inner
        for widget in (self._scroll.viewport(), inner):
            widget.setAutoFillBackground(False)
        now = self._now()
        self._head, self._foot = Head(now.tools, self._do, self.anchored), Foot(now.footer, self._do)
        for widget in (self._head, Separator(), self._scroll, Separator(), self._foot):
            column.addWidget(widget)

    def _domains(self) -> QVBoxLayout:
        row, column, self._heading = QHBoxLayout(), QVBoxLayout(), FaintLabel()
        self._heading.setText(tr("Domains"))
        row.setContentsMargins(GAP, 6, GAP, 2)
        row.addWidget(self._heading)
        row.addStretch()
        row.addWidget(self._count)
        column.setContentsMargins(GAP, 0, GAP, GAP)
        column.setSpacing(0)
        column.addLayout(row)
        self._empty.setContentsMargins(GAP, 0, GAP, 0)
        for widget in (self._empty, self._list):
            column.addWidget(widget)
        return column

    # -- what it shows

    def _now(self) -> PopupView:
        state, history = self._app_state, self._app_state.traffic.history
        seen = Seen(state.snapshot, state.progress, state.asked, history, state.unreadable, state.in_doubt)
        return popup(seen, time.time())

    def refresh(self) -> None:
        """Show what is so now; only what differs is touched, and the keyboard stays where it was, or is nowhere."""
        view, old = self._now(), self._view
        if view.ticks != self._second.isActive():
            (self._second.start if view.ticks else self._second.stop)()
        if view == old:
            return
        self._view = view
        focused, row = self.focusWidget(), self._list.row_with(self.focusWidget())
        self._connection.setVisible(view.connection is not None)
        if view.connection is not None:
            self._connection.show_message(view.connection)
        self._uplink.show_uplink(view.uplink)
        self._show_messages(view.messages)
        self._list.show_rows(view.rows)
        for label, text in ((self._count, view.count), (self._empty, view.empty)):
            say(label, text)
        for part in (self._line, self._heading):
            part.setVisible(bool(view.rows or view.empty))
        self._head.show_buttons(view.tools)
        self._foot.show_buttons(view.footer)
        if focused is not None and self.focusWidget() is not focused:
            # what had it cannot have it now: its row takes it, and never what happens to stand beside it
            (row if row is not None and row.isVisible() else self).setFocus()
        self._fit()

    def _show_messages(self, views: tuple[MessageView, ...]) -> None:
        while len(self._messages) < len(views):
            self._messages.append(InlineMessage(self._do, self._notes))
            self._notes.layout().addWidget(self._messages[-1])
        for index, made in enumerate(self._messages):
            made.setVisible(index < len(views))
            if index < len(views):
                made.show_message(views[index])
        self._notes.setVisible(bool(views))
        self._order_keys()

    def _order_keys(self) -> None:
        """Buttons that have come since are where they stand for Tab as well, and not behind all others."""
        before: QWidget = self._head.pin
        for button in (button for message in (self._connection, *self._messages) for button in message.stops):
            if before.nextInFocusChain() is not button:
                self.setTabOrder(before, button)
            before = button

    # -- its size

    def wanted(self) -> QSize:
        """The size in which nothing is cut off; labels that wrap need a height that depends on the width."""
        parts = [self._column.itemAt(index).widget() for index in range(self._column.count())]
        if not self.isVisible():
            # the style may give something another font, and more room; each has its own children polished by Qt, for
            # to ask for all of them is to ask for what Qt itself has made, and may have taken away
            for part in (*parts, self._inner, *self._messages, *self._list.rows):
                part.ensurePolished()
            self._uplink.show()  # else the layout takes it for hidden until it is on the screen
        width = max(WIDTH, self.fontMetrics().averageCharWidth() * LETTERS)
        around = self.contentsMargins().top() + self.contentsMargins().bottom() + 2
        around += sum(max(part.sizeHint().height(), part.minimumHeight()) for part in parts if part is not self._scroll)
        height = self._content_height(width - 2)
        if height + around > (highest := max(HIGHEST, self.fontMetrics().height() * LINES)):
            height = self._content_height(width - 2 - self._scroll.verticalScrollBar().sizeHint().width())
        return QSize(width, min(highest, height + around))

    def _content_height(self, width: int) -> int:
        layout = self._inner.layout()
        layout.activate()
        return layout.heightForWidth(width) if layout.hasHeightForWidth() else layout.sizeHint().height()

    def _fit(self) -> None:
        if self.isVisible() and self.height() != self.wanted().height():
            self.resized.emit()

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802 (Qt's)
        """Whatever the style has made of it by now is what counts."""
        super().showEvent(event)
        self._fit()

    # -- keyboard, closing

    def _do(self, request: ActionRequest) -> None:
        self._app_state.requested.emit(request)
        if request.action not in _STAYS and self.anchored and not self._head.pin.isChecked():
            self.close()

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 (Qt's)
        """Escape and the desktop's own keys close it."""
        if event.key() == Qt.Key.Key_Escape or event.matches(QKeySequence.Close):
            self.close()
        else:
            super().keyPressEvent(event)

    def focusNextPrevChild(self, forward: bool) -> bool:  # noqa: N802 (Qt's)
        """It has the keyboard itself when what had it goes."""
        return rests(self) or bool(super().focusNextPrevChild(forward))

    def first_stop(self) -> None:
        """The keyboard begins at the first domain, or at the first button of a message, or nowhere in particular."""
        rows = self._list.rows
        (rows[0] if rows else self).setFocus()

    def closeEvent(self, event: QCloseEvent) -> None:  # noqa: N802 (Qt's)
        """Nobody looks any more; Qt deletes it when this is over."""
        if not self._closing:
            self._closing = True
            self._app_state.traffic.stop()
            for signal in self._signals():  # Qt does so too, but leaves something behind with who lives longer
                signal.disconnect(self.refresh)
            self.closed.emit()
        super().closeEvent(event)

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 (Qt's)
        """The keyboard has gone to another window; a menu of ours is none. Or the theme is another, or the letters."""
        if event.type() == QEvent.Type.ActivationChange and not self.isActiveWindow() and self.anchored:
            self._leaving.start()
        if event.type() in (QEvent.Type.PaletteChange, QEvent.Type.FontChange):
            show_icons(self)
        if event.type() == QEvent.Type.FontChange and self._view is not None:
            follow_font(self)
            self._list.fit()
            self.resized.emit()
        super().changeEvent(event)

    def _left(self) -> None:
        ours = QApplication.activePopupWidget() is not None or QApplication.activeModalWidget() is not None
        if not self.isActiveWindow() and not ours and not self._head.pin.isChecked():
            self.close()

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802 (Qt's)
        """An edge where there is no frame."""
        if self.anchored:
            painter = QPainter(self)
            painter.setPen(colours.line(self.palette()))
            painter.drawRect(self.rect().adjusted(0, 0, -1, -1))
