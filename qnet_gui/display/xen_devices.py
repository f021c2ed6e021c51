"""The two devices by which a program of dom0 reaches a domain's memory and its event channels, for one domain alone.

`ForeignFrames` is /dev/xen/privcmd, `EventChannels` is /dev/xen/evtchn; both are restricted to that domain before
anything of it is touched, which the kernel does not undo. (The frame buffer's directory holds frame numbers and no
grants, so that /dev/xen/gntdev is never opened.) What the kernel refuses is an `OSError`. Source: xen/sys/privcmd.h and
evtchn.h of libxen-dev.
"""

from __future__ import annotations

import array
import ctypes
import errno
import fcntl
import mmap
import os
import struct
from collections.abc import Callable, Sequence
from typing import Protocol

from qnet_gui.display.shared_pages import PAGE_SIZE

PRIVCMD = "/dev/xen/privcmd"
EVTCHN = "/dev/xen/evtchn"

_RESTRICT = struct.Struct("@H")
_BIND = struct.Struct("@II")
_PORT = struct.Struct("@I")
#: num, dom, addr, arr, err
_MMAPBATCH_V2 = struct.Struct("@IHQPP")


def _request(kind: str, number: int, form: struct.Struct) -> int:
    """_IOC(_IOC_NONE, kind, number, size)."""
    return form.size << 16 | ord(kind) << 8 | number


IOCTL_PRIVCMD_MMAPBATCH_V2 = _request("P", 4, _MMAPBATCH_V2)
IOCTL_PRIVCMD_RESTRICT = _request("P", 6, _RESTRICT)
IOCTL_EVTCHN_BIND_INTERDOMAIN = _request("E", 1, _BIND)
IOCTL_EVTCHN_NOTIFY = _request("E", 4, _PORT)
IOCTL_EVTCHN_RESTRICT_DOMID = _request("E", 6, _RESTRICT)
#: What the child asks of both, once it can ask for nothing else.
REQUESTS = (IOCTL_PRIVCMD_MMAPBATCH_V2, IOCTL_EVTCHN_BIND_INTERDOMAIN, IOCTL_EVTCHN_NOTIFY)

#: As `fcntl.ioctl`, which gives the kernel's result only where it is handed bytes that may be written to.
Ioctl = Callable[[int, int, bytearray], int | bytes]


class Frames(Protocol):
    """A domain's memory."""

    def map(self, frames: Sequence[int], *, writable: bool = False) -> memoryview:
        """Those frames, one after the other, of single bytes; for as long as the process lives.

        `OSError` where any of them cannot be mapped.
        """
        ...


class Channels(Protocol):
    """A domain's event channels."""

    def fileno(self) -> int:
        """Readable while a port has rung that nobody has taken."""
        ...

    def bind(self, remote_port: int) -> int:
        """Join the domain's port; the number of our end."""
        ...

    def notify(self, port: int) -> None:
        """Ring."""
        ...

    def take(self) -> list[int]:
        """The ports that have rung, without waiting; each is silent until it is listened to again."""
        ...

    def listen(self, port: int) -> None:
        """Let the port ring again."""
        ...


_libc = ctypes.CDLL(None, use_errno=True)
_libc.mmap.restype = ctypes.c_void_p
_libc.mmap.argtypes = [ctypes.c_void_p, ctypes.c_size_t, *[ctypes.c_int] * 3, ctypes.c_long]
_MAP_FAILED = ctypes.c_void_p(-1).value


class ForeignFrames:
    """Of domain `domid`, by `descriptor`, which is of privcmd and ours from now on. `ioctl` is for tests."""

    def __init__(self, descriptor: int, domid: int, ioctl: Ioctl = fcntl.ioctl) -> None:
        self._descriptor, self._domid, self._ioctl = descriptor, domid, ioctl
        ioctl(descriptor, IOCTL_PRIVCMD_RESTRICT, bytearray(_RESTRICT.pack(domid)))

    @classmethod
    def open(cls, domid: int) -> ForeignFrames:
        """As root."""
        return cls(os.open(PRIVCMD, os.O_RDWR | os.O_CLOEXEC), domid)

    def fileno(self) -> int:
        """The device's."""
        return self._descriptor

    def map(self, frames: Sequence[int], *, writable: bool = False) -> memoryview:
        """As `Frames` has it. The kernel may have mapped some and not others: each has a result of its own."""
        size = len(frames) * PAGE_SIZE
        protection = mmap.PROT_READ | (mmap.PROT_WRITE if writable else 0)
        address = _libc.mmap(None, size, protection, mmap.MAP_SHARED, self._descriptor, 0)
        if address in (None, _MAP_FAILED):
            raise OSError(ctypes.get_errno(), "memory for frames")
        numbers, results = array.array("Q", frames), array.array("i", [-errno.EIO]) * len(frames)
        where = numbers.buffer_info()[0], results.buffer_info()[0]
        self._ioctl(
            self._descriptor,
            IOCTL_PRIVCMD_MMAPBATCH_V2,
            bytearray(_MMAPBATCH_V2.pack(len(frames), self._domid, address, *where)),
        )
        for result in results:
            if result:
                raise OSError(abs(result), f"a frame of domain {self._domid}: {os.strerror(abs(result))}")
        view = memoryview((ctypes.c_char * size).from_address(address)).cast("B")
        return view if writable else view.toreadonly()


class EventChannels:
    """Of domain `domid`, by `descriptor`, which is of evtchn and ours from now on. `ioctl` is for tests."""

    def __init__(self, descriptor: int, domid: int, ioctl: Ioctl = fcntl.ioctl) -> None:
        self._descriptor, self._domid, self._ioctl = descriptor, domid, ioctl
        os.set_blocking(descriptor, False)
        ioctl(descriptor, IOCTL_EVTCHN_RESTRICT_DOMID, bytearray(_RESTRICT.pack(domid)))

    @classmethod
    def open(cls, domid: int) -> EventChannels:
        """As root."""
        return cls(os.open(EVTCHN, os.O_RDWR | os.O_CLOEXEC), domid)

    def fileno(self) -> int:
        """As `Channels` has it."""
        return self._descriptor

    def bind(self, remote_port: int) -> int:
        """As `Channels` has it; the kernel gives the number as the request's result."""
        argument = bytearray(_BIND.pack(self._domid, remote_port))
        return int(self._ioctl(self._descriptor, IOCTL_EVTCHN_BIND_INTERDOMAIN, argument))

    def notify(self, port: int) -> None:
        """As `Channels` has it."""
        self._ioctl(self._descriptor, IOCTL_EVTCHN_NOTIFY, bytearray(_PORT.pack(port)))

    def take(self) -> list[int]:
        """As `Channels` has it."""
        try:
            return [port for (port,) in _PORT.iter_unpack(os.read(self._descriptor, 16 * _PORT.size))]
        except BlockingIOError:
            return []

    def listen(self, port: int) -> None:
        """As `Channels` has it."""
        os.write(self._descriptor, _PORT.pack(port))
