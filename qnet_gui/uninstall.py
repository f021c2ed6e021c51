"""Takes qnet away again: `python -m qnet_gui.uninstall ROLE [--destdir D]`, by the table that installed it.

Removes below the destination only: the rows' files, but for what another role that is installed there has too, and
folders that are left empty by it. A configuration that is not as it was installed stays, and so does what the programs
themselves have written (/etc/qnet/qnet.toml, /var/lib/qnet).
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from qnet_gui.install import CHECKOUT, ROLES, Entry, load
from qnet_gui.model.errors import BadInput, QnetError
from qnet_gui.model.messages.plain import plain

_UNITS = "/usr/lib/systemd/system/"
#: There where systemd is process 1, and what says that this is dom0.
_SYSTEMD, _DOM0 = "run/systemd/system", "proc/xen/capabilities"
#: How a domain named its servers before qnet-guest did, and how that begins its own.
_KEPT, _NAMED_BY_US = "var/lib/qnet-guest/resolv.conf", "# Written by qnet-guest:"
#: What was begun and nobody could end any more: the file that tells of it, a word in that, and what ends it. Whoever
#: writes these files is not imported, since what he needs may have gone; a test holds the names together.
_CONNECTED = ("var/lib/qnet/dom0-link.json", "", ["/usr/bin/qnet", "dom0", "down"])
_CARDS_TAKEN = ("run/qnet/netvm.json", '"nics": {"', ["/usr/bin/qnet", "netvm", "stop"])
#: What is there where cards are dom0's again, and their bridges do not take them.
_BRIDGES_LEFT = '"parts": {"'
_SET_UP = "var/lib/qnet/setup/done.json"
_ROUTES_SET = ("run/qnet/former.json", "", ["/usr/bin/qnet-agent", "undo"])


def _remove_file(path: Path, root: Path) -> None:
    path.unlink(missing_ok=True)
    for folder in path.parents:
        if folder == root:
            return
        try:
            folder.rmdir()
        except OSError:  # somebody else's is in it
            return


def _remove(entry: Entry, root: Path, checkout: Path) -> bool:
    """Take away what a row has installed; False when it stays because somebody has changed it."""
    target, source = root / entry.target.lstrip("/"), checkout / entry.source
    if entry.kind == "package":
        for folder in (target, *target.parent.glob("qnet-*.dist-info")):
            shutil.rmtree(folder, ignore_errors=True)
        _remove_file(target, root)
    elif entry.kind == "folder":
        for path in source.rglob("*"):
            if path.is_file():
                _remove_file(target / path.relative_to(source), root)
    elif entry.kind == "config" and target.exists() and target.read_bytes() != source.read_bytes():
        return False
    else:
        _remove_file(target, root)
    return True


def _put_names_back(root: Path) -> None:
    """Have a domain name its servers as it did before qnet-guest; if somebody else does so now, his word stays."""
    kept, path = root / _KEPT, root / "etc/resolv.conf"
    if os.path.lexists(kept) and not path.is_symlink() and _says(path, _NAMED_BY_US):
        path.unlink()
        shutil.move(kept, path)  # which may be on another disk
    shutil.rmtree(kept.parent, ignore_errors=True)


def _others(role: str, table: Sequence[Entry], root: Path) -> set[str]:
    """The other roles that this machine has as well, as a template may: files that are theirs alone are there."""
    own = [entry for entry in table if len(entry.roles) == 1 and entry.kind in ("file", "program")]
    return {entry.roles[0] for entry in own if os.path.lexists(root / entry.target.lstrip("/"))} - {role}


def uninstall(role: str, root: Path = Path("/"), checkout: Path = CHECKOUT) -> list[str]:
    """Take away what was installed for a role below `root`; returns what stays, since somebody has changed it."""
    if role not in ROLES:
        raise BadInput(plain(f"{role!r} is not a role; roles are {', '.join(ROLES)}."))
    table = load(checkout)
    others = _others(role, table, root)
    entries = [entry for entry in table if role in entry.roles and not others.intersection(entry.roles)]
    if role == "guest":
        _put_names_back(root)
    return [entry.target for entry in entries if not _remove(entry, root, checkout)]


def _says(path: Path, word: str) -> bool:
    try:
        return word in path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return False


def _run(words: Sequence[str], is_enough: Callable[[], bool] = lambda: False) -> None:
    """`is_enough`: whether what is needed has been done though it failed, which it has told itself."""
    if subprocess.run(words, stdin=subprocess.DEVNULL).returncode and not is_enough():
        raise QnetError(plain("The services could not be stopped, so nothing was removed."))


def stop(role: str, root: Path = Path("/")) -> None:
    """End what runs, and put back what it has done; what cannot be ended keeps everything in place, for another try.

    Nothing is done where this machine is not the one that runs, but the root of another.
    """
    booted = (root / _SYSTEMD).is_dir()
    if not booted and not _says(root / _DOM0, "control_d"):
        return
    if role == "dom0":
        path, word, words = _CONNECTED
        if _says(root / path, word):
            _run(words)
        path, word, words = _CARDS_TAKEN
        if _says(root / path, word) or _says(root / path, _BRIDGES_LEFT):
            _run(words, lambda: not _says(root / path, word))
    targets = [entry.target for entry in load() if role in entry.roles and entry.target.startswith(_UNITS)]
    units = [Path(target).name for target in targets if (root / target.lstrip("/")).exists()]
    units = [name for name in units if "@" not in name]
    if booted and units:  # systemctl refuses what it does not know: not all of them are in every version
        _run(["/bin/systemctl", "disable", "--now", "--quiet", *units])
    path, word, words = _ROUTES_SET
    if role != "guest" and _says(root / path, word):
        _run(words)  # once no agent sets them anew


def main(argv: Sequence[str] | None = None) -> int:
    """The entry point; the exit status is 0, or 1 with a sentence on stderr."""
    parser = argparse.ArgumentParser(prog="python3 -m qnet_gui.uninstall", description="Takes qnet away again.")
    parser.add_argument("role", metavar="|".join(ROLES), nargs="?", default="", help="what this machine is")
    parser.add_argument("--destdir", metavar="FOLDER", default="", help="below this folder (default: /)")
    options = parser.parse_args(argv)
    root = Path(options.destdir).absolute() if options.destdir else Path("/")
    try:
        if options.role in ROLES and root == Path("/"):
            stop(options.role)
        kept = uninstall(options.role, root)
    except QnetError as error:
        print(error.sentence, file=sys.stderr)
        return 1
    except OSError as error:
        print(f"{error.filename} cannot be removed: {error.strerror}.", file=sys.stderr)
        return 1
    print(f"qnet for {options.role} is removed below {root}.")
    kept += [path for path in ("/etc/qnet/qnet.toml", "/var/lib/qnet") if os.path.lexists(root / path[1:])]
    if kept:
        print(f"Left, since it is yours: {', '.join(kept)}")
    if options.role == "dom0" and os.path.lexists(root / _SET_UP):
        print("What qnet setup has changed stays so. Installed again, it can take that back: qnet setup --undo")
    return 0


if __name__ == "__main__":
    sys.exit(main())
