"""Watches the network links of a namespace as udev would, without any library. Touches one netlink socket."""

from __future__ import annotations

import socket
import struct

_MESSAGE = struct.Struct("=IHHII")
_LINK = struct.Struct("=BxHiII")
_ATTRIBUTE = struct.Struct("=HH")
_NEWLINK, _DELLINK = 16, 17
_GROUP_LINK = 1
_ADDRESS = 1
_LOOPBACK = 1


class LinkWatch:
    """Tells whether a link appeared, disappeared or changed its MAC; a link going up or down is no change."""

    def __init__(self) -> None:
        self._sock = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW | socket.SOCK_NONBLOCK, socket.NETLINK_ROUTE)
        self._sock.bind((0, _GROUP_LINK))
        self._macs: dict[int, bytes] = {}

    def fileno(self) -> int:
        """Readable when something happened."""
        return self._sock.fileno()

    def changed(self) -> bool:
        """Take in all that happened; whether it was a change."""
        changed = False
        while True:
            try:
                data = self._sock.recv(65536)
            except BlockingIOError:
                return changed
            except OSError:  # too much happened at once and some of it was lost
                changed = True
                continue
            changed |= self._note(data)

    def _note(self, data: bytes) -> bool:
        changed = False
        while len(data) >= 32:
            size, kind, *_ = _MESSAGE.unpack_from(data)
            index = _LINK.unpack_from(data, 16)[2]
            if kind in (_NEWLINK, _DELLINK) and index != _LOOPBACK:
                mac = _mac(data[32:size]) if kind == _NEWLINK else None
                changed |= self._macs.get(index) != mac
                if mac is None:
                    self._macs.pop(index, None)
                else:
                    self._macs[index] = mac
            data = data[(size + 3) & ~3 :]
        return changed


def _mac(attributes: bytes) -> bytes:
    while len(attributes) >= 4:
        size, kind = _ATTRIBUTE.unpack_from(attributes)
        if kind == _ADDRESS:
            return attributes[4:size]
        attributes = attributes[max(4, (size + 3) & ~3) :]
    return b""
