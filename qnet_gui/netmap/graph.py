"""From the snapshot to what is on the map: dom0, domains, netvms, uplinks, and who goes through whom. Pure.

Everything is in an order that depends on names alone, so that nothing jumps when traffic or a state changes.
"""

from __future__ import annotations

import enum
from collections.abc import Iterator
from dataclasses import dataclass

from qnet_gui.model.domain import Domain, DomainState, Label, NetvmState
from qnet_gui.model.sentence import uplink_name
from qnet_gui.model.snapshot import Dom0State, Snapshot
from qnet_gui.model.translation import mark, tr, tr_count
from qnet_gui.model.uplink import Uplink, UplinkKind, UplinkState
from qnet_gui.netmap.rates import NO_RATES, Rates, both, spoken

DOM0, WORLD = "dom0", "world"
_DOM0_NAME = "dom0"
_NETVM = {
    NetvmState.ABSENT: mark("not running"),
    NetvmState.STARTING: mark("starting"),
    NetvmState.RUNNING: mark("running"),
    NetvmState.PAUSED: mark("paused"),
}
_KINDS = {
    UplinkKind.CABLE: mark("cable"),
    UplinkKind.WIFI: mark("Wi-Fi"),
    UplinkKind.VPN: mark("VPN"),
    UplinkKind.MOBILE: mark("mobile network"),
    UplinkKind.OTHER: "",
}


class Kind(enum.Enum):
    """What a node stands for."""

    DOMAIN = "domain"
    DOM0 = "dom0"
    NETVM = "netvm"
    VPN = "vpn"
    UPLINK = "uplink"
    WORLD = "world"


class Look(enum.Enum):
    """How a node is, by its shape first and its colour then."""

    GOOD = "good"
    PAUSED = "paused"
    WAITING = "waiting"
    APART = "apart"
    SAFE = "safe"
    EXPOSED = "exposed"


class Flow(enum.Enum):
    """What passes along an edge: something, nothing at present, or nothing at all; or it should not be there."""

    FLOWS = "flows"
    IDLE = "idle"
    STILL = "still"
    EXPOSED = "exposed"


@dataclass(frozen=True, slots=True)
class Node:
    """`key` is the same from one snapshot to the next. `name` is the domain's, empty for what is none.

    `line` stands below the title; `spoken` is all of it for those who hear it. `main`: by it the packets go now.
    `rates`: what it gets and sends in bytes a second, None where nobody knows.
    """

    key: str
    kind: Kind
    title: str
    line: str
    look: Look
    spoken: str
    name: str = ""
    main: bool = False
    strength: int = 0
    over: UplinkKind = UplinkKind.OTHER
    rates: tuple[float, float] | None = None
    label: Label = Label.NONE


@dataclass(frozen=True, slots=True)
class Edge:
    """From a node to the one that it goes through. `weight` in bytes a second."""

    start: str
    end: str
    flow: Flow
    weight: float = 0.0


@dataclass(frozen=True, slots=True)
class Graph:
    """All of it. `hops`: netvms by their distance from the way out, the last hop first."""

    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    hops: tuple[tuple[str, ...], ...]


def domain_key(name: str) -> str:
    """The key of a domain's node, be it a netvm or not."""
    return DOM0 if name == _DOM0_NAME else f"domain {name}"


def _uplink_key(uplink: Uplink) -> str:
    return f"uplink {uplink.name}"


def _lives(domain: Domain) -> bool:
    return domain.state is not DomainState.DYING


def providers(snapshot: Snapshot) -> dict[str, str]:
    """Whom each domain that has a vif goes through, by name; a ring, which nobody should have made, is opened.

    Only there: whoever goes through one of a ring still goes through it.
    """
    ordered = sorted(snapshot.domains, key=_lives)
    through = {domain.name: domain.netvm for domain in ordered if domain.vif and domain.netvm}
    for name in sorted(through):
        seen, here = {name}, through.get(name)
        while here is not None and here not in seen:
            seen.add(here)
            here = through.get(here)
        if here == name:
            del through[name]
    return through


def _hops(snapshot: Snapshot, through: dict[str, str]) -> tuple[tuple[str, ...], ...]:
    """Who is a netvm, in ranks: those that are nobody's customers, then their customers that have customers too."""
    serving = {snapshot.netvm.name, *through.values()}
    if snapshot.dom0.state is not Dom0State.CLOSED and snapshot.netvm.name != _DOM0_NAME:
        through = {**through, _DOM0_NAME: snapshot.netvm.name}
    ranks: dict[int, list[str]] = {}
    for name in serving:
        rank, here = 0, name
        while (here := through.get(here, "")) in serving and rank < len(serving):  # dom0 may make a ring of it
            rank += 1
        ranks.setdefault(rank, []).append(name)
    return tuple(tuple(sorted(ranks[rank])) for rank in sorted(ranks))


def domain_look(snapshot: Snapshot, domain: Domain) -> Look:
    """How a domain is."""
    if not domain.vif or domain.state is DomainState.DYING:
        return Look.APART
    if domain.state is DomainState.PAUSED:
        return Look.PAUSED
    return Look.WAITING if snapshot.stands_still(domain.netvm) else Look.GOOD


def _hindrance(domain: Domain) -> str:
    """Of a domain that is not well, what keeps it from its network."""
    if domain.state is DomainState.DYING:
        return tr("ending")
    if domain.state is DomainState.PAUSED:
        return tr("paused") if domain.vif else tr("paused, no network")
    return tr("waits for {name}", name=domain.netvm) if domain.vif else tr("no network")


def _domain(snapshot: Snapshot, domain: Domain, provider: str, rates: Rates) -> Node:
    look = domain_look(snapshot, domain)
    if look is not Look.GOOD:
        line = said = _hindrance(domain)
    elif domain.id in rates:
        line, said = both(*rates[domain.id]), spoken(*rates[domain.id])
    else:
        line = said = str(domain.address or "")
    parts = [domain.name, domain.label.word, said, tr("through {name}", name=provider) if provider else ""]
    return Node(
        domain_key(domain.name), Kind.DOMAIN, domain.name, line, look, ", ".join(filter(None, parts)), domain.name,
        rates=rates.get(domain.id), label=domain.label,
    )  # fmt: skip


def _netvms(snapshot: Snapshot, hops: tuple[tuple[str, ...], ...], through: dict[str, str]) -> Iterator[Node]:
    by_name = {domain.name: domain for domain in snapshot.domains}
    for name in sorted({name for rank in hops for name in rank} - {_DOM0_NAME}):
        chosen, domain = name == snapshot.netvm.name, by_name.get(name)
        look, line = Look.GOOD, tr("running")
        if chosen:
            line = tr("no report yet") if snapshot.unreported else tr(_NETVM[snapshot.netvm.state])
            look = Look.GOOD if snapshot.netvm.state is NetvmState.RUNNING else Look.WAITING
        elif domain is None:
            look, line = Look.WAITING, tr("not running")
        elif domain.state is not DomainState.RUNNING:
            look, line = Look.PAUSED, tr("paused")
        said = f"{name}, {_role(chosen)}, {line}, {_served(name, through)}"
        yield Node(domain_key(name), Kind.NETVM, name, line, look, said, name, main=chosen)


def _role(chosen: bool) -> str:
    return tr("the netvm") if chosen else tr("a netvm")


def _served(name: str, through: dict[str, str]) -> str:
    count = sum(1 for provider in through.values() if provider == name)
    return tr_count("{count} domain goes through it", "{count} domains go through it", count, count=count)


def _uplink(uplink: Uplink, used: bool) -> Node:
    kind = tr(_KINDS[uplink.kind]) or uplink.name
    title = (uplink.ssid or uplink.name) if uplink.kind is UplinkKind.WIFI else (uplink.connection or uplink.name)
    if uplink.kind is UplinkKind.CABLE:
        title = uplink.name
    look, line = Look.GOOD, kind
    if uplink.state is UplinkState.CONNECTING:
        look, line = Look.WAITING, tr("connecting")
    elif uplink.state is UplinkState.DOWN:
        look, line = Look.APART, tr("not connected")
    elif uplink.kind is UplinkKind.WIFI:
        line = f"{kind}, {uplink.strength} %"
    parts = [uplink_name(uplink), line if line != kind else "", str(uplink.address or "")]
    if uplink.state is UplinkState.UP:
        parts.append(tr("in use") if used else tr("not in use"))
    key, node_kind = _uplink_key(uplink), Kind.VPN if uplink.kind is UplinkKind.VPN else Kind.UPLINK
    said = ", ".join(filter(None, parts))
    return Node(key, node_kind, title, line, look, said, main=used, strength=uplink.strength, over=uplink.kind)


def _ways_out(snapshot: Snapshot, start: str, flow: Flow, weight: float) -> Iterator[Edge]:
    """From the netvm by its VPN, if that is in use, and a card to the world."""
    used = snapshot.uplink
    if used is None or snapshot.netvm.state is not NetvmState.RUNNING:
        return
    yield Edge(start, _uplink_key(used), flow, weight)
    card = used
    if used.kind is UplinkKind.VPN:
        cards = [one for one in snapshot.uplinks if one.kind is not UplinkKind.VPN and one.state is UplinkState.UP]
        if not cards:
            yield Edge(_uplink_key(used), WORLD, flow, weight)
            return
        card = next((one for one in cards if one.primary), cards[0])
        yield Edge(_uplink_key(used), _uplink_key(card), flow, weight)
    yield Edge(_uplink_key(card), WORLD, flow, weight)


def _dom0(snapshot: Snapshot, through: dict[str, str]) -> Node:
    chosen = snapshot.netvm.name == _DOM0_NAME
    if snapshot.dom0.state is Dom0State.CLOSED and (chosen or _DOM0_NAME in through.values()):
        line = _role(chosen)
        said = f"{_DOM0_NAME}, {line}, {_served(_DOM0_NAME, through)}"
        return Node(DOM0, Kind.DOM0, _DOM0_NAME, line, Look.EXPOSED, said, _DOM0_NAME, main=chosen)
    exposed = snapshot.dom0.state is not Dom0State.CLOSED or bool(snapshot.isolation.reachable)
    line = tr("isolated")
    if snapshot.dom0.state is not Dom0State.CLOSED:
        line = tr("connected") if snapshot.dom0.state is Dom0State.OPEN else tr("may be connected")
    if snapshot.isolation.reachable and snapshot.dom0.state is Dom0State.CLOSED:
        line = tr("has a network")
    look = Look.EXPOSED if exposed else Look.SAFE
    return Node(DOM0, Kind.DOM0, _DOM0_NAME, line, look, f"{_DOM0_NAME}, {line}", _DOM0_NAME)


def _edges(snapshot: Snapshot, nodes: dict[str, Node], through: dict[str, str], rates: Rates) -> Iterator[Edge]:
    ids = {domain.name: domain.id for domain in sorted(snapshot.domains, key=_lives)}
    for name in sorted(through):
        end, node = domain_key(through[name]), nodes[domain_key(name)]
        weight = sum(rates.get(ids[name], (0.0, 0.0)))
        idle = ids[name] in rates and weight < 1
        flow = Flow.STILL if node.look is not Look.GOOD else Flow.IDLE if idle else Flow.FLOWS
        if end in nodes:
            yield Edge(node.key, end, flow, weight)
    start = domain_key(snapshot.netvm.name)
    total = sum(sum(pair) for pair in rates.values())
    yield from _ways_out(snapshot, start, Flow.IDLE if rates and total < 1 else Flow.FLOWS, total)
    if snapshot.dom0.state is not Dom0State.CLOSED and start != DOM0:
        yield Edge(DOM0, start, Flow.EXPOSED)


def graph(snapshot: Snapshot, rates: Rates = NO_RATES) -> Graph:
    """What is on the map for a snapshot."""
    through = providers(snapshot)
    hops = _hops(snapshot, through)
    serving = {name for rank in hops for name in rank}
    # one that is started again is there twice until the old one has ended
    customers = {domain.name: domain for domain in sorted(snapshot.domains, key=_lives)}
    nodes = [
        _domain(snapshot, customers[name], through.get(name, ""), rates) for name in sorted(customers.keys() - serving)
    ]
    nodes.append(_dom0(snapshot, through))
    nodes += _netvms(snapshot, hops, through)
    used = snapshot.uplink
    links = sorted(snapshot.uplinks, key=lambda uplink: (uplink.kind is not UplinkKind.VPN, uplink.name))
    nodes += [_uplink(uplink, uplink is used) for uplink in links]
    world = tr("Internet")
    reached = used is not None and snapshot.netvm.state is NetvmState.RUNNING
    said = tr("within reach") if reached else tr("out of reach")
    nodes.append(Node(WORLD, Kind.WORLD, world, "", Look.GOOD if reached else Look.APART, f"{world}, {said}"))
    by_key = {node.key: node for node in nodes}
    return Graph(tuple(nodes), tuple(_edges(snapshot, by_key, through, rates)), hops)
