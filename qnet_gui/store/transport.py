"""The wire under pyxs: one connection to xenstore with a deadline on every wait and no thread of its own.

pyxs' own router reads in a thread, and a request blocks for ever when the daemon drops the connection in mid-request.
`DeadlineRouter` takes its place behind `pyxs.Client`: it sends a request and reads until that request's answer, setting
watch events aside. Touches one file descriptor: the unix socket of xenstored (dom0) or /dev/xen/xenbus (a guest).
Source of the frame: xen/include/public/io/xs_wire.h.
"""

from __future__ import annotations

import errno
import os
import select
import socket
import struct
import time
from collections import deque
from pathlib import Path
from typing import Any, NamedTuple, Protocol

from qnet_gui.model.errors import StoreGone
from qnet_gui.model.messages.message import Argument
from qnet_gui.model.messages.system import SystemCode

_TIMEVAL = struct.Struct("@ll")
_HEADER = struct.Struct("=IIII")
XS_WATCH_EVENT = 15
#: Of xs_wire.h, as the numbers of requests are: a longer frame means that the stream is out of step.
XENSTORE_PAYLOAD_MAX = 4096
_XENBUS = Path("/dev/xen/xenbus")


class Frame(NamedTuple):
    """One message in either direction, with the attributes that pyxs.Client uses of its own packets."""

    op: int
    rq_id: int
    tx_id: int
    size: int
    payload: bytes


class _Sendable(Protocol):
    """What is sent: a packet of pyxs' or a Frame."""

    @property
    def op(self) -> Any: ...
    @property
    def rq_id(self) -> Any: ...
    @property
    def tx_id(self) -> Any: ...
    @property
    def payload(self) -> Any: ...


def default_path() -> Path:
    """Where xenstore is on this machine, chosen by what exists: xenstored's socket first, then the guest's device."""
    rundir = os.environ.get("XENSTORED_RUNDIR", "/run/xenstored")
    path = Path(os.environ.get("XENSTORED_PATH", f"{rundir}/socket"))
    if path.exists():
        return path
    if _XENBUS.exists():
        return _XENBUS
    raise StoreGone(SystemCode.STORE_MISSING, path=str(path), device=str(_XENBUS))


class Pending:
    """The answer to come of one request; `get` is what pyxs.Client calls."""

    def __init__(self, router: DeadlineRouter, rq_id: int) -> None:
        self._router = router
        self._rq_id = rq_id

    def get(self) -> Frame:
        """Wait for the answer; `StoreGone` at the deadline or when the connection breaks."""
        return self._router.wait_for(self._rq_id)


class DeadlineRouter:
    """What pyxs.Client needs of a router, on one non-blocking file descriptor. Not for several threads.

    Watch events that arrive while an answer is awaited are set aside, and then the descriptor of the connection has
    nothing to read. So `fileno` is an epoll's that looks at the connection and at a bell, rung for such events.
    """

    def __init__(self, path: Path | None, deadline: float) -> None:
        self._path = path
        self._deadline = deadline
        self._fd = self._bell = -1
        self._epoll: select.epoll | None = None
        self._rung = False
        self._buffer = bytearray()
        self._events: deque[tuple[bytes, bytes]] = deque()
        self.connection = "xenstore"

    @property
    def is_connected(self) -> bool:
        """Whether there is a connection; it may turn out to be dead at the next use."""
        return self._fd >= 0

    def fileno(self) -> int:
        """The descriptor to watch for readability, -1 while not connected."""
        return self._epoll.fileno() if self._epoll else -1

    def start(self) -> None:
        """Connect; `StoreGone` when there is nobody."""
        path = self._path or default_path()
        try:
            if path.is_socket():
                with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as sock:
                    self._connect(sock, path)
                    self._fd = sock.detach()
            else:
                self._fd = os.open(path, os.O_RDWR | os.O_NONBLOCK | os.O_CLOEXEC)
        except OSError as error:
            raise StoreGone(SystemCode.STORE_UNREACHABLE, path=str(path), why=error.strerror or "") from error
        self._bell = os.eventfd(0, os.EFD_CLOEXEC | os.EFD_NONBLOCK)
        self._rung = False
        self._epoll = select.epoll()
        for fd in (self._fd, self._bell):
            self._epoll.register(fd, select.EPOLLIN)
        self._buffer.clear()
        self._events.clear()

    def _connect(self, sock: socket.socket, path: Path) -> None:
        """Connect, waiting for one's turn: xenstored has hardly any room for those whom it has not let in yet.

        The kernel keeps the deadline, since a socket with Python's own does not wait but fails when there is no room.
        """
        seconds = int(self._deadline)
        limit = _TIMEVAL.pack(seconds, int((self._deadline - seconds) * 1_000_000))
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, limit)
        sock.connect(str(path))
        sock.setblocking(False)

    def terminate(self) -> None:
        """Close the connection; what was under way is lost."""
        if self._epoll is not None:
            self._epoll.close()
            os.close(self._bell)
            os.close(self._fd)
        self._epoll = None
        self._fd = self._bell = -1

    def _lost(self, code: SystemCode, **arguments: Argument) -> StoreGone:
        self.terminate()
        return StoreGone(code, **arguments)

    def _wait(self, events: int, until: float) -> None:
        poller = select.poll()
        poller.register(self._fd, events)
        left = until - time.monotonic()
        if left <= 0 or not poller.poll(left * 1000):
            raise self._lost(SystemCode.STORE_SLOW, seconds=self._deadline)

    def send(self, packet: _Sendable) -> Pending:
        """Send one request whole."""
        if self._fd < 0:
            self.start()
        data = _HEADER.pack(packet.op, packet.rq_id & 0xFFFFFFFF, packet.tx_id, len(packet.payload)) + packet.payload
        until = time.monotonic() + self._deadline
        while data:
            try:
                data = data[os.write(self._fd, data) :]
            except BlockingIOError:
                self._wait(select.POLLOUT, until)
            except OSError as error:
                raise self._lost(SystemCode.STORE_LOST, why=error.strerror or "") from error
        return Pending(self, packet.rq_id & 0xFFFFFFFF)

    def _fill(self) -> bool:
        """Read what is there; False when there is nothing now."""
        try:
            data = os.read(self._fd, 8192)
        except BlockingIOError:
            return False
        except OSError as error:
            raise self._lost(SystemCode.STORE_LOST, why=error.strerror or "") from error
        if not data:
            raise self._lost(SystemCode.STORE_LOST, why=os.strerror(errno.ECONNRESET))
        self._buffer += data
        return True

    def _next_frame(self) -> Frame | None:
        """The next answer in the buffer; watch events on the way are set aside."""
        while len(self._buffer) >= _HEADER.size:
            op, rq_id, tx_id, size = _HEADER.unpack_from(self._buffer)
            if size > XENSTORE_PAYLOAD_MAX:
                raise self._lost(SystemCode.STORE_TOO_LONG)
            end = _HEADER.size + size
            if len(self._buffer) < end:
                return None
            payload = bytes(self._buffer[_HEADER.size : end])
            del self._buffer[:end]
            if op != XS_WATCH_EVENT:
                return Frame(op, rq_id, tx_id, size, payload)
            path, token, *_ = [*payload.split(b"\0"), b"", b""]
            self._events.append((path, token))
        return None

    def wait_for(self, rq_id: int) -> Frame:
        """Read until the answer to `rq_id`; only one request is ever under way, so another answer is a fault."""
        until = time.monotonic() + self._deadline
        while (frame := self._next_frame()) is None:
            if not self._fill():
                self._wait(select.POLLIN, until)
        if frame.rq_id != rq_id:
            raise self._lost(SystemCode.STORE_NOT_ASKED)
        if (self._events or self._buffer) and not self._rung:
            os.eventfd_write(self._bell, 1)
            self._rung = True
        return frame

    def take_events(self) -> list[tuple[bytes, bytes]]:
        """All watch events (path, token) that have arrived, without waiting."""
        while self._fill():
            pass
        if self._next_frame() is not None:
            raise self._lost(SystemCode.STORE_NOT_ASKED)
        if self._rung:
            os.eventfd_read(self._bell)
            self._rung = False
        events = list(self._events)
        self._events.clear()
        return events
