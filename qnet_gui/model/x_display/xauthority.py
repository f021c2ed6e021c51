"""The cookies by which an X server knows its friends, as they stand in an .Xauthority file. Pure.

The format is in libXau's Xauth(3): per entry a family, then address, display number, name and data, each with its
length before it; all numbers are 16 bits, the first byte the high one.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

_NAME = b"MIT-MAGIC-COOKIE-1"
_LOCAL, _WILD = 256, 65535


def _entries(content: bytes) -> Iterator[tuple[int, list[bytes]]]:
    """Family and four fields of each entry; ends where the file is cut off."""
    at = 0
    while at + 2 <= len(content):
        (family,) = struct.unpack_from(">H", content, at)
        at, fields = at + 2, []
        for _ in range(4):
            if at + 2 > len(content):
                return
            (length,) = struct.unpack_from(">H", content, at)
            if at + 2 + length > len(content):
                return
            fields.append(content[at + 2 : at + 2 + length])
            at += 2 + length
        yield family, fields


def cookie(content: bytes, number: int) -> str:
    """The cookie for a display of this machine, in hexadecimal; empty when the file has none."""
    for family, (_, display, name, data) in _entries(content):
        if family in (_LOCAL, _WILD) and display in (b"", str(number).encode()) and name == _NAME:
            return data.hex()
    return ""


def entry(hexadecimal: str, host: str, number: int) -> bytes:
    """A file with this cookie for a display of this machine, whose name is `host`."""
    packed = struct.pack(">H", _LOCAL)
    for field in (host.encode(), str(number).encode(), _NAME, bytes.fromhex(hexadecimal)):
        packed += struct.pack(">H", len(field)) + field
    return packed
