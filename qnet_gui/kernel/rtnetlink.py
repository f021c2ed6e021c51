"""rtnetlink's messages, put together and taken apart. Pure. Source of the layouts: netlink(7), rtnetlink(7).

By hand, since the few that are needed are a page of code, while the library for all of them costs every program 10 MB
of memory and a tenth of a second at its start, and each message several times what the kernel takes for it.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

NEWLINK, DELLINK, SETLINK = 16, 17, 19
NEWADDR, DELADDR, GETADDR = 20, 21, 22
NEWROUTE, DELROUTE, GETROUTE = 24, 25, 26
NEWNEIGH, DELNEIGH = 28, 29
ERROR, DONE = 2, 3

#: Flags of a request: what there is of it is replaced and otherwise made; everything of its kind is asked for.
REPLACE, DUMP = 0x500, 0x300
#: Flag of an answer: something has changed while it was being told.
INTERRUPTED = 0x10
_REQUEST, _ACK = 0x1, 0x4

#: What the bodies begin with: family, type, index, flags, which flags / family, prefix, flags, scope, index /
#: family, index, state, flags, type / family, prefixes to and from, TOS, table, protocol, scope, type, flags.
LINK, ADDRESS = struct.Struct("=BxHiII"), struct.Struct("=BBBBI")
NEIGHBOUR, ROUTE = struct.Struct("=BxxxiHBB"), struct.Struct("=BBBBBBBBI")
_HEADER, _ATTRIBUTE = struct.Struct("=IHHII"), struct.Struct("=HH")
_NUMBER, _CODE = struct.Struct("=I"), struct.Struct("=i")
_KIND_MASK = 0x3FFF
_IFNAME = 3


@dataclass(frozen=True, slots=True)
class Message:
    """One message of the kernel's."""

    kind: int
    flags: int
    serial: int
    body: bytes

    @property
    def error(self) -> int:
        """Of an ERROR, the number of the error; 0 is an acknowledgement."""
        return -int(_CODE.unpack_from(self.body)[0])


def _padded(size: int) -> int:
    return (size + 3) & ~3


def number(value: int) -> bytes:
    """A number as an attribute's value."""
    return _NUMBER.pack(value)


def number_of(value: bytes | None) -> int:
    """The number that an attribute is, 0 when there is none."""
    return int(_NUMBER.unpack(value)[0]) if value and len(value) == _NUMBER.size else 0


def request(serial: int, kind: int, flags: int, body: bytes, attributes: Mapping[int, bytes]) -> bytes:
    """A request; unless it asks for a dump, the kernel acknowledges it."""
    parts = [body]
    for name, value in attributes.items():
        size = _ATTRIBUTE.size + len(value)
        parts += [_ATTRIBUTE.pack(size, name), value, bytes(_padded(size) - size)]
    payload = b"".join(parts)
    flags |= _REQUEST if flags & DUMP == DUMP else _REQUEST | _ACK
    return _HEADER.pack(_HEADER.size + len(payload), kind, flags, serial, 0) + payload


def messages(data: bytes) -> Iterator[Message]:
    """The messages of one datagram."""
    at = 0
    while at + _HEADER.size <= len(data):
        size, kind, flags, serial, _sender = _HEADER.unpack_from(data, at)
        if size < _HEADER.size:
            return
        yield Message(kind, flags, serial, data[at + _HEADER.size : at + size])
        at += _padded(size)


def attributes(body: bytes, start: int) -> dict[int, bytes]:
    """The attributes of a message's body, which begin at `start`."""
    found: dict[int, bytes] = {}
    at = start
    while at + _ATTRIBUTE.size <= len(body):
        size, kind = _ATTRIBUTE.unpack_from(body, at)
        if size < _ATTRIBUTE.size:
            break
        found[kind & _KIND_MASK] = body[at + _ATTRIBUTE.size : at + size]
        at += _padded(size)
    return found


def name_of_link(body: bytes) -> str:
    """The name in a link's message, empty when there is none."""
    return attributes(body, LINK.size).get(_IFNAME, b"").rstrip(b"\0").decode("ascii", "replace")
