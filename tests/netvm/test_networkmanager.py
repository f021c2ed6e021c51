"""The mirror of NetworkManager's objects: which of its signals mean that something may have changed."""

from __future__ import annotations

import re
from collections.abc import Callable
from ipaddress import IPv4Address
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from nm_objects import NM, ROOT, device, dns

from qnet_gui.netvm.uplinks import networkmanager, networkmanager_mirror
from qnet_gui.netvm.uplinks.networkmanager import NetworkManager
from qnet_gui.netvm.uplinks.networkmanager_mirror import READ


class Service:
    """In the place of the bus: the test tells what NetworkManager tells."""

    def __init__(self, _bus: object, _name: str) -> None:
        self.heard: dict[str, Callable[..., None]] = {}
        self.call: Any = lambda *_: None

    def listen(self, _interface: str, member: str, handler: Callable[..., None], with_path: bool = False) -> None:
        self.heard[member] = handler

    def watch_owner(self, _handler: Callable[[bool], None]) -> None:
        """Nobody comes or goes here."""


class Mirror:
    def __init__(self) -> None:
        self.changes = 0
        self.manager = NetworkManager(None, self._changed)
        heard = self.manager._service.heard  # type: ignore[attr-defined]
        self.added, self.removed, self.changed = (
            heard[name] for name in ("InterfacesAdded", "InterfacesRemoved", "PropertiesChanged")
        )
        for path, interfaces in (device(1) | dns({"nameservers": ["192.168.1.53"], "interface": "eth0"})).items():
            self.added(path, interfaces)
        self.added(ROOT, {NM: {"Startup": False, "Devices": []}})
        self.changes = 0

    def _changed(self) -> None:
        self.changes += 1


@pytest.fixture
def mirror(monkeypatch: pytest.MonkeyPatch) -> Mirror:
    monkeypatch.setattr(networkmanager, "Service", Service)
    return Mirror()


def test_a_vif_that_comes_and_goes_changes_nothing(mirror: Mirror) -> None:
    before = mirror.manager.uplinks, mirror.manager.servers("")
    for path, interfaces in device(20, 10, "vif4.0", 4, **{f"{NM}.Device.Statistics": {"TxBytes": 0}}).items():
        if "Devices" in path:
            mirror.added(path, interfaces)
    mirror.changed(NM, {"Devices": [f"{ROOT}/Devices/4"], "AllDevices": []}, [], ROOT)
    mirror.changed(f"{NM}.Device", {"State": 20, "Carrier": True}, [], f"{ROOT}/Devices/4")
    mirror.added(f"{ROOT}/IP6Config/4", {f"{NM}.IP6Config": {"Addresses": []}})
    mirror.removed(f"{ROOT}/IP6Config/4", [f"{NM}.IP6Config"])
    mirror.removed(f"{ROOT}/Devices/4", [f"{NM}.Device", f"{NM}.Device.Statistics"])
    assert mirror.changes == 0
    assert (mirror.manager.uplinks, mirror.manager.servers("")) == before


_ODD = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 300) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=4,
)
_IN_ENTRIES = sorted(("Entry", name) for name in ("nameservers", "interface", "domains", "priority", "vpn"))
_READ = sorted((interface, name) for interface, names in READ.items() for name in names)


@settings(max_examples=500)
@given(st.sampled_from([*_READ, *_IN_ENTRIES]), _ODD)
def test_a_property_of_any_shape_is_borne(where: tuple[str, str], value: Any) -> None:
    """Whatever becomes of what it says, all else that NetworkManager tells is as it was."""
    interface, name = where
    point, entry = f"{ROOT}/AccessPoint/1", {"nameservers": ["192.168.3.53"], "interface": "wlan0", "priority": 100}
    other = {"nameservers": ["192.168.1.53"], "interface": "eth0", "priority": 100}
    if interface == "Entry":
        interface, name, value = f"{NM}.DnsManager", "Configuration", [{**entry, name: value}, other]
    told = device(1) | device(2, name="wlan0", number=3, **{f"{NM}.Device.Wireless": {"ActiveAccessPoint": point}})
    told |= dns(entry, other) | {point: {f"{NM}.AccessPoint": {"Ssid": [65], "Strength": 7}}}
    told[f"{ROOT}/DHCP4Config/3"] = {f"{NM}.DHCP4Config": {"Options": {}}}
    told[ROOT] = {NM: {"Startup": False}}
    odd = [path for path, interfaces in told.items() if interface in interfaces][-1]
    told[odd] = {**told[odd], interface: {**told[odd][interface], name: value}}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(networkmanager, "Service", Service)
        manager = Mirror().manager
    manager._loaded(told)
    assert "eth0" in {uplink.name for uplink in manager.uplinks}
    assert manager.manages("eth0")
    assert isinstance(manager.lost_servers or manager.leaves_names_alone, bool)
    if where[0] not in (NM, f"{NM}.DnsManager", "Entry"):
        assert IPv4Address("192.168.1.53") in manager.servers("eth0")
    else:
        manager.servers("eth0")


def test_what_nobody_reads_and_what_is_as_before_change_nothing(mirror: Mirror) -> None:
    mirror.changed(f"{NM}.Device", {"LldpNeighbors": [], "State": 100}, ["Metered"], f"{ROOT}/Devices/1")
    assert mirror.changes == 0


def test_what_is_read_changes(mirror: Mirror) -> None:
    mirror.changed(f"{NM}.Device", {"State": 120}, [], f"{ROOT}/Devices/1")
    mirror.changed(f"{NM}.DnsManager", {"Configuration": []}, [], f"{ROOT}/DnsManager")
    mirror.removed(f"{ROOT}/IP4Config/1", [f"{NM}.IP4Config"])
    assert mirror.changes == 3
    assert mirror.manager.servers("") == ()
    assert mirror.manager.uplinks[0].address is None


def test_all_that_is_read_of_an_object_is_mirrored() -> None:
    """Whoever reads another property adds it here: it would never be there."""
    folder = Path(networkmanager_mirror.__file__).parent
    text = "".join(path.read_text() for path in folder.glob("networkmanager*.py") if path.stem[-6:] != "mirror")
    words = set(re.findall(r"\.get\(\"([A-Z]\w+)\"", text)) | set(re.findall(r"\[\"([A-Z]\w+)\"\]", text))
    assert words
    assert words <= set().union(*READ.values())
