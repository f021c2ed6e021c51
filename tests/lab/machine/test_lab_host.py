"""A lab and the host that it runs on: nothing of the host changes, nothing is left over, two labs do not collide."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from waiting import DEADLINE

from qnet_gui.lab.box import cgroup
from qnet_gui.lab.box.place import LABS, Place
from qnet_gui.lab.box.root import CHECKOUT

from ..conftest import Lab


def _output(*command: str) -> str:
    return subprocess.run(command, capture_output=True, text=True, timeout=DEADLINE, check=True).stdout


def _host() -> dict[str, object]:
    """Everything of the host that a lab could spoil."""
    return {
        "links": _output("ip", "-j", "link"),
        "addresses": _output("ip", "-j", "-4", "address"),
        "routes": _output("ip", "-j", "route", "show", "table", "all"),
        "rules": _output("ip", "-j", "rule"),
        "namespaces": _output("ip", "netns"),
        "nft": _output("nft", "list", "ruleset"),
        "resolv.conf": Path("/etc/resolv.conf").read_bytes(),
        "hosts": Path("/etc/hosts").read_bytes(),
        "hostname": os.uname().nodename,
        "mounts": Path("/proc/self/mounts").read_text(),
        "run": sorted(path.name for path in Path("/run").iterdir() if path.name != "qnet-lab"),
        "xenstored": sorted(str(path) for path in Path("/run").glob("xen*")),
        "forwarding": Path("/proc/sys/net/ipv4/ip_forward").read_text(),
    }


def _processes_of(name: str) -> list[str]:
    """The dead whom the host's first process has not collected yet have no command line and do not count."""
    commands = []
    for path in Path("/proc").glob("[0-9]*/cgroup"):
        try:
            if f"/qnet-lab-{name}" in path.read_text():
                commands.append((path.parent / "cmdline").read_bytes().replace(b"\0", b" ").decode())
        except OSError:
            continue
    return [command for command in commands if command]


def _assert_nothing_left(lab: Lab) -> None:
    assert not lab.place.folder.exists()
    assert not lab.place.cgroup.exists()
    assert not (lab.place.folder.parent / f".{lab.name}.lock").exists()
    assert _processes_of(lab.name) == []
    assert not LABS.exists() or any(LABS.iterdir())


def test_the_host_is_the_same_during_and_after(new_lab: Callable[[], Lab]) -> None:
    before = _host()
    lab = new_lab()
    lab.up("--domains", "work")
    lab.exec("work", "sh", "-c", "echo x >/tmp/x; echo x >/etc/x; echo x >/usr/x; echo x >/var/x; echo x >/root/x")
    assert lab.exec("work", "sh", "-c", f"echo x >/x; echo x >/opt/x; echo x >{CHECKOUT}/x", check=False).returncode
    lab.roam()
    assert _host() == before
    lab.down()
    assert _host() == before
    _assert_nothing_left(lab)
    assert not [path for path in ("/tmp/x", "/etc/x", "/usr/x", "/var/x", "/root/x", "/x") if Path(path).exists()]
    assert not (CHECKOUT / "x").exists()


def test_two_labs_at_once_do_not_collide(new_lab: Callable[[], Lab]) -> None:
    one, two = new_lab(), new_lab()
    with ThreadPoolExecutor() as pool:
        list(pool.map(lambda lab: lab.up("--domains", "work"), (one, two)))
    one.exec("work", "touch", "/etc/only-in-one")
    assert two.exec("work", "test", "-e", "/etc/only-in-one", check=False).returncode == 1
    one.pause("work")
    two.exec("work", "curl", "-sf", "-m", "3", "http://www.test/")
    one.down()
    _assert_nothing_left(one)
    two.exec("work", "curl", "-sf", "-m", "3", "http://www.test/")


def test_a_lab_with_one_provider(new_lab: Callable[[], Lab]) -> None:
    lab = new_lab()
    lab.up("--domains", "work", "--uplinks", "1")
    assert lab.exec("netvm", "ip", "link", "show", "eth1", check=False).returncode
    for arguments in (["roam"], ["cable", "in", "isp2"]):
        refused = lab.command(*arguments, check=False)
        assert refused.returncode == 1
        assert "provider" in refused.stderr
    lab.exec("work", "curl", "-sf", "-m", "3", "http://www.test/")


def test_a_name_is_taken_once(fresh_lab: Lab) -> None:
    second = fresh_lab.command("up", check=False)
    assert second.returncode == 1
    assert f"There is a lab named {fresh_lab.name} already" in second.stderr
    fresh_lab.exec("work", "true")


@pytest.mark.parametrize("delay", [0.05, 0.08, 0.1, 0.12, 0.14, 0.16, 0.2, 0.25, 0.35, 0.5, 0.8, 1.2, 1.8])
def test_down_cleans_up_after_a_kill_at_any_moment(new_lab: Callable[[], Lab], delay: float) -> None:
    """Early moments more often: that is where the folder, the control group and the machine come to be."""
    before, lab = _host(), new_lab()
    process = subprocess.Popen(
        [sys.executable, "-m", "qnet_gui.lab", "up", "--name", lab.name, "--domains", "work,personal"],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    time.sleep(delay)
    process.send_signal(signal.SIGKILL)
    process.wait()
    done = lab.command("down", check=False)
    assert done.returncode == 0 or "There is no lab named" in done.stderr, done.stderr
    _assert_nothing_left(lab)
    assert _host() == before
    if delay == 0.5:
        lab.up("--domains", "work")  # and the name can be used again


def test_a_lab_whose_machine_was_killed_is_taken_down(new_lab: Callable[[], Lab]) -> None:
    lab = new_lab()
    lab.up("--domains", "work")
    machine = next(
        int(path.parent.name)
        for path in Path("/proc").glob("[0-9]*/cmdline")
        if b"qnet_gui.lab.machine.main" in path.read_bytes() and lab.name.encode() in path.read_bytes()
    )
    os.kill(machine, signal.SIGKILL)
    refused = lab.command("status", check=False)
    assert refused.returncode == 1
    assert "The lab's machine cannot be reached" in refused.stderr
    lab.expect_log("xenstore")  # those inside lose their store
    lab.down()
    _assert_nothing_left(lab)


def test_an_interrupted_up_takes_everything_down(new_lab: Callable[[], Lab]) -> None:
    lab = new_lab()
    process = subprocess.Popen(
        [sys.executable, "-m", "qnet_gui.lab", "up", "--name", lab.name, "--domains", "work"],
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    lab.wait("the folder", lambda: (lab.place.log / "machine.log").exists())
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=DEADLINE)
    assert process.returncode == 1
    assert err == "Interrupted. Nothing is left of the lab.\n"
    _assert_nothing_left(lab)


def test_two_that_kill_one_group_at_once() -> None:
    """The kernel answers who comes second with ENODEV, as long as the group's files are still open."""
    place = Place(f"k{os.getpid()}")
    with ThreadPoolExecutor(4) as pool:
        for _ in range(100):
            group = cgroup.make(place.cgroup)
            for killing in [pool.submit(cgroup.kill, group) for _ in range(4)]:
                killing.result()
            assert not group.exists()


#: A root that is a folder, or a mount: all of this machine is there, below another mount.
_A_CHROOT = """
$1
mkdir "$2/all"
mount --rbind / "$2/all"
for path in /*; do ln -s "all$path" "$2$path"; done
shift
exec chroot "$@"
"""


@pytest.mark.parametrize("first", [":", "mount --bind $2 $2"], ids=["a folder", "a mount"])
def test_a_chroot_is_refused_in_words(tmp_path: Path, first: str) -> None:
    """There the lab's machine died of an invalid argument, or what entered a domain was outside of the chroot."""
    up = ["/usr/bin/env", f"PYTHONPATH={CHECKOUT}", sys.executable, "-m", "qnet_gui.lab", "up", "--name", "chroot"]
    done = subprocess.run(
        ["/usr/bin/unshare", "--mount", "/bin/sh", "-ec", _A_CHROOT.replace("$1", first, 1), "sh", "", tmp_path, *up],
        capture_output=True, text=True, timeout=DEADLINE, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("This is a chroot, in which there can be no lab.")
