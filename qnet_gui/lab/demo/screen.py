"""Where the demo's tray lives: on the screen of the person who called sudo, or on a light desktop under Xvfb.

Nothing runs as root on a person's desktop: what is started there is that person's, with that person's environment.
"""

from __future__ import annotations

import os
import pwd
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import IO, Any, Protocol

from qnet_gui.lab.desktop import desktop_common
from qnet_gui.model.errors import NotFound
from qnet_gui.model.messages.plain import plain

_WATCHER = "org.kde.StatusNotifierWatcher"
_DEADLINE = 10.0
#: What a person's programs get of the environment in which sudo was called.
_KEPT = ("LANG", "LANGUAGE", "PATH", "DISPLAY", "XAUTHORITY", "WAYLAND_DISPLAY", "DBUS_SESSION_BUS_ADDRESS")
_KEPT_PREFIXES = ("LC_", "XDG_", "QT_", "KDE_")


class Screen(Protocol):
    """What a `LightDesktop`, a `Plasma` and a `UserScreen` have in common."""

    folder: Path
    env: dict[str, str]

    def start(self, name: str, command: Sequence[str], **more: Any) -> subprocess.Popen[bytes]:
        """Start a program; its output goes to `NAME.log` in the folder."""
        ...

    def run(self, *command: str) -> str:
        """Run a program to its end; its output, empty when it fails."""
        ...

    def screenshot(self, path: Path) -> Path:
        """Take a picture of it."""
        ...

    def stop(self) -> None:
        """End what was started."""
        ...


def _caller() -> pwd.struct_passwd:
    """Who called sudo."""
    number = os.environ.get("SUDO_UID", "") or os.environ.get("PKEXEC_UID", "")
    if not number.isdecimal() or int(number) == 0:
        raise NotFound(plain("it would run there as root."))
    try:
        return pwd.getpwuid(int(number))
    except KeyError:
        raise NotFound(plain(f"user {number} is not known here.")) from None


def _environment(caller: pwd.struct_passwd) -> dict[str, str]:
    """The caller's environment: sudo takes most of it away, but the shell above it still has it."""
    variables: dict[str, str] = {}
    process = os.getppid()
    while process > 1:
        folder = Path(f"/proc/{process}")
        try:
            if folder.stat().st_uid == caller.pw_uid:
                lines = (folder / "environ").read_bytes().decode(errors="surrogateescape").split("\0")
                variables = dict(line.split("=", 1) for line in lines if "=" in line)
                break
            process = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
        except OSError:
            break
    variables |= os.environ
    kept = {name: value for name, value in variables.items() if name in _KEPT or name.startswith(_KEPT_PREFIXES)}
    kept |= {"HOME": caller.pw_dir, "USER": caller.pw_name, "LOGNAME": caller.pw_name}
    kept.setdefault("XDG_RUNTIME_DIR", f"/run/user/{caller.pw_uid}")
    kept.setdefault("XAUTHORITY", f"{caller.pw_dir}/.Xauthority")
    kept.setdefault("DBUS_SESSION_BUS_ADDRESS", f"unix:path={kept['XDG_RUNTIME_DIR']}/bus")
    return kept


class UserScreen:
    """The screen of the person who called sudo; raises `NotFound` with the reason where there is none."""

    def __init__(self, folder: Path) -> None:
        if not os.environ.get("DISPLAY"):
            raise NotFound(plain("DISPLAY is not set."))
        self.folder = folder
        self._caller = _caller()
        self.env = _environment(self._caller)
        self._running: list[subprocess.Popen[bytes]] = []
        self._logs: list[IO[bytes]] = []
        bus = ("--dest=org.freedesktop.DBus", "/", "org.freedesktop.DBus.NameHasOwner", f"string:{_WATCHER}")
        if "true" not in self.run("dbus-send", "--session", "--print-reply=literal", *bus):
            raise NotFound(plain("it has no tray for StatusNotifierItem icons."))

    def _as_caller(self) -> dict[str, Any]:
        groups = os.getgrouplist(self._caller.pw_name, self._caller.pw_gid)
        return {"user": self._caller.pw_uid, "group": self._caller.pw_gid, "extra_groups": groups, "cwd": "/"}

    def start(self, name: str, command: Sequence[str], **more: Any) -> subprocess.Popen[bytes]:
        """Start a program as the caller; its output goes to `NAME.log`. It is ended by `stop`."""
        log = (self.folder / f"{name}.log").open("ab")
        self._logs.append(log)
        env = {**self.env, **more.pop("env", {})}
        self._running.append(
            subprocess.Popen(
                list(command),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=env,
                **{**self._as_caller(), **more},
            )
        )
        return self._running[-1]

    def run(self, *command: str) -> str:
        """Run a program as the caller to its end; its output, empty when it fails."""
        done = subprocess.run(
            command, env=self.env, capture_output=True, text=True, timeout=_DEADLINE, check=False, **self._as_caller()
        )
        return done.stdout if done.returncode == 0 else ""

    def screenshot(self, path: Path) -> Path:
        """No pictures are taken of a person's screen."""
        return path

    def stop(self) -> None:
        """End what was started, last started first."""
        for program in reversed(self._running):
            desktop_common.end(program)
        for log in self._logs:
            log.close()
