"""A Debian of the tests' own, with all that our packages need and none of them. Made once, below build/packages."""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

from qnet_packaging.recipe import load

SUITE = "bookworm"
BASE = ("systemd-sysv", "dbus", "udev", "libpam-systemd", "nftables", "iproute2")
#: Nothing that ours need, but what installs those of Fedora.
TOOLS = ("rpm",)
_FOLDER = Path(__file__).parents[2] / "build/packages"
#: Nobody's services start, neither here nor in what boots from it.
_POLICY = "#!/bin/sh\nexit 101\n"
#: These have nothing to do in namespaces without any hardware.
_MASKED = (
    "systemd-networkd.service", "e2scrub_reap.service", "e2scrub_all.timer", "apt-daily.timer",
    "apt-daily-upgrade.timer", "dpkg-db-backup.timer", "fstrim.timer", "console-getty.service", "getty@tty1.service",
    "xen.service", "xendomains.service",
)  # fmt: skip


def run(*words: str | Path, seconds: float = 600) -> str:
    """Run a command; what it said on both channels is the error's text where it fails."""
    done = subprocess.run(
        words, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=seconds,
        env={"PATH": os.environ["PATH"] + ":/usr/sbin:/sbin", "DEBIAN_FRONTEND": "noninteractive", "LC_ALL": "C.UTF-8"},
    )  # fmt: skip
    if done.returncode:
        raise AssertionError(f"{' '.join(map(str, words))}: status {done.returncode}\n{done.stdout[-4000:]}")
    return done.stdout


def _needed() -> list[str]:
    """Debian's packages that ours need."""
    return sorted({word.split()[0].removesuffix(":any") for one in load().packages for word in one.debian})


def apt(root: Path, *words: str | Path) -> str:
    """Run apt-get in a root that is not booted."""
    options = ("-q", "-o", "DPkg::Use-Pty=0", "--yes", "--no-install-recommends")
    return run("chroot", root, "apt-get", *options, *words)


def _make(root: Path) -> None:
    run("debootstrap", "--variant=minbase", "--merged-usr", f"--include={','.join(BASE)}", SUITE, root)
    (root / "usr/sbin/policy-rc.d").write_text(_POLICY)
    (root / "usr/sbin/policy-rc.d").chmod(0o755)
    shutil.copy("/etc/resolv.conf", root / "etc/resolv.conf")
    # so that what is simulated for one package is not met by what another needs
    apt(root, "update")


def bare() -> Path:
    """The root without what our packages need, for asking apt what that is."""
    return _once("bare", ",".join(BASE), _make)


def full() -> Path:
    """The root with what our packages need, and with rpm."""
    wanted = [*_needed(), *TOOLS]

    def make(root: Path) -> None:
        run("cp", "-a", bare(), root)
        apt(root, "install", *wanted)
        apt(root, "clean")
        (root / "usr/sbin/policy-rc.d").unlink()
        for unit in _MASKED:
            (root / "etc/systemd/system" / unit).unlink(missing_ok=True)
            (root / "etc/systemd/system" / unit).symlink_to("/dev/null")
        (root / "etc/resolv.conf").write_text("nameserver 192.0.2.53\n")

    return _once("full", ",".join([*BASE, *wanted]), make)


def _once(name: str, made_of: str, make: Callable[[Path], None]) -> Path:
    stamp = hashlib.sha256(f"{SUITE} {made_of}".encode()).hexdigest()[:12]
    root = _FOLDER / f"{name}-{stamp}"
    _FOLDER.mkdir(parents=True, exist_ok=True)
    # the tests run in more than one process, and each comes here
    with (_FOLDER / f".{name}-lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not root.exists():
            for old in _FOLDER.glob(f"{name}-*"):
                shutil.rmtree(old)
            fresh = _FOLDER / f"{name}-{stamp}.new"
            make(fresh)
            fresh.rename(root)
    return root
