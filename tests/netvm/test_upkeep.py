"""What others undo is set again, counted, and not for ever at once. On the fake kernel; tests/lab has a real one."""

from __future__ import annotations

import time
from collections.abc import Callable
from ipaddress import IPv4Address
from typing import Any

import pytest
from fakes.route_socket import OWN_PORTID

from qnet_gui.kernel.monitor import Event, EventKind
from qnet_gui.kernel.netlink import Netlink
from qnet_gui.kernel.netlink_requests import RouteKey, RuleKey
from qnet_gui.model.errors import KernelError
from qnet_gui.model.messages.system import SystemCode
from qnet_gui.model.repair import REPAIRS_MAX, Repair, RepairKind
from qnet_gui.model.vif import Vif, VifId
from qnet_gui.netvm.packet_filter import base_settings, base_setup, ruleset, sets
from qnet_gui.netvm.packet_filter.base_settings import BaseSettings
from qnet_gui.netvm.packet_filter.base_setup import OwnAddresses
from qnet_gui.netvm.upkeep import upkeep as upkeep_module
from qnet_gui.netvm.upkeep import vif_suspects
from qnet_gui.netvm.upkeep.repair_limit import LONGEST, MANY, PERIOD, RepairLimit
from qnet_gui.netvm.upkeep.repair_record import RepairRecord
from qnet_gui.netvm.upkeep.upkeep import Upkeep, Wanted
from qnet_gui.netvm.vifs.vif_table import VifTable

ADDRESS = IPv4Address("10.137.0.7")
VIF = Vif(VifId(7, 0), ADDRESS, "00:16:3e:00:00:07")


class Clock:
    """Time that stands until it is moved."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


# -- how often


def test_what_happens_now_and_then_is_repaired_at_once() -> None:
    clock = Clock()
    limit = RepairLimit(clock)
    for _ in range(100):
        limit.note()
        clock.now += PERIOD / MANY + 0.1
        assert (limit.wait(), limit.exceeded) == (0.0, False)


def test_one_command_in_many_pieces_counts_once() -> None:
    limit = RepairLimit(Clock())
    for _ in range(1000):
        limit.note()
    assert not limit.exceeded


def test_who_undoes_for_ever_is_followed_at_a_growing_distance_that_has_an_end() -> None:
    clock = Clock()
    limit = RepairLimit(clock)
    waits: list[float] = []
    for _ in range(MANY + 10):
        clock.now += max(limit.wait(), 0.2)
        limit.note()
        waits.append(limit.wait())
    assert set(waits[:MANY]) == {0.0}
    assert limit.exceeded
    assert waits[MANY:] == sorted(waits[MANY:])
    assert waits[MANY] > 0
    assert waits[-1] == pytest.approx(LONGEST)
    clock.now += PERIOD + 1
    assert (limit.exceeded, limit.wait()) == (False, 0.0)


def test_the_record_is_bounded_whatever_programs_call_themselves() -> None:
    record = RepairRecord()
    for kind in RepairKind:
        for number in range(1000):
            record.note(kind, f"p{number}")
    assert len(record.repairs) <= REPAIRS_MAX
    assert sum(repair.count for repair in record.repairs) == 1000 * len(RepairKind)


# -- what


@pytest.fixture
def table(netvm: Any) -> VifTable:
    """With one vif that is served."""
    base_setup.apply(netvm.nft, netvm.netlink, OwnAddresses())
    netvm.kernel.add_link("vif7.0")
    netvm.kernel.add_link("eth0")
    made = VifTable(netvm.nft, netvm.netlink)
    made.admit([VIF])
    assert not made.bring_up([VIF])
    return made


class Watched:
    """An upkeep, with the events of its kernel."""

    def __init__(self, netvm: Any, upkeep: Upkeep) -> None:
        from fakes.kernel import FakeMonitor, FakeNftMonitor

        self.upkeep, self.kernel = upkeep, netvm.kernel
        self._monitor, self._nft_monitor = FakeMonitor(netvm.kernel), FakeNftMonitor(netvm.kernel)

    def look(self) -> list[str]:
        """Read the events; what has been repaired since the start."""
        self.upkeep.filter_changed(self._nft_monitor.read(None))
        self.upkeep.kernel_changed(self._monitor.read(None))
        return [repair.line for repair in self.upkeep.repairs]


@pytest.fixture
def watched(netvm: Any, table: VifTable) -> Watched:
    wanted = Wanted(OwnAddresses(), base_setup.filter_text(OwnAddresses()), [ruleset.change_redirects(())])
    upkeep = Upkeep(netvm.nft, netvm.netlink, table, lambda: wanted, lambda: None)
    upkeep.start()
    return Watched(netvm, upkeep)


def _everything(kernel: Any) -> tuple[Any, ...]:
    settings = {path: path.read_text() for path in sorted(kernel.settings.rglob("*")) if path.is_file()}
    addresses = {index: sorted(map(str, pairs)) for index, pairs in kernel.addresses.items()}
    return (
        kernel.own_routes, sorted(kernel.own_rules), kernel.neighbours, addresses, kernel.up, kernel.groups,
        kernel.masters, kernel.unrouted, settings, kernel.ruleset.tables,
    )  # fmt: skip


OTHERS: dict[str, tuple[Callable[[Any], Any], str]] = {
    "the filter": (lambda kernel: kernel.transact("delete table inet qnet", "nft"), "filter 1 nft"),
    "a set": (lambda kernel: kernel.transact("flush set arp qnet vif_address", "firewalld"), "filter 1 firewalld"),
    "a name that is none": (lambda kernel: kernel.transact("flush chain inet qnet forward", "?"), "filter 1 ?"),
    "forwarding": (lambda kernel: kernel.stop_forwarding(), "settings 1 ?"),
    "forwarding of an uplink": (lambda kernel: kernel.change_setting("ipv4/conf/eth0/forwarding", 0), "settings 1 ?"),
    "strictness": (lambda kernel: kernel.change_setting("ipv4/conf/vif7.0/rp_filter", 0), "vifs 1 ?"),
    "proxy ARP": (lambda kernel: kernel.change_setting("ipv4/conf/vif7.0/proxy_arp", 0), "vifs 1 ?"),
    "routes": (lambda kernel: kernel.take_own_routes(), "routes 1 ?"),
    "a route more": (
        lambda kernel: kernel.put_own_route(RouteKey.host(IPv4Address("10.137.0.9"), 1, 2)), "routes 1 ?",
    ),
    "the rule": (lambda kernel: kernel.change_rules([], kernel.other_rules), "routes 1 ?"),
    "a rule of those": (lambda kernel: kernel.change_rules(kernel.own_rules[:1], kernel.other_rules), "routes 1 ?"),
    "a rule more": (
        lambda kernel: kernel.change_rules([*kernel.own_rules, RuleKey(200, 118)], kernel.other_rules), "routes 1 ?",
    ),
    "a rule in a strange place": (
        lambda kernel: kernel.change_rules([RuleKey(3, 118), *kernel.own_rules], kernel.other_rules), "routes 1 ?",
    ),
    "a neighbour": (lambda kernel: kernel.take_neighbour(2, ADDRESS), "vifs 1 ?"),
    "an address": (lambda kernel: kernel.take_address(1, IPv4Address("10.139.1.1")), "addresses 1 ?"),
    "an address's route": (lambda kernel: kernel.take_local_route(1, IPv4Address("10.137.0.1")), "addresses 1 ?"),
    "a link": (lambda kernel: kernel.set_down(2), "vifs 1 ?"),
    "a name": (lambda kernel: kernel.rename(2, "wan0"), "vifs 1 ?"),
    "a name and a group at once": (lambda kernel: (kernel.groups.update({2: 0}), kernel.rename(2, "wan0")), "vifs 1 ?"),
    "a vif's name": (lambda kernel: kernel.rename(2, "vif9.0"), "vifs 1 ?"),
    "a group": (lambda kernel: kernel.set_group(2, 7), "vifs 1 ?"),
    "a link that is none, among vifs": (lambda kernel: kernel.set_group(3, 118), "vifs 1 ?"),
    "the loopback among vifs": (lambda kernel: kernel.set_group(1, 118), "vifs 1 ?"),
    "a link for a moment": (lambda kernel: (kernel.set_down(2), kernel.set_up(2)), "vifs 1 ?"),
}  # fmt: skip


@pytest.mark.parametrize("what", OTHERS)
def test_what_others_do_is_undone(watched: Watched, what: str) -> None:
    do, told = OTHERS[what]
    assert watched.look() == []
    before = _everything(watched.kernel)
    do(watched.kernel)
    assert watched.look() == [told]
    assert _everything(watched.kernel) == before
    assert watched.look() == [told]


def test_what_is_ours_and_what_is_of_no_matter_is_no_ones_doing(watched: Watched, table: VifTable) -> None:
    other = Vif(VifId(8, 0), IPv4Address("10.137.0.8"), "00:16:3e:00:00:08")
    watched.kernel.add_link("vif8.0")
    table.admit([other])
    table.bring_up([other])
    watched.look()
    table.offline([other.id])
    watched.kernel.set_mtu("eth0", 1400)
    watched.kernel.change_setting("ipv4/conf/eth0/rp_filter", 1)
    watched.kernel.change_rules(watched.kernel.own_rules, [*watched.kernel.other_rules, 900])
    assert watched.look() == []


def test_the_agent_is_not_told_as_who_undid_its_own_work(watched: Watched, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its rules are events like anybody's; meanwhile somebody else may have taken one again."""
    monkeypatch.setattr(upkeep_module, "program_of", lambda portid: "agent" if portid == OWN_PORTID else "ip")
    watched.kernel.own_rules.clear()
    watched.upkeep.kernel_changed([Event(kind=EventKind.RULE, uplink=True, portid=OWN_PORTID)])
    assert [repair.line for repair in watched.upkeep.repairs] == ["routes 1 ?"]
    watched.kernel.own_rules.clear()
    events = [Event(kind=EventKind.RULE, uplink=True, portid=portid) for portid in (OWN_PORTID, 2, OWN_PORTID)]
    watched.upkeep.kernel_changed(events)
    assert [repair.line for repair in watched.upkeep.repairs] == ["routes 1 ?", "routes 1 ip"]


def test_links_that_are_to_answer_for_their_own_addresses_only_are_all_but_vifs(watched: Watched) -> None:
    """The address that domains ask for is the loopback's; of a link's own number and all links' the larger counts."""
    kernel = watched.kernel
    kernel.write("ipv4/conf/eth0/arp_ignore", 2)
    kernel.write("ipv4/conf/all/arp_ignore", 1)
    watched.upkeep.setting_changed()
    assert watched.look() == ["settings 1 ?"]
    settings = {name: kernel.setting(f"ipv4/conf/{name}/arp_ignore") for name in ("all", "default", "eth0", "vif7.0")}
    assert settings == {"all": 0, "default": 1, "eth0": 2, "vif7.0": 0}
    watched.upkeep.setting_changed()
    assert watched.look() == ["settings 1 ?"]
    # a vif's own number no event tells
    kernel.write("ipv4/conf/vif7.0/arp_ignore", 8)
    watched.upkeep.look_at_all()
    assert (watched.look(), kernel.setting("ipv4/conf/vif7.0/arp_ignore")) == (["settings 1 ?", "vifs 1 ?"], 0)


def test_who_writes_settings_for_long_is_looked_after_at_the_end(
    watched: Watched, loop: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(vif_suspects, "_WRITTEN", (0.1,))
    watched.upkeep.setting_changed()
    end = time.monotonic() + 0.05
    loop.until(lambda: time.monotonic() > end)
    watched.upkeep.setting_changed()
    loop.until(lambda: time.monotonic() > end + 0.06)  # a look was too soon
    watched.kernel.write("ipv4/conf/vif7.0/arp_ignore", 1)
    loop.until(lambda: watched.kernel.setting("ipv4/conf/vif7.0/arp_ignore") == 0)


def test_what_udev_sets_of_a_new_vif_after_us_is_undone(
    watched: Watched, table: VifTable, loop: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What /etc/sysctl.d says of links by a star, it writes when it hears of one, which may be served by then."""
    monkeypatch.setattr(vif_suspects, "_COME", 0.01)
    new = Vif(VifId(8, 0), IPv4Address("10.137.0.8"), "00:16:3e:00:00:08")
    watched.kernel.add_link(new.id.name)
    table.admit([new])
    assert table.bring_up([new]) == {}
    assert watched.look() == []
    watched.kernel.write("ipv4/conf/vif8.0/arp_ignore", 1)
    loop.until(lambda: watched.kernel.setting("ipv4/conf/vif8.0/arp_ignore") == 0)
    assert watched.look() == ["vifs 1 ?"]


def test_the_table_of_connections_stays_as_it_was_set(netvm: Any, table: VifTable) -> None:
    """`sysctl --system`, say, by a file that knows nothing of a netvm: one domain could fill a small one again."""
    kernel, names = netvm.kernel, ("tcp_timeout_established", "max", "buckets")
    (kernel.settings / "netfilter").mkdir()
    for name in names:
        kernel.write(f"netfilter/nf_conntrack_{name}", 432000)
    wanted = Wanted(OwnAddresses(), base_setup.filter_text(OwnAddresses()), [])
    settings = BaseSettings(200_000)
    watched = Watched(netvm, Upkeep(netvm.nft, netvm.netlink, table, lambda: wanted, lambda: None, settings))
    watched.upkeep.start()
    assert set(base_settings.watched()) == {*base_settings.WATCHED, *(f"netfilter/nf_conntrack_{n}" for n in names[:2])}

    def now() -> list[int]:
        return [kernel.setting(f"netfilter/nf_conntrack_{name}") for name in names]

    assert now() == [7440, 800_000, 800_000]
    for value in (300, 1 << 20):
        kernel.write("netfilter/nf_conntrack_max", value)
        kernel.write("netfilter/nf_conntrack_tcp_timeout_established", 432000)
        watched.upkeep.setting_changed()
        watched.upkeep.setting_changed()
        assert now() == [7440, max(value, 800_000), 800_000]
    assert watched.look() == ["settings 2 ?"]


def test_of_two_cards_of_a_domain_with_one_address_the_first_has_it_whoever_looks(
    watched: Watched, table: VifTable, netvm: Any
) -> None:
    """The second one's route took the first one's place, and at each look the other one's took it back."""
    second = Vif(VifId(7, 1), ADDRESS, "00:16:3e:00:00:17")
    watched.kernel.add_link(second.id.name)
    table.admit([second])
    assert table.bring_up([second]) == {}
    watched.look()
    for _ in range(2):
        watched.upkeep.look_at_all()
        watched.upkeep.repair_all()
        rows = sorted(watched.kernel.own_routes.values(), key=lambda key: key.metric)
        to_it = [key for key in rows if key.packed == ADDRESS.packed]
        assert [watched.kernel.names[key.link] for key in to_it] == ["vif7.0", "vif7.1"]
        marks = netvm.nft.elements("inet", "qnet", "address_mark")
        assert [element["concat"] for element in marks] == [[str(ADDRESS), sets.mark(VIF.id)]]
    assert [repair for repair in watched.look() if not repair.startswith("filter")] == []
    table.offline([VIF.id])
    marks = netvm.nft.elements("inet", "qnet", "address_mark")
    assert [element["concat"] for element in marks] == [[str(ADDRESS), sets.mark(second.id)]]


def test_a_vif_with_another_mac_has_its_neighbour(watched: Watched) -> None:
    """With its own a link loses its neighbours, and the kernel says nothing of them."""
    kernel = watched.kernel
    neighbours = dict(kernel.neighbours)
    kernel.set_mtu("vif7.0", 1400)
    assert watched.look() == []
    kernel.set_mac(2, "02:00:00:00:00:01")
    assert kernel.neighbours != neighbours
    assert watched.look() == ["vifs 1 ?"]
    assert kernel.neighbours == neighbours


@pytest.mark.parametrize(
    "change",
    [
        "flush set arp qnet vif_address",
        "flush set inet qnet domain_address",
        "flush map inet qnet vif_mark",
        "flush set inet qnet address_mark",
        'add element inet qnet vif_address { "vif7.0" . 10.137.0.1 }',
        'add element arp qnet vif_address { "vif9.0" . 10.137.0.9 }',
        "add element inet qnet domain_address { 10.137.0.77 }",
    ],
)
def test_what_others_did_to_our_sets_while_there_was_no_agent_is_undone_at_its_start(
    netvm: Any, table: VifTable, change: str
) -> None:
    def elements() -> dict[str, Any]:
        names = [("set", "vif_address"), ("set", "domain_address"), ("set", "address_mark"), ("map", "vif_mark")]
        families = [(family, *name) for family in ruleset.FAMILIES for name in names]
        return {f"{family} {name}": netvm.nft.elements(family, "qnet", name, kind) for family, kind, name in families}

    before = elements()
    netvm.kernel.ruleset.apply(change)
    assert elements() != before
    fresh = VifTable(netvm.nft, netvm.netlink)
    wanted = Wanted(OwnAddresses(), base_setup.filter_text(OwnAddresses()), [])
    Upkeep(netvm.nft, netvm.netlink, fresh, lambda: wanted, lambda: None).start()
    if fresh.addresses[VIF.id] != VIF.address:  # of two the node says which
        fresh.admit([VIF])
    assert elements() == before
    assert dict(fresh.addresses) == dict(table.addresses)


def test_what_was_taken_for_a_vif_at_the_start_is_none(watched: Watched) -> None:
    kernel = watched.kernel
    kernel.groups |= {1: 118, 3: 118}
    watched.upkeep.start()
    assert kernel.groups == {1: 0, 2: 118, 3: 0}
    assert watched.look() == ["vifs 1 ?"]


def test_a_name_that_another_link_has_taken_is_left_to_it(watched: Watched) -> None:
    kernel = watched.kernel
    kernel.rename(2, "wan0")
    kernel.add_link("vif7.0")
    watched.look()
    assert kernel.names[2] == "wan0"


def test_a_link_in_a_bridge_comes_out(watched: Watched) -> None:
    watched.kernel.masters[2] = 9
    watched.kernel.set_mtu("vif7.0", 1400)  # whatever makes an event
    assert watched.look() == ["vifs 1 ?"]
    assert watched.kernel.masters == {}


def test_all_that_is_wrong_is_seen_without_an_event(watched: Watched) -> None:
    before = _everything(watched.kernel)
    watched.kernel.ruleset.apply("delete table arp qnet")
    watched.kernel.neighbours.clear()
    watched.kernel.own_routes.clear()
    watched.kernel.write("ipv4/icmp_ratelimit", 1000)
    watched.kernel.addresses[1] = []
    watched.upkeep.look_at_all()
    assert {repair.what for repair in watched.upkeep.repairs} == set(RepairKind)
    watched.upkeep.look_at_all()
    assert [repair for repair in watched.upkeep.repairs if repair.count != 1] == []
    assert _everything(watched.kernel) == before
    watched.kernel.ruleset.apply("flush set arp qnet vif_address")
    watched.upkeep.look_at_all()
    assert Repair(RepairKind.FILTER, 2) in watched.upkeep.repairs


def test_who_undoes_for_ever_is_told(
    watched: Watched, loop: Any, log_guard: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    log_guard.expect("somebody undoes again and again")
    monkeypatch.setattr(upkeep_module, "PERIOD", 0.01)
    clock = Clock()
    watched.upkeep._limits[RepairKind.FILTER]._now = clock
    for _ in range(MANY + 1):
        clock.now += 0.2
        watched.kernel.transact("flush chain inet qnet forward", "firewalld")
        watched.look()
    assert watched.upkeep.problems == ["others-undo"]
    watched.kernel.transact("flush chain inet qnet forward", "firewalld")
    watched.look()
    assert watched.upkeep.repairs == [Repair(RepairKind.FILTER, MANY + 1, "firewalld")]  # the last one has to wait
    clock.now += 1
    loop.until(lambda: watched.upkeep.repairs == [Repair(RepairKind.FILTER, MANY + 2, "firewalld")])
    clock.now += PERIOD + 1
    loop.until(lambda: watched.upkeep.problems == [])


def test_what_could_not_wait_for_its_repair_is_not_repaired_twice(
    watched: Watched, loop: Any, log_guard: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    log_guard.expect("somebody undoes again and again")
    log_guard.expect("cannot be set again")
    monkeypatch.setattr(upkeep_module, "_AGAIN", 0.01)
    for _ in range(MANY + 1):
        watched.upkeep._limits[RepairKind.FILTER]._times.append(time.monotonic())
    watched.upkeep._limits[RepairKind.FILTER]._last = time.monotonic()

    def flush() -> None:
        watched.kernel.transact("delete table inet qnet", "firewalld")

    flush()
    watched.upkeep.restore_filter(lambda: watched.look() and None)
    assert watched.upkeep.repairs == [Repair(RepairKind.FILTER, 1, "firewalld")]
    flush()
    with monkeypatch.context() as patch:
        patch.setattr(watched.upkeep, "_repairs", {RepairKind.FILTER: lambda: _refuse(SystemCode.NFT_REFUSED)})
        watched.upkeep.restore_filter(lambda: watched.look() and None)
    loop.until(lambda: watched.upkeep.repairs == [Repair(RepairKind.FILTER, 2, "firewalld")])
    began = time.monotonic()
    loop.until(lambda: time.monotonic() > began + 0.3)
    assert watched.upkeep.repairs == [Repair(RepairKind.FILTER, 2, "firewalld")]


def _refuse(code: SystemCode) -> bool:
    raise KernelError(code, value="no")


def test_what_the_kernel_refuses_is_tried_again(
    watched: Watched, netvm: Any, loop: Any, log_guard: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    log_guard.expect("cannot be set again")
    monkeypatch.setattr(upkeep_module, "_AGAIN", 0.01)

    def refuse(*_: Any) -> None:
        raise KernelError(SystemCode.KERNEL_LINK_UP, why="no")

    with monkeypatch.context() as patch:
        patch.setattr(Netlink, "set_up", refuse)
        watched.kernel.take_address(1, IPv4Address("10.139.1.1"))
        assert watched.look() == []
    loop.until(lambda: watched.upkeep.repairs)
