"""Maps the picture that the helper gave, for reading alone, after a look whether it is what it must be. Without Qt.

Nobody may be able to make it smaller, which would kill who reads it, nor to write it by what was given away. Touches
the descriptor that it is given. Source: fcntl(2), "File Sealing".
"""

from __future__ import annotations

import fcntl
import mmap
import os

from qnet_gui.model.errors import BadInput
from qnet_gui.model.messages.screen import ScreenCode
from qnet_gui.model.netvm_screen.screen import Geometry

#: Since Linux 5.1; Python has no name for it before 3.13.
_F_SEAL_FUTURE_WRITE = 0x0010
_SEALS = fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_GROW | _F_SEAL_FUTURE_WRITE | fcntl.F_SEAL_SEAL


def mapped(descriptor: int, geometry: Geometry) -> mmap.mmap:
    """The picture's memory, `geometry.size` bytes; the descriptor is the caller's to close. `BadInput` for another."""
    try:
        as_it_must_be = (
            fcntl.fcntl(descriptor, fcntl.F_GET_SEALS) & _SEALS == _SEALS
            and fcntl.fcntl(descriptor, fcntl.F_GETFL) & os.O_ACCMODE == os.O_RDONLY
            and os.fstat(descriptor).st_size == geometry.size
        )
        if as_it_must_be:
            return mmap.mmap(descriptor, geometry.size, mmap.MAP_SHARED, mmap.PROT_READ)
    except (OSError, ValueError):
        pass
    raise BadInput(ScreenCode.SCREEN_PICTURE_WRONG)
