"""The netvm's X server, an Xvfb, in place of Xorg on a frame buffer of Linux': what it shows, and what is typed there.

Touches that program, the file that it keeps its pixels in, and its socket.
"""

from __future__ import annotations

import mmap
import os
import struct
import subprocess
from pathlib import Path

from Xlib import X
from Xlib.display import Display
from Xlib.ext import damage

from qnet_gui.lab.box.programs import ENVIRONMENT
from qnet_gui.lab.box.syscalls import die_with_parent
from qnet_gui.model.errors import HypervisorError
from qnet_gui.model.messages.plain import plain
from qnet_gui.model.netvm_screen.screen import Geometry, Rectangle
from qnet_gui.model.netvm_screen.screen_wire import KEYS
from qnet_gui.runtime.signals import held

#: A domain has a /tmp and a network of its own, so it is free.
NUMBER = 0
#: What X adds to Linux' code of a key, and its numbers of a pointer's buttons; a wheel is two of them.
_KEYS_FROM = 8
_BUTTONS = {0x110: 1, 0x111: 3, 0x112: 2, 0x113: 8, 0x114: 9}
_WHEEL_UP, _WHEEL_DOWN = 4, 5
#: Of XWDFileHeader, which the pixels' file begins with: its size, and how many colours of 12 bytes come after it.
_HEADER, _HEADER_SIZE, _NCOLORS, _COLOR_SIZE = struct.Struct(">25I"), 0, 19, 12
_BYTES_PER_LINE, _BITS_PER_PIXEL = 12, 11


class XServer:
    """Running; `pixels` are those of its screen, four bytes each, as Xvfb has them at this moment.

    The socket of its own name alone: what is in the network namespace would take connections to other displays'
    names, which programs with a display of dom0's try there first.
    """

    def __init__(self, geometry: Geometry, folder: Path) -> None:
        reader, writer = os.pipe2(os.O_CLOEXEC)
        size = f"{geometry.width}x{geometry.height}x24"
        # no cursor: it would be in the pixels, and nobody would be told where it was
        command = [
            "/usr/bin/Xvfb", f":{NUMBER}", "-displayfd", str(writer), "-screen", "0", size, "-fbdir", str(folder),
            "-nolisten", "tcp", "-nolisten", "local", "-noreset", "-nocursor",
        ]  # fmt: skip
        with held(die_with_parent) as prepared:
            self._process = subprocess.Popen(
                command, pass_fds=[writer], stdin=subprocess.DEVNULL, stdout=2, env=ENVIRONMENT, preexec_fn=prepared
            )
        os.close(writer)
        with os.fdopen(reader, "rb") as said:
            if not said.readline():
                raise HypervisorError(plain("Xvfb did not start."))
        self.pixels = _mapped(folder / "Xvfb_screen0", geometry)
        self._geometry = geometry
        self._display = Display(f":{NUMBER}")
        self._display.damage_query_version()
        self._display.screen().root.damage_create(damage.DamageReportRawRectangles)
        self._display.sync()

    def fileno(self) -> int:
        """Readable when it has something to say."""
        return int(self._display.fileno())

    def changes(self) -> list[Rectangle]:
        """What was painted since the last call."""
        parts = []
        for _ in range(self._display.pending_events()):
            area = getattr(self._display.next_event(), "area", None)
            part = area and self._geometry.clipped(area.x, area.y, area.width, area.height)
            if part:
                parts.append(part)
        return parts

    def key(self, code: int, down: bool) -> None:
        """A key or a button goes down or up; of a button that Xvfb's pointer has not, nothing is told."""
        if code in _BUTTONS:
            self._fake(X.ButtonPress if down else X.ButtonRelease, _BUTTONS[code])
        elif code in KEYS:
            self._fake(X.KeyPress if down else X.KeyRelease, code + _KEYS_FROM)

    def pointer(self, left: int, top: int, wheel: int) -> None:
        """The pointer is there, and its wheel has turned: below 0, upwards."""
        self._display.xtest_fake_input(X.MotionNotify, x=left, y=top)
        for _ in range(abs(wheel)):
            for event in (X.ButtonPress, X.ButtonRelease):
                self._fake(event, _WHEEL_UP if wheel < 0 else _WHEEL_DOWN)

    def _fake(self, event: int, detail: int) -> None:
        self._display.xtest_fake_input(event, detail)

    def flush(self) -> None:
        """Let it have what was said; changes may have come meanwhile, which its socket does not tell again."""
        self._display.flush()


def _mapped(path: Path, geometry: Geometry) -> memoryview:
    with path.open("rb") as file:
        mapping = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    header = _HEADER.unpack_from(mapping)
    if (header[_BYTES_PER_LINE], header[_BITS_PER_PIXEL]) != (geometry.line_length, 32):
        raise HypervisorError(plain("Xvfb keeps its pixels in another way than is understood."))
    start = header[_HEADER_SIZE] + header[_NCOLORS] * _COLOR_SIZE
    return memoryview(mapping)[start : start + geometry.size]
