"""Stand-ins for the requests of /dev/xen/privcmd and /dev/xen/evtchn, by which `qnet-display` reaches a domain.

A domain's memory is a file, of which each page is a frame; its event channels are a socket, at whose other end the
domain says that a port rings. As on Xen there is one domain that can be reached, and none before the restriction to it.
They run in the sandbox of `qnet-display`'s child: they map, write, and ask the kernel for nothing else.
"""

from __future__ import annotations

import contextlib
import ctypes
import errno
import mmap
import os
import struct

from qnet_gui.display.shared_pages import PAGE_SIZE
from qnet_gui.display.xen_devices import (
    IOCTL_EVTCHN_BIND_INTERDOMAIN,
    IOCTL_EVTCHN_NOTIFY,
    IOCTL_EVTCHN_RESTRICT_DOMID,
    IOCTL_PRIVCMD_MMAPBATCH_V2,
    IOCTL_PRIVCMD_RESTRICT,
    EventChannels,
    ForeignFrames,
)

#: What is added to the domain's number of a port for that of our end.
LOCAL = 100
#: A word of the socket is the number of our end; with one of these, it was rung or bound, without, it is listened to.
WORD = struct.Struct("@I")
NOTIFIED, BOUND = 1 << 31, 1 << 30

_DOMID = struct.Struct("@H")
_BATCH = struct.Struct("@IHQPP")
_BIND = struct.Struct("@II")
_MAP_FIXED = 0x10

_libc = ctypes.CDLL(None, use_errno=True)
_libc.mmap.restype = ctypes.c_void_p
_libc.mmap.argtypes = [ctypes.c_void_p, ctypes.c_size_t, *[ctypes.c_int] * 3, ctypes.c_long]


def as_fcntl_gives_it(result: int, argument: bytes | bytearray) -> int | bytes:
    """What `fcntl.ioctl` returns: the kernel's result where it may write into `argument`, and else the bytes."""
    return result if isinstance(argument, bytearray) else bytes(argument)


class Privcmd:
    """Of domain `domid`, whose memory `descriptor` is."""

    def __init__(self, descriptor: int, domid: int) -> None:
        self._descriptor, self._domid = descriptor, domid
        self._size = os.fstat(descriptor).st_size
        self.restricted: int | None = None

    def ioctl(self, descriptor: int, request: int, argument: bytearray) -> int | bytes:
        """As the kernel answers; `OSError` for what it refuses."""
        return as_fcntl_gives_it(self._result(descriptor, request, argument), argument)

    def _result(self, descriptor: int, request: int, argument: bytearray) -> int:
        if descriptor == self._descriptor and request == IOCTL_PRIVCMD_RESTRICT:
            (self.restricted,) = _DOMID.unpack(argument)
            return 0
        if descriptor != self._descriptor or request != IOCTL_PRIVCMD_MMAPBATCH_V2:
            raise OSError(errno.ENOTTY, f"request {request:#x}")
        count, domid, address, frames, results = _BATCH.unpack(argument)
        if domid != self.restricted or domid != self._domid:
            raise PermissionError(errno.EPERM, "another domain")
        numbers, answers = (ctypes.c_uint64 * count).from_address(frames), (ctypes.c_int * count).from_address(results)
        for index, frame in enumerate(numbers):
            answers[index] = self._map(address + index * PAGE_SIZE, frame)
        return 0

    def _map(self, address: int, frame: int) -> int:
        if frame * PAGE_SIZE >= self._size:
            return -errno.EINVAL
        protection, flags = mmap.PROT_READ | mmap.PROT_WRITE, mmap.MAP_SHARED | _MAP_FIXED
        at = _libc.mmap(address, PAGE_SIZE, protection, flags, self._descriptor, frame * PAGE_SIZE)
        return 0 if at == address else -ctypes.get_errno()


class Evtchn:
    """Of domain `domid`, by the near end of its socket."""

    def __init__(self, descriptor: int, domid: int) -> None:
        self._descriptor, self._domid = descriptor, domid
        self.restricted: int | None = None

    def ioctl(self, descriptor: int, request: int, argument: bytearray) -> int | bytes:
        """As the kernel answers; `OSError` for what it refuses."""
        return as_fcntl_gives_it(self._result(descriptor, request, argument), argument)

    def _result(self, descriptor: int, request: int, argument: bytearray) -> int:
        if descriptor == self._descriptor and request == IOCTL_EVTCHN_RESTRICT_DOMID:
            (self.restricted,) = _DOMID.unpack(argument)
        elif descriptor == self._descriptor and request == IOCTL_EVTCHN_BIND_INTERDOMAIN:
            domid, port = _BIND.unpack(argument)
            if domid != self.restricted or domid != self._domid:
                raise PermissionError(errno.EACCES, "another domain")
            self._tell(port + LOCAL | BOUND)
            return int(port) + LOCAL
        elif descriptor == self._descriptor and request == IOCTL_EVTCHN_NOTIFY:
            (port,) = WORD.unpack(argument)
            self._tell(port | NOTIFIED)
        else:
            raise OSError(errno.ENOTTY, f"request {request:#x}")
        return 0

    def _tell(self, word: int) -> None:
        """A domain that does not listen, since it is paused, is told by what waits for it already."""
        with contextlib.suppress(BlockingIOError):
            os.write(self._descriptor, WORD.pack(word))


def devices(memory: int, ports: int, domid: int) -> tuple[ForeignFrames, EventChannels]:
    """Both devices for domain `domid`, with descriptors of their own."""
    frames, channels = os.dup(memory), os.dup(ports)
    return (
        ForeignFrames(frames, domid, Privcmd(frames, domid).ioctl),
        EventChannels(channels, domid, Evtchn(channels, domid).ioctl),
    )
