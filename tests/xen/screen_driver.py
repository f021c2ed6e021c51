"""The netvm's screen as a person in dom0 has it: a window that is driven, and what the netvm says of it itself."""

from __future__ import annotations

import json
import re
import shlex
from typing import Any

from boot import Machine
from picture import Picture
from stack import ICON, X_DISPLAY

from qnet_gui.model.netvm_screen.screen import Rectangle

#: Codes of keys and buttons (input-event-codes.h).
ESC, TAB, ENTER, UP, DOWN, LEFT_SHIFT, A, LEFT_BUTTON, RIGHT_BUTTON = 1, 15, 28, 103, 108, 42, 30, 0x110, 0x111
HOME = (35, 24, 50, 18)  # h, o, m, e
#: GTK's ground of what is selected: blue, green, red.
SELECTED = b"\xe4\x84\x35"
#: What machine/screen_hostile.py fills its picture with.
HOSTILE_COLOUR = b"\x20\x40\x80"
#: KiB that a process has alone.
PRIVATE = "awk '/^Private/ {{ sum += $2 }} END {{ print sum }}' /proc/{pid}/smaps_rollup"


_PROGRAM = "/usr/lib/qnet-test/screen_window.py"


class Window:
    """The window in dom0, which is a program of the tests there."""

    def __init__(self, machine: Machine, program: str = _PROGRAM) -> None:
        self.machine, self._program = machine, program

    def ask(self, word: str, **arguments: Any) -> dict[str, Any]:
        """Tell it something; fails where it cannot."""
        answer = self.try_to(word, **arguments)
        assert "error" not in answer, answer
        return answer

    def try_to(self, word: str, **arguments: Any) -> dict[str, Any]:
        request = shlex.quote(json.dumps({"do": word, **arguments}))
        answer: dict[str, Any] = json.loads(self.machine.run(f"{self._program} {request}", seconds=120).output)
        return answer

    def press(self, *codes: int) -> None:
        """One after the other, each goes down and up."""
        self.ask("say", inputs=[["key", code, down] for code in codes for down in (True, False)])

    def click(self, left: int, top: int, button: int = LEFT_BUTTON) -> None:
        self.ask("say", inputs=[["at", left, top]])
        self.press(button)

    def open_menu(self, button: int) -> Picture:
        """Click nm-applet's icon, and wait until something large has come up."""
        before = self.picture()
        self.click(*middle_of(place_of(self.machine, ICON)), button)

        def large() -> bool:
            changed = self.picture().changed(before)
            return changed is not None and changed.area > 100 * 100

        self.machine.wait("a menu", large)
        return self.picture()

    def picture(self) -> Picture:
        """What is to be seen, once nothing moves any more."""
        self.ask("settle")
        return Picture.of(self.ask("shot"))


def beside_x(script: str) -> str:
    """A script for the netvm's shell that runs where its X server is: as a unit, that has a /tmp of its own."""
    inside = shlex.quote(f"export DISPLAY={X_DISPLAY} HOME=/root; {script}")
    return f"nsenter --mount --target $(pgrep -o Xorg) sh -c {inside}"


def of_the_netvm(machine: Machine, script: str) -> str:
    """What a script says in the netvm, where its X server is."""
    return machine.ok(beside_x(script), "netvm")


def digest_of(machine: Machine) -> str:
    """Of the frame buffer, as the netvm itself reads it."""
    return of_the_netvm(machine, "head -c $((1024 * 768 * 4)) /dev/fb0 | sha256sum").split()[0]


def place_of(machine: Machine, name: str) -> Rectangle:
    """Where a window is on the netvm's screen whose name has this in it, as its X server has it."""
    tree = of_the_netvm(machine, "xwininfo -root -tree").splitlines()
    line = next(line for line in tree if name in line)
    width, height, left, top = map(int, re.findall(r"  (\d+)x(\d+)\S+  \+(-?\d+)\+(-?\d+)$", line)[0])
    return Rectangle(left, top, left + width, top + height)


def middle_of(part: Rectangle) -> tuple[int, int]:
    return (part.left + part.right) // 2, (part.top + part.bottom) // 2


def processes_of(machine: Machine) -> list[int]:
    """Those of `qnet-display`: the minder, the root part, and the child where there is a window."""
    return [
        int(line) for line in machine.run("pgrep -f '^/usr/bin/python3 -I /usr/lib/qnet/qnet-display'").output.split()
    ]
