"""A VPN of NetworkManager's own in the netvm: WireGuard, which the kernel and NetworkManager have by themselves.

Its far end is in another domain, with a page at the address that the world's page has: whoever gets that one came
through the tunnel.
"""

from __future__ import annotations

import json

from boot import Machine
from stack import DOMAINS
from test_story import CURL, PAGE

#: Private keys, with the public ones that belong to them; made for this test alone.
_NEAR = "oLPrc4G+eGrGQzXDwn3oiArjqWgqmi5m7tH83J+ymFM=", "dEL/5DpMWLNedYsUsoT01g+tnXEFgJd9KB/O2zDLG24="
_FAR = "wORVL0VfP7MNmQMjDKR2jKC02sBBXp5PX6HOXMuLkVg=", "9i2CgHkQtrbFEzwULjNeZIYlaFFZtl6GvIQE6GilSmc="
_FAR_END, _WORLDS_PAGE, _PORT = "10.9.0.1", "192.0.2.80", 51820
_BY_ADDRESS = f"curl -sS --max-time 5 http://{_WORLDS_PAGE}/"
_THROUGH = "through the tunnel"
_FAR_SIDE = f"""
modprobe wireguard
ip link add wg0 type wireguard
python3 - <<'END'
from pyroute2 import WireGuard
with WireGuard() as made:
    peer = {{"public_key": "{_NEAR[1]}", "allowed_ips": ["10.9.0.2/32"]}}
    made.set("wg0", private_key="{_FAR[0]}", listen_port={_PORT}, peer=peer)
END
ip address add {_FAR_END}/24 dev wg0
ip address add {_WORLDS_PAGE}/32 dev lo
ip link set wg0 up
mkdir -p /run/page
echo {_THROUGH} >/run/page/index.html
(python3 -m http.server 80 --bind {_WORLDS_PAGE} --directory /run/page >/dev/null 2>&1 &)
"""
_CONFIGURATION = f"""[Interface]
PrivateKey = {_NEAR[0]}
Address = 10.9.0.2/24
DNS = {_FAR_END}
[Peer]
PublicKey = {_FAR[1]}
Endpoint = {DOMAINS["work"]}:{_PORT}
AllowedIPs = 0.0.0.0/0
"""


def _sentence(machine: Machine) -> str:
    return machine.ok("qnet status").splitlines()[0]


def test_networkmanagers_wireguard_is_the_way_out_for_as_long_as_it_is_up(machine: Machine) -> None:
    """All leaves by it, by a rule and a table of NetworkManager's own, while the card below stays its primary one."""
    machine.ok(_FAR_SIDE, "work")
    before = _sentence(machine)
    assert machine.until(_BY_ADDRESS, "personal") == PAGE
    machine.write("/root/wg0.conf", _CONFIGURATION, "netvm")
    machine.ok("nmcli connection import type wireguard file /root/wg0.conf && nmcli connection up wg0", "netvm")
    machine.wait("the VPN", lambda: _sentence(machine) == "Connected through VPN wg0.")
    assert machine.until(f"{_BY_ADDRESS} | grep -Fx '{_THROUGH}'", "personal") == _THROUGH
    uplinks = machine.status()["uplinks"]
    assert [(row["name"], row["kind"]) for row in uplinks if row["primary"]] == [("wg0", "vpn")]
    # NetworkManager makes the way to it later than the way out; until then it would be asked beside the tunnel
    machine.wait("its names", lambda: {row["real"] for row in machine.status()["dns"]["redirects"]} == {_FAR_END})
    defaults = [row["iface"] for row in json.loads(machine.ok("qnet routes --json")) if row["genmask"] == "0.0.0.0"]
    assert defaults == ["wg0", "eth0", "eth1"]
    assert "Nothing is wrong" in machine.until("qnet doctor | tail -n 1")
    machine.ok("nmcli connection down wg0", "netvm")
    machine.wait("the card", lambda: _sentence(machine) == before)
    assert machine.until(CURL, "personal") == PAGE
