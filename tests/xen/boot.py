"""Boots the Xen machine under QEMU and runs commands in it. Touches build/xen/run only.

QEMU emulates the processor (TCG): what KVM offers inside another machine cannot run Xen. It ends with this process.
"""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import image
from parts import BUILD

RUN = BUILD / "run"
SOCKET = RUN / "port"
CARD = "00:04.0"
_LOGS = "/var/log/qnet-test/*"
_MEMORY = 3072
_DOM0_MEMORY = 1024
#: Several of these are for speed alone: under emulation every mitigation costs, and protects nobody.
_LINUX = "console=hvc0 quiet loglevel=4 net.ifnames=0 mitigations=off random.trust_cpu=on"


@dataclass(frozen=True, slots=True)
class Result:
    """What a command in the machine came to."""

    status: int
    output: str

    def ok(self) -> str:
        """The output; fails where the command did."""
        assert self.status == 0, self.output
        return self.output.strip()


def _qemu(machine: Path, iommu: bool) -> list[str]:
    xen = f"console=com1 com1=115200,8n1 dom0_mem={_DOM0_MEMORY}M,max:{_DOM0_MEMORY}M dom0_max_vcpus=1 {os.environ.get('XENOPT','loglvl=all guest_loglvl=all')}"
    linux = f"{_LINUX} role=dom0 layers=dom0:modules:base"
    devices = ["intel-iommu,intremap=on,caching-mode=on"] if iommu else []
    devices += [
        f"e1000,netdev=net,addr={CARD[3:5]}", "virtio-blk-pci,drive=disk,addr=5", "virtio-rng-pci,addr=6",
        "virtio-serial-pci,addr=7", "virtserialport,chardev=port,name=qnet",
    ]  # fmt: skip
    return [
        "qemu-system-x86_64", "-name", "qnet-xen", "-M", "q35", "-accel", "tcg,thread=multi,tb-size=512",
        "-cpu", "qemu64", "-m", str(_MEMORY), "-smp", "2", "-nodefaults", "-no-reboot", "-display", "none",
        "-monitor", "none", "-serial", "chardev:console",
        "-chardev", f"socket,id=console,path={RUN}/serial,server=on,wait=off,logfile={RUN}/console",
        # Xen takes its dom0 as multiboot modules; a comma separates them, so one in words is doubled
        "-kernel", f"{machine}/xen", "-append", xen, "-initrd", f"{machine}/vmlinux {linux},{machine}/initrd",
        "-drive", f"file={machine}/disk,if=none,id=disk,format=raw,readonly=on,cache=unsafe",
        "-netdev", "user,id=net", "-chardev", f"socket,id=port,path={SOCKET},server=on,wait=off",
        *(word for device in devices for word in ("-device", device)),
    ]  # fmt: skip


class Machine:
    """A running Xen host."""

    def __init__(self, iommu: bool = True) -> None:
        machine = image.machine()
        shutil.rmtree(RUN, ignore_errors=True)
        RUN.mkdir(parents=True)
        outside = Path(__file__).with_name("outside.py")
        self.began = time.monotonic()
        with (RUN / "qemu.log").open("wb") as log:
            # a process namespace, so that with its first process all of them end
            alone = ["/usr/bin/unshare", "--net", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc"]
            words = [*alone, "nice", "-n", "19", sys.executable, str(outside), *_qemu(machine, iommu)]
            environment = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "QNET_XEN_RUN": str(RUN)}
            self._process = subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=environment)
        self._socket = self._connect(30)
        self._lines = self._socket.makefile("rb")

    def _connect(self, seconds: float) -> socket.socket:
        sock = socket.socket(socket.AF_UNIX)
        until = time.monotonic() + seconds
        while True:
            try:
                sock.connect(str(SOCKET))
                return sock
            except OSError:
                if self._process.poll() is not None or time.monotonic() > until:
                    raise RuntimeError(f"QEMU did not start: {(RUN / 'qemu.log').read_text()}") from None
                time.sleep(0.05)

    def run(self, script: str, domain: str = "dom0", seconds: float = 60) -> Result:
        """Run a shell script in a domain, as root."""
        request: dict[str, Any] = {"domain": domain, "script": script, "seconds": seconds}
        self._socket.settimeout(seconds + 90)
        self._socket.sendall(json.dumps(request).encode() + b"\n")
        answer = json.loads(self._lines.readline())
        return Result(answer["status"], answer["output"])

    def until(self, script: str, domain: str = "dom0", seconds: float = 120) -> str:
        """Run a script again and again until it succeeds; its output."""
        until = time.monotonic() + seconds
        while True:
            result = self.run(script, domain)
            if result.status == 0 or time.monotonic() > until:
                return result.ok()
            time.sleep(0.5)

    def create(self, name: str, role: str, memory: int, *lines: str) -> None:
        """`xl create` a domain of the shared disk."""
        words = f"{_LINUX} role={role} name={name} layers={role}:modules:base iommu=soft swiotlb=1024"
        config = [
            f'name="{name}"', 'type="pv"', 'kernel="/boot/vmlinux"', 'ramdisk="/boot/initrd"', f'extra="{words}"',
            f"memory={memory}", "vcpus=1",
            "disk=['format=raw,vdev=xvda,access=r,script=block-shared,target=/dev/vda']", *lines,
        ]  # fmt: skip
        text = "\n".join(config)
        self.run(f"cat >/run/{name}.cfg <<'END'\n{text}\nEND\nxl create /run/{name}.cfg", seconds=90).ok()

    def keep(self) -> None:
        """Put what dom0 and the domains can tell into build/xen/run, for whoever looks into a failure."""
        told = {
            "xl-dmesg": "xl dmesg", "dom0-dmesg": "dmesg", "xenstore": "xenstore-ls -fp", "xl-list": "xl list -v",
            "dom0-logs": f"for each in {_LOGS} /var/log/xen/*.log; do echo \"== $each\"; tail -n 200 $each; done",
            "consoles": "for each in /var/log/xen/console/*; do echo \"== $each\"; tail -n 200 $each; done",
        }  # fmt: skip
        for name, script in told.items():
            (RUN / name).write_text(self.run(script).output)
        for domain in ("netvm", "work"):
            script = f'for each in {_LOGS}; do echo "== $each"; tail -n 100 $each; done; ip address; ip route'
            (RUN / f"{domain}-logs").write_text(self.run(script, domain, 20).output)

    def end(self) -> None:
        """Power off, rudely: nothing in it is kept."""
        self._socket.close()
        self._process.kill()
        self._process.wait(10)
