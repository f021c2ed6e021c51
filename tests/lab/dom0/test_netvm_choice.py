"""The choice of the netvm, and domains attached and cut off by hand, with real netvms and pages that tell the way."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from qnet_gui.store import keys

from .. import netvms
from ..conftest import Lab, running
from ..netvms import CONFIG, page, qnet, refusal, served_by, state, until_page

ELSEWHERE = "attached-elsewhere"


@pytest.fixture(scope="module")
def two() -> Iterator[Lab]:
    """A lab with two netvms, isp1 behind the one and isp2 behind the other."""
    with running("--netvms", "netvm,netvm2") as lab:
        yield lab


@pytest.fixture(autouse=True)
def _back(two: Lab) -> Iterator[None]:
    """Afterwards everybody is with the first netvm."""
    yield
    for domain in ("work", "personal"):
        two.unpause(domain)
    qnet(two, "netvm", "set", "netvm2")
    qnet(two, "netvm", "set", "netvm", "--move")
    for domain in ("work", "personal"):
        if not state(two, domain)["vif"]:
            qnet(two, "domain", "attach", domain)
        two.wait(f"{domain} with netvm", lambda domain=domain: served_by(two, domain, "netvm"))


def test_running_domains_are_moved_and_keep_what_they_had(two: Lab) -> None:
    before, mac = state(two, "work"), two.out("work", "cat", "/sys/class/net/eth0/address")
    assert page(two, "work") == "isp1"
    output = qnet(two, "netvm", "set", "netvm2", "--move")
    assert output.splitlines()[-1] == "netvm2 is the netvm now. Moved to it: personal, work."
    assert [page(two, domain) for domain in ("work", "personal")] == ["isp2", "isp2"]
    assert two.out("work", "cat", "/sys/class/net/eth0/address") == mac
    assert state(two, "work") == {**before, "netvm": "netvm2"}
    assert state(two, "netvm")["vif"] == state(two, "vault")["vif"] == ""
    assert "vif" not in two.out("netvm", "ip", "-4", "route")
    assert qnet(two, "netvm", "get") == "netvm2"
    assert json.loads(qnet(two, "status", "--json"))["isolation"]["without_netvm"] == ["vault"]
    assert "192.168.1" in qnet(two, "routes")


def test_without_moving_each_stays_with_the_netvm_that_it_has(two: Lab) -> None:
    assert qnet(two, "netvm", "set", "netvm2").splitlines()[-1] == "netvm2 is the netvm now."
    assert page(two, "work") == "isp1"
    assert state(two, "work")["netvm"] == "netvm"
    assert two.out("work", "cat", "/etc/resolv.conf").count("nameserver") == 2
    [problem] = [one for one in json.loads(qnet(two, "status", "--json"))["problems"] if one["code"] == ELSEWHERE]
    assert problem["arguments"]["names"] == ["personal", "work"]
    assert problem["cure"] == "qnet netvm set netvm2 --move moves them to it."
    qnet(two, "domain", "detach", "work")
    qnet(two, "domain", "attach", "work")
    assert page(two, "work") == "isp2"
    # the cure, as it is printed
    assert qnet(two, "netvm", "set", "netvm2", "--move").splitlines()[-1] == (
        "netvm2 is the netvm now. Moved to it: personal."
    )
    assert page(two, "personal") == "isp2"
    assert ELSEWHERE not in qnet(two, "status", "--json")


def test_the_choice_outlives_the_helper_and_the_file_keeps_its_comments(two: Lab) -> None:
    two.exec("dom0", "tee", CONFIG, input="# mine\n[dom0]\nminutes = 30  # enough\nnetvm = 'netvm'\n")
    qnet(two, "netvm", "set", "netvm2")
    assert two.out("dom0", "cat", CONFIG) == '# mine\n[dom0]\nminutes = 30  # enough\nnetvm = "netvm2"'
    two.restart_program("dom0", "qnet-helper")
    two.wait("the helper", lambda: two.exec("dom0", "qnet", "netvm", "get", check=False).stdout == "netvm2\n")


def test_a_choice_that_cannot_be_written_changes_nothing(two: Lab) -> None:
    two.expect_log("it failed: /etc/qnet/qnet.toml")
    two.exec("dom0", "mkdir", "-p", "/etc/qnet")
    two.exec("dom0", "tee", CONFIG, input="[dom0]\n")
    two.exec("dom0", "mount", "--bind", "-o", "ro", "/etc/qnet", "/etc/qnet")
    try:
        output = refusal(two, "netvm", "set", "netvm2", "--move")
    finally:
        two.exec("dom0", "umount", "/etc/qnet")
    assert "/etc/qnet/qnet.toml cannot be written: Read-only file system." in output
    assert qnet(two, "netvm", "get") == "netvm"
    assert page(two, "work") == "isp1"
    two.exec("dom0", "tee", CONFIG, input="[dom0]\nnonsense = 1\n")
    assert "dom0.nonsense is not known" in refusal(two, "netvm", "set", "netvm2")
    assert qnet(two, "netvm", "get") == "netvm"
    two.exec("dom0", "rm", CONFIG)


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("nobody", "There is no domain 'nobody' that runs."),
        ("../x", "is not a domain name."),
        ("work", "work cannot be the netvm: no network agent has ever reported from it."),
        ("", "is not a domain name."),
    ],
)
def test_who_cannot_be_the_netvm(two: Lab, name: str, sentence: str) -> None:
    assert sentence in refusal(two, "netvm", "set", name)
    assert qnet(two, "netvm", "get") == "netvm"


def test_a_netvm_that_does_not_run_or_is_paused_cannot_be_chosen(two: Lab) -> None:
    two.pause("netvm2")
    assert "netvm2 is paused. Unpause it." in refusal(two, "netvm", "set", "netvm2")
    two.unpause("netvm2")
    two.stop("netvm2")
    try:
        sentence = "There is no domain 'netvm2' that runs."
        two.wait("it is gone", lambda: sentence in refusal(two, "netvm", "set", "netvm2"))
    finally:
        two.command("start", "netvm2")
        two.wait("its agent", lambda: not netvms.dead_agent(two, "netvm2"))


def test_dom0_is_accepted_with_a_problem_in_every_snapshot(two: Lab) -> None:
    assert "No network agent runs in dom0" in refusal(two, "netvm", "set", "dom0", "--move")
    done = two.exec("dom0", "qnet", "netvm", "set", "dom0")
    assert "WARNING: with dom0 as the netvm" in done.stderr
    snapshot = json.loads(qnet(two, "status", "--json"))
    assert (snapshot["netvm"]["name"], snapshot["netvm"]["id"]) == ("dom0", 0)
    assert "dom0-netvm" in [problem["code"] for problem in snapshot["problems"]]
    assert page(two, "work") == "isp1"


def test_the_agent_runs_in_dom0_too(two: Lab) -> None:
    """As the refusal says; a lab's dom0 serves no vifs, so how it serves them is seen on a real Xen only."""
    assert "systemctl start qnet-agent" in refusal(two, "netvm", "set", "dom0", "--move")
    qnet(two, "netvm", "set", "dom0")
    with two.popen("dom0", "/usr/bin/qnet-agent") as agent:
        try:
            two.wait("its report", lambda: not netvms.dead_agent(two, "dom0"))
            snapshot = json.loads(qnet(two, "status", "--json"))
            assert (snapshot["netvm"]["id"], snapshot["netvm"]["agent"]) == (0, "running")
            assert qnet(two, "routes")
        finally:
            agent.terminate()
    two.out("dom0", "qnet-agent", "stopped")
    two.wait("its end", lambda: netvms.dead_agent(two, "dom0"))


def test_the_agent_refuses_a_dom0_that_is_not_the_netvm(two: Lab) -> None:
    forwarding = ("cat", "/proc/sys/net/ipv4/ip_forward", "/proc/sys/net/ipv6/conf/all/forwarding")

    def everything() -> tuple[str, str, bytes | None]:
        with two.store("dom0") as store:
            said = store.read(keys.AGENT_STATE.under(0))
        return two.out("dom0", "nft", "list", "tables"), two.out("dom0", *forwarding), said

    before = everything()
    for words in ((), ("dns",), ("stopped",), ("hotplug", "online")):
        vif = {"vif": "vif7.0", "XENBUS_PATH": "backend/vif/7/0"}
        setting = (f"{name}={value}" for name, value in vif.items())
        done = two.exec("dom0", "env", *setting, "qnet-agent", *words, check=False)
        assert done.returncode == 78, words
        assert "This is dom0, and netvm is the netvm, so nothing has been changed." in done.stderr
    assert everything() == before


def test_a_paused_domain_is_moved_when_it_wakes(two: Lab) -> None:
    qnet(two, "domain", "pause", "personal")
    output = qnet(two, "netvm", "set", "netvm2", "--move").splitlines()[-1]
    assert output == "netvm2 is the netvm now. Moved to it: work. Paused, and moved when they go on: personal."
    assert served_by(two, "personal", "netvm")
    qnet(two, "domain", "unpause", "personal")
    until_page(two, "personal", "isp2")
    assert served_by(two, "personal", "netvm2")


def test_a_domain_that_cannot_be_moved_is_named_and_the_others_are_moved(two: Lab) -> None:
    two.expect_log("it failed: netvm2 is the netvm now")
    two.expect_log("ended with (status|signal)|for vif.* failed with status|qnet-guest: There was no")
    guest = two.popen("personal", "flock", "--no-fork", "/run/qnet-guest/lock", "sleep", "60")
    try:
        output = refusal(two, "netvm", "set", "netvm2", "--move")
    finally:
        guest.kill()
        guest.wait()
    assert "netvm2 is the netvm now. Moved to it: work. personal could not be moved: It has not set up" in output
    assert page(two, "work") == "isp2"
    until_page(two, "personal", "isp2")


# -- one domain


def test_a_domain_is_cut_off_and_attached_again_as_it_was(two: Lab) -> None:
    before = state(two, "work")
    assert qnet(two, "domain", "detach", "work").splitlines()[-1] == "work is cut off the network."
    assert page(two, "work") == ""
    assert not two.out("work", "ip", "-4", "route")
    assert state(two, "work")["vif"] == ""
    assert "not attached" in refusal(two, "domain", "detach", "work")
    assert qnet(two, "domain", "attach", "work").splitlines()[-1] == "work is attached to netvm."
    assert page(two, "work") == "isp1"
    assert state(two, "work") == before
    assert "attached to netvm already" in refusal(two, "domain", "attach", "work")


def test_a_domain_that_never_had_a_vif_gets_one(two: Lab) -> None:
    qnet(two, "domain", "attach", "vault")
    assert page(two, "vault") == "isp1"
    first = state(two, "vault")["address"]
    assert first not in (state(two, "work")["address"], state(two, "personal")["address"], "")
    qnet(two, "domain", "detach", "vault")
    two.restart_program("dom0", "qnet-helper")
    qnet(two, "domain", "attach", "vault")
    assert state(two, "vault")["address"] == first
    qnet(two, "domain", "detach", "vault")


def test_a_paused_domain_is_attached_too_and_online_when_it_wakes(two: Lab) -> None:
    qnet(two, "domain", "detach", "work")
    qnet(two, "domain", "pause", "work")
    qnet(two, "domain", "attach", "work")
    qnet(two, "domain", "unpause", "work")
    until_page(two, "work", "isp1")


def test_what_is_refused(two: Lab) -> None:
    for action in ("pause", "detach"):
        assert "netvm is the netvm" in refusal(two, "domain", action, "netvm")
        assert "dom0" in refusal(two, "domain", action, "dom0")
    assert refusal(two, "domain", "attach", "netvm")
    call = ["dbus-send", "--system", "--print-reply", "--dest=org.qnet.Helper1", "/org/qnet/Helper1"]
    for member, domid, sentence in (
        ("AttachDomain", 9999, "There is no domain with the id 9999"),
        ("DetachDomain", 9999, "There is no domain with the id 9999"),
        ("PauseDomain", 0, "dom0 cannot be paused"),
        ("UnpauseDomain", 9999, "There is no domain with the id 9999"),
        ("AttachDomain", 0, "dom0 is not attached like other domains"),
    ):
        done = two.exec("dom0", *call, f"org.qnet.Helper1.{member}", f"uint32:{domid}", "string:", check=False)
        assert sentence in done.stderr, done.stderr
    two.stop("netvm")
    try:
        assert "netvm is not running. Start it." in refusal(two, "domain", "attach", "vault")
    finally:
        two.command("start", "netvm")
    for domain in ("work", "personal"):
        until_page(two, domain, "isp1")


def test_while_dom0_is_connected_nobody_else_is_let_loose(two: Lab) -> None:
    qnet(two, "dom0", "up")
    try:
        for arguments in (
            ("domain", "unpause", "work"), ("domain", "pause", "vault"), ("domain", "attach", "vault"),
            ("netvm", "set", "netvm2"),
        ):  # fmt: skip
            assert "dom0 is connected to the network" in refusal(two, *arguments)
    finally:
        qnet(two, "dom0", "down")
    assert page(two, "work") == "isp1"
