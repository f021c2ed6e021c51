"""What of NetworkManager's D-Bus objects is mirrored: what somebody here reads. Pure.

A vif that comes or goes makes NetworkManager tell some twenty changes of a device that it leaves alone, and of lists of
devices; a Wi-Fi tells every point that it hears. Whoever looked for the way out at each of them would be busy with
nothing else while domains wait for their vifs.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from qnet_gui.netvm.uplinks.networkmanager_objects import NM, Properties

#: The properties that are read, by interface; `networkmanager_objects` and its neighbours read no others.
READ: Mapping[str, frozenset[str]] = {
    NM: frozenset({"Startup", "GlobalDnsConfiguration"}),
    f"{NM}.DnsManager": frozenset({"Configuration", "Mode", "RcManager"}),
    f"{NM}.Device": frozenset(
        {"Interface", "IpInterface", "DeviceType", "State", "ActiveConnection", "Ip4Config", "Dhcp4Config"}
    ),
    f"{NM}.Device.Wireless": frozenset({"ActiveAccessPoint"}),
    f"{NM}.AccessPoint": frozenset({"Ssid", "Strength"}),
    f"{NM}.Connection.Active": frozenset(
        {"Id", "Connection", "State", "StateFlags", "Vpn", "Devices", "Ip4Config"}
    ),
    f"{NM}.IP4Config": frozenset({"AddressData", "Gateway", "NameserverData"}),
    f"{NM}.DHCP4Config": frozenset({"Options"}),
}  # fmt: skip


def read(interface: object, values: Mapping[Any, Any]) -> dict[str, Any]:
    """Of an interface's properties those that are read."""
    names = READ.get(str(interface), frozenset())
    return {str(name): value for name, value in values.items() if str(name) in names}


def mirrored(interfaces: Mapping[Any, Mapping[Any, Any]]) -> dict[str, Properties]:
    """What is kept of an object: nothing of a vif, which is no way out."""
    device = interfaces.get(f"{NM}.Device", {})
    if str(device.get("Interface", "")).startswith("vif"):
        return {}
    return {str(name): read(name, values) for name, values in interfaces.items() if str(name) in READ}
