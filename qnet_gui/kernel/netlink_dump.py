"""Dumps of rtnetlink: all that the kernel has of a kind. With the standard library; blocks as the socket does."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator

from qnet_gui.kernel.netlink_messages import NLMSG_DONE, NLMSG_ERROR, dump_request, error_number, messages

_DEADLINE, _RECEIVE = 2.0, 65536


class DumpRefused(OSError):
    """The kernel does not give it; `errno` says why."""


def dump_socket() -> socket.socket:
    """A socket for dumps, on which the kernel is waited for two seconds at most."""
    sock = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, socket.NETLINK_ROUTE)
    sock.settimeout(_DEADLINE)
    return sock


def dump(sock: socket.socket, kind: int, request: bytes | None = None) -> Iterator[bytes]:
    """The bodies of everything of a kind (RTM_GETLINK, …), of every address family; read it to its end.

    `request`: another one than `dump_request` makes of the kind. Raises `DumpRefused`, and any other `OSError` when the
    kernel does not answer.
    """
    sock.send(request or dump_request(kind))
    while True:
        data, (sender, _groups) = sock.recvfrom(_RECEIVE)
        for answer, body in messages(data) if sender == 0 else ():  # another process is not the kernel
            if answer == NLMSG_DONE:
                return
            if answer == NLMSG_ERROR:
                number = error_number(body)
                raise DumpRefused(number, os.strerror(number))
            yield body
