"""A window's end of `qnet-display`: says what a person does, hears where the picture has changed, until either ends.

It never waits. What comes is parsed strictly; anything off is the end, as is a socket that takes no more keys: that
releases them all, at the other end. Touches the socket that it is given.
"""

from __future__ import annotations

import contextlib
import logging
import mmap
import socket
from collections import deque
from collections.abc import Iterable

from qnet_gui.model.errors import BadInput
from qnet_gui.model.messages.screen import ScreenCode
from qnet_gui.model.netvm_screen.screen import Geometry
from qnet_gui.model.netvm_screen.screen_wire import SIZE, Input, PointerAt, Taken, packed, parsed_output
from qnet_gui.tray.qt import QObject, QSocketNotifier, QTimer, pyqtSignal
from qnet_gui.tray.session import picture

log = logging.getLogger(__name__)
#: More messages at a time are a flood, since `qnet-display` has 16 for each of 30 turns a second: for so many
#: milliseconds nothing is listened to then.
_AT_ONCE, _REST = 64, 200
#: The kernel keeps as few as ten of the messages to a socket (net.unix.max_dgram_qlen). So many more wait here, before
#: it is taken for sure that nobody reads them any more.
_WAITING_MAX = 256


class ScreenLink(QObject):
    """`painted` is emitted with a `Rectangle` that has changed; `ended` once, when the other end has gone."""

    painted = pyqtSignal(object)
    ended = pyqtSignal()

    def __init__(self, geometry: Geometry, mapping: mmap.mmap, window: socket.socket, parent: QObject) -> None:
        super().__init__(parent)
        self.geometry = geometry
        #: The pixels, to be read.
        self.mapping = mapping
        #: Whether another window has the screen now, which is said before the end.
        self.taken = False
        self._window = window
        self._open = True
        self._waiting: deque[Input] = deque()
        self._notifier = QSocketNotifier(window.fileno(), QSocketNotifier.Type.Read, self)  # type: ignore[arg-type]
        self._notifier.activated.connect(self._ready)
        self._room = QSocketNotifier(window.fileno(), QSocketNotifier.Type.Write, self)  # type: ignore[arg-type]
        self._room.setEnabled(False)
        self._room.activated.connect(self._send)
        self._rest = QTimer(self)
        self._rest.setSingleShot(True)
        self._rest.setInterval(_REST)
        self._rest.timeout.connect(self._listen_again)

    def say(self, messages: Iterable[Input]) -> None:
        """Tell what a person does. What there is no room for waits, and of places of the pointer the last one."""
        if not self._open:
            return
        for message in messages:
            if self._waiting and _moves(message) and _moves(self._waiting[-1]):
                self._waiting.pop()
            self._waiting.append(message)
        self._send()

    def _send(self) -> None:
        while self._open and self._waiting:
            try:
                self._window.send(packed(self._waiting[0]))
            except BlockingIOError:
                break
            except OSError:
                self._ready()  # it may have said why
                self._end()
                return
            self._waiting.popleft()
        if len(self._waiting) > _WAITING_MAX:
            log.info("qnet-display takes no more keys")
            self._end()
        elif self._open:
            self._room.setEnabled(bool(self._waiting))

    def _ready(self) -> None:
        for _ in range(_AT_ONCE):
            if not self._open:
                return
            try:
                untrusted_message = self._window.recv(SIZE + 1)
                if not untrusted_message:
                    self._end()
                    return
                said = parsed_output(untrusted_message, self.geometry)
            except BlockingIOError:
                return
            except ConnectionResetError:  # it has not read all that we said; what it said is still to be read
                continue
            except (OSError, BadInput) as error:
                log.info("the picture ends: %s", error)
                self._end()
                return
            if isinstance(said, Taken):
                self.taken = True
            else:
                self.painted.emit(said.rectangle)
        self._notifier.setEnabled(False)
        self._rest.start()

    def _listen_again(self) -> None:
        self._notifier.setEnabled(self._open)

    def _end(self) -> None:
        if self._open:
            self.close()
            self.ended.emit()

    def close(self) -> None:
        """Look no longer: it ends at the other end as well, and releases all keys. Nothing is emitted any more."""
        if self._open:
            self._open = False
            self._rest.stop()
            self._waiting.clear()
            self._notifier.setEnabled(False)
            self._room.setEnabled(False)
            with contextlib.suppress(OSError):
                # whoever has another descriptor of it
                self._window.shutdown(socket.SHUT_RDWR)
            self._window.close()


def _moves(message: Input) -> bool:
    """Whether it says no more than where the pointer is."""
    return isinstance(message, PointerAt) and not message.wheel


def link(width: int, height: int, picture_descriptor: int, window_descriptor: int, parent: QObject) -> ScreenLink:
    """A link by what the helper gave; the descriptors stay the caller's. `BadInput` where they are no such."""
    geometry = Geometry(width, height)
    mapping = picture.mapped(picture_descriptor, geometry)
    try:
        window = socket.fromfd(window_descriptor, socket.AF_UNIX, socket.SOCK_SEQPACKET)
    except OSError:
        raise BadInput(ScreenCode.SCREEN_PICTURE_WRONG) from None
    window.setblocking(False)
    return ScreenLink(geometry, mapping, window, parent)
