"""Vifs that come and go: what the kernel is told, and what the toolstack is answered."""

from __future__ import annotations

from collections.abc import Callable
from ipaddress import IPv4Address
from typing import Any

import pytest

from qnet_gui.model.errors import BadInput, NotFound, QnetError
from qnet_gui.model.vif import Vif, VifId
from qnet_gui.netvm import once
from qnet_gui.netvm.packet_filter import base_setup, ruleset
from qnet_gui.netvm.packet_filter.base_setup import OwnAddresses
from qnet_gui.netvm.packet_filter.conntrack_flusher import ConntrackFlusher
from qnet_gui.netvm.packet_filter.sets import FLOW_TABLE
from qnet_gui.netvm.vifs.reconciler import VifReconciler
from qnet_gui.netvm.vifs.vif_table import VifTable
from qnet_gui.store import keys


@pytest.fixture
def reconciler(netvm: Any, worker: Any, loop: Any) -> VifReconciler:
    """At work, after its first look."""
    base_setup.apply(netvm.nft, netvm.netlink, OwnAddresses())
    looks: list[None] = []
    made = VifReconciler(worker, VifTable(netvm.nft, netvm.netlink), ConntrackFlusher(), lambda: looks.append(None))
    made.start()
    return made


def asked(loop: Any, ask: Callable[[Any], None]) -> QnetError | None:
    """The reply to what is asked."""
    replies: list[QnetError | None] = []
    ask(replies.append)
    loop.until(lambda: replies)
    return replies[0]


# -- the base


def test_the_base_is_forwarding_behind_a_filter_and_the_addresses_that_domains_ask(netvm: Any) -> None:
    for _ in range(2):
        base_setup.apply(netvm.nft, netvm.netlink, OwnAddresses())
    assert (netvm.kernel.setting("ipv4/ip_forward"), netvm.kernel.setting("ipv4/icmp_ratelimit")) == (1, 10)
    assert [str(address) for address, _ in netvm.netlink.addresses(1)] == ["10.137.0.1", "10.139.1.1", "10.139.1.2"]
    assert 1 in netvm.kernel.up


def test_addresses_that_dom0_takes_back_go(netvm: Any) -> None:
    base_setup.apply(netvm.nft, netvm.netlink, OwnAddresses())
    after = OwnAddresses(IPv4Address("10.138.0.1"), (IPv4Address("10.139.1.1"), IPv4Address("10.139.1.3")))
    base_setup.apply(netvm.nft, netvm.netlink, after, before=OwnAddresses())
    assert {str(address) for address, _ in netvm.netlink.addresses(1)} == {"10.138.0.1", "10.139.1.1", "10.139.1.3"}
    assert sorted(netvm.nft.elements("inet", ruleset.TABLE, ruleset.VIRTUAL_SET)) == ["10.139.1.1", "10.139.1.3"]


def test_what_dom0_wants_is_read_and_nonsense_refused(netvm: Any, log_guard: Any) -> None:
    assert base_setup.read(netvm.store) == OwnAddresses()
    netvm.dom0.write(keys.GATEWAY.under(1), "10.138.0.1")
    netvm.dom0.set_perms(keys.GATEWAY.under(1), ("n0", "r1"))
    assert base_setup.read(netvm.store).gateway == IPv4Address("10.138.0.1")
    netvm.dom0.write(keys.GATEWAY.under(1), "10.139.1.1")
    with pytest.raises(BadInput, match="one address for two purposes"):
        base_setup.read(netvm.store)
    log_guard.expect("the usual ones are taken")
    assert once.read_addresses(netvm.store) == OwnAddresses()


# -- the agent's way


def test_a_vif_is_served_and_let_go(netvm: Any, reconciler: VifReconciler, loop: Any) -> None:
    vif = netvm.attach(7)
    assert asked(loop, lambda reply: reconciler.online(vif, reply)) is None
    assert netvm.status(vif) == b"connected"
    assert netvm.served() == {"vif7.0": "10.137.0.7"}
    assert reconciler.served == [vif]
    assert [(row.destination, row.metric) for row in netvm.netlink.routes()] == [
        ("10.137.0.7", Vif(vif, IPv4Address("10.137.0.7"), "").metric)
    ]
    for setting, value in (("ipv4/conf/vif7.0/proxy_arp", 1), ("ipv6/conf/vif7.0/disable_ipv6", 1)):
        assert netvm.kernel.setting(setting) == value
    assert asked(loop, lambda reply: reconciler.offline(vif, reply)) is None
    assert (netvm.served(), netvm.netlink.routes(), reconciler.served) == ({}, [], [])
    # a redirection of another test's may move its clients a second after it
    assert [command for command in netvm.kernel.forgotten if "10.137.0.7" in command] == [
        ("/usr/sbin/conntrack", "-D", "-f", "ipv4", option, "10.137.0.7") for option in ("-s", "-r")
    ]


def test_a_node_that_comes_before_the_agent_is_found(netvm: Any, worker: Any, loop: Any) -> None:
    base_setup.apply(netvm.nft, netvm.netlink, OwnAddresses())
    vifs = [netvm.attach(domid) for domid in (7, 8, 9)]
    made = VifReconciler(worker, VifTable(netvm.nft, netvm.netlink), ConntrackFlusher(), lambda: None)
    made.start()
    loop.until(lambda: made.served == vifs)


def test_a_link_that_comes_after_its_node_is_served_then(netvm: Any, reconciler: VifReconciler, loop: Any) -> None:
    vif = netvm.attach(7, link=False)
    error = asked(loop, lambda reply: reconciler.online(vif, reply))
    assert isinstance(error, NotFound)
    netvm.kernel.add_link("vif7.0")
    reconciler.link_event("vif7.0", gone=False)
    reconciler.link_event("eth0", gone=False)
    loop.until(lambda: reconciler.served == [vif])
    netvm.kernel.delete_link("vif7.0")
    reconciler.link_event("vif7.0", gone=True)
    loop.until(lambda: not reconciler.served)
    assert netvm.served() == {}


def test_an_address_of_another_form_is_refused_and_told(
    netvm: Any, reconciler: VifReconciler, loop: Any, log_guard: Any
) -> None:
    log_guard.expect("vif7.0 is refused")
    vif = netvm.attach(7)
    netvm.store.write(f"{vif.backend_path}/ip", "10.137.0.7 nonsense")
    assert isinstance(asked(loop, lambda reply: reconciler.online(vif, reply)), BadInput)
    assert netvm.status(vif) == b"error"
    assert b"is not an IPv4 address" in (netvm.store.read(f"{vif.backend_path}/hotplug-error") or b"")
    netvm.store.write(f"{vif.backend_path}/ip", "10.137.0.7")
    loop.until(lambda: netvm.status(vif) == b"connected")
    assert netvm.store.read(f"{vif.backend_path}/hotplug-error") is None


# -- without an address, which dom0's helper gives it


@pytest.fixture
def unaddressed(netvm: Any) -> VifId:
    """As a toolstack makes it whose configuration says none."""
    vif: VifId = netvm.attach(7)
    netvm.store.delete(f"{vif.backend_path}/ip")
    return vif


def _kept_waiting(loop: Any, reconciler: VifReconciler, vif: VifId) -> list[QnetError | None]:
    """The replies of one who has been looked at; none yet."""
    replies: list[QnetError | None] = []
    reconciler.online(vif, replies.append)
    loop.until(lambda: vif in reconciler._kept)
    assert replies == []
    return replies


def test_an_address_that_comes_later_is_waited_for(
    netvm: Any, reconciler: VifReconciler, loop: Any, unaddressed: VifId, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("qnet_gui.netvm.vifs.node.ADDRESS_WAIT", 3600.0)
    replies = _kept_waiting(loop, reconciler, unaddressed)
    assert (netvm.status(unaddressed), netvm.served()) == (None, {})
    netvm.store.write(f"{unaddressed.backend_path}/ip", "10.137.0.7")
    loop.until(lambda: replies)
    assert replies == [None]
    assert (netvm.status(unaddressed), netvm.served()) == (b"connected", {"vif7.0": "10.137.0.7"})
    assert (reconciler._timers, reconciler._kept) == ({}, {})


def test_an_address_that_does_not_come_is_told(
    netvm: Any, reconciler: VifReconciler, loop: Any, unaddressed: VifId, log_guard: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    log_guard.expect("vif7.0 is refused: .* has no ip")
    monkeypatch.setattr("qnet_gui.netvm.vifs.node.ADDRESS_WAIT", 0.01)
    assert isinstance(asked(loop, lambda reply: reconciler.online(unaddressed, reply)), BadInput)
    assert netvm.status(unaddressed) == b"error"
    # who asks again is told at once, and what comes after all is taken
    assert isinstance(asked(loop, lambda reply: reconciler.online(unaddressed, reply)), BadInput)
    netvm.store.write(f"{unaddressed.backend_path}/ip", "10.137.0.7")
    loop.until(lambda: netvm.status(unaddressed) == b"connected")
    assert (reconciler._timers, reconciler._late) == ({}, set())


def test_a_vif_that_goes_is_waited_for_no_longer(
    netvm: Any, reconciler: VifReconciler, loop: Any, unaddressed: VifId, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("qnet_gui.netvm.vifs.node.ADDRESS_WAIT", 3600.0)
    replies = _kept_waiting(loop, reconciler, unaddressed)
    assert asked(loop, lambda reply: reconciler.offline(unaddressed, reply)) is None
    loop.until(lambda: replies)
    assert (reconciler._timers, reconciler._kept, netvm.status(unaddressed)) == ({}, {}, None)


def test_a_served_vif_that_loses_its_address_is_served_no_longer(
    netvm: Any, reconciler: VifReconciler, loop: Any, log_guard: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    log_guard.expect("vif7.0 is refused: .* has no ip")
    monkeypatch.setattr("qnet_gui.netvm.vifs.node.ADDRESS_WAIT", 0.01)
    vif = netvm.attach(7)
    assert asked(loop, lambda reply: reconciler.online(vif, reply)) is None
    netvm.store.delete(f"{vif.backend_path}/ip")
    loop.until(lambda: netvm.status(vif) == b"error")
    assert netvm.served() == {}


def test_a_changed_address_loses_its_connections_and_its_right(
    netvm: Any, reconciler: VifReconciler, loop: Any
) -> None:
    vif = netvm.attach(7)
    asked(loop, lambda reply: reconciler.online(vif, reply))
    netvm.store.write(f"{vif.backend_path}/ip", "10.137.0.77")
    loop.until(lambda: netvm.served() == {"vif7.0": "10.137.0.77"})
    loop.until(lambda: [row.destination for row in netvm.netlink.routes()] == ["10.137.0.77"])
    assert {command[-1] for command in netvm.kernel.forgotten} == {"10.137.0.7"}


def test_a_restarted_domain_has_its_address_from_the_old_one(netvm: Any, reconciler: VifReconciler, loop: Any) -> None:
    old = netvm.attach(7, "10.137.0.5")
    asked(loop, lambda reply: reconciler.online(old, reply))
    new = netvm.attach(8, "10.137.0.5")
    asked(loop, lambda reply: reconciler.online(new, reply))
    assert netvm.kernel.forgotten  # before the new one could use them
    best = min(netvm.netlink.routes(), key=lambda row: row.metric)
    assert best.iface == "vif8.0"
    netvm.kernel.forgotten.clear()
    assert asked(loop, lambda reply: reconciler.offline(old, reply)) is None
    assert netvm.kernel.forgotten == []  # it was not its any more
    assert netvm.served() == {"vif8.0": "10.137.0.5"}


def test_a_kernel_that_refuses_is_told_and_all_is_tried_again(
    netvm: Any, reconciler: VifReconciler, loop: Any, log_guard: Any
) -> None:
    log_guard.expect("nftables refused a change")
    vif = netvm.attach(7)
    netvm.nft.apply(f"delete table inet {ruleset.TABLE}")
    error = asked(loop, lambda reply: reconciler.online(vif, reply))
    assert error is not None
    base_setup.apply(netvm.nft, netvm.netlink, OwnAddresses())
    reconciler.look_at_all()
    loop.until(lambda: netvm.served() == {"vif7.0": "10.137.0.7"})


def test_a_link_that_goes_while_it_is_brought_up_is_nobodys_fault(
    netvm: Any, reconciler: VifReconciler, loop: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    vif = netvm.attach(7)
    serve_host = netvm.netlink.serve_host

    def gone(*arguments: Any) -> None:
        netvm.kernel.delete_link("vif7.0")
        serve_host(*arguments)

    monkeypatch.setattr(netvm.netlink, "serve_host", gone)
    assert isinstance(asked(loop, lambda reply: reconciler.online(vif, reply)), NotFound)
    assert netvm.status(vif) is None


def test_a_fault_of_ours_keeps_nobody_waiting(
    netvm: Any, reconciler: VifReconciler, loop: Any, log_guard: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    log_guard.expect("vifs cannot be changed")
    vif = netvm.attach(7)
    with monkeypatch.context() as patch:
        patch.setattr(VifTable, "admit", lambda *_: 1 / 0)
        error = asked(loop, lambda reply: reconciler.online(vif, reply))
    assert error is not None
    assert "ZeroDivisionError" in error.sentence


def test_names_that_others_put_into_the_set_are_no_right(netvm: Any) -> None:
    base_setup.apply(netvm.nft, netvm.netlink, OwnAddresses())
    netvm.nft.apply(
        ruleset.change_vifs([("vif7.0", IPv4Address("10.137.0.7")), ("other0", IPv4Address("10.9.9.9"))], [])
    )
    assert VifTable(netvm.nft, netvm.netlink).addresses == {VifId(7, 0): IPv4Address("10.137.0.7")}
    assert netvm.served() == {"vif7.0": "10.137.0.7"}


# -- the script's way, where no agent runs


def test_without_an_agent_the_script_does_the_same(netvm: Any) -> None:
    vif = netvm.attach(7)
    once.hotplug("online", vif)
    assert (netvm.status(vif), netvm.served()) == (b"connected", {"vif7.0": "10.137.0.7"})
    assert once.hotplug("online", vif) == frozenset()
    assert once.hotplug("offline", vif) == {IPv4Address("10.137.0.7")}
    assert netvm.served() == {}


def test_without_an_agent_what_is_wrong_is_told_as_well(netvm: Any) -> None:
    with pytest.raises(NotFound):
        once.hotplug("online", VifId(7, 0))
    vif = netvm.attach(7)
    netvm.store.write(f"{vif.backend_path}/ip", "nonsense")
    with pytest.raises(BadInput):
        once.hotplug("online", vif)
    assert netvm.status(vif) == b"error"
    once.hotplug("offline", vif)


def test_who_stops_the_agent_says_so(netvm: Any) -> None:
    for serial in (b"1", b"2"):
        once.stopped()
        assert netvm.store.read(keys.AGENT_STATE.at()) == b"stopped"
        assert netvm.store.read(keys.AGENT_SERIAL.at()) == serial


def test_without_an_agent_no_connection_takes_the_short_way(
    netvm: Any, log_guard: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody would take them off it when somebody changes his rules, or what is passed on."""
    base_setup.apply(netvm.nft, netvm.netlink, OwnAddresses())
    netvm.nft.apply(f"add table inet {FLOW_TABLE}")
    once.stopped()
    assert set(netvm.kernel.ruleset.tables) == {("inet", ruleset.TABLE), ("arp", ruleset.TABLE)}
    log_guard.expect("nftables refused a change")
    monkeypatch.setattr(once, "FORGET", "nonsense")
    once.stopped()
    assert netvm.store.read(keys.AGENT_SERIAL.at()) == b"2"


def test_without_a_bus_names_come_from_resolv_conf(
    netvm: Any, monkeypatch: pytest.MonkeyPatch, resolv_conf: Any
) -> None:
    resolv_conf.write_text("nameserver 192.168.0.53\n")
    once.redirect(None)
    assert netvm.redirects() == {"10.139.1.1": "192.168.0.53", "10.139.1.2": "192.168.0.53"}
