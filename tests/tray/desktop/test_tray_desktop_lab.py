"""The applet on a light desktop with the real helper of a lab behind it: its menu, notifications and questions act."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import dbus
import dbus.bus
import pytest
from tray_process import Tray
from tray_shared import eventually
from waiting import DEADLINE

from qnet_gui.lab.box import enter
from qnet_gui.lab.desktop.light import LightDesktop
from qnet_gui.model.snapshot import Dom0State, Snapshot, from_wire
from qnet_gui.runtime.dbus_values import plain

_HELPER, _PATH = "org.qnet.Helper1", "/org/qnet/Helper1"


class Dom0:
    """The lab's helper, called as root."""

    def __init__(self, lab: str) -> None:
        self._bus = dbus.bus.BusConnection(enter.dom0_bus_address(lab))

    def call(self, member: str, signature: str = "", *arguments: object) -> None:
        self._bus.call_blocking(_HELPER, _PATH, _HELPER, member, signature, arguments, timeout=DEADLINE)

    def snapshot(self) -> Snapshot:
        where = "org.freedesktop.DBus.Properties"
        properties = self._bus.call_blocking(_HELPER, _PATH, where, "GetAll", "s", (_HELPER,), timeout=DEADLINE)
        return from_wire(plain(properties)["Snapshot"])

    def state(self) -> Dom0State:
        return self.snapshot().dom0.state

    def connect(self) -> None:
        self.call("ConnectDom0", "u", 5)
        eventually(lambda: self.state() is Dom0State.OPEN)

    def domain(self, name: str) -> object:
        return next(domain for domain in self.snapshot().domains if domain.name == name)


@pytest.fixture
def dom0(lab: str) -> Iterator[Dom0]:
    helper = Dom0(lab)
    eventually(lambda: helper.snapshot().uplink)
    yield helper
    helper.call("DisconnectDom0")
    eventually(lambda: helper.state() is Dom0State.CLOSED and not helper.snapshot().operation.id)


@pytest.fixture
def running(desktop: LightDesktop, lab: str, dom0: Dom0) -> Iterator[Tray]:
    tray = Tray(desktop, enter.dom0_bus_address(lab))
    tray.start()
    tray.wait_until_shown(dom0.snapshot())
    yield tray
    if tray.process and tray.process.poll() is None:
        desktop.end("qnet-tray")
    desktop.run("dunstctl", "close-all")
    assert "Traceback" not in tray.log.read_text()


def displayed(tray: Tray, count: int) -> None:
    eventually(lambda: tray.desktop.run("dunstctl", "count", "displayed").strip() == str(count))


def test_a_domain_is_paused_cut_off_and_put_back_by_the_popup_and_its_keys(
    running: Tray, dom0: Dom0, pictures: Path
) -> None:
    """To the row of work, which is the last one, and in it to what is to be done; the row keeps the keyboard then."""

    def press(*keys: str) -> None:
        running.desktop.run("xdotool", "key", *keys)

    running.activate()
    eventually(running.popup)
    time.sleep(0.5)
    press("Down", "Down")
    for keys, what, value in (
        (("Right", "space"), "state", "paused"), (("Right", "space"), "state", "running"),
        (("Right", "Right", "space"), "vif", False), (("Right", "Right", "space"), "vif", True),
    ):  # fmt: skip
        press(*keys)

        def done(what: str = what, value: object = value) -> bool:
            snapshot = dom0.snapshot()
            field = getattr(dom0.domain("work"), what)
            same = bool(field) == value if what == "vif" else field.value == value
            return same and not snapshot.operation.id

        eventually(done)
        time.sleep(0.5)  # until the popup has heard of it
        running.desktop.screenshot(pictures / f"popup-{what}-{value}.png")
    press("Escape")
    eventually(lambda: not running.popup())


def test_dom0_connected_is_told_and_disconnected_by_the_notification(running: Tray, dom0: Dom0, pictures: Path) -> None:
    dom0.connect()
    displayed(running, 1)
    running.wait_until_shown(dom0.snapshot())
    time.sleep(0.5)
    running.desktop.screenshot(pictures / "dom0-notification.png")
    first = next(iter(running.entries().values()))
    assert first == "Disconnect dom0 now"
    running.click(first)
    eventually(lambda: running.window_id("Upgrade networking"))
    eventually(lambda: dom0.state() is Dom0State.CLOSED)
    time.sleep(0.5)
    running.desktop.screenshot(pictures / "dom0-disconnected.png")
    titles = [title for title, _ in running.notifications()]
    assert titles[0] == "dom0 is disconnected from the network"


def test_quitting_while_dom0_is_connected_asks(running: Tray, dom0: Dom0, pictures: Path) -> None:
    dom0.connect()
    running.wait_until_shown(dom0.snapshot())
    running.click("Quit")
    window = eventually(lambda: running.window_id("^Quit"))
    time.sleep(0.5)
    running.desktop.screenshot(pictures / "quit.png")
    assert running.process
    assert running.process.poll() is None
    running.desktop.run("xdotool", "windowfocus", window.splitlines()[0], "key", "Return")  # Disconnect and quit
    assert running.process.wait(DEADLINE) == 0
    assert dom0.state() is Dom0State.CLOSED
