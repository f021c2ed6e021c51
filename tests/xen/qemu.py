"""QEMU: the command line of the Xen machine, and its monitor. Touches the run's folder only.

QEMU emulates the processor (TCG): what KVM offers inside another machine cannot run Xen.
"""

from __future__ import annotations

import json
import socket
from pathlib import Path
from typing import Any

from qnet_gui.dom0.netvm_image.netvm_cfg import kernel_words
from qnet_gui.model.config import DEFAULT_SCREEN

#: Where the cards are on the bus, and QEMU's names of their networks, whose providers are 10.0.2.0/24 and 10.0.3.0/24.
CARDS = ("00:04.0", "00:08.0")
NETWORKS = ("net2", "net3")
#: A device interrupts by a line, which stays raised until somebody has looked. By messages, of which an emulated
#: processor that is short of time loses some, dom0 waited for its disk for good.
_LINE = "vectors=0"
_MEMORY = 3072
_DOM0_MEMORY = 1024
#: Several of these are for speed alone: under emulation every mitigation costs, and protects nobody.
_LINUX = "console=hvc0 quiet loglevel=4 mitigations=off random.trust_cpu=on"


#: The kind of machine whose netvm has a screen: who has more packages for that, and where the disk with them is.
SCREEN = "screen"
WITH_SCREEN = {"dom0": "vdc", "netvm": "xvdb"}
#: The same with systemd and the packages everywhere, as in image.KINDS; its dom0 has no tray.
INSTALLED_SCREEN = "installed-screen"


def linux(role: str, name: str, kind: str) -> str:
    """What the kernel of a domain is told; with a `kind` of layers it has systemd, and cards have udev's names."""
    layer, screen = role, kind in (SCREEN, INSTALLED_SCREEN) and role in WITH_SCREEN
    words = [_LINUX, f"role={role} name={name}"]
    if kind in ("", SCREEN):
        words.append("net.ifnames=0")
    else:
        layer = f"{role}-{kind.removesuffix(f'-{SCREEN}')}"
        words.append(f"init=/sbin/init systemd.show_status=false systemd.hostname={name}")
    words.append(f"layers={layer}:{'screen:' if screen else ''}modules:base")
    if screen:
        words.append(f"more={WITH_SCREEN[role]}")
    if screen and role == "netvm":
        words.append(kernel_words(DEFAULT_SCREEN))
    return " ".join(words)


def command(
    machine: Path, run: Path, memory: Path, iommu: bool, saved: bool, kind: str, store: Path | None
) -> list[str]:
    """What to run. `memory`: the file that is the machine's memory; `saved`: it is only read, the rest comes later.

    `store`: a third disk, as what differs on it from the one that all have.
    """
    size = f"{_DOM0_MEMORY}M"
    xen = f"console=com1 com1=115200,8n1 dom0_mem={size},max:{size} dom0_max_vcpus=1 loglvl=all noreboot"
    devices = ["intel-iommu,intremap=on,caching-mode=on"] if iommu else []
    devices += [f"e1000,netdev={net},addr={card[3:5]}" for net, card in zip(NETWORKS, CARDS, strict=True)]
    devices += [
        f"virtio-blk-pci,drive=disk,addr=5,{_LINE}", f"virtio-blk-pci,drive=state,addr=9,{_LINE}",
        f"virtio-rng-pci,addr=6,{_LINE}", f"virtio-serial-pci,addr=7,{_LINE}", "virtserialport,chardev=port,name=qnet",
    ]  # fmt: skip
    backends = {
        "-netdev": [f"user,id={net},net=10.0.{net[-1]}.0/24" for net in NETWORKS],
        "-chardev": [
            f"socket,id=port,path={run}/port,server=on,wait=off",
            f"socket,id=console,path={run}/console,server=on,wait=off,logfile={run}/console.log",
        ],
        "-drive": [
            f"file={machine}/disk,if=none,id=disk,format=raw,readonly=on,cache=unsafe",
            f"file={run}/state,if=none,id=state,format=raw,cache=unsafe",
        ],
        "-object": [
            f"memory-backend-file,id=memory,size={_MEMORY}M,mem-path={memory},share={'off' if saved else 'on'}"
        ],
        "-device": devices,
    }
    if store is not None:
        devices.append(f"virtio-blk-pci,drive=store,addr=a,{_LINE}")
        backends["-drive"].append(f"file={store},if=none,id=store,format=qcow2,cache=unsafe")
    linux_of_dom0 = linux("dom0", "dom0", kind)
    return [
        "qemu-system-x86_64", "-name", "qnet-xen", "-M", "q35,memory-backend=memory",
        "-accel", "tcg,thread=multi,tb-size=512", "-cpu", "qemu64", "-m", str(_MEMORY), "-smp", "2",
        "-nodefaults", "-display", "none", "-monitor", "none", "-serial", "chardev:console",
        "-qmp", f"unix:{run}/monitor,server=on,wait=off",
        # Xen takes its dom0 as multiboot modules; a comma separates them, so one in words is doubled
        "-kernel", f"{machine}/xen", "-append", xen, "-initrd", f"{machine}/vmlinux {linux_of_dom0},{machine}/initrd",
        *(word for option, values in backends.items() for value in values for word in (option, value)),
        *(["-incoming", "defer"] if saved else []),
    ]  # fmt: skip


class Monitor:
    """QEMU's monitor (QMP)."""

    def __init__(self, connected: socket.socket) -> None:
        self._socket = connected
        self._lines = connected.makefile("rb")
        self._lines.readline()  # its greeting
        #: What has happened since the last command, by QEMU's names.
        self.events: list[str] = []
        self.do("qmp_capabilities")

    def do(self, command: str, **arguments: Any) -> Any:
        """One command; its answer. Fails where QEMU refuses."""
        message = {"execute": command, "arguments": arguments}
        self._socket.sendall(json.dumps(message).encode() + b"\n")
        self.events = []
        while True:
            answer = json.loads(self._lines.readline())
            if "return" in answer or "error" in answer:
                break
            self.events.append(answer["event"])
        assert "error" not in answer, f"{command}: {answer['error']}"
        return answer["return"]

    def close(self) -> None:
        """Let go of it; QEMU goes on."""
        self._lines.close()
        self._socket.close()

    def cable(self, network: str, plugged: bool) -> None:
        """Plug a card's cable in or pull it out."""
        self.do("set_link", name=network, up=plugged)
