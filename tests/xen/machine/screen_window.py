#!/usr/bin/python3 -IB
"""A window onto the netvm's screen in dom0, without a display: what the tray has, driven by the tests line by line.

`screen_window.py` alone is the window, which listens; `screen_window.py JSON` tells it something, and prints its
answer. It asks the helper as the tray does, and checks what it gets as the tray does. Under emulation a program of its
own for each step would take longer than the step.
"""

from __future__ import annotations

import base64
import fcntl
import json
import mmap
import os
import select
import socket
import subprocess
import sys
import time
import zlib
from collections.abc import Callable
from pathlib import Path

SOCKET = "/run/screen-window"


def ask(request: str) -> int:
    """Tell the window that listens; its answer is printed."""
    with socket.socket(socket.AF_UNIX) as asking:
        asking.connect(SOCKET)
        asking.sendall(request.encode() + b"\n")
        answer = asking.makefile("rb").readline().decode()
    print(answer, end="")
    return 0 if answer and "error" not in json.loads(answer) else 1


class Window:
    """One window, or none. Each method is something that can be told, its arguments are the request's."""

    def __init__(self) -> None:
        from qnet_gui.model.netvm_screen import screen, screen_wire

        self._wire, self._screen = screen_wire, screen
        self._socket: socket.socket | None = None
        self._picture: mmap.mmap | None = None
        self._geometry = screen.Geometry(1, 1)
        #: When parts of the picture have changed, by a clock of seconds.
        self._changes: list[float] = []

    def open(self, looks: bool = True) -> dict[str, object]:
        """Ask the helper for a window; how long that took, and until the first picture was there."""
        import dbus

        self.close()
        bus = dbus.SystemBus()
        helper = bus.get_object("org.qnet.Helper1", "/org/qnet/Helper1", introspect=False)
        listed = json.loads(subprocess.check_output(["xl", "list", "-l", "netvm"]))[0]  # noqa: S607 (of this Xen)
        domid, uuid = listed["domid"], listed["config"]["c_info"]["uuid"]
        began = time.monotonic()
        try:
            width, height, picture, window = helper.OpenScreen(
                dbus.UInt32(domid), uuid, dbus_interface="org.qnet.Helper1", signature="us", timeout=60
            )
        except dbus.DBusException as error:
            return {"error": error.get_dbus_name(), "says": error.get_dbus_message()}
        given = time.monotonic()
        self._geometry = self._screen.Geometry(int(width), int(height))
        descriptor = picture.take()
        readable_alone = fcntl.fcntl(descriptor, fcntl.F_GETFL) & os.O_ACCMODE == os.O_RDONLY
        self._picture = mmap.mmap(descriptor, self._geometry.size, prot=mmap.PROT_READ)
        os.close(descriptor)
        self._socket = socket.socket(fileno=window.take())
        self._changes = []
        answer: dict[str, object] = {"width": int(width), "height": int(height), "given": given - began}
        if looks:
            self.say([["look", True]])
            self._until(lambda: bool(self._changes), 30)
            answer["first_picture"] = self._changes[0] - began if self._changes else None
        return {**answer, "readable_alone": readable_alone, **self.state()}

    def close(self) -> dict[str, object]:
        """As a window that is closed."""
        if self._socket is not None:
            self._socket.close()
            self._socket = None
        return self.state()

    def say(self, inputs: list[list[int]]) -> dict[str, object]:
        """What a person does: ["key", code, down], ["at", left, top, wheel], ["release"], ["look", looks]."""
        kinds = {
            "key": self._wire.KeyPress, "at": self._wire.PointerAt, "release": self._wire.ReleaseAll,
            "look": self._wire.Look,
        }  # fmt: skip
        for kind, *values in inputs:
            assert self._socket is not None, "there is no window"
            self._socket.send(self._wire.packed(kinds[kind](*values)))
        return self.state()

    def wait(self, after: int, seconds: float = 30) -> dict[str, object]:
        """Until more than `after` changes have been told."""
        self._until(lambda: len(self._changes) > after, seconds)
        return self.state()

    def settle(self, quiet: float = 1.0, seconds: float = 60) -> dict[str, object]:
        """Until nothing has changed for so many seconds."""
        began = time.monotonic()
        self._until(lambda: time.monotonic() - (self._changes[-1:] or [began])[0] > quiet, seconds, 0.1)
        return self.state()

    def time(self, inputs: list[list[int]], seconds: float = 30) -> dict[str, object]:
        """Say that, and how long it takes until pixels change."""
        self._drain(0)
        before, began = len(self._changes), time.monotonic()
        self.say(inputs)
        self._until(lambda: len(self._changes) > before, seconds)
        return {"took": self._changes[before] - began if len(self._changes) > before else None, **self.state()}

    def rate(self, seconds: float) -> dict[str, object]:
        """How often the picture is told to have changed, by turns of more than 5 ms apart."""
        before, until = len(self._changes), time.monotonic() + seconds
        self._until(lambda: time.monotonic() > until, seconds + 5, 0.2)
        new = self._changes[before:]
        turns = sum(later - earlier > 0.005 for earlier, later in zip([0.0, *new], new, strict=False))
        return {"turns": turns / seconds, "messages": len(new) / seconds}

    def shot(self) -> dict[str, object]:
        """The picture as it is, compressed."""
        assert self._picture is not None
        self._drain(0)
        pixels = base64.b64encode(zlib.compress(self._picture[:], 1)).decode()
        return {"width": self._geometry.width, "height": self._geometry.height, "pixels": pixels}

    def state(self) -> dict[str, object]:
        """How many changes there were since it was opened, and whether it is open still."""
        self._drain(0)
        return {"open": self._socket is not None, "changes": len(self._changes)}

    def _until(self, ready: Callable[[], bool], seconds: float, step: float = 1.0) -> None:
        until = time.monotonic() + seconds
        while self._socket is not None and not ready() and time.monotonic() < until:
            self._drain(step)

    def _drain(self, seconds: float) -> None:
        """Take what has come, and wait so long for the first of it."""
        while self._socket is not None and select.select([self._socket], [], [], seconds)[0]:
            seconds = 0
            try:
                message = self._socket.recv(100)
            except ConnectionResetError:
                message = b""
            if not message:
                self._socket.close()
                self._socket = None
                return
            self._wire.parsed_output(message, self._geometry)
            self._changes.append(time.monotonic())

    def answer(self, line: bytes) -> dict[str, object]:
        """Do what is asked; whatever goes wrong is for the test to read."""
        request = json.loads(line)
        word = request.pop("do")
        assert not word.startswith("_")
        try:
            answer: dict[str, object] = getattr(self, word)(**request)
        except Exception as error:
            return {"error": repr(error)}
        return answer

    def listen(self) -> None:
        """For ever."""
        Path(SOCKET).unlink(missing_ok=True)
        with socket.socket(socket.AF_UNIX) as listening:
            listening.bind(SOCKET)
            listening.listen()
            while True:
                own = [self._socket] if self._socket else []
                if listening in select.select([listening, *own], [], [])[0]:
                    with listening.accept()[0] as asking:
                        answer = self.answer(asking.makefile("rb").readline())
                        asking.sendall(json.dumps(answer).encode() + b"\n")
                else:
                    self._drain(0)


if __name__ == "__main__":
    sys.exit(ask(sys.argv[1]) if len(sys.argv) > 1 else Window().listen())
