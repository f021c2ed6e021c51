"""The distribution's programs that make a netvm: their words, which are pure, and how they are run.

Debian's own programs fetch and unpack; nothing here does. Each has namespaces of its own for its mounts and processes,
so that nothing stays mounted, or running, whatever becomes of it. There is no shell.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from qnet_gui.dom0.netvm_image.root import DEBUGFS
from qnet_gui.dom0.netvm_image.sources import Source, lines
from qnet_gui.model.errors import QnetError
from qnet_gui.model.parse import printable
from qnet_gui.runtime import command

UNSHARE, MKE2FS, CP, DD, ENV = "/usr/bin/unshare", "/sbin/mke2fs", "/bin/cp", "/bin/dd", "/usr/bin/env"
LVCREATE, LVS, LVREMOVE, VGS = "/sbin/lvcreate", "/sbin/lvs", "/sbin/lvremove", "/sbin/vgs"
APT_GET, APT_CACHE, APT_CONFIG, DPKG_DEB = (
    "/usr/bin/apt-get", "/usr/bin/apt-cache", "/usr/bin/apt-config", "/usr/bin/dpkg-deb",
)  # fmt: skip
MMDEBSTRAP, DEBOOTSTRAP = "/usr/bin/mmdebstrap", "/usr/sbin/debootstrap"
#: Which package has what, in Debian and in Fedora.
PACKAGES = {
    UNSHARE: "util-linux", MKE2FS: "e2fsprogs", DEBUGFS: "e2fsprogs", LVCREATE: "lvm2", DPKG_DEB: "dpkg",
    MMDEBSTRAP: "mmdebstrap", APT_GET: "apt",
}  # fmt: skip
#: Where our packages lie in the root while they are installed.
INSIDE = "/var/cache/qnet-make"
_APART = (UNSHARE, "--mount", "--uts", "--ipc", "--pid", "--fork", "--kill-child")


def run(words: Sequence[str], name: str, seconds: float) -> bytes:
    """Run a program, and return what it printed; `QnetError` in its own words when it fails, or is too slow."""
    return command.run(words, deadline=seconds, name=name, reason=why, error=QnetError)


def why(stderr: str) -> str:
    """Why one of these programs failed: its first line that is an error, else its last one."""
    said = [line.strip() for line in stderr.splitlines() if line.strip()]
    errors = [line.removeprefix("E:").strip() for line in said if line.startswith(("E:", "dpkg: "))]
    return printable((errors or said[-1:] or [""])[0], 200)


def bootstrap(
    program: str, root: Path, first: Path, suite: str, sources: Sequence[Source], keyring: bool,
    packages: Sequence[str], proxies: Sequence[tuple[str, str]],
) -> list[str]:  # fmt: skip
    """A Debian in `root`, which is empty. `first`: a folder of files that are put there before the kernel comes.

    debootstrap knows one repository and one suite only, of `first` nothing, and proxies by its environment.
    """
    apart = [*_APART, "--mount-proc", "--"]
    if program == DEBOOTSTRAP:
        components = ",".join(sources[0].components)
        wanted = [f"--include={','.join(packages)}", f"--components={components}", "--variant=minbase"]
        environment = [ENV, *(f"{kind}_proxy={url}" for kind, url in proxies)] if proxies else []
        return [*apart, *environment, program, *wanted, suite, str(root), sources[0].uri]
    return [
        *apart, program, "--quiet", "--mode=root", "--variant=minbase", "--format=directory",
        "--dpkgopt=force-unsafe-io",  # what is lost in a power cut is made anew
        *(f'--aptopt=Acquire::{kind}::Proxy "{url}"' for kind, url in proxies),
        f"--essential-hook=sync-in {first} /", f"--include={','.join(packages)}",
        suite, str(root), *lines(sources, keyring),
    ]  # fmt: skip


def inside(root: Path, *words: str) -> list[str]:
    """A program of the root, in it, without a network."""
    return [*_APART, "--net", f"--root={root}", "--mount-proc=/proc", "--", *words]


def copy_tree(source: Path, target: Path) -> list[str]:
    """A folder with all that belongs to its files, to a place where there is nothing, without other filesystems."""
    return [CP, "--archive", "--one-file-system", "--no-target-directory", "--reflink=auto", str(source), str(target)]


def make_disk(root: Path, target: Path, size: int) -> list[str]:
    """An ext4 filesystem with a root in it, in a file that is made, sparse, or in a volume; `size` in GiB."""
    return [MKE2FS, "-q", "-t", "ext4", "-m", "1", "-d", str(root), str(target), f"{size}G"]


def copy_image(image: Path, target: Path, to_volume: bool) -> list[str]:
    """An image as it is; a file of it is sparse again."""
    if to_volume:
        return [DD, f"if={image}", f"of={target}", "bs=4M", "conv=fsync,notrunc", "status=none"]
    return [CP, "--sparse=always", "--reflink=auto", "--no-target-directory", str(image), str(target)]


def make_volume(volume: str, size: int, token: str) -> list[str]:
    """A logical volume with a tag; `size` in GiB."""
    group, _, name = volume.partition("/")
    return [LVCREATE, "--yes", "--quiet", "--size", f"{size}g", "--addtag", token, "--name", name, group]


def remove_volume(volume: str) -> list[str]:
    """A logical volume goes, with all that is in it."""
    return [LVREMOVE, "--yes", "--quiet", volume]


def volume_tags(run: Callable[[Sequence[str], str, float], bytes], volume: str) -> set[str] | None:
    """The tags of a logical volume, None where there is no such volume."""
    try:
        told = run([LVS, "--noheadings", "--options", "lv_tags", volume], "lvs", 30.0)
    except QnetError:
        return None
    return {tag for tag in told.decode("utf-8", "replace").strip().split(",") if tag}
