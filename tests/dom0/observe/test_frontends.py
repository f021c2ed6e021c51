"""Who serves whom, who is to be told what: without any process."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qnet_gui.dom0.attach.allocator import Allocator
from qnet_gui.dom0.attach.provisioning import Provisioner, network_configs
from qnet_gui.dom0.observe import frontends, inputs
from qnet_gui.dom0.observe.inputs import Frontend, Inputs, VifStatus
from qnet_gui.dom0.observe.snapshot_builder import build
from qnet_gui.hypervisor.port import DomainInfo, VifRequest
from qnet_gui.model.config import Config
from qnet_gui.model.domain import AgentState, DomainState
from qnet_gui.model.parse import mac
from qnet_gui.model.uplink import Uplink, UplinkState
from qnet_gui.model.vif import VifId
from qnet_gui.store import keys
from qnet_gui.store.reports import AgentReport, GuestReport

RUNNING, DYING = DomainState.RUNNING, DomainState.DYING
DOM0 = DomainInfo(0, "Domain-0", "00000000-0000-4000-8000-000000000000", RUNNING)


def info(domid, name, state=RUNNING):
    return DomainInfo(domid, name, f"00000000-0000-4000-8000-{domid:012}", state)


NETVM, NETVM2, WORK, WEB = info(1, "netvm"), info(2, "netvm2"), info(4, "work"), info(5, "web")
IP, MAC = IPv4Address("10.137.0.8"), "00:16:3e:00:00:08"
FRONTEND = Frontend(1, IP, MAC, "vif-route-qubes")
AGENT = AgentState.RUNNING


def inputs_of(domains=(DOM0, NETVM, NETVM2, WORK), netvm=NETVM, **changes):
    return Inputs(netvm, domains, **changes)


def vifs_of(*frontends_by_domid):
    return {domid: {VifId(domid, 0): frontend} for domid, frontend in frontends_by_domid}


def test_a_domain_that_another_than_the_netvm_serves_shows_that_one():
    [_, work] = build(inputs_of(frontends=vifs_of((4, Frontend(2, IP)))), "netvm").snapshot.domains
    assert (work.name, work.vif, work.address, work.netvm) == ("work", "vif4.0", IPv4Address("10.137.0.8"), "netvm2")


def test_the_chosen_netvms_word_comes_first_and_a_vif_that_is_going_is_none():
    second = {VifId(4, 1): Frontend(1, IP, status=VifStatus.PENDING)}
    both = inputs_of(frontends={4: {VifId(4, 0): Frontend(2, IPv4Address("10.137.0.9")), **second}})
    assert build(both, "netvm").snapshot.domains[1].netvm == "netvm"
    assert build(inputs_of(frontends=vifs_of((4, FRONTEND))), "netvm").snapshot.domains[1].vif == ""


def test_a_vif_of_a_dead_domain_is_an_orphan():
    dead = inputs_of(
        (DOM0, info(3, "netvm"), WORK, info(1, "netvm", DYING)), frontends=vifs_of((4, FRONTEND), (9, FRONTEND))
    )
    assert frontends.orphans(dead) == {4: {VifId(4, 0): FRONTEND}}
    assert frontends.elsewhere(dead) == {}
    assert frontends.orphans(inputs_of(frontends=vifs_of((4, FRONTEND)))) == {}


@pytest.mark.parametrize(
    ("frontend", "names", "name"),
    [
        (Frontend(2), {}, "netvm2"),
        (Frontend(0), {}, "dom0"),
        (Frontend(7), {}, ""),
        (Frontend(7), {7: "old"}, "old"),
        (Frontend(7, netvm="noted"), {}, "noted"),
        (Frontend(7, netvm="noted"), {7: "seen"}, "seen"),
    ],
)
def test_the_name_of_who_serves_or_served(frontend, names, name):
    assert frontends.netvm_of(inputs_of(), frontend, names) == name


def test_a_vif_is_made_again_as_it_was():
    request = frontends.vif_request(FRONTEND, WORK, 2, IPv4Address("10.137.0.8"))
    assert request == VifRequest(4, 2, IPv4Address("10.137.0.8"), "00:16:3e:00:00:08", "vif-route-qubes")
    assert frontends.vif_request(Frontend(1, IP, MAC, "vif-other"), WORK, 2, request.address).script == "vif-other"


@pytest.mark.parametrize(
    ("rate", "again"),
    [
        (b"1250000,1000000", "1250000B/s@1000000us"),
        (b"62500,50000", "1250000B/s@50000us"),
        (b"1,3", "333334B/s@3us"),
        (b"", ""), (b"0,50000", ""), (b"10,0", ""), (b"1,2,3", ""), (b"x", ""), (b"-1,5", ""), (b"9" * 19 + b",1", ""),
    ],
)  # fmt: skip
def test_a_vif_whose_rate_is_limited_is_so_again(rate: bytes, again: str) -> None:
    """After its netvm's restart a domain had as much as it liked, whatever its configuration says."""
    store = FakeStore({**NODES, f"{COPY}/rate": rate})
    request = frontends.vif_request(inputs.frontends(store, 4)[VIF], WORK, 2, IP)
    assert request.rate == again


@pytest.mark.parametrize(
    ("mtu", "again"), [(b"9000", 9000), (b"1400", 1400), (b"1492", None), (b"1500", None), (b"0", None), (b"x", None)]
)
def test_a_vif_that_has_an_mtu_of_its_own_has_it_again(mtu: bytes, again: int | None) -> None:
    """After its netvm's restart a domain had whatever libxl takes, in spite of `mtu=` in its configuration."""
    store = FakeStore({**NODES, f"{COPY}/mtu": mtu})
    assert frontends.vif_request(inputs.frontends(store, 4)[VIF], WORK, 2, IP).mtu == again


@pytest.mark.parametrize(("trusted", "again"), [(b"0", True), (b"1", False), (b"", False), (b"no", False)])
def test_a_domain_that_does_not_trust_its_netvm_does_not_trust_the_next(trusted: bytes, again: bool) -> None:
    store = FakeStore({**NODES, "/local/domain/4/device/vif/0/trusted": trusted})
    assert frontends.vif_request(inputs.frontends(store, 4)[VIF], WORK, 2, IP).untrusted is again


@given(st.binary(max_size=20), st.binary(max_size=80))
def test_whatever_a_frontend_says_its_successor_is_valid(its_mac, script):
    store = FakeStore({**NODES, f"{COPY}/mac": its_mac, f"{COPY}/script": script})
    request = frontends.vif_request(inputs.frontends(store, 4)[VIF], WORK, 2, IP)
    assert mac(request.mac) == request.mac
    assert "/" not in request.script
    assert request.script != ".."


def test_a_domain_that_never_had_a_vif_has_a_mac_of_its_own():
    assert frontends.own_mac(WORK) == frontends.own_mac(WORK) != frontends.own_mac(WEB)
    assert mac(frontends.own_mac(WORK)).startswith("00:16:3e:")


def test_what_an_agent_says_is_judged():
    assert frontends.agent_of(inputs_of(agents={2: AGENT}), 2) is AgentState.RUNNING
    assert inputs.agent_state(FakeStore({keys.AGENT_STATE.under(2): b"\xff"}), 2) is AgentState.UNKNOWN
    assert inputs.agent_state(FakeStore({keys.AGENT_STATE.under(2): b"stopped"}), 2) is AgentState.STOPPED
    assert frontends.agent_of(inputs_of(), 2) is AgentState.UNKNOWN


# -- what is read

VIF = VifId(4, 0)
COPY, BACKEND = "/libxl/4/device/vif/0", "/local/domain/1/backend/vif/4/0"
NODES = {f"{COPY}/backend": BACKEND.encode(), f"{COPY}/ip": b"10.137.0.8", BACKEND: b""}


class FakeStore:
    """Nodes without xenstored."""

    def __init__(self, nodes):
        self.nodes = nodes

    def read(self, path):
        return self.nodes.get(path)

    def children(self, path):
        return sorted({node[len(path) + 1 :].split("/")[0] for node in self.nodes if node.startswith(f"{path}/")})


@pytest.mark.parametrize(
    ("ip", "address", "refused"),
    [
        (b"10.137.0.8", IP, False),
        (b"10.137.0.8 fd09:24ef:4179::a89:8", IP, False),
        (b"fd09:24ef:4179::a89:8 10.137.0.8", IP, False),
        (b"10.137.0.8 10.137.0.9", IP, False),
        (None, None, False),
        (b"", None, True),
        (b"fd09:24ef:4179::a89:8", None, True),
        (b"10.137.0.8 nonsense", None, True),
        (b"10.137.0.8,fd09::1", None, True),
        (b"127.0.0.1", None, True),
    ],
)
def test_the_address_of_a_frontend(ip, address, refused):
    nodes = {**NODES, f"{COPY}/ip": ip}
    frontend = inputs.frontends(FakeStore({path: value for path, value in nodes.items() if value is not None}), 4)[VIF]
    assert (frontend.address, frontend.refused) == (address, refused)
    assert frontend.needs_address == (ip is None)


@pytest.mark.parametrize(
    ("nodes", "status"),
    [
        ({}, VifStatus.PENDING),
        ({f"{BACKEND}/hotplug-status": b"connected"}, VifStatus.CONNECTED),
        ({f"{BACKEND}/hotplug-status": b"error"}, VifStatus.ERROR),
        ({f"{BACKEND}/hotplug-status": b"\xff"}, VifStatus.PENDING),
    ],
)
def test_what_the_netvm_says_of_a_vif(nodes, status):
    assert inputs.frontends(FakeStore({**NODES, **nodes}), 4)[VIF].status is status


def test_a_vif_that_the_backend_does_not_know_is_gone_and_one_that_only_it_knows_is_none():
    gone = {path: value for path, value in NODES.items() if path != BACKEND}
    assert inputs.frontends(FakeStore(gone), 4)[VIF].status is VifStatus.GONE
    invented = {path: value for path, value in NODES.items() if not path.startswith("/libxl")}
    assert inputs.frontends(FakeStore(invented), 4) == {}


@given(st.binary(max_size=64), st.binary(max_size=64))
def test_no_bytes_in_a_vif_break_anything(ip, status):
    store = FakeStore({**NODES, f"{COPY}/ip": ip, f"{BACKEND}/hotplug-status": status})
    built = build(inputs_of(frontends={4: inputs.frontends(store, 4)}), "netvm")
    assert built.snapshot.domains[1].vif == "vif4.0"


def test_a_guest_that_has_not_reported_is_told_from_one_that_has_nothing():
    assert inputs.guest(FakeStore({}), 4) is None
    nothing = {keys.GUEST_ADDRESS.under(4): b"", keys.GUEST_ROUTE.under(4): b"", keys.GUEST_SERVERS.under(4): b""}
    assert inputs.guest(FakeStore(nothing), 4) == GuestReport()
    assert inputs.guest(FakeStore({keys.GUEST_ADDRESS.under(4): b"\xff"}), 4) == GuestReport()


# -- who is told what


def home_nodes(known, allocated=None):
    return {nodes.domid: nodes for nodes in network_configs(known, Config(), allocated or {})}


def test_whoever_serves_a_domain_it_is_told_and_its_netvm_noted():
    homes = home_nodes(inputs_of(frontends=vifs_of((4, Frontend(2, IP)))))
    assert homes[4].nodes[keys.ADDRESS.at()] == "10.137.0.8"
    assert homes[4].netvm == "netvm2"
    assert home_nodes(inputs_of(frontends=vifs_of((4, Frontend(1, IP, status=VifStatus.PENDING)))))[4].netvm == "netvm"
    without_ip = home_nodes(inputs_of(frontends=vifs_of((4, Frontend(2)))), {4: IPv4Address("10.137.0.9")})[4]
    assert without_ip.backend_ip == "/local/domain/2/backend/vif/4/0/ip"


@pytest.mark.parametrize(
    ("uplinks", "told"),
    [
        ((Uplink("eth0", state=UplinkState.UP, primary=True, mtu=1400),), "1400"),
        ((Uplink("eth0", state=UplinkState.UP, primary=True, mtu=9000),), "1500"),
        ((Uplink("eth0", state=UplinkState.UP, primary=True, mtu=1),), "576"),
        (
            (Uplink("wg0", state=UplinkState.UP, primary=True, mtu=1420), Uplink("a", state=UplinkState.UP, mtu=1)),
            "1420",
        ),
        ((Uplink("eth0", state=UplinkState.DOWN, mtu=1400),), None),
        ((Uplink("eth0", state=UplinkState.UP, primary=True),), None),
        ((), None),
    ],
)
def test_a_domain_is_told_the_mtu_of_its_netvms_uplink(uplinks, told):
    """Within what a vif takes; nothing while the netvm does not know it, so that what it was told before stays."""
    both = vifs_of((4, Frontend(1, IP, status=VifStatus.CONNECTED)), (5, Frontend(2, IP)))
    homes = home_nodes(inputs_of((DOM0, NETVM, NETVM2, WORK, WEB), frontends=both, agent=AgentReport(uplinks)))
    assert homes[4].nodes.get(keys.MTU.at()) == told
    assert keys.MTU.at() not in homes[5].nodes


def test_a_domain_whose_netvm_died_is_left_alone_and_one_without_a_vif_is_not():
    homes = home_nodes(inputs_of((DOM0, NETVM, WORK, WEB), frontends=vifs_of((4, Frontend(7, IP)))))
    assert set(homes) == {1, 5}
    assert homes[5].nodes == {}


def test_a_netvm_that_is_not_the_chosen_one_is_told_too():
    assert home_nodes(inputs_of(agents={2: AGENT}))[2].nodes == home_nodes(inputs_of())[1].nodes
    assert home_nodes(inputs_of())[2].nodes == {}
    assert set(home_nodes(inputs_of(netvm=None, agents={2: AGENT}))) == {2}


def test_addresses_of_those_that_others_serve_are_in_use(tmp_path):
    config = Config(pool=IPv4Network("10.137.0.0/29"))
    provisioner = Provisioner(config, Allocator(config, tmp_path / "addresses.json"))
    two, three = IPv4Address("10.137.0.2"), IPv4Address("10.137.0.3")
    everybody = (DOM0, NETVM, NETVM2, WORK, WEB)
    known = inputs_of(everybody, frontends=vifs_of((4, Frontend(2, two)), (5, Frontend(9, three))))
    assert provisioner.address_for(known, info(6, "new"), None) == IPv4Address("10.137.0.4")
    assert provisioner.address_for(known, WORK, IPv4Address("10.137.0.2")) == IPv4Address("10.137.0.2")
    assert provisioner.address_for(known, info(7, "x"), IPv4Address("10.137.0.3")) == IPv4Address("10.137.0.5")
    assert provisioner.dom0_address(known) == IPv4Address("10.137.0.6")
