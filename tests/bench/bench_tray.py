"""The tray on a light desktop: start, memory, rest, a flood, 500 domains; and a change in a lab's netvm to pixels."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import dbus
import dbus.bus
from benched_lab import running_lab
from figures import show
from pixels import Screen

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
sys.path[:0] = [str(HERE.parent), str(HERE.parent / "tray")]
from tray_shared import CABLE, OTHER, Helper, up  # noqa: E402

from qnet_gui.lab.box import enter  # noqa: E402
from qnet_gui.lab.box.place import Place  # noqa: E402
from qnet_gui.lab.desktop.light import LightDesktop  # noqa: E402
from qnet_gui.model.domain import Domain, DomainState  # noqa: E402
from qnet_gui.model.snapshot import to_wire  # noqa: E402
from qnet_gui.store import keys  # noqa: E402
from qnet_gui.store.client import Store  # noqa: E402
from qnet_gui.store.reports import UPLINK  # noqa: E402

NAME = "benchtray"
_NETVM_DOMID = 1
STARTS, CHANGES, OPENS, FLOOD = 11, 40, 7, 5
_WATCHER, _ITEM = "org.kde.StatusNotifierWatcher", "org.kde.StatusNotifierItem"
#: Started as `make install` has it start: with Debian's Python, which sees nothing of the user's.
_START = "import sys; sys.path.insert(0, {root!r}); from qnet_gui.tray.main import main; sys.exit(main())"
_OTHER_QT = "import PyQt5.QtSvg, PyQt5.QtDBus; from PyQt5.QtWidgets import QApplication; QApplication([]).exec_()"
#: Where the icon is, beside the panel's clock: left, top, wide, high.
ICON = (930, 612, 28, 28)


class Bench:
    """A desktop and, on it, the tray; `bus` is the system bus that it reads from."""

    def __init__(self, desktop: LightDesktop, bus: str) -> None:
        self.desktop, self._bus = desktop, bus
        self._session = dbus.bus.BusConnection(desktop.env["DBUS_SESSION_BUS_ADDRESS"])

    def start(self) -> subprocess.Popen[bytes]:
        command = ["/usr/bin/python3", "-I", "-c", _START.format(root=str(ROOT))]
        return self.desktop.start("qnet-tray", command, env={"DBUS_SYSTEM_BUS_ADDRESS": self._bus}, cwd="/")

    def items(self) -> list[str]:
        watcher = self._session.get_object(_WATCHER, "/StatusNotifierWatcher", introspect=False)
        get = "org.freedesktop.DBus.Properties"
        return [str(item) for item in watcher.Get(_WATCHER, "RegisteredStatusNotifierItems", dbus_interface=get)]

    def tooltip(self) -> str:
        item = self._session.get_object(self.items()[0].partition("/")[0], "/StatusNotifierItem", introspect=False)
        return str(item.Get(_ITEM, "ToolTip", dbus_interface="org.freedesktop.DBus.Properties")[2])

    def open(self) -> None:
        applet = self._session.get_object("org.qnet.Tray", "/org/qnet/Tray", introspect=False)
        applet.Open(dbus_interface="org.qnet.Tray")


def until(ready: Callable[[], object], seconds: float = 20) -> None:
    """Wait for something, looking every millisecond."""
    end = time.monotonic() + seconds
    while not ready():
        if time.monotonic() > end:
            raise SystemExit("it did not come")
        time.sleep(0.001)


def private(pid: int) -> tuple[float, float]:
    """Private memory in MB: all of it, and what of that has been written to."""
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    megabytes = {line.split()[0]: int(line.split()[1]) / 1000 for line in lines if line.startswith("Private_")}
    return megabytes["Private_Clean:"] + megabytes["Private_Dirty:"], megabytes["Private_Dirty:"]


def switches(pid: int) -> int:
    """How often all its threads have slept so far."""
    lines = [line for path in Path(f"/proc/{pid}/task").glob("*/status") for line in path.read_text().splitlines()]
    return sum(int(line.split()[1]) for line in lines if line.startswith("voluntary_ctxt_switches"))


def busy(pid: int) -> float:
    """Seconds of a core that it has used."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@contextmanager
def system_bus(folder: Path) -> Iterator[str]:
    """A bus in the part of the system bus."""
    path, config = folder / "system_bus", folder / "system.conf"
    config.write_text(
        f"<busconfig><type>session</type><listen>unix:path={path}</listen><auth>EXTERNAL</auth><policy context="
        '"default"><allow send_destination="*"/><allow own="*"/><allow receive_sender="*"/></policy></busconfig>'
    )
    daemon = subprocess.Popen(["/usr/bin/dbus-daemon", "--nofork", f"--config-file={config}"])
    until(path.is_socket)
    yield f"unix:path={path}"
    daemon.terminate()
    daemon.wait()


def _starts(bench: Bench) -> None:
    seconds = []
    for _ in range(STARTS):
        start = time.perf_counter()
        bench.start()
        until(bench.items)
        seconds.append(time.perf_counter() - start)
        bench.desktop.end("qnet-tray")
        until(lambda: not bench.items())
    show("start of the tray to its icon registered", seconds, 0.4, "s")


def _rest(bench: Bench) -> subprocess.Popen[bytes]:
    alone = bench.start()
    until(bench.items)
    bench.desktop.start("other-qt", ["/usr/bin/python3", "-I", "-c", _OTHER_QT])
    time.sleep(2)
    everything, written = private(alone.pid)
    show("private memory beside another program that uses Qt", [everything], 16.0, "MB")
    show("of that, written to", [written], None, "MB")
    bench.desktop.end("other-qt")
    time.sleep(5)  # what happened at the start is written down some seconds later
    before = switches(alone.pid)
    time.sleep(5)
    show("wakeups in 5 s of rest, all threads", [switches(alone.pid) - before], 0.0, "")
    return alone


def _nm_applet(bench: Bench) -> None:
    try:
        running = bench.desktop.start("nm-applet", ["nm-applet", "--indicator"])
    except OSError:
        print("  nm-applet is not installed, and not compared to")
        return
    time.sleep(3)
    if running.poll() is None:
        everything, written = private(running.pid)
        show("private memory of nm-applet, which knows no network here", [everything], None, "MB")
        show("of that, written to", [written], None, "MB")
        bench.desktop.end("nm-applet")


def _flood(tray: subprocess.Popen[bytes], helper: Helper) -> None:
    wires = [to_wire(up(CABLE)), to_wire(up(OTHER))]
    before = busy(tray.pid)
    helper.publish([FLOOD, *wires])
    show("1000 changes a second: of a core", [(busy(tray.pid) - before) / FLOOD * 100], 10.0, "%")


def _many(bench: Bench, helper: Helper) -> None:
    domains = tuple(
        Domain(f"domain-{number}", number + 2, DomainState.RUNNING, CABLE.address, f"vif{number + 2}.0", "netvm")
        for number in range(500)
    )
    helper.publish(up(CABLE, domains=domains))
    time.sleep(1)
    milliseconds = []
    for _ in range(OPENS):
        start = time.perf_counter()
        bench.open()
        until(lambda: bench.desktop.run("xdotool", "search", "--onlyvisible", "--name", "Network status"))
        milliseconds.append((time.perf_counter() - start) * 1000)
        bench.desktop.run("xdotool", "search", "--name", "Network status", "windowclose")
        bench.desktop.end("qnet-tray")
        until(lambda: not bench.items())
        bench.start()
        until(bench.items)
        until(lambda: "Connected" in bench.tooltip())
    show("500 domains: asked until the Status window, looked for by xdotool", milliseconds, 200.0)


def _pixels(bench: Bench) -> None:
    """From a write of the netvm to another icon on the screen."""
    bench.start()
    until(bench.items)
    until(lambda: "Connected by cable" in bench.tooltip())
    time.sleep(1)
    screen, milliseconds = Screen(bench.desktop.env["DISPLAY"]), []
    with Store(Place(NAME).xenbus(_NETVM_DOMID)) as store:
        for number in range(CHANGES):
            kind, before = ("wifi", "cable")[number % 2], screen.pixels(*ICON)

            def write(inside: Store, kind: str = kind, number: int = number) -> None:
                inside.write(UPLINK["kind"].at(0), kind)
                inside.write(keys.AGENT_SERIAL.at(), str(number))

            start = time.perf_counter()
            store.atomically(write)
            until(lambda before=before: screen.pixels(*ICON) != before)
            milliseconds.append((time.perf_counter() - start) * 1000)
            time.sleep(0.5)
    show("a change in the netvm to pixels of the panel", milliseconds, 150.0)
    bench.desktop.end("qnet-tray")


def main() -> None:
    """Measure; as root, for the lab."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with system_bus(folder) as bus, LightDesktop(folder / "desktop") as desktop:
            helper, bench = Helper(bus), Bench(desktop, bus)
            helper.publish(up(CABLE))
            _starts(bench)
            tray = _rest(bench)
            _nm_applet(bench)
            _flood(tray, helper)
            _many(bench, helper)
            helper.kill()
        with running_lab(NAME, "--domains", "work"), LightDesktop(folder / "other") as desktop:
            _pixels(Bench(desktop, enter.dom0_bus_address(NAME)))


if __name__ == "__main__":
    main()
