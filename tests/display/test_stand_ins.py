"""What a lab has in place of Xen for the netvm's screen: its event channels, as the domain has them, and its ring."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator

import pytest

from qnet_gui.display.vfb_page import OUT_CONS, XENFB_OUT_RING_LEN, updates
from qnet_gui.lab.screen.devices import devices
from qnet_gui.lab.screen.memory import PAGES, DomainMemory
from qnet_gui.lab.screen.ports import Ports
from qnet_gui.model.netvm_screen.screen import Geometry, Rectangle

DOMID, PORT = 7, PAGES.vfb.port
SIZE = Geometry(64, 48)


class Xen:
    """Both ends of a domain's event channels, and its memory."""

    def __init__(self) -> None:
        self.memory_file = os.memfd_create("domain")
        self.memory = DomainMemory(self.memory_file, SIZE)
        self._near, self.far = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
        self.ports = Ports(self.far, (PORT,))
        self.bind_anew()

    def bind_anew(self) -> None:
        """A child of `qnet-display`, perhaps another one than before."""
        frames, self.channels = devices(self.memory_file, self._near.fileno(), DOMID)
        os.close(frames.fileno())
        self._opened = self.channels.fileno()
        self.port = self.channels.bind(PORT)

    def unbind(self) -> None:
        if self._opened >= 0:
            os.close(self._opened)
        self._opened = -1

    def end(self) -> None:
        """There is no `qnet-display` any more."""
        self.unbind()
        self._near.close()

    def close(self) -> None:
        self.end()
        self.far.close()
        self.memory.close()


@pytest.fixture
def xen() -> Iterator[Xen]:
    made = Xen()
    yield made
    made.close()


def test_a_port_rings_once_when_it_is_bound(xen: Xen) -> None:
    """What was rung before may have gone to nobody."""
    assert xen.channels.take() == []
    assert xen.ports.hear() == set()
    assert xen.channels.take() == [xen.port]


def test_what_rings_is_silent_until_it_is_listened_to_and_nothing_is_lost(xen: Xen) -> None:
    xen.ports.hear()
    xen.channels.take()
    for _ in range(3):
        xen.ports.ring(PORT)
    assert xen.channels.take() == []
    xen.channels.listen(xen.port)
    assert xen.ports.hear() == set()
    assert xen.channels.take() == [xen.port]
    xen.channels.listen(xen.port)
    assert xen.ports.hear() == set()
    assert xen.channels.take() == [], "nobody has rung since"


def test_who_binds_after_another_hears_it(xen: Xen) -> None:
    xen.ports.hear()
    xen.unbind()
    xen.ports.ring(PORT)
    xen.bind_anew()
    xen.ports.hear()
    assert set(xen.channels.take()) == {xen.port}


def test_the_domain_hears_who_rings_and_that_there_is_nobody_any_more(xen: Xen) -> None:
    xen.channels.notify(xen.port)
    assert xen.ports.hear() == {PORT}
    xen.end()
    assert xen.ports.hear() is None


def test_a_paused_domain_is_rung_without_end(xen: Xen) -> None:
    for _ in range(5000):
        xen.channels.notify(xen.port)
    heard = set()
    while rung := xen.ports.hear():
        heard |= rung
    assert heard == {PORT}


def test_what_the_ring_has_no_room_for_is_not_told(xen: Xen) -> None:
    part = Rectangle(1, 2, 4, 8)
    for _ in range(XENFB_OUT_RING_LEN - 1):
        assert xen.memory.tell(part)
    taken = updates(xen.memory.vfb, 0, SIZE)
    assert taken.rectangles == (part,)
    assert xen.memory.tell(part)
    assert not xen.memory.tell(part)
    xen.memory.vfb.cast("I")[OUT_CONS] = taken.consumed
    assert xen.memory.tell(part)
