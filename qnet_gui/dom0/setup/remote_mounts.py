"""Which of dom0's filesystems come over the network. Pure but for links in sysfs that are followed.

Source of the form: proc(5), `/proc/pid/mounts`; fstab(5).
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

MOUNTS, DISKS = Path("/proc/self/mounts"), Path("/sys/class/block")
_KINDS = re.compile(r"nfs4?|cifs|smb3|ceph|afs|ocfs2|gfs2|fuse\.(?:sshfs|glusterfs|ceph|rbd)")
#: Disks that are another machine's, by their names.
_DISKS = re.compile(r"(nbd|rbd|drbd)[0-9]+(?:p[0-9]+)?")
_ESCAPED = re.compile(r"\\([0-7]{3})")


def remote_mounts(mounts: str, disks: Path = DISKS) -> tuple[tuple[str, str], ...]:
    """Where each is mounted, and of which kind it is."""
    return tuple(sorted(_remote(mounts, disks)))


def _remote(mounts: str, disks: Path) -> Iterator[tuple[str, str]]:
    for line in mounts.splitlines():
        words = [_ESCAPED.sub(lambda match: chr(int(match[1], 8)), word) for word in line.split(" ")]
        if len(words) < 4 or not words[1].startswith("/"):
            continue
        source, place, kind = words[:3]
        if _KINDS.fullmatch(kind):
            yield place, kind
        elif source.startswith("/dev/") and (network := _network(Path(source).name, disks)):
            yield place, network


def _network(disk: str, disks: Path) -> str:
    """By which way a disk comes over the network; empty for one of this machine."""
    if match := _DISKS.fullmatch(disk):
        return match[1]
    return "iSCSI" if re.search(r"/session[0-9]+/", os.path.realpath(disks / disk)) else ""
