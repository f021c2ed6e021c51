"""/etc/resolv.conf, whatever it is and whatever stands in it: as the C library reads it, and nobody waits for it."""

from __future__ import annotations

import os
from collections.abc import Callable
from ipaddress import IPv4Address
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qnet_gui.netvm.dns import resolv_conf
from qnet_gui.netvm.dns.resolv_conf import ResolvConf


def ips(*texts: str) -> tuple[IPv4Address, ...]:
    return tuple(map(IPv4Address, texts))


@pytest.mark.parametrize(
    ("text", "servers"),
    [
        ("# nameserver 10.0.0.9\nsearch a\nnameserver 10.0.0.1\nnameserver\t10.0.0.2 # b\n", ["10.0.0.1", "10.0.0.2"]),
        ("nameserver\nnameserver nonsense\nnameservers 10.0.0.3\nnameserver 10.0.0.4", ["10.0.0.4"]),
        ("nameserver 10.0.0.1\r\noptions rotate\r\nnameserver 10.0.0.2\r\n", ["10.0.0.1", "10.0.0.2"]),
        # the C library passes over what does not begin the line, and ends a line by nothing but \n
        ("  nameserver 10.0.0.1\nnameserver 10.0.0.2\x0bnameserver 10.0.0.3\n", ["10.0.0.2"]),
        # and asks three, of whichever family
        ("".join(f"nameserver 10.0.0.{number}\n" for number in (1, 2, 3, 4)), ["10.0.0.1", "10.0.0.2", "10.0.0.3"]),
        ("nameserver fe80::1%eth0\nnameserver 2001:db8::1\nnameserver 10.0.0.3\nnameserver 10.0.0.4\n", ["10.0.0.3"]),
        ("nameserver fe80::1%eth0\nnameserver 2001:db8::1\nnameserver 2001:db8::2\nnameserver 10.0.0.4\n", []),
        # one on this machine, by whichever name
        ("nameserver ::1\n", ["127.0.0.1"]),
        ("nameserver 0.0.0.0\nnameserver ::\n", ["127.0.0.1", "127.0.0.1"]),
        ("nameserver 127.0.0.53\n", ["127.0.0.53"]),
    ],
)  # fmt: skip
def test_the_servers_are_those_that_the_netvms_own_programs_ask(text: str, servers: list[str]) -> None:
    assert resolv_conf.parse(text) == ips(*servers)


@given(st.text(max_size=200))
def test_any_text_is_a_resolv_conf(text: str) -> None:
    resolv_conf.parse(text)


def _open_files() -> int:
    return sum(1 for _ in Path("/proc/self/fd").iterdir())


def _large(path: Path, before: int, servers: str) -> None:
    path.write_text("#\n" * (before // 2) + servers)


MEGABYTE = 1 << 20
WHATEVER: dict[str, tuple[Callable[[Path], Any], tuple[IPv4Address, ...]]] = {
    "missing": (lambda path: None, ()),
    "a link to nowhere": (lambda path: path.symlink_to("/nowhere/resolv.conf"), ()),
    "a link to itself": (lambda path: path.symlink_to(path.name), ()),
    "a folder": (lambda path: path.mkdir(), ()),
    "a pipe that nobody writes into": (lambda path: os.mkfifo(path), ()),
    "a device without an end": (lambda path: path.symlink_to("/dev/zero"), ()),
    "a large file": (lambda path: _large(path, 100_000, "nameserver 10.0.0.1\n"), ips("10.0.0.1")),
    "one that is cut within an address": (lambda path: _large(path, MEGABYTE - 18, "nameserver 10.0.0.10\n"), ()),
}


@pytest.mark.parametrize("what", WHATEVER)
def test_whatever_stands_in_its_place_is_borne(what: str, tmp_path: Path) -> None:
    path, (make, servers) = tmp_path / "resolv.conf", WHATEVER[what]
    make(path)
    read = ResolvConf(lambda: None, path)
    assert read.servers == servers
    opened = _open_files()
    for _ in range(3):
        read.look()
    assert _open_files() == opened


def test_it_is_followed_through_all_links_and_back(tmp_path: Path, loop: Any) -> None:
    path, middle, changes = tmp_path / "resolv.conf", tmp_path / "middle", []
    for name in ("first", "second"):
        (tmp_path / name).write_text(f"nameserver 10.0.0.{len(name)}\n")
    middle.symlink_to("first")
    path.symlink_to("middle")
    read = ResolvConf(lambda: changes.append(read.servers), path)
    assert read.servers == ips("10.0.0.5")
    middle.unlink()
    middle.symlink_to("second")
    loop.until(lambda: read.servers == ips("10.0.0.6"))
    path.unlink()
    path.symlink_to(path.name)
    loop.until(lambda: read.servers == ())
    path.unlink()
    path.write_text("nameserver 10.0.0.7\n")
    loop.until(lambda: read.servers == ips("10.0.0.7"))
    assert changes[-1] == ips("10.0.0.7")


def test_it_is_followed_through_folders_that_are_links(tmp_path: Path, loop: Any) -> None:
    """One generation's folder is put in the place of another's, and nothing in either changes."""
    path, current = tmp_path / "resolv.conf", tmp_path / "current"
    for name in ("first", "second"):
        (tmp_path / name / "etc").mkdir(parents=True)
        (tmp_path / name / "etc" / "servers").write_text(f"nameserver 10.0.0.{len(name)}\n")
    current.symlink_to("first")
    path.symlink_to("first/../current/./etc/servers")
    read = ResolvConf(lambda: None, path)
    assert read.servers == ips("10.0.0.5")
    (tmp_path / "new").symlink_to("second")
    (tmp_path / "new").rename(current)
    loop.until(lambda: read.servers == ips("10.0.0.6"))
    current.unlink()
    current.symlink_to("current/..")
    loop.until(lambda: read.servers == ())
    current.unlink()
    current.symlink_to(tmp_path / "first")
    loop.until(lambda: read.servers == ips("10.0.0.5"))
