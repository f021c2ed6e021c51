"""The cost of one vif: in the agent with 10 and with 1,000 served, through the hotplug script, and the bare floor.

Runs the real agent on a real xenstored in a network namespace of its own, as the backend of domain 0, because a guest's
quota of nodes ends long before a thousand vifs.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from ipaddress import IPv4Address
from pathlib import Path

from figures import median, show, timed

from qnet_gui.kernel.netlink import Netlink, link_index
from qnet_gui.kernel.nft import Nft
from qnet_gui.kernel.sysctl import set_for_interface
from qnet_gui.lab.box import syscalls
from qnet_gui.lab.box.place import Place
from qnet_gui.lab.xen.hardware import Hardware
from qnet_gui.model.vif import VifId
from qnet_gui.netvm.packet_filter import ruleset
from qnet_gui.netvm.vifs import hotplug
from qnet_gui.store.client import Store

ROOT = Path(__file__).parents[2]
HOME = "/local/domain/0/backend/vif"
SAMPLES = 200
#: Seconds in which the crowd's own consequences end: the kernel's work on 990 new links, and the news of them to dom0.
_SETTLE = 1.0


def _address(number: int) -> IPv4Address:
    return IPv4Address("10.137.16.0") + number


def links(numbers: range, far: int) -> None:
    """The vifs' links; their other ends are in the namespace of process `far`, as a domain's would be."""
    batch = "".join(f"link add vif{n}.0 type veth peer name far{n} netns {far}\n" for n in numbers)
    subprocess.run(["/sbin/ip", "-batch", "-"], input=batch, text=True, check=True, timeout=300)


def write(store: Store, number: int) -> None:
    def change(inside: Store) -> None:
        path = f"{HOME}/{number}/0"
        fields = {
            "frontend-id": str(number),
            "online": "1",
            "ip": str(_address(number)),
            "mac": f"00:16:3e:00:{number >> 8:02x}:{number & 255:02x}",
        }
        for key, value in fields.items():
            inside.write(f"{path}/{key}", value)

    store.atomically(change)


def _ask(verb: str, number: int) -> None:
    with socket.socket(socket.AF_UNIX) as sock:
        sock.connect(str(hotplug.SOCKET))
        sock.sendall(f"{verb} backend/vif/{number}/0 vif{number}.0\n".encode())
        answer = sock.recv(256)
    if answer != b"ok\n":
        raise SystemExit(f"the agent said {answer!r}")


def _samples(numbers: range) -> list[float]:
    """Online of vifs that have been offline: everything is done anew but what an earlier look has read."""
    for number in numbers:
        _ask("offline", number)
    milliseconds: list[float] = []
    for number in numbers:
        milliseconds += timed(lambda number=number: _ask("online", number), 1)  # type: ignore[misc]
    return milliseconds


def _script(numbers: range) -> list[float]:
    milliseconds = []
    for number in numbers:
        _ask("offline", number)
        env = {"vif": f"vif{number}.0", "XENBUS_PATH": f"backend/vif/{number}/0", "PATH": os.environ["PATH"]}
        start = time.perf_counter()
        # without a timeout, with which Python looks for the end of a process 16 and 32 ms after its start
        subprocess.run([str(ROOT / "desktop/netvm/tell-agent"), "hotplug", "online"], env=env, check=True)
        milliseconds.append((time.perf_counter() - start) * 1000)
    return milliseconds


def _floor(numbers: range) -> list[float]:
    """The same calls of the kernel alone, in a process that has everything at hand; the agent must not be running."""
    nft, netlink, milliseconds = Nft(), Netlink(), []
    for number in numbers:
        name, address = f"vif{number}.0", _address(number)
        start = time.perf_counter()
        nft.apply(ruleset.change_vifs([(name, address)], (), {address: (None, VifId(number, 0))}))
        index = link_index(name) or 0
        set_for_interface("ipv6", name, "disable_ipv6", 1)
        set_for_interface("ipv4", name, "proxy_arp", 1)
        set_for_interface("ipv4", name, "proxy_delay", 0, group="neigh")
        netlink.serve_host(index, address, "00:16:3e:00:00:01", 1)
        milliseconds.append((time.perf_counter() - start) * 1000)
    return milliseconds


def wait_served(count: int, nft: Nft) -> None:
    until = time.monotonic() + 120
    while len(nft.elements("inet", ruleset.TABLE, ruleset.VIF_SET)) < count:
        if time.monotonic() > until:
            raise SystemExit("the vifs did not come up")
        time.sleep(0.05)


def _measure(store: Store, agent_alive: subprocess.Popen[bytes], far: int) -> None:
    nft = Nft()
    few, many = range(1, 11), range(11, 1001)
    extra = range(2000, 2000 + SAMPLES)
    links(few, far)
    links(extra, far)
    for number in [*few, *extra]:
        write(store, number)
    wait_served(len(few) + len(extra), nft)
    for number in extra:
        _ask("offline", number)
    at_ten = [time for one in extra for time in _samples(range(one, one + 1))]
    show("online in the agent, 10 others served", at_ten, 2.0)
    links(many, far)
    start = time.perf_counter()
    for number in many:
        write(store, number)
    wait_served(1000, nft)
    print(f"  990 vifs written and served: {(time.perf_counter() - start) * 1000 / 990:.3f} ms each, with the writes")
    for number in extra:
        _ask("offline", number)
    time.sleep(_SETTLE)
    at_thousand = [time for one in extra for time in _samples(range(one, one + 1))]
    show("online in the agent, 1,000 others served", at_thousand, 2.0)
    ratio = median(at_thousand) / median(at_ten)
    print(f"  1,000 against 10: {ratio:.2f} times   limit 1.2: {'kept' if ratio <= 1.2 else 'MISSED'}")
    show("online through the script, 1,000 others served", _script(range(2000, 2050)), 20.0)
    agent_alive.terminate()
    agent_alive.wait(10)
    for number in extra:
        vif, address = VifId(number, 0), _address(number)
        nft.apply(ruleset.change_vifs((), [(vif.name, address)], {address: (vif, None)}))
    show("floor: the same kernel calls alone, 1,000 others served", _floor(extra))


def start_agent() -> subprocess.Popen[bytes]:
    """The real agent, once it listens."""
    hotplug.SOCKET.unlink(missing_ok=True)
    agent = subprocess.Popen([sys.executable, "-m", "qnet_gui.netvm.main"], cwd=ROOT, stderr=subprocess.DEVNULL)
    until = time.monotonic() + 20
    while not hotplug.SOCKET.exists() and time.monotonic() < until:
        time.sleep(0.05)
    return agent


@contextmanager
def box() -> Iterator[int]:
    """Namespaces with a xenstored and without an agent; yields the process in whose namespace the far ends are."""
    syscalls.unshare(syscalls.CLONE_NEWNS | syscalls.CLONE_NEWNET)
    syscalls.make_mounts_private()
    place = Place(f"bench{os.getpid() % 100000}")
    place.folder.parent.mkdir(mode=0o755, exist_ok=True)  # there may never have been a lab
    place.make()
    hardware = Hardware(place)
    far = subprocess.Popen(["/usr/bin/unshare", "-n", "/bin/sleep", "600"])
    try:
        for folder in (Path("/run/xenstored"), Path("/run/qnet"), Path("/run/dbus")):
            folder.mkdir(exist_ok=True)
            syscalls.mount_tmpfs(folder)
        Path("/run/xenstored/socket").touch()
        syscalls.bind(hardware.socket, "/run/xenstored/socket")
        yield far.pid
    finally:
        far.kill()
        hardware.close()
        subprocess.run(["/bin/rm", "-rf", str(place.folder)], check=False)


def main() -> None:
    """Measure; as root, in namespaces of its own."""
    with box() as far, Store() as store:
        agent = start_agent()
        try:
            _measure(store, agent, far)
        finally:
            agent.kill()


if __name__ == "__main__":
    main()
