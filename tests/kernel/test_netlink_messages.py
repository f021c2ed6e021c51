"""Netlink messages taken apart: as the kernel makes them, and whatever bytes there may be."""

from __future__ import annotations

import socket
import struct

from hypothesis import given
from hypothesis import strategies as st
from waiting import DEADLINE

from qnet_gui.kernel import monitor
from qnet_gui.kernel import netlink_messages as nl
from qnet_gui.kernel.monitor import Event
from qnet_gui.lab.box.udev import LinkWatch


def attribute(kind: int, payload: bytes) -> bytes:
    return struct.pack("=HH", len(payload) + 4, kind) + payload + bytes(-len(payload) % 4)


def message(kind: int, body: bytes) -> bytes:
    return struct.pack("=IHHII", len(body) + 16, kind, 0, 1, 0) + body + bytes(-len(body) % 4)


def link_body(index: int, name: bytes, mac: bytes = b"", more: bytes = b"") -> bytes:
    head = struct.pack("=BxHiII", 0, 1, index, 0x1043, 0)
    return head + more + attribute(nl.IFLA_IFNAME, name + b"\0") + attribute(nl.IFLA_ADDRESS, mac)


def route_body(dst_len: int, attributes: bytes = b"") -> bytes:
    return struct.pack("=BBBBBBBBI", socket.AF_INET, dst_len, 0, 0, 254, 3, 0, nl.RTN_UNICAST, 0) + attributes


#: Bytes, and bytes that look like messages and attributes for a while.
anything = st.one_of(
    st.binary(max_size=300),
    st.lists(
        st.one_of(
            st.binary(max_size=40),
            st.builds(attribute, st.integers(0, 0xFFFF), st.binary(max_size=40)),
            st.builds(message, st.sampled_from([2, 3, 16, 17, 20, 21, 24, 25]), st.binary(max_size=80)),
            st.builds(
                lambda size, kind: struct.pack("=IHHII", size, kind, 0, 0, 0), st.integers(0, 400), st.integers(0, 30)
            ),
            st.builds(
                lambda index, name: message(16, link_body(index, name)), st.integers(0, 99), st.binary(max_size=20)
            ),
        ),
        max_size=8,
    ).map(b"".join),
)


def test_messages_and_attributes_of_one_datagram() -> None:
    first, second = link_body(2, b"eth0", b"\1\2\3\4\5\6", attribute(0x8012, b"nested")), link_body(3, b"tun0")
    data = message(nl.RTM_NEWLINK, first) + message(nl.RTM_DELLINK, second) + message(nl.NLMSG_DONE, bytes(4))
    assert [kind for kind, _ in nl.messages(data)] == [nl.RTM_NEWLINK, nl.RTM_DELLINK, nl.NLMSG_DONE]
    links = [nl.link(body) for _, body in nl.messages(data)]
    assert links[0] is not None
    assert (links[0].ifindex, links[0].flags) == (2, 0x1043)
    assert [kind for kind, _ in links[0].attributes] == [0x12, nl.IFLA_IFNAME, nl.IFLA_ADDRESS]
    assert links[0].attributes.text(nl.IFLA_IFNAME) == "eth0"
    assert links[0].attributes.get(nl.IFLA_ADDRESS) == b"\1\2\3\4\5\6"
    assert links[0].attributes.number(nl.IFLA_ADDRESS) is None
    assert links[1] is not None
    assert links[1].attributes.get(99) == b""
    assert links[2] is None


def test_numbers_and_next_hops() -> None:
    hops = b"".join(struct.pack("=HBBi", 16, 0, 0, index) + attribute(5, b"\n\0\0\1") for index in (3, 4))
    body = route_body(24, attribute(nl.RTA_OIF, struct.pack("=I", 7)) + attribute(nl.RTA_MULTIPATH, hops))
    route = nl.route(body)
    assert route is not None
    assert (route.dst_len, route.attributes.number(nl.RTA_OIF)) == (24, 7)
    assert list(nl.next_hops(route.attributes.get(nl.RTA_MULTIPATH))) == [(3, b"\n\0\0\1"), (4, b"\n\0\0\1")]


def test_errors() -> None:
    assert nl.error_number(struct.pack("=i", -1) + bytes(16)) == 1
    assert nl.error_number(struct.pack("=i", 0)) == nl.error_number(b"") == 0


def test_the_kernel_understands_a_request_and_we_its_answer() -> None:
    """It tells its links to everybody; the loopback is the first."""
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, socket.NETLINK_ROUTE) as sock:
        sock.settimeout(DEADLINE)
        sock.send(nl.dump_request(nl.RTM_GETLINK))
        names: dict[int, str] = {}
        done = False
        while not done:
            for kind, body in nl.messages(sock.recv(65536)):
                done = done or kind in (nl.NLMSG_DONE, nl.NLMSG_ERROR)
                if kind == nl.RTM_NEWLINK and (link := nl.link(body)) is not None:
                    names[link.ifindex] = link.attributes.text(nl.IFLA_IFNAME)
    assert names[1] == "lo"


def test_events_of_the_monitor() -> None:
    data = message(nl.RTM_NEWLINK, link_body(2, b"vif4.0")) + message(nl.RTM_DELLINK, link_body(3, b"eth0"))
    data += message(nl.RTM_NEWADDR, bytes(8)) + message(nl.RTM_NEWROUTE, route_body(0))
    data += message(nl.RTM_DELROUTE, route_body(1)) + message(nl.RTM_NEWRULE, bytes(12))
    data += message(nl.RTM_NEWROUTE, route_body(32)) + message(nl.RTM_NEWROUTE, b"\2\0")
    assert monitor.parse(data) == [
        Event("vif4.0"), Event("eth0", gone=True, uplink=True), *[Event(uplink=True)] * 5,
    ]  # fmt: skip


@given(anything)
def test_any_bytes_end_and_raise_nothing(data: bytes) -> None:
    for kind, body in nl.messages(data):
        assert 0 <= kind <= 0xFFFF
        assert len(body) <= len(data) - 16
    for read in (nl.link, nl.address, nl.route, nl.neighbour, nl.rule, nl.settings):
        taken = read(data)
        if taken is not None:
            for kind, payload in taken.attributes:
                assert kind <= 0x3FFF
                assert len(payload) <= len(data)
            taken.attributes.text(nl.IFLA_IFNAME)
            taken.attributes.number(nl.RTA_OIF)
    assert all(isinstance(index, int) and len(router) <= len(data) for index, router in nl.next_hops(data))
    nl.error_number(data)


@given(anything)
def test_any_bytes_do_no_harm_to_who_listens(data: bytes) -> None:
    assert all(isinstance(event, Event) for event in monitor.parse(data))
    watch = LinkWatch.__new__(LinkWatch)  # without its socket
    watch._macs = {}
    watch._note(data)
    assert watch._note(data) in (True, False)
