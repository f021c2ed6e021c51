"""VPNs by their own programs: the snapshot says what the kernel does, in every state.

OpenVPN as NetworkManager runs it, and WireGuard as wg-quick does, where the kernel has none by Debian's wireguard-go.
"""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from ..conftest import Lab
from .test_uplinks import FAR, default_routes, name, nothing_in_clear, problems, servers, status, uplinks, whoami

_OPENVPN = "/usr/sbin/openvpn"
_CIPHER = "AES-256-CBC"
_NEAR_END, _FAR_END = "10.8.0.2", "10.8.0.1"
#: The name server at the far end.
_ANSWERS = ("/usr/sbin/dnsmasq", "--keep-in-foreground", "--conf-file=/dev/null", "--log-facility=-", "--pid-file=",
            "--user=root", "--no-resolv", "--no-hosts", "--bind-interfaces", f"--listen-address={_FAR_END}",
            f"--host-record=whoami.test,{FAR}")  # fmt: skip
_CABLE = [("eth0", "cable", "up", True)]
#: The far end of a WireGuard, with whatever it keeps in /run for itself; ends, its link with it, when it is told to.
_PEER = f"""
mount -t tmpfs none /run && mkdir /run/wireguard
wireguard-go -f wg0 &
trap 'kill $!; exit' TERM
until wg set wg0 listen-port 51820 private-key $1 peer $2 allowed-ips {_NEAR_END}/32 2>/dev/null; do
    kill -0 $! || exit
    sleep 0.05
done
ip address add {_FAR_END}/24 dev wg0 && ip link set wg0 up && echo The far end is up.
wait
"""


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
    data = f"connection-type=static-key, static-key=/etc/office.key, remote=192.168.0.1, cipher={_CIPHER}, "
    with _running(lab, *far, ready="UDPv4 link remote"), _running(lab, *_ANSWERS, ready="started"):
        lab.exec(
            "netvm", "nmcli", "connection", "add", "type", "vpn", "con-name", "office", "vpn-type", "openvpn",
            "ipv4.dns", _FAR_END, "ipv6.method", "disabled",
            "vpn.data", f"{data}local-ip={_NEAR_END}, remote-ip={_FAR_END}",
        )  # fmt: skip
        yield lab


def _on_vpn(lab: Lab, link: str) -> bool:
    rows = [(link, "vpn", "up", True), ("eth0", "cable", "up", False)]
    return uplinks(lab)[:2] == rows and servers(lab) == [_FAR_END]


def _connect(lab: Lab) -> None:
    lab.exec("netvm", "nmcli", "connection", "up", "office")
    lab.wait("the VPN", lambda: _on_vpn(lab, "tun0"))


def _on_cable(lab: Lab) -> bool:
    rows = uplinks(lab)
    vpns = [name for name, kind, *_ in rows if kind == "vpn"]
    return rows[:1] == _CABLE and vpns == [] and whoami(lab) == "192.0.2.1"


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
    office.exec("netvm", "nmcli", "connection", "down", "office")
    office.wait("the cable", lambda: _on_cable(office))
    assert before in _page(office)
    assert problems(office) == []


def test_an_openvpn_that_dies_is_no_way_out_any_more(office: Lab) -> None:
    _connect(office)
    office.exec("netvm", "kill", "-KILL", *office.out("netvm", "pgrep", "-x", "openvpn").split())
    office.wait("the cable", lambda: _on_cable(office))
    assert problems(office) == []


def _key(lab: Lab, path: Path) -> str:
    """Make a private key; the public one."""
    path.write_text(lab.out("isp1", "wg", "genkey") + "\n")
    return lab.out("isp1", "wg", "pubkey", input=path.read_text())


@pytest.fixture
def wireguard(fresh_lab: Lab, tmp_path: Path) -> Iterator[Lab]:
    """A lab with a WireGuard's far end at the provider, and with wg-quick's settings in the netvm, down."""
    lab, near, far = fresh_lab, tmp_path / "near", tmp_path / "far"
    lab.wait("the first provider", lambda: uplinks(lab)[:1] == _CABLE)
    public_near, public_far = _key(lab, near), _key(lab, far)
    settings = (
        f"[Interface]\nPrivateKey = {near.read_text().strip()}\nAddress = {_NEAR_END}/24\n"
        f"[Peer]\nPublicKey = {public_far}\nEndpoint = 192.168.0.1:51820\nAllowedIPs = 0.0.0.0/0\n"
    )
    lab.exec("netvm", "sh", "-c", "umask 077; mkdir -p /etc/wireguard; cat >/etc/wireguard/wg0.conf", input=settings)
    peer = ["/usr/bin/unshare", "-m", "/bin/sh", "-c", _PEER, "peer", str(far), public_near]
    with _running(lab, *peer, ready="The far end is up."), _running(lab, *_ANSWERS, ready="started"):
        yield lab


def test_a_wireguard_of_wg_quicks_is_the_way_out(wireguard: Lab) -> None:
    lab = wireguard
    rules = lab.out("netvm", "ip", "-4", "rule")
    lab.exec("netvm", "wg-quick", "up", "wg0")
    lab.wait("the tunnel", lambda: uplinks(lab)[:1] == [("wg0", "vpn", "up", True)])
    with nothing_in_clear(lab, "cable"):  # the provider's servers are beside it still
        lab.wait("refusal", lambda: servers(lab) == [])
        name(lab, _FAR_END)  # what wg-quick has resolvconf do
        lab.wait("the VPN", lambda: _on_vpn(lab, "wg0") and problems(lab) == [])
        assert [whoami(lab) for _ in range(3)] == [FAR] * 3
        assert _NEAR_END in _page(lab)
    assert default_routes(lab)[0] == "wg0"
    lab.exec("netvm", "wg-quick", "down", "wg0")
    name(lab)
    lab.wait("the cable", lambda: _on_cable(lab) and problems(lab) == [])
    assert "192.168.0." in _page(lab)
    lab.wait(
        "rules as before",
        lambda: sorted(lab.out("netvm", "ip", "-4", "rule").splitlines()) == sorted(rules.splitlines()),
    )
