"""What NetworkManager's D-Bus objects mean: the uplinks that it knows. Pure; `networkmanager.py` keeps the objects.

Source of names and numbers: NetworkManager's D-Bus API (NMDeviceType, NMDeviceState, NMActiveConnectionState,
NMActivationStateFlags). A property that is missing or of another type makes that one uplink disappear, never more.
Which of them is the way out is the kernel's to say: `way_out.py`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from ipaddress import IPv4Address
from typing import Any

from qnet_gui.model.errors import BadInput
from qnet_gui.model.parse import ipv4, printable
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
#: Somebody else has set the device up, and NetworkManager only shows it: "connected (externally)".
_EXTERNAL = 0x80


def properties(objects: Objects, path: object, interface: str) -> Properties:
    """Those of an object's interface, by its last words; none where there is no such object."""
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
    ip4 = properties(objects, config, "IP4Config")
    address = next(_addresses(ip4.get("AddressData")), None)
    return address, _one(ip4.get("Gateway", "")), tuple(_addresses(ip4.get("NameserverData")))


def _state(number: int) -> UplinkState:
    if number == _ACTIVATED:
        return UplinkState.UP
    return UplinkState.CONNECTING if _FIRST_CONNECTING <= number <= _LAST_CONNECTING else UplinkState.DOWN


def _wifi(objects: Objects, device_path: str) -> tuple[str, int]:
    """SSID, reduced to what can be shown, and strength in steps of 5 so that small changes wake nobody."""
    point = properties(objects, properties(objects, device_path, "Device.Wireless").get("ActiveAccessPoint"),
                        "AccessPoint")  # fmt: skip
    octets = (octet for octet in point.get("Ssid", []) if isinstance(octet, int) and octet in range(256))
    untrusted_ssid = bytes(octets)  # anybody near may call a network anything
    return printable(untrusted_ssid), max(0, min(100, round(int(point.get("Strength", 0)) / 5) * 5))


def _name(device: Properties) -> str:
    """The link's name, empty for one that cannot be an uplink."""
    name = str(device.get("IpInterface") or device.get("Interface", ""))
    return "" if name.startswith("vif") or int(device.get("DeviceType", 0)) in _NEVER_UPLINKS else name


def _is_external(objects: Objects, device: Properties) -> bool:
    active = properties(objects, device.get("ActiveConnection", "/"), "Connection.Active")
    return bool(int(active.get("StateFlags", 0)) & _EXTERNAL)


def _device_uplink(objects: Objects, path: str) -> Uplink | None:
    device = properties(objects, path, "Device")
    kind, state = _KINDS.get(int(device.get("DeviceType", 0)), UplinkKind.OTHER), int(device.get("State", 0))
    name = _name(device)
    if not name or state <= _UNMANAGED:
        return None
    active = device.get("ActiveConnection", "/")
    address, gateway, servers = _ip(objects, device.get("Ip4Config"))
    if _is_external(objects, device) and (kind is not UplinkKind.VPN or address is None):
        return None  # a bridge of containers, an end of one's cable: nobody means them to lead outside
    ssid, strength = _wifi(objects, path) if kind is UplinkKind.WIFI else ("", 0)
    return Uplink(
        name, kind, _state(state), False, address, gateway, servers, ssid, strength,
        printable(str(properties(objects, active, "Connection.Active").get("Id", ""))),
    )  # fmt: skip


def _link_with(objects: Objects, address: IPv4Address | None) -> str:
    """The link that has an address, empty where NetworkManager knows none."""
    for path, interfaces in objects.items():
        device = interfaces.get(f"{NM}.Device")
        if device and address and _ip(objects, properties(objects, path, "Device").get("Ip4Config"))[0] == address:
            return _name(device)
    return ""


def _vpn_uplink(objects: Objects, active: Properties) -> Uplink | None:
    """A connection of a VPN plugin: it names the device below it, but its address is on a link of its own.

    A VPN without such a link, as IPsec may be, keeps the name of the device below.
    """
    if not active.get("Vpn") or active.get("State") != _CONNECTION_ACTIVATED:
        return None
    below = next(iter(active.get("Devices", [])), "/")
    address, gateway, servers = _ip(objects, active.get("Ip4Config"))
    name = _link_with(objects, address) or _name(properties(objects, below, "Device"))
    if not name:
        return None
    return Uplink(name, UplinkKind.VPN, UplinkState.UP, False, address, gateway, servers,
                  connection=printable(str(active.get("Id", ""))))  # fmt: skip


def uplinks(objects: Objects) -> tuple[Uplink, ...]:
    """All uplinks, by name, each name once; none is the primary one yet."""
    rows: dict[str, Uplink] = {}
    for interfaces in objects.values():
        active = interfaces.get(f"{NM}.Connection.Active")
        vpn = _vpn_uplink(objects, active) if active else None
        if vpn is not None:
            rows[vpn.name] = vpn
    for path, interfaces in objects.items():
        device = _device_uplink(objects, path) if f"{NM}.Device" in interfaces else None
        if device is not None:
            rows.setdefault(device.name, device)
    return tuple(rows[name] for name in sorted(rows))


def is_up(objects: Objects, path: str) -> bool:
    """Whether a device is connected."""
    return bool(properties(objects, path, "Device").get("State") == _ACTIVATED)


def active_profiles(objects: Objects) -> list[str]:
    """The paths of what is saved of the connections that are up."""
    actives = (interfaces.get(f"{NM}.Connection.Active", {}) for interfaces in objects.values())
    up = [active for active in actives if active.get("State") == _CONNECTION_ACTIVATED]
    return [str(active["Connection"]) for active in up if str(active.get("Connection", "/")) != "/"]


def manages(objects: Objects, name: str) -> bool:
    """Whether NetworkManager itself has set up the link of that name: a device of its own, or a VPN of its plugins."""
    for interfaces in objects.values():
        device = interfaces.get(f"{NM}.Device")
        if device and name and _name(device) == name:
            managed = int(device.get("State", 0)) >= _FIRST_CONNECTING and not _is_external(objects, device)
            return managed or _is_plugins(objects, name)
    return _is_plugins(objects, name)


def _is_plugins(objects: Objects, name: str) -> bool:
    """Whether a VPN's plugin made a link."""
    actives = (interfaces.get(f"{NM}.Connection.Active") for interfaces in objects.values())
    vpns = (_vpn_uplink(objects, active) for active in actives if active)
    return any(vpn is not None and vpn.name == name for vpn in vpns)


def lost(before: Objects, now: Objects) -> bool:
    """Whether an uplink that was up is not down but gone: a NIC was pulled, or NetworkManager is about to leave."""
    up = {uplink.name for uplink in uplinks(before) if uplink.state is UplinkState.UP}
    return not up <= {uplink.name for uplink in uplinks(now)}


def starting(objects: Objects) -> bool:
    """Whether NetworkManager is still finding out what is there."""
    return bool(objects.get(MANAGER_PATH, {}).get(NM, {}).get("Startup", True))
