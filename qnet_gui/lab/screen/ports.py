"""The domain's end of its event channels, over the far end of the socket behind `devices.Evtchn`. Touches that socket.

A port that was rung is silent at dom0's end until it is listened to again, and what is rung meanwhile rings then; one
that is bound rings once, so that nothing is missed. As Linux' evtchn and Xen have it.
"""

from __future__ import annotations

import contextlib
import socket

from qnet_gui.lab.screen.devices import BOUND, LOCAL, NOTIFIED, WORD

_AT_ONCE = 64 * WORD.size


class Ports:
    """`far` is the socket's end, of words that stay whole."""

    def __init__(self, far: socket.socket, ports: tuple[int, ...]) -> None:
        self._far = far
        far.setblocking(False)
        #: Of those that dom0 has not bound yet, or has not listened to since they rang.
        self._silent = set(ports)
        self._due: set[int] = set()

    def fileno(self) -> int:
        """Readable when dom0 has done something."""
        return self._far.fileno()

    def ring(self, port: int) -> None:
        """Ring it, now or as soon as it is listened to."""
        if port in self._silent:
            self._due.add(port)
            return
        self._silent.add(port)
        self._due.discard(port)
        # if there is no room, dom0 has enough there to wake it
        with contextlib.suppress(BlockingIOError):
            self._far.send(WORD.pack(port + LOCAL))

    def hear(self) -> set[int] | None:
        """The ports that dom0 has rung, without waiting; None when there is no other end any more."""
        try:
            data = self._far.recv(_AT_ONCE)
        except BlockingIOError:
            return set()
        except ConnectionResetError:
            data = b""
        if not data:
            return None
        rung = set()
        for (word,) in WORD.iter_unpack(data):
            port = (word & ~(NOTIFIED | BOUND)) - LOCAL
            if word & NOTIFIED:
                rung.add(port)
            else:
                self._silent.discard(port)
                if word & BOUND or port in self._due:
                    self.ring(port)
        return rung
