"""Installs qnet: `python -m qnet_gui.install ROLE [--destdir D]`, by the table desktop/files.toml of a checkout.

The lab installs its domains by the same table and the same functions. Writes below the destination only; imports
nothing that a bare Python does not have.
"""

from __future__ import annotations

import argparse
import compileall
import os
import re
import shutil
import sys
import tomllib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from qnet_gui import __version__
from qnet_gui.model.errors import BadInput, NotFound, QnetError
from qnet_gui.model.messages.plain import plain
from qnet_gui.runtime.atomic_file import write_atomically

#: The checkout that this package is in.
CHECKOUT = Path(__file__).resolve().parents[1]
TABLE = Path("desktop/files.toml")
ROLES = ("dom0", "netvm", "guest")
#: What `make deb` and `make rpm` divide the rows among.
PACKAGES = ("common", "dom0", "tray", "netvm", "guest")
#: Programs are started by the bus, by systemd and by Xen, none of which gives them a PATH; and what is in the
#: environment or the home of whoever starts them is none of their business. Ctrl-C may come before `main` is there;
#: who installs without a package may lack what one of them needs.
_PROGRAM = """#!/usr/bin/python3 -I
import sys
{path}try:
    from {module} import main
    sys.exit(main())
except KeyboardInterrupt:
    sys.exit(130)
except ModuleNotFoundError as error:
    from qnet_gui.cli.hints import of_missing_module
    sys.exit(sys.argv[0].rpartition("/")[2] + ": " + of_missing_module(error.name or "?"))
"""
_METADATA = """Metadata-Version: 2.1
Name: qnet
Version: {version}
"""
_TARGET = re.compile(r"(/[A-Za-z0-9._@+-]+)+")
_MODULE = re.compile(r"qnet_gui(\.[a-z0-9_]+)*")
_UNITS, _USERS = "/usr/lib/systemd/system/", "/usr/lib/sysusers.d/"
_CODE = (".py", ".c")
#: The one unit that dom0 always wants: the netvm has to be described first, the agent is for dom0 as the netvm.
_HELPER = "qnet-helper.service"
#: What elsewhere is enabled; the others are started by these, or by events.
_ENABLED = ("qnet-agent.service", "qnet-guest.service")


@dataclass(frozen=True, slots=True)
class Entry:
    """One row: a file, a configuration, a folder of files, the Python package, or a program."""

    kind: str
    target: str
    roles: tuple[str, ...]
    package: str
    source: str = ""
    mode: int = 0o644
    module: str = ""


#: The keys of a row beside its roles and its package, by its kind.
_KEYS = {
    "file": {"source", "target", "mode"},
    "config": {"source", "target", "mode"},
    "folder": {"source", "target"},
    "package": {"source", "target"},
    "program": {"name", "module"},
}
#: Keys that a row may have, with what they say where they are not there.
_OPTIONAL = {"program": {"folder": "/usr/bin"}}


def _roles(value: Any, where: str) -> tuple[str, ...]:
    if not isinstance(value, list) or not value or len(set(map(str, value))) != len(value):
        raise BadInput(plain(f"{where}: its roles are not a list of some of {', '.join(ROLES)}."))
    if unknown := [str(role) for role in value if role not in ROLES]:
        raise BadInput(plain(f"{where}: {', '.join(unknown)} is not a role; roles are {', '.join(ROLES)}."))
    return tuple(value)


def _matching(pattern: str, value: str, where: str) -> str:
    if not re.fullmatch(pattern, value) or "/.." in value:
        raise BadInput(plain(f"{where}: {value!r} will not do."))
    return value


def _entry(kind: str, row: dict[str, Any], number: int) -> Entry:
    where = f"[[{kind}]] number {number}"
    wanted = {*_KEYS[kind], "package", "roles"}
    optional = _OPTIONAL.get(kind, {})
    if unknown := set(row) - wanted - set(optional):
        known = ", ".join(sorted(wanted | set(optional)))
        raise BadInput(plain(f"{where}: {', '.join(sorted(unknown))} is not known; it has {known}."))
    if missing := wanted - set(row):
        raise BadInput(plain(f"{where}: it has no {', '.join(sorted(missing))}."))
    roles = _roles(row["roles"], where)
    text = {key: str(value) for key, value in {**optional, **row}.items()}
    package = text["package"]
    if package not in PACKAGES:
        raise BadInput(plain(f"{where}: {package} is not a package; packages are {', '.join(PACKAGES)}."))
    if kind == "program":
        name = _matching(r"[a-z][a-z0-9-]*", text["name"], where)
        module = _matching(_MODULE.pattern, text["module"], where)
        folder = _matching(_TARGET.pattern, text["folder"], where)
        return Entry(kind, f"{folder}/{name}", roles, package, mode=0o755, module=module)
    target = _matching(_TARGET.pattern, text["target"], where)
    source = _matching(_TARGET.pattern, "/" + text["source"], where)[1:]
    mode = int(_matching("0[67][0-7][0-7]", text.get("mode", "0644"), where), 8)
    return Entry(kind, target, roles, package, source, mode)


def parse(text: str) -> tuple[Entry, ...]:
    """The rows of a table; `BadInput` names the one that is wrong."""
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise BadInput(plain(f"It is not TOML: {error}.")) from None
    if unknown := set(table) - set(_KEYS):
        raise BadInput(plain(f"{', '.join(sorted(unknown))} is not known; there are {', '.join(_KEYS)}."))
    entries = tuple(_entry(kind, row, number) for kind in table for number, row in enumerate(table[kind], 1))
    for role in ROLES:
        targets = [entry.target for entry in entries if role in entry.roles]
        if twice := {target for target in targets if targets.count(target) > 1}:
            raise BadInput(plain(f"Two rows install {', '.join(sorted(twice))} for {role}."))
    return entries


def load(checkout: Path = CHECKOUT) -> tuple[Entry, ...]:
    """The table of a checkout; every source that it names is there."""
    path = checkout / TABLE
    try:
        entries = parse(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise NotFound(plain(f"{path} is not there; qnet is installed from a checkout of its sources.")) from None
    except BadInput as error:
        raise BadInput(plain(f"{path}: {error.sentence}")) from None
    for entry in entries:
        source = checkout / entry.source
        if not (source.is_file() if entry.kind in ("file", "config") else source.is_dir()):
            raise NotFound(plain(f"{path} names {entry.source}, which is not there."))
    return entries


def _put(target: Path, content: bytes, mode: int) -> None:
    """Put a file in its place, at once; what was there is replaced, never written through.

    Not waiting for the disk: there are hundreds, and after a power cut they are installed once more.
    """
    write_atomically(target, content, mode, durable=False)


def put_program(target: Path, module: str, code: Path | None = None) -> None:
    """Put a program in its place, which runs a module's main; `code`: the folder to take the package from."""
    path = f"sys.path.insert(0, {str(code)!r})\n" if code else ""
    _put(target, _PROGRAM.format(path=path, module=module).encode(), 0o755)


def _put_folder(source: Path, target: Path, wanted: Callable[[Path], bool] = lambda _: True) -> None:
    for path in sorted(source.rglob("*")):
        if path.is_file() and wanted(path):
            _put(target / path.relative_to(source), path.read_bytes(), 0o644)


def _put_package(source: Path, target: Path, compiled: bool) -> None:
    """The package in the place of an older one, and its version where Python looks it up; `compiled`: bytecode too."""
    fresh = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        _put_folder(source, fresh, lambda path: path.suffix in _CODE)
        if compiled:
            compileall.compile_dir(fresh, quiet=1, stripdir=str(fresh), prependdir=str(target))
        for old in (target, *target.parent.glob("qnet-*.dist-info")):
            if old.is_symlink():
                old.unlink()
            elif old.exists():
                shutil.rmtree(old)
        fresh.rename(target)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)  # a disk that is full needs the room
    _put(
        target.parent / f"qnet-{__version__}.dist-info/METADATA", _METADATA.format(version=__version__).encode(), 0o644
    )


def install(role: str, root: Path = Path("/"), checkout: Path = CHECKOUT, in_place: bool = False) -> list[str]:
    """Install for a role below `root`; returns the targets. `in_place`: programs run the checkout's own package."""
    if role not in ROLES:
        raise BadInput(plain(f"{role!r} is not a role; roles are {', '.join(ROLES)}."))
    entries = [entry for entry in load(checkout) if role in entry.roles]
    put(entries, root, checkout, in_place)
    return [entry.target for entry in entries]


def put(
    entries: Iterable[Entry], root: Path, checkout: Path = CHECKOUT, in_place: bool = False, compiled: bool = True
) -> None:
    """Put these rows' files below `root`. `compiled`: bytecode too, which packages leave to the distribution."""
    for entry in entries:
        source, target = checkout / entry.source, root / entry.target.lstrip("/")
        if entry.kind == "file" or (entry.kind == "config" and not os.path.lexists(target)):
            _put(target, source.read_bytes(), entry.mode)
        elif entry.kind == "folder":
            _put_folder(source, target)
        elif entry.kind == "program":
            put_program(target, entry.module, checkout if in_place else None)
        elif entry.kind == "package" and not in_place:
            _put_package(source, target, compiled)


def _what_next(targets: Sequence[str]) -> Iterator[str]:
    units = [Path(target).name for target in targets if target.startswith(_UNITS)]
    in_dom0 = _HELPER in units
    users = "systemd-sysusers && " if any(target.startswith(_USERS) for target in targets) else ""
    if now := [_HELPER] if in_dom0 else [unit for unit in units if unit in _ENABLED]:
        yield f"To start it: {users}systemctl daemon-reload && systemctl enable --now {' '.join(now)}"
    if in_dom0:
        yield "To have it start the netvm: fill in /etc/qnet/netvm.cfg, then systemctl enable --now qnet-netvm.service"


def main(argv: Sequence[str] | None = None) -> int:
    """The entry point; the exit status is 0, or 1 with a sentence on stderr."""
    parser = argparse.ArgumentParser(prog="python3 -m qnet_gui.install", description="Installs qnet from its checkout.")
    parser.add_argument("role", metavar="|".join(ROLES), nargs="?", default="", help="what this machine is")
    parser.add_argument("--destdir", metavar="FOLDER", default="", help="install below this folder (default: /)")
    options = parser.parse_args(argv)
    os.umask(0o022)
    root = Path(options.destdir).absolute() if options.destdir else Path("/")
    try:
        if not options.role:
            raise BadInput(plain(f"Say what to install for: make install ROLE={'|'.join(ROLES)}"))
        targets = install(options.role, root)
    except QnetError as error:
        print(error.sentence, file=sys.stderr)
        return 1
    except OSError as error:
        print(f"{error.filename} cannot be written: {error.strerror}.", file=sys.stderr)
        return 1
    print(f"qnet {__version__} for {options.role} is installed below {root}.")
    if root == Path("/"):
        print(*_what_next(targets), sep="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
