"""The child's work: the netvm's pixels into dom0's memory, the window's keys into the netvm's page, until either ends.

There is a child for as long as there is a window, and no longer. It touches the descriptors that it was given and the
memory that it maps by them, and runs as well in the sandbox as outside of it. What rings is not listened to before its
turn, so that a netvm that rings without end wakes it no more often than one that shows a film, and not at all while
nobody looks.
"""

from __future__ import annotations

import os
import select
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from qnet_gui.display.copier import copy_pixels
from qnet_gui.display.pacing import Pacer
from qnet_gui.display.shared_pages import ScreenPages
from qnet_gui.display.vfb_page import acknowledge, consumed_before, directory_frames, pixel_frames, updates
from qnet_gui.display.vkbd_page import InputRing
from qnet_gui.display.xen_devices import Channels, Frames
from qnet_gui.model.netvm_screen.screen import Geometry
from qnet_gui.model.netvm_screen.screen_wire import (
    SIZE,
    Changed,
    KeyPress,
    Look,
    PointerAt,
    ReleaseAll,
    packed,
    parsed_input,
)


@dataclass(frozen=True, slots=True)
class ChildInputs:
    """What the child has: the domain's memory and ports, where its pages are, the picture, and the window's socket.

    `window` keeps datagrams apart and does not block. `down`: keys that another child may have left down.
    """

    frames: Frames
    channels: Channels
    pages: ScreenPages
    geometry: Geometry
    picture: memoryview
    window: int
    down: Iterable[int] = ()


class ScreenChild:
    """For one window. `BadInput` where the netvm or the window lies, `OSError` where a frame cannot be mapped."""

    def __init__(self, inputs: ChildInputs, clock: Callable[[], float] = time.monotonic) -> None:
        self._inputs, self._clock = inputs, clock
        geometry, frames, channels = inputs.geometry, inputs.frames, inputs.channels
        self._vfb = frames.map([inputs.pages.vfb.frame], writable=True)
        self._ring = InputRing(frames.map([inputs.pages.vkbd.frame], writable=True), geometry, inputs.down)
        untrusted_directory = bytes(frames.map(directory_frames(self._vfb, geometry)))
        self._untrusted_pixels = frames.map(pixel_frames(untrusted_directory, geometry))
        self._consumed = consumed_before(self._vfb)
        self._pacer = Pacer(geometry)
        self._vfb_port = channels.bind(inputs.pages.vfb.port)
        self._vkbd_port = channels.bind(inputs.pages.vkbd.port)
        self._rung: set[int] = set()
        self._choked = False

    def run(self) -> None:
        """Go on until the window's socket is closed at its other end; no key is down then."""
        self._put_in(ReleaseAll())
        try:
            while self.turn():
                pass
        finally:
            self._put_in(ReleaseAll())

    def turn(self) -> bool:
        """Wait until something happens, and do what there is to do; False once the socket is closed."""
        ready = self._wait()
        if ready.get(self._inputs.window, 0) & ~select.POLLOUT and not self._hear():
            return False
        if ready.get(self._inputs.window, 0) & select.POLLOUT:
            self._choked = False
        if self._inputs.channels.fileno() in ready:
            self._rung.update(self._inputs.channels.take())
        if (self._vfb_port in self._rung and self._pacer.looks) or (self._vkbd_port in self._rung and self._ring.waits):
            self._pacer.wake()
        if not self._choked and self._pacer.begin(self._clock()):
            self._attend()
            self._copy()
        return True

    def _wait(self) -> dict[int, int]:
        seconds = None if self._choked else self._pacer.wait(self._clock())
        poller = select.poll()
        poller.register(self._inputs.window, select.POLLIN | (select.POLLOUT if self._choked else 0))
        poller.register(self._inputs.channels.fileno(), select.POLLIN)
        return dict(poller.poll(None if seconds is None else seconds * 1000))

    def _hear(self) -> bool:
        """One message of the window."""
        try:
            message = os.read(self._inputs.window, SIZE + 1)
        except ConnectionResetError:
            message = b""
        if not message:
            return False
        event = parsed_input(message)
        if isinstance(event, Look):
            self._pacer.look(event.looks)
        else:
            self._put_in(event)
        return True

    def _put_in(self, event: KeyPress | PointerAt | ReleaseAll) -> None:
        if self._ring.take(event):
            self._inputs.channels.notify(self._vkbd_port)

    def _attend(self) -> None:
        """Listen again to what has rung, and then look at why, so that nothing is missed."""
        if self._vkbd_port in self._rung and self._ring.waits:
            self._listen_to(self._vkbd_port)
            if self._ring.go_on():
                self._inputs.channels.notify(self._vkbd_port)
        if self._pacer.looks:
            if self._vfb_port in self._rung:
                self._listen_to(self._vfb_port)
            self._take_updates()

    def _listen_to(self, port: int) -> None:
        self._rung.discard(port)
        self._inputs.channels.listen(port)

    def _take_updates(self) -> None:
        taken = updates(self._vfb, self._consumed, self._inputs.geometry)
        if taken.consumed != self._consumed:
            self._consumed = taken.consumed
            acknowledge(self._vfb, self._consumed)
            self._pacer.changed(taken.rectangles)
            self._inputs.channels.notify(self._vfb_port)

    def _copy(self) -> None:
        """A window that does not read has to be told of all once it does, and nothing is copied until then."""
        parts = self._pacer.take()
        copy_pixels(self._untrusted_pixels, self._inputs.picture, self._inputs.geometry, parts)
        for part in parts:
            try:
                os.write(self._inputs.window, packed(Changed(part)))
            except BlockingIOError:
                self._choked = True
                self._pacer.changed([self._inputs.geometry.whole])
                return
            except (BrokenPipeError, ConnectionResetError):
                # it has ended, which the next turn is told
                return
