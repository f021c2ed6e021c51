"""Isolation facts from what the kernel says, without any kernel."""

from __future__ import annotations

import struct
from ipaddress import ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qnet_gui.dom0.isolation import events, netlink, readers
from qnet_gui.dom0.isolation.facts import Network, connected, limited, listening, nics, ports
from qnet_gui.dom0.isolation.netlink import Address, Link, Route
from qnet_gui.model.errors import KernelError
from qnet_gui.model.fact import Fact
from qnet_gui.model.messages.isolation import IsolationCode
from qnet_gui.model.messages.message import Message

OWN = "00:16:3e:5e:00:01"
LINKS = (
    Link(1, "lo", "00:00:00:00:00:00"), Link(2, "eth0", "52:54:00:12:34:56"), Link(3, "tun0"), Link(4, "eth1", OWN),
    Link(5, "vif4.0", "fe:ff:ff:ff:ff:ff"), Link(6, "tap0"), Link(7, "vif4.0-emu"),
)  # fmt: skip


def facts(*rows, own=OWN, nics=("eth0",)):
    addresses = tuple(row for row in rows if isinstance(row, Address))
    routes = tuple(row for row in rows if isinstance(row, Route))
    return said(connected(Network(LINKS, addresses, routes, frozenset(nics)), own))


def said(those):
    assert all(type(fact) is Fact for fact in those)
    return tuple(fact.english for fact in those)


def at(link, text, bits=24):
    return Address(link, ip_address(text), bits)


def to(text, bits, *links):
    return Route(ip_address(text), bits, links)


# -- addresses and routes


def test_a_dom0_that_is_isolated():
    assert facts(at(1, "127.0.0.1", 8), at(1, "::1", 128), at(1, "10.0.0.1", 32), to("10.0.0.0", 8, 1)) == ()


def test_addresses_and_routes_in_words():
    assert facts(
        at(3, "10.9.9.1"), at(3, "fd00::1", 64), to("0.0.0.0", 0, 3), to("10.8.0.0", 16, 3), to("fd01::", 64, 2, 3)
    ) == (
        "has the address 10.9.9.1/24 on tun0",
        "has the address fd00::1/64 on tun0",
        "has a default route through tun0",
        "has a route to 10.8.0.0/16 through tun0",
        "has a route to fd01::/64 through eth0, tun0",
    )


def test_its_own_link_and_backends_do_not_count_and_a_bridge_or_a_tap_of_another_kind_does():
    assert facts(at(4, "10.137.0.9", 32), to("0.0.0.0", 0, 4), at(5, "10.137.0.1", 32), at(7, "10.0.0.1")) == ()
    assert facts(at(4, "10.137.0.9", 32), own="") == ("has the address 10.137.0.9/32 on eth1",)
    assert facts(at(6, "10.0.0.1")) == ("has the address 10.0.0.1/24 on tap0",)
    assert facts(to("0.0.0.0", 0, 4, 3)) == ("has a default route through tun0",)


def test_link_local_ipv6_counts_on_a_card_only():
    assert facts(at(3, "fe80::1", 64), to("fe80::", 64, 3), to("ff00::", 8, 2)) == ()
    assert facts(at(2, "fe80::1", 64)) == ("has the address fe80::1/64 on eth0",)
    assert facts(at(3, "169.254.3.4", 16)) == ("has the address 169.254.3.4/16 on tun0",)


def test_a_route_through_nobody_knows_what_counts():
    """By a nexthop object, or by a link that has come between two answers."""
    expected = ("has a default route through a link that is not known",)
    assert facts(to("0.0.0.0", 0)) == facts(to("0.0.0.0", 0, 99)) == expected


def test_of_too_many_facts_only_the_number_is_told():
    texts = facts(*(at(3, f"10.9.{number}.1") for number in range(40)))
    assert len(texts) == 32
    assert texts[-1] == "9 more"
    assert limited(["a", "b", "a"]) == (("a", "b"), 0)
    assert limited(map(str, range(33))) == (tuple(map(str, range(31))), 2)
    assert len(facts(*(at(3, f"10.9.{number}.1") for number in range(32)))) == 32


def test_equal_facts_are_told_once():
    assert facts(at(3, "10.9.9.1"), at(3, "10.9.9.1"), to("10.8.0.0", 16, 3), to("10.8.0.0", 16, 3)) == (
        "has the address 10.9.9.1/24 on tun0",
        "has a route to 10.8.0.0/16 through tun0",
    )


def test_a_fact_is_a_code_with_arguments():
    network = Network(LINKS, (at(3, "10.9.9.1"),), (to("10.8.0.0", 16, 2, 3), to("0.0.0.0", 0)))
    assert connected(network, OWN) == (
        Fact(IsolationCode.HAS_ADDRESS, address="10.9.9.1/24", interface="tun0"),
        Fact(IsolationCode.HAS_ROUTE, network="10.8.0.0/16", links=("eth0", "tun0")),
        Fact(IsolationCode.HAS_DEFAULT_ROUTE, links=(Message(IsolationCode.UNKNOWN_LINK),)),
    )
    assert listening({("tcp", 22)}) == (Fact(IsolationCode.LISTENS_ON, kind="tcp", number=22),)


def test_names_are_made_printable():
    name = "caf\u00e9\n"
    strange = Network((Link(3, name),), (at(3, "fe80::1", 64),), (to("0.0.0.0", 0, 3),), frozenset({name}))
    assert said(connected(strange, OWN)) == (
        "has the address fe80::1/64 on caf??",
        "has a default route through caf??",
    )
    assert nics([("caf\u00e9\n", "/sys/devices/x")], []) == (("caf??",), 0)


def test_of_a_route_through_too_many_links_only_the_number_is_told():
    links = tuple(Link(number, f"tun{number}") for number in range(10, 50))
    (route,) = connected(Network(links, (), (to("0.0.0.0", 0, *range(10, 50)),)), OWN)
    assert route.english.startswith("has a default route through tun10, tun11, ")
    assert route.english.endswith(", tun40, 9 more")


# -- netlink


def attribute(kind, data):
    return struct.pack("=HH", len(data) + 4, kind) + data + bytes(-len(data) % 4)


def message(kind, body):
    return struct.pack("=IHHII", len(body) + 16, kind, 0, 1, 0) + body + bytes(-len(body) % 4)


def link_body(index, name, mac=b"", more=b""):
    return struct.pack("=BxHiII", 0, 1, index, 0, 0) + more + attribute(3, name + b"\0") + attribute(1, mac)


def route_body(family=2, bits=0, protocol=3, kind=1, flags=0, attributes=b""):
    return struct.pack("=BBBBBBBBI", family, bits, 0, 0, 254, protocol, 0, kind, flags) + attributes


def number(value):
    return struct.pack("=I", value)


def test_links():
    assert netlink.link(link_body(2, b"eth0", bytes.fromhex("00163e5e0001"))) == Link(2, "eth0", OWN)
    assert netlink.link(link_body(3, b"tun0", b"", more=attribute(0x8012, b"nested"))) == Link(3, "tun0", "")


def test_addresses():
    def body(family, *attributes):
        return struct.pack("=BBBBI", family, 24, 0, 0, 7) + b"".join(attributes)

    own, peer = attribute(2, bytes([10, 0, 0, 1])), attribute(1, bytes([10, 0, 0, 2]))
    assert netlink.address(body(2, peer, own)) == at(7, "10.0.0.1")
    assert netlink.address(body(2, peer)) == at(7, "10.0.0.2")
    assert netlink.address(body(10, attribute(1, bytes(15) + b"\1"))) == at(7, "::1")
    assert netlink.address(body(2)) is None
    assert netlink.address(body(28, peer)) is None


def test_routes():
    oif = attribute(4, number(3))
    assert netlink.route(route_body(attributes=oif)) == to("0.0.0.0", 0, 3)
    assert netlink.route(route_body(10, 64, attributes=attribute(1, ip_address("fd00::").packed) + oif)) == to(
        "fd00::", 64, 3
    )
    hops = b"".join(struct.pack("=HBBi", 16, 0, 0, index) + attribute(5, b"\n\0\0\1") for index in (3, 4))
    assert netlink.route(route_body(attributes=attribute(9, hops))) == to("0.0.0.0", 0, 3, 4)
    assert netlink.route(route_body()) == to("0.0.0.0", 0)


@pytest.mark.parametrize(
    "row",
    [{"protocol": 2}, {"kind": 2}, {"kind": 3}, {"kind": 7}, {"flags": 0x200}, {"family": 7}],
    ids=["of an address", "local", "broadcast", "unreachable", "cached", "another family"],
)
def test_routes_that_lead_nowhere(row):
    assert netlink.route(route_body(**row, attributes=attribute(4, number(3)))) is None


@given(st.binary(max_size=200))
def test_what_is_cut_short_does_no_harm(data):
    for body in (data, struct.pack("=BxHiII", 0, 1, 9, 0, 0) + data):
        link = netlink.link(body)
        assert link is None or isinstance(link, Link)
    for family in (2, 10, 28):
        netlink.address(struct.pack("=BBBBI", family, 24, 0, 0, 7) + data)
        netlink.route(route_body(family, attributes=data))
        netlink.route(route_body(family, attributes=attribute(1, data)))
    netlink.address(data)
    netlink.route(data)


class Kernel:
    """A socket on which the kernel has answered."""

    def __init__(self, *datagrams):
        self._datagrams = list(datagrams)

    def send(self, _request):
        pass

    def recvfrom(self, _size):
        return self._datagrams.pop(0)


def test_a_dump_ends_with_its_last_message():
    row = message(20, b"address.")
    sock = Kernel((row, (99, 0)), (row + row, (0, 0)), (row + message(3, number(0)) + row, (0, 0)))
    assert list(readers._dump(sock, 22)) == [b"address."] * 3


def test_a_kernel_that_refuses():
    sock = Kernel((message(2, struct.pack("=i", -1) + bytes(16)), (0, 0)))
    with pytest.raises(KernelError, match=r"error 1\)"):
        list(readers._dump(sock, 22))


def test_events_of_devices():
    assert events.of_pci(b"bind@/devices/pci0000:00/0000:00:04.0\0ACTION=bind\0SUBSYSTEM=pci\0SEQNUM=1\0")
    assert not events.of_pci(b"add@/devices/vif-4-0\0ACTION=add\0SUBSYSTEM=xen-backend\0SEQNUM=2\0")
    assert not events.of_pci(b"SUBSYSTEM=pci\0ACTION=add\0")
    assert not events.of_pci(b"")


# -- sockets

_HEAD = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode"


def table(*rows):
    return [_HEAD, *(f"   {n}: {own} {peer} {st} 00000000:00000000 00:0" for n, (own, peer, st) in enumerate(rows))]


def test_sockets_that_listen_to_the_world():
    tcp = table(
        ("00000000:0016", "00000000:0000", "0A"),  # everywhere
        ("0109000A:1F90", "00000000:0000", "0A"),  # on 10.0.9.1
        ("0100007F:0277", "00000000:0000", "0A"),  # loopback
        ("0109000A:D431", "0209000A:0050", "01"),  # a connection
    )
    tcp6 = table(
        (f"{'0' * 32}:0016", f"{'0' * 32}:0000", "0A"),
        (f"{'0' * 24}01000000:0277", f"{'0' * 32}:0000", "0A"),  # ::1
        ("0000000000000000FFFF00000100007F:1F91", f"{'0' * 32}:0000", "0A"),  # ::ffff:127.0.0.1
        ("000080FE000000000000000001000000:0035", f"{'0' * 32}:0000", "0A"),  # fe80::1
    )
    udp = table(("00000000:0044", "00000000:0000", "07"), ("0109000A:8000", "0209000A:0035", "01"))
    sockets = ports("tcp", tcp) | ports("tcp", tcp6) | ports("udp", udp)
    assert said(listening(sockets)) == (
        "listens on tcp 22", "listens on tcp 53", "listens on tcp 8080", "listens on udp 68",
    )  # fmt: skip


def test_no_sockets_at_all():
    assert ports("tcp", [_HEAD]) == ports("udp", []) == set()


# -- NICs


def test_cards_by_their_link_their_device_or_both():
    nic = "/sys/devices/pci0000:00/0000:00:03.0"
    links = [("eth0", f"{nic}/virtio2"), ("usb0", "/sys/devices/pci0000:00/0000:00:01.0/usb1/1-1")]
    devices = [("0000:00:03.0", nic), ("0000:00:04.0", "/sys/devices/pci0000:00/0000:00:04.0")]
    assert nics(links, devices) == (("eth0 (0000:00:03.0)", "usb0", "0000:00:04.0"), 0)
    assert nics([], []) == ((), 0)


def test_of_too_many_cards_only_the_number_is_told():
    names, more = nics([(f"eth{number}", f"/sys/devices/{number}") for number in range(40)], [])
    assert (len(names), more) == (31, 9)
