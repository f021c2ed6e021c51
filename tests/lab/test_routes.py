"""The routing tables of the seed, on a running machine."""

from __future__ import annotations

import json

from .conftest import Lab


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
