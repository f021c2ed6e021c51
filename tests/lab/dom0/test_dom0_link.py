"""dom0 connected for an upgrade: what it meets, whom it pauses, how long it lasts, and that all of it comes back."""

from __future__ import annotations

import subprocess
import threading
import time
from collections.abc import Iterator
from typing import Any

import dbus
import pytest
from waiting import DEADLINE

from ..conftest import Lab, _end, _new
from ..upgrade import Upgrade, with_dying_helper

RESOLV = "/etc/resolv.conf"


@pytest.fixture(scope="module")
def machine() -> Iterator[Lab]:
    """A lab whose helper can be told that its minutes are seconds."""
    lab = _new()
    try:
        with_dying_helper(lab)
        # whoever disconnects at once is faster than the netvm's hotplug script, which finds nothing to do then
        lab.expect_log(r"vif0\.0 (has no (node|link) here|has gone|failed with status)")
        yield lab
    finally:
        _end(lab)


@pytest.fixture
def upgrade(machine: Lab) -> Iterator[Upgrade]:
    session = Upgrade(machine)
    session.begin()
    yield session
    session.close()


def _states(lab: Lab) -> dict[str, str]:
    return {domain["name"]: domain["state"] for domain in lab.ask("status")["domains"]}


def _fetch(lab: Lab) -> subprocess.CompletedProcess[str]:
    return lab.exec("dom0", "curl", "-s", "--max-time", "3", "http://www.test/", check=False)


def _error(upgrade: Upgrade, member: str, signature: str = "", *arguments: int) -> tuple[str, str]:
    with pytest.raises(dbus.DBusException) as raised:
        upgrade.call(member, signature, *arguments)
    return raised.value.get_dbus_name().rpartition(".")[2], str(raised.value.get_dbus_message())


def test_dom0_reaches_the_world_while_it_is_connected_and_only_then(upgrade: Upgrade, machine: Lab) -> None:
    before = upgrade.traces()
    assert _fetch(machine).returncode != 0
    upgrade.must_connect()
    shown = upgrade.snapshot().dom0
    assert (shown.state.value, shown.by, shown.paused) == ("open", "root", ("personal", "vault", "work"))
    assert 200 <= shown.until - time.time() <= 301  # a whole second, the nearest one
    assert _states(machine) == {
        "dom0": "running", "netvm": "running", "work": "paused", "personal": "paused", "vault": "paused"
    }  # fmt: skip
    assert _fetch(machine).stdout.startswith("Hello from isp1.")
    upgrade.must_disconnect()
    assert _fetch(machine).returncode != 0
    upgrade.wait_closed(before)
    assert machine.out("work", "curl", "-s", "http://www.test/").startswith("Hello")


def test_who_is_paused_is_told_without_being_asked(upgrade: Upgrade) -> None:
    """Found in a picture of the demo: Status said of domains that were paused for dom0's upgrade that they ran."""

    def domain_states() -> set[str]:
        return {domain.state.value for domain in upgrade.last_snapshot.domains} if upgrade.last_snapshot else set()

    upgrade.must_connect()
    upgrade.spin("news of the pause", lambda: domain_states() == {"paused"})
    upgrade.must_disconnect()
    upgrade.spin("news of its end", lambda: domain_states() == {"running"})


def test_what_it_would_meet_is_told_before(upgrade: Upgrade, machine: Lab) -> None:
    machine.pause("vault")
    try:
        preflight = upgrade.call("Preflight")
    finally:
        machine.unpause("vault")
    assert preflight == {
        "busy": [], "obstacles": [], "pause": ["personal", "work"], "paused": ["vault"], "netvm": "netvm",
        "uplink": "eth0 (cable)", "names": True, "allowed": ["names", "http", "https"], "minutes": 60,
    }  # fmt: skip


def _obstacle(upgrade: Upgrade, code: str) -> str:
    """Wait until something stands in the way: told before, refused, and nothing has changed."""

    def matching() -> list[dict[str, Any]]:
        """A problem is told with its cure."""
        obstacles = upgrade.call("Preflight")["obstacles"]
        return [one for one in obstacles if code in (one["code"], one["arguments"].get("problem", {}).get("code"))]

    obstacles = upgrade.spin(code, matching)
    before = upgrade.traces()
    error, sentence = _error(upgrade, "ConnectDom0", "u", 5)
    assert error == "Refused"
    assert sentence == upgrade.call("Preflight")["obstacles"][0]["sentence"]
    assert upgrade.traces() == before
    return str(obstacles[0]["sentence"])


def test_without_an_uplink_it_is_refused(upgrade: Upgrade, machine: Lab) -> None:
    machine.cable("out", "isp1")
    try:
        assert "has no uplink" in _obstacle(upgrade, "netvm-without-uplink")
    finally:
        machine.cable("in", "isp1")
        upgrade.spin("the uplink", lambda: upgrade.snapshot().uplink)


def test_with_a_netvm_that_is_paused_or_has_no_agent_it_is_refused(upgrade: Upgrade, machine: Lab) -> None:
    machine.pause("netvm")
    try:
        assert "is paused" in _obstacle(upgrade, "netvm-paused")
    finally:
        machine.unpause("netvm")
    machine.stop_program("netvm", "qnet-agent")
    try:
        assert "does not run" in _obstacle(upgrade, "netvm-without-agent")
    finally:
        machine.start_program("netvm", "qnet-agent")
        upgrade.spin("the agent", lambda: not upgrade.call("Preflight")["obstacles"])


def test_a_netvm_that_is_paused_meanwhile_can_be_let_go_on(upgrade: Upgrade, machine: Lab) -> None:
    """The cure that is told for it was refused, and dom0 and all others were stuck until somebody knew of xl."""
    machine.expect_log(r"it failed: dom0 could not be disconnected")
    machine.expect_log(r"vif-route-qubes for vif0\.0 takes more than")  # who stands still is not done in time
    upgrade.must_connect()
    machine.pause("netvm")
    netvm = upgrade.snapshot().netvm
    number = upgrade.call("DisconnectDom0")
    upgrade.call("UnpauseDomain", "us", netvm.id, netvm.uuid)  # as soon as nobody waits for it any more
    assert _states(machine)["netvm"] == "running"
    upgrade.end_of(number)
    upgrade.spin("the way back", lambda: upgrade.snapshot().dom0.state.value == "closed")
    assert set(_states(machine).values()) == {"running"}


def test_a_dom0_with_a_network_of_its_own_is_refused(upgrade: Upgrade, machine: Lab) -> None:
    machine.exec("dom0", "ip", "tuntap", "add", "own0", "mode", "tun")
    try:
        machine.exec("dom0", "ip", "address", "add", "172.16.7.7/24", "dev", "own0")
        _obstacle(upgrade, "dom0-reachable")
    finally:
        machine.exec("dom0", "ip", "link", "delete", "own0")
        upgrade.spin("its end", lambda: not upgrade.call("Preflight")["obstacles"])


def test_no_time_that_is_out_of_bounds(upgrade: Upgrade) -> None:
    for minutes in (1441, 2**32 - 1):
        error, sentence = _error(upgrade, "ConnectDom0", "u", minutes)
        assert (error, str(minutes) in sentence) == ("BadInput", True)


def test_the_second_caller_is_told_who_does_what(upgrade: Upgrade, machine: Lab) -> None:
    before = upgrade.traces()
    machine.stop_program("netvm", "devd")  # so that nobody there serves the card, and connecting takes its time
    machine.exec("netvm", "pkill", "-STOP", "qnet-agent")
    try:
        number = upgrade.call("ConnectDom0", "u", 5)
        upgrade.spin("the card", lambda: any(step[1:3] == ("attach", "begun") for step in upgrade.steps))
        error, sentence = _error(upgrade, "ConnectDom0", "u", 5)
        assert (error, sentence) == ("Busy", "root is connecting dom0 to the network. Wait until that is done.")
        assert upgrade.snapshot().operation.kind == "connect"
        # going back to safe does not wait for it
        assert upgrade.disconnect()[0] == ""
        error, sentence = upgrade.end_of(number)
        assert (error, sentence) == ("Refused", "root wants dom0 disconnected. Everything has been put back.")
    finally:
        machine.exec("netvm", "pkill", "-CONT", "qnet-agent")
        machine.start_program("netvm", "devd")
    upgrade.wait_closed(before)


def test_disconnecting_what_is_not_connected_is_no_error(upgrade: Upgrade) -> None:
    assert upgrade.disconnect() == ("", "dom0 is not connected to the network.")
    error, sentence = _error(upgrade, "ExtendDom0", "u", 5)
    assert (error, sentence) == ("Refused", "dom0 is not connected to the network.")


def test_a_domain_that_dies_meanwhile_does_no_harm(upgrade: Upgrade, machine: Lab) -> None:
    upgrade.must_connect()
    machine.stop("personal")
    upgrade.must_disconnect()
    assert _states(machine)["work"] == "running"
    machine.start("personal")
    machine.online("personal")


def test_a_domain_that_comes_meanwhile_is_paused_and_resumed(upgrade: Upgrade, machine: Lab) -> None:
    upgrade.must_connect()
    boot = threading.Thread(target=machine.ask, args=("add",), kwargs={"name": "late"})
    boot.start()
    try:
        upgrade.spin("its sleep", lambda: _states(machine).get("late") == "paused")
        upgrade.spin("its name", lambda: "late" in upgrade.snapshot().dom0.paused)
    finally:
        upgrade.must_disconnect()
        boot.join(DEADLINE)
    assert _states(machine)["late"] == "running"
    machine.online("late")
    machine.remove("late")


def test_a_domain_that_somebody_lets_go_on_is_paused_again(upgrade: Upgrade, machine: Lab) -> None:
    """It ran while everything said that it was paused."""
    machine.expect_log("paused again, since somebody had let it go on: work")
    upgrade.must_connect()
    try:
        machine.unpause("work")
        told = upgrade.spin(
            "word of it",
            lambda: (
                upgrade.last_snapshot
                and [problem for problem in upgrade.last_snapshot.problems if problem.code == "others-let-go"]
            ),
        )
        assert dict(told[0].arguments)["names"] == ("work",)
        assert _states(machine)["work"] == "paused"
        assert upgrade.snapshot().dom0.paused == ("personal", "vault", "work")
    finally:
        upgrade.must_disconnect()
    assert _states(machine)["work"] == "running"


def test_how_it_ended_is_known_to_whoever_looks_later(upgrade: Upgrade, machine: Lab) -> None:
    machine.expect_log("it failed: The netvm did not serve dom0's card in time")
    machine.stop_program("netvm", "devd")  # so that nobody serves the card
    machine.exec("netvm", "pkill", "-STOP", "qnet-agent")
    try:
        number = upgrade.call("ConnectDom0", "u", 5)
        upgrade.spin("the card", lambda: any(step[1:3] == ("attach", "begun") for step in upgrade.steps))
        error, sentence = upgrade.end_of(number, 40)
        ended = upgrade.snapshot().ended[-1]
        assert (ended.id, ended.kind, ended.by) == (number, "connect", "root")
        assert (ended.error.rpartition(".")[2], str(ended.outcome)) == (error, sentence)
        assert sentence == "The netvm did not serve dom0's card in time. Everything has been put back."
    finally:
        machine.exec("netvm", "pkill", "-CONT", "qnet-agent")
        machine.start_program("netvm", "devd")


def test_the_deadline_disconnects_by_itself(upgrade: Upgrade) -> None:
    before = upgrade.traces()
    upgrade.begin("hasty")
    assert upgrade.connect(3)[0] == ""
    before_that = upgrade.snapshot().dom0.until
    until = upgrade.call("ExtendDom0", "u", 5)
    assert until == upgrade.snapshot().dom0.until == before_that + 5
    upgrade.wait_closed(before)
    assert until - 1 <= time.time() < until + 10


def test_an_orderly_restart_leaves_it_connected_until_its_deadline(upgrade: Upgrade, machine: Lab) -> None:
    before = upgrade.traces()
    upgrade.begin("hasty")
    assert upgrade.connect(8)[0] == ""
    until = upgrade.snapshot().dom0.until
    upgrade.restart()
    upgrade.spin("the helper", lambda: upgrade.snapshot().dom0.state.value == "open")
    assert (upgrade.snapshot().dom0.until, upgrade.snapshot().dom0.paused) == (until, ("personal", "vault", "work"))
    assert _fetch(machine).stdout.startswith("Hello")
    upgrade.wait_closed(before)
    assert until - 1 <= time.time() < until + 10


def test_a_deadline_that_passes_while_no_helper_runs(upgrade: Upgrade, machine: Lab) -> None:
    """The kernel closes dom0 by itself; the next helper puts the rest back."""
    before = upgrade.traces()
    upgrade.begin("hasty")
    assert upgrade.connect(3)[0] == ""
    machine.stop_program("dom0", "qnet-helper")
    upgrade.wait_dead()
    time.sleep(3.5)
    assert _fetch(machine).returncode != 0
    upgrade.start()
    upgrade.wait_closed(before)


#: How resolv.conf may be before, made by a shell in dom0.
_BEFORE = {
    "a file": "printf 'nameserver 9.9.9.9\\nsearch x\\n' >{0}; chmod 640 {0}; chown 1:2 {0}",
    "an empty file": ": >{0}",
    "a link": "echo 'nameserver 9.9.9.9' >/run/elsewhere; ln -sf /run/elsewhere {0}",
    "a link to nothing": "ln -sf /run/nowhere {0}",
    "immutable": "echo 'nameserver 9.9.9.9' >{0}; chattr +i {0}",
    "absent": ":",
}


@pytest.fixture
def resolv_conf(machine: Lab, request: pytest.FixtureRequest) -> Iterator[str]:
    how: str = request.param
    machine.exec("dom0", "cp", "-a", RESOLV, "/root/resolv.conf")
    machine.exec("dom0", "sh", "-c", f"rm -f {RESOLV}; {_BEFORE[how].format(RESOLV)}")
    yield how
    machine.exec("dom0", "sh", "-c", f"chattr -i {RESOLV} 2>/dev/null; rm -f {RESOLV}; mv /root/resolv.conf {RESOLV}")


@pytest.mark.parametrize("resolv_conf", list(_BEFORE), indirect=True)
@pytest.mark.parametrize("killed", [False, True], ids=["disconnected", "killed"])
def test_resolv_conf_comes_back_as_it_was(upgrade: Upgrade, machine: Lab, resolv_conf: str, killed: bool) -> None:
    attributes = ("sh", "-c", f"lsattr {RESOLV} 2>/dev/null; stat -c '%F %a %u %g %i %Y' {RESOLV}; cat {RESOLV}")
    before, looks = upgrade.traces(), machine.exec("dom0", *attributes, check=False).stdout
    assert ("----i---" in looks) == (resolv_conf == "immutable")
    upgrade.must_connect()
    assert "nameserver 10.139.1.1\nnameserver 10.139.1.2\n" in machine.out("dom0", "cat", RESOLV) + "\n"
    assert _fetch(machine).stdout.startswith("Hello")
    if killed:
        machine.kill_program("dom0", "qnet-helper")
        upgrade.start()
    else:
        upgrade.must_disconnect()
    upgrade.wait_closed(before)
    assert machine.exec("dom0", *attributes, check=False).stdout == looks
    if resolv_conf == "a link":
        assert machine.out("dom0", "cat", "/run/elsewhere") == "nameserver 9.9.9.9"


def test_a_helper_that_is_started_by_the_wish_to_disconnect_does_disconnect(upgrade: Upgrade, machine: Lab) -> None:
    """It was about to leave dom0 connected, as its orderly predecessor had, and took the wish for its own work."""
    before = upgrade.traces()
    upgrade.must_connect()
    machine.stop_program("dom0", "qnet-helper")
    upgrade.wait_dead()
    upgrade.ends.clear()
    error, sentence = upgrade.disconnect()  # the bus starts the helper for it
    assert (error, sentence) == ("", "dom0 is disconnected from the network, as it should be.")
    upgrade.wait_closed(before)
