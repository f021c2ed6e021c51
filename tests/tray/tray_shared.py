"""Snapshots of every state, and a stand-in for the helper, for the tray's tests."""

from __future__ import annotations

import dataclasses
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from ipaddress import IPv4Address
from pathlib import Path
from typing import Any

from waiting import DEADLINE

from qnet_gui.model.dns import DEFAULT_VIRTUAL, Dns, DnsSource, redirects
from qnet_gui.model.domain import AgentState, Domain, DomainState, Netvm, NetvmState
from qnet_gui.model.messages.problems import ProblemCode
from qnet_gui.model.problem import Problem
from qnet_gui.model.snapshot import Dom0Connection, Dom0State, Snapshot, to_wire
from qnet_gui.model.uplink import Uplink, UplinkKind, UplinkState

ADDRESS, ROUTER, SERVER = IPv4Address("192.168.0.12"), IPv4Address("192.168.0.1"), IPv4Address("192.168.0.53")
CABLE = Uplink("eth0", UplinkKind.CABLE, UplinkState.UP, True, ADDRESS, ROUTER, (SERVER,))
OTHER = Uplink("eth1", UplinkKind.CABLE, UplinkState.UP, True, IPv4Address("192.168.1.9"), IPv4Address("192.168.1.1"))
WIFI = Uplink("wlan0", UplinkKind.WIFI, UplinkState.UP, True, ADDRESS, ROUTER, (SERVER,), "Home", 60, "Home")
VPN = Uplink("tun0", UplinkKind.VPN, UplinkState.UP, True, IPv4Address("10.8.0.2"), connection="office")
RUNNING = Netvm("netvm", 1, NetvmState.RUNNING, AgentState.RUNNING)
DOMAINS = (
    Domain("work", 4, DomainState.RUNNING, IPv4Address("10.137.0.16"), "vif4.0", "netvm"),
    Domain("personal", 5, DomainState.PAUSED, IPv4Address("10.137.0.17"), "vif5.0", "netvm"),
    Domain("vault", 6, DomainState.RUNNING, serves=True),
)


def up(*uplinks: Uplink, **more: Any) -> Snapshot:
    """netvm with these uplinks, names redirected."""
    usual = {
        "dns": Dns(DnsSource.NETWORKMANAGER, redirects(DEFAULT_VIRTUAL, [SERVER])),
        "domains": DOMAINS,
    }
    return Snapshot(RUNNING, uplinks, **{**usual, **more})


def connecting(uplink: Uplink) -> Uplink:
    return dataclasses.replace(uplink, state=UplinkState.CONNECTING, primary=False, address=None, gateway=None)


STATES: dict[str, Snapshot | None] = {
    "helper-away": None,
    "blind": Snapshot(Netvm("netvm"), problems=(Problem(ProblemCode.NO_STORE),)),
    "no-netvm": Snapshot(Netvm("netvm"), problems=(Problem(ProblemCode.NO_NETVM),)),
    "paused": Snapshot(Netvm("netvm", 1, NetvmState.PAUSED)),
    "starting": Snapshot(Netvm("netvm", 1, NetvmState.STARTING)),
    "no-uplink": up(dns=Dns(), problems=(Problem(ProblemCode.NO_UPLINK),)),
    "connecting": up(connecting(CABLE), dns=Dns()),
    "wired": up(CABLE),
    "wifi": up(WIFI),
    "vpn": up(VPN, dataclasses.replace(WIFI, primary=False)),
    "dns-broken": up(CABLE, dns=Dns(), problems=(Problem(ProblemCode.NO_DNS),)),
    "problems": up(
        CABLE,
        problems=(
            Problem(ProblemCode.VIF_REFUSED, vif="vif4.0"),
            Problem(ProblemCode.DOMAIN_WITHOUT_NETWORK, name="vault"),
        ),
    ),
    "dom0": up(CABLE, dom0=Dom0Connection(Dom0State.OPEN, 1700000000, ("work", "personal"))),
}


class Helper:
    """The stand-in helper (`published.py`) on a system bus."""

    def __init__(self, address: str) -> None:
        self._env = {**os.environ, "DBUS_SYSTEM_BUS_ADDRESS": address}
        self._process: subprocess.Popen[str] | None = None

    def publish(self, snapshot: object) -> None:
        """Publish, starting the service when it does not run."""
        if self._process is None:
            command = [sys.executable, str(Path(__file__).with_name("helper_stand_in.py"))]
            pipe = subprocess.PIPE
            self._process = subprocess.Popen(command, stdin=pipe, stdout=pipe, env=self._env, text=True)
        assert self._process.stdin and self._process.stdout
        wire = to_wire(snapshot) if isinstance(snapshot, Snapshot) else snapshot
        self._process.stdin.write(json.dumps(wire) + "\n")
        self._process.stdin.flush()
        assert self._process.stdout.readline() == "done\n"

    @property
    def pid(self) -> int:
        assert self._process
        return self._process.pid

    def kill(self) -> None:
        if self._process:
            self._process.kill()
            self._process.communicate()
            self._process = None


def eventually(condition: Callable[[], Any], seconds: float = DEADLINE) -> Any:
    """What the condition gives once it is true; fails when it does not become so."""
    deadline = time.monotonic() + seconds
    while not (value := condition()):
        assert time.monotonic() < deadline, "it did not come"
        time.sleep(0.02)
    return value
