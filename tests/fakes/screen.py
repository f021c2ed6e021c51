"""A netvm's screen without a netvm: its memory, its event channels, pages as Linux writes them and as nobody should."""

from __future__ import annotations

import ctypes
import errno
import mmap
import os
import random
import socket
import struct
from collections.abc import Sequence

from qnet_gui.display.shared_pages import ScreenPages, SharedPage
from qnet_gui.display.vfb_page import (
    OUT_PROD,
    PAGE_SIZE,
    XENFB_OUT_RING_LEN,
    XENFB_OUT_RING_OFFS,
    XENFB_TYPE_UPDATE,
    pages_of,
)
from qnet_gui.display.vkbd_page import IN_CONS, IN_PROD, XENKBD_IN_EVENT_SIZE, XENKBD_IN_RING_LEN, XENKBD_IN_RING_OFFS
from qnet_gui.display.xen_devices import (
    IOCTL_EVTCHN_BIND_INTERDOMAIN,
    IOCTL_EVTCHN_NOTIFY,
    IOCTL_EVTCHN_RESTRICT_DOMID,
    IOCTL_PRIVCMD_MMAPBATCH_V2,
    IOCTL_PRIVCMD_RESTRICT,
    EventChannels,
    ForeignFrames,
)
from qnet_gui.model.screen import Geometry

ASKED = Geometry(64, 48)
DOMID = 7
#: Up to the pixels there is room for the directory of 10 MiB of them.
VFB_PAGE, VKBD_PAGE, DIRECTORY_PAGE, FIRST_PIXELS = 1, 2, 3, 8
PAGES = ScreenPages(SharedPage(VFB_PAGE, 11), SharedPage(VKBD_PAGE, 12))
#: What the fake gives as our end of a port.
LOCAL = 100
_FIELDS, _DIRECTORY = 16, 40
_NOTIFIED = 1 << 31
_MAP_FIXED = 0x10

_libc = ctypes.CDLL(None, use_errno=True)
_libc.mmap.restype = ctypes.c_void_p
_libc.mmap.argtypes = [ctypes.c_void_p, ctypes.c_size_t, *[ctypes.c_int] * 3, ctypes.c_long]


def write_vfb_page(
    page: bytearray | memoryview, geometry: Geometry = ASKED, directory: Sequence[int] = (DIRECTORY_PAGE,)
) -> None:
    struct.pack_into(
        "<iiIIB", page, _FIELDS, geometry.width, geometry.height, geometry.line_length, max(4 << 20, geometry.size), 32
    )
    struct.pack_into(f"<{len(directory)}Q", page, _DIRECTORY, *directory)


def vfb_page(geometry: Geometry = ASKED, directory: Sequence[int] = (DIRECTORY_PAGE,)) -> bytearray:
    page = bytearray(PAGE_SIZE)
    write_vfb_page(page, geometry, directory)
    return page


def put_update(page: bytearray | memoryview, *rectangle: int, kind: int = XENFB_TYPE_UPDATE) -> None:
    """As Linux does: the slot, and then the index."""
    (produced,) = struct.unpack_from("<I", page, 4 * OUT_PROD)
    struct.pack_into("<B3xiiii", page, XENFB_OUT_RING_OFFS + produced % XENFB_OUT_RING_LEN * 40, kind, *rectangle)
    struct.pack_into("<I", page, 4 * OUT_PROD, (produced + 1) & 0xFFFFFFFF)


def taken_inputs(page: bytearray | memoryview) -> list[tuple[int, ...]]:
    """What Linux' frontend reads: keys as (3, down, code), positions as (4, left, top, wheel)."""
    words = memoryview(page).cast("I")
    events = []
    while words[IN_CONS] != words[IN_PROD]:
        start = XENKBD_IN_RING_OFFS + words[IN_CONS] % XENKBD_IN_RING_LEN * XENKBD_IN_EVENT_SIZE
        kind = page[start]
        events.append((kind, *struct.unpack_from("<BxxI" if kind == 3 else "<xxxiii", page, start + 1)))
        words[IN_CONS] = (words[IN_CONS] + 1) & 0xFFFFFFFF
    return events


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


def as_fcntl_gives_it(result: int, argument: bytes | bytearray) -> int | bytes:
    """What `fcntl.ioctl` returns: the kernel's result where it may write into `argument`, and else the bytes."""
    return result if isinstance(argument, bytearray) else argument


class FakePrivcmd:
    """The kernel's privcmd: a domain's memory is a file, and each of its frames a page of it."""

    def __init__(self, descriptor: int, domid: int = DOMID) -> None:
        self._descriptor, self._domid = descriptor, domid
        self._size = os.fstat(descriptor).st_size
        self.restricted: int | None = None

    def ioctl(self, descriptor: int, request: int, argument: bytearray) -> int | bytes:
        return as_fcntl_gives_it(self._result(descriptor, request, argument), argument)

    def _result(self, descriptor: int, request: int, argument: bytearray) -> int:
        assert descriptor == self._descriptor
        if request == IOCTL_PRIVCMD_RESTRICT:
            (self.restricted,) = struct.unpack("@H", argument)
            return 0
        assert request == IOCTL_PRIVCMD_MMAPBATCH_V2, hex(request)
        count, domid, address, frames, results = struct.unpack("@IHQPP", argument)
        if domid != self.restricted or domid != self._domid:
            raise PermissionError(errno.EPERM, "another domain")
        for index, frame in enumerate((ctypes.c_uint64 * count).from_address(frames)):
            result = self._map(address + index * PAGE_SIZE, frame)
            (ctypes.c_int * count).from_address(results)[index] = result
        return 0

    def _map(self, address: int, frame: int) -> int:
        if frame * PAGE_SIZE >= self._size:
            return -errno.EINVAL
        protection = mmap.PROT_READ | mmap.PROT_WRITE
        flags = mmap.MAP_SHARED | _MAP_FIXED
        at = _libc.mmap(address, PAGE_SIZE, protection, flags, self._descriptor, frame * PAGE_SIZE)
        assert at == address, os.strerror(ctypes.get_errno())
        return 0


class FakeEvtchn:
    """The kernel's evtchn, of which `far` is the other end: there ports are rung, and heard."""

    def __init__(self, descriptor: int, domid: int = DOMID) -> None:
        self._descriptor, self._domid = descriptor, domid
        self.restricted: int | None = None

    def ioctl(self, descriptor: int, request: int, argument: bytearray) -> int | bytes:
        return as_fcntl_gives_it(self._result(descriptor, request, argument), argument)

    def _result(self, descriptor: int, request: int, argument: bytearray) -> int:
        assert descriptor == self._descriptor
        if request == IOCTL_EVTCHN_RESTRICT_DOMID:
            (self.restricted,) = struct.unpack("@H", argument)
            return 0
        if request == IOCTL_EVTCHN_BIND_INTERDOMAIN:
            domid, port = struct.unpack("@II", argument)
            if domid != self.restricted or domid != self._domid:
                raise PermissionError(errno.EACCES, "another domain")
            return int(port) + LOCAL
        assert request == IOCTL_EVTCHN_NOTIFY, hex(request)
        (port,) = struct.unpack("@I", argument)
        os.write(descriptor, struct.pack("@I", port | _NOTIFIED))
        return 0


class FakeNetvm:
    """The domain's side: its memory, as it sees it, and its ends of the ports."""

    def __init__(self, geometry: Geometry = ASKED) -> None:
        self.geometry = geometry
        frames = FIRST_PIXELS + pages_of(geometry.size)
        self.memory_file = os.memfd_create("netvm")
        os.ftruncate(self.memory_file, frames * PAGE_SIZE)
        self._mapping = mmap.mmap(self.memory_file, frames * PAGE_SIZE)
        self.memory = memoryview(self._mapping)
        self.vfb, self.vkbd = self.page(VFB_PAGE), self.page(VKBD_PAGE)
        self.pixels = self.memory[FIRST_PIXELS * PAGE_SIZE :][: geometry.size]
        write_vfb_page(self.vfb, geometry, range(DIRECTORY_PAGE, FIRST_PIXELS))
        numbers = range(FIRST_PIXELS, frames)
        struct.pack_into(f"<{len(numbers)}Q", self.memory, DIRECTORY_PAGE * PAGE_SIZE, *numbers)
        self._far, self.near = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._far.settimeout(60)

    def page(self, number: int) -> memoryview:
        return self.memory[number * PAGE_SIZE : (number + 1) * PAGE_SIZE]

    def frames(self) -> ForeignFrames:
        return ForeignFrames(self.memory_file, DOMID, FakePrivcmd(self.memory_file).ioctl)

    def channels(self) -> EventChannels:
        return EventChannels(self.near.fileno(), DOMID, FakeEvtchn(self.near.fileno()).ioctl)

    def draw(self, left: int, top: int, width: int, height: int, byte: int) -> None:
        """Pixels, and an update that tells of them."""
        for line in range(top, top + height):
            start = line * self.geometry.line_length + 4 * left
            self.pixels[start : start + 4 * width] = bytes([byte]) * 4 * width
        put_update(self.vfb, left, top, width, height)

    def ring(self, port: int) -> None:
        self._far.send(struct.pack("@I", port + LOCAL))

    def next_sound(self) -> tuple[str, int]:
        """The next thing that the other end did: it rang a port, or listens to one again. Waits for it."""
        (word,) = struct.unpack("@I", self._far.recv(4))
        return ("rang" if word & _NOTIFIED else "listens", (word & ~_NOTIFIED) - LOCAL)

    def heard_nothing(self) -> bool:
        """By now."""
        self._far.setblocking(False)
        try:
            return not self._far.recv(4)
        except BlockingIOError:
            return True
        finally:
            self._far.settimeout(60)

    def close(self) -> None:
        for view in (self.vfb, self.vkbd, self.pixels, self.memory):
            view.release()
        self._far.close()
        self.near.close()
        os.close(self.memory_file)
