"""A netlink socket that is told what happens, and a filter in the kernel for what need not wake anybody."""

from __future__ import annotations

import contextlib
import ctypes
import errno
import os
import socket
import struct
from collections.abc import Callable, Iterator, Sequence

from qnet_gui.model.errors import KernelError
from qnet_gui.model.messages.system import SystemCode

#: Of linux/netlink.h, which Python has no name for.
NETLINK_NETFILTER = 12
_BUFFER = 4 << 20
_RECEIVE = 1 << 18
_SO_ATTACH_FILTER, _SO_RCVBUFFORCE = 26, 33
#: Classic BPF: load 16 or 32 bits of the message, jump if equal, return a verdict.
_LOAD16, _LOAD32, _EQUAL, _RETURN = 0x28, 0x20, 0x15, 0x06
_DROP, _PASS = 0, 0xFFFFFFFF
_INSTRUCTION = struct.Struct("=HBBI")
#: Where nlmsghdr has its type, and the port number of who asked for it.
_TYPE_AT, _PORTID_AT = 4, 12


def _as_loaded(number: int, form: str) -> int:
    """A number of the host's order as BPF sees it, which takes every word for big-endian."""
    return int.from_bytes(struct.pack(form, number), "big")


def dropping(portids: Sequence[int], kinds: Sequence[int] = ()) -> list[bytes]:
    """A filter that drops what `portids` asked for; of these types of messages only, if any are given."""
    many, drop_after = len(kinds), len(portids)
    program = [_INSTRUCTION.pack(_LOAD16, 0, 0, _TYPE_AT)] if kinds else []
    for at, kind in enumerate(kinds, 1):
        otherwise = drop_after + 1 if at == many else 0
        program.append(_INSTRUCTION.pack(_EQUAL, many - at, otherwise, _as_loaded(kind, "=H")))
    program.append(_INSTRUCTION.pack(_LOAD32, 0, 0, _PORTID_AT))
    for at, portid in enumerate(portids, 1):
        program.append(_INSTRUCTION.pack(_EQUAL, drop_after - at + 1, 0, _as_loaded(portid, "=I")))
    return [*program, _INSTRUCTION.pack(_RETURN, 0, 0, _PASS), _INSTRUCTION.pack(_RETURN, 0, 0, _DROP)]


class EventSocket:
    """Watch `fileno()`, read `datagrams` when it is readable. `groups`: a bit each; `program`: of `dropping`."""

    def __init__(self, protocol: int, groups: int, program: Sequence[bytes] = ()) -> None:
        self._socket = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW | socket.SOCK_NONBLOCK, protocol)
        try:
            self._set_up(groups, program)
        except OSError:
            self._socket.close()
            raise

    def _set_up(self, groups: int, program: Sequence[bytes]) -> None:
        try:
            self._socket.setsockopt(socket.SOL_SOCKET, _SO_RCVBUFFORCE, _BUFFER)
        except OSError:  # root of a user namespace only: as much as anybody may have
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _BUFFER)
        if program:
            instructions = ctypes.create_string_buffer(b"".join(program))
            filter_program = struct.pack("HP", len(program), ctypes.addressof(instructions))
            self._socket.setsockopt(socket.SOL_SOCKET, _SO_ATTACH_FILTER, filter_program)
        self._socket.bind((0, groups))

    def fileno(self) -> int:
        """The descriptor to watch."""
        return self._socket.fileno()

    def datagrams(self, lost: Callable[[], None]) -> Iterator[bytes]:
        """All that has happened; `lost` is called when the kernel dropped events, which means `look at everything`."""
        while True:
            try:
                data, (sender, _groups) = self._socket.recvfrom(_RECEIVE)
            except BlockingIOError:
                return
            except OSError as error:
                if error.errno != errno.ENOBUFS:
                    raise KernelError(SystemCode.NETLINK_EVENTS_LOST, why=os.strerror(error.errno or 0)) from error
                lost()
                continue
            if sender == 0:  # from the kernel, not from another process
                yield data

    def close(self) -> None:
        """Close the socket."""
        with contextlib.suppress(OSError):
            self._socket.close()
