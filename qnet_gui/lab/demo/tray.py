"""The demo's qnet-tray: a process of its own, seen from the session bus as a panel sees it."""

from __future__ import annotations

import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from qnet_gui.lab.box.child import python_path
from qnet_gui.lab.box.enter import dom0_bus_address
from qnet_gui.lab.demo.screen import Screen, UserScreen
from qnet_gui.lab.desktop import plasma
from qnet_gui.lab.desktop.light import LightDesktop
from qnet_gui.lab.desktop.plasma import Plasma
from qnet_gui.model.errors import NoAnswer, NotFound, QnetError
from qnet_gui.model.messages.plain import plain

#: Where the tray can be; `auto` is the first of them that there is.
DESKTOPS = ("auto", "own", "plasma", "light")
_WATCHER = "org.kde.StatusNotifierWatcher"
_ITEM = "org.kde.StatusNotifierItem"
_NOTIFICATIONS = "org.freedesktop.Notifications"
_NAME = "org.qnet.Tray"
_DEADLINE = 20.0
#: Seconds that a tooltip or a notification takes to be painted.
_PAINT_TIME = 1.0
_TITLE = "^Network status"


@dataclass(frozen=True, slots=True)
class _Positions:
    """Where on a desktop the icon is, nothing is, and the window looks well, which leaves the panel free; its size."""

    icon: tuple[int, int]
    empty_spot: tuple[str, str]
    window: tuple[str, str]
    size: tuple[str, str]


_LIGHT = _Positions((943, 624), ("20", "300"), ("60", "12"), ("950", "590"))
_PLASMA = _Positions((1046, 775), ("20", "300"), ("90", "40"), ("1160", "690"))
#: Where nm-applet is on a Plasma, to the left of the applet.
_NM_APPLET = ("1016", "775")


def _strings(text: str) -> list[str]:
    """The strings of what dbus-send or dbus-monitor prints; the tray puts in zero-width spaces against mark-up."""
    return [string.replace("\u200b", "") for string in re.findall(r'string "(.*?)"$', text, re.MULTILINE | re.DOTALL)]


class Tray:
    """Starts it, but on a Plasma, where it comes at login; `screen` ends it."""

    def __init__(self, screen: Screen, lab: str) -> None:
        self.screen = screen
        self._lab = lab
        self._process: subprocess.Popen[bytes] | None = None
        match = f"interface='{_NOTIFICATIONS}',member='Notify'"
        screen.start("notifications", ["dbus-monitor", "--session", match])
        if not isinstance(screen, Plasma):
            self._process = screen.start(
                "qnet-tray", [sys.executable, "-m", "qnet_gui.tray.main"], cwd="/",
                env={"DBUS_SYSTEM_BUS_ADDRESS": dom0_bus_address(lab), "PYTHONPATH": python_path()},
            )  # fmt: skip
        self._name = self.wait(self._registered, "qnet-tray did not put an icon into the tray")

    def wait(self, ready: Callable[[], str], otherwise: str) -> str:
        """Wait until `ready` says something, and return that; else `NoAnswer` with the words of `otherwise`."""
        until = time.monotonic() + _DEADLINE
        while not (answer := ready()):
            if self._process is not None and self._process.poll() is not None:
                log = (self.screen.folder / "qnet-tray.log").read_text(errors="replace").strip()
                raise NoAnswer(plain(f"qnet-tray ended: {log.rpartition(chr(10))[2] or self._process.returncode}"))
            if time.monotonic() > until:
                raise NoAnswer(plain(f"{otherwise} within {_DEADLINE:.0f} s."))
            time.sleep(0.05)
        return answer

    def _call(self, name: str, path: str, method: str, *arguments: str) -> str:
        return self.screen.run("dbus-send", "--session", "--print-reply", f"--dest={name}", path, method, *arguments)

    def _get(self, name: str, path: str, interface: str, which: str) -> list[str]:
        get = "org.freedesktop.DBus.Properties.Get"
        return _strings(self._call(name, path, get, f"string:{interface}", f"string:{which}"))

    def _owner(self, name: str) -> str:
        """Which process is behind a bus name; empty for none."""
        bus = "org.freedesktop.DBus"
        reply = self._call(bus, "/", f"{bus}.GetConnectionUnixProcessID", f"string:{name}")
        return reply.rpartition("uint32 ")[2].strip() if "uint32" in reply else ""

    def _registered(self) -> str:
        own_process = self._owner(_NAME)
        items = self._get(_WATCHER, "/StatusNotifierWatcher", _WATCHER, "RegisteredStatusNotifierItems")
        names = (item.partition("/")[0] for item in items if own_process)
        return next((name for name in names if self._owner(name) == own_process), "")

    def sentence(self) -> str:
        """What the icon's tooltip says now, without its title."""
        tooltip = self._get(self._name, "/StatusNotifierItem", _ITEM, "ToolTip")
        # Plasma has a place for a second line; elsewhere both are one text
        return next((text.partition("\n")[2] for text in tooltip if "\n" in text), tooltip[-1] if tooltip else "")

    def says(self, part: str) -> str:
        """Wait until the tooltip has `part` in it; the sentence then."""
        return self.wait(lambda: self.sentence() if part in self.sentence() else "", f"The tray did not say {part}")

    def notified(self) -> str:
        """Wait for a notification of the tray's: `title: body`."""
        return self.wait(self._last_notification, "The tray gave no notification")

    def _last_notification(self) -> str:
        log = (self.screen.folder / "notifications.log").read_text(errors="replace")
        for block in reversed(re.split(r"^method call ", log, flags=re.MULTILINE)):
            strings = _strings(block)  # the program, its icon, title, body, actions and hints
            if "member=Notify" in block and strings[:1] == ["qnet"] and len(strings) > 3:
                return f"{strings[2]}: {strings[3]}"
        return ""

    @property
    def on_own_screen(self) -> bool:
        """Whether it is on the screen of a person, of which no pictures are taken."""
        return isinstance(self.screen, UserScreen)

    def _positions(self) -> _Positions:
        return _PLASMA if isinstance(self.screen, Plasma) else _LIGHT

    def window(self, *search: str) -> str:
        """A window that xdotool can find so, as soon as it is to be seen."""
        find = ("xdotool", "search", "--onlyvisible", *search)
        return self.wait(lambda: self.screen.run(*find).partition("\n")[0], "The window did not open")

    def open_status(self) -> None:
        """Have the applet open its Status window. Not on a person's screen."""
        if not self.on_own_screen:
            self._call("org.qnet.Tray", "/org/qnet/Tray", "org.qnet.Tray.Open")
            window = self.window("--name", _TITLE)
            positions = self._positions()
            self.screen.run("xdotool", "windowsize", window, *positions.size, "windowmove", window, *positions.window)

    def open_network_applet(self) -> None:
        """Wait for nm-applet's icon and open its menu. Not on a person's screen."""
        if self.on_own_screen:
            return
        icon = self.window("--class", "nm-applet")
        target = _NM_APPLET if isinstance(self.screen, Plasma) else ("--window", icon, "8", "8")
        time.sleep(_PAINT_TIME)
        self.screen.run("xdotool", "mousemove", *target, "click", "3")
        search = ("xdotool", "search", "--onlyvisible", "--class", "nm-applet")
        self.wait(lambda: "it has" if len(self.screen.run(*search).split()) > 1 else "", "Its menu did not open")

    def picture(self, path: Path, tooltip: bool) -> None:
        """Take a picture of the demo's own desktop: as it is, or without notifications and with the tooltip."""
        positions = self._positions()
        self.screen.run("xdotool", "mousemove", *positions.empty_spot)
        if tooltip:
            for number in range(1, 20):
                self._call(
                    _NOTIFICATIONS, "/org/freedesktop/Notifications", f"{_NOTIFICATIONS}.CloseNotification",
                    f"uint32:{number}",
                )  # fmt: skip
            time.sleep(_PAINT_TIME / 2)
            for step in range(3):
                self.screen.run("xdotool", "mousemove", str(positions.icon[0] + step), str(positions.icon[1] + step))
        time.sleep(_PAINT_TIME)
        path.unlink(missing_ok=True)
        if not self.screen.screenshot(path).exists():
            raise NoAnswer(plain(f"The picture {path} could not be taken."))


def _own_desktop(stack: ExitStack, folder: Path, lab: str, desktop: str) -> tuple[Screen, str]:
    """A desktop without a screen, and what it is called."""
    if desktop != "light" and not plasma.missing():
        return stack.enter_context(Plasma(lab, folder)), "a Plasma of its own, in the lab's dom0"
    if desktop == "plasma":
        raise NotFound(plain("Plasma is not installed; .ci/setup-plasma installs it."))
    return stack.enter_context(LightDesktop(folder)), "a light desktop of its own, under Xvfb"


@contextmanager
def open_tray(folder: Path, lab: str, desktop: str) -> Iterator[Tray]:
    """A tray on the person's own screen if that can be used, else on a desktop of the demo's own; says which."""
    with ExitStack() as stack:
        why = ""
        if desktop in ("auto", "own"):
            try:
                screen: Screen = UserScreen(folder)
                stack.callback(screen.stop)
                tray = Tray(screen, lab)
            except (QnetError, OSError) as error:
                if desktop == "own":
                    raise
                stack.close()
                why = f", and not on your screen: {error}"
            else:
                print("\nThe tray is on your screen.", flush=True)
                yield tray
                return
        screen, name = _own_desktop(stack, folder, lab, desktop)
        print(f"\nThe tray is on {name}{why or '.'}", flush=True)
        yield Tray(screen, lab)
