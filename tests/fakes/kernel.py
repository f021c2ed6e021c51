"""A kernel's network: links, addresses, neighbours, routes, settings, packet filter. No root, no namespace.

Takes the place of pyroute2's `IPRoute`, of libnftables' context, of the names of links and of /proc/sys/net, so that
code on top of them is the real one. What it does is held against a real kernel by the tests in tests/kernel.
"""

from __future__ import annotations

import errno
import os
import socket
from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Interface, IPv4Network
from pathlib import Path
from typing import Any

import nftables
import pytest

from fakes.nftables import Context, Ruleset
from fakes.route_socket import IPV4_SETTINGS, FakeRouteSocket, link_body
from qnet_gui.kernel import conntrack, netlink, route_lookup, sysctl
from qnet_gui.kernel import netlink_messages as nl
from qnet_gui.kernel.link_state import link_state
from qnet_gui.kernel.link_survey import SurveyedLink
from qnet_gui.kernel.monitor import Event, EventKind
from qnet_gui.kernel.netlink_requests import RouteKey, RuleKey
from qnet_gui.kernel.nft_monitor import NftChange
from qnet_gui.kernel.own_routing import OWN_TABLE
from qnet_gui.kernel.route_lookup import Hop, LinkInfo
from qnet_gui.kernel.rtnetlink import NetlinkError
from qnet_gui.netvm.packet_filter import connection_table, former, inside_links

_MAIN, _UNICAST, _KERNEL, _STATIC = 254, 1, 2, 4
_SCOPES = {"universe": 0, "link": 253, "host": 254}
_LOOPBACK = 1
#: The port number of another program, which has ended meanwhile.
_SOMEBODY = 4_000_000
LINK_SETTINGS = (
    "ipv4/conf/{}/proxy_arp", "ipv4/conf/{}/rp_filter", "ipv4/conf/{}/forwarding", "ipv4/neigh/{}/proxy_delay",
    "ipv4/conf/{}/medium_id", "ipv4/conf/{}/arp_ignore", "ipv4/conf/{}/route_localnet", "ipv6/conf/{}/disable_ipv6",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class FakeRoute:
    """A row of the main table."""

    network: IPv4Network
    link: int
    metric: int = 0
    gateway: IPv4Address | None = None
    scope: int = 253
    proto: int = _STATIC

    @property
    def key(self) -> tuple[IPv4Network, int]:
        """What a route replaces: whatever has the same destination and metric."""
        return self.network, self.metric


class _Message(dict[str, Any]):
    """A netlink message as pyroute2 gives it: fields, and attributes by `get_attr`."""

    def __init__(self, attributes: dict[str, Any], **fields: Any) -> None:
        super().__init__(**fields)
        self._attributes = attributes

    def get_attr(self, name: str) -> Any:
        return self._attributes.get(name)


def _error(code: int) -> NetlinkError:
    return NetlinkError(code, os.strerror(code))


class FakeKernel:
    """The state, and what others than our programs do with it: `add_link`, `delete_link`, …"""

    def __init__(self, settings: Path) -> None:
        self.settings = settings
        self.names: dict[int, str] = {}
        self.up: set[int] = set()
        self.mtus: dict[int, int] = {}
        self.addresses: dict[int, list[tuple[IPv4Interface, int]]] = {}
        self.groups: dict[int, int] = {}
        self.masters: dict[int, int] = {}
        self.macs: dict[int, bytes] = {}
        #: Addresses of links that somebody took the local route of.
        self.unrouted: set[IPv4Address] = set()
        self.neighbours: dict[tuple[int, IPv4Address], str] = {}
        #: Our own tables by number and what tells a route, the rules that lead to them, the preferences of others.
        self.own_routes: dict[tuple[Any, ...], RouteKey] = {}
        self.own_rules: list[RuleKey] = []
        self.other_rules = [32766, 32767]
        #: The preference of the rule by which this machine's own addresses are found.
        self.local_preference = 0
        self.routes: dict[tuple[IPv4Network, int], FakeRoute] = {}
        self.ruleset = Ruleset()
        #: Commands of conntrack, in the order in which they were run.
        self.forgotten: list[tuple[str, ...]] = []
        self.monitors: list[FakeMonitor] = []
        self.nft_monitors: list[FakeNftMonitor] = []
        self._numbers = iter(range(1, 1 << 31))
        for setting in ("ipv4/icmp_ratelimit", "ipv4/ip_forward"):
            self._setting(setting)
        for name in ("all", "default"):
            for setting in LINK_SETTINGS:
                self._setting(setting.format(name))
        self.add_link("lo")

    def install(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Be the kernel of this process for the time of a test."""
        monkeypatch.setattr(netlink, "IPRoute", lambda: FakeIPRoute(self))
        monkeypatch.setattr(route_lookup, "RouteLookup", lambda: FakeRouteLookup(self))
        monkeypatch.setattr(netlink, "RouteSocket", lambda: FakeRouteSocket(self))
        monkeypatch.setattr(former, "PATH", self.settings.parent / "former.json")
        monkeypatch.setattr(socket, "if_nametoindex", self._index)
        monkeypatch.setattr(socket, "if_indextoname", self._name)
        monkeypatch.setattr(socket, "if_nameindex", lambda: sorted(self.names.items()))
        monkeypatch.setattr(nftables, "Nftables", lambda: Context(self.ruleset))
        monkeypatch.setattr(sysctl, "_ROOT", str(self.settings))
        monkeypatch.setattr(connection_table, "_FOLDER", self.settings / "netfilter")
        monkeypatch.setattr(inside_links, "survey", self.survey)
        monkeypatch.setattr(conntrack, "run_all", lambda commands: self.forgotten.extend(map(tuple, commands)))

    # -- what others do

    def add_link(self, name: str) -> int:
        """A new link, which is down; returns its index."""
        index = next(self._numbers)
        self.names[index] = name
        self.mtus[index] = 65536 if name == "lo" else 1500
        self.addresses[index] = []
        self.groups[index] = 0
        for setting in LINK_SETTINGS:
            self._setting(setting.format(name))
        self._tell_link(index)
        return index

    def survey(self) -> list[SurveyedLink]:
        """What `link_survey.survey` says of it: every address is fixed, every link a broadcast one."""
        links = []
        for index, name in self.names.items():
            if name != "lo" and not name.startswith("vif"):
                addresses = tuple(interface.ip for interface, _ in self.addresses[index])
                default = any(route.link == index and not route.network.prefixlen for route in self.routes.values())
                gateways = {route.gateway for route in self.routes.values() if route.link == index}
                routers = tuple(sorted(gateway for gateway in gateways if gateway is not None))
                networks = tuple(interface.network for interface, _ in self.addresses[index])
                one = SurveyedLink(name, addresses, bool(addresses), True, default, bool(routers), networks, routers)
                links.append(one)
        return sorted(links, key=lambda link: link.name)

    def delete_link(self, name: str) -> None:
        """It goes, and takes along what was on it."""
        index = self._index(name)
        self.set_down(index)
        del self.names[index], self.addresses[index], self.mtus[index]
        for family, group in (("ipv4", "conf"), ("ipv4", "neigh"), ("ipv6", "conf")):
            folder = self.settings / family / group / name
            for file in folder.iterdir():
                file.unlink()
            folder.rmdir()
        self._tell(Event(name, gone=True, uplink=not name.startswith("vif")))

    def rename(self, index: int, name: str) -> None:
        """A link gets another name."""
        if name in self.names.values():
            raise _error(errno.EEXIST)
        for family, group in (("ipv4", "conf"), ("ipv4", "neigh"), ("ipv6", "conf")):
            folder = self.settings / family / group
            (folder / self.names[index]).rename(folder / name)
        self.names[index] = name
        self._tell_link(index)

    def set_mac(self, index: int, mac: str) -> None:
        """A link gets another MAC, and forgets its neighbours."""
        self.macs[index] = bytes.fromhex(mac.replace(":", ""))
        self.neighbours = {key: known for key, known in self.neighbours.items() if key[0] != index}
        self._tell_link(index)

    def set_group(self, index: int, group: int) -> None:
        """A link gets into another group."""
        self.groups[index] = group
        self._tell_link(index)

    def set_mtu(self, name: str, mtu: int) -> None:
        """Another longest packet."""
        self.mtus[self._index(name)] = mtu
        self._tell_link(self._index(name))

    def add_address(self, index: int, address: IPv4Interface, scope: int = 0) -> None:
        """EEXIST for one that is there; a network comes with a route to it."""
        self.check_link(index)
        if any(known == address for known, _ in self.addresses[index]):
            raise _error(errno.EEXIST)
        self.addresses[index].append((address, scope))
        self.unrouted.discard(address.ip)
        self._connect(index)
        self._tell(Event(uplink=True))

    def add_route(self, route: FakeRoute) -> None:
        """In place of one of the same key."""
        self.check_link(route.link)
        if route.link not in self.up:
            raise _error(errno.ENETDOWN)
        self.routes[route.key] = route
        if not route.network.prefixlen:
            self._tell(Event(uplink=True))

    def change_setting(self, name: str, value: int) -> None:
        """Somebody writes one; `forwarding`, `rp_filter` and `proxy_arp` of links are told."""
        self.write(name, value)
        kinds = {"forwarding": nl.NETCONFA_FORWARDING, "rp_filter": nl.NETCONFA_RP_FILTER}
        kinds["proxy_arp"] = nl.NETCONFA_PROXY_NEIGH
        family, group, link, *rest = name.split("/") if name.count("/") == 3 else ("", "", "", "")
        if (family, group) == ("ipv4", "conf") and rest[0] in kinds:
            index = {"all": -1, "default": -2}.get(link) or self._index(link)
            self._tell(Event(kind=EventKind.SETTING, index=index, settings={kinds[rest[0]]: value}))

    def stop_forwarding(self) -> None:
        """Somebody writes 0 to `ip_forward`, which has several names."""
        self.write("ipv4/ip_forward", 0)
        self._tell(Event(kind=EventKind.SETTING, index=-1, settings={nl.NETCONFA_FORWARDING: 0}))

    def take_neighbour(self, index: int, address: IPv4Address) -> None:
        """Somebody deletes one."""
        del self.neighbours[index, address]
        self._tell(Event(kind=EventKind.NEIGHBOUR, index=index, portid=_SOMEBODY, address=address.packed))

    def take_own_routes(self) -> None:
        """Somebody flushes our tables."""
        rows, self.own_routes = self.own_routes, {}
        for key in rows.values():
            self._tell(Event("", True, kind=EventKind.ROUTE, index=key.link, portid=_SOMEBODY))

    def put_own_route(self, key: RouteKey) -> None:
        """Somebody puts a route into our table."""
        self.own_routes[OWN_TABLE, *key[:3]] = key
        self._tell(Event(kind=EventKind.ROUTE, index=key.link, portid=_SOMEBODY))

    def change_rules(self, ours: Sequence[RuleKey], others: Sequence[int]) -> None:
        """Somebody changes the rules."""
        self.own_rules, self.other_rules = list(ours), list(others)
        self._tell(Event(kind=EventKind.RULE, portid=_SOMEBODY))

    def take_local_route(self, index: int, address: IPv4Address) -> None:
        """Somebody deletes the route that makes an address this machine's own."""
        self.unrouted.add(address)
        self._tell(Event(gone=True, kind=EventKind.ADDRESS, index=index, portid=_SOMEBODY))

    def take_address(self, index: int, address: IPv4Address) -> None:
        """Somebody takes an address away."""
        self.addresses[index] = [pair for pair in self.addresses[index] if pair[0].ip != address]
        self._tell(Event(uplink=True, gone=True, kind=EventKind.ADDRESS, index=index, portid=_SOMEBODY))

    def transact(self, text: str, program: str = "nft") -> None:
        """Somebody's nftables transaction, which touches our tables."""
        self.ruleset.apply(text)
        for monitor in self.nft_monitors:
            monitor.tell(NftChange(program))

    def setting(self, name: str) -> int:
        """The value of a setting, named as below /proc/sys/net."""
        return int((self.settings / name).read_text())

    # -- the state

    def _setting(self, name: str) -> None:
        path = self.settings / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("0\n")

    def _index(self, name: str) -> int:
        for index, known in self.names.items():
            if known == name:
                return index
        raise OSError(errno.ENODEV, os.strerror(errno.ENODEV))

    def _name(self, index: int) -> str:
        if index not in self.names:
            raise OSError(errno.ENXIO, os.strerror(errno.ENXIO))
        return self.names[index]

    def name_of(self, index: int) -> str:
        self.check_link(index)
        return self.names[index]

    def write(self, name: str, value: int) -> None:
        """A setting, without a word."""
        (self.settings / name).write_text(f"{value}\n")

    def link_body(self, index: int) -> bytes:
        """What the kernel says of a link, empty when there is none."""
        if index not in self.names:
            return b""
        name = self.names[index]
        settings = {key: self.setting(f"ipv4/conf/{name}/{key}") for key in IPV4_SETTINGS.values()}
        ipv6 = self.setting(f"ipv6/conf/{name}/disable_ipv6")
        up, master = index in self.up, self.masters.get(index, 0)
        return link_body(index, name, up, self.groups[index], master, settings, ipv6, self.macs.get(index, b""))

    def check_link(self, index: int) -> None:
        if index not in self.names:
            raise _error(errno.ENODEV)

    def set_up(self, index: int) -> None:
        self.check_link(index)
        self.up.add(index)
        self._connect(index)
        self._tell_link(index)

    def set_down(self, index: int) -> None:
        self.check_link(index)
        self.up.discard(index)
        self.neighbours = {key: mac for key, mac in self.neighbours.items() if key[0] != index}
        self.own_routes = {key: route for key, route in self.own_routes.items() if route.link != index}
        self.routes = {key: route for key, route in self.routes.items() if route.link != index}
        self._tell_link(index)

    def _connect(self, index: int) -> None:
        for address, _ in self.addresses[index] if index in self.up else ():
            if address.network.prefixlen < 32:
                route = FakeRoute(address.network, index, proto=_KERNEL)
                self.routes[route.key] = route

    def _tell_link(self, index: int) -> None:
        name, message = self.names[index], nl.link(self.link_body(index))
        assert message is not None
        self._tell(Event(name, uplink=not name.startswith("vif"), index=index, link=link_state(message)))

    def _tell(self, event: Event) -> None:
        for monitor in self.monitors:
            monitor.tell(event)


class FakeRouteLookup:
    """What `RouteLookup` asks: the most specific route of a link that is up."""

    def __init__(self, kernel: FakeKernel) -> None:
        self._kernel = kernel

    def hop(self, destination: IPv4Address, _packet: object = None) -> Hop | None:
        own = [index for index, known in self._kernel.addresses.items() if destination in {a.ip for a, _ in known}]
        if own:
            return Hop(own[0], None, None, True)
        routes = [route for route in self._kernel.routes.values() if destination in route.network]
        usable = [route for route in routes if route.link in self._kernel.up]
        if not usable:
            return None
        best = min(usable, key=lambda route: (-route.network.prefixlen, route.metric))
        source = next((address.ip for address, _ in self._kernel.addresses[best.link]), None)
        return Hop(best.link, best.gateway, source)

    def hop_from(self, destination: IPv4Address, source: IPv4Address, iif: int, _packet: object = None) -> Hop | None:
        assert source and iif
        return self.hop(destination)

    def interfaces(self) -> list[tuple[int, IPv4Interface]]:
        return [(index, address) for index, known in self._kernel.addresses.items() for address, _ in known]

    def usual_source(self, index: int, _towards: IPv4Address) -> IPv4Address | None:
        return next((address.ip for address, _ in self._kernel.addresses[index]), None)

    def link(self, index: int) -> LinkInfo | None:
        name = self._kernel.names.get(index)
        return LinkInfo(name, self._kernel.mtus[index], index in self._kernel.up) if name else None


class FakeIPRoute:
    """The requests that `Netlink` makes of pyroute2."""

    def __init__(self, kernel: FakeKernel) -> None:
        self._kernel = kernel

    def close(self) -> None:
        """Nothing is held."""

    def link(self, verb: str, index: int, state: str = "", mtu: int = 0) -> None:
        assert verb == "set"
        if mtu:
            self._kernel.check_link(index)
            self._kernel.set_mtu(self._kernel.names[index], mtu)
        elif state == "up":
            self._kernel.set_up(index)
        else:
            self._kernel.set_down(index)

    def get_links(self, index: int) -> list[_Message]:
        self._kernel.check_link(index)
        return [_Message({"IFLA_MTU": self._kernel.mtus[index]})]

    def addr(self, verb: str, index: int, address: str, prefixlen: int, scope: int = 0) -> None:
        interface = IPv4Interface((address, prefixlen))
        if verb == "replace":
            self._kernel.add_address(index, interface, scope)
            return
        assert verb == "del"
        self._kernel.check_link(index)
        left = [pair for pair in self._kernel.addresses[index] if pair[0] != interface]
        if len(left) == len(self._kernel.addresses[index]):
            raise _error(errno.EADDRNOTAVAIL)
        self._kernel.addresses[index] = left
        self._kernel.routes.pop((interface.network, 0), None)

    def get_addr(self, family: int, index: int) -> list[_Message]:
        assert family == socket.AF_INET
        return [
            _Message(
                {"IFA_LOCAL": str(address.ip), "IFA_ADDRESS": str(address.ip)}, prefixlen=address.network.prefixlen
            )
            for address, _ in self._kernel.addresses.get(index, [])
        ]

    def route(
        self, verb: str, dst: str, oif: int, dst_len: int | None = None, priority: int = 0, scope: int | str = 0,
        proto: int = _STATIC,
    ) -> None:  # fmt: skip
        text = "0.0.0.0/0" if dst == "default" else dst if dst_len is None else f"{dst}/{dst_len}"
        network, number = IPv4Network(text), _SCOPES[scope] if isinstance(scope, str) else scope
        if verb == "replace":
            self._kernel.add_route(FakeRoute(network, oif, priority, None, number, proto))
            return
        assert verb == "del"
        self._kernel.check_link(oif)
        row = self._kernel.routes.get((network, priority))
        if row is None or row.link != oif or row.scope != number:
            raise _error(errno.ESRCH)
        del self._kernel.routes[row.key]

    def get_routes(self, family: int, table: int) -> list[_Message]:
        assert (family, table) == (socket.AF_INET, _MAIN)
        rows = []
        for route in self._kernel.routes.values():
            attributes: dict[str, Any] = {"RTA_OIF": route.link}
            if route.network.prefixlen:
                attributes["RTA_DST"] = str(route.network.network_address)
            if route.metric:
                attributes["RTA_PRIORITY"] = route.metric
            if route.gateway:
                attributes["RTA_GATEWAY"] = str(route.gateway)
            rows.append(
                _Message(
                    attributes,
                    dst_len=route.network.prefixlen,
                    scope=route.scope,
                    proto=route.proto,
                    type=_UNICAST,
                    flags=0,
                )
            )
        return rows


class _FakeEvents:
    """Events, and a descriptor that can be read while there are some."""

    def __init__(self) -> None:
        self._events: list[Any] = []
        self._bell = os.eventfd(0, os.EFD_NONBLOCK | os.EFD_CLOEXEC)

    def tell(self, event: Any) -> None:
        self._events.append(event)
        os.eventfd_write(self._bell, 1)

    def fileno(self) -> int:
        return self._bell

    def read(self, lost: Any) -> list[Any]:
        if self._events:
            os.eventfd_read(self._bell)
        events, self._events = self._events, []
        return events

    def close(self) -> None:
        os.close(self._bell)


class FakeMonitor(_FakeEvents):
    """What `Monitor` offers, of a fake kernel's events."""

    def __init__(self, kernel: FakeKernel) -> None:
        super().__init__()
        kernel.monitors.append(self)
        self._kernel = kernel

    def close(self) -> None:
        self._kernel.monitors.remove(self)
        super().close()


class FakeNftMonitor(_FakeEvents):
    """What `NftMonitor` offers, of what others did."""

    def __init__(self, kernel: FakeKernel) -> None:
        super().__init__()
        kernel.nft_monitors.append(self)
