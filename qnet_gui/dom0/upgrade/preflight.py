"""What connecting dom0 would meet: what stands in the way, who would be paused, through what, for what. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from qnet_gui.dom0.upgrade.steps import to_be_paused
from qnet_gui.hypervisor.port import DomainInfo
from qnet_gui.model.config import Config
from qnet_gui.model.domain import AgentState, DomainState, NetvmState
from qnet_gui.model.messages.domains import DomainCode
from qnet_gui.model.messages.message import Message
from qnet_gui.model.messages.problems import ProblemCode
from qnet_gui.model.messages.upgrade import UpgradeCode
from qnet_gui.model.sentence import uplink_name
from qnet_gui.model.snapshot import Dom0State, Snapshot
from qnet_gui.model.wire.message_wire import as_plain

#: Problems with which dom0 has a network of its own, beside the one that it would be given.
_OWN_NETWORK = frozenset({ProblemCode.DOM0_REACHABLE, ProblemCode.DOM0_NIC})
_NOT_OURS = frozenset({ProblemCode.MANAGED})
#: What people call the ports that upgrades use.
_PORTS = {80: "http", 443: "https"}


def _netvm(snapshot: Snapshot) -> Iterable[Message]:
    name = snapshot.netvm.name
    if snapshot.netvm.id == 0:
        yield Message(UpgradeCode.DOM0_HAS_NETWORK)
    elif snapshot.netvm.state is NetvmState.ABSENT:
        yield Message(DomainCode.NETVM_NOT_RUNNING, name=name)
    elif snapshot.netvm.state is NetvmState.PAUSED:
        yield Message(DomainCode.NETVM_PAUSED, name=name)
    elif snapshot.netvm.state is NetvmState.STARTING and not snapshot.unreported:
        yield Message(DomainCode.NETVM_STARTING, name=name)
    elif snapshot.netvm.agent is not AgentState.RUNNING:
        yield Message(DomainCode.NETVM_WITHOUT_AGENT, name=name)
    elif snapshot.uplink is None:
        yield Message(DomainCode.NETVM_WITHOUT_UPLINK, name=name)


def _problems(snapshot: Snapshot, codes: frozenset[ProblemCode]) -> list[Message]:
    return [Message(UpgradeCode.IN_THE_WAY, problem=problem) for problem in snapshot.problems if problem.code in codes]


def obstacles(snapshot: Snapshot) -> tuple[Message, ...]:
    """All that stands in the way; the first one is the one to tell when there is room for one."""
    messages = _problems(snapshot, _NOT_OURS)
    if snapshot.dom0.state is not Dom0State.CLOSED:
        messages.append(Message(UpgradeCode.DOM0_IS_CONNECTED))
    messages += _netvm(snapshot)
    return (*messages, *_problems(snapshot, _OWN_NETWORK))


def allowed(ports: Iterable[int]) -> list[str]:
    """What dom0 may reach, as people call it."""
    return ["names", *(_PORTS.get(port, f"tcp {port}") for port in ports)]


def preflight(
    snapshot: Snapshot, domains: Iterable[DomainInfo], spared: Iterable[int], config: Config, busy: Message | None
) -> dict[str, Any]:
    """All of it as plain data; `busy` says who is at another operation, and explains the rest where there is one."""
    everybody = list(domains)
    paused = [info.name for info in everybody if info.state is DomainState.PAUSED and info.id]
    uplink = snapshot.uplink
    return {
        "busy": [as_plain(busy)] if busy else [],
        "obstacles": [as_plain(obstacle) for obstacle in obstacles(snapshot)],
        "pause": sorted(domain.name for domain in to_be_paused(everybody, spared)),
        "paused": sorted(paused),
        "netvm": snapshot.netvm.name,
        "uplink": uplink_name(uplink) if uplink else "",
        "names": bool(snapshot.dns.redirects),
        "allowed": allowed(config.ports),
        "minutes": config.minutes,
    }
