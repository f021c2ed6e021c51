"""The demo's qnet-tray: a process of its own, seen from the session bus as a panel sees it."""

from __future__ import annotations

import re
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from qnet_gui.lab.child import python_path
from qnet_gui.lab.demo_screen import Screen, UserScreen
from qnet_gui.lab.desktop import LightDesktop
from qnet_gui.model.errors import NoAnswer, QnetError

_WATCHER = "org.kde.StatusNotifierWatcher"
_ITEM = "org.kde.StatusNotifierItem"
_NOTIFICATIONS = "org.freedesktop.Notifications"
_DEADLINE = 15.0
#: Seconds that a tooltip or a notification takes to be painted.
_PAINTED = 1.0
#: Where on a `LightDesktop` the icon is, beside the clock; and where the Status window looks well.
_ICON, _BESIDE, _WINDOW = (("943", "624"), ("945", "626")), ("100", "300"), ("362", "12")
_TITLE = "^Network status"


def _strings(text: str) -> list[str]:
    """The strings of what dbus-send or dbus-monitor prints; the tray puts in zero-width spaces against mark-up."""
    return [found.replace("\u200b", "") for found in re.findall(r'string "(.*?)"$', text, re.MULTILINE | re.DOTALL)]


class Tray:
    """Starts it; `screen` ends it."""

    def __init__(self, screen: Screen, system_bus: str) -> None:
        self._screen = screen
        match = f"interface='{_NOTIFICATIONS}',member='Notify'"
        screen.start("notifications", ["dbus-monitor", "--session", match])
        self._process = screen.start(
            "qnet-tray", [sys.executable, "-m", "qnet_gui.tray.main"], cwd="/",
            env={"DBUS_SYSTEM_BUS_ADDRESS": system_bus, "PYTHONPATH": python_path()},
        )  # fmt: skip
        self._name = self._wait(self._registered, "qnet-tray did not put an icon into the tray")

    def _wait(self, ready: Callable[[], str], otherwise: str) -> str:
        until = time.monotonic() + _DEADLINE
        while not (found := ready()):
            if self._process.poll() is not None:
                log = (self._screen.folder / "qnet-tray.log").read_text(errors="replace").strip()
                raise NoAnswer(f"qnet-tray ended: {log.rpartition(chr(10))[2] or self._process.returncode}")
            if time.monotonic() > until:
                raise NoAnswer(f"{otherwise} within {_DEADLINE:.0f} s.")
            time.sleep(0.05)
        return found

    def _get(self, name: str, path: str, interface: str, which: str) -> list[str]:
        get = ("org.freedesktop.DBus.Properties.Get", f"string:{interface}", f"string:{which}")
        return _strings(self._screen.run("dbus-send", "--session", "--print-reply", f"--dest={name}", path, *get))

    def _registered(self) -> str:
        known = self._get(_WATCHER, "/StatusNotifierWatcher", _WATCHER, "RegisteredStatusNotifierItems")
        mine = f"{_ITEM}-{self._process.pid}-"
        return next((each.partition("/")[0] for each in known if each.startswith(mine)), "")

    def sentence(self) -> str:
        """What the icon's tooltip says now, without its title."""
        tooltip = self._get(self._name, "/StatusNotifierItem", _ITEM, "ToolTip")
        return next((text.partition("\n")[2] for text in tooltip if "\n" in text), "")

    def says(self, part: str) -> str:
        """Wait until the tooltip has `part` in it; the sentence then."""
        return self._wait(lambda: self.sentence() if part in self.sentence() else "", f"The tray did not say {part}")

    def notified(self) -> str:
        """Wait for a notification of the tray's: `title: body`."""
        return self._wait(self._last_notification, "The tray gave no notification")

    def _last_notification(self) -> str:
        seen = (self._screen.folder / "notifications.log").read_text(errors="replace")
        for block in reversed(re.split(r"^method call ", seen, flags=re.MULTILINE)):
            strings = _strings(block)  # the program, its icon, title, body, actions and hints
            if "member=Notify" in block and strings[:1] == ["qnet"] and len(strings) > 3:
                return f"{strings[2]}: {strings[3]}"
        return ""

    @property
    def on_own_screen(self) -> bool:
        """Whether it is on the screen of a person, of which no pictures are taken."""
        return not isinstance(self._screen, LightDesktop)

    def open_status(self) -> None:
        """Click on the icon: the Status window opens. Not on a person's screen."""
        if not isinstance(screen := self._screen, LightDesktop):
            return
        activate = ("/StatusNotifierItem", f"{_ITEM}.Activate", "int32:0", "int32:0")
        screen.run("dbus-send", "--session", "--print-reply", f"--dest={self._name}", *activate)
        search = ("xdotool", "search", "--onlyvisible", "--name", _TITLE)
        window = self._wait(lambda: screen.run(*search).partition("\n")[0], "The Status window did not open")
        screen.run("xdotool", "windowmove", window, *_WINDOW)

    def picture(self, path: Path, tooltip: bool) -> None:
        """Take a picture of the light desktop: with the notification, or with the pointer on the icon."""
        assert isinstance(self._screen, LightDesktop)  # noqa: S101
        self._screen.run("xdotool", "mousemove", *_BESIDE)
        if tooltip:
            self._screen.run("dunstctl", "close-all")
            time.sleep(_PAINTED / 2)
            for place in _ICON:
                self._screen.run("xdotool", "mousemove", *place)
        time.sleep(_PAINTED)
        path.unlink(missing_ok=True)
        if not self._screen.screenshot(path).exists():
            raise NoAnswer(f"The picture {path} could not be taken.")


@contextmanager
def open_tray(folder: Path, system_bus: str) -> Iterator[Tray]:
    """A tray on the person's own screen if that can be used, else on a desktop of the demo's own; says which."""
    with ExitStack() as stack:
        try:
            screen = UserScreen(folder)
            stack.callback(screen.stop)
            tray = Tray(screen, system_bus)
        except (QnetError, OSError) as error:
            stack.close()
            print(f"\nThe tray is on a desktop of its own, under Xvfb, and not on your screen: {error}", flush=True)
            tray = Tray(stack.enter_context(LightDesktop(folder)), system_bus)
        else:
            print("\nThe tray is on your screen.", flush=True)
        yield tray
