"""Whatever dies at whatever moment while dom0 is connected or disconnected: it ends closed, with everything put back.

The moments come from the steps' own list, so a new step cannot be forgotten.
"""

from __future__ import annotations

import contextlib
import os
import signal
import time
from collections.abc import Iterator

import dbus
import pytest

from qnet_gui.dom0.upgrade.steps import STEPS

from ..conftest import Lab, _end, _new
from ..dying_helper import points
from ..upgrade import JOURNAL, Upgrade, with_dying_helper

HERE = "/run/qnet-test-here"


@pytest.fixture(scope="module")
def machine() -> Iterator[Lab]:
    """A lab whose vault is paused by its user, and whose helper can be told to die."""
    lab = _new()
    try:
        with_dying_helper(lab)
        lab.pause("vault")
        lab.expect_log(r"cannot be read, so everything is put back|it failed:|has gone, so dom0 is disconnected")
        lab.expect_log(r"in the place of the journal|the next helper will disconnect dom0")
        # what a netvm that dies in the middle, and a xenstore that stands still, look like to everybody else
        lab.expect_log(
            r"xenstore is lost|xenstore did not answer|vif0\.0 has no (node|link) here|vif0\.0 failed with status"
        )
        # the lab's driver, whose netvm goes while dom0's card is attached to it
        lab.expect_log(r"vif[0-9.]+ in netvm cannot be made: xenstore dropped the connection")
        lab.expect_log(r"qnet-guest: There (is no eth0|was no (eth0|address))")
        yield lab
    finally:
        _end(lab)


@pytest.fixture
def upgrade(machine: Lab) -> Iterator[Upgrade]:
    session = Upgrade(machine)
    yield session
    session.close()


@pytest.mark.parametrize("point", points())
def test_a_helper_killed_at_any_moment(upgrade: Upgrade, point: str) -> None:
    before = upgrade.traces()
    upgrade.begin(f"kill {point}")
    with contextlib.suppress(dbus.DBusException):  # it may be dead before it has answered
        number = upgrade.call("ConnectDom0", "u", 5)
        if " down " in f" {point} ":
            assert upgrade.end_of(number)[0] == ""
            upgrade.call("DisconnectDom0")
    upgrade.wait_dead()
    upgrade.start()
    upgrade.wait_closed(before)


@pytest.mark.parametrize("step", [step.name for step in STEPS])
@pytest.mark.parametrize("way", ["up", "down"])
def test_a_netvm_that_dies_at_any_step(upgrade: Upgrade, way: str, step: str) -> None:
    before = upgrade.traces()
    upgrade.begin(f"wait before {way} {step}")
    number = upgrade.call("ConnectDom0", "u", 5)
    if way == "down":
        assert upgrade.end_of(number)[0] == ""
        upgrade.call("DisconnectDom0")
    upgrade.spin("the moment", lambda: upgrade.lab.exec("dom0", "test", "-e", HERE, check=False).returncode == 0)
    upgrade.lab.stop("netvm")
    upgrade.lab.exec("dom0", "rm", HERE)
    try:
        upgrade.wait_closed({**before, "states": {k: v for k, v in before["states"].items() if k != "netvm"}})
    finally:
        upgrade.lab.start("netvm")
    assert upgrade.traces() == {**before, "states": {**before["states"], "netvm": "running"}}


def test_a_disk_that_is_full_at_any_writing_of_the_journal(upgrade: Upgrade) -> None:
    """From the first writing on, until one try has more room than there are writings."""
    upgrade.lab.exec("dom0", "mkdir", "-p", "/var/lib/qnet")
    upgrade.lab.exec("dom0", "mount", "-t", "tmpfs", "-o", "size=64k", "none", "/var/lib/qnet")
    try:
        before = upgrade.traces()
        number = 0
        while True:
            number += 1
            upgrade.begin(f"full {number}")
            error, sentence = upgrade.connect()
            if not error:
                break
            assert "No space left" in sentence and sentence.endswith("Everything has been put back."), sentence
            upgrade.wait_closed(before)
            upgrade.lab.exec("dom0", "rm", "/var/lib/qnet/filler")
        upgrade.must_disconnect()
        assert number > len(STEPS) + 1
        upgrade.wait_closed(before)
    finally:
        upgrade.lab.exec("dom0", "umount", "/var/lib/qnet")


@pytest.mark.parametrize("step", [step.name for step in STEPS])
def test_a_xenstored_that_stalls_at_any_step(upgrade: Upgrade, machine: Lab, step: str) -> None:
    """Longer than the deadline of a request: what needs it fails, and the way back is tried until it answers."""
    before = upgrade.traces()
    upgrade.begin(f"wait before up {step}")
    upgrade.call("ConnectDom0", "u", 5)
    upgrade.spin("the moment", lambda: machine.exec("dom0", "test", "-e", HERE, check=False).returncode == 0)
    xenstored = int((machine.place.xen / "pid").read_text())
    os.kill(xenstored, signal.SIGSTOP)
    try:
        machine.exec("dom0", "rm", HERE)
        time.sleep(2.6)
    finally:
        os.kill(xenstored, signal.SIGCONT)
    upgrade.spin("the end", lambda: upgrade.ends)
    if not next(iter(upgrade.ends.values()))[0]:
        upgrade.must_disconnect()
    upgrade.wait_closed(before, 40)


def test_a_reboot_of_dom0(upgrade: Upgrade, machine: Lab) -> None:
    """After it there is no card and no filter, the domains are others, and resolv.conf and the journal are left."""
    before = upgrade.traces()
    upgrade.must_connect()
    machine.stop_program("dom0", "qnet-helper")  # in an orderly way, so that its successor may leave it open
    machine.exec("dom0", "sh", "-c", "nft flush ruleset; ip link delete eth0; echo another >/run/boot-id")
    machine.exec("dom0", "mount", "--bind", "/run/boot-id", "/proc/sys/kernel/random/boot_id")
    try:
        upgrade.start()
        upgrade.wait_closed(before)
    finally:
        machine.exec("dom0", "umount", "/proc/sys/kernel/random/boot_id")


def problems(upgrade: Upgrade) -> dict[str, str]:
    return {problem.code: problem.sentence for problem in upgrade.snapshot().problems}


@pytest.mark.parametrize(
    "instead", [": >{0}", "rm {0}; mkdir {0}", "rm {0}; mkfifo {0}", "head -c 50 {0} >/run/cut; mv /run/cut {0}"]
)
def test_a_journal_of_which_nothing_can_be_read(upgrade: Upgrade, machine: Lab, instead: str) -> None:
    """Everything is put back but the others' sleep, since nobody knows any more who was paused; and that is said."""
    before = upgrade.traces()
    upgrade.must_connect()
    machine.kill_program("dom0", "qnet-helper")
    machine.exec("dom0", "sh", "-c", instead.format(JOURNAL))
    upgrade.start()
    upgrade.spin("dom0 closed", lambda: upgrade.snapshot().dom0.state.value == "closed")
    assert "personal, vault, work" in problems(upgrade)["paused-in-doubt"]
    machine.kill_program("dom0", "qnet-helper")
    upgrade.start()
    assert "personal, vault, work" in problems(upgrade)["paused-in-doubt"], "the next helper says it too"
    for domain in ("work", "personal", "vault"):
        machine.unpause(domain)
    upgrade.spin("nobody in doubt", lambda: "paused-in-doubt" not in problems(upgrade))
    machine.pause("vault")
    assert upgrade.traces() == before


@pytest.mark.parametrize("orderly", [True, False])
def test_a_helper_of_another_version_takes_over(upgrade: Upgrade, machine: Lab, orderly: bool) -> None:
    """qnet itself is upgraded in the middle of the upgrade that it serves: dom0 is closed, and everybody goes on."""
    before = upgrade.traces()
    upgrade.must_connect()
    (machine.stop_program if orderly else machine.kill_program)("dom0", "qnet-helper")
    machine.exec("dom0", "sed", "-i", 's/"until"/"end"/; s/"paused"/"asleep"/', JOURNAL)
    upgrade.start()
    upgrade.wait_closed(before)
    assert "paused-in-doubt" not in problems(upgrade)


@pytest.mark.parametrize("orderly", [True, False])
def test_a_helper_whose_configuration_is_wrong_disconnects_dom0_all_the_same(
    upgrade: Upgrade, machine: Lab, orderly: bool
) -> None:
    """Whoever wants dom0 disconnected has the bus start it, and hears that it does not run; but dom0 is."""
    machine.expect_log("netvms is not known|dom0 is disconnected")
    before = upgrade.traces()
    upgrade.must_connect()
    (machine.stop_program if orderly else machine.kill_program)("dom0", "qnet-helper")
    upgrade.wait_dead()
    machine.exec("dom0", "sh", "-c", "cp -a /etc/qnet /run/kept; printf '[dom0]\\nnetvms = 1\\n' >/etc/qnet/qnet.toml")
    try:
        with contextlib.suppress(dbus.DBusException):
            upgrade.call("DisconnectDom0")
        upgrade.spin("all put back", lambda: upgrade.traces() == before)
        assert not upgrade.runs()
    finally:
        machine.exec("dom0", "sh", "-c", "rm -rf /etc/qnet/*; cp -a /run/kept/. /etc/qnet; rm -rf /run/kept")
        upgrade.start()
    upgrade.wait_closed(before)


def test_a_disk_that_can_only_be_read(upgrade: Upgrade, machine: Lab) -> None:
    """dom0 is disconnected all the same, which is said; so is what is left, until it can be put back."""
    before = upgrade.traces()
    upgrade.must_connect()
    machine.exec("dom0", "mount", "--bind", "/var/lib/qnet", "/var/lib/qnet")
    machine.exec("dom0", "mount", "-o", "remount,bind,ro", "/var/lib/qnet")
    try:
        error, sentence = upgrade.disconnect()
        assert error == "Stuck"
        assert sentence.startswith("dom0 is disconnected from the network, but ")
        assert "Read-only file system" in sentence
        said = problems(upgrade)
        assert "Read-only file system" in said["dom0-left-over"]
        assert "dom0-stuck" not in said
        traces = upgrade.traces()
        assert traces == {**before, "journal": True}
    finally:
        machine.exec("dom0", "umount", "/var/lib/qnet")
    upgrade.wait_closed(before, 40)
    assert "dom0-left-over" not in problems(upgrade)
