"""NetworkManager's objects as it tells them, for tests of what they mean."""

from __future__ import annotations

from ipaddress import IPv4Address
from typing import Any

from qnet_gui.netvm.uplinks import networkmanager_objects

NM, ROOT = networkmanager_objects.NM, networkmanager_objects.MANAGER_PATH


def ips(*texts: str) -> tuple[IPv4Address, ...]:
    return tuple(map(IPv4Address, texts))


def device(kind: int, state: int = 100, name: str = "eth0", number: int = 1, **more: Any) -> dict[str, Any]:
    """A device with an address, its active connection, and what they refer to."""
    active, config = f"{ROOT}/ActiveConnection/{number}", f"{ROOT}/IP4Config/{number}"
    properties = {
        "DeviceType": kind,
        "State": state,
        "Interface": name,
        "ActiveConnection": active,
        "Ip4Config": config,
    }
    return {
        f"{ROOT}/Devices/{number}": {f"{NM}.Device": properties | more.pop("device", {}), **more},
        active: {f"{NM}.Connection.Active": {"Id": f"connection {number}", "State": 2, "Devices": []}},
        config: {
            f"{NM}.IP4Config": {
                "AddressData": [{"address": f"192.168.{number}.2", "prefix": 24}],
                "Gateway": f"192.168.{number}.1",
                "NameserverData": [{"address": f"192.168.{number}.53"}],
            }
        },
    }


def primary(number: int) -> dict[str, Any]:
    return {ROOT: {NM: {"PrimaryConnection": f"{ROOT}/ActiveConnection/{number}", "Startup": False}}}


def dns(*entries: dict[str, Any]) -> dict[str, Any]:
    return {f"{ROOT}/DnsManager": {f"{NM}.DnsManager": {"Configuration": list(entries)}}}
