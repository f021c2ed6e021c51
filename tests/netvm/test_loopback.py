"""For which vifs the netvm's loopback is open. On the fake kernel; tests/lab has a real one."""

from __future__ import annotations

from typing import Any

import pytest

from qnet_gui.netvm.dns import loopback as loopback_module
from qnet_gui.netvm.dns.loopback import Loopback

_VIF = "ipv4/conf/vif7.0/route_localnet"


def test_it_is_open_for_vifs_alone_while_it_is_wanted(netvm: Any) -> None:
    for name in ("vif7.0", "eth0"):
        netvm.kernel.add_link(name)
    loopback = Loopback()
    loopback.apply(True, ["vif7.0", "eth0"])
    assert [netvm.kernel.setting(f"ipv4/conf/{name}/route_localnet") for name in ("vif7.0", "eth0")] == [1, 0]
    loopback.apply(False, [])
    assert netvm.kernel.setting(_VIF) == 0


def test_what_a_predecessor_has_opened_is_closed_where_nobody_wants_it_any_more(netvm: Any) -> None:
    netvm.kernel.add_link("vif7.0")
    Loopback().apply(True, ["vif7.0"])
    Loopback().apply(False, [])
    assert netvm.kernel.setting(_VIF) == 0


def test_what_others_changed_is_set_again_at_the_next_change(netvm: Any) -> None:
    """Of that setting the kernel tells nothing; and a vif may go and come while its events are lost."""
    netvm.kernel.add_link("vif7.0")
    loopback = Loopback()
    for _ in range(2):
        loopback.apply(True, ["vif7.0"])
        assert netvm.kernel.setting(_VIF) == 1
        netvm.kernel.write(_VIF, 0)


def test_what_udev_sets_of_a_new_vif_after_us_is_undone(netvm: Any, loop: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """`net.ipv4.conf.*.route_localnet = 0` in /etc/sysctl.d, say."""
    monkeypatch.setattr(loopback_module, "_COME", 0.01)
    loopback = Loopback()
    loopback.apply(True, [])
    netvm.kernel.add_link("vif7.0")
    loopback.link_event("vif7.0", gone=False)
    netvm.kernel.write(_VIF, 0)
    loop.until(lambda: netvm.kernel.setting(_VIF) == 1)
