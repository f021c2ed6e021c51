"""A netvm's screen without a netvm: its memory, its event channels, pages as Linux writes them and as nobody should."""

from __future__ import annotations

import os
import random
import socket
import struct
from collections.abc import Sequence

from qnet_gui.display.shared_pages import PAGE_SIZE
from qnet_gui.display.xen_devices import EventChannels, ForeignFrames
from qnet_gui.lab.screen.devices import BOUND, LOCAL, NOTIFIED, WORD, Evtchn, Privcmd
from qnet_gui.lab.screen.memory import (
    DIRECTORY_PAGE,
    DomainMemory,
    put_update,
    write_vfb_page,
)
from qnet_gui.model.netvm_screen.screen import Geometry

ASKED = Geometry(64, 48)
DOMID = 7


def vfb_page(geometry: Geometry = ASKED, directory: Sequence[int] = (DIRECTORY_PAGE,)) -> bytearray:
    page = bytearray(PAGE_SIZE)
    write_vfb_page(page, geometry, directory)
    return page


_WORDS = (0, 1, 2, 31, 32, 50, 51, 52, 64, 255, 4096, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFE, 0xFFFFFFFF)


def hostile(page: bytes | bytearray, chance: random.Random) -> bytearray:
    """Some words of it are wild, or all of it is noise."""
    if chance.random() < 0.2:
        return bytearray(chance.randbytes(len(page)))
    spoilt = bytearray(page)
    for _ in range(chance.randrange(1, 8)):
        offset = 4 * chance.choice((chance.randrange(12), chance.randrange(len(page) // 4)))
        struct.pack_into("<I", spoilt, offset, chance.choice((chance.choice(_WORDS), chance.getrandbits(32))))
    return spoilt


class FakeNetvm(DomainMemory):
    """The domain's side: its memory, as it sees it, and its ends of the ports."""

    def __init__(self, geometry: Geometry = ASKED) -> None:
        self.memory_file = os.memfd_create("netvm")
        super().__init__(self.memory_file, geometry)
        self._far, self.near = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._far.settimeout(60)

    def frames(self) -> ForeignFrames:
        return ForeignFrames(self.memory_file, DOMID, Privcmd(self.memory_file, DOMID).ioctl)

    def channels(self) -> EventChannels:
        return EventChannels(self.near.fileno(), DOMID, Evtchn(self.near.fileno(), DOMID).ioctl)

    def draw(self, left: int, top: int, width: int, height: int, byte: int) -> None:
        """Pixels, and an update that tells of them."""
        for line in range(top, top + height):
            start = line * self.geometry.line_length + 4 * left
            self.pixels[start : start + 4 * width] = bytes([byte]) * 4 * width
        put_update(self.vfb, left, top, width, height)

    def ring(self, port: int) -> None:
        self._far.send(WORD.pack(port + LOCAL))

    def next_sound(self) -> tuple[str, int]:
        """The next thing that the other end did: it rang a port, or listens to one again. Waits for it."""
        while (word := self._next_word()) & BOUND:
            pass
        return ("rang" if word & NOTIFIED else "listens", (word & ~NOTIFIED) - LOCAL)

    def _next_word(self) -> int:
        (word,) = WORD.unpack(self._far.recv(WORD.size))
        return int(word)

    def heard_nothing(self) -> bool:
        """By now."""
        self._far.setblocking(False)
        try:
            return not self.next_sound()
        except BlockingIOError:
            return True
        finally:
            self._far.settimeout(60)

    def close(self) -> None:
        super().close()
        self._far.close()
        self.near.close()
