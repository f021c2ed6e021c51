"""Outputs that fail."""

from __future__ import annotations

import errno
import io


class Gone(io.StringIO):
    """An output that takes nothing any more after the first few writes: a terminal that was closed."""

    def __init__(self, writes: int) -> None:
        super().__init__()
        self.left = writes

    def write(self, text: str) -> int:
        self.left -= 1
        if self.left < 0:
            raise OSError(errno.EIO, "Input/output error")
        return super().write(text)
