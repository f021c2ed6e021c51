"""Whether this domain's own network, and what others do to it, is as it must be for its part in the whole."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import partial
from pathlib import Path
from typing import Any

from qnet_gui.doctor.faults.fault import Finding
from qnet_gui.doctor.faults.network_faults import NetworkFault
from qnet_gui.doctor.machine import Kind, Machine, Place
from qnet_gui.doctor.services import FORMER, passes
from qnet_gui.dom0.upgrade.journal import PATH as JOURNAL
from qnet_gui.runtime.command import NFT

_NMCLI = "/usr/bin/nmcli"
#: Each is a setting as sysctl has it.
_FORWARDING = ("net.ipv4.ip_forward", "net.ipv6.conf.all.forwarding")
_RESOLV_CONF, _RESOLVED = "/etc/resolv.conf", "systemd/resolve"
#: It is a package of its own in Debian, which an upgrade to 12 leaves out.
_RESOLVED_UNITS = ("/usr/lib/systemd/system/systemd-resolved.service", "/lib/systemd/system/systemd-resolved.service")
#: A file of this name here takes the place of the one of a package.
_NM_FOLDER = "/etc/NetworkManager/conf.d"
_NM_FILES = {
    Kind.DOM0: ("30-qnet-dom0.conf",), Kind.NETVM: ("30-qnet.conf",), Kind.GUEST: ("30-qnet-guest.conf",),
}  # fmt: skip
_VIF = re.compile(r"vif[0-9]+\.[0-9]+")
#: One that nobody names by itself.
_SOME_VIF = "vif32751.0"
#: Of the one dhcpcd for all links, by version; NetworkManager's and ifupdown's are for one each.
_DHCPCD = ("/run/dhcpcd/pid", "/run/dhcpcd.pid")
_DHCPCD_CONF = "/etc/dhcpcd.conf"
#: Tables of ours.
_OURS = ("qnet", "qnet-dom0")


@dataclass(frozen=True, slots=True)
class Facts:
    """`forwarding`: settings that are on. `route`: the link of a default route. `dangling`: where resolv.conf leads.

    `overriding`: files that take the place of ours. `managed`: vifs that NetworkManager manages. `dropping`: chains of
    others that stop what is passed on. `driver`: that of this domain's side of the vifs is loaded. `resolved`:
    systemd-resolved is there to be started. `dhcpcd`: it runs, and asks on the vifs as well.
    """

    forwarding: tuple[str, ...] = ()
    route: str = ""
    dangling: str = ""
    overriding: tuple[str, ...] = ()
    managed: tuple[str, ...] = ()
    dropping: tuple[str, ...] = ()
    driver: bool = True
    resolved: bool = True
    dhcpcd: bool = False


def _default_route(machine: Machine) -> str:
    """The link of a default route of IPv4, as /proc/net/route has it: link, destination, …, mask."""
    for line in machine.text("/proc/net/route").splitlines()[1:]:
        fields = line.split()
        if len(fields) > 7 and fields[1] == fields[7] == "00000000":
            return fields[0]
    return ""


def _dangling(machine: Machine) -> str:
    """Where resolv.conf leads when nothing is there; empty when it is a file, or missing."""
    path = machine.path(_RESOLV_CONF)
    try:
        target = str(path.readlink())
    except OSError:
        return ""
    there = machine.path(target) if target.startswith("/") else path.parent / target
    return "" if there.exists() else os.path.normpath(Path("/etc") / target)


def managed(text: str) -> tuple[str, ...]:
    """Vifs that NetworkManager manages, from `nmcli -t -f DEVICE,STATE device`."""
    rows = (line.rpartition(":") for line in text.splitlines())
    return tuple(name for name, _, state in rows if _VIF.fullmatch(name) and state != "unmanaged")


def asks_domains(text: str) -> bool:
    """Whether a dhcpcd with that configuration asks on vifs too. What stands below an `interface` is about that one."""
    allowed, denied = [], []
    for words in map(str.split, text.replace(",", " ").splitlines()):
        if words[:1] in (["interface"], ["ssid"]):
            break
        allowed += words[1:] if words[:1] == ["allowinterfaces"] else []
        denied += words[1:] if words[:1] == ["denyinterfaces"] else []
    is_one = partial(fnmatchcase, _SOME_VIF)
    return (not allowed or any(map(is_one, allowed))) and not any(map(is_one, denied))


def dropping(text: str) -> tuple[str, ...]:
    """Base chains of others that drop what is passed on unless a rule of theirs lets it: `nft -j list chains`."""
    try:
        chains: list[dict[str, Any]] = [entry["chain"] for entry in json.loads(text)["nftables"] if "chain" in entry]
        return tuple(
            f"{chain['family']} {chain['table']} {chain['name']}"
            for chain in chains
            if (chain.get("hook"), chain.get("policy")) == ("forward", "drop") and chain["table"] not in _OURS
        )
    except (
        ValueError,
        LookupError,
        TypeError,
        AttributeError,
        RecursionError,
    ):  # of an nft that says it in other words
        return ()


def _on(machine: Machine, setting: str) -> bool:
    return machine.text(f"/proc/sys/{setting.replace('.', '/')}").strip() == "1"


def look(machine: Machine, place: Place) -> Facts:
    """Look at what concerns this kind of domain."""
    overriding = tuple(
        f"{_NM_FOLDER}/{name}"
        for name in (*_NM_FILES.get(place.kind, ()), *(_NM_FILES[Kind.NETVM] if place.serves else ()))
        if machine.exists(f"{_NM_FOLDER}/{name}")
    )
    forwarding: tuple[str, ...] = ()
    filters: tuple[str, ...] = ()
    vifs: tuple[str, ...] = ()
    route = ""
    if place.isolated:
        if not machine.exists(FORMER):  # what the agent has left, itself takes away
            forwarding = tuple(setting for setting in _FORWARDING if _on(machine, setting))
        route = "" if machine.exists(JOURNAL) else _default_route(machine)
    if place.serves:
        vifs = managed(machine.ask([_NMCLI, "-t", "-f", "DEVICE,STATE", "device"]).text)
        if machine.is_root:
            filters = dropping(machine.ask([NFT, "-j", "list", "chains"]).text)
            filters = () if filters and passes(machine) else filters
    drivers = {Kind.NETVM: "/sys/bus/xen-backend/drivers/vif", Kind.GUEST: "/sys/bus/xen/drivers/vif"}
    driver = drivers.get(place.kind)
    return Facts(
        forwarding,
        route,
        _dangling(machine),
        overriding,
        vifs,
        filters,
        driver is None or machine.exists(driver),
        any(map(machine.exists, _RESOLVED_UNITS)),
        place.serves and any(map(machine.exists, _DHCPCD)) and asks_domains(machine.text(_DHCPCD_CONF)),
    )


def check(facts: Facts, place: Place) -> Iterator[Finding]:
    """What is wrong."""
    for setting in facts.forwarding:
        yield NetworkFault.FORWARDING_IN_DOM0.finding(setting=setting, netvm=place.netvm)
    if facts.route:
        yield NetworkFault.ROUTE_IN_DOM0.finding(interface=facts.route)
    if facts.dangling:
        if _RESOLVED in facts.dangling and facts.resolved:
            yield NetworkFault.RESOLVED_DOWN.finding()
        else:
            yield NetworkFault.RESOLV_CONF_DANGLING.finding(path=facts.dangling)
    for path in facts.overriding:
        yield NetworkFault.NETWORKMANAGER_OVERRIDDEN.finding(path=path)
    for device in facts.managed:
        yield NetworkFault.NETWORKMANAGER_MANAGES.finding(device=device)
    if facts.dhcpcd:
        yield NetworkFault.DHCPCD_ASKS_DOMAINS.finding()
    for name in facts.dropping:
        yield NetworkFault.FIREWALL_DROPS.finding(name=name)
    if not facts.driver:
        yield (NetworkFault.NETBACK_MISSING if place.kind is Kind.NETVM else NetworkFault.NETFRONT_MISSING).finding()
