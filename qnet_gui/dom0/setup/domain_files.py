"""The configurations of domains for xl that are on this machine. Reads, changes nothing."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from qnet_gui.hypervisor import xl_config


@dataclass(frozen=True, slots=True)
class DomainFile:
    """A domain's configuration for xl: its path, and its text, in which bytes that are no UTF-8 are surrogates."""

    path: Path
    name: str
    text: str


def domain_files(xen: Path, netvm_file: Path) -> tuple[tuple[DomainFile, ...], tuple[Path, ...]]:
    """The configurations that are usually below /etc/xen, but the netvm's own, and those that cannot be read.

    Links to one file are that file.
    """
    paths = {path.resolve() for folder in (xen, xen / "auto") for path in _listed(folder)}
    paths.discard(Path(os.path.realpath(netvm_file)))  # which stands no link to itself, as `resolve` does not
    files = {path: read(path) for path in sorted(paths)}
    domains = tuple(file for file in files.values() if file is not None and file.name)
    return domains, tuple(path for path, file in files.items() if file is None)


def _listed(folder: Path) -> list[Path]:
    """Files that xl's own tools take for a domain's: `*.cfg`, and whatever is in `auto`; none that is hidden."""
    try:
        entries = sorted(path for path in folder.iterdir() if not path.name.startswith("."))
    except OSError:
        return []
    return [path for path in entries if _may_be_file(path) and (path.suffix == ".cfg" or folder.name == "auto")]


def _may_be_file(path: Path) -> bool:
    """Whether it is one; so too where a link leads to what whoever asks may not see."""
    try:
        return path.is_file()
    except OSError:
        return True


def read(path: Path) -> DomainFile | None:
    """A configuration for xl; None where it cannot be read, or is no file.

    xl reads bytes: a remark in an older encoding is no matter to it, and none here.
    """
    try:
        if not path.is_file():
            return None
        content = path.read_bytes()
    except OSError:
        return None
    text = content.decode("utf-8", "surrogateescape")  # with its own ends of lines
    name = xl_config.settings(text).get("name", "")
    if isinstance(name, str) and name:
        return DomainFile(path, _shown(name), text)
    return DomainFile(path, "", text) if _shown(text).encode() == content else None  # such as one in UTF-16


def _shown(text: str) -> str:
    """With a question mark for each byte that is no UTF-8."""
    return text.encode("utf-8", "replace").decode("utf-8")
