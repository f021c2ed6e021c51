"""The real systemd-resolved, from Debian's package but not installed: that would take the machine's own resolv.conf."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from .conftest import Lab

#: Where the lab's netvm sees it too.
_FOLDER = Path(__file__).parents[2] / "build" / "systemd-resolved"
_USER = "systemd-resolve:x:993:993::/:/usr/sbin/nologin"
_RUN = "/run/systemd/resolve"


def _unpacked() -> Path:
    """The package's files, fetched once; a test without them is passed over."""
    if not (_FOLDER / "usr/bin/resolvectl").exists():
        _FOLDER.mkdir(parents=True, exist_ok=True)
        fetched = subprocess.run(
            ["/usr/bin/apt-get", "download", "systemd-resolved"],
            cwd=_FOLDER,
            capture_output=True,
            timeout=60,
            check=False,
        )
        packages = list(_FOLDER.glob("*.deb"))
        if fetched.returncode or not packages:
            pytest.skip("apt-get cannot fetch systemd-resolved")
        subprocess.run(["/usr/bin/dpkg", "-x", str(packages[0]), str(_FOLDER)], check=True, timeout=60)
    return _FOLDER


class RealResolved:
    """It runs in the netvm of a lab."""

    def __init__(self, lab: Lab, folder: Path) -> None:
        self._lab, self._folder = lab, folder

    def ctl(self, words: str) -> str:
        return self._lab.out("netvm", str(self._folder / "usr/bin/resolvectl"), *words.split())


@contextmanager
def running(lab: Lab, settings: str = "") -> Iterator[RealResolved]:
    """With these lines in the [Resolve] section of its configuration."""
    folder = _unpacked()
    policy = folder / "usr/share/dbus-1/system.d/org.freedesktop.resolve1.conf"
    lab.exec("netvm", "sh", "-c", f"echo {_USER} >>/etc/passwd; mkdir -p {_RUN}; chown 993:993 {_RUN}")
    lab.exec("netvm", "tee", "/etc/systemd/resolved.conf", input=f"[Resolve]\n{settings}\n")
    lab.exec("netvm", "cp", str(policy), "/etc/dbus-1/system.d/")
    lab.exec("netvm", "dbus-send", "--system", "--print-reply", "--dest=org.freedesktop.DBus", "/",
             "org.freedesktop.DBus.ReloadConfig")  # fmt: skip
    # Debian 12 has it below /lib
    program = next(folder.glob("lib/systemd/systemd-resolved"), folder / "usr/lib/systemd/systemd-resolved")
    with lab.popen("netvm", str(program), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        made = RealResolved(lab, folder)
        try:
            lab.wait("systemd-resolved", lambda: lab.exec(
                "netvm", str(folder / "usr/bin/resolvectl"), "status", check=False).returncode == 0)  # fmt: skip
            yield made
        finally:
            process.terminate()
