from __future__ import annotations

from dataclasses import replace
from ipaddress import IPv4Address

import pytest

from qnet_gui.model.clock import clock
from qnet_gui.model.dns import DEFAULT_VIRTUAL, Dns, redirects
from qnet_gui.model.domain import AgentState, Netvm, NetvmState
from qnet_gui.model.messages.problems import ProblemCode
from qnet_gui.model.problem import Problem
from qnet_gui.model.sentence import sentence, uplink_name
from qnet_gui.model.snapshot import Dom0Connection, Dom0State, Snapshot
from qnet_gui.model.uplink import Uplink, UplinkKind, UplinkState

UP = UplinkState.UP
CABLE = Uplink("eth0", UplinkKind.CABLE, UP, True, IPv4Address("192.168.0.12"))
WIFI = replace(CABLE, name="wlan0", kind=UplinkKind.WIFI, ssid="Home", strength=70)
VPN = Uplink("tun0", UplinkKind.VPN, UP, True, connection="office")
NETVM = Netvm("netvm", 1, NetvmState.RUNNING, AgentState.RUNNING)


def snapshot(*uplinks, **changes):
    dns = Dns(redirects=redirects(DEFAULT_VIRTUAL, [IPv4Address("192.168.0.1")]))
    whole = Snapshot(NETVM, uplinks, dns)
    return replace(whole, **changes)


STATES = [
    (None, "The network helper is not running."),
    (Snapshot(Netvm("netvm")), "netvm is not running. Domains have no network."),
    (snapshot(netvm=replace(NETVM, state=NetvmState.PAUSED)), "netvm is paused. Domains have no network."),
    (snapshot(netvm=replace(NETVM, state=NetvmState.STARTING)), "netvm is starting…"),
    (Snapshot(Netvm("dom0", 0, NetvmState.STARTING)), "dom0 is the netvm, but no agent has reported from it."),
    (
        snapshot(netvm=replace(NETVM, state=NetvmState.STARTING), problems=(Problem(ProblemCode.AGENT_UNKNOWN),)),
        "netvm runs, but its agent has not reported.",
    ),
    (snapshot(), "netvm has no uplink."),
    (snapshot(replace(CABLE, state=UplinkState.DOWN)), "netvm has no uplink."),
    (snapshot(replace(CABLE, state=UplinkState.CONNECTING)), "Connecting eth0…"),
    (snapshot(CABLE), "Connected by cable (eth0, 192.168.0.12)."),
    (snapshot(WIFI), "Connected to Home by Wi-Fi (wlan0, 192.168.0.12)."),
    (snapshot(replace(WIFI, ssid="")), "Connected to a hidden network by Wi-Fi (wlan0, 192.168.0.12)."),
    (snapshot(VPN, replace(WIFI, primary=False)), "Connected through VPN office."),
    (snapshot(replace(CABLE, kind=UplinkKind.MOBILE, address=None)), "Connected (eth0)."),
    (snapshot(CABLE, dns=Dns()), "Connected, but names do not resolve: the uplink gave no servers."),
    (
        snapshot(CABLE, problems=(Problem(ProblemCode.VIF_REFUSED, vif="vif4.0"),)),
        "Connected by cable (eth0, 192.168.0.12). 1 problem: The vif vif4.0 was refused by netvm.",
    ),
    (
        snapshot(CABLE, problems=(Problem(ProblemCode.AGENT_STOPPED), Problem(ProblemCode.VIF_REFUSED, vif="vif4.0"))),
        "Connected by cable (eth0, 192.168.0.12). 2 problems: The agent in netvm has stopped.",
    ),
    (snapshot(CABLE, problems=(Problem(ProblemCode.NO_STORE),)), "xenstore does not answer."),
    (snapshot(CABLE, problems=(Problem(ProblemCode.NO_HYPERVISOR),)), "The hypervisor's tools do not answer."),
]


@pytest.mark.parametrize(("state", "text"), STATES, ids=[text for _, text in STATES])
def test_each_state_has_its_sentence(state, text):
    assert sentence(state) == text


@pytest.mark.parametrize(
    ("paused", "rest"), [((), ""), (("work",), " 1 domain is paused."), (("a", "b"), " 2 domains are paused.")]
)
def test_dom0_connected_comes_before_everything(paused, rest):
    until = 1_800_000_000
    link = Dom0Connection(Dom0State.OPEN, until, paused)
    for state in (snapshot(CABLE, dom0=link), Snapshot(Netvm("netvm"), dom0=link)):
        assert sentence(state) == f"dom0 is connected to the network until {clock(until)}.{rest}"


def test_dom0_on_its_way_and_dom0_that_is_stuck():
    def state(link: Dom0State, *problems: Problem) -> Snapshot:
        return snapshot(CABLE, dom0=Dom0Connection(link, 1_800_000_000), problems=problems)

    assert sentence(state(Dom0State.CONNECTING)) == "Connecting dom0 to the network…"
    assert sentence(state(Dom0State.CLOSING)) == "Disconnecting dom0 from the network…"
    stuck = Problem(ProblemCode.DOM0_STUCK)
    assert sentence(state(Dom0State.CLOSING, stuck)) == stuck.sentence


def test_uplinks_in_a_few_words():
    assert [uplink_name(uplink) for uplink in (CABLE, WIFI, VPN)] == ["eth0 (cable)", "Home (Wi-Fi)", "office (VPN)"]
