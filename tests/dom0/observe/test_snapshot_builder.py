"""From bytes to the snapshot, without any process."""

from __future__ import annotations

from ipaddress import IPv4Address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qnet_gui import __version__
from qnet_gui.dom0.isolation.facts import IsolationFacts
from qnet_gui.dom0.observe import agent_report
from qnet_gui.dom0.observe.inputs import Frontend, Inputs, VifStatus
from qnet_gui.dom0.observe.snapshot_builder import BuiltSnapshot, awaited, build
from qnet_gui.hypervisor.port import DomainInfo
from qnet_gui.model.domain import DomainState, Label, NetvmState
from qnet_gui.model.fact import Fact
from qnet_gui.model.messages.isolation import IsolationCode
from qnet_gui.model.messages.problems import ProblemCode
from qnet_gui.model.parse import TEXT_LIMIT
from qnet_gui.model.problem import Problem
from qnet_gui.model.snapshot import Dom0Connection, Dom0State, Iommu, Isolation, Operation, from_wire, to_wire
from qnet_gui.model.uplink import UplinkState
from qnet_gui.model.vif import VifId
from qnet_gui.store import keys
from qnet_gui.store.reports import AGENT, ALL, UPLINK, GuestReport

RUNNING, PAUSED, DYING = DomainState.RUNNING, DomainState.PAUSED, DomainState.DYING
NETVM = DomainInfo(1, "netvm", "u1", RUNNING)
WORK, VAULT = DomainInfo(4, "work", "u4", RUNNING), DomainInfo(5, "vault", "u5", RUNNING)
VIF = VifId(4, 0)
UP = {
    keys.AGENT_STATE.at(): b"running",
    keys.UPLINK_COUNT.at(): b"1",
    UPLINK["name"].at(0): b"eth0",
    UPLINK["state"].at(0): b"up",
    UPLINK["primary"].at(0): b"1",
    AGENT["redirects"].at(): b"10.139.1.1>1.1.1.1 10.139.1.2>1.1.1.1",
}


CONNECTED, PENDING, ERROR = VifStatus.CONNECTED, VifStatus.PENDING, VifStatus.ERROR
ADDRESS = IPv4Address("10.137.0.8")


def inputs_of(agent=UP, domains=(NETVM, WORK), netvm=NETVM, **changes):
    report, dropped = agent_report.read(agent.get)
    return Inputs(netvm, domains, agent=report, dropped=dropped, **changes)


def vif_of_work(address=ADDRESS, status=CONNECTED, **more):
    return {4: {VIF: Frontend(1, address, status=status, **more)}}


def codes(built: BuiltSnapshot) -> list[str]:
    return [problem.code for problem in built.snapshot.problems]


def test_a_netvm_that_is_well():
    built = build(inputs_of(), "netvm")
    assert built.dropped == ()
    assert codes(built) == []
    assert built.snapshot.uplink.name == "eth0"
    assert len(built.snapshot.dns.redirects) == 2


KEYS = [key.at(0) if "{}" in key.path else key.at() for key in ALL if key.path.startswith("data/")]


@given(st.dictionaries(st.sampled_from(KEYS), st.binary(max_size=300)))
def test_no_bytes_of_the_netvms_break_anything(nodes):
    built = build(inputs_of({**UP, **nodes}), "netvm")
    assert from_wire(to_wire(built.snapshot)) == built.snapshot
    texts = [text for up in built.snapshot.uplinks for text in (up.name, up.ssid, up.connection)]
    assert all(len(text) <= TEXT_LIMIT and text.isascii() and (text.isprintable()) for text in texts)
    assert bool(built.dropped) == ("netvm-nonsense" in codes(built))


@pytest.mark.parametrize(
    ("state", "agent", "expected"),
    [
        (RUNNING, {}, NetvmState.STARTING),
        (RUNNING, {keys.AGENT_STATE.at(): b"running"}, NetvmState.RUNNING),
        (RUNNING, {keys.AGENT_STATE.at(): b"stopped"}, NetvmState.RUNNING),
        (PAUSED, UP, NetvmState.PAUSED),
        (DYING, UP, NetvmState.ABSENT),
    ],
)
def test_what_state_the_netvm_is_in(state, agent, expected):
    info = DomainInfo(1, "netvm", "u1", state)
    assert build(inputs_of(agent, (info, WORK), info), "netvm").snapshot.netvm.state is expected


def test_the_problems_of_a_netvm():
    assert codes(build(inputs_of(netvm=None), "netvm")) == ["no-netvm"]
    assert codes(build(inputs_of({}), "netvm")) == []
    assert codes(build(inputs_of({}, overdue=frozenset({1})), "netvm")) == ["agent-unknown"]
    assert codes(build(inputs_of({**UP, keys.AGENT_STATE.at(): b"stopped"}), "netvm")) == ["agent-stopped"]
    assert codes(build(inputs_of(silent=True), "netvm")) == ["agent-silent"]
    assert codes(build(inputs_of({**UP, UPLINK["state"].at(0): b"down"}), "netvm")) == ["no-uplink"]
    assert codes(build(inputs_of({**UP, UPLINK["state"].at(0): b"connecting"}), "netvm")) == []
    assert codes(build(inputs_of({**UP, AGENT["redirects"].at(): b""}), "netvm")) == ["no-dns"]
    assert codes(build(inputs_of({**UP, keys.AGENT_PROBLEMS.at(): b"no-networkmanager"}), "netvm")) == [
        "no-networkmanager"
    ]
    assert codes(build(inputs_of({**UP, keys.AGENT_PROBLEMS.at(): b"no-netvm"}), "netvm")) == ["netvm-nonsense"]


@pytest.mark.parametrize(
    ("version", "told"),
    [(None, []), (__version__.encode(), []), (b"0.0.1~old-1", ["other-version"]), (b"1 2", ["netvm-nonsense"])],
)
def test_an_agent_of_another_version_is_a_problem(version, told):
    agent = UP if version is None else {**UP, keys.AGENT_VERSION.at(): version}
    assert codes(build(inputs_of(agent), "netvm")) == told


def test_who_sees_nothing_says_only_that():
    assert codes(build(inputs_of({}, store=False), "netvm")) == ["no-store"]
    assert codes(build(inputs_of({}, hypervisor=False), "netvm")) == ["no-hypervisor"]
    assert codes(build(inputs_of({}, hypervisor=False, store=False), "netvm")) == ["no-store", "no-hypervisor"]


ROUTE = Fact(IsolationCode.HAS_DEFAULT_ROUTE, links=("tun0",))
PORT = Fact(IsolationCode.LISTENS_ON, kind="tcp", number=22)
FACTS = IsolationFacts((ROUTE,), (PORT,), ("eth0", "eth1"), Iommu.OFF)
OPEN = Dom0Connection(Dom0State.OPEN, 1700000000, ("work",), "root")


def test_what_isolates_dom0():
    domains = (NETVM, WORK, DomainInfo(5, "vault", "u5", RUNNING))
    snapshot = build(inputs_of(domains=domains, frontends=vif_of_work(), isolation=FACTS, dom0=OPEN), "netvm").snapshot
    assert snapshot.isolation == Isolation((ROUTE, PORT), ("eth0", "eth1"), Iommu.OFF, ("vault",))
    assert snapshot.dom0 == OPEN


def test_the_problems_of_isolation_come_after_those_of_the_netvm():
    expected = ["dom0-reachable", "dom0-nic", "no-iommu"]
    assert codes(build(inputs_of(isolation=FACTS), "netvm")) == expected
    assert codes(build(inputs_of(isolation=FACTS, silent=True), "netvm")) == ["agent-silent", *expected]
    assert codes(build(inputs_of({}, isolation=FACTS, store=False), "netvm")) == ["no-store", *expected]
    assert build(inputs_of(isolation=FACTS), "netvm").snapshot.problems[1] == Problem(
        ProblemCode.DOM0_NIC, nics=("eth0", "eth1")
    )


def test_cards_that_are_not_named_are_counted():
    snapshot = build(inputs_of(isolation=IsolationFacts(nics=("eth0",), more_nics=9)), "netvm").snapshot
    assert (snapshot.isolation.nics, snapshot.isolation.more_nics) == (("eth0",), 9)
    assert snapshot.problems[0].english == "dom0 has a network card of its own: eth0, 9 more."
    assert from_wire(to_wire(snapshot)) == snapshot


@pytest.mark.parametrize("state", [Dom0State.CONNECTING, Dom0State.OPEN, Dom0State.CLOSING])
def test_a_dom0_that_somebody_connected_is_no_problem(state):
    assert codes(build(inputs_of(isolation=FACTS, dom0=Dom0Connection(state)), "netvm")) == ["dom0-nic", "no-iommu"]


def test_an_open_port_and_an_unknown_iommu_are_no_problems():
    assert codes(build(inputs_of(isolation=IsolationFacts(listening=(PORT,))), "netvm")) == []


def test_a_dom0_that_is_the_netvm_is_one_problem():
    dom0 = DomainInfo(0, "Domain-0", "u0", RUNNING)
    assert codes(build(inputs_of(domains=(dom0, WORK), netvm=dom0, isolation=FACTS), "dom0")) == ["dom0-netvm"]
    assert codes(build(inputs_of(netvm=None, isolation=FACTS, hypervisor=False), "dom0")) == ["no-hypervisor"]


def test_a_way_back_that_failed_comes_first_and_says_it_all():
    assert codes(build(inputs_of(isolation=FACTS, stuck=True), "netvm")) == ["dom0-stuck", "dom0-nic", "no-iommu"]
    assert codes(build(inputs_of({}, store=False, stuck=True), "netvm")) == ["dom0-stuck", "no-store"]


def test_the_operation_under_way_is_told():
    under_way = Operation(7, "connect", "root")
    assert build(inputs_of(operation=under_way), "netvm").snapshot.operation == under_way


def test_uplinks_are_in_order_and_each_is_there_once():
    agent = {**UP, keys.UPLINK_COUNT.at(): b"3"}
    for index, name in ((1, b"wlan0"), (2, b"eth0")):
        agent |= {UPLINK["name"].at(index): name, UPLINK["state"].at(index): b"down"}
    agent[UPLINK["primary"].at(0)] = b"0"
    agent[UPLINK["primary"].at(1)] = b"1"
    uplinks = build(inputs_of(agent), "netvm").snapshot.uplinks
    assert [(uplink.name, uplink.state) for uplink in uplinks] == [
        ("wlan0", UplinkState.DOWN),
        ("eth0", UplinkState.UP),
    ]


def test_a_domain_with_several_vifs_shows_the_first():
    second = {VifId(4, 1): Frontend(1, IPv4Address("10.137.0.9"), status=PENDING)}
    [work] = build(inputs_of(frontends={4: {**second, **vif_of_work()[4]}}), "netvm").snapshot.domains
    assert (work.vif, work.address) == ("vif4.0", IPv4Address("10.137.0.8"))


def test_a_domain_without_an_address_of_its_toolstacks_has_ours():
    allocated = {4: IPv4Address("10.137.0.2")}
    snapshot = build(inputs_of(frontends=vif_of_work(None), allocated=allocated), "netvm").snapshot
    assert snapshot.domains[0].address == IPv4Address("10.137.0.2")
    refused = build(inputs_of(frontends=vif_of_work(None, refused=True), allocated=allocated), "netvm").snapshot
    assert refused.domains[0].address is None


def test_a_vif_that_its_netvm_has_let_go_is_none():
    [work] = build(inputs_of(frontends=vif_of_work(status=VifStatus.GONE)), "netvm").snapshot.domains
    assert (work.vif, work.address) == ("", None)


def test_who_is_awaited():
    assert awaited(inputs_of(frontends=vif_of_work())) == {4}
    assert awaited(inputs_of(frontends=vif_of_work(), guests={4: GuestReport(ADDRESS)})) == frozenset()
    assert awaited(inputs_of(frontends=vif_of_work(status=PENDING))) == frozenset()
    assert awaited(inputs_of({})) == {1}
    paused = DomainInfo(4, "work", "u4", PAUSED)
    assert awaited(inputs_of(frontends=vif_of_work(), domains=(NETVM, paused))) == frozenset()


def test_only_a_running_domain_can_be_without_network():
    for state, expected in ((RUNNING, ["domain-without-network"]), (PAUSED, []), (DYING, [])):
        domain = DomainInfo(4, "work", "u4", state)
        vifs = vif_of_work(status=PENDING)
        built = build(inputs_of(domains=(NETVM, domain), frontends=vifs, overdue=frozenset({4})), "netvm")
        assert codes(built) == expected
    none = build(inputs_of(frontends=vif_of_work(), guests={4: GuestReport()}), "netvm")
    assert codes(none) == ["domain-without-network"]
    refused = build(inputs_of(frontends=vif_of_work(status=ERROR)), "netvm")
    assert refused.snapshot.problems == (Problem(ProblemCode.VIF_REFUSED, vif="vif4.0"),)


def test_domains_are_sorted_and_dom0_and_the_netvm_are_not_among_them():
    names = [DomainInfo(domid, name, name, RUNNING) for domid, name in ((0, "Domain-0"), (9, "b"), (7, "c"), (8, "b"))]
    domains = build(inputs_of(domains=(NETVM, *names)), "netvm").snapshot.domains
    assert [(domain.name, domain.id) for domain in domains] == [("b", 8), ("b", 9), ("c", 7)]


def test_the_netvm_has_a_label_and_whether_its_screen_is_shown_here_whether_it_runs_or_not():
    for netvm in (NETVM, None):
        built = build(inputs_of(netvm=netvm, labels={"netvm": Label.RED}, screen=True), "netvm")
        assert (built.snapshot.netvm.label, built.snapshot.netvm.screen) == (Label.RED, True)
        assert from_wire(to_wire(built.snapshot)) == built.snapshot
    assert not build(inputs_of(), "netvm").snapshot.netvm.screen
    dom0 = DomainInfo(0, "Domain-0", "u0", RUNNING)
    assert not build(inputs_of(domains=(dom0,), netvm=dom0, screen=True), "dom0").snapshot.netvm.screen


def test_a_domain_has_the_label_that_the_configuration_gives_it():
    built = build(inputs_of(domains=(NETVM, WORK, VAULT), labels={"work": Label.BLUE, "gone": Label.RED}), "netvm")
    assert {domain.name: domain.label for domain in built.snapshot.domains} == {
        "work": Label.BLUE, "vault": Label.NONE,
    }  # fmt: skip
    assert from_wire(to_wire(built.snapshot)) == built.snapshot
