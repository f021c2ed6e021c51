"""`make demo` as a stranger runs it: what it prints, its exit status, its pictures, and that nothing is left of it."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from somebody import become, reached
from waiting import DEADLINE, eventually

from qnet_gui.lab.box import cgroup
from qnet_gui.lab.box.place import Place
from qnet_gui.lab.demo import roam, story
from qnet_gui.lab.desktop.light import PROGRAMS
from qnet_gui.lab.machine.lifecycle import take_down
from qnet_gui.lab.machine.provider import Provider
from qnet_gui.model.errors import Refused

ROOT = Path(__file__).parents[3]
COMMAND = [sys.executable, "-m", "qnet_gui.lab.demo.main"]
NOBODY = 65534
#: A person's desktop: says where its display and its bus are, and goes when its standard input is closed.
DESKTOP = """
import json, os, sys, tempfile
from pathlib import Path
from qnet_gui.lab.desktop.light import LightDesktop
with LightDesktop(Path(sys.argv[1])) as desktop:
    print(json.dumps(desktop.env), flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def place() -> Iterator[Place]:
    place = Place(f"d{os.getpid() % 100000}")
    yield place
    if place.exists():
        take_down(place)


def headless() -> dict[str, str]:
    hidden = {"DISPLAY", "WAYLAND_DISPLAY", "SUDO_UID", "PKEXEC_UID", "DBUS_SESSION_BUS_ADDRESS"}
    hidden.add("QT_QPA_PLATFORM")  # the applet's own tests, in the same process, have set it to no screen at all
    return {name: value for name, value in os.environ.items() if name not in hidden}


def run(place: Place, *arguments: str, env: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*COMMAND, "--name", place.name, "--desktop", "light", *arguments], cwd=ROOT, env=env, stdin=subprocess.DEVNULL,
        capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip


def assert_all_facts(text: str) -> None:
    """The facts, in their order, each as a command or a measurement gave it."""
    facts = (
        r"\$ qnet lab up\n   The lab d\d+ is up after \d+\.\d s",
        r"\$ qnet status\n   Connected by cable \(eth0, 192\.168\.0\.\d+\)\.",
        r"\$ qnet routes\n   Destination +Gateway",
        r"10\.137\.0\.10 +0\.0\.0\.0 +255\.255\.255\.255 +UH .* vif2\.0",
        r"0\.0\.0\.0 +192\.168\.0\.1 +0\.0\.0\.0 +UG .* eth0",
        r"\$ qnet routes --domain work\n.*\n   0\.0\.0\.0 +0\.0\.0\.0 +0\.0\.0\.0 +U +0 +0 +0 +eth0\n",
        r"Hello from isp1\. You asked for www\.test",
        r"The tray says: Connected by cable \(eth0,",
        r"Pulled isp1 \(eth0\), plugged in isp2 \(eth1\)\.",
        r"\d+\.\d\d s after that, NetworkManager signals",
        r"-?\d+ ms after the signal, work has its first answer from isp2\.",
        r"Hello from isp2\. You asked for www\.test",
        r"The tray notifies: Uplink changed: eth0 \(cable\) → eth1 \(cable\)",
        r"The tray says: Connected by cable \(eth1,",
        r"\$ qnet dom0 up --minutes 30\n   dom0 will be connected",
        r"The tray says: dom0 is connected to the network until (tomorrow )?\d\d:\d\d",
        r"\$ qnet dom0 down\n",
        r"The tray says: Connected by cable \(eth1,",
        r"\$ qnet applet\n   nm-applet has been started in netvm\.",
        r"10\.137\.0\.10/32",
        r"default dev eth0",
        r"nameserver 10\.139\.1\.1",
        r"sha256 before ([0-9a-f]{64})\n   sha256 after  \1\n   Nothing in it has changed\.",
        r"All of it happened, in \d+ s\.",
    )
    at = 0
    for fact in facts:
        match = re.compile(fact).search(text, at)
        assert match, f"{fact} is not in, or too early in:\n{text}"
        at = match.start()


def test_without_a_screen_it_tells_everything_and_takes_pictures(place: Place, tmp_path: Path) -> None:
    done = run(place, "--pictures", str(tmp_path), env=headless())
    assert (done.returncode, done.stderr) == (0, "")
    assert_all_facts(done.stdout)
    late = re.search(r"(-?\d+) ms after the signal", done.stdout)
    assert late
    assert "The tray is on a light desktop of its own, under Xvfb." in done.stdout
    stops = ("before", "notification", "after", "dom0-connected", "dom0-closed", "nm-applet")
    pictures = [tmp_path / f"{name}.png" for name in stops]
    assert all(f"A picture of it: {picture}\n" in done.stdout for picture in pictures)
    assert len({hashlib.sha256(picture.read_bytes()).digest() for picture in pictures}) == len(stops)
    assert all(picture.read_bytes().startswith(b"\x89PNG") and picture.stat().st_size > 5000 for picture in pictures)
    assert "nothing is left of it" in done.stdout and not place.exists()


def test_the_first_look_needs_no_desktop_and_leaves_nothing(place: Place, tmp_path: Path) -> None:
    """Not even its programs: what `make demo` shows while they are still to be installed."""
    bare = tmp_path / "bin"
    bare.mkdir()
    for folder in ("/usr/bin", "/usr/sbin"):
        for program in Path(folder).iterdir():
            if not (bare / program.name).is_symlink() and program.name not in PROGRAMS:
                (bare / program.name).symlink_to(program)
    done = run(place, "--look", "--keep", env={**headless(), "PATH": str(bare)})
    assert (done.returncode, done.stderr) == (0, "")
    assert re.search(r"\$ qnet lab up\n   The lab d\d+ is up after \d+\.\d s", done.stdout)
    assert "Hello from isp1. You asked for www.test" in done.stdout
    assert "tray" not in done.stdout
    assert "nothing is left of it" in done.stdout and not place.exists()


@pytest.fixture
def somebody(tmp_path: Path) -> Iterator[dict[str, str]]:
    """The environment that sudo gives on somebody's desktop; that somebody is not root."""
    folder = Path("/run") / f"qnet-test-{os.getpid()}"
    folder.mkdir(mode=0o700)
    os.chown(folder, NOBODY, NOBODY)
    desktop = subprocess.Popen(
        [*become(NOBODY), sys.executable, "-c", DESKTOP, str(folder)], cwd=ROOT, env=headless(),
        stdin=subprocess.PIPE, stdout=subprocess.PIPE,
    )  # fmt: skip
    assert desktop.stdin and desktop.stdout
    env = json.loads(desktop.stdout.readline())
    kept = ("DISPLAY", "DBUS_SESSION_BUS_ADDRESS", "XDG_RUNTIME_DIR", "XDG_CURRENT_DESKTOP")
    yield {**headless(), **{name: env[name] for name in kept}, "SUDO_UID": str(NOBODY)}
    desktop.stdin.close()
    desktop.wait(DEADLINE)
    desktop.stdout.close()
    shutil.rmtree(folder)


def test_on_the_screen_of_whoever_called_sudo(place: Place, somebody: dict[str, str], tmp_path: Path) -> None:
    with subprocess.Popen(
        [*COMMAND, "--name", place.name, "--pictures", str(tmp_path / "none")], cwd=ROOT, env=somebody,
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    ) as process:  # fmt: skip
        text, owners = "", set()
        assert process.stdout
        for line in process.stdout:
            text += line
            if "The tray says" in line:
                owners |= tray_owners(place)
    assert process.returncode == 0, text
    assert_all_facts(text)
    assert not place.exists()
    if not reached():  # where he could not run it
        assert "and not on your screen: [Errno 13] Permission denied" in text, text
        return
    assert "The tray is on your screen." in text, text
    assert owners == {NOBODY}
    assert not (tmp_path / "none").exists() and "picture" not in text


def tray_owners(place: Place) -> set[int]:
    """Who runs a qnet-tray that is connected to this lab."""
    owners = set()
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            ours = f"{place.dom0_bus}/".encode() in (folder / "environ").read_bytes()
            if ours and b"qnet_gui.tray.main" in (folder / "cmdline").read_bytes():
                owners.add(folder.stat().st_uid)
        except OSError:
            continue
    return owners


def session(leader: int) -> list[str]:
    """Programs that live in a session."""
    stats = []
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            name, _, rest = (folder / "stat").read_text().rpartition(")")
            state, _, _, its_session = rest.split()[:4]
            if int(its_session) == leader and state != "Z":
                stats.append(name)
    return stats


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("moment", ["1.", "The tray is", "   Waiting"])
def test_interrupted_at_any_moment_nothing_is_left(place: Place, tmp_path: Path, number: int, moment: str) -> None:
    process = subprocess.Popen(
        [*COMMAND, "--name", place.name], cwd=ROOT, env={**headless(), "TMPDIR": str(tmp_path)},
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True,
    )  # fmt: skip
    assert process.stdout
    text = ""
    for line in process.stdout:
        text += line
        if line.startswith(moment):
            break
    assert process.poll() is None, text
    os.killpg(process.pid, number) if number == signal.SIGINT else process.send_signal(number)
    rest = process.stdout.read()
    assert process.wait(DEADLINE) == 1
    process.stdout.close()
    assert "Interrupted." in rest and "Traceback" not in rest
    assert not place.exists()
    assert not [path for path in tmp_path.iterdir() if path.name.startswith("qnet-demo-")]
    # a program that was just being started is not the demo's to end: it ends by itself when it finds no lab
    eventually(lambda: not session(process.pid), "programs of the demo go on")


def test_a_lab_of_that_name_is_left_alone(place: Place) -> None:
    place.folder.mkdir(parents=True)
    done = run(place, env=headless())
    assert done.returncode == 1
    assert f"There is a lab named {place.name} already." in done.stderr
    assert place.folder.exists()


def test_not_as_root(place: Place) -> None:
    done = subprocess.run(
        [*become(NOBODY), *COMMAND], cwd=ROOT, env=headless(), capture_output=True, text=True, check=False
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "The demo needs root, for the namespaces of its lab: sudo make demo\n"


def test_a_change_in_the_domain_is_said(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    telling = story.Demo("none", Path("/nonexistent"))
    monkeypatch.setattr(telling, "configuration", lambda: "address 2\nroute\n")
    with pytest.raises(Refused, match="has changed"):
        telling.changes("address 1\nroute\n")
    assert "-address 1\n   +address 2" in capsys.readouterr().out


def test_the_signal_counts_from_where_the_new_servers_come_first() -> None:
    def block(timestamp: str, path: str, *servers: str) -> str:
        strings = "".join(f'   string "{server}"\n' for server in servers)
        head = f"signal time={timestamp} sender=:1.0 -> destination=(null destination) serial=2 path={path}; x"
        return f"{head}\n{strings}"

    dns = "/org/freedesktop/NetworkManager/DnsManager"
    text = (
        block("1.5", "/org/freedesktop/DBus")
        + block("2.5", dns, "nameservers", "192.168.0.53", "192.168.1.53")
        + block("3.5", "/other", "192.168.1.53")
        + block("4.5", dns, "nameservers", "192.168.1.53", "192.168.0.53")
        + block("5.5", dns, "nameservers", "192.168.1.53")
    )
    assert roam.signal_time(text, Provider(1)) == 4.5
    assert roam.signal_time(text[: text.index("signal time=4.5")], Provider(1)) is None


def test_what_did_not_happen_is_said_and_the_logs_are_kept(place: Place, tmp_path: Path) -> None:
    with subprocess.Popen(
        [*COMMAND, "--name", place.name], cwd=ROOT, env={**headless(), "TMPDIR": str(tmp_path)},
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    ) as process:  # fmt: skip
        text = ""
        assert process.stdout
        for line in process.stdout:
            text += line
            if line.startswith("The tray is"):
                cgroup.kill(place.cgroup)
    assert process.returncode == 1
    assert "This did not happen: " in text and "Traceback" not in text
    folder = re.search(r"The logs of all programs are in (/\S+)\.\n", text)
    assert folder and (Path(folder[1]) / "lab" / "netvm-qnet-agent.log").exists()
    assert "nothing is left of it" in text and not place.exists()
