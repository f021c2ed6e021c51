"""The applet as Plasma sees it: over the session bus, by pixels and keys; and what the helper says."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import dbus
import dbus.bus
from PyQt5.QtGui import QColor, QImage
from waiting import DEADLINE

from qnet_gui.lab.box.enter import dom0_bus_address
from qnet_gui.lab.box.place import Place
from qnet_gui.lab.desktop.plasma import Plasma
from qnet_gui.model.sentence import sentence
from qnet_gui.model.snapshot import Snapshot, from_wire
from qnet_gui.runtime.dbus_values import plain

WATCHER, ITEM, MENU = "org.kde.StatusNotifierWatcher", "org.kde.StatusNotifierItem", "com.canonical.dbusmenu"
PROPERTIES = "org.freedesktop.DBus.Properties"
HELPER, NAME = "org.qnet.Helper1", "org.qnet.Tray"
#: The applet puts it behind signs that might be mark-up.
_NOTHING = "\u200b"


def eventually(condition: Callable[[], Any], seconds: float = 20, what: str = "it did not come") -> Any:
    """What the condition gives once it is true; fails when it does not become so."""
    until = time.monotonic() + seconds
    while not (value := condition()):
        assert time.monotonic() < until, what
        time.sleep(0.05)
    return value


@dataclass(frozen=True)
class Entry:
    """A row of a menu."""

    id: int
    text: str
    enabled: bool


@dataclass(frozen=True)
class ShownNotification:
    """A notification as the server was asked to show it; `actions` are key and text in turn."""

    title: str
    body: str
    actions: tuple[str, ...]


class Tray:
    """The running applet."""

    open: ClassVar[list[Tray]] = []

    def __init__(self, plasma: Plasma, lab: Place) -> None:
        self.plasma = plasma
        self.bus = dbus.bus.BusConnection(plasma.bus)
        self.bus.set_exit_on_disconnect(False)
        self.system = dbus.bus.BusConnection(dom0_bus_address(lab.name))
        self.system.set_exit_on_disconnect(False)
        Tray.open.append(self)

    def close(self) -> None:
        Tray.open.remove(self)
        self.bus.close()
        self.system.close()

    def ensure(self) -> None:
        """It runs and its icon is there; the session's autostart has started it the first time."""
        if not self.bus.name_has_owner(NAME):
            self.plasma.start("qnet-tray", ["qnet-tray"])
        assert self.item

    # -- the bus

    def get(self, name: str, path: str, interface: str, which: str) -> Any:
        return plain(self.bus.call_blocking(name, path, PROPERTIES, "Get", "ss", (interface, which), timeout=DEADLINE))

    def items(self) -> list[str]:
        """The bus names of what is in the tray."""
        try:
            items = self.get(WATCHER, "/StatusNotifierWatcher", WATCHER, "RegisteredStatusNotifierItems")
        except dbus.DBusException:
            return []
        return [item.partition("/")[0] for item in items]

    def _find(self) -> str:
        try:
            mine = self._pid(NAME)
            return next((name for name in self.items() if self._pid(name) == mine), "")
        except dbus.DBusException:  # one of them has just gone
            return ""

    def _pid(self, name: str) -> int:
        bus = "org.freedesktop.DBus"
        return int(self.bus.call_blocking(bus, "/", bus, "GetConnectionUnixProcessID", "s", (name,)))

    @property
    def item(self) -> str:
        """The bus name of the applet's icon, as soon as it is in the tray."""
        return str(eventually(self._find, what="the icon is not in the tray"))

    @property
    def pid(self) -> int:
        return self._pid(self.item)

    def snapshot(self) -> Snapshot:
        """What the helper says."""
        wire = self.system.call_blocking(
            HELPER, "/org/qnet/Helper1", PROPERTIES, "Get", "ss", (HELPER, "Snapshot"), timeout=DEADLINE
        )
        return from_wire(plain(wire))

    def line(self) -> str:
        """The tooltip's second line; its head is always the same."""
        _, _, head, text = self.get(self.item, "/StatusNotifierItem", ITEM, "ToolTip")
        assert head == "Network"
        return str(text).replace(_NOTHING, "")

    def wait_until_shown(self, ready: Callable[[Snapshot], Any] = lambda _: True) -> str:
        """Wait until the helper's word is as wanted and the tooltip has it; the sentence."""

        def same() -> str:
            snapshot = self.snapshot()
            line = sentence(snapshot)
            return line if ready(snapshot) and self.line() == line else ""

        return str(eventually(same, 30, "the tooltip does not say what the helper says"))

    # -- the menu

    def entries(self) -> list[Entry]:
        """The rows of the menu and of the menus below it, as Plasma reads them."""
        path = self.get(self.item, "/StatusNotifierItem", ITEM, "Menu")
        self.bus.call_blocking(self.item, path, MENU, "AboutToShow", "i", (0,), timeout=DEADLINE)
        layout = self.bus.call_blocking(self.item, path, MENU, "GetLayout", "iias", (0, -1, []), timeout=DEADLINE)
        return list(_rows(layout[1]))

    def click(self, text: str) -> None:
        """Choose an entry."""
        entry = next((row for row in self.entries() if row.text == text), None)
        assert entry, f"there is no {text} in {self.entries()}"
        path = self.get(self.item, "/StatusNotifierItem", ITEM, "Menu")
        event = (entry.id, "clicked", dbus.String("", variant_level=1), dbus.UInt32(0))
        self.bus.call_blocking(self.item, path, MENU, "Event", "isvu", event, timeout=DEADLINE)

    def activate(self) -> None:
        """A left click."""
        self.bus.call_blocking(self.item, "/StatusNotifierItem", ITEM, "Activate", "ii", (10, 10), timeout=DEADLINE)

    # -- the screen

    def windows(self, title: str = ".") -> list[str]:
        """The applet's windows that can be seen."""
        search = ("xdotool", "search", "--onlyvisible", "--all", "--pid", str(self.pid), "--name", title)
        return self.plasma.run(*search).split()

    def close_windows(self) -> None:
        if not self.bus.name_has_owner(NAME):
            return
        for window in self.windows():
            self.plasma.run("/usr/bin/python3", str(Path(__file__).with_name("close_window.py")), window)
        eventually(lambda: not self.windows(), what="a window does not close")

    def picture(self, path: Path, after: float = 0.7) -> Path:
        """What is to be looked at; `after` seconds, since painting says no word."""
        time.sleep(after)
        return self.plasma.screenshot(path)


def _rows(node: Any) -> Iterator[Entry]:
    number, properties, children = node
    text = str(properties.get("label", ""))
    if text:
        # one underline marks the key, two are one that is to be seen
        shown = re.sub(r"_(_?)", r"\1", text)
        yield Entry(int(number), shown, bool(properties.get("enabled", True)))
    for child in children:
        yield from _rows(child)


class Monitor:
    """Everything of one kind that is said on the session bus while it is open."""

    def __init__(self, plasma: Plasma, *matches: str) -> None:
        self._log = plasma.folder / f"monitor-{time.monotonic_ns()}.log"
        command = ["stdbuf", "-oL", "dbus-monitor", "--session", *matches]
        self._process = plasma.start(self._log.stem, command)
        eventually(lambda: "NameAcquired" in self.text, what="dbus-monitor does not run")

    def __enter__(self) -> Monitor:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        self._process.wait()

    @property
    def text(self) -> str:
        return self._log.read_text(errors="replace") if self._log.exists() else ""

    def notifications(self) -> list[ShownNotification]:
        """The notifications of the applet, in their order."""
        notifications = []
        for block in re.split(r"^(?=method |signal |error )", self.text, flags=re.MULTILINE):
            head, _, rest = block.partition("\n")
            if "member=Notify" not in head:
                continue
            before, _, actions = rest.partition("   array [")
            strings = re.findall(r'^   string "(.*?)"$', before, re.MULTILINE | re.DOTALL)
            if strings[0] == "qnet":
                offered = re.findall(r'string "(.*?)"', actions.partition("]")[0])
                notifications.append(ShownNotification(strings[2], strings[3], tuple(offered)))
        return notifications


class Pixels:
    """A picture of the screen, to be compared."""

    def __init__(self, path: Path) -> None:
        self._image = QImage(str(path))
        self.width, self.height = self._image.width(), self._image.height()

    def panel_brightness(self) -> int:
        """The median along the panel's lower part, from 0 for black to 255."""
        row = [QColor(self._image.pixel(x, self.height - 4)).lightness() for x in range(self.width)]
        return sorted(row)[len(row) // 2]

    def colours(self, left: int, top: int, width: int, height: int) -> set[int]:
        """All that are seen in that part."""
        part = self._image.copy(left, top, width, height).convertToFormat(QImage.Format_RGB32)
        bits = part.constBits()
        assert bits is not None
        return set(memoryview(bits.asstring(part.byteCount())).cast("I"))

    def icon(self, other: Path, scale: int = 1) -> tuple[int, int]:
        """The place of an icon in the panel that only one of two pictures has: the first one from the left."""
        image, top = QImage(str(other)), self.height - 45 * scale
        for x in range(600, self.width):  # behind the windows' own buttons
            if any(self._image.pixel(x, y) != image.pixel(x, y) for y in range(top, self.height)):
                return x + 8 * scale, self.height - 25 * scale
        raise AssertionError("the two panels are the same")
