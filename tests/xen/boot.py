"""A running Xen machine: booted, or restored from a saved one; runs commands in any of its domains.

Touches its folder below build/xen/run only. It ends with this process.
"""

from __future__ import annotations

import contextlib
import itertools
import json
import os
import shutil
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import domains_disk
import image
import pytest
import qemu
import screen_disk
from parts import BUILD

RUN = BUILD / "run"
#: Seconds without an answer after which Xen's scheduler is made to run.
_WAKE_INTERVAL = 6.0
_FOR_XEN = "\x01" * 3
_LOGS = "/var/log/qnet-test/*"
#: What seconds are multiplied by; some computers emulate at half the speed of others.
_FACTOR = float(os.environ.get("QNET_TEST_PATIENCE", "1"))
_numbers = itertools.count()


def more_disk(kind: str) -> Path | None:
    """The third disk of a kind of machine that has one, made if need be."""
    makes = {
        "bare": domains_disk.made, "installed": domains_disk.made,
        qemu.SCREEN: screen_disk.made, qemu.INSTALLED_SCREEN: screen_disk.made,
    }  # fmt: skip
    return makes[kind]() if kind in makes else None


def _own_folder() -> Path:
    """A new folder of this process; what processes that have ended left there is removed with the first."""
    number = next(_numbers)
    if not number and RUN.exists():
        for old in RUN.iterdir():
            if not Path("/proc", old.name.partition("-")[0]).exists():
                shutil.rmtree(old)
    folder = RUN / f"{os.getpid()}-{number}"
    folder.mkdir(parents=True)
    return folder


@dataclass(frozen=True, slots=True)
class Result:
    """What a command in the machine came to."""

    status: int
    output: str

    def ok(self) -> str:
        """The output; fails where the command did."""
        assert self.status == 0, self.output
        return self.output.strip()


class Machine:
    """A running Xen host."""

    def __init__(
        self, iommu: bool = True, saved: Path | None = None, memory: Path | None = None, kind: str = ""
    ) -> None:
        """Start it from what `saved` holds (see saved.py), else from power on with `memory` as its memory's file.

        `kind`, of those in image.KINDS: dom0 and all domains have systemd and udev, and the packages, installed or not;
        or qemu.SCREEN and qemu.INSTALLED_SCREEN, for a netvm with a screen.
        """
        self.kind = kind
        machine, more = image.machine(), more_disk(kind)
        self.folder = _own_folder()
        # what dom0 keeps over a reboot
        shutil.copy(saved / "disk" if saved else machine / "state", self.folder / "state")
        store = self.folder / "store" if more else None
        if store and saved:
            shutil.copy(saved / "store", store)
        elif store:
            image.run("qemu-img", "create", "-q", "-f", "qcow2", "-F", "raw", "-b", more, store)
        outside = Path(__file__).with_name("outside_world.py")
        file = saved / "memory" if saved else memory or self.folder / "memory"
        arguments = qemu.command(machine, self.folder, file, iommu, saved is not None, kind, store)
        self.stages: list[tuple[str, float]] = []
        self.began = time.monotonic()
        with (self.folder / "qemu.log").open("wb") as log:
            # a process namespace, so that with its first process all of them end
            alone = ["/usr/bin/unshare", "--net", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc"]
            folder = str(self.folder)
            environment = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "QNET_XEN_RUN": folder, "TMPDIR": folder}
            self._process = subprocess.Popen(
                [*alone, sys.executable, str(outside), *arguments],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=environment,
            )  # fmt: skip
        self.monitor = qemu.Monitor(self._connect("monitor"))
        self._socket = self._connect("port")
        self._lines = self._socket.makefile("rb")

    def _connect(self, name: str, seconds: float = 30) -> socket.socket:
        sock = socket.socket(socket.AF_UNIX)
        until = time.monotonic() + seconds
        while True:
            try:
                sock.connect(str(self.folder / name))
                return sock
            except OSError:
                if self._process.poll() is not None or time.monotonic() > until:
                    raise RuntimeError(f"QEMU did not start: {(self.folder / 'qemu.log').read_text()}") from None
                time.sleep(0.02)

    def _press(self, keys: str, seconds: float) -> None:
        """Debug keys on Xen's console; Ctrl-A thrice gives them to dom0 and to Xen in turn."""
        with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX) as console:
            console.connect(str(self.folder / "console"))
            for key in keys:
                console.sendall(key.encode())
                time.sleep(seconds)

    def _ask_xen(self) -> None:
        """Have Xen print on its console where everybody is."""
        self._press(_FOR_XEN + "0dqraie" + _FOR_XEN + "0dqraie", 1)

    def _wake(self, answered: threading.Event) -> None:
        """Have Xen's scheduler run now and then while an answer is waited for.

        Emulated, a processor that idles misses at times that somebody is to run: dom0 stood in the run queue (key r)
        with both processors idle, for good, until a debug key came. Every second time it is Xen that gets it.
        """
        while not answered.wait(_WAKE_INTERVAL):
            self._press(_FOR_XEN + "t", 0.05)

    def note(self, what: str) -> None:
        """Remember how old the machine was when it had come so far."""
        self.stages.append((what, round(self.age, 1)))

    def _hang_up(self) -> None:
        self._lines.close()
        self._socket.close()

    @property
    def age(self) -> float:
        """Seconds since QEMU was started."""
        return time.monotonic() - self.began

    # -- commands

    def run(self, script: str, domain: str = "dom0", seconds: float = 60) -> Result:
        """Run a shell script in a domain, as root."""
        seconds *= _FACTOR
        request: dict[str, Any] = {"domain": domain, "script": script, "seconds": seconds}
        self._socket.settimeout(seconds + 30)
        self._socket.sendall(json.dumps(request).encode() + b"\n")
        answered = threading.Event()
        waker = threading.Thread(target=self._wake, args=(answered,), daemon=True)
        waker.start()
        try:
            answer = json.loads(self._lines.readline())
        except TimeoutError:
            answered.set()
            waker.join()
            self._ask_xen()
            pytest.fail(f"dom0 fell silent; {self.folder}/console.log has what Xen says")
        finally:
            answered.set()
        return Result(answer["status"], answer["output"])

    def ok(self, script: str, domain: str = "dom0", seconds: float = 60) -> str:
        """The output of a script that must succeed."""
        result = self.run(script, domain, seconds)
        assert result.status == 0, f"in {domain}: {script}\nstatus {result.status}: {result.output}"
        return result.output.strip()

    def until(self, script: str, domain: str = "dom0", seconds: float = 120) -> str:
        """Run a script again and again until it succeeds; its output."""
        until = time.monotonic() + seconds * _FACTOR
        while True:
            began = time.monotonic()
            result = self.run(script, domain)
            ended = time.monotonic()
            if result.status == 0 or ended > until:
                assert result.status == 0, f"in {domain} within {seconds} s: {script}\n{result.output}"
                return result.output.strip()
            # whoever is waited for needs the processor too
            time.sleep(max(0.3, ended - began))

    def wait(self, what: str, ready: Callable[[], Any], seconds: float = 60) -> Any:
        """Wait until `ready()` is true."""
        until = time.monotonic() + seconds * _FACTOR
        while not (answer := ready()):
            assert time.monotonic() < until, f"{what} did not come within {seconds} s"
            time.sleep(0.3)
        return answer

    def status(self) -> dict[str, Any]:
        """`qnet status --json` of dom0."""
        snapshot: dict[str, Any] = json.loads(self.ok("qnet status --json"))
        return snapshot

    # -- domains

    def config(self, name: str, role: str, memory: int, *lines: str) -> str:
        """xl's configuration of a domain of the shared disk; `memory` in MiB."""
        arguments = f"{qemu.linux(role, name, self.kind)} iommu=soft swiotlb=1024"
        disks = {"xvda": "vda"}
        if self.kind in (qemu.SCREEN, qemu.INSTALLED_SCREEN) and role == "netvm":
            disks[qemu.WITH_SCREEN["netvm"]] = qemu.WITH_SCREEN["dom0"]
        shared = "format=raw,access=r,script=block-shared"
        config = [
            f'name="{name}"', 'type="pv"', 'kernel="/boot/vmlinux"', 'ramdisk="/boot/initrd"', f'extra="{arguments}"',
            f"memory={memory}", "vcpus=1",
            f"disk={[f'{shared},vdev={theirs},target=/dev/{ours}' for theirs, ours in disks.items()]}", *lines,
        ]  # fmt: skip
        return "\n".join(config) + "\n"

    def write(self, path: str, text: str, domain: str = "dom0") -> None:
        """Write a file in a domain."""
        self.ok(f"mkdir -p $(dirname {path}); cat >{path} <<'END'\n{text}END", domain)

    def create(self, name: str, role: str, memory: int, *lines: str) -> None:
        """`xl create` a domain of the shared disk."""
        self.write(f"/run/{name}.cfg", self.config(name, role, memory, *lines))
        self.ok(f"xl create /run/{name}.cfg", seconds=90)

    def create_tiny(self, name: str, *lines: str) -> None:
        """`xl create` a domain that is its initramfs alone."""
        config = [
            f'name="{name}"', 'type="pv"', 'kernel="/boot/vmlinux"', 'ramdisk="/boot/tiny"',
            'extra="console=hvc0 quiet"', "memory=96", "vcpus=1", *lines,
        ]  # fmt: skip
        self.write(f"/run/{name}.cfg", "\n".join(config) + "\n")
        self.ok(f"xl create /run/{name}.cfg", seconds=90)

    def domid(self, name: str) -> int:
        """The id of a domain that exists."""
        return int(self.ok(f"xl domid {name}"))

    def paused(self) -> set[str]:
        """Names of the domains that `xl list` shows as paused."""
        rows = [line.split() for line in self.ok("xl list").splitlines()[1:]]
        return {row[0] for row in rows if "p" in row[4]}

    def reboot(self) -> None:
        """The reset button: of dom0 only what lies in /var/lib/qnet is there after it."""
        self.monitor.do("system_reset")
        self._boot_again(seconds=60)

    def wait_until_reboot(self, seconds: float) -> None:
        """Wait until the machine has restarted by itself, and takes commands again."""

        def has_restarted() -> bool:
            self.monitor.do("query-status")
            self._press(_FOR_XEN + "t", 0.05)
            return "RESET" in self.monitor.events

        self.wait("a restart", has_restarted, seconds)
        self._boot_again(seconds=400)

    def _boot_again(self, seconds: float) -> None:
        self._hang_up()
        self._socket = self._connect("port")
        self._lines = self._socket.makefile("rb")
        self.began = time.monotonic()
        self.ok("true", seconds=seconds)

    def wait_until_asleep(self, seconds: float) -> None:
        """Wait until the machine has gone to sleep by itself (ACPI S3)."""

        def sleeps() -> bool:
            self._press(_FOR_XEN + "t", 0.05)
            return bool(self.monitor.do("query-status")["status"] == "suspended")

        self.wait("sleep", sleeps, seconds)

    def wake_up(self) -> None:
        """Press the button."""
        self.monitor.do("system_wakeup")

    # -- the end

    def wait_until_off(self, seconds: float) -> None:
        """Wait until the machine has switched itself off."""
        until = time.monotonic() + seconds * _FACTOR
        while self._process.poll() is None:
            assert time.monotonic() < until, f"it is still on after {seconds} s"
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(_WAKE_INTERVAL)
            self._press(_FOR_XEN + "t", 0.05)

    def keep(self) -> None:
        """Put what dom0 and the domains can tell beside QEMU's logs, for whoever looks into a failure."""
        diagnostics = {
            "xl-dmesg": "xl dmesg", "dom0-dmesg": "dmesg", "xenstore": "xenstore-ls -fp", "xl-list": "xl list -v",
            "dom0-logs": f"for log in {_LOGS} /var/log/xen/*.log; do echo \"== $log\"; tail -n 200 $log; done",
            "consoles": "for log in /var/log/xen/console/*; do echo \"== $log\"; tail -n 200 $log; done",
        }  # fmt: skip
        for name, script in diagnostics.items():
            (self.folder / name).write_text(self.run(script).output)
        for domain in self.run("xl list | sed 1,2d | cut -d' ' -f1").output.split():
            script = f'for log in {_LOGS}; do echo "== $log"; tail -n 100 $log; done; ip address; ip route'
            (self.folder / f"{domain}-logs").write_text(self.run(script, domain, 20).output)

    def end(self) -> None:
        """Power off, rudely: nothing in it is kept."""
        self.monitor.close()
        self._hang_up()
        self._process.kill()
        self._process.wait(10)
        for name in ("memory", "state", "store"):
            (self.folder / name).unlink(missing_ok=True)
