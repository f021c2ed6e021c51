"""An AppVM's own set-up: exact, idempotent, and nothing left when its vif goes."""

from __future__ import annotations

import json

import pytest
from waiting import DEADLINE

from qnet_gui.store.client import Store

from ..conftest import Lab

_PICTURE = "ip -o address; ip route; ls -i /etc/resolv.conf; cat /etc/resolv.conf; ls -a /etc | grep qnet"


def _home(lab: Lab, domain: str) -> str:
    return f"/local/domain/{lab.id(domain)}"


def _report(lab: Lab, domain: str, field: str) -> str:
    return lab.out("dom0", "xenstore-read", f"{_home(lab, domain)}/data/qnet/guest/{field}")


def test_running_it_again_changes_nothing(lab: Lab) -> None:
    before = lab.exec("work", "sh", "-c", _PICTURE, check=False).stdout
    monitor = lab.popen("work", "timeout", "2", "ip", "monitor", "address", "route", "link", stdout=-1, text=True)
    lab.exec("work", "qnet-guest")
    output, _ = monitor.communicate(timeout=DEADLINE)
    assert "eth0" not in output
    assert lab.exec("work", "sh", "-c", _PICTURE, check=False).stdout == before


def test_it_tells_dom0_what_it_set(lab: Lab) -> None:
    assert _report(lab, "work", "address") == lab.address("work")
    assert _report(lab, "work", "route") == "0.0.0.0 0.0.0.0 0.0.0.0 U 0 0 0 eth0"
    assert _report(lab, "work", "servers") == "10.139.1.1 10.139.1.2"


def test_it_repairs_what_somebody_changed(lab: Lab) -> None:
    lab.exec("work", "sh", "-ec", "ip address add 10.9.9.9/24 dev eth0; ip route add 10.8.0.0/16 dev eth0; "
             "ln -sf /nowhere /etc/resolv.conf")  # fmt: skip
    lab.exec("work", "qnet-guest")
    assert lab.out("work", "ip", "-4", "route") == "default dev eth0 proto static scope link"
    assert "10.9.9.9" not in lab.out("work", "ip", "address")
    assert lab.out("work", "cat", "/etc/resolv.conf").endswith("nameserver 10.139.1.1\nnameserver 10.139.1.2")
    assert lab.out("work", "curl", "-s", "http://www.test/").startswith("Hello from isp1.")


def test_a_dual_stack_domain_is_served_and_told_its_ipv4_address(lab: Lab) -> None:
    """A toolstack that knows two addresses of a card writes both, with a blank between them."""
    lab.add("dual")
    try:
        number = lab.id("dual")
        address, both = "10.137.0.99", "10.137.0.99 fd09:24ef:4179::a89:63"

        def change(store: Store) -> None:
            for node in (f"/libxl/{number}/device/vif/0", f"/local/domain/{lab.id('netvm')}/backend/vif/{number}/0"):
                store.write(f"{node}/ip", both)

        with lab.store("dom0") as dom0:
            dom0.atomically(change)
            path = f"{_home(lab, 'dual')}/qnet/address"
            lab.wait("what dom0 tells it", lambda: dom0.read(path) == address.encode())
        lab.wait(
            "its route",
            lambda: f"{address} dev vif{number}.0" in lab.out("netvm", "ip", "route", "show", "table", "118"),
        )
        lab.exec("dual", "qnet-guest")
        assert f"inet {address}/32" in lab.out("dual", "ip", "address", "show", "eth0")
        assert lab.out("dual", "curl", "-s", "http://www.test/").startswith("Hello from isp1.")
        status = json.loads(lab.out("dom0", "qnet", "status", "--json"))
        assert next(domain["address"] for domain in status["domains"] if domain["name"] == "dual") == address
    finally:
        lab.remove("dual")


@pytest.mark.parametrize("value", ["nonsense", "127.0.0.1", "10.137.0.10/8", "1" * 3000])
def test_an_address_that_is_none_is_refused_and_the_network_is_off(fresh_lab: Lab, value: str) -> None:
    lab = fresh_lab
    lab.expect_log("work-qnet-guest|^<3>.* qnet-guest: ")
    lab.stop_program("dom0", "qnet-helper")  # it would put things right at once
    lab.exec("dom0", "xenstore-write", f"{_home(lab, 'work')}/qnet/address", value)
    done = lab.exec("work", "qnet-guest", check=False)
    assert done.returncode == 1
    assert done.stderr.startswith("<3>")
    assert "Traceback" not in done.stderr
    assert lab.out("work", "ip", "-4", "route") == ""
    assert "nameserver" not in lab.out("work", "cat", "/etc/resolv.conf")
    assert _report(lab, "work", "address") == ""


def test_a_vif_that_goes_leaves_nothing(fresh_lab: Lab) -> None:
    lab = fresh_lab
    lab.expect_log(
        r"vif2\.0 (has no node|failed with status 1)|for vif2\.0 failed"
    )  # a script that was still under way
    vif = {"frontend": lab.id("work"), "devid": 0}
    lab.ask("detach_vif", **vif)
    lab.wait("no name servers", lambda: "nameserver" not in lab.out("work", "cat", "/etc/resolv.conf"))
    assert lab.out("work", "ip", "-4", "route") == ""
    lab.wait("an empty report", lambda: _report(lab, "work", "address") == "")
    assert "vif" not in lab.out("netvm", "ip", "-4", "route")
    status = json.loads(lab.out("dom0", "qnet", "status", "--json"))
    assert next(domain for domain in status["domains"] if domain["name"] == "work")["vif"] == ""


def test_a_restarted_netvm_serves_its_domains_again(fresh_lab: Lab) -> None:
    """Whatever attaches them again, the domain's own configuration is as before."""
    lab = fresh_lab
    before = lab.out("work", "cat", "/etc/resolv.conf")
    lab.restart("netvm")
    lab.online("work")
    assert lab.out("work", "cat", "/etc/resolv.conf") == before
    lab.wait("an uplink", lambda: lab.exec("work", "curl", "-s", "-m", "2", "http://www.test/", check=False).stdout)
