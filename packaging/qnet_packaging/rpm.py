"""Fedora's packages of qnet, by rpmbuild, from the same trees as Debian's. Writes below the folder that it is given.

Where Fedora puts Python's packages depends on its Python: that of this machine, unless another is named. Bytecode is
made where they are installed, and is the package's all the same (%ghost), so that it goes with its module.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import sys
import sysconfig
import tarfile
import tomllib
from datetime import UTC, datetime
from pathlib import Path

from qnet_gui import __version__
from qnet_gui.install import CHECKOUT
from qnet_packaging import tree
from qnet_packaging.recipe import FOLDER, Recipe, Recipes, load

RELEASE = "1"
_DEBIAN_SITE = "/usr/lib/python3/dist-packages"
_SCRIPTS = ("pre", "post", "preun", "postun")
#: Folders that a Fedora has by packages which ours do not need: whoever of them is the last takes them away.
_OPTIONAL = re.compile(r"/(etc/(xen|iproute2)|usr/lib/(NetworkManager|qubes)|usr/share/bash-completion)(/|$)")
#: Of these, what that package has for nobody but root.
_FOR_ROOT = "/etc/xen"
#: Nothing of what rpmbuild does to files by itself, and nothing that tells where and when it was made.
_HEAD = """%global __os_install_post %{{nil}}
%global _buildhost localhost
%global use_source_date_epoch_as_buildtime 1
%global clamp_mtime_to_source_date_epoch 1
%global _build_id_links none
Name: {name}
Version: {version}
Release: {release}
Summary: {summary}
License: {license}
URL: {url}
BuildArch: noarch
"""


def site(python: str) -> str:
    """Where a Fedora with this Python (3.13) has its packages; as this machine's Python would say it there."""
    mine = f"{sys.version_info.major}.{sys.version_info.minor}"
    return sysconfig.get_path("purelib", "posix_prefix", {"base": "/usr"}).replace(mine, python)


def _move(root: Path, target: str) -> None:
    old, new = root / _DEBIAN_SITE.lstrip("/"), root / target.lstrip("/")
    if old.exists():
        new.parent.mkdir(parents=True, exist_ok=True)
        old.rename(new)
        old.parent.rmdir()


def _abi(where: str) -> str:
    """The version of the Python whose packages are there: 3.13."""
    return where.split("/")[3].removeprefix("python")


def _compile(root: Path, where: str) -> None:
    """Places for the bytecode of the modules that a package has."""
    tag = f"cpython-{_abi(where).replace('.', '')}"
    for name in [Path(name) for name in tree.files(root) if name.startswith(where) and name.endswith(".py")]:
        tree.put(root, str(name.parent / f"__pycache__/{name.stem}.{tag}.pyc"), b"")


def _section(recipe: Recipe, where: str) -> str:
    """A package's part of the spec; `where`: Python's packages."""
    release = f"{__version__}-{RELEASE}"
    summary = recipe.summary[0].upper() + recipe.summary[1:]
    lines = [f"%package -n {recipe.package}", f"Summary: {summary}", "AutoReqProv: no"]
    lines += [f"Requires: qnet-{name} = {release}" for name in recipe.ours]
    lines += [f"Requires: {name}" for name in recipe.fedora]
    if recipe.name == "common":
        lines.append(f"Requires: python(abi) = {_abi(where)}")
    lines += [f"Recommends: qnet-{name}" for name in recipe.recommends]
    lines += [f"Recommends: {name}" for name in recipe.fedora_recommends]
    lines += [f"Suggests: {name}" for name in recipe.fedora_suggests]
    text = recipe.description.replace("\n.\n", "\n\n")
    lines += [f"%description -n {recipe.package}", text, ""]
    for when in _SCRIPTS:
        if script := recipe.script("rpm", when):
            lines += [f"%{when} -n {recipe.package}", script.replace("@SITE@", where)]
    return "\n".join(lines) + "\n"


def _folders(names: list[str]) -> list[str]:
    """Folders that go with the package, unless another's are in them."""
    folders = {str(folder) for name in names for folder in Path(name).parents}
    return sorted(folder for folder in folders if "qnet" in folder or "pyxs" in folder or _OPTIONAL.match(folder))


def _kind(name: str) -> str:
    """What rpm is told of a file."""
    if name.startswith("/etc/"):
        return "%config(noreplace) "
    if name.endswith(".pyc"):
        return "%ghost "
    return "%license " if "/licenses/" in name else "%doc " if "/doc/" in name else ""


def _files(root: Path, package: str = "") -> str:
    names = list(tree.files(root))
    lines = [f"%files {package}".strip(), "%defattr(-,root,root,-)"]
    for folder in _folders(names):
        lines.append(f'{"%attr(0700,root,root) " if folder.startswith(_FOR_ROOT) else ""}%dir "{folder}"')
    lines += [f'{_kind(name)}"{name}"' for name in names]
    return "\n".join(lines) + "\n"


def _spec(recipes: Recipes, trees: dict[str, Path], where: str) -> str:
    common = recipes.packages[0]
    head = _HEAD.format(
        name="qnet", version=__version__, release=RELEASE, summary=common.summary, license=recipes.license,
        url=recipes.homepage,
    )  # fmt: skip
    parts = [head, f"%description\n{common.description}\n"]
    parts += [_section(recipe, where) for recipe in recipes.packages]
    copies = "\n".join(f'cp -a "{root}/." %{{buildroot}}/' for root in trees.values())
    parts.append(f"%install\n{copies}\n")
    parts += [_files(trees[recipe.name], f"-n {recipe.package}") for recipe in recipes.packages]
    return "\n".join([*parts, _changelog(recipes.maintainer, f"{__version__}-{RELEASE}")])


def _changelog(maintainer: str, release: str) -> str:
    day = datetime.fromtimestamp(tree.epoch(), UTC).strftime("%a %b %d %Y")
    return f"%changelog\n* {day} {maintainer} - {release}\n- Version {release}\n"


def _rpmbuild(spec: str, work: Path, out: Path) -> list[Path]:
    work.mkdir(parents=True, exist_ok=True)
    (work / "spec").write_text(spec, encoding="utf-8")
    before = set(out.glob("*.rpm"))
    folders = {"_topdir": work, "_rpmdir": out, "_rpmfilename": "%%{NAME}-%%{VERSION}-%%{RELEASE}.%%{ARCH}.rpm"}
    defines = [word for name, value in folders.items() for word in ("--define", f"{name} {value}")]
    words: list[str | Path] = ["/usr/bin/rpmbuild", "--quiet", "-bb", "--target", "noarch", *defines, work / "spec"]
    environment = {**os.environ, "SOURCE_DATE_EPOCH": str(tree.epoch()), "LC_ALL": "C.UTF-8"}
    done = subprocess.run(words, capture_output=True, text=True, env=environment)
    if done.returncode:
        raise OSError(f"rpmbuild failed: {done.stderr.strip()[-2000:]}")
    return sorted(set(out.glob("*.rpm")) - before)


def build(out: Path, python: str) -> list[Path]:
    """All packages of ours into `out`, for a Fedora with this Python; returns their paths. `OSError` when it fails."""
    recipes, where = load(), site(python)
    out.mkdir(parents=True, exist_ok=True)
    for old in out.glob("qnet-*.rpm"):
        old.unlink()
    work, trees = out / "work", {}
    for recipe in recipes.packages:
        root = trees[recipe.name] = work / recipe.package
        tree.make(recipe.name, root)
        _move(root, where)
        _compile(root, where)
        tree.put(root, f"/usr/share/licenses/{recipe.package}/LICENSE", (CHECKOUT / "LICENSE").read_bytes())
        tree.settle(root)
    made = _rpmbuild(_spec(recipes, trees, where), work, out)
    shutil.rmtree(work)
    return made


def _pyxs_source(work: Path, version: str, sha256: str) -> Path:
    """What its author publishes, by pip; `OSError` when it cannot be had, or is another than it was."""
    words = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--no-binary", "pyxs", "-d", str(work)]
    done = subprocess.run([*words, f"pyxs=={version}"], capture_output=True, text=True)
    source = work / f"pyxs-{version}.tar.gz"
    if done.returncode or not source.exists():
        raise OSError(f"pip cannot get pyxs {version}: {done.stderr.strip()[-500:]}")
    if hashlib.sha256(source.read_bytes()).hexdigest() != sha256:
        raise OSError(f"{source.name} is not what it was")
    return source


def build_pyxs(out: Path, python: str) -> list[Path]:
    """The package python3-pyxs into `out`; needs pip and the network."""
    wanted = tomllib.loads((FOLDER / "rpm/python3-pyxs.toml").read_text(encoding="utf-8"))
    work, version, where = out / "work", wanted["version"], site(python)
    root = work / "python3-pyxs"
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)
    for old in out.glob("python3-pyxs-*.rpm"):
        old.unlink()
    targets = {
        r"(pyxs/\w+\.py)": rf"{where}/\1",
        "PKG-INFO": f"{where}/pyxs-{version}.dist-info/METADATA",
        "LICENSE": "/usr/share/licenses/python3-pyxs/LICENSE",
        "README": "/usr/share/doc/python3-pyxs/README",
    }
    with tarfile.open(_pyxs_source(work, version, wanted["sha256"])) as archive:
        for member in archive:
            for pattern, target in targets.items():
                content = archive.extractfile(member)
                if content and (matched := re.fullmatch(f"pyxs-{re.escape(version)}/{pattern}", member.name)):
                    tree.put(root, matched.expand(target), content.read())
    _compile(root, where)
    tree.settle(root)
    made = _rpmbuild(_pyxs_spec(root, version, where), work, out)
    shutil.rmtree(work)
    return made


def _pyxs_spec(root: Path, version: str, where: str) -> str:
    head = _HEAD.format(
        name="python3-pyxs", version=version, release=RELEASE, summary="Pure Python client of xenstore",
        license="LGPL-3.0-only", url="https://github.com/selectel/pyxs",
    )  # fmt: skip
    script = (FOLDER / "rpm/common.preun").read_text(encoding="utf-8")
    release = f"{version}-{RELEASE}"
    return f"""{head}AutoReqProv: no
Requires: python(abi) = {_abi(where)}
%description
Reads and writes xenstore, and watches it, without any library of C.
%install
cp -a "{root}/." %{{buildroot}}/
%post
python3 -m compileall -q {where}/pyxs || :
%preun
{script}{_files(root)}{_changelog(load().maintainer, release)}"""
