"""Root's GetRoutes while somebody without rights, or a domain, asks the helper of a running lab for too much."""

from __future__ import annotations

import re
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import dbus
from benched_lab import running_lab
from figures import show, show_worst, timed

from qnet_gui.lab.box import enter
from qnet_gui.lab.box.place import Place
from qnet_gui.store import keys
from qnet_gui.store.client import Store

NAME, HELPER = "benchfloods", "org.qnet.Helper1"
FLOOD = Path(__file__).parents[1] / "dom0" / "flood.py"
NOBODY, NETVM, CALLS = 65534, 1, 200
LIMIT_MEDIAN, LIMIT_WORST = 100.0, 500.0
FLOODS = (
    ("prompts", "DisconnectDom0", 1150, 16), ("large", "ay", 16, 2), ("large", "ay", 31, 1), ("large", "as", 31, 2),
    ("asks", "PauseDomain", 3000, 100), ("asks", "GetAll", 3000, 100), ("calls", "DisconnectDom0", 15_000, 16),
    ("calls", "GetRoutes", 15_000, 16), ("comes", "DisconnectDom0", 2000, 50),
)  # fmt: skip


class Helper:
    """The helper of the lab, as root sees it over the bus."""

    def __init__(self) -> None:
        self.address = enter.dom0_bus_address(NAME)
        self._bus = dbus.bus.BusConnection(self.address)
        # dom0 has its own processes, and the bus tells their numbers there
        self._processes = Path(f"/proc/{enter.first_process(NAME, 'dom0').pid}/root/proc")
        self._pid = int(self._bus.call_blocking("org.freedesktop.DBus", "/", "org.freedesktop.DBus",
                                                "GetConnectionUnixProcessID", "s", (HELPER,)))  # fmt: skip

    def routes(self) -> None:
        """One call, and its answer."""
        self._bus.call_blocking(HELPER, "/org/qnet/Helper1", HELPER, "GetRoutes", "s", ("",), timeout=120)

    def memory(self, peak: bool = False) -> float:
        """MB that it has of its own; the most that it ever had with `peak`."""
        name, pattern = ("status", r"^VmHWM:\s+(\d+)") if peak else ("smaps_rollup", r"^Private_\w+:\s+(\d+)")
        text = (self._processes / str(self._pid) / name).read_text()
        return sum(int(size) for size in re.findall(pattern, text, re.MULTILINE)) / 1000


def _report(what: str, milliseconds: list[float]) -> None:
    show(f"GetRoutes under {what}", milliseconds, LIMIT_MEDIAN)
    show_worst(milliseconds, LIMIT_WORST)


def _flooded(helper: Helper, flood: tuple[Any, ...]) -> None:
    process = enter.popen(
        enter.first_process(NAME, "dom0"),
        ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups", "/usr/bin/python3", str(FLOOD),
         "unix:path=/run/dbus/system_bus_socket", *map(str, flood)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    process.stdout.readline()
    milliseconds = []
    while process.poll() is None and len(milliseconds) < CALLS * 10:
        milliseconds += timed(helper.routes, 1)
    process.kill()
    process.communicate()
    _report(" ".join(map(str, flood)), milliseconds)


def _written(helper: Helper) -> None:
    """While the netvm writes one node of its own as fast as it can."""
    ended, written = threading.Event(), [0]

    def write() -> None:
        with Store(Place(NAME).xenbus(NETVM)) as store:
            while not ended.is_set():
                store.write(keys.AGENT_STATE.at(), "running")
                written[0] += 1

    writer = threading.Thread(target=write)
    writer.start()
    time.sleep(0.5)
    _report("a netvm that writes without end", timed(helper.routes, CALLS))
    before = helper.memory()
    while written[0] < 1_000_000 and "--long" in sys.argv:
        time.sleep(1)
    ended.set()
    writer.join()
    print(f"  {written[0]} writes: {helper.memory() - before:+.1f} MB")


def main() -> None:
    """Measure; as root. With `--long` a million events as well, which take minutes."""
    with running_lab(NAME, "--domains", "work,other"):
        helper = Helper()
        show("GetRoutes, with nobody else", timed(helper.routes, CALLS))
        before = helper.memory()
        for flood in FLOODS:
            _flooded(helper, flood)
        _written(helper)
        print(f"  memory of the helper: {before:.1f} MB, {helper.memory():.1f} after, peak {helper.memory(True):.1f}")


if __name__ == "__main__":
    main()
