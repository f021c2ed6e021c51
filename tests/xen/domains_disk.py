"""The disk for disks of domains, of a dom0 that has no qnet yet, below build/xen: a netvm's image, and room for more.

The image is made by `qnet netvm make`, as somebody makes it away from dom0, when a machine first asks for it, and again
for another content. It takes what image.py takes.
"""

from __future__ import annotations

import shutil
from functools import cache
from pathlib import Path

import image
from parts import CHECKOUT
from turns import only_one

from qnet_gui.dom0.netvm_image.packages import FIRST_FILES

#: Its name on the disk, which dom0 mounts at /var/lib/xen.
IMAGE = "netvm.img"
_SIZE = "3G"


@cache
def made() -> Path:
    """The disk's file, most of it holes. The same to the end."""
    with only_one("domains-disk"):
        root, boot = image.base(), image.kernel()
        name = f"domains-{image.key(root.name, boot.name, image.ours(), Path(__file__).read_bytes())}"
        return image.cached(name, lambda wip: _make(wip, root, boot)) / "disk"


def _make(folder: Path, root: Path, boot: Path) -> None:
    layer, files = folder / "layer", folder / "files"
    image.run("make", "-C", CHECKOUT, "deb")
    image.make_booted(layer, "netvm", "bare", root)
    for path, text in FIRST_FILES.items():  # as `qnet netvm make` has them before it fetches a kernel
        (layer / path).parent.mkdir(parents=True, exist_ok=True)
        (layer / path).write_text(text)
    files.mkdir()
    script = image.SYSTEMD / "netvm.sh"
    image.run("unshare", "--mount", "sh", script, root, boot, layer, CHECKOUT, files / IMAGE)
    image.run("mke2fs", *image.PLAIN, "-d", files, folder / "disk", _SIZE)
    for made in (layer, files):
        shutil.rmtree(made)
