"""Whether what runs all the time, or is started by others, does and can be."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from qnet_gui.doctor.faults.fault import Finding
from qnet_gui.doctor.faults.network_faults import NetworkFault
from qnet_gui.doctor.faults.service_faults import ServiceFault
from qnet_gui.doctor.machine import Kind, Machine, Place
from qnet_gui.dom0.netvm_lifecycle.control import BOOTED
from qnet_gui.model.messages.problems import ProblemCode
from qnet_gui.runtime.command import NFT
from qnet_gui.runtime.distribution import package
from qnet_gui.store.keys import AGENT_PROBLEMS

#: Where the agent counts what passes the filters of others, and by which counter (`others_filter.py` of the netvm).
WATCH_TABLE, PASSED_COUNTER = "qnet_watch", "passed"
#: In the netvm's own home.
_PROBLEMS = ("/usr/bin/xenstore-read", AGENT_PROBLEMS.at())
_SYSTEMCTL = "/usr/bin/systemctl"
#: Our units and how each tells systemd that it has started.
TYPES = {
    "qnet-helper.service": "dbus",
    "qnet-disconnect.service": "oneshot",
    "qnet-netvm.service": "oneshot",
    "qnet-agent.service": "notify",
    "qnet-devd.service": "simple",
    "qnet-guest.service": "oneshot",
}
_HELPER, _AGENT, _GUEST, _DEVD = "qnet-helper.service", "qnet-agent.service", "qnet-guest.service", "qnet-devd.service"
_NETVM, _DISCONNECT = "qnet-netvm.service", "qnet-disconnect.service"
#: What of others they lean on, what takes the place of `qnet-devd` where Xen has it, and packet filters of others.
_POLKIT, _XENS_DEVD = "polkit.service", "xendriverdomain.service"
_UFW, _UFW_CONF, _SWITCHED_OFF = "ufw.service", "/etc/ufw/ufw.conf", "ENABLED=no"
_FIREWALLS = {"firewalld.service": "firewalld", _UFW: "ufw"}
_POLKITD = ("/usr/lib/polkit-1/polkitd", "/usr/libexec/polkit-1/polkitd", "/usr/libexec/polkitd", "/usr/lib/polkitd")
BUS = "/run/dbus/system_bus_socket"
#: Where the agent keeps how things were before it.
FORMER = "/run/qnet/former.json"
_PROPERTIES = ("Id", "LoadState", "ActiveState", "UnitFileState", "Type", "Result", "NeedDaemonReload")


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit as systemd has it, in systemd's words; `outdated`: the file has changed since it was read."""

    load: str = "not-found"
    active: str = "inactive"
    enabled: str = ""
    type: str = ""
    result: str = "success"
    outdated: bool = False


@dataclass(frozen=True, slots=True)
class Facts:
    """`units` is None where systemd does not run. `former`: the agent has set something here since the last boot.

    `installed`: units whose file is on the disk. `passes`: what domains begin passes the packet filters of others.
    """

    units: dict[str, Unit] | None = field(default_factory=dict)
    installed: frozenset[str] = frozenset()
    bus: bool = True
    polkitd: bool = True
    former: bool = False
    passes: bool = False


def passes(machine: Machine) -> bool:
    """Whether what domains begin passes the packet filters of others, as the agent counts it, which says when it stops.

    As root alone; without an agent, or before any domain has tried, nobody knows.
    """
    if not machine.is_root or ProblemCode.OTHERS_DROP.value in machine.ask(_PROBLEMS).text.split():
        return False
    try:
        rows = json.loads(machine.ask([NFT, "-j", "list", "table", "inet", WATCH_TABLE]).text)["nftables"]
        counters: list[dict[str, Any]] = [row["counter"] for row in rows if "counter" in row]
        return any(counter["name"] == PASSED_COUNTER and counter["packets"] > 0 for counter in counters)
    except (ValueError, LookupError, TypeError):  # there is no such table, or an nft that says it in other words
        return False


def _units(text: str) -> dict[str, Unit]:
    units = {}
    for block in text.split("\n\n"):
        values = dict(line.partition("=")[::2] for line in block.splitlines())
        if "Id" in values:
            units[values["Id"]] = Unit(
                values.get("LoadState", ""), values.get("ActiveState", ""), values.get("UnitFileState", ""),
                values.get("Type", ""), values.get("Result", ""), values.get("NeedDaemonReload") == "yes",
            )  # fmt: skip
    return units


def look(machine: Machine) -> Facts:
    """Ask systemd, and look for what others bring."""
    units = None
    if machine.exists(BOOTED):
        properties = [word for name in _PROPERTIES for word in ("-p", name)]
        names = (*TYPES, _POLKIT, _XENS_DEVD, *_FIREWALLS)
        units = _units(machine.ask([_SYSTEMCTL, "show", "--no-pager", *properties, *names]).text)
        if _SWITCHED_OFF in machine.text(_UFW_CONF).split():  # its unit is active all the same
            units.pop(_UFW, None)
    return Facts(
        units,
        frozenset(unit for unit in TYPES if machine.exists(f"/usr/lib/systemd/system/{unit}")),
        machine.connects(machine.path(BUS)),
        any(map(machine.exists, _POLKITD)),
        machine.exists(FORMER),
        _has_firewall(units or {}) and passes(machine),
    )


def _has_firewall(units: dict[str, Unit]) -> bool:
    return any(units.get(name, Unit()).active == "active" for name in _FIREWALLS)


def check(facts: Facts, place: Place) -> Iterator[Finding]:
    """What is wrong."""
    if place.kind is Kind.DOM0:
        if not facts.bus:
            yield ServiceFault.BUS_DOWN.finding()
        if not facts.polkitd:
            named = package("polkitd", place.distribution)
            yield ServiceFault.POLKIT_MISSING.finding(apt=place.distribution.value, package=named)
    if place.isolated:
        yield from _agent_in_dom0(facts, place)
    if facts.units:
        yield from _check_units(facts.units, facts.installed, place)
        if place.serves and not facts.passes:
            yield from _firewalls(facts.units)


def _needed(place: Place) -> tuple[list[str], list[str]]:
    """Units that are to be started at boot, and units that are only to be as they were installed."""
    if place.kind is Kind.DOM0:
        agent = [_AGENT] if place.serves else []
        return [_HELPER, *agent], [_HELPER, _DISCONNECT, _NETVM, *agent, _POLKIT]
    if place.kind is Kind.NETVM:
        return [_AGENT], [_AGENT, _DEVD]
    return [_GUEST], [_GUEST]


def _check_units(units: dict[str, Unit], installed: frozenset[str], place: Place) -> Iterator[Finding]:
    needed, whole = _needed(place)
    for name in whole:
        unit = units.get(name, Unit())
        finding = _unusable(name, unit, name in installed)
        if finding is None and name in needed:
            finding = _does_not_run(name, unit)
        if finding is not None:
            yield finding
        elif unit.active == "failed":
            yield ServiceFault.UNIT_FAILED.finding(unit=name, by=_by(name), result=unit.result)
    if place.serves:
        yield from _of_netvm(units, place)


def _by(name: str) -> str:
    """The unit that is restarted to have this one started: itself, but for one that nobody may start by hand."""
    return _HELPER if name == _DISCONNECT else name


def _unusable(name: str, unit: Unit, installed: bool) -> Finding | None:
    if unit.load == "masked":
        return ServiceFault.UNIT_MASKED.finding(unit=name, by=_by(name))
    if unit.load in ("bad-setting", "error"):
        return ServiceFault.UNIT_UNREADABLE.finding(unit=name)
    if (unit.load == "not-found" and installed) or unit.outdated:
        return ServiceFault.UNIT_OUTDATED.finding(unit=name, by=_by(name))
    wanted = TYPES.get(name, unit.type)
    if unit.load == "loaded" and unit.type != wanted:
        return ServiceFault.UNIT_OTHERWISE.finding(unit=name, by=_by(name), value=unit.type, wanted=wanted)
    return None


def _does_not_run(name: str, unit: Unit) -> Finding | None:
    if unit.load != "loaded":
        return None  # its file is missing, which is told
    if unit.active == "failed":
        return ServiceFault.UNIT_FAILED.finding(unit=name, by=_by(name), result=unit.result)
    if unit.enabled == "disabled":
        return ServiceFault.UNIT_DISABLED.finding(unit=name)
    if unit.active == "inactive" and TYPES[name] != "oneshot":
        return ServiceFault.UNIT_STOPPED.finding(unit=name)
    return None


def _agent_in_dom0(facts: Facts, place: Place) -> Iterator[Finding]:
    """qnet-agent makes a router of its domain; it refuses to in such a dom0, but may have run before."""
    agent = (facts.units or {}).get(_AGENT, Unit())
    if agent.active in ("active", "activating", "failed") or agent.enabled == "enabled":
        yield ServiceFault.AGENT_IN_DOM0.finding(netvm=place.netvm)
    elif facts.former:
        yield ServiceFault.AGENT_LEFT_OVER.finding(netvm=place.netvm)


def _of_netvm(units: dict[str, Unit], place: Place) -> Iterator[Finding]:
    agent, devd, xens = (units.get(name, Unit()) for name in (_AGENT, _DEVD, _XENS_DEVD))
    nobody = "active" not in (devd.active, xens.active) and devd.load != "masked"
    if place.kind is Kind.NETVM and agent.active == "active" and nobody:
        yield ServiceFault.DEVD_DOWN.finding()


def _firewalls(units: dict[str, Unit]) -> Iterator[Finding]:
    for name, program in _FIREWALLS.items():
        if units.get(name, Unit()).active == "active":
            yield NetworkFault.FIREWALL_RUNS.finding(program=program, unit=name)
