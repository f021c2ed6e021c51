"""What the desktops without a screen have in common: waiting, ending a program, and who is on the session bus."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable
from pathlib import Path

from qnet_gui.model.errors import NoAnswer
from qnet_gui.model.messages.plain import plain


def wait(condition: Callable[[], bool], what: str, logs: Path, deadline: float, pause: float) -> None:
    """Look every `pause` seconds until the condition holds; `NoAnswer`, naming `logs`, after `deadline` seconds."""
    until = time.monotonic() + deadline
    while not condition():
        if time.monotonic() > until:
            raise NoAnswer(plain(f"{what} did not come within {deadline:.0f} seconds; see the logs in {logs}."))
        time.sleep(pause)


def end(program: subprocess.Popen[bytes]) -> None:
    """Ask a program to end, and kill one that does not within 5 seconds."""
    program.terminate()
    try:
        program.wait(5)
    except subprocess.TimeoutExpired:
        program.kill()
        program.wait()


def has_name(run: Callable[..., str], name: str) -> bool:
    """Whether somebody owns a name on the session bus; `run` runs a program in the session."""
    bus = ("org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus.NameHasOwner")
    command = ("dbus-send", "--session", "--print-reply=literal", f"--dest={bus[0]}", bus[1], bus[2])
    return "boolean true" in run(*command, f"string:{name}")
