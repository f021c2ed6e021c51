"""The applet as users run it: a process of its own on a light desktop, seen from the session bus as a panel sees it."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import dbus
import dbus.bus
from tray_shared import eventually

from qnet_gui.lab.desktop.light import LightDesktop
from qnet_gui.model.sentence import sentence
from qnet_gui.model.snapshot import Snapshot

ROOT = Path(__file__).parents[2]
COMMAND = [sys.executable, "-m", "qnet_gui.tray.main"]
WATCHER = "org.kde.StatusNotifierWatcher"
ITEM = "org.kde.StatusNotifierItem"
MENU = "com.canonical.dbusmenu"


class Tray:
    """The running applet, seen from the session bus as a panel sees it."""

    def __init__(self, desktop: LightDesktop, system_bus: str) -> None:
        self.desktop = desktop
        self.env = {"DBUS_SYSTEM_BUS_ADDRESS": system_bus, "PYTHONPATH": str(ROOT), "QT_LOGGING_RULES": ""}
        self.log = desktop.folder / "qnet-tray.log"
        self.log.unlink(missing_ok=True)
        self.bus = dbus.bus.BusConnection(desktop.env["DBUS_SESSION_BUS_ADDRESS"])
        self.process: subprocess.Popen[bytes] | None = None
        self.notified_before = len(desktop.notifications())

    def notifications(self) -> list[tuple[str, str]]:
        """The notifications of this test."""
        everything = self.desktop.notifications()
        return everything[: len(everything) - self.notified_before]

    def notified(self) -> int:
        """How many are on the screen, or were and have gone by themselves."""
        counts = [int(self.desktop.run("dunstctl", "count", place)) for place in ("displayed", "history")]
        return sum(counts) - self.notified_before

    def start(self, *more: str) -> None:
        self.process = self.desktop.start("qnet-tray", [*COMMAND, "--debug", *more], env=self.env, cwd="/")

    def get(self, name: str, path: str, interface: str, which: str) -> Any:
        target = self.bus.get_object(name, path, introspect=False)
        return target.Get(interface, which, dbus_interface="org.freedesktop.DBus.Properties")

    def items(self) -> list[str]:
        """The bus names of this applet's items that the watcher knows."""
        try:
            items = self.get(WATCHER, "/StatusNotifierWatcher", WATCHER, "RegisteredStatusNotifierItems")
        except dbus.DBusException:
            return []
        mine = f"{ITEM}-{self.process.pid}-" if self.process else "nobody"
        return [str(item).partition("/")[0] for item in items if str(item).startswith(mine)]

    def kde_items(self) -> list[str]:
        """The same of KDE's plug-in for Qt, which registers by its connection."""
        try:
            items = self.get(WATCHER, "/StatusNotifierWatcher", WATCHER, "RegisteredStatusNotifierItems")
        except dbus.DBusException:
            return []
        return [str(item).partition("/")[0] for item in items]

    @property
    def item(self) -> str:
        return str(eventually(self.items)[0])

    def tooltip(self) -> str:
        return str(self.get(self.item, "/StatusNotifierItem", ITEM, "ToolTip")[2]).replace("\u200b", "")

    def layout(self) -> Any:
        """The menu as it is exported: id, properties, rows below."""
        menu = self.bus.get_object(self.item, "/MenuBar", introspect=False)
        return menu.GetLayout(0, -1, dbus.Array([], signature="s"), dbus_interface=MENU)[1]

    def entries(self, *path: str) -> dict[int, str]:
        """Id and label of the menu's rows, separators aside; `path` leads to a menu below."""
        return {int(row[0]): label(row) for row in self._rows(*path) if "label" in row[1]}

    def _rows(self, *path: str) -> Any:
        rows = self.layout()[2]
        for step in path:
            rows = next(row[2] for row in rows if "label" in row[1] and label(row) == step)
        return rows

    def row(self, *path: str) -> Any:
        """A row's properties."""
        return next(row[1] for row in self._rows(*path[:-1]) if "label" in row[1] and label(row) == path[-1])

    def click(self, *path: str) -> None:
        row = next(number for number, text in self.entries(*path[:-1]).items() if text == path[-1])
        menu = self.bus.get_object(self.item, "/MenuBar", introspect=False)
        menu.Event(row, "clicked", dbus.String("", variant_level=1), dbus.UInt32(0), dbus_interface=MENU)

    def activate(self) -> None:
        """What a panel sends at a click on the icon."""
        item = self.bus.get_object(self.item, "/StatusNotifierItem", introspect=False)
        item.Activate(900, 600, dbus_interface=ITEM)

    def popup(self) -> str:
        """The popup's window, empty while there is none."""
        return self.window_id("^Network( [^ ]+ qnet)?$")

    def geometry(self, window: str) -> tuple[int, int, int, int]:
        """Where a window is, and its size."""
        text = self.desktop.run("xdotool", "getwindowgeometry", "--shell", window)
        fields = dict(line.split("=") for line in text.split())
        return int(fields["X"]), int(fields["Y"]), int(fields["WIDTH"]), int(fields["HEIGHT"])

    def windows(self) -> str:
        return self.desktop.run("xdotool", "search", "--onlyvisible", "--name", "Network status|About qnet")

    def wait_until_shown(self, snapshot: Snapshot | None) -> None:
        def same() -> bool:
            try:
                return self.tooltip().splitlines()[1:] == [sentence(snapshot)]
            except dbus.DBusException:  # it starts anew at this moment
                return False

        eventually(same)

    def window_id(self, title: str) -> str:
        """The id of a window that can be seen, empty if there is none of this title."""
        return self.desktop.run("xdotool", "search", "--onlyvisible", "--name", title).strip()


def label(row: Any) -> str:
    """A row's text. Its first letter is its key; `__` stands for `_`."""
    text = str(row[1]["label"])
    assert re.fullmatch("_[^_]([^_]|__)*", text)
    return text[1:].replace("__", "_")
