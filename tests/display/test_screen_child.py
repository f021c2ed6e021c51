"""The child's work from a netvm's pixels to a window and from its keys to the netvm: in this process, turn by turn."""

from __future__ import annotations

import os
import socket
import struct
from collections.abc import Iterator
from dataclasses import replace

import pytest
from fakes.screen import ASKED, FakeNetvm

from qnet_gui.display.pacing import INTERVAL
from qnet_gui.display.screen_child import ChildInputs, ScreenChild
from qnet_gui.display.vkbd_page import XENKBD_IN_RING_LEN
from qnet_gui.lab.screen.memory import DIRECTORY_PAGE, PAGES, put_update, taken_inputs
from qnet_gui.model.errors import BadInput
from qnet_gui.model.netvm_screen.screen import Geometry, Rectangle
from qnet_gui.model.netvm_screen.screen_wire import (
    SIZE,
    Changed,
    Input,
    KeyPress,
    Look,
    PointerAt,
    packed,
    parsed_output,
)

VFB, VKBD = PAGES.vfb.port, PAGES.vkbd.port


class Window:
    """The applet's end, a child that is driven by hand, and a clock that stands."""

    def __init__(self, netvm: FakeNetvm) -> None:
        self.netvm, self.now = netvm, 100.0
        self.socket, self._its = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._its.setblocking(False)
        self.socket.setblocking(False)
        self.picture = bytearray(ASKED.size)
        self.inputs = ChildInputs(
            netvm.frames(), netvm.channels(), PAGES, ASKED, memoryview(self.picture), self._its.fileno()
        )

    def child(self) -> ScreenChild:
        return ScreenChild(self.inputs, lambda: self.now)

    def say(self, child: ScreenChild, event: Input) -> None:
        self.socket.send(packed(event))
        assert child.turn()

    def changes(self) -> list[Rectangle]:
        """By now."""
        rectangles = []
        while True:
            try:
                message = os.read(self.socket.fileno(), SIZE)
            except BlockingIOError:
                return rectangles
            changed = parsed_output(message, ASKED)
            rectangles.append(changed.rectangle)

    def close(self) -> None:
        self.socket.close()
        self._its.close()


@pytest.fixture
def netvm() -> Iterator[FakeNetvm]:
    netvm = FakeNetvm()
    yield netvm
    netvm.close()


@pytest.fixture
def window(netvm: FakeNetvm) -> Iterator[Window]:
    window = Window(netvm)
    yield window
    window.close()


@pytest.fixture
def child(window: Window) -> ScreenChild:
    return window.child()


def looking(window: Window, child: ScreenChild) -> None:
    window.say(child, Look(True))
    assert window.changes() == [ASKED.whole]
    window.now += INTERVAL


def test_who_looks_sees_all(window: Window, child: ScreenChild, netvm: FakeNetvm) -> None:
    netvm.draw(0, 0, 64, 48, 0x5A)
    looking(window, child)
    assert window.picture == netvm.pixels


def test_a_screen_of_two_pages_of_directory_is_seen(window: Window) -> None:
    large = Geometry(1024, 768)
    netvm = FakeNetvm(large)
    netvm.draw(0, 0, 1024, 768, 0x5A)
    netvm.draw(1000, 700, 24, 68, 0x12)
    picture = bytearray(large.size)
    child = ScreenChild(
        replace(
            window.inputs, frames=netvm.frames(), channels=netvm.channels(), geometry=large, picture=memoryview(picture)
        )
    )
    window.say(child, Look(True))
    assert picture == netvm.pixels
    netvm.close()


def test_what_changes_is_seen(window: Window, child: ScreenChild, netvm: FakeNetvm) -> None:
    looking(window, child)
    netvm.draw(3, 4, 5, 6, 0x77)
    netvm.ring(VFB)
    assert child.turn()
    assert window.changes() == [Rectangle(3, 4, 8, 10)]
    assert window.picture == netvm.pixels
    assert [netvm.next_sound(), netvm.next_sound()] == [("listens", VFB), ("rang", VFB)]


def test_what_has_rung_is_not_listened_to_before_its_turn(window: Window, child: ScreenChild, netvm: FakeNetvm) -> None:
    looking(window, child)
    netvm.ring(VFB)
    child.turn()
    assert netvm.next_sound() == ("listens", VFB)
    for _ in range(5):
        put_update(netvm.vfb, 0, 0, 1, 1)
        netvm.ring(VFB)
        window.say(child, PointerAt(1, 1))
        assert netvm.next_sound() == ("rang", VKBD)
    assert netvm.heard_nothing()
    assert window.changes() == []
    window.now += INTERVAL
    child.turn()
    assert netvm.next_sound() == ("listens", VFB)
    assert window.changes() == [Rectangle(0, 0, 1, 1)]


def test_while_nobody_looks_nothing_is_listened_to(window: Window, child: ScreenChild, netvm: FakeNetvm) -> None:
    netvm.draw(3, 4, 5, 6, 0x77)
    netvm.ring(VFB)
    child.turn()
    assert netvm.heard_nothing()
    assert child._pacer.wait(window.now) is None
    assert window.changes() == []
    looking(window, child)
    assert netvm.next_sound() == ("listens", VFB)


def test_who_ends_looking_hears_nothing_any_more(window: Window, child: ScreenChild, netvm: FakeNetvm) -> None:
    looking(window, child)
    window.say(child, Look(False))
    netvm.draw(3, 4, 5, 6, 0x77)
    netvm.ring(VFB)
    child.turn()
    assert window.changes() == []


def test_keys_reach_the_netvm(window: Window, child: ScreenChild, netvm: FakeNetvm) -> None:
    window.say(child, KeyPress(30, True))
    assert netvm.next_sound() == ("rang", VKBD)
    assert taken_inputs(netvm.vkbd) == [(3, 1, 30)]


@pytest.mark.parametrize("goes", ["window", "netvm"])
def test_whoever_goes_no_key_stays_down(window: Window, child: ScreenChild, netvm: FakeNetvm, goes: str) -> None:
    for code in (29, 0x110):
        window.socket.send(packed(KeyPress(code, True)))
    if goes == "window":
        window.socket.close()
        child.run()
    else:
        struct.pack_into("<I", netvm.vfb, 12, 4711)
        window.socket.send(packed(Look(True)))
        with pytest.raises(BadInput):
            child.run()
    assert taken_inputs(netvm.vkbd)[2:] == [(3, 0, 29), (3, 0, 0x110)]


def test_a_release_is_put_in_when_the_netvm_reads_again(window: Window, child: ScreenChild, netvm: FakeNetvm) -> None:
    window.say(child, KeyPress(29, True))
    for _ in range(XENKBD_IN_RING_LEN):
        window.say(child, PointerAt(1, 1))
    window.say(child, KeyPress(29, False))
    taken_inputs(netvm.vkbd)
    netvm.ring(VKBD)
    child.turn()
    assert taken_inputs(netvm.vkbd) == [(3, 0, 29)]


def test_a_window_that_does_not_read_costs_nothing(window: Window, child: ScreenChild, netvm: FakeNetvm) -> None:
    looking(window, child)
    window.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1)
    while not child._choked:
        put_update(netvm.vfb, 0, 0, 1, 1)
        window.now += INTERVAL
        netvm.ring(VFB)
        assert child.turn()
        netvm.next_sound(), netvm.next_sound()
    before = bytes(window.picture)
    netvm.draw(0, 0, 64, 48, 0x33)
    window.now += INTERVAL
    netvm.ring(VFB)
    child.turn()
    assert window.picture == before
    assert window.changes()
    child.turn()
    assert window.changes() == [ASKED.whole]
    assert window.picture == netvm.pixels


@pytest.mark.parametrize("message", [b"x", b"x" * SIZE, b"x" * 100, packed(Changed(ASKED.whole))])
def test_a_window_that_says_anything_else_is_the_end(window: Window, child: ScreenChild, message: bytes) -> None:
    window.socket.send(message)
    with pytest.raises(BadInput):
        child.run()


@pytest.mark.parametrize("frame", [DIRECTORY_PAGE + 1000, (1 << 40) - 1])
@pytest.mark.parametrize("entry", [0, 1, 2])
def test_a_frame_that_is_not_the_netvms_is_the_end(window: Window, netvm: FakeNetvm, frame: int, entry: int) -> None:
    struct.pack_into("<Q", netvm.page(DIRECTORY_PAGE), 8 * entry, frame)
    with pytest.raises(OSError, match="a frame of domain 7"):
        window.child()


def test_another_size_than_asked_for_is_the_end(window: Window, netvm: FakeNetvm) -> None:
    struct.pack_into("<i", netvm.vfb, 16, 4096)
    with pytest.raises(BadInput, match=r"^width is "):
        window.child()


def test_another_size_later_changes_nothing(window: Window, child: ScreenChild, netvm: FakeNetvm) -> None:
    struct.pack_into("<iiII", netvm.vfb, 16, 4096, 4096, 2**31, 2**31)
    put_update(netvm.vfb, 4096, 4096, 16384, 32, kind=3)
    looking(window, child)
    assert window.picture == netvm.pixels
