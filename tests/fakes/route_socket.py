"""What a `RouteSocket` asks of the kernel, asked of a fake one: the requests are unpacked from their bytes."""

from __future__ import annotations

import errno
import os
import socket
import struct
from collections.abc import Sequence
from ipaddress import IPv4Address
from typing import TYPE_CHECKING

from qnet_gui.kernel import netlink_messages as nl
from qnet_gui.kernel import netlink_requests as requests
from qnet_gui.kernel.netlink_requests import Request, RouteKey, RuleKey, attribute, number
from qnet_gui.kernel.own_routing import OWN_TABLES
from qnet_gui.kernel.rtnetlink import NetlinkError

if TYPE_CHECKING:
    from fakes.kernel import FakeKernel

#: The port number of who is us.
OWN_PORTID = 4242
IPV4_SETTINGS = {1: "forwarding", 3: "proxy_arp", 8: "rp_filter", 14: "medium_id", 19: "arp_ignore"}


class FakeRouteSocket:
    """Asks a fake kernel."""

    portid = OWN_PORTID

    def __init__(self, kernel: FakeKernel) -> None:
        self._kernel = kernel

    def close(self) -> None:
        """Nothing is held."""

    def change(self, wanted: Sequence[Request]) -> list[int]:
        """All are tried, as the kernel does; the errno of each."""
        errors = []
        for request in wanted:
            try:
                self._change(request)
                errors.append(0)
            except (NetlinkError, OSError) as error:
                errors.append(error.code if isinstance(error, NetlinkError) else error.errno or 0)
        return errors

    def _change(self, request: Request) -> None:
        kind, body = request.kind, request.body
        assert len(body) % 4 == 0
        if kind == nl.RTM_NEWLINK:
            self._link(nl.link(body), body)
        elif kind in (nl.RTM_NEWNEIGH, nl.RTM_DELNEIGH):
            self._neighbour(kind, nl.neighbour(body))
        elif kind in (nl.RTM_NEWROUTE, nl.RTM_DELROUTE):
            self._route(kind, nl.route(body))
        elif kind in (nl.RTM_NEWRULE, nl.RTM_DELRULE):
            self._rule(kind, nl.rule(body))
        else:
            assert kind == requests.RTM_SETNEIGHTBL
            parameters = nl.Attributes(nl.Attributes(body, 4).get(requests.NDTA_PARMS))
            name = self._kernel.name_of(parameters.number(requests.NDTPA_IFINDEX) or 0)
            delay = struct.unpack("=Q", parameters.get(requests.NDTPA_PROXY_DELAY))[0]
            self._kernel.write(f"ipv4/neigh/{name}/proxy_delay", delay)

    def _link(self, message: nl.LinkMessage | None, body: bytes) -> None:
        assert message is not None
        index = message.ifindex
        self._kernel.check_link(index)
        if name := message.attributes.text(nl.IFLA_IFNAME):
            self._kernel.rename(index, name)
        if (group := message.attributes.number(nl.IFLA_GROUP)) is not None:
            self._kernel.groups[index] = group
        if message.attributes.number(nl.IFLA_MASTER) == 0:
            self._kernel.masters.pop(index, None)
        of_ipv4 = nl.Attributes(nl.Attributes(message.attributes.get(nl.IFLA_AF_SPEC)).get(socket.AF_INET))
        for setting, value in nl.Attributes(of_ipv4.get(nl.IFLA_INET_CONF)):
            name = f"ipv4/conf/{self._kernel.name_of(index)}/{IPV4_SETTINGS[setting]}"
            self._kernel.write(name, struct.unpack("=I", value)[0])
        change = struct.unpack_from("=I", body, 12)[0]
        if message.flags & change & nl.IFF_UP:
            self._kernel.set_up(index)
        elif change & nl.IFF_UP:
            self._kernel.set_down(index)

    def _neighbour(self, kind: int, message: nl.NeighbourMessage | None) -> None:
        assert message is not None
        self._kernel.check_link(message.ifindex)
        key = message.ifindex, IPv4Address(message.attributes.get(nl.NDA_DST))
        if kind == nl.RTM_NEWNEIGH:
            assert message.state == nl.NUD_PERMANENT
            self._kernel.neighbours[key] = message.attributes.get(nl.NDA_LLADDR).hex(":")
        elif self._kernel.neighbours.pop(key, None) is None:
            raise OSError(errno.ENOENT, os.strerror(errno.ENOENT))

    def _route(self, kind: int, message: nl.RouteMessage | None) -> None:
        assert message is not None
        assert message.table in OWN_TABLES
        to = message.attributes.get(nl.RTA_DST)
        metric, link = (message.attributes.number(which) or 0 for which in (nl.RTA_PRIORITY, nl.RTA_OIF))
        key = RouteKey(to, message.dst_len, metric, message.type, link)
        if link:
            self._kernel.check_link(link)
        if kind == nl.RTM_NEWROUTE:
            if link and link not in self._kernel.up:
                raise OSError(errno.ENETDOWN, os.strerror(errno.ENETDOWN))
            self._kernel.own_routes[message.table, *key[:3]] = key
        elif self._kernel.own_routes.get((message.table, *key[:3])) != key:
            raise OSError(errno.ESRCH, os.strerror(errno.ESRCH))
        else:
            del self._kernel.own_routes[message.table, *key[:3]]

    def _rule(self, kind: int, message: nl.RuleMessage | None) -> None:
        assert message is not None
        assert message.table in OWN_TABLES
        key, there = _rule_key(message), self._kernel.own_rules
        if kind == nl.RTM_NEWRULE:
            if key in there:
                raise OSError(errno.EEXIST, os.strerror(errno.EEXIST))
            there.append(key)
            there.sort(key=lambda rule: rule.preference)  # of several the last one stands last
            return
        like = next((rule for rule in there if _is_like(rule, key)), None)
        if like is None:
            raise OSError(errno.ENOENT, os.strerror(errno.ENOENT))
        there.remove(like)

    def dump(self, request: Request) -> list[tuple[int, bytes]]:
        """Routes of our table or the routers of the main one, or rules."""
        if request == requests.dump_routes(254):
            rows = []
            for route in self._kernel.routes.values():
                bits, via = route.network.prefixlen, route.gateway
                head = struct.pack("=BBBBBBBBI", socket.AF_INET, bits, 0, 0, 254, 3, 0, nl.RTN_UNICAST, 0)
                hop = (attribute(nl.RTA_GATEWAY, via.packed) if via else b"") + number(nl.RTA_OIF, route.link)
                to = attribute(nl.RTA_DST, route.network.network_address.packed) if bits else b""
                rows.append((nl.RTM_NEWROUTE, head + to + number(nl.RTA_PRIORITY, route.metric) + hop))
            return rows
        if request == requests.dump_routes(255):
            own = [address.ip for known in self._kernel.addresses.values() for address, _ in known]
            head = struct.pack("=BBBBBBBBI", socket.AF_INET, 32, 0, 0, 255, 2, 254, nl.RTN_LOCAL, 0)
            there = [address for address in own if address not in self._kernel.unrouted]
            return [(nl.RTM_NEWROUTE, head + attribute(nl.RTA_DST, address.packed)) for address in there]
        if request.kind == nl.RTM_GETROUTE:
            table = next(table for table in OWN_TABLES if request == requests.dump_routes(table))
            routes = sorted(row for row in self._kernel.own_routes.items() if row[0][0] == table)
            return [(nl.RTM_NEWROUTE, key.set(table).body) for _, key in routes]
        assert request.kind == nl.RTM_GETRULE
        others = [RuleKey(preference, 254) for preference in self._kernel.other_rules]
        rules = sorted([*self._kernel.own_rules, *others], key=lambda rule: rule.preference)
        # written as the kernel does, which tells no preference that is 0
        first = struct.pack("=BBBBBxxBI", socket.AF_INET, 0, 0, 0, 255, 1, 0)
        moved = self._kernel.local_preference
        local = RuleKey(moved, 255).set().body if moved else first
        return [(nl.RTM_NEWRULE, body) for body in [local, *(rule.set().body for rule in rules)]]

    def get(self, request: Request) -> bytes:
        """One link, or one neighbour."""
        if request.kind == nl.RTM_GETLINK:
            message = nl.link(request.body)
            assert message is not None
            return self._kernel.link_body(message.ifindex)
        neighbour = nl.neighbour(request.body)
        assert neighbour is not None
        to = neighbour.attributes.get(nl.NDA_DST)
        mac = self._kernel.neighbours.get((neighbour.ifindex, IPv4Address(to)))
        return requests.set_neighbour(neighbour.ifindex, to, bytes.fromhex(mac.replace(":", ""))).body if mac else b""


def _rule_key(message: nl.RuleMessage) -> RuleKey:
    attributes, source = message.attributes, message.attributes.get(nl.FRA_SRC)
    assert len(source) == (4 if message.src_len else 0)
    preference = attributes.number(nl.FRA_PRIORITY) or 0
    return RuleKey(preference, message.table, attributes.text(nl.FRA_IIFNAME), source, message.src_len)


def _is_like(rule: RuleKey, told: RuleKey) -> bool:
    """Whether the kernel takes a rule for the one that is to go: what it is not told may be anything."""
    same = rule.preference == told.preference and rule.table == told.table
    return same and told.iif in ("", rule.iif) and (not told.bits or told[3:] == rule[3:])


def link_body(
    index: int, name: str, up: bool, group: int, master: int, settings: dict[str, int], ipv6: int, mac: bytes = b""
) -> bytes:
    """The body of the kernel's message about a link."""
    head = struct.pack("=BxHiII", socket.AF_UNSPEC, 0, index, nl.IFF_UP if up else 0, 0)
    array = [0] * 19
    for at, setting in IPV4_SETTINGS.items():
        array[at - 1] = settings[setting]
    of_ipv4 = attribute(nl.IFLA_INET_CONF, struct.pack("=19i", *array))
    of_ipv6 = attribute(nl.IFLA_INET6_CONF, struct.pack("=27i", *[0] * 26, ipv6))
    families = attribute(socket.AF_INET, of_ipv4) + attribute(socket.AF_INET6, of_ipv6)
    head += attribute(nl.IFLA_ADDRESS, mac) if mac else b""
    body = head + attribute(nl.IFLA_IFNAME, os.fsencode(name) + b"\0") + number(nl.IFLA_GROUP, group)
    return body + (number(nl.IFLA_MASTER, master) if master else b"") + attribute(nl.IFLA_AF_SPEC, families)
