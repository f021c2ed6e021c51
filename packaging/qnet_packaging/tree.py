"""The files of a package as they are to be on a machine: those of the table, manual pages packed, one time for all."""

from __future__ import annotations

import gzip
import os
import re
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from qnet_gui import install
from qnet_gui.install import CHECKOUT

_RELEASE = re.compile(r'<release version="[^"]+" date="(\d{4}-\d\d-\d\d)"/>')


def epoch() -> int:
    """The time that everything bears, in seconds since 1970: SOURCE_DATE_EPOCH, else the day of the release."""
    if given := os.environ.get("SOURCE_DATE_EPOCH"):
        return int(given)
    metainfo = (CHECKOUT / "desktop/metainfo/org.qnet.Tray.metainfo.xml").read_text(encoding="utf-8")
    newest = _RELEASE.findall(metainfo)[0]
    return int(datetime.fromisoformat(newest).replace(tzinfo=UTC).timestamp())


def pack(content: bytes) -> bytes:
    """As gzip has it, without a name or a time."""
    return gzip.compress(content, 9, mtime=0)


def files(tree: Path) -> Iterator[str]:
    """All files of a tree, as absolute paths on the machine."""
    return (f"/{path.relative_to(tree)}" for path in sorted(tree.rglob("*")) if not path.is_dir())


def put(tree: Path, target: str, content: bytes) -> None:
    """One file more, for everybody to read."""
    path = tree / target.lstrip("/")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    path.chmod(0o644)


def make(name: str, tree: Path) -> None:
    """Put the files of the package `qnet-NAME` below `tree`, which is made anew; without bytecode."""
    shutil.rmtree(tree, ignore_errors=True)
    tree.mkdir(parents=True)
    install.put((entry for entry in install.load() if entry.package == name), tree, compiled=False)
    for page in sorted((tree / "usr/share/man").rglob("*.[18]")):
        put(tree, f"{page.relative_to(tree)}.gz", pack(page.read_bytes()))
        page.unlink()


def settle(tree: Path) -> None:
    """Modes and times that do not tell who made it, and when."""
    when = epoch()
    for path in (tree, *tree.rglob("*")):
        if not path.is_symlink():
            path.chmod(0o755 if path.is_dir() or path.stat().st_mode & 0o100 else 0o644)
        os.utime(path, (when, when), follow_symlinks=False)
