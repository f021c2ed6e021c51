#!/usr/bin/python3 -IB
"""What the child of `qnet-display` can reach on this Xen: `screen_probe.py NETVM OTHER`, ids of domains; as JSON.

The real sandbox and the real devices, which are opened as `qnet-display` opens them, and in the child's place somebody
who wants more. Each thing is tried from devices that are OTHER's as well, so that it is known to be there.
"""

from __future__ import annotations

import errno
import fcntl
import json
import mmap
import os
import pwd
import socket
import struct
import sys
from collections.abc import Callable

from qnet_gui.display import xen_devices
from qnet_gui.display.confinement.sandbox import confine
from qnet_gui.display.main import USER, open_devices
from qnet_gui.display.xen_devices import EventChannels, ForeignFrames
from qnet_gui.store.client import Store

#: A frame of dom0's that there is, and domains that are none (xen/include/public/xen.h).
FRAME = 0x100
DOMID_SELF, DOMID_IO, DOMID_XEN = 0x7FF0, 0x7FF1, 0x7FF2


def outcome(attempt: Callable[[], object]) -> str:
    """Done, or the name of the error."""
    try:
        attempt()
    except OSError as refused:
        return errno.errorcode.get(refused.errno or 0, str(refused.errno))
    return "done"


def node(store: Store, path: str) -> int:
    return int(store.read(path) or b"")


def map_of(frames: ForeignFrames, domid: int, frame: int) -> None:
    """As `ForeignFrames.map`, by a descriptor that may be restricted to another domain."""
    ForeignFrames(frames.fileno(), domid, _unrestricted).map([frame])


def _unrestricted(descriptor: int, request: int, argument: bytearray) -> int:
    return 0 if request == xen_devices.IOCTL_PRIVCMD_RESTRICT else fcntl.ioctl(descriptor, request, argument)


def bind_of(channels: EventChannels, domid: int, port: int) -> None:
    """As `EventChannels.bind`, likewise."""
    argument = bytearray(struct.pack("@II", domid, port))
    fcntl.ioctl(channels.fileno(), xen_devices.IOCTL_EVTCHN_BIND_INTERDOMAIN, argument)


def restrict(descriptor: int, request: int, domid: int) -> None:
    fcntl.ioctl(descriptor, request, bytearray(struct.pack("@H", domid)))


def fork() -> None:
    if not os.fork():
        os._exit(0)


def of_xen(
    frames: ForeignFrames, channels: EventChannels, netvm: tuple[int, int], other: tuple[int, int, int]
) -> dict[str, str]:
    """What the devices give. `netvm`: its id and a frame of it; `other`: an id, a frame and a port."""
    domid, frame, port = other
    attempts: dict[str, Callable[[], object]] = {
        "the netvm's frame": lambda: map_of(frames, *netvm),
        "a frame of no memory": lambda: map_of(frames, netvm[0], (1 << 33) - 1),
        "another's frame": lambda: map_of(frames, domid, frame),
        "dom0's frame": lambda: map_of(frames, 0, FRAME),
        "its own frame": lambda: map_of(frames, DOMID_SELF, FRAME),
        "a device's frame": lambda: map_of(frames, DOMID_IO, 0xFEE00),
        "Xen's frame": lambda: map_of(frames, DOMID_XEN, FRAME),
        "another's port": lambda: bind_of(channels, domid, port),
        "dom0's port": lambda: bind_of(channels, 0, port),
        "frames of another": lambda: restrict(frames.fileno(), xen_devices.IOCTL_PRIVCMD_RESTRICT, domid),
        "ports of another": lambda: restrict(channels.fileno(), xen_devices.IOCTL_EVTCHN_RESTRICT_DOMID, domid),
        # IOCTL_PRIVCMD_HYPERCALL: xen_version, which harms nobody
        "a hypercall": lambda: fcntl.ioctl(frames.fileno(), 0x305000, bytearray(struct.pack("@QQQQQQ", 17, *[0] * 5))),
    }  # fmt: skip
    return {what: outcome(attempt) for what, attempt in attempts.items()}


def of_linux() -> dict[str, str]:
    """What the kernel gives besides."""
    attempts: dict[str, Callable[[], object]] = {
        "a file": lambda: os.open("/etc/passwd", os.O_RDONLY),
        "privcmd": lambda: os.open(xen_devices.PRIVCMD, os.O_RDWR),
        "a socket": lambda: socket.socket(socket.AF_UNIX),
        "fork": fork,
        "exec": lambda: os.execv("/bin/true", ["true"]),  # noqa: S606
        "memory to run": lambda: mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_EXEC),
        "a signal": lambda: os.kill(os.getppid(), 0),
    }
    return {what: outcome(attempt) for what, attempt in attempts.items()}


def run(work: Callable[[int], object]) -> object:
    """In a process of its own, which is handed a pipe's descriptor."""
    reader, writer = os.pipe()
    if not (pid := os.fork()):
        os.write(writer, json.dumps(work(writer)).encode())
        os._exit(0)
    os.close(writer)
    told = b""
    while piece := os.read(reader, 65536):
        told += piece
    os.waitpid(pid, 0)
    return json.loads(told)


def main() -> None:
    netvm, other = map(int, sys.argv[1:])
    with Store() as store:
        theirs = node(store, f"/local/domain/{netvm}/store/ring-ref")
        others = [node(store, f"/local/domain/{other}/store/{name}") for name in ("ring-ref", "port")]
    user = pwd.getpwnam(USER)

    def confined(writer: int) -> object:
        frames, channels = open_devices(netvm)
        keep = {frames.fileno(), channels.fileno(), writer}
        confine(keep, user.pw_uid, user.pw_gid, xen_devices.REQUESTS, os.getppid())
        return {**of_xen(frames, channels, (netvm, theirs), (other, *others)), **of_linux()}

    def restricted(_: int) -> object:
        return of_xen(*open_devices(netvm), (netvm, theirs), (other, *others))

    def of_the_other(_: int) -> object:
        frames, channels = open_devices(other)
        return {
            "frame": outcome(lambda: map_of(frames, other, others[0])),
            "port": outcome(lambda: bind_of(channels, other, others[1])),
        }

    print(json.dumps({"other": run(of_the_other), "restricted": run(restricted), "confined": run(confined)}))


if __name__ == "__main__":
    main()
