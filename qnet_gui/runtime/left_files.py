"""Configuration files that an upgrade has laid beside those that somebody has changed, or beside new ones.

A person is to look at them.
"""

from __future__ import annotations

import os
from pathlib import Path

#: What the new file's name ends with: dpkg's, ucf's, rpm's; and of rpm's that of a changed one, where the new one took
#: its place.
SUFFIXES = (".dpkg-dist", ".dpkg-new", ".ucf-dist", ".rpmnew", ".rpmsave")


def left_since(began: float, folder: Path = Path("/etc")) -> tuple[str, ...]:
    """Their paths below a folder, of those that came after `began` (seconds since the epoch).

    By the time at which the file system wrote them down: the time in a file's own record is the package's. What may not
    be read is left out.
    """
    left = []
    for parent, _, names in os.walk(folder):
        for name in names:
            if name.endswith(SUFFIXES) and _came_after(path := Path(parent, name), began):
                left.append(str(path))
    return tuple(sorted(left))


def _came_after(path: Path, began: float) -> bool:
    try:
        return path.lstat().st_ctime >= int(began)
    except OSError:  # it has gone meanwhile
        return False
