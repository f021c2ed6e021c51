"""A resolver on the netvm's loopback answers the domains where its administrator says so, and nothing else there."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from waiting import DEADLINE

from .. import packets, real_resolved
from ..conftest import Lab
from .test_uplinks import name, problems, status, whoami

PACKETS = str(Path(packets.__file__))
LOCAL = "198.51.100.9"
DNSMASQ = (
    "/usr/sbin/dnsmasq --keep-in-foreground --conf-file=/dev/null --log-facility=- --pid-file= --user=root --group=root"
    " --no-resolv --no-hosts --listen-address=127.0.0.1 --bind-interfaces --local-service"
    f" --address=/whoami.test/{LOCAL}"
)


@contextmanager
def resolver(lab: Lab) -> Iterator[None]:
    """As unbound and dnscrypt-proxy are by default: nobody is answered but the netvm itself."""
    with lab.popen("netvm", *DNSMASQ.split(), stderr=subprocess.DEVNULL) as process:
        yield
        process.terminate()


def _own(lab: Lab) -> str:
    return lab.out("work", "cat", "/sys/class/net/eth0/address")


@pytest.fixture
def asking(fresh_lab: Lab) -> Iterator[Lab]:
    """A netvm that asks its own resolver, and may let it answer the domains."""
    lab = fresh_lab
    name(lab, "127.0.0.1")
    lab.exec(
        "netvm", "sh", "-c", "mkdir -p /etc/qnet; printf '[netvm]\\nlocal_resolver = true\\n' >/etc/qnet/qnet.toml"
    )
    lab.restart_program("netvm", "qnet-agent")
    with resolver(lab):
        yield lab


def test_the_netvms_resolver_answers_every_domain_by_udp_and_tcp(asking: Lab) -> None:
    asking.wait("its answer", lambda: whoami(asking) == LOCAL)
    for transport in ("+notcp", "+tcp"):
        for virtual in ("10.139.1.1", "10.139.1.2"):
            answer = asking.out("work", "dig", "+short", "+tries=1", "+time=2", transport, "whoami.test", f"@{virtual}")
            assert answer == LOCAL
    asking.wait("no problem", lambda: problems(asking) == [])
    assert {redirect["real"] for redirect in status(asking)["dns"]["redirects"]} == {"10.137.0.1"}
    asking.add("later")  # a vif that comes when it is open already
    asking.online("later")
    assert asking.out("later", "dig", "+short", "+tries=1", "+time=2", "whoami.test", "@10.139.1.1") == LOCAL
    name(asking, "192.168.0.54")
    asking.wait("the provider's", lambda: whoami(asking) == "192.0.2.1")
    settings = asking.out("netvm", "sh", "-c", "cat /proc/sys/net/ipv4/conf/vif*/route_localnet")
    assert set(settings.split()) == {"0"}


def test_nothing_else_on_the_loopback_is_reached(asking: Lab) -> None:
    """By a domain that is root and sends what it likes: to port 53 itself, and to others beside."""
    asking.wait("its answer", lambda: whoami(asking) == LOCAL)
    address, own = asking.address("work"), _own(asking)
    watching = asking.popen(
        "netvm", "timeout", "3", "/usr/bin/python3", "-c",
        "import socket\ns = [socket.socket(socket.AF_INET, socket.SOCK_DGRAM) for _ in (1, 2)]\n"
        "s[0].bind(('127.0.0.1', 9)); s[1].bind(('0.0.0.0', 10))\n[x.setblocking(False) for x in s]\n"
        "print('ready', flush=True)\nimport time\ntime.sleep(2)\n"
        "for x in s:\n try: print('got', x.recv(99))\n except BlockingIOError: print('nothing')",
        stdout=-1, text=True,
    )  # fmt: skip
    assert watching.stdout is not None and watching.stdout.readline() == "ready\n"
    frames = [packets.udp(address, target, port, own=own)
              for target in ("127.0.0.1", "127.0.0.53", "10.137.0.1") for port in (9, 10, 53)]  # fmt: skip
    asking.exec("work", "/usr/bin/python3", PACKETS, "send", "3", *frames)
    said, _ = watching.communicate(timeout=DEADLINE)
    assert said == "nothing\nnothing\n"
    for target in ("10.137.0.1", "127.0.0.1"):
        done = asking.exec("work", "dig", "+short", "+tries=1", "+time=1", "whoami.test", f"@{target}", check=False)
        assert LOCAL not in done.stdout


def test_systemd_resolved_answers_the_domains_too(fresh_lab: Lab) -> None:
    """Its own listener hears what comes by the loopback only, which no domain's question does."""
    lab = fresh_lab
    lab.exec("netvm", "ln", "-sf", "/run/systemd/resolve/stub-resolv.conf", "/etc/resolv.conf")
    lab.exec(
        "netvm", "sh", "-c", "mkdir -p /etc/qnet; printf '[netvm]\\nlocal_resolver = true\\n' >/etc/qnet/qnet.toml"
    )
    with real_resolved.running(lab, "DNS=192.168.0.54"):
        lab.restart_program("netvm", "qnet-agent")
        lab.wait("that it is told", lambda: problems(lab) == ["local-resolver"])
    with real_resolved.running(lab, "DNS=192.168.0.54\nDNSSEC=no\nDNSStubListenerExtra=127.0.0.55"):
        lab.wait("its answer", lambda: whoami(lab) == "192.0.2.1")
        for transport in ("+notcp", "+tcp"):
            for virtual in ("10.139.1.1", "10.139.1.2"):
                question = f"dig +short +tries=1 +time=2 {transport} whoami.test @{virtual}"
                assert lab.out("work", *question.split()) == "192.0.2.1"
        assert {redirect["real"] for redirect in status(lab)["dns"]["redirects"]} == {"10.137.0.1"}
        assert problems(lab) == []


def test_it_is_off_where_nobody_said_so(fresh_lab: Lab) -> None:
    name(fresh_lab, "127.0.0.1")
    with resolver(fresh_lab):
        fresh_lab.wait("that it is told", lambda: problems(fresh_lab) == ["local-resolver"])
        assert whoami(fresh_lab) == ""
