"""Watches the network links of a namespace as udev would, without any library. Touches one netlink socket."""

from __future__ import annotations

import socket

from qnet_gui.kernel.netlink_messages import IFLA_ADDRESS, RTM_DELLINK, RTM_NEWLINK, RTMGRP_LINK, link, messages

_LOOPBACK = 1


class LinkWatch:
    """Tells whether a link appeared, disappeared or changed its MAC; a link going up or down is no change."""

    def __init__(self) -> None:
        self._sock = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW | socket.SOCK_NONBLOCK, socket.NETLINK_ROUTE)
        self._sock.bind((0, RTMGRP_LINK))
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
        for kind, body in messages(data):
            message = link(body)
            if kind not in (RTM_NEWLINK, RTM_DELLINK) or message is None or message.ifindex == _LOOPBACK:
                continue
            mac = message.attributes.get(IFLA_ADDRESS) if kind == RTM_NEWLINK else None
            changed |= self._macs.get(message.ifindex) != mac
            if mac is None:
                self._macs.pop(message.ifindex, None)
            else:
                self._macs[message.ifindex] = mac
        return changed
