"""The kernel's flow table: who is in it, and that everything is out of it when anything changes. Real ones: on Xen."""

from __future__ import annotations

from ipaddress import IPv4Address
from typing import Any

import pytest

from qnet_gui.model.errors import KernelError
from qnet_gui.model.messages.system import SystemCode
from qnet_gui.model.uplink import Uplink, UplinkKind, UplinkState
from qnet_gui.model.vif import VifId
from qnet_gui.netvm.packet_filter import flow_table, ruleset
from qnet_gui.netvm.packet_filter.flow_table import FORGET, FlowTable, devices, text

ADDRESS, OTHER = IPv4Address("10.137.0.7"), IPv4Address("10.137.0.8")
SEVEN, EIGHT = VifId(7, 0), VifId(8, 0)


def uplink(name: str, kind: UplinkKind = UplinkKind.CABLE, address: str | None = "192.0.2.2") -> Uplink:
    return Uplink(name, kind, UplinkState.UP, address=IPv4Address(address) if address else None)


def test_vifs_and_cards_are_in_it_and_neither_alone() -> None:
    assert devices([SEVEN, EIGHT], [uplink("eth0")]) == ["vif7.0", "vif8.0", "eth0"]
    assert devices([SEVEN], []) == []
    assert devices([], [uplink("eth0")]) == []


@pytest.mark.parametrize(
    "other", [uplink("wg0", UplinkKind.VPN), uplink("ppp0", UplinkKind.MOBILE), uplink("eth1", address=None),
              uplink("x", UplinkKind.OTHER), uplink('a" b')], ids=lambda each: each.name,
)  # fmt: skip
def test_what_is_no_card_in_use_is_not(other: Uplink) -> None:
    assert devices([SEVEN], [other]) == []
    assert devices([SEVEN], [other, uplink("wlan0", UplinkKind.WIFI)]) == ["vif7.0", "wlan0"]


def test_it_is_made_anew_as_a_whole() -> None:
    lines = text(["vif7.0", "eth0"]).splitlines()
    assert lines[:2] == FORGET.splitlines()
    assert 'devices = { "vif7.0", "eth0" }' in text(["vif7.0", "eth0"])
    assert text([]) == FORGET


def test_whoever_loses_something_takes_all_out_of_it_in_the_same_transaction() -> None:
    for change in (
        ruleset.change_vifs((), [("vif7.0", ADDRESS)]),
        ruleset.change_vifs([("vif7.0", ADDRESS)], [("vif7.0", OTHER)]),
        ruleset.change_vifs([("vif8.0", ADDRESS)], (), {ADDRESS: (SEVEN, EIGHT)}),
        ruleset.change_vifs((), (), {ADDRESS: (SEVEN, None)}),
        ruleset.removal(),
    ):
        assert change.startswith(FORGET)
    assert FORGET not in ruleset.change_vifs([("vif7.0", ADDRESS)], (), {ADDRESS: (None, SEVEN)})


class Kernel:
    """Instead of nftables."""

    def __init__(self, offers: bool = True) -> None:
        self.offers = offers
        self.applied: list[str] = []

    def apply(self, commands: str) -> None:
        self.applied.append(commands)
        if "flowtable" in commands and not self.offers:
            raise KernelError(SystemCode.NFT_REFUSED, value="no")


@pytest.fixture
def made(loop: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Makes one whose links are `lo` alone, and which waits for nobody."""
    monkeypatch.setattr(flow_table, "_QUIET", 0.01)

    def make(kernel: Kernel, configured: bool = True) -> FlowTable:
        return FlowTable(kernel, lambda: ["lo", "gone0"], configured)  # type: ignore[arg-type]

    return make


def test_all_are_out_at_once_and_in_again_when_it_is_quiet(made: Any, loop: Any) -> None:
    kernel = Kernel()
    flows = made(kernel)
    flows.renew()
    assert kernel.applied == [FORGET], "a predecessor's"
    flows.renew()
    assert kernel.applied == [FORGET], "there is none"
    loop.until(lambda: len(kernel.applied) == 3)
    assert kernel.applied[1:] == [text(["lo"])] * 2, "a trial, and those links that are there"
    flows.renew()
    assert kernel.applied[3:] == [FORGET]
    loop.until(lambda: len(kernel.applied) == 5)
    assert kernel.applied[4] == text(["lo"])


def test_a_kernel_without_is_asked_once(made: Any, loop: Any, caplog: pytest.LogCaptureFixture) -> None:
    kernel = Kernel(offers=False)
    flows = made(kernel)
    with caplog.at_level("INFO"):
        flows.renew()
        loop.until(lambda: len(kernel.applied) == 2)
    assert "flow table" in caplog.text
    for _ in range(3):
        flows.renew()
    assert flows._timer is None
    assert len(kernel.applied) == 2


def test_who_does_not_want_it_has_none(made: Any) -> None:
    kernel = Kernel()
    flows = made(kernel, configured=False)
    flows.renew()
    assert kernel.applied == [FORGET], "one that was configured otherwise left it"
    assert flows._timer is None
