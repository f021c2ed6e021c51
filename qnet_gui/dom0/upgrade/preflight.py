"""What connecting dom0 would meet: what stands in the way, who would be paused, through what, for what. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from qnet_gui.dom0.upgrade.steps import to_be_paused
from qnet_gui.hypervisor.port import DomainInfo
from qnet_gui.model.config import Config
from qnet_gui.model.domain import AgentState, DomainState, NetvmState
from qnet_gui.model.sentence import uplink_name
from qnet_gui.model.snapshot import Dom0State, Snapshot

#: Problems with which dom0 has a network of its own, beside the one that it would be given.
_OWN_NETWORK = frozenset({"dom0-reachable", "dom0-nic"})
_NOT_OURS = frozenset({"managed"})
#: What people call the ports that upgrades use.
_PORTS = {80: "http", 443: "https"}


@dataclass(frozen=True, slots=True)
class Obstacle:
    """Something that stands in the way; the sentence says what, and what to do about it."""

    code: str
    sentence: str


def _netvm(snapshot: Snapshot) -> Iterable[Obstacle]:
    name = snapshot.netvm.name
    if snapshot.netvm.id == 0:
        yield Obstacle(
            "dom0-netvm", "dom0 is the netvm and has the network already. Choose a separate netvm to have it without."
        )
    elif snapshot.netvm.state is NetvmState.ABSENT:
        yield Obstacle("no-netvm", f"{name} is not running. Start it.")
    elif snapshot.netvm.state is NetvmState.PAUSED:
        yield Obstacle("netvm-paused", f"{name} is paused. Unpause it.")
    elif snapshot.netvm.state is NetvmState.STARTING:
        yield Obstacle("netvm-starting", f"{name} is starting. Wait until it is up.")
    elif snapshot.netvm.agent is not AgentState.RUNNING:
        yield Obstacle("no-agent", f"The agent in {name} does not run. Start qnet-agent in it, or restart {name}.")
    elif snapshot.uplink is None:
        yield Obstacle("no-uplink", f"{name} has no uplink. Plug in a cable or choose a Wi-Fi network.")


def _problems(snapshot: Snapshot, codes: frozenset[str]) -> list[Obstacle]:
    return [Obstacle(each.code, f"{each.sentence} {each.cure}") for each in snapshot.problems if each.code in codes]


def obstacles(snapshot: Snapshot) -> tuple[Obstacle, ...]:
    """All that stands in the way; the first one is the one to tell when there is room for one."""
    found = _problems(snapshot, _NOT_OURS)
    if snapshot.dom0.state is not Dom0State.CLOSED:
        found.append(Obstacle("connected", "dom0 is connected to the network already."))
    found += _netvm(snapshot)
    return (*found, *_problems(snapshot, _OWN_NETWORK))


def allowed(ports: Iterable[int]) -> list[str]:
    """What dom0 may reach, as people call it."""
    return ["names", *(_PORTS.get(port, f"tcp {port}") for port in ports)]


def preflight(
    snapshot: Snapshot, domains: Iterable[DomainInfo], spared: Iterable[int], config: Config, busy: str
) -> dict[str, Any]:
    """All of it as plain data; `busy` says who is at another operation, or is empty."""
    found = list(obstacles(snapshot))
    if busy:  # first: it explains the others
        found.insert(0, Obstacle("busy", busy))
    everybody = list(domains)
    paused = [info.name for info in everybody if info.state is DomainState.PAUSED and info.id]
    uplink = snapshot.uplink
    return {
        "obstacles": [{"code": each.code, "sentence": each.sentence} for each in found],
        "pause": sorted(each.name for each in to_be_paused(everybody, spared)),
        "paused": sorted(paused),
        "netvm": snapshot.netvm.name,
        "uplink": uplink_name(uplink) if uplink else "",
        "names": bool(snapshot.dns.redirects),
        "allowed": allowed(config.ports),
        "minutes": config.minutes,
    }
