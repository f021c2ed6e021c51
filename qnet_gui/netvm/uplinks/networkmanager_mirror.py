"""What of NetworkManager's D-Bus objects is mirrored: what somebody here reads. Pure.

A vif that comes or goes makes NetworkManager tell some twenty changes of a device that it leaves alone, and of lists of
devices; a Wi-Fi tells every point that it hears. Whoever looked for the way out at each of them would be busy with
nothing else while domains wait for their vifs.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from qnet_gui.netvm.uplinks.networkmanager_objects import NM, Properties

#: The properties that are read, by interface, with what they are; `networkmanager_objects` and its neighbours read no
#: others. What is of another type is as if it had not been told.
READ: Mapping[str, Mapping[str, type]] = {
    NM: {"Startup": int, "GlobalDnsConfiguration": dict},
    f"{NM}.DnsManager": {"Configuration": list, "Mode": str, "RcManager": str},
    f"{NM}.Device": {
        "Interface": str, "IpInterface": str, "DeviceType": int, "State": int, "ActiveConnection": str,
        "Ip4Config": str, "Dhcp4Config": str,
    },
    f"{NM}.Device.Wireless": {"ActiveAccessPoint": str},
    f"{NM}.AccessPoint": {"Ssid": list, "Strength": int},
    f"{NM}.Connection.Active": {
        "Id": str, "Connection": str, "State": int, "StateFlags": int, "Vpn": int, "Devices": list, "Ip4Config": str,
    },
    f"{NM}.IP4Config": {"AddressData": list, "Gateway": str, "NameserverData": list},
    f"{NM}.DHCP4Config": {"Options": dict},
}  # fmt: skip
_NOTHING: Mapping[str, type] = {}


def read(interface: object, values: Mapping[Any, Any]) -> dict[str, Any]:
    """Of an interface's properties those that are read."""
    types = READ.get(str(interface), _NOTHING)
    named = ((str(name), value) for name, value in values.items())
    return {name: value for name, value in named if name in types and isinstance(value, types[name])}


def mirrored(interfaces: Mapping[Any, Mapping[Any, Any]]) -> dict[str, Properties]:
    """What is kept of an object: nothing of a vif, which is no way out."""
    device = interfaces.get(f"{NM}.Device", {})
    if str(device.get("Interface", "")).startswith("vif"):
        return {}
    return {str(name): read(name, values) for name, values in interfaces.items() if str(name) in READ}
