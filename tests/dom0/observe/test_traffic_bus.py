"""Traffic over a real bus and a real xenstore: who looks is told, who leaves looks no more, and the helper sleeps."""

from __future__ import annotations

import contextlib
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import dbus
import pytest
from helper_dom0 import NAME, NOBODY, PATH, HelperDom0, eventually

from qnet_gui.model.errors import StoreGone
from qnet_gui.model.traffic import LEASE, Counters, TrafficSample, from_wire
from qnet_gui.model.uplink import Uplink, UplinkKind, UplinkState
from qnet_gui.model.vif import VifId
from qnet_gui.netvm.report import nodes
from qnet_gui.runtime.dbus_values import plain
from qnet_gui.store import keys
from qnet_gui.store.reports import AgentReport
from qnet_gui.store.traffic import VifBytes, pieces

WISH = keys.TRAFFIC_REQUEST.under(1)
#: Looks, says so, and stays until it is killed.
_LOOKER = f"""
import dbus, time
bus = dbus.SystemBus()
bus.call_blocking({NAME!r}, {PATH!r}, {NAME!r}, "WatchTraffic", "", ())
print("looks", flush=True)
time.sleep(600)
"""


class Netvm:
    """Tells traffic as the agent does, ten times as often, while it is asked to; knows nothing of deadlines."""

    def __init__(self, dom0: HelperDom0) -> None:
        self._dom0 = dom0
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._tell)
        self._thread.start()

    def _tell(self) -> None:
        moment = 0
        # a netvm may be destroyed
        with contextlib.suppress(StoreGone), self._dom0.inside(1) as store:
            while not self._ended.wait(0.1):
                wish = store.read(keys.TRAFFIC_REQUEST.at())
                if wish is None or keys.TRAFFIC_REQUEST.parse(wish).seconds == 0:
                    continue
                moment += 1000
                told = pieces(moment, [VifBytes(VifId(2, 0), moment, 3)], [Counters("eth0", 7, moment)])
                store.write(keys.TRAFFIC_PIECE.at(0), keys.TRAFFIC_PIECE.form.text(told[0]))

    def close(self) -> None:
        self._ended.set()
        self._thread.join()


@pytest.fixture
def looked_at(dom0: HelperDom0) -> Iterator[HelperDom0]:
    dom0.attach(2)
    well = AgentReport((Uplink("eth0", UplinkKind.CABLE, UplinkState.UP, True),))
    dom0.say(1, {**nodes(well), keys.AGENT_SERIAL.at(): "1"})
    dom0.start_helper()
    dom0.until(lambda snapshot: snapshot.uplinks and snapshot.domains[0].vif)
    with contextlib.closing(Netvm(dom0)):
        yield dom0


def samples(dom0: HelperDom0) -> tuple[list[TrafficSample], Any]:
    """What is told from now on, and how to hear no more of it."""
    told: list[TrafficSample] = []
    match = dom0.bus.add_signal_receiver(lambda wire: told.append(from_wire(plain(wire))), "Traffic", NAME, NAME, PATH)
    dom0.bus.get_name_owner(NAME)  # an answer of the bus: the match is in force
    return told, match


def test_who_looks_is_told_until_he_ends_it(looked_at: HelperDom0) -> None:
    told, match = samples(looked_at)
    assert looked_at.call("WatchTraffic") == LEASE
    looked_at.spin(lambda: len(told) >= 2)
    first, second = told[:2]
    assert first.domains == (Counters("work", first.milliseconds, 3, 2),)
    assert first.uplinks == (Counters("eth0", 7, first.milliseconds),)
    assert second.milliseconds > first.milliseconds
    snapshots = looked_at.signals(0.5)
    assert snapshots == [], "traffic is no change of the snapshot"
    looked_at.call("UnwatchTraffic")
    eventually(lambda: (looked_at.read(WISH) or "").endswith(" 0"))
    looked_at.call("UnwatchTraffic")  # for nothing
    match.remove()


def test_who_is_killed_looks_no_more_and_others_do(looked_at: HelperDom0) -> None:
    lookers = [
        subprocess.Popen(
            [*HelperDom0.become(NOBODY), sys.executable, "-c", _LOOKER], stdout=subprocess.PIPE, env=looked_at.env
        )
        for _ in range(2)
    ]
    for looker in lookers:
        with looker.stdout as said:  # type: ignore[union-attr]
            assert said.readline() == b"looks\n"
    told, match = samples(looked_at)
    wish = eventually(lambda: looked_at.read(WISH))  # who asks is answered before it is written
    lookers[0].kill()
    lookers[0].wait()
    looked_at.spin(lambda: len(told) >= 2)
    assert looked_at.read(WISH) == wish
    lookers[1].kill()
    lookers[1].wait()
    eventually(lambda: (looked_at.read(WISH) or "").endswith(" 0"))
    match.remove()


def test_a_helper_that_dies_leaves_a_wish_that_ends_and_the_next_one_goes_on(looked_at: HelperDom0) -> None:
    looked_at.call("WatchTraffic")
    serial, seconds = eventually(lambda: looked_at.read(WISH)).split()
    assert int(seconds) == LEASE
    looked_at.helper.kill()  # type: ignore[union-attr]
    looked_at.helper.wait()  # type: ignore[union-attr]
    looked_at.start_helper()
    told, match = samples(looked_at)
    eventually(lambda: _answered(looked_at))
    looked_at.spin(lambda: bool(told))
    assert (looked_at.read(WISH) or "").split()[0] == str(int(serial) + 1)
    match.remove()


def _answered(dom0: HelperDom0) -> bool:
    try:
        return bool(dom0.call("WatchTraffic") == LEASE)
    except dbus.DBusException:
        return False


def test_the_command_line_as_anybody(looked_at: HelperDom0) -> None:
    done = looked_at.qnet("traffic", uid=NOBODY)
    assert done.returncode == 0, done.stderr
    assert [line.split()[0] for line in done.stdout.splitlines() if line] == ["DOMAIN", "work", "UPLINK", "eth0"]
    eventually(lambda: (looked_at.read(WISH) or "").endswith(" 0"))


def test_without_a_netvm_the_command_line_says_so(looked_at: HelperDom0) -> None:
    looked_at.destroy(1)
    looked_at.until(lambda snapshot: snapshot.netvm.id == -1)
    done = looked_at.qnet("traffic")
    assert (done.returncode, done.stderr) == (1, "qnet: netvm is not running. Start it.\n")


def _switches(pid: int) -> int:
    lines = [line for status in Path(f"/proc/{pid}").glob("task/*/status") for line in status.read_text().splitlines()]
    return sum(int(line.split()[1]) for line in lines if line.startswith("voluntary_ctxt_switches"))


def test_nobody_looks_and_the_helper_sleeps(looked_at: HelperDom0) -> None:
    """Two seconds without a wakeup; before, a caller is remembered for some ten."""
    pid = looked_at.helper.pid  # type: ignore[union-attr]
    looked_at.call("WatchTraffic")
    looked_at.call("UnwatchTraffic")
    eventually(lambda: (looked_at.read(WISH) or "").endswith(" 0"))

    def slept() -> bool:
        before, until = _switches(pid), time.monotonic() + 2
        while time.monotonic() < until:
            time.sleep(0.1)
            if _switches(pid) != before:
                return False
        return True

    eventually(slept, 40)
