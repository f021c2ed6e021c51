"""The root part of `qnet-display`: answers libxl, follows the domain's end, and gives each window a child.

One thread, one wait. Of the domain it parses numbers in xenstore; its pages are the child's matter. Touches xenstore,
sockets and processes.
"""

from __future__ import annotations

import contextlib
import logging
import os
import select
import socket
import struct
from collections.abc import Callable

from qnet_gui.display.child_process import ChildProcess
from qnet_gui.display.libxl.qmp_sockets import QmpSockets
from qnet_gui.display.picture_memory import PictureMemory
from qnet_gui.display.screen_nodes import ScreenNodes, XenbusState
from qnet_gui.display.shared_pages import ScreenPages
from qnet_gui.model.errors import BadInput, StoreError, StoreGone
from qnet_gui.model.netvm_screen.screen import Geometry
from qnet_gui.model.netvm_screen.screen_wire import ANSWER, BUTTONS, KEYS, Taken, packed
from qnet_gui.runtime.flood_limit import FloodLimit
from qnet_gui.store.client import Store

log = logging.getLogger(__name__)
#: Starts a child: where the pages are, the picture, the window's socket, and keys that may be down.
StartChild = Callable[[ScreenPages, memoryview, int, tuple[int, ...]], ChildProcess]
_ALL = (*KEYS, *BUTTONS)
_PEERCRED = struct.Struct("=iII")


class DisplayServer:
    """For one domain. `windows` listens for the helper, and hands out one window: the newest takes its place.

    Whose place was taken is told so, since he would ask anew for what ends otherwise, and two take it from each other.
    """

    def __init__(
        self, nodes: ScreenNodes, store: Store, qmp: QmpSockets, windows: socket.socket, start: StartChild,
        geometry: Geometry, limit: FloodLimit | None = None,
    ) -> None:  # fmt: skip
        self._nodes, self._store, self._qmp, self._windows, self._start = nodes, store, qmp, windows, start
        self._geometry, self._memory = geometry, PictureMemory(geometry)
        self._child: ChildProcess | None = None
        self._window: socket.socket | None = None
        self._down: tuple[int, ...] = ()
        self._pages: ScreenPages | None = None
        self._told_netvm: bool | None = None
        # a domain may write its nodes without end
        self._limit = limit or FloodLimit()
        windows.setblocking(False)

    def offer(self) -> bool:
        """Watch first, then say what there is, and that libxl may go on; False where the domain has ended already.

        Where somebody was in our place before, keys that were pressed through him may still be down.
        """
        for path in self._nodes.watched():
            self._store.watch(path)
        if self._nodes.ended():
            return False
        if self._nodes.connected():
            self._down = _ALL
        self._nodes.offer(self._geometry)
        self._nodes.tell_libxl(os.getppid())
        self._tell_netvm()
        return True

    def run(self) -> None:
        """Until the domain has no use for a screen any more; `StoreGone` where xenstore does not answer."""
        try:
            while self.turn():
                pass
        finally:
            self.close()

    def turn(self) -> bool:
        """Wait until something happens, and see to it; False at the domain's end."""
        ready = self._wait()
        if self._child and self._child.fileno() in ready:
            self._reap()
        if self._store.fileno() in ready and self._store.events():
            self._limit.count()
            if not self._look():
                return False
        if self._windows.fileno() in ready:
            self._open_window()
        for descriptor in ready.intersection(self._qmp.filenos()):
            self._qmp.ready(descriptor)
        self._tell_netvm()
        return True

    def _wait(self) -> set[int]:
        """What is readable; xenstore is not listened to for a while when very much comes from there."""
        deaf = self._limit.delay(0.0)
        waited_for = {self._windows.fileno(), *self._qmp.filenos()}
        if not deaf:
            waited_for.add(self._store.fileno())
        if self._child:
            waited_for.add(self._child.fileno())
        poller = select.poll()
        for descriptor in waited_for:
            poller.register(descriptor, select.POLLIN)
        return {descriptor for descriptor, _ in poller.poll(deaf * 1000 if deaf else None)}

    def _look(self) -> bool:
        """How far the domain's ends are; False when they are at their end."""
        if self._nodes.ended():
            return False
        try:
            pages = self._nodes.pages()
        except BadInput as wrong:
            log.warning("the netvm's screen: %s", wrong)
            pages = None
        if pages != self._pages:
            self._pages = pages
            self._end_child()
            if pages:
                self._nodes.say(XenbusState.CONNECTED)
        return True

    def _tell_netvm(self) -> None:
        """Once a change: where a window takes another's place it has none to know of."""
        seen = self._child is not None
        if seen != self._told_netvm:
            self._told_netvm = seen
            try:
                self._nodes.tell_netvm(seen)
            except StoreGone:
                raise
            except StoreError as error:
                # it goes, or has nothing to show: neither is a reason to end
                log.info("the netvm cannot be told who looks: %s", error)

    def _open_window(self) -> None:
        try:
            asking, _ = self._windows.accept()
        except OSError:
            return
        with asking:
            asking.setblocking(False)
            if _uid(asking) not in (0, os.geteuid()):
                return
            try:
                self._answer(asking)
            except OSError as error:
                log.warning("no window could be given: %s", error)

    def _answer(self, asking: socket.socket) -> None:
        if not self._pages:
            asking.send(ANSWER.pack(0, 0))
            return
        if self._window:
            with contextlib.suppress(OSError):  # who does not read is not waited for
                self._window.send(packed(Taken()), socket.MSG_DONTWAIT)
        self._end_child()
        ours, its = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with ours, its:
            its.setblocking(False)
            self._child = self._start(self._pages, self._memory.pixels, its.fileno(), self._down)
            self._down, self._window = (), socket.socket(fileno=os.dup(its.fileno()))
            answer = ANSWER.pack(self._geometry.width, self._geometry.height)
            socket.send_fds(asking, [answer], [self._memory.fileno(), ours.fileno()])

    def _end_child(self) -> None:
        if self._child:
            self._child.kill()
            self._reap()

    def _reap(self) -> None:
        if self._child:
            ended, self._child = self._child.reap(), None
            if self._window:
                self._window.close()
                self._window = None
            if not ended.well:
                self._down = _ALL
                log.info("the netvm's picture has ended: %s", ended.why)

    def close(self) -> None:
        """End the child, and hear nobody any more; nothing when that has been done."""
        self._end_child()
        self._qmp.close()
        self._windows.close()
        self._memory.close()


def _uid(peer: socket.socket) -> int:
    _, uid, _ = _PEERCRED.unpack(peer.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _PEERCRED.size))
    return int(uid)
