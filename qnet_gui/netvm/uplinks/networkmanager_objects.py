"""What NetworkManager's D-Bus objects mean: uplinks and name servers. Pure; `networkmanager.py` keeps the objects.

Source of names and numbers: NetworkManager's D-Bus API (NMDeviceType, NMDeviceState, NMActiveConnectionState). A
property that is missing or of another type makes that one uplink or server disappear, never more.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from ipaddress import IPv4Address
from typing import Any

from qnet_gui.model.errors import BadInput
from qnet_gui.model.parse import ifname, ipv4, printable
from qnet_gui.model.uplink import Uplink, UplinkKind, UplinkState

NM = "org.freedesktop.NetworkManager"
MANAGER_PATH = "/org/freedesktop/NetworkManager"
Properties = Mapping[str, Any]
Objects = Mapping[str, Mapping[str, Properties]]

_KINDS = {
    1: UplinkKind.CABLE, 20: UplinkKind.CABLE, 2: UplinkKind.WIFI, 5: UplinkKind.MOBILE, 8: UplinkKind.MOBILE,
    16: UplinkKind.VPN, 29: UplinkKind.VPN,
}  # fmt: skip
_NEVER_UPLINKS = {30, 32}  # Wi-Fi P2P, loopback
_UNMANAGED, _FIRST_CONNECTING, _LAST_CONNECTING, _ACTIVATED = 10, 40, 90, 100
_CONNECTION_ACTIVATED = 2


def _properties(objects: Objects, path: object, interface: str) -> Properties:
    return objects.get(str(path), {}).get(f"{NM}.{interface}", {})


def _addresses(entries: object) -> Iterator[IPv4Address]:
    for entry in entries if isinstance(entries, list) else ():
        try:
            yield ipv4(str(entry["address"]))
        except (BadInput, KeyError, TypeError):
            continue


def _one(text: object) -> IPv4Address | None:
    try:
        return ipv4(str(text))
    except BadInput:
        return None


def _ip(objects: Objects, config: object) -> tuple[IPv4Address | None, IPv4Address | None, tuple[IPv4Address, ...]]:
    """Address, gateway and servers of an IP4Config."""
    ip4 = _properties(objects, config, "IP4Config")
    address = next(_addresses(ip4.get("AddressData")), None)
    return address, _one(ip4.get("Gateway", "")), tuple(_addresses(ip4.get("NameserverData")))


def _state(number: int) -> UplinkState:
    if number == _ACTIVATED:
        return UplinkState.UP
    return UplinkState.CONNECTING if _FIRST_CONNECTING <= number <= _LAST_CONNECTING else UplinkState.DOWN


def _wifi(objects: Objects, device_path: str) -> tuple[str, int]:
    """SSID, reduced to what can be shown, and strength in steps of 5 so that small changes wake nobody."""
    point = _properties(objects, _properties(objects, device_path, "Device.Wireless").get("ActiveAccessPoint"),
                        "AccessPoint")  # fmt: skip
    untrusted_ssid = bytes(point.get("Ssid", []))  # anybody near may call a network anything
    return printable(untrusted_ssid), max(0, min(100, round(int(point.get("Strength", 0)) / 5) * 5))


def _device_uplink(objects: Objects, path: str, primary: object) -> Uplink | None:
    device = _properties(objects, path, "Device")
    kind, state = int(device.get("DeviceType", 0)), int(device.get("State", 0))
    try:
        name = ifname(str(device.get("IpInterface") or device.get("Interface", "")))
    except BadInput:
        return None
    if kind in _NEVER_UPLINKS or state <= _UNMANAGED or name.startswith("vif"):
        return None
    active = device.get("ActiveConnection", "/")
    address, gateway, servers = _ip(objects, device.get("Ip4Config"))
    ssid, strength = _wifi(objects, path) if kind == 2 else ("", 0)
    return Uplink(
        name, _KINDS.get(kind, UplinkKind.OTHER), _state(state), str(active) == str(primary) != "/", address, gateway,
        servers, ssid, strength, printable(str(_properties(objects, active, "Connection.Active").get("Id", ""))),
    )  # fmt: skip


def _vpn_uplink(objects: Objects, active: Properties) -> Uplink | None:
    """A connection of a VPN plugin: it has no device of its own, only the one below it."""
    if not active.get("Vpn") or active.get("State") != _CONNECTION_ACTIVATED:
        return None
    below = next(iter(active.get("Devices", [])), "/")
    try:
        name = ifname(str(_properties(objects, below, "Device").get("Interface", "")))
    except BadInput:
        return None
    address, gateway, servers = _ip(objects, active.get("Ip4Config"))
    return Uplink(name, UplinkKind.VPN, UplinkState.UP, bool(active.get("Default")), address, gateway, servers,
                  connection=printable(str(active.get("Id", ""))))  # fmt: skip


def uplinks(objects: Objects) -> tuple[Uplink, ...]:
    """All uplinks, the primary one first, then by name."""
    primary = objects.get(MANAGER_PATH, {}).get(NM, {}).get("PrimaryConnection", "/")
    candidates: list[Uplink | None] = []
    for path, interfaces in objects.items():
        if f"{NM}.Device" in interfaces:
            candidates.append(_device_uplink(objects, path, primary))
        elif f"{NM}.Connection.Active" in interfaces:
            candidates.append(_vpn_uplink(objects, interfaces[f"{NM}.Connection.Active"]))
    real = [uplink for uplink in candidates if uplink is not None]
    if any(uplink.primary and uplink.kind is UplinkKind.VPN for uplink in real):
        real = [replace(uplink, primary=uplink.primary and uplink.kind is UplinkKind.VPN) for uplink in real]
    return tuple(sorted(real, key=lambda uplink: (not uplink.primary, uplink.name)))


def lost(before: Objects, now: Objects) -> bool:
    """Whether an uplink that was up is not down but gone: a NIC was pulled, or NetworkManager is about to leave."""
    up = {uplink.name for uplink in uplinks(before) if uplink.state is UplinkState.UP}
    return not up <= {uplink.name for uplink in uplinks(now)}


def starting(objects: Objects) -> bool:
    """Whether NetworkManager is still finding out what is there."""
    return bool(objects.get(MANAGER_PATH, {}).get(NM, {}).get("Startup", True))


def _configuration(objects: Objects) -> list[tuple[int, bool, tuple[IPv4Address, ...]]]:
    """(priority, VPN, servers) of each entry that NetworkManager would put into resolv.conf, in its order."""
    manager = objects.get(f"{MANAGER_PATH}/DnsManager", {}).get(f"{NM}.DnsManager", {})
    entries = []
    for entry in manager.get("Configuration", []):
        if str(entry.get("interface", "")).startswith("vif"):
            continue
        servers = tuple(address for text in entry.get("nameservers", []) if (address := _one(text)))
        entries.append((int(entry.get("priority", 0)), bool(entry.get("vpn")), servers))
    return [entry for entry in entries if entry[2]]


def servers(objects: Objects) -> tuple[IPv4Address, ...]:
    """The name servers to use, best first.

    A VPN's win alone, and so do those of a connection with a negative priority, as NetworkManager means it: asking
    others beside them would leak around it. IPv6 servers are left out, since domains have IPv4 only.
    """
    entries = _configuration(objects)
    lowest = min((priority for priority, _, _ in entries), default=0)
    if lowest < 0:
        entries = [entry for entry in entries if entry[0] == lowest]
    elif any(vpn for _, vpn, _ in entries):
        entries = [entry for entry in entries if entry[1]]
    return tuple(dict.fromkeys(address for _, _, addresses in entries for address in addresses))


def lost_servers(objects: Objects) -> bool:
    """Whether a connection that is up was given servers by its lease, and NetworkManager uses none at all.

    Version 1.42 does so now and then after quick changes of a device's settings, until the next change: the lease is
    there, and the lists of servers that follow from it stay empty.
    """
    if servers(objects):
        return False
    return any(
        _properties(objects, path, "Device").get("State") == _ACTIVATED
        and any(_leased_servers(objects, _properties(objects, path, "Device").get("Dhcp4Config")))
        for path in objects
    )


def _leased_servers(objects: Objects, config: object) -> Iterator[IPv4Address]:
    options = _properties(objects, config, "DHCP4Config").get("Options")
    texts = options.get("domain_name_servers") if isinstance(options, Mapping) else None
    for text in texts.split() if isinstance(texts, str) else ():
        if address := _one(text):
            yield address


def in_charge(objects: Objects) -> bool:
    """Whether NetworkManager manages an uplink at all; where it does not, somebody else knows the name servers."""
    return any(uplink.kind is not UplinkKind.OTHER for uplink in uplinks(objects))
