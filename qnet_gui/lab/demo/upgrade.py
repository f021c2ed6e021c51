"""The demo's last stops: dom0 is connected for an upgrade and disconnected again, and netvm's nm-applet is shown.

On a Plasma the person who is logged in does it, and is asked for the password by KDE's own dialog; elsewhere root does.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from typing import Any

from qnet_gui.lab.box.child import python_path
from qnet_gui.lab.box.enter import dom0_bus_address
from qnet_gui.lab.demo.narration import head, say
from qnet_gui.lab.demo.tray import Tray
from qnet_gui.lab.desktop.plasma import Plasma
from qnet_gui.lab.desktop.session import PASSWORD, USER
from qnet_gui.model.errors import NoAnswer
from qnet_gui.model.messages.plain import plain

_DEADLINE = 60.0
_MINUTES = "30"


class Upgrade:
    """`show` takes a picture of that name, or gives a person the time to look."""

    def __init__(self, tray: Tray, lab: str, show: Callable[[str], None]) -> None:
        self._tray, self._lab, self._show = tray, lab, show

    def _start(self, *arguments: str) -> tuple[subprocess.Popen[bytes], Callable[[], str]]:
        """Start `qnet WORDS` on the tray's desktop; also gives what it has printed."""
        screen, name = self._tray.screen, "-".join(("qnet", *arguments))
        log = screen.folder / f"{name}.log"
        say(f"$ qnet {' '.join(arguments)}")
        if isinstance(screen, Plasma):
            return screen.start(name, ["qnet", *arguments]), log.read_text
        env = {**os.environ, **screen.env, "DBUS_SYSTEM_BUS_ADDRESS": dom0_bus_address(self._lab)}
        options: dict[str, Any] = {"env": {**env, "PYTHONPATH": python_path(), "QNET_LAB": ""}, "cwd": "/"}
        command = [sys.executable, "-m", "qnet_gui.cli", *arguments]
        with log.open("wb") as output:
            process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=output, stderr=output, **options)
        return process, log.read_text

    def _qnet(self, *arguments: str) -> None:
        self._end(*self._start(*arguments))

    @staticmethod
    def _end(process: subprocess.Popen[bytes], printed: Callable[[], str]) -> None:
        status = process.wait(_DEADLINE)
        say(printed())
        if status:
            raise NoAnswer(plain(f"It ended with status {status}."))

    def up(self) -> None:
        """With the password, where there is a person."""
        head("5. dom0 is connected to the network, to upgrade its packages; all other domains are paused.")
        command = self._start("dom0", "up", "--minutes", _MINUTES)
        if isinstance(self._tray.screen, Plasma):
            self._give_password()
        self._end(*command)
        sentence = self._tray.says("dom0 is connected")
        say(f"\nThe tray says: {sentence}")
        self._show("dom0-connected.png")

    def _give_password(self) -> None:
        screen = self._tray.screen
        dialog = self._tray.window("--class", "polkit-kde")
        self._tray.wait(
            lambda: "it has" if screen.run("xdotool", "getactivewindow").strip() == dialog else "",
            "The password dialog did not get the keyboard",
        )
        say(f"{USER} is asked for a password, by Plasma's own dialog:")
        self._show("password.png")
        screen.run("xdotool", "type", PASSWORD)
        screen.run("xdotool", "key", "Return")
        say("The right one is typed.")

    def down(self) -> None:
        """Nobody is asked."""
        say()
        self._qnet("dom0", "down")
        say(f"\nThe tray says: {self._tray.says('Connected by cable')}")
        self._show("dom0-closed.png")

    def applet(self) -> None:
        """In the tray."""
        head("6. nm-applet of netvm, in the tray of this desktop.")
        self._qnet("applet")
        self._tray.open_network_applet()
        self._show("nm-applet.png")
