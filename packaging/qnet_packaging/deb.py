"""Debian's packages of qnet, by dpkg-deb. Writes below the folder that it is given, nothing else."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
from datetime import UTC, datetime
from pathlib import Path

from qnet_gui import __version__
from qnet_gui.install import CHECKOUT
from qnet_packaging import tree
from qnet_packaging.recipe import FOLDER, Recipe, Recipes, load

VERSION = f"{__version__}-1"
_SCRIPTS = ("preinst", "postinst", "prerm", "postrm")
_COPYRIGHT = """Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/
Upstream-Name: qnet
Source: {homepage}

Files: *
Copyright: {year}, the authors of qnet
License: GPL-3+

License: GPL-3+
 This program is free software: you can redistribute it and/or modify it under the terms of the GNU General Public
 License as published by the Free Software Foundation, either version 3 of the License, or (at your option) any later
 version.
 .
 This program is distributed in the hope that it will be useful, but WITHOUT ANY WARRANTY; without even the implied
 warranty of MERCHANTABILITY or FITNESS FOR A PARTICULAR PURPOSE.  See the GNU General Public License for more details.
 .
 On Debian systems, the full text of the GNU General Public License version 3 can be found in the file
 `/usr/share/common-licenses/GPL-3'.
"""
_CHANGELOG = """qnet ({version}) unstable; urgency=medium

  * Version {upstream}; what is new in it: /usr/share/doc/qnet-common/changelog.gz

 -- {maintainer}  {date}
"""


def _time() -> datetime:
    return datetime.fromtimestamp(tree.epoch(), UTC)


def _documents(recipe: Recipe, recipes: Recipes, root: Path) -> None:
    folder = f"/usr/share/doc/{recipe.package}"
    text = _COPYRIGHT.format(homepage=recipes.homepage, year=_time().year)
    tree.put(root, f"{folder}/copyright", text.encode())
    date = _time().strftime("%a, %d %b %Y %H:%M:%S +0000")
    changes = _CHANGELOG.format(version=VERSION, upstream=__version__, maintainer=recipes.maintainer, date=date)
    tree.put(root, f"{folder}/changelog.Debian.gz", tree.pack(changes.encode()))
    if recipe.name == "common":
        tree.put(root, f"{folder}/changelog.gz", tree.pack((CHECKOUT / "CHANGELOG.md").read_bytes()))
    tree.put(root, f"/usr/share/lintian/overrides/{recipe.package}", _overrides(recipe, root).encode())


def _overrides(recipe: Recipe, root: Path) -> str:
    """What lintian need not say, with the reason. Of units only where there are some."""
    text = (FOLDER / "debian/lintian-overrides").read_text(encoding="utf-8")
    if any(name.endswith(".service") for name in tree.files(root / "usr/lib/systemd")):
        text += (FOLDER / "debian/units.lintian-overrides").read_text(encoding="utf-8")
    lines = (line if line.startswith("#") else f"{recipe.package}: {line}" for line in text.splitlines())
    return "".join(f"{line}\n" for line in lines)


def _control(recipe: Recipe, recipes: Recipes, size: int) -> str:
    """The package's description for dpkg; `size`: of its files, in KiB."""
    depends = [*(f"qnet-{name} (= {VERSION})" for name in recipe.ours), *recipe.debian]
    fields = {
        "Package": recipe.package,
        "Source": "qnet",
        "Version": VERSION,
        "Architecture": "all",
        "Maintainer": recipes.maintainer,
        "Installed-Size": str(size),
        "Depends": ", ".join(depends),
        "Recommends": ", ".join([*(f"qnet-{name}" for name in recipe.recommends), *recipe.debian_recommends]),
        "Suggests": ", ".join(recipe.debian_suggests),
        "Section": recipe.section,
        "Priority": "optional",
        "Homepage": recipes.homepage,
        "Description": recipe.summary + "".join(f"\n {line}" for line in recipe.description.splitlines()),
    }
    return "".join(f"{name}: {value}\n" for name, value in fields.items() if value)


def _about(recipe: Recipe, recipes: Recipes, root: Path) -> None:
    """The folder DEBIAN: what dpkg keeps of the package beside its files."""
    names = list(tree.files(root))
    size = sum(-(-(root / name[1:]).stat().st_size // 1024) for name in names)
    sums = "".join(f"{hashlib.md5((root / name[1:]).read_bytes()).hexdigest()}  {name[1:]}\n" for name in names)  # noqa: S324
    tree.put(root, "DEBIAN/control", _control(recipe, recipes, size).encode())
    tree.put(root, "DEBIAN/md5sums", sums.encode())
    # what is below /etc is the administrator's once it is there
    if conffiles := "".join(f"{name}\n" for name in names if name.startswith("/etc/")):
        tree.put(root, "DEBIAN/conffiles", conffiles.encode())
    for when in _SCRIPTS:
        if text := recipe.script("debian", when):
            tree.put(root, f"DEBIAN/{when}", text.encode())
            (root / "DEBIAN" / when).chmod(0o755)


def build(out: Path) -> list[Path]:
    """All packages into `out`; returns their paths. `CalledProcessError` when dpkg-deb fails."""
    recipes, made = load(), []
    out.mkdir(parents=True, exist_ok=True)
    for old in out.glob("qnet-*.deb"):
        old.unlink()
    environment = {**os.environ, "SOURCE_DATE_EPOCH": str(tree.epoch())}
    for recipe in recipes.packages:
        root = out / "tree" / recipe.package
        tree.make(recipe.name, root)
        _documents(recipe, recipes, root)
        _about(recipe, recipes, root)
        tree.settle(root)
        path = out / f"{recipe.package}_{VERSION}_all.deb"
        words: list[str | Path] = ["/usr/bin/dpkg-deb", "--root-owner-group", "-Zxz", "--build", root, path]
        subprocess.run(words, check=True, stdout=subprocess.DEVNULL, env=environment)
        made.append(path)
    shutil.rmtree(out / "tree")
    return made
