#!/usr/bin/python3 -I
"""Process 1 of dom0, the netvm and the AppVMs of the Xen machine: starts what that kind of domain needs, then obeys.

Takes the place of systemd, which under software emulation takes longer than everything else together.
"""

import os
import re
import subprocess
import sys
import threading
import time
from pathlib import Path

sys.path.insert(0, "/usr/lib/qnet-test")
import command_runner

LOG = Path("/var/log/qnet-test")
ENVIRONMENT = {
    "PATH": "/usr/lib/xen-4.17/bin:/usr/sbin:/usr/bin:/sbin:/bin", "HOME": "/root", "LC_ALL": "C.UTF-8", "TERM": "dumb",
}  # fmt: skip
FOLDERS = ("/run/dbus", "/run/xen", "/run/xenstored", "/run/lock", "/var/log/xen/console")
XENFS = ("xen-evtchn", "xen-gntdev", "xen-gntalloc", "xen-privcmd", "xenfs")


def say(text: str) -> None:
    """A line on the console, with the seconds since this domain's kernel began."""
    uptime = Path("/proc/uptime").read_text().split()[0]
    print(f"QNET {uptime} {text}", flush=True)


def run(*arguments: str) -> None:
    """Run something that ends; a failure is told on the console and left at that."""
    done = subprocess.run(arguments, env=ENVIRONMENT, stdin=subprocess.DEVNULL, check=False)
    if done.returncode:
        say(f"{' '.join(arguments)}: status {done.returncode}")


def start(name: str, *arguments: str) -> subprocess.Popen[bytes]:
    """Start something that stays; what it says goes to a log of its own."""
    with (LOG / f"{name}.log").open("ab") as log:
        return subprocess.Popen(arguments, env=ENVIRONMENT, stdin=subprocess.DEVNULL, stdout=log, stderr=log)


def keep(name: str, *arguments: str) -> None:
    """Start something, and again whenever it ends, as its unit has it."""

    def again() -> None:
        while True:
            start(name, *arguments).wait()
            time.sleep(0.5)

    threading.Thread(target=again, daemon=True).start()


def wait_for(what: str, path: str, seconds: float = 30) -> None:
    until = time.monotonic() + seconds
    while not Path(path).exists():
        if time.monotonic() > until:
            say(f"{what}: {path} did not appear")
            return
        time.sleep(0.05)


def load(*modules: str) -> None:
    run("modprobe", "-a", *modules)


def set_up_system(name: str) -> None:
    """What is the same everywhere."""
    os.environ.update(ENVIRONMENT)
    for kind, place in (("tmpfs", "/run"), ("tmpfs", "/tmp"), ("devpts", "/dev/pts"), ("tmpfs", "/dev/shm")):
        Path(place).mkdir(exist_ok=True)
        run("mount", "-t", kind, kind, place)
    for folder in (LOG, *FOLDERS):
        Path(folder).mkdir(parents=True, exist_ok=True)
    Path("/proc/sys/kernel/hostname").write_text(name)
    run("ip", "link", "set", "lo", "up")
    load(*XENFS)
    run("mount", "-t", "xenfs", "xenfs", "/proc/xen")


def system_bus() -> None:
    run("dbus-uuidgen", "--ensure")
    run("dbus-daemon", "--system", "--fork", "--nopidfile")


def dom0() -> None:
    # the card is dom0's until somebody takes it away
    load("xen-blkback", "xen-pciback", "xen-netfront", "virtio_console", "virtio_rng", "e1000")
    Path("/var/lib/qnet").mkdir(mode=0o700, exist_ok=True)
    run("mount", "-o", "noatime", "/dev/vdb", "/var/lib/qnet")
    start("xenstored", "xenstored", "--no-fork", "--pid-file", "/run/xenstored.pid")
    wait_for("xenstored", "/run/xenstored/socket")
    run("xen-init-dom0")
    start("xenconsoled", "xenconsoled", "-i", "--log=all")
    system_bus()
    start("polkitd", "/usr/lib/polkit-1/polkitd", "--no-debug")
    keep("qnet-helper", "/usr/bin/qnet-helper", "--debug")


def netvm() -> None:
    load("xen-netback", "xen-pcifront", "e1000")
    system_bus()
    keep("qnet-agent", "/usr/bin/qnet-agent", "--debug")
    start("devd", "xl", "devd", "-F")
    # NetworkManager waits for udev before it touches a card
    run("/lib/systemd/systemd-udevd", "--daemon")
    run("udevadm", "trigger", "--action=add", "--subsystem-match=net")
    start("polkitd", "/usr/lib/polkit-1/polkitd", "--no-debug")
    start("NetworkManager", "NetworkManager", "--no-daemon")


def guest() -> None:
    load("xen-netfront")
    watch = subprocess.Popen(["/sbin/ip", "-o", "monitor", "link"], env=ENVIRONMENT, stdout=subprocess.PIPE, text=True)
    set_up = ("qnet-guest", "/usr/bin/qnet-guest", "--debug", "--wait", "60")
    start(*set_up)

    def on_link_change() -> None:
        """What udev and qnet-guest.service do elsewhere."""
        present = True
        for line in watch.stdout or ():
            if " eth0" in line and (gone := line.startswith("Deleted")) == present:
                present = not gone
                if present:
                    start(*set_up)

    threading.Thread(target=on_link_change, daemon=True).start()


def main() -> None:
    arguments = dict(re.findall(r"(\S+?)=(\S+)", Path("/proc/cmdline").read_text()))
    role, name = arguments["role"], arguments.get("name", "dom0")
    set_up_system(name)
    {"dom0": dom0, "netvm": netvm, "guest": guest}[role]()
    say(f"{name} is up")
    while True:
        try:
            (command_runner.run_for_host if role == "dom0" else command_runner.run_for_dom0)()
        except Exception as error:  # process 1 must not end
            say(f"starting again after {error!r}")
            time.sleep(1)


main()
