"""A netvm goes and comes back: its domains are attached again by themselves, each once, and only to where they were."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator

import pytest

from qnet_gui.model.domain import NetvmState

from .. import netvms
from ..conftest import Lab, running
from ..netvms import backends, page, qnet, served_by, state, until_page
from ..upgrade import Upgrade


@pytest.fixture(scope="module")
def two() -> Iterator[Lab]:
    """A lab with two netvms, isp1 behind the one and isp2 behind the other."""
    with running("--netvms", "netvm,netvm2") as lab:
        lab.expect_log("qnet-guest: There (was|is) no (eth0|address)")  # netvms go while it is at work
        yield lab


def test_a_netvm_that_is_restarted_gets_its_domains_again(two: Lab) -> None:
    before, mac = state(two, "work"), two.out("work", "cat", "/sys/class/net/eth0/address")
    two.restart("netvm")
    assert [page(two, domain) for domain in ("work", "personal")] == ["isp1", "isp1"]
    assert state(two, "work") == before
    assert two.out("work", "cat", "/sys/class/net/eth0/address") == mac
    assert served_by(two, "work", "netvm")
    assert backends(two, "vault") == []


def test_while_it_is_away_its_domains_are_as_they_were_and_wait(two: Lab) -> None:
    two.stop("netvm")
    two.wait("no netvm", lambda: state(two, "work")["vif"] == "")
    with two.store("dom0") as store:
        assert store.read(f"/local/domain/{two.id('work')}/qnet/address") == two.address("work").encode()
    assert len(backends(two, "work")) == 1
    two.command("start", "netvm")
    until_page(two, "work", "isp1")


def test_dom0_stops_starts_and_restarts_it_by_its_helper(two: Lab) -> None:
    two.out("dom0", "qnet", "netvm", "stop")
    assert "netvm" in two.status()["stopped"]
    refused = two.exec("dom0", "qnet", "netvm", "restart", check=False)
    assert refused.returncode
    assert "netvm is not running." in refused.stderr
    assert two.out("dom0", "qnet", "netvm", "start").endswith("netvm runs.")
    until_page(two, "work", "isp1")
    before = two.id("netvm")
    two.out("dom0", "qnet", "netvm", "restart")
    assert two.id("netvm") != before
    until_page(two, "work", "isp1")


def test_a_crash_in_the_middle_of_traffic(two: Lab) -> None:
    """Its first process dies, as when its kernel does; nobody has told its domains."""
    os.kill(next(entry["pid"] for entry in two.status()["domains"] if entry["name"] == "netvm"), signal.SIGKILL)
    two.wait("it is dead", lambda: state_of(two, "netvm") != "running")
    two.restart("netvm")
    for domain in ("work", "personal"):
        until_page(two, domain, "isp1")


def state_of(lab: Lab, domain: str) -> str:
    return str(next(entry["state"] for entry in lab.status()["domains"] if entry["name"] == domain))


def test_a_paused_domain_has_its_network_again_when_it_wakes(two: Lab) -> None:
    two.pause("work")
    two.stop("netvm")
    two.command("start", "netvm")
    two.wait("a card", lambda: served_by(two, "work", "netvm"))
    two.unpause("work")
    until_page(two, "work", "isp1")


def test_who_was_cut_off_stays_so(two: Lab) -> None:
    qnet(two, "domain", "detach", "work")
    two.restart("netvm")
    until_page(two, "personal", "isp1")
    assert backends(two, "work") == []
    assert page(two, "work") == ""
    qnet(two, "domain", "attach", "work")
    assert page(two, "work") == "isp1"


def test_who_is_cut_off_while_the_netvm_is_away_stays_so_too(two: Lab) -> None:
    two.stop("netvm")
    two.wait("no netvm", lambda: state(two, "work")["vif"] == "")
    qnet(two, "domain", "detach", "work")
    two.command("start", "netvm")
    until_page(two, "personal", "isp1")
    assert backends(two, "work") == []
    qnet(two, "domain", "attach", "work")
    assert page(two, "work") == "isp1"


def test_the_helper_was_away_meanwhile(two: Lab) -> None:
    two.stop_program("dom0", "qnet-helper")
    two.ask("restart", name="netvm")
    two.start_program("dom0", "qnet-helper")
    for domain in ("work", "personal"):
        until_page(two, domain, "isp1")
        assert served_by(two, domain, "netvm")


def test_nobody_comes_back_to_another_netvm_than_his_own(two: Lab) -> None:
    qnet(two, "netvm", "set", "netvm2")
    qnet(two, "domain", "detach", "work")
    qnet(two, "domain", "attach", "work")
    assert (page(two, "work"), page(two, "personal")) == ("isp2", "isp1")
    two.stop("netvm")
    two.restart("netvm2")
    until_page(two, "work", "isp2")
    assert page(two, "personal") == ""
    assert not served_by(two, "personal", "netvm2")
    two.command("start", "netvm")
    until_page(two, "personal", "isp1")
    qnet(two, "netvm", "set", "netvm")


def test_whom_a_dead_netvm_served_can_be_moved(two: Lab) -> None:
    two.stop("netvm")
    two.wait("no netvm", lambda: state(two, "personal")["vif"] == "")
    qnet(two, "netvm", "set", "netvm2", "--move")
    assert page(two, "personal") == "isp2"
    two.command("start", "netvm")
    two.wait("its agent", lambda: not netvms.dead_agent(two, "netvm"))
    assert served_by(two, "personal", "netvm2")
    qnet(two, "netvm", "set", "netvm", "--move")
    until_page(two, "work", "isp1")


def test_a_toolstack_that_does_not_answer_for_a_while(two: Lab) -> None:
    two.expect_log("qnet-helper: the hypervisor does not tell its domains")
    two.stop("netvm")
    two.exec("dom0", "mount", "--bind", "/dev/null", "/run/xen/lab-hypervisor")
    try:
        two.ask("start", name="netvm")
        two.wait("its agent", lambda: not netvms.dead_agent(two, "netvm"))
    finally:
        two.exec("dom0", "umount", "/run/xen/lab-hypervisor")
    for domain in ("work", "personal"):
        until_page(two, domain, "isp1", 30)


def test_a_netvm_that_was_paused_when_it_was_made_serves_as_soon_as_it_reports(two: Lab) -> None:
    """Found on a real Xen, where a toolstack makes domains paused, and nobody tells when it lets them go on."""
    upgrade = Upgrade(two)
    try:
        two.pause("netvm")
        assert upgrade.snapshot().netvm.state is NetvmState.PAUSED  # who asks has the helper ask the hypervisor
        two.unpause("netvm")
        two.restart_program("netvm", "qnet-agent")
        upgrade.spin("the news", lambda: (last := upgrade.last_snapshot) and last.netvm.state is NetvmState.RUNNING)
    finally:
        two.unpause("netvm")
        upgrade.close()
