"""Fedora's packages of this checkout, the same of an older version, and one that stands for Fedora's own."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from fedora_names import SHIPPED
from qnet_packaging import rpm, tree

from qnet_gui.install import PACKAGES

#: That of the machines, which are Debian's.
PYTHON = f"{sys.version_info.major}.{sys.version_info.minor}"
SITE = rpm.site(PYTHON)
#: What the older version has that is gone since: a module in a folder of its own.
GONE = "qnet_gui/gone"
#: The administrator's, and what it says in the older version.
SCRIPT, OLD_SCRIPT = "/etc/xen/scripts/vif-route-qubes", b"#!/bin/sh\n# as it was\n"
#: Folders that a Fedora has by what it always has (filesystem, python3-libs), and a Debian has not.
FOLDERS = (SITE, "/etc/xdg/autostart", "/usr/share/licenses", "/usr/share/metainfo")
_STAND_IN = """Name: fedora
Version: 43
Release: 1
Summary: Stands for what a Fedora has
License: none
BuildArch: noarch
AutoReqProv: no
{provides}
%description
It has no files.
%files
"""


def new(out: Path) -> dict[str, Path]:
    """By their own part of the name; with `pyxs`, and `fedora`, on which all of them stand."""
    ours = dict(zip(sorted(PACKAGES), rpm.build(out, PYTHON), strict=True))
    return {**ours, "pyxs": rpm.build_pyxs(out, PYTHON)[0], "fedora": _stand_in(out)}


def old(out: Path) -> dict[str, Path]:
    """Those of ours as if they were older, with what has gone and changed since."""
    make = tree.make

    def older(name: str, root: Path) -> None:
        make(name, root)
        if name == "common":
            tree.put(root, f"/usr/lib/python3/dist-packages/{GONE}/late.py", b"#\n")
            (root / SCRIPT.lstrip("/")).write_bytes(OLD_SCRIPT)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(rpm, "__version__", "0.0.1")
        patch.setattr(tree, "make", older)
        return dict(zip(sorted(PACKAGES), rpm.build(out, PYTHON), strict=True))


def _stand_in(out: Path) -> Path:
    """Brings the names of what Fedora ships, and nothing else: what is none of them keeps ours from being installed."""
    others = [name for name in SHIPPED if name != "python3"]
    names = [*others, f"python3 = {PYTHON}", f"python(abi) = {PYTHON}", "/bin/sh"]
    spec = out / "fedora.spec"
    spec.write_text(_STAND_IN.format(provides="\n".join(f"Provides: {name}" for name in names)))
    words = ["/usr/bin/rpmbuild", "--quiet", "-bb", "--target", "noarch", "--define", f"_topdir {out}", spec]
    subprocess.run(words, check=True, capture_output=True, timeout=120)
    return out / "RPMS/noarch/fedora-43-1.noarch.rpm"
