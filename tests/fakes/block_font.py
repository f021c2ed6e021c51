"""A font of which every letter is the same block: what is laid out and painted with it is the same on every machine.

Written from the tables that TrueType asks for (OpenType specification 1.9), since a distribution's font is another one
than the next one's, and than its own of last year. A letter is three fifths of an em wide, a bold one as well.
"""

from __future__ import annotations

import struct
from pathlib import Path

FAMILY = "Qnet Blocks"
_EM, _ASCENT, _DESCENT, _ADVANCE = 1000, 900, 250, 600
#: Where the block of a letter begins and ends: left, bottom, right, top; a bold one is larger.
_BLOCKS = {False: (60, 0, 540, 520), True: (20, -20, 580, 600)}
_WEIGHTS = {False: 400, True: 700}
#: No block: what is between words, and what has no width.
_SPACES = (0x20, 0xA0, 0x200B, 0x2003)


def _glyph(left: int, bottom: int, right: int, top: int) -> bytes:
    """A rectangle: one contour of four points, all on the curve."""
    head = struct.pack(">hhhhh", 1, left, bottom, right, top)
    xs, ys = (left, 0, right - left, 0), (bottom, top - bottom, 0, bottom - top)
    return head + struct.pack(">HH4B4h4h", 3, 0, *([1] * 4), *xs, *ys)


def _cmap() -> bytes:
    """Every letter of the first plane is the block (glyph 1), spaces are empty (2), and what joins has no width (3)."""
    groups, start = [], 0x20
    for space in (*_SPACES, 0x10000):
        if start < space:
            groups.append((start, space - 1, 1))
        if space < 0x10000:
            groups.append((space, space, 3 if space == 0x200B else 2))
        start = space + 1
    table = struct.pack(">HHIII", 13, 0, 16 + 12 * len(groups), 0, len(groups))
    table += b"".join(struct.pack(">III", *group) for group in groups)
    return struct.pack(">HHHHI", 0, 1, 3, 10, 12) + table


def _names(bold: bool) -> bytes:
    style = "Bold" if bold else "Regular"
    texts = {1: FAMILY, 2: style, 3: f"{FAMILY} {style}", 4: f"{FAMILY} {style}", 5: "1", 6: f"QnetBlocks-{style}"}
    records, stored = b"", b""
    for number, text in texts.items():
        data = text.encode("utf-16-be")
        records += struct.pack(">HHHHHH", 3, 1, 0x409, number, len(data), len(stored))
        stored += data
    return struct.pack(">HHH", 0, len(texts), 6 + len(records)) + records + stored


def _os2(bold: bool) -> bytes:
    latin = 0xFFFFFFFF
    return struct.pack(
        ">HhHHHhhhhhhhhhhh10B4I4sHHHhhhHHII", 3, _ADVANCE, _WEIGHTS[bold], 5, 0, 650, 600, 0, 75, 650, 600, 0, 350, 50,
        300, 0, *([0] * 10), latin, latin, latin, latin, b"QNET", 0x20 if bold else 0x40, 0x20, 0xFFFF, _ASCENT,
        -_DESCENT, 0, _ASCENT, _DESCENT, 1, 0,
    ) + struct.pack(">hhHHH", 520, 700, 0, 0x20, 1)  # fmt: skip


def font(bold: bool) -> bytes:
    """A TrueType file."""
    block = _glyph(*_BLOCKS[bold])
    block += b"\0" * (-len(block) % 4)
    glyf = block * 2
    loca = struct.pack(">5I", 0, len(block), 2 * len(block), 2 * len(block), 2 * len(block))
    left, bottom, right, top = _BLOCKS[bold]
    tables = {
        b"OS/2": _os2(bold),
        b"cmap": _cmap(),
        b"glyf": glyf,
        b"head": struct.pack(
            ">IIIIHHqqhhhhHHhhh", 0x10000, 0x10000, 0, 0x5F0F3CF5, 0, _EM, 0, 0, left, bottom, right, top, bold, 8, 2,
            1, 0,
        ),
        b"hhea": struct.pack(
            ">IhhhHhhhhhh8xhH", 0x10000, _ASCENT, -_DESCENT, 0, _ADVANCE, left, left, right, 1, 0, 0, 0, 4
        ),
        b"hmtx": struct.pack(">HhHhHhHh", _ADVANCE, left, _ADVANCE, left, _ADVANCE // 2, 0, 0, 0),
        b"loca": loca,
        b"maxp": struct.pack(">IHHHHHHHHHHHHHH", 0x10000, 4, 4, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0),
        b"name": _names(bold),
        b"post": struct.pack(">IIhhIIIII", 0x30000, 0, -100, 50, 1, 0, 0, 0, 0),
    }  # fmt: skip
    return _file(tables)


def _file(tables: dict[bytes, bytes]) -> bytes:
    count = len(tables)
    power = 1 << (count.bit_length() - 1)
    head = struct.pack(">IHHHH", 0x10000, count, power * 16, power.bit_length() - 1, (count - power) * 16)
    directory, body, start = b"", b"", 12 + 16 * count
    for tag, data in sorted(tables.items()):
        padded = data + b"\0" * (-len(data) % 4)
        total = sum(struct.unpack(f">{len(padded) // 4}I", padded)) & 0xFFFFFFFF
        directory += struct.pack(">4sIII", tag, total, start + len(body), len(data))
        body += padded
    return head + directory + body


def write(folder: Path) -> list[Path]:
    """Both weights, as files."""
    paths = []
    for bold in (False, True):
        paths.append(folder / f"blocks-{'bold' if bold else 'regular'}.ttf")
        paths[-1].write_bytes(font(bold))
    return paths
