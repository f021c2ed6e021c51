"""qnet's applet in dom0 as its user starts it: on an X server that nobody sees, with a window manager and a session."""

from __future__ import annotations

import hashlib
import json
import shlex

from boot import Machine, Result
from picture import Picture
from screen_driver import of_the_netvm

from qnet_gui.model.netvm_screen.screen import BYTES_PER_PIXEL

#: Of the window's frame, in pixels, and of the picture in it.
_FRAME, _WIDTH, _HEIGHT = 4, 1024, 768
_NAME = "Screen of netvm"
_BUS = "unix:path=/run/session/bus"
_SESSION = f"export DISPLAY=:9 DBUS_SESSION_BUS_ADDRESS={_BUS} HOME=/root XDG_RUNTIME_DIR=/run/session; "
_PROGRAM = "/usr/lib/qnet-test/screen_desktop.py"
_LOG = "/var/log/qnet-test"
#: Of the frame buffer, by the netvm itself: what can be seen, which is not each fourth byte.
_SEEN = f"""python3 -I -c '
import hashlib
with open("/dev/fb0", "rb") as buffer:
    pixels = bytearray(buffer.read({_WIDTH * _HEIGHT * BYTES_PER_PIXEL}))
del pixels[3::4]
print(hashlib.sha256(pixels).hexdigest())
'"""


class AppletDesktop:
    """It, and what is done on it."""

    def __init__(self, machine: Machine) -> None:
        self._machine = machine
        #: Where the picture begins in the window.
        self._top = 0

    def run(self, script: str) -> Result:
        """A command of that session."""
        return self._machine.run(_SESSION + script, seconds=120)

    def ok(self, script: str) -> str:
        """The same of one that must not fail."""
        return self._machine.ok(_SESSION + script, seconds=120)

    def start(self) -> None:
        """Without the applet."""
        self.ok("mkdir -p -m 700 /run/session")
        self.ok(f"(Xvfb :9 -screen 0 1280x1024x24 -nolisten tcp >{_LOG}/xvfb.log 2>&1 &)")
        self.ok(f"(dbus-daemon --session --nofork --address={_BUS} >{_LOG}/session-bus.log 2>&1 &)")
        self._machine.until("test -S /run/session/bus -a -S /tmp/.X11-unix/X9")
        self.ok(f"(openbox >{_LOG}/openbox.log 2>&1 &)")

    def start_applet(self) -> None:
        """And wait until others can ask it for something."""
        self.ok(f"(qnet-tray >>{_LOG}/qnet-tray.log 2>&1 &)")
        bus = "org.freedesktop.DBus /org/freedesktop/DBus org.freedesktop.DBus"
        self._machine.until(
            f"{_SESSION} busctl --user --address={_BUS} call {bus} NameHasOwner s org.qnet.Tray | grep true"
        )

    def show(self) -> None:
        """By the command, until the window shows what the netvm does."""
        self.ok("qnet applet")
        self._machine.wait("the applet's window", self.window_is_there)
        self._machine.wait("the picture in it", lambda: _seen(self.picture()) == of_the_netvm(self._machine, _SEEN))

    def window_is_there(self) -> bool:
        """Whether there is one."""
        return not self.run(f"{_PROGRAM} shot {shlex.quote(_NAME)} >/dev/null").status

    def picture(self) -> Picture:
        """What the window shows of the netvm: all of it, at its own size."""
        whole = Picture.of(json.loads(self.ok(f"{_PROGRAM} shot {shlex.quote(_NAME)}")))
        self._top = whole.height - _FRAME - _HEIGHT
        assert (whole.width, self._top > 0) == (_WIDTH + 2 * _FRAME, True)
        return whole.part(_FRAME, self._top, _WIDTH, _HEIGHT)

    def click(self, left: int, top: int) -> None:
        """At a pixel of the netvm's."""
        self.ok(f"{_PROGRAM} click {shlex.quote(_NAME)} {_FRAME + left} {self._top + top}")


def _seen(picture: Picture) -> str:
    pixels = bytearray(picture.pixels)
    del pixels[3::BYTES_PER_PIXEL]
    return hashlib.sha256(pixels).hexdigest()
