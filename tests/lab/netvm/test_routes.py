"""The routing tables of the seed, on a running machine."""

from __future__ import annotations

import json

import pytest

from ..conftest import Lab


def _rows(lab: Lab, *arguments: str) -> list[dict[str, object]]:
    rows: list[dict[str, object]] = json.loads(lab.out("dom0", "qnet", "routes", "--json", *arguments))
    return rows


def test_the_netvms_table_is_the_seeds(lab: Lab) -> None:
    rows = _rows(lab)
    vifs = [row for row in rows if str(row["iface"]).startswith("vif")]
    expected = {(lab.address(name), f"vif{lab.id(name)}.0") for name in ("work", "personal")}
    assert {(row["destination"], row["iface"]) for row in vifs} == expected
    for row in vifs:
        assert (row["gateway"], row["genmask"], row["flags"]) == ("0.0.0.0", "255.255.255.255", "UH")
    rest = [
        (row["destination"], row["gateway"], row["genmask"], row["flags"], row["iface"]) for row in rows[len(vifs) :]
    ]
    assert rest == [
        ("192.168.0.0", "0.0.0.0", "255.255.255.0", "U", "eth0"),
        ("0.0.0.0", "192.168.0.1", "0.0.0.0", "UG", "eth0"),
    ]


def test_the_newest_domain_has_the_best_metric(lab: Lab) -> None:
    metrics = {row["iface"]: row["metric"] for row in _rows(lab)}
    older, newer = sorted((lab.id("work"), lab.id("personal")))
    assert int(str(metrics[f"vif{newer}.0"])) < int(str(metrics[f"vif{older}.0"]))


def _netvm(lab: Lab, command: str) -> str:
    return lab.exec("netvm", "sh", "-c", command.replace("WORK", lab.address("work")), check=False).stdout.strip()


def _way(lab: Lab, address: str) -> str:
    """How the netvm would send a packet there, or why not."""
    done = lab.exec("netvm", "ip", "-4", "route", "get", address, check=False)
    return (done.stdout or done.stderr).strip()


def test_the_domains_routes_are_in_a_table_of_their_own_that_is_looked_up_first(lab: Lab) -> None:
    assert "vif" not in lab.out("netvm", "ip", "-4", "route", "show", "table", "main")
    assert lab.address("work") in lab.out("netvm", "ip", "-4", "route", "show", "table", "118")
    rules = [line.split() for line in lab.out("netvm", "ip", "-N", "-4", "rule").splitlines()]
    by_link = [words[:7] for words in rules[1:3]]
    assert sorted(by_link) == [["116:", "from", "all", "iif", link, "lookup", "118"] for link in ("eth0", "lo")]
    assert rules[3][:5] == ["117:", "from", "10.137.0.0/16", "lookup", "119"]
    assert rules[4][:5] == ["118:", "from", "all", "lookup", "118"]
    assert "vif" not in lab.out("netvm", "ip", "-4", "route", "show", "table", "119")


@pytest.mark.parametrize(
    "route",
    [
        # as DHCP's option 121 has NetworkManager set it, and stranger ones
        "WORK/32 via 192.168.0.1 dev eth0 metric 0", "WORK/32 dev eth0 metric 1", "unreachable WORK/32 metric 0",
        "10.137.0.0/24 via 192.168.0.1 dev eth0", "10.0.0.0/8 via 192.168.0.1 dev eth0",
    ],
)  # fmt: skip
def test_no_route_of_an_uplink_takes_a_domain_off_the_net(lab: Lab, route: str) -> None:
    assert _netvm(lab, f"ip route add {route} && echo done") == "done"
    try:
        assert f"dev vif{lab.id('work')}.0" in _way(lab, lab.address("work"))
        assert lab.out("work", "curl", "-s", "-m", "5", "http://www.test/").startswith("Hello from isp1.")
    finally:
        _netvm(lab, f"ip route delete {route}")


@pytest.mark.parametrize(
    "route", ["10.137.0.99/32 via 192.168.0.1", "10.0.0.0/8 via 192.168.0.1", "192.0.2.0/24 dev eth0"]
)
def test_nobodys_address_of_ours_leads_nowhere(lab: Lab, route: str) -> None:
    assert _netvm(lab, f"ip route add {route} && echo done") == "done"
    try:
        for nobody in ("10.137.0.99", "10.137.200.1"):
            assert "Invalid argument" in _way(lab, nobody)
    finally:
        _netvm(lab, f"ip route delete {route}")


def test_an_uplink_within_our_addresses_has_a_router(lab: Lab) -> None:
    """Its router is a way out and can be reached, its address is its own, and the rest of its net is not sent to."""
    add = "ip address add 10.137.5.2/24 dev eth0 && ip route add default via 10.137.5.1 dev eth0 metric 9 && echo done"
    before = _netvm(lab, "ip route show table 118; ip route show table 119")
    assert _netvm(lab, add) == "done"
    try:
        assert "via 10.137.5.1 dev eth0" in _way(lab, "203.0.113.11")
        assert _way(lab, "10.137.5.2").startswith("local 10.137.5.2")
        lab.wait("the router", lambda: _way(lab, "10.137.5.1").startswith("10.137.5.1 dev eth0"))
        assert "Invalid argument" in _way(lab, "10.137.5.3")
    finally:
        _netvm(lab, "ip route delete default via 10.137.5.1; ip address delete 10.137.5.2/24 dev eth0")
    lab.wait("as before", lambda: _netvm(lab, "ip route show table 118; ip route show table 119") == before)


def test_a_domains_table_is_the_seeds_one_line(lab: Lab) -> None:
    assert _rows(lab, "--domain", "work") == [
        {"destination": "0.0.0.0", "gateway": "0.0.0.0", "genmask": "0.0.0.0", "flags": "U", "metric": 0, "ref": 0,
         "use": 0, "iface": "eth0"}
    ]  # fmt: skip
    assert lab.out("work", "ip", "-4", "route").splitlines() == ["default dev eth0 proto static scope link"]
    assert lab.out("work", "ip", "-6", "address", "show", "dev", "eth0") == ""


def test_a_domain_without_vif_has_nothing(lab: Lab) -> None:
    assert lab.out("vault", "ip", "-4", "route") == ""
    assert "nameserver" not in lab.out("vault", "cat", "/etc/resolv.conf")


def test_dom0_has_no_network(lab: Lab) -> None:
    assert lab.out("dom0", "ip", "-br", "link").split()[0] == "lo"
    assert lab.out("dom0", "ip", "-4", "route") == ""


def test_the_table_as_people_read_it(lab: Lab) -> None:
    head = lab.out("dom0", "qnet", "routes").splitlines()[0]
    assert head.split() == ["Destination", "Gateway", "Genmask", "Flags", "Metric", "Ref", "Use", "Iface"]
