"""Which command upgrades dom0's packages here, and in which terminal it can be run. Reads one file."""

from __future__ import annotations

import shlex
import shutil
from pathlib import Path

from qnet_gui.model.translation import tr
from qnet_gui.runtime.distribution import OS_RELEASE, families

#: What upgrades the packages of a family of distributions, by its name in os-release.
_COMMANDS = {
    "debian": "sudo apt update && sudo apt full-upgrade",
    "fedora": "sudo dnf upgrade --refresh",
    "opensuse-tumbleweed": "sudo zypper refresh && sudo zypper dist-upgrade",
    "suse": "sudo zypper refresh && sudo zypper update",
    "opensuse": "sudo zypper refresh && sudo zypper update",
    "arch": "sudo pacman -Syu",
    "alpine": "sudo apk upgrade --update-cache",
}
#: Terminals, the desktop's own first, and the option behind which the command stands.
_TERMINALS = (
    ("konsole", "-e"), ("gnome-terminal", "--"), ("xfce4-terminal", "-x"), ("x-terminal-emulator", "-e"),
    ("ptyxis", "--"), ("kgx", "--"), ("mate-terminal", "-x"), ("xterm", "-e"),
)  # fmt: skip


def usual_command(release: Path = OS_RELEASE) -> str:
    """The command of this distribution; empty when it is none that is known."""
    return next((_COMMANDS[family] for family in families(release) if family in _COMMANDS), "")


def command_line(command: str, path: str | None = None) -> list[str]:
    """The terminal with the command in it, which stays until a key is pressed; empty where there is no terminal."""
    end = shlex.quote(tr("The upgrade has ended. Press Enter to close this window."))
    script = f"{command}\nprintf '\\n%s ' {end}\nread -r _"
    for name, option in _TERMINALS:
        if program := shutil.which(name, path=path):
            return [program, option, "/bin/sh", "-c", script]
    return []


def hindrance(command: str) -> str:
    """Why it cannot be run here; empty if it can."""
    if not command:
        return tr("The command that upgrades this system is not known. Enter it in the settings.")
    if not command_line(command):
        return tr("There is no terminal here. Run this in one: {command}", command=command)
    return ""
