"""Whether name servers answer, and how soon: one question to each, by UDP. Never blocks the main loop."""

from __future__ import annotations

import secrets
import socket
import struct
import time
from collections.abc import Callable, Iterable, Sequence
from ipaddress import IPv4Address

from gi.repository import GLib

from qnet_gui.model.dns import NO_ANSWER, NOT_ASKED
from qnet_gui.runtime.mainloop import after, cancel

#: Seconds; dom0 waits for 3.
DEADLINE = 2.0
_PORT = 53
#: Which servers the root has: a question that every server can answer or refuse, and that tells nobody anything.
_QUESTION = b"\0" + struct.pack(">HH", 2, 1)
_HEAD = struct.Struct(">HHHHHH")
_RECURSE, _RESPONSE = 0x0100, 0x8000
Done = Callable[[Sequence[str]], None]


def _sent(server: IPv4Address, number: int) -> socket.socket | None:
    """A socket with the question under way; None when it cannot leave: no way leads there, or something forbids it."""
    try:
        asked = socket.socket(socket.AF_INET, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK)
    except OSError:  # there are too many open
        return None
    try:
        asked.connect((str(server), _PORT))
        asked.send(_HEAD.pack(number, _RECURSE, 1, 0, 0, 0) + _QUESTION)
    except OSError:
        asked.close()
        return None
    return asked


def _answers(asked: socket.socket, number: int) -> bool:
    """Whether this is the answer, whatever it says."""
    try:
        untrusted_answer = asked.recv(4096)
    except OSError:  # nobody listens there
        return False
    if len(untrusted_answer) < _HEAD.size:
        return False
    its_number, flags, *_ = _HEAD.unpack_from(untrusted_answer)
    return bool(its_number == number and flags & _RESPONSE)


class NameTest:
    """One test; `done` gets a line a server: its address and the milliseconds that it took.

    Instead of these `NO_ANSWER`, or `NOT_ASKED` where the question could not be sent.
    """

    def __init__(self, servers: Iterable[IPv4Address], done: Done) -> None:
        self._servers, self._done = list(dict.fromkeys(servers)), done
        self._took: dict[IPv4Address, str] = {}
        self._watches: dict[IPv4Address, tuple[int, socket.socket]] = {}
        self._timer = after(DEADLINE, self._late)
        for server in self._servers:
            self._ask(server)
        self._look()

    def _ask(self, server: IPv4Address) -> None:
        number, start = secrets.randbelow(0x10000), time.monotonic()
        asked = _sent(server, number)
        if asked is None:
            self._took[server] = NOT_ASKED
            return

        def arrived(*_: object) -> bool:
            answers = _answers(asked, number)
            self._took[server] = str(max(1, round((time.monotonic() - start) * 1000))) if answers else NO_ANSWER
            self._watches.pop(server)
            asked.close()
            self._look()
            return False

        self._watches[server] = (
            GLib.io_add_watch(asked.fileno(), GLib.PRIORITY_DEFAULT, GLib.IO_IN | GLib.IO_ERR, arrived),
            asked,
        )

    def _look(self) -> None:
        if not self._watches and self._timer:
            cancel(self._timer)
            self._end()

    def _late(self) -> None:
        for watch, asked in self._watches.values():
            GLib.source_remove(watch)
            asked.close()
        self._watches = {}
        self._end()

    def _end(self) -> None:
        self._timer = 0
        self._done([f"{server} {self._took.get(server, NO_ANSWER)}" for server in self._servers])
