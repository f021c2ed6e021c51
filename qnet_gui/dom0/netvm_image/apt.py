"""What this machine's apt says of Debian: where it comes from, which suite this is, what packages need. It blocks."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from qnet_gui.dom0.netvm_image import packages, programs, sources
from qnet_gui.dom0.netvm_image.root import Run
from qnet_gui.dom0.netvm_image.wanted import Wanted
from qnet_gui.model.errors import QnetError

_SECONDS = 60.0
_CODENAME = re.compile(r'^VERSION_CODENAME="?([a-z0-9.-]+)"?$', re.MULTILINE)
_PROXY = re.compile(r"https?://[A-Za-z0-9._~:/@%+=\[\]-]+")


@dataclass(frozen=True, slots=True)
class Debian:
    """What a new root is made of. `program`: by which; `keyring`: whether Debian's own key is where it always is.

    `proxies`: pairs of http or https, and where apt asks for that: as it is set, else as the environment says.
    """

    program: str = programs.MMDEBSTRAP
    suite: str = ""
    repositories: tuple[sources.Source, ...] = ()
    keyring: bool = True
    proxies: tuple[tuple[str, str], ...] = ()


def debian(wanted: Wanted, release: Path, keyring: Path, is_there: Callable[[str], bool], run: Run) -> Debian:
    """What there is; no repositories where apt knows none of the suite."""
    program = programs.MMDEBSTRAP
    if not is_there(program) and is_there(programs.DEBOOTSTRAP):
        program = programs.DEBOOTSTRAP
    suite = wanted.suite or _codename(release)
    words = [programs.APT_GET, "indextargets", "--format", sources.FORMAT, "Created-By: Packages"]
    known = sources.known(_asked(run, words), suite)
    if wanted.mirror:
        known = sources.of_mirror(wanted.mirror, suite, known)
    proxies = [
        (kind, _asked(run, _proxy(kind)).strip() or os.environ.get(f"{kind}_proxy", "")) for kind in ("http", "https")
    ]
    valid = tuple((kind, url) for kind, url in proxies if _PROXY.fullmatch(url))
    return Debian(program, suite, known, keyring.exists(), valid)


def _asked(run: Run, words: Sequence[str]) -> str:
    """What it says; nothing where it fails, or is not there."""
    with suppress(QnetError):
        return run(words, Path(words[0]).name, _SECONDS).decode("utf-8", "replace")
    return ""


def _proxy(kind: str) -> list[str]:
    return [programs.APT_CONFIG, "dump", "--format", "%v%n", f"Acquire::{kind}::Proxy"]


def _codename(release: Path) -> str:
    with suppress(OSError, UnicodeDecodeError):
        if match := _CODENAME.search(release.read_text(encoding="utf-8")):
            return match[1]
    return ""


def knows_ours(run: Run) -> bool:
    """Whether our packages are to be had where all others are."""
    return f"Package: {packages.OURS[-1]}\n" in _asked(run, [programs.APT_CACHE, "show", packages.OURS[-1]])


def unpacks(package: Path, run: Run) -> bool:
    """Whether dpkg can read a package to its end, or is not there to do so."""
    try:
        run([programs.DPKG_DEB, "--contents", str(package)], "dpkg-deb", _SECONDS)
    except QnetError:
        return False
    return True


def needs(files: Sequence[Path], run: Run) -> list[str]:
    """What these packages depend on, without each other."""
    fields = [_asked(run, [programs.DPKG_DEB, "--field", str(path), "Depends"]) for path in files]
    return list(dict.fromkeys(name for field in fields for name in packages.depends(field)))
