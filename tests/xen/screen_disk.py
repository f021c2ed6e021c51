"""The disk of the machine whose netvm has a screen, below build/xen: X, a window manager and nm-applet, in a layer.

It is a disk of its own, so that the others are as small and as quick as they are. It takes what image.py takes, and two
minutes once for each list of packages.
"""

from __future__ import annotations

import shutil
from functools import cache
from pathlib import Path

import image
from parts import MACHINE, SCREEN_PACKAGES
from turns import only_one

_FILES = MACHINE / "screen"
_SIZE = "1500M"


@cache
def made() -> Path:
    """The disk's file, most of it holes. The same to the end."""
    with only_one("screen-disk"):
        root = image.base()
        files = [(path.name, path.read_bytes()) for path in sorted(_FILES.iterdir())]
        name = f"screen-{image.key(root.name, SCREEN_PACKAGES, files, Path(__file__).read_bytes())}"
        return image.cached(name, lambda wip: _make(wip, root)) / "disk"


def _make(folder: Path, root: Path) -> None:
    files = folder / "files"
    layer = files / "screen"
    program = layer / "usr/lib/qnet-test/start-screen"
    program.parent.mkdir(parents=True)
    shutil.copy(_FILES / program.name, program)
    program.chmod(0o755)
    image.run("unshare", "--mount", "sh", _FILES / "install.sh", root, layer, *SCREEN_PACKAGES)
    image.run("mke2fs", *image.PLAIN, "-d", files, folder / "disk", _SIZE)
    shutil.rmtree(files)


if __name__ == "__main__":
    print(made())
