"""A VPN that NetworkManager makes by OpenVPN's own programs: the snapshot says what the kernel does, in every state."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from .conftest import Lab
from .test_uplinks import FAR, default_routes, nothing_in_clear, problems, servers, status, uplinks, whoami

_OPENVPN = "/usr/sbin/openvpn"
_CIPHER = "AES-256-CBC"
_NEAR_END, _FAR_END = "10.8.0.2", "10.8.0.1"
_CABLE = [("eth0", "cable", "up", True)]
_TUNNEL = [("tun0", "vpn", "up", True), ("eth0", "cable", "up", False)]


@contextmanager
def _running(lab: Lab, *command: str, ready: str) -> Iterator[None]:
    """A program of the provider's, which says `ready` once it is."""
    process = lab.popen("isp1", *command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    try:
        assert process.stdout is not None
        said = ""
        while ready not in said:
            said = process.stdout.readline()
            assert said, f"{command[0]} ended"
        yield
    finally:
        process.terminate()
        process.communicate()


@pytest.fixture
def office(fresh_lab: Lab, tmp_path: Path) -> Iterator[Lab]:
    """A lab with the VPN's far end and its name server at the provider, and with the connection in the netvm, down."""
    lab, key = fresh_lab, tmp_path / "key"
    lab.wait("the first provider", lambda: uplinks(lab)[:1] == _CABLE)
    lab.exec("isp1", _OPENVPN, "--genkey", "secret", str(key))
    lab.exec("netvm", "tee", "/etc/office.key", input=key.read_text())
    far = [_OPENVPN, "--dev", "tun0", "--secret", str(key), "--cipher", _CIPHER, "--ifconfig", _FAR_END, _NEAR_END]
    answers = ["/usr/sbin/dnsmasq", "--keep-in-foreground", "--conf-file=/dev/null", "--log-facility=-", "--pid-file=",
               "--user=root", "--no-resolv", "--no-hosts", "--bind-interfaces", f"--listen-address={_FAR_END}",
               f"--host-record=whoami.test,{FAR}"]  # fmt: skip
    data = f"connection-type=static-key, static-key=/etc/office.key, remote=192.168.0.1, cipher={_CIPHER}, "
    with _running(lab, *far, ready="UDPv4 link remote"), _running(lab, *answers, ready="started"):
        lab.exec(
            "netvm", "nmcli", "connection", "add", "type", "vpn", "con-name", "office", "vpn-type", "openvpn",
            "ipv4.dns", _FAR_END, "ipv6.method", "disabled",
            "vpn.data", f"{data}local-ip={_NEAR_END}, remote-ip={_FAR_END}", timeout=20,
        )  # fmt: skip
        yield lab


def _connect(lab: Lab) -> None:
    lab.exec("netvm", "nmcli", "connection", "up", "office", timeout=40)
    lab.wait("the VPN", lambda: uplinks(lab)[:2] == _TUNNEL and servers(lab) == [_FAR_END])


def _on_cable(lab: Lab) -> bool:
    rows = uplinks(lab)
    return rows[:1] == _CABLE and "tun0" not in {name for name, *_ in rows} and whoami(lab) == "192.0.2.1"


def _page(lab: Lab) -> str:
    return lab.exec("work", "curl", "-s", "-m", "5", "http://203.0.113.11/", check=False).stdout


def test_an_openvpn_of_networkmanagers_is_the_way_out(office: Lab) -> None:
    before = office.out("netvm", "sh", "-c", "ip -4 -o address show eth0 | sed 's/.*inet //; s,/.*,,'")
    assert before in _page(office)
    _connect(office)
    assert problems(office) == []
    assert status(office)["uplinks"][0]["connection"] == "office"
    assert status(office)["dns"]["source"] == "networkmanager"
    assert default_routes(office)[0] == "tun0"
    with nothing_in_clear(office, "cable"):
        assert [whoami(office) for _ in range(3)] == [FAR] * 3
    assert _NEAR_END in _page(office)
    office.exec("netvm", "nmcli", "connection", "down", "office", timeout=20)
    office.wait("the cable", lambda: _on_cable(office))
    assert before in _page(office)
    assert problems(office) == []


def test_an_openvpn_that_dies_is_no_way_out_any_more(office: Lab) -> None:
    _connect(office)
    office.exec("netvm", "kill", "-KILL", *office.out("netvm", "pgrep", "-x", "openvpn").split())
    office.wait("the cable", lambda: _on_cable(office))
    assert problems(office) == []
