"""A picture of the netvm's screen as dom0 has it: compared, looked at, kept as a PNG. Touches files when it is kept."""

from __future__ import annotations

import base64
import hashlib
import struct
import zlib
from dataclasses import dataclass
from typing import Any

from parts import BUILD

from qnet_gui.model.netvm_screen.screen import BYTES_PER_PIXEL, Rectangle

#: Where those that are kept are, until the next run.
PICTURES = BUILD / "pictures"


@dataclass(frozen=True, slots=True)
class Picture:
    """`pixels`: four bytes each (blue, green, red, and one that says nothing), line after line."""

    width: int
    height: int
    pixels: bytes

    @classmethod
    def of(cls, answer: dict[str, Any]) -> Picture:
        """From what the window in dom0 answers."""
        return cls(answer["width"], answer["height"], zlib.decompress(base64.b64decode(answer["pixels"])))

    def part(self, left: int, top: int, width: int, height: int) -> Picture:
        """A rectangle of it."""
        lines = (self._line(number, left, left + width) for number in range(top, top + height))
        return Picture(width, height, b"".join(lines))

    def digest(self) -> str:
        """As sha256sum(1) has it."""
        return hashlib.sha256(self.pixels).hexdigest()

    def colours(self, part: Rectangle) -> set[bytes]:
        """Of the pixels there: blue, green, red."""
        lines = (self._line(number, part.left, part.right) for number in range(part.top, part.bottom))
        return {
            line[at : at + 3] for line in lines for at in range(0, len(line), BYTES_PER_PIXEL)
        }  # fmt: skip

    def changed(self, before: Picture) -> Rectangle | None:
        """Around all pixels that are other ones than before; None where there are none."""
        lines = [number for number in range(self.height) if self._line(number) != before._line(number)]
        if not lines:
            return None
        columns = [
            at // BYTES_PER_PIXEL
            for number in lines
            for at, (one, other) in enumerate(zip(self._line(number), before._line(number), strict=True))
            if one != other
        ]
        return Rectangle(min(columns), lines[0], max(columns) + 1, lines[-1] + 1)

    def _line(self, number: int, left: int = 0, right: int | None = None) -> bytes:
        start = number * self.width * BYTES_PER_PIXEL
        end = self.width if right is None else right
        return self.pixels[start + left * BYTES_PER_PIXEL : start + end * BYTES_PER_PIXEL]

    def keep(self, name: str) -> None:
        """Write it to a file of this name, as PNG."""
        PICTURES.mkdir(parents=True, exist_ok=True)
        (PICTURES / f"{name}.png").write_bytes(self._png())

    def _png(self) -> bytes:
        """8 bits a colour, without a filter. Source: the PNG specification, W3C."""
        rows = bytearray()
        for number in range(self.height):
            line = self._line(number)
            row = bytearray(3 * self.width)
            row[0::3], row[1::3], row[2::3] = line[2::4], line[1::4], line[0::4]
            rows += b"\0" + row
        header = struct.pack(">IIBBBBB", self.width, self.height, 8, 2, 0, 0, 0)
        parts = ((b"IHDR", header), (b"IDAT", zlib.compress(bytes(rows))), (b"IEND", b""))
        return b"\x89PNG\r\n\x1a\n" + b"".join(
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
            for kind, data in parts
        )
