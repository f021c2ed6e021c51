"""How many bytes each link has received and sent, as the kernel counts them. With the standard library.

RTM_GETSTATS dumps 64-bit counters and nothing else: of 60 links 28 kB in 0.1 ms, where RTM_GETLINK takes 1 ms. Source
of the layouts: linux/if_link.h (if_stats_msg, rtnl_link_stats64), rtnetlink(7).
"""

from __future__ import annotations

import os
import socket
import struct
from typing import NamedTuple

from qnet_gui.kernel.netlink_dump import dump, dump_socket
from qnet_gui.kernel.netlink_messages import Attributes, dump_request
from qnet_gui.model.errors import KernelError
from qnet_gui.model.messages.system import SystemCode

RTM_GETSTATS = 94
IFLA_STATS_LINK_64 = 1
_IF_STATS_MSG = struct.Struct("=BxxxII")
#: The beginning of rtnl_link_stats64: rx_packets, tx_packets, rx_bytes, tx_bytes.
_RTNL_LINK_STATS64 = struct.Struct("=QQQQ")
#: IFLA_STATS_FILTER_BIT(IFLA_STATS_LINK_64).
_FILTER_MASK = 1 << (IFLA_STATS_LINK_64 - 1)
_REQUEST = dump_request(RTM_GETSTATS, _IF_STATS_MSG.pack(socket.AF_UNSPEC, 0, _FILTER_MASK))


class LinkBytes(NamedTuple):
    """What a link has received and sent since it was made."""

    rx_bytes: int
    tx_bytes: int


def link_bytes(body: bytes) -> tuple[int, LinkBytes] | None:
    """The link's index and its bytes of an RTM_NEWSTATS; None when that is cut short or of other statistics."""
    if len(body) < _IF_STATS_MSG.size:
        return None
    _family, index, _mask = _IF_STATS_MSG.unpack_from(body)
    counters = Attributes(body, _IF_STATS_MSG.size).get(IFLA_STATS_LINK_64)
    if len(counters) < _RTNL_LINK_STATS64.size:
        return None
    _rx_packets, _tx_packets, rx_bytes, tx_bytes = _RTNL_LINK_STATS64.unpack_from(counters)
    return index, LinkBytes(rx_bytes, tx_bytes)


class LinkStats:
    """Reads the counters of all links, again and again by one socket."""

    def __init__(self) -> None:
        self._socket: socket.socket | None = None

    def read(self) -> dict[int, LinkBytes]:
        """By the links' indices. `KernelError` when the kernel does not tell; the next call begins anew."""
        try:
            if self._socket is None:
                self._socket = dump_socket()
            return dict(filter(None, map(link_bytes, dump(self._socket, RTM_GETSTATS, _REQUEST))))
        except OSError as error:
            self.close()  # the rest of an answer may still come
            why = os.strerror(error.errno) if error.errno else str(error)
            raise KernelError(SystemCode.KERNEL_TELL_TRAFFIC, why=why) from error

    def close(self) -> None:
        """Close the socket until it is needed again."""
        if self._socket is not None:
            self._socket.close()
            self._socket = None
