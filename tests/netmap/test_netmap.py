"""The map: who is on it, where each stands, that nothing jumps, and what is drawn. Pure."""

from __future__ import annotations

import dataclasses
import itertools
from dataclasses import replace
from ipaddress import IPv4Address
from xml.etree import ElementTree  # our own text

import pytest

from qnet_gui.model.dns import DEFAULT_VIRTUAL, Dns, DnsSource, redirects
from qnet_gui.model.domain import AgentState, Domain, DomainState, Label, Netvm, NetvmState
from qnet_gui.model.snapshot import Dom0Connection, Dom0State, Snapshot
from qnet_gui.model.uplink import Uplink, UplinkKind, UplinkState
from qnet_gui.netmap.drawing import Shape, back_marks
from qnet_gui.netmap.graph import DOM0, WORLD, Flow, Kind, Look, domain_key, graph, providers
from qnet_gui.netmap.labels import COLOURS as LABELS
from qnet_gui.netmap.places import Place
from qnet_gui.netmap.plan import FEW, Plan, narrowest, plan
from qnet_gui.netmap.rates import both, rate
from qnet_gui.netmap.svg import METRICS, svg
from qnet_gui.netmap.tree import tree

SERVER = IPv4Address("192.168.0.53")
WIFI = Uplink("wlan0", UplinkKind.WIFI, UplinkState.UP, True, ssid="Home", strength=60)
CABLE = Uplink("eth0", UplinkKind.CABLE, UplinkState.DOWN)
VPN = Uplink("tun0", UplinkKind.VPN, UplinkState.UP, True, connection="office")


def domain(name: str, number: int, netvm: str = "netvm", state: DomainState = DomainState.RUNNING) -> Domain:
    vif = f"vif{number}.0" if netvm else ""
    return Domain(name, number, state, IPv4Address(0x0A890000 + number) if netvm else None, vif, netvm)


def many(count: int) -> tuple[Domain, ...]:
    """In two netvms, some of them cut off, some paused."""
    netvms = ("netvm", "netvm", "other", "")
    return tuple(
        domain(f"domain-{number:03}", number + 5, netvms[number % 4], DomainState.PAUSED if number % 7 == 0
               else DomainState.RUNNING)
        for number in range(count)
    )  # fmt: skip


def snapshot(*domains: Domain, uplinks: tuple[Uplink, ...] = (WIFI, CABLE)) -> Snapshot:
    dns = Dns(DnsSource.NETWORKMANAGER, redirects(DEFAULT_VIRTUAL, [SERVER]))
    return Snapshot(Netvm("netvm", 1, NetvmState.RUNNING, AgentState.RUNNING), uplinks, dns, domains)


def laid_out(shown: Snapshot, width: float = 900.0) -> Plan:
    return plan(graph(shown), METRICS, width)


def overlap(one: Place, other: Place) -> bool:
    return (
        one.x < other.right and other.x < one.right and one.y < other.bottom and other.y < one.bottom
    )  # fmt: skip


@pytest.mark.parametrize("slim", [False, True])
@pytest.mark.parametrize("count", [0, 1, 3, FEW, FEW + 1, 60, 500])
def test_nothing_lies_on_anything_else_nor_outside(count: int, slim: bool) -> None:
    shown = plan(graph(snapshot(*many(count))), replace(METRICS, slim=slim), 900.0)
    places = [placed.place for placed in shown.nodes]
    if count <= 60:
        assert not [pair for pair in itertools.combinations(places, 2) if overlap(*pair)]
    assert len({(place.x, place.y) for place in places}) == len(places)
    for place in (*places, *(box.place for box in shown.boxes)):
        assert place.x >= 0 <= place.y
        assert place.right <= shown.width
        assert place.bottom <= shown.height
    assert sum(placed.node.kind is Kind.DOMAIN for placed in shown.nodes) == count
    assert {edge.start for edge in shown.edges} | {edge.end for edge in shown.edges} <= set(shown.places())
    assert bool(shown.boxes) == (count > FEW)


@pytest.mark.parametrize("count", [3, 60])
def test_nothing_jumps_by_traffic_or_by_order(count: int) -> None:
    before = laid_out(snapshot(*many(count))).places()
    shuffled = list(many(count))
    shuffled.sort(key=lambda one: (one.id * 7) % 11)
    rates = {one.id: (1e6 / one.id, 1e3) for one in shuffled if one.vif}
    after = plan(graph(snapshot(*shuffled, uplinks=(CABLE, WIFI)), rates), METRICS, 900.0).places()
    assert after == before


@pytest.mark.parametrize("count", [0, 1, 3, FEW, FEW + 1, 60])
def test_how_narrow_it_can_be_is_known_before(count: int) -> None:
    shown = graph(snapshot(*many(count), uplinks=(VPN, WIFI, CABLE)))
    slim = replace(METRICS, slim=True)
    for metrics in (METRICS, slim):
        assert narrowest(shown, metrics) == pytest.approx(plan(shown, metrics).width)
    assert narrowest(shown, slim) < narrowest(shown, METRICS)


def test_a_slim_map_has_rates_below_each_other_and_the_world_below_the_cards() -> None:
    rates = {5: (9e5, 4e4)}
    shown = plan(graph(snapshot(domain("work", 5), uplinks=(VPN, WIFI, CABLE)), rates), replace(METRICS, slim=True))
    placed = {one.node.key: one for one in shown.nodes}
    assert placed["domain work"].rows == ("↓ 900 kB/s", "↑ 40 kB/s")
    world, cards = placed["world"].place, [placed[f"uplink {name}"].place for name in ("wlan0", "eth0")]
    assert all(world.x == card.x and world.y > card.bottom for card in cards)
    drawn = [mark for mark in back_marks(shown, METRICS) if isinstance(mark, Shape)]
    assert max(x for shape in drawn for _, numbers in shape.path for x in numbers[::2]) <= shown.width
    assert any(numbers[0] > world.right for shape in drawn for _, numbers in shape.path if numbers), "it goes around"


def test_what_is_bold_has_room_for_it() -> None:
    """The title of what is used now is bold, and of what could be it might become so."""
    mobile = Uplink("wwan0", UplinkKind.MOBILE, UplinkState.UP, False, connection="provider")
    shown = laid_out(snapshot(domain("work", 3), uplinks=(VPN, replace(WIFI, primary=False), mobile)))
    titles = {placed.node.key: placed.title for placed in shown.nodes}
    assert titles["uplink tun0"] == "office"
    used = laid_out(snapshot(domain("work", 3), uplinks=(replace(VPN, primary=False), replace(WIFI, primary=True))))
    assert used.places()["uplink tun0"].width == shown.places()["uplink tun0"].width


def test_who_goes_through_whom() -> None:
    drawn = graph(
        snapshot(domain("work", 3), domain("vault", 4, ""), uplinks=(VPN, dataclasses.replace(WIFI, primary=False)))
    )
    edges = {(edge.start, edge.end) for edge in drawn.edges}
    assert edges == {
        (domain_key("work"), domain_key("netvm")), (domain_key("netvm"), "uplink tun0"),
        ("uplink tun0", "uplink wlan0"), ("uplink wlan0", WORLD),
    }  # fmt: skip
    spoken = {node.key: node.spoken for node in drawn.nodes}
    assert spoken[domain_key("work")] == "work, 10.137.0.3, through netvm"
    assert spoken[domain_key("vault")] == "vault, no network"
    assert spoken[domain_key("netvm")] == "netvm, the netvm, running, 1 domain goes through it"
    assert spoken["uplink tun0"] == "office (VPN), in use"
    assert spoken["uplink wlan0"] == "Home (Wi-Fi), Wi-Fi, 60 %, not in use"
    assert spoken[WORLD] == "Internet, within reach"
    assert spoken[DOM0] == "dom0, isolated"


def test_a_chain_of_netvms_stands_in_columns() -> None:
    shown = laid_out(
        snapshot(domain("work", 3, "firewall"), domain("firewall", 4, "vpn"), domain("vpn", 5), domain("mail", 6))
    )
    places = shown.places()
    order = [domain_key(name) for name in ("work", "firewall", "vpn", "netvm")] + ["uplink wlan0", WORLD]
    lefts = [places[key].x for key in order]
    assert lefts == sorted(lefts)
    assert len(set(lefts)) == len(lefts)
    assert places[domain_key("mail")].x == places[domain_key("work")].x


def test_a_ring_that_nobody_should_have_made_is_drawn_all_the_same() -> None:
    ring = snapshot(domain("a", 3, "b"), domain("b", 4, "a"), domain("c", 5, "c"))
    assert len(providers(ring)) == 1
    assert {placed.node.name for placed in laid_out(ring).nodes} >= {"a", "b", "c"}
    assert svg(graph(ring))
    # whoever only goes through one who is in a ring is not cut off by that
    behind = snapshot(domain("a", 3, "b"), domain("b", 4, "c"), domain("c", 5, "b"))
    assert providers(behind) == {"a": "b", "c": "b"}


def test_how_domains_stand() -> None:
    away = dataclasses.replace(snapshot(domain("work", 3)), netvm=Netvm("netvm"))
    states = {
        "paused": (snapshot(domain("work", 3, state=DomainState.PAUSED)), Look.PAUSED, "paused"),
        "apart": (snapshot(domain("work", 3, "")), Look.APART, "no network"),
        "apart and paused": (
            snapshot(domain("work", 3, "", DomainState.PAUSED)), Look.APART, "paused, no network",
        ),
        "waiting": (away, Look.WAITING, "waits for netvm"),
        "ending": (snapshot(domain("work", 3, state=DomainState.DYING)), Look.APART, "ending"),
    }  # fmt: skip
    for shown, look, line in states.values():
        node = next(node for node in graph(shown).nodes if node.name == "work")
        assert (node.look, node.line) == (look, line)
    assert [edge.flow for edge in graph(away).edges] == [Flow.STILL]


def test_traffic_is_told_and_makes_an_edge_flow() -> None:
    shown = snapshot(domain("work", 3), domain("mail", 4), domain("chat", 5))
    drawn = graph(shown, {3: (910_000, 42_000), 4: (0, 0.2)})
    lines = {node.name: node.line for node in drawn.nodes}
    assert (lines["work"], lines["mail"], lines["chat"]) == ("↓ 910 kB/s  ↑ 42 kB/s", "idle", "10.137.0.5")
    flows = {edge.start: edge.flow for edge in drawn.edges}
    assert flows[domain_key("work")] is Flow.FLOWS
    assert flows[domain_key("mail")] is Flow.IDLE
    assert [rate(amount) for amount in (0, 999.4, 1234, 999_950, 12e6, 5e12)] == [
        "0 B/s", "999 B/s", "1.2 kB/s", "1.0 MB/s", "12 MB/s", "5.0 TB/s",
    ]  # fmt: skip
    assert both(0.5, 0.2) == "idle"


def test_dom0_that_is_connected_stands_out() -> None:
    link = Dom0Connection(Dom0State.OPEN, 1700000000)
    drawn = graph(dataclasses.replace(snapshot(domain("work", 3)), dom0=link))
    node = next(node for node in drawn.nodes if node.kind is Kind.DOM0)
    assert (node.look, node.line) == (Look.EXPOSED, "connected")
    for state in (Dom0State.CONNECTING, Dom0State.CLOSING):
        on_its_way = replace(snapshot(), dom0=Dom0Connection(state, 1))
        (node,) = (node for node in graph(on_its_way).nodes if node.key == DOM0)
        assert (node.look, node.line) == (Look.EXPOSED, "may be connected")
    assert (DOM0, domain_key("netvm"), Flow.EXPOSED) in {(edge.start, edge.end, edge.flow) for edge in drawn.edges}


def test_dom0_as_the_netvm_has_no_node_of_its_own_twice() -> None:
    shown = dataclasses.replace(snapshot(domain("work", 3, "dom0")), netvm=Netvm("dom0", 0, NetvmState.RUNNING))
    drawn = graph(shown)
    assert [node.title for node in drawn.nodes].count("dom0") == 1
    assert (DOM0, "uplink wlan0") in {(edge.start, edge.end) for edge in drawn.edges}


def served_by_dom0(count: int, chosen: str) -> Snapshot:
    domains = tuple(domain(f"domain-{number:02}", number + 5, "dom0") for number in range(count))
    netvm = Netvm(chosen, 0 if chosen == DOM0 else 1, NetvmState.RUNNING, AgentState.RUNNING)
    return dataclasses.replace(snapshot(*domains), netvm=netvm)


@pytest.mark.parametrize("chosen", [DOM0, "netvm"])
@pytest.mark.parametrize("count", [1, FEW + 1])
def test_who_goes_through_dom0_is_not_shown_as_without_a_network(count: int, chosen: str) -> None:
    shown = served_by_dom0(count, chosen)
    drawn, placed = graph(shown), laid_out(shown)
    assert {(edge.start, edge.end) for edge in drawn.edges} >= {(domain_key(one.name), DOM0) for one in shown.domains}
    node = next(node for node in drawn.nodes if node.kind is Kind.DOM0)
    assert (node.look, node.line) == (Look.EXPOSED, "the netvm" if chosen == DOM0 else "a netvm")
    assert not any("without a network" in box.title for box in placed.boxes)
    places = placed.places()
    assert all(places[one.key].right < places[DOM0].x for one in drawn.nodes if one.kind is Kind.DOMAIN)
    text = tree(drawn)
    assert f"domain-00: {shown.domains[0].address}" in text
    assert "Apart from it:\n  eth0: not connected" in text
    assert text.count("dom0") == 1


@pytest.mark.parametrize("count", [0, 1, FEW + 1])
def test_how_narrow_it_can_be_is_known_with_dom0_among_the_netvms(count: int) -> None:
    drawn = graph(served_by_dom0(count, DOM0))
    assert narrowest(drawn, METRICS) == pytest.approx(plan(drawn, METRICS).width)


def test_dom0_that_is_connected_and_serves_others_is_on_the_way_to_the_netvm() -> None:
    link = Dom0Connection(Dom0State.OPEN, 1700000000)
    shown = dataclasses.replace(served_by_dom0(1, "netvm"), dom0=link)
    assert graph(shown).hops == (("netvm",), (DOM0,))
    ring = dataclasses.replace(shown, domains=(*shown.domains, domain("netvm", 4, DOM0)))
    assert {name for rank in graph(ring).hops for name in rank} == {"netvm", DOM0}


def test_of_two_domains_of_one_name_the_one_that_lives_is_shown() -> None:
    """A domain that is started again is there twice until the old one has ended."""
    old, new = replace(domain("work", 3, ""), state=DomainState.DYING), domain("work", 4)
    for both_of_them in ((old, new), (new, old)):
        drawn = graph(snapshot(*both_of_them))
        assert [(node.line, node.look) for node in drawn.nodes if node.name == "work"] == [("10.137.0.4", Look.GOOD)]
        assert (domain_key("work"), domain_key("netvm")) in {(edge.start, edge.end) for edge in drawn.edges}


@pytest.mark.parametrize("count", [0, 3, 60, 500])
def test_the_svg_is_well_formed_and_says_every_node(count: int) -> None:
    hostile = dataclasses.replace(WIFI, ssid="<b>&amp;\"'")
    drawn = graph(snapshot(*many(count), uplinks=(hostile,)))
    root = ElementTree.fromstring(svg(drawn))  # noqa: S314
    titles = [element.text for element in root.iter("{http://www.w3.org/2000/svg}title")]
    assert set(titles) >= {node.spoken for node in drawn.nodes}
    assert float(root.get("width", "0")) > 100


def test_what_is_too_long_is_cut_off_with_dots_and_said_whole() -> None:
    name = "x" * 60
    shown = laid_out(snapshot(domain(name, 3)))
    placed = next(placed for placed in shown.nodes if placed.node.name == name)
    assert placed.title.endswith("…")
    assert METRICS.width(placed.title, False, False) < placed.place.width
    assert placed.node.spoken.startswith(name)


def test_the_tree() -> None:
    shown = snapshot(domain("work", 3), domain("vault", 4, ""), domain("mail", 6, "other"))
    assert tree(graph(shown)).splitlines() == [
        "Internet", "  Home: Wi-Fi, 60 %", "    netvm: running", "      work: 10.137.0.3", "",
        "other: not running", "  mail: 10.137.0.6", "", "Apart from it:", "  vault: no network",
        "  eth0: not connected", "  dom0: isolated",
    ]  # fmt: skip


def test_a_label_is_a_stripe_of_its_colour_at_the_domain_and_at_nobody_else() -> None:
    work, other = replace(domain("work", 4), label=Label.BLUE), domain("other", 5)
    text = svg(graph(snapshot(work, other)))
    assert text.count(LABELS[Label.BLUE]) == 1
    assert svg(graph(snapshot(domain("work", 4), other))).count(LABELS[Label.BLUE]) == 0
    assert set(LABELS) == set(Label) - {Label.NONE}
