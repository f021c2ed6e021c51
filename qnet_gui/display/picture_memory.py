"""The memory in which the applet sees the netvm's pixels: a sealed memfd, written here, only read there.

It never changes its size, so that no reader is killed by an end that moved. Nobody can write it but by the mapping
that was made here before it was sealed: not with the applet's descriptor, nor with another one of the same file.
Touches file descriptors and memory. Source: memfd_create(2), fcntl(2), "File Sealing".
"""

from __future__ import annotations

import fcntl
import mmap
import os

from qnet_gui.model.netvm_screen.screen import Geometry

#: Since Linux 5.1; Python has no name for it before 3.13.
F_SEAL_FUTURE_WRITE = 0x0010
SEALS = fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_GROW | F_SEAL_FUTURE_WRITE | fcntl.F_SEAL_SEAL


class PictureMemory:
    """Room for one picture, black at first. `OSError` where the kernel has none, or no such seals."""

    def __init__(self, geometry: Geometry) -> None:
        descriptor = os.memfd_create("qnet-display", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
        try:
            os.ftruncate(descriptor, geometry.size)
            self._mapping = mmap.mmap(descriptor, geometry.size)
            # Who is no root can then open it for reading at most, whatever descriptor of it he has.
            os.fchmod(descriptor, 0o444)
            fcntl.fcntl(descriptor, fcntl.F_ADD_SEALS, SEALS)
            self._reader = os.open(f"/proc/self/fd/{descriptor}", os.O_RDONLY | os.O_CLOEXEC)
        finally:
            os.close(descriptor)
        self.pixels = memoryview(self._mapping)

    def fileno(self) -> int:
        """The descriptor that may be given away: it reads and maps, and does not write."""
        return self._reader

    def close(self) -> None:
        """Let it go here, if that has not been done; who has the descriptor keeps the last picture."""
        if not self._mapping.closed:
            self.pixels.release()
            self._mapping.close()
            os.close(self._reader)
