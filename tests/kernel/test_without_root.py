"""What anybody may ask of the kernel, and what it refuses who may not change anything; nothing here changes it."""

from __future__ import annotations

import ctypes
import errno
import gc
import os
import socket
from collections.abc import Iterator
from contextlib import closing
from ipaddress import IPv4Address, IPv4Interface
from pathlib import Path
from typing import Any

import pytest

from qnet_gui.kernel import sysctl
from qnet_gui.kernel.event_socket import EventSocket, dropping
from qnet_gui.kernel.monitor import Monitor
from qnet_gui.kernel.netlink_messages import IFLA_IFNAME, RTM_NEWLINK, RTM_NEWROUTE, RTM_NEWRULE, link
from qnet_gui.kernel.netlink_requests import (
    RouteSocket,
    dump_routes,
    dump_rules,
    get_link,
    get_neighbour,
    set_neighbour,
)
from qnet_gui.kernel.nft_monitor import NftMonitor
from qnet_gui.kernel.route_lookup import RouteLookup
from qnet_gui.model.errors import KernelError

_LOOPBACK = 1
_LOCAL_TABLE = 255
#: A protocol of netlink by which processes write to each other, so that whoever is no kernel can be played.
_USERSOCK = 2
_NOBODY = IPv4Address("127.0.0.77")


@pytest.fixture
def routes() -> Iterator[RouteSocket]:
    made = RouteSocket()
    yield made
    made.close()


def test_an_address_of_the_machines_own_goes_nowhere() -> None:
    with closing(RouteLookup()) as lookup:
        hop = lookup.hop(_NOBODY)
        assert hop is not None
        assert (hop.index, hop.local, hop.gateway) == (_LOOPBACK, True, None)
        # what comes in by a link with an address of this machine's own is no packet that the kernel would route
        assert lookup.hop_from(_NOBODY, _NOBODY, _LOOPBACK) == hop
        assert lookup.hop_from(_NOBODY, IPv4Address("192.0.2.1"), 2**31 - 1) == hop


def test_the_loopback_as_a_link_and_its_network() -> None:
    with closing(RouteLookup()) as lookup:
        info = lookup.link(_LOOPBACK)
        assert info is not None
        assert info.name == "lo"
        assert lookup.link(2**31 - 1) is None
        assert (_LOOPBACK, IPv4Interface("127.0.0.1/8")) in lookup.interfaces()


def test_others_are_hidden_behind_an_address_that_is_not_this_machines_alone() -> None:
    with closing(RouteLookup()) as lookup:
        assert lookup.usual_source(_LOOPBACK, _NOBODY) is None
        for index, own in lookup.interfaces():
            usual = lookup.usual_source(index, own.ip)
            assert usual is None or (index, usual) in [(other, there.ip) for other, there in lookup.interfaces()]


def test_one_thing_and_all_of_a_table(routes: RouteSocket) -> None:
    found = link(routes.get(get_link(_LOOPBACK)))
    assert found is not None
    assert found.attributes.text(IFLA_IFNAME) == "lo"
    assert routes.get(get_link(2**31 - 1)) == b""
    assert routes.get(get_neighbour(_LOOPBACK, _NOBODY.packed)) == b""
    assert RTM_NEWRULE in {kind for kind, _ in routes.dump(dump_rules())}
    assert {kind for kind, _ in routes.dump(dump_routes(_LOCAL_TABLE))} == {RTM_NEWROUTE}


def test_each_change_that_is_refused_has_its_own_number(routes: RouteSocket) -> None:
    expected = errno.ENODEV if os.geteuid() == 0 else errno.EPERM  # root is refused too: there is no such link
    wrong = set_neighbour(2**31 - 1, _NOBODY.packed, bytes(6))
    assert routes.change([wrong, wrong]) == [expected, expected]


def test_who_is_not_the_kernel_is_not_heard() -> None:
    other = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, _USERSOCK)
    with closing(EventSocket(_USERSOCK, 0)) as events, other:
        with socket.socket(fileno=os.dup(events.fileno())) as same:
            to = same.getsockname()
        other.bind((0, 0))
        other.sendto(b"forged", to)
        assert list(events.datagrams(lambda: pytest.fail("nothing was lost"))) == []


class _Broken:
    """A socket that says each of these once, then that nothing is there."""

    def __init__(self, *errors: int) -> None:
        self._errors = list(errors)

    def recvfrom(self, _size: int) -> tuple[bytes, tuple[int, int]]:
        raise OSError(self._errors.pop(0) if self._errors else errno.EAGAIN, "told")

    def close(self) -> None:
        pass


def test_that_events_were_lost_is_told_and_the_socket_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    lost: list[None] = []
    with closing(EventSocket(_USERSOCK, 0)) as events:
        monkeypatch.setattr(events, "_socket", _Broken(errno.ENOBUFS, errno.ENOBUFS))
        assert list(events.datagrams(lambda: lost.append(None))) == []
        assert len(lost) == 2
        monkeypatch.setattr(events, "_socket", _Broken(errno.ENOMEM))
        with pytest.raises(KernelError):
            list(events.datagrams(lambda: lost.append(None)))
        monkeypatch.undo()


def test_a_filter_that_the_kernel_takes() -> None:
    """Whether it drops the right ones is seen where somebody may make events; here that it is a valid program."""
    for portids, kinds in (([0, 7], [RTM_NEWLINK]), ([7], []), ([1, 2, 3], [16, 17, 20, 21])):
        with closing(EventSocket(socket.NETLINK_ROUTE, 1, dropping(portids, kinds))) as events:
            assert events.fileno() >= 0
            list(events.datagrams(lambda: None))


def test_whoever_only_watches_needs_no_right() -> None:
    with closing(Monitor(0)) as monitor:
        assert monitor.fileno() >= 0
        assert isinstance(monitor.read(lambda: None), list)


def test_who_may_not_see_rulesets_is_told_so_and_no_socket_is_left() -> None:
    try:
        NftMonitor(("inet",), "qnet", 0).close()
    except PermissionError:
        assert os.geteuid() != 0
    gc.collect()  # a socket that was left open would warn


def test_where_others_have_all_watches_the_settings_are_told_to_be_unwatched(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, log_guard: Any
) -> None:
    """Kubernetes and the like need very many; an agent that did not start for that left all domains without network."""
    log_guard.expect("settings cannot be watched: Too many open files")
    monkeypatch.setattr(sysctl, "_ROOT", str(tmp_path))
    (tmp_path / "one").write_text("0\n")

    class Libc:
        def inotify_init1(self, _flags: int) -> int:
            ctypes.set_errno(errno.EMFILE)
            return -1

    monkeypatch.setattr(ctypes, "CDLL", lambda *_, **__: Libc())
    with closing(sysctl.SettingsWatch(["one"])) as watch:
        (tmp_path / "one").write_text("1\n")
        assert watch.fileno() >= 0
        assert not watch.read()
