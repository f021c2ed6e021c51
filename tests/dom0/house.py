"""A dom0 for the helper: a real bus, a real polkitd, a real xenstored; and people who call it.

polkitd and the helper run in a mount namespace of their own, in which polkit has our policy, the hypervisor's socket
is at its place, and somebody is logged in. The domains are nodes in xenstore; the tests speak for them.
"""

from __future__ import annotations

import contextlib
import os
import re
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from ipaddress import IPv4Address
from pathlib import Path
from typing import Any

import dbus
import pytest
from dbus.mainloop.glib import DBusGMainLoop
from gi.repository import GLib

from qnet_gui.hypervisor.port import VifRequest
from qnet_gui.lab.serve import serve
from qnet_gui.lab.toolstack import Identity
from qnet_gui.model.snapshot import from_wire
from qnet_gui.store import keys
from qnet_gui.store.client import Store
from qnet_gui.wire import plain

ROOT = Path(__file__).parents[2]
NAME, PATH, PROPERTIES = "org.qnet.Helper1", "/org/qnet/Helper1", "org.freedesktop.DBus.Properties"
#: Two accounts that every Debian has: one with a session on the screen, one without.
ACTIVE, NOBODY = 1, 65534

_BUS = """<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>system</type>
  <listen>unix:path={socket}</listen>
  <auth>EXTERNAL</auth>
  <policy context="default">
    <allow user="*"/>
    <deny own="*"/>
    <deny send_type="method_call"/>
    <allow send_type="signal"/>
    <allow send_requested_reply="true" send_type="method_return"/>
    <allow send_requested_reply="true" send_type="error"/>
    <allow receive_type="method_call"/>
    <allow receive_type="method_return"/>
    <allow receive_type="error"/>
    <allow receive_type="signal"/>
    <allow send_destination="org.freedesktop.DBus"/>
  </policy>
  <include>/usr/share/dbus-1/system.d/org.freedesktop.PolicyKit1.conf</include>
  <include>{root}/desktop/dbus/org.qnet.Helper1.conf</include>
</busconfig>
"""
_MOUNTS = """
set -e
mkdir -p /run/xen /run/systemd
mount -t tmpfs none /run/xen
ln -s {hypervisor} /run/xen/lab-hypervisor
mount --bind {actions} /usr/share/polkit-1/actions
mount -t tmpfs none /etc/polkit-1
mkdir /etc/polkit-1/rules.d
for cards in /sys/class/net /sys/bus/pci/devices; do
  [ ! -d $cards ] || mount -t tmpfs none $cards
done
mount -t tmpfs -o mode=755 none /run/systemd
mkdir /run/systemd/sessions /run/systemd/users /run/systemd/seats
printf 'UID={uid}\nUSER=daemon\nACTIVE=1\nIS_DISPLAY=1\nSTATE=active\nREMOTE=0\nTYPE=x11\nCLASS=user\nSEAT=seat0\n' \
  > /run/systemd/sessions/{session}
printf 'NAME=daemon\nSTATE=active\nDISPLAY={session}\nSESSIONS={session}\nACTIVE_SESSIONS={session}\n' \
  > /run/systemd/users/{uid}
printf 'IS_SEAT0=1\nACTIVE={session}\nACTIVE_UID={uid}\nSESSIONS={session}\nUIDS={uid}\n' > /run/systemd/seats/seat0
echo ready
exec sleep infinity
"""
_RUN_HELPER = "import sys; from qnet_gui.dom0.main import main; sys.exit(main())"
_WRITE = 11
_ALARM = re.compile(r"^<[0-4]>|^Traceback")


def eventually(ready: Callable[[], Any], seconds: float = 5, what: str = "it did not come") -> Any:
    until = time.monotonic() + seconds
    while not (found := ready()):
        assert time.monotonic() < until, what
        time.sleep(0.01)
    return found


class House:
    """A dom0 and its domains. `domains` is what the hypervisor says; `netvm` and `work` make some."""

    def __init__(self, xen: Any, folder: Path) -> None:
        self.xen = xen
        self.folder = folder
        self.log = folder / "helper.log"
        self.addresses = folder / "addresses.json"
        self.domains: dict[int, dict[str, Any]] = {}
        self.hypervisor_fails = False
        self.env = {
            "PATH": "/usr/sbin:/usr/bin:/sbin:/bin",
            "XENSTORED_RUNDIR": str(xen.place.xen),
            "DBUS_SYSTEM_BUS_ADDRESS": f"unix:path={xen.place.dom0_bus}/bus",
        }
        self._expected: list[re.Pattern[str]] = []
        self._children: list[subprocess.Popen[Any]] = []
        self.helper: subprocess.Popen[bytes] | None = None
        self.session = f"q{os.getpid()}"
        self._cgroups: list[Path] = []
        serve(xen.place.hypervisor, {"domains": self._list, "capabilities": lambda: {"name": "test"}})
        self.add_domain(0, "Domain-0")
        self._start_bus()
        self._start_namespace()
        self.start_polkit()
        self.bus = dbus.bus.BusConnection(self.env["DBUS_SYSTEM_BUS_ADDRESS"], mainloop=DBusGMainLoop())

    # -- hypervisor and toolstack

    def _list(self) -> list[dict[str, Any]]:
        assert not self.hypervisor_fails
        return list(self.domains.values())

    def add_domain(self, domid: int, name: str, uuid: int | None = None, state: str = "running") -> None:
        text = f"00000000-0000-4000-8000-{domid if uuid is None else uuid:012}"
        self.domains[domid] = {"id": domid, "name": name, "uuid": text, "state": state}
        if domid:
            self.xen.hardware.add(domid)
            self.xen.toolstack.create(Identity(domid, name, text), driver_domain=domid == 1)
        else:
            self.xen.toolstack.create_dom0(Identity(0, name, text))

    def destroy(self, domid: int) -> None:
        gone = self.domains.pop(domid)
        self.xen.toolstack.destroy(Identity(domid, gone["name"], gone["uuid"]))
        self.xen.hardware.dying(domid)
        self.xen.hardware.remove(domid)

    def attach(self, domid: int, address: str = "10.137.0.5", backend: int = 1, with_ip: bool = True) -> None:
        request = VifRequest(domid, backend, IPv4Address(address), f"00:16:3e:00:00:{domid:02x}")
        if with_ip:
            self.xen.toolstack.attach_vif(request)
            return
        # a toolstack whose configuration names no address writes none
        front, back = f"/local/domain/{domid}/device/vif/0", f"/local/domain/{backend}/backend/vif/{domid}/0"

        def nodes(store: Store) -> None:
            for path, perms in ((front, [f"n{domid}", f"r{backend}"]), (back, [f"n{backend}", f"r{domid}"])):
                store.mkdir(path)
                store.set_perms(path, perms)
            store.write(f"{front}/backend", back)
            store.write(f"{back}/frontend", front)
            store.write(f"/libxl/{domid}/device/vif/0/backend", back)
            store.write(f"/libxl/{domid}/device/vif/0/frontend", front)

        with self.dom0() as store:
            store.atomically(nodes)

    def dom0(self) -> Store:
        return Store(self.xen.hardware.socket)

    def inside(self, domid: int) -> Store:
        """xenstore as a domain sees it."""
        return Store(self.xen.place.xenbus(domid))

    def read(self, path: str) -> str | None:
        with self.dom0() as store:
            raw = store.read(path)
        return None if raw is None else raw.decode()

    def say(self, domid: int, nodes: dict[str, str]) -> None:
        """A domain writes nodes below its home, in one transaction; any bytes, as a domain of bad will could."""
        with self.inside(domid) as store:
            store.atomically(
                lambda within: [within._raw(_WRITE, f"{path}\0{value}".encode()) for path, value in nodes.items()]
            )

    def guest_reports(self, domid: int, address: str = "10.137.0.5") -> None:
        route = "0.0.0.0 0.0.0.0 0.0.0.0 U 0 0 0 eth0" if address else ""
        self.say(domid, {keys.GUEST_ADDRESS.at(): address, keys.GUEST_ROUTE.at(): route, keys.GUEST_SERVERS.at(): ""})

    # -- services

    def _child(self, command: list[str], **options: Any) -> subprocess.Popen[Any]:
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, **options)
        self._children.append(process)
        return process

    def _start_bus(self) -> None:
        config = self.folder / "bus.conf"
        config.write_text(_BUS.format(socket=f"{self.xen.place.dom0_bus}/bus", root=ROOT))
        daemon = self._child(
            ["dbus-daemon", "--nofork", "--nopidfile", "--print-address", f"--config-file={config}"],
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        with daemon.stdout as said:
            said.readline()

    def _start_namespace(self) -> None:
        actions = self.folder / "actions"
        actions.mkdir()
        for policy in (ROOT / "desktop/polkit").glob("*.policy"):
            (actions / policy.name).write_bytes(policy.read_bytes())
        script = _MOUNTS.format(hypervisor=self.xen.place.hypervisor, actions=actions, uid=ACTIVE, session=self.session)
        holder = self._child(
            ["unshare", "--mount", "--net", "--propagation", "private", "sh", "-c", script], stdout=subprocess.PIPE
        )
        with holder.stdout as said:
            assert said.readline() == b"ready\n"
        namespaces = [f"--{kind}=/proc/{holder.pid}/ns/{file}" for kind, file in (("mount", "mnt"), ("net", "net"))]
        self._inside = ["nsenter", *namespaces, f"--wd={ROOT}", "--"]

    def start_polkit(self) -> None:
        # whatever polkitd says of its own does not matter here
        self.polkit = self._child(
            [*self._inside, "/usr/lib/polkit-1/polkitd", "--no-debug"],
            env=self.env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip

    def stop_polkit(self) -> None:
        self.polkit.kill()
        self.polkit.wait()

    def start_helper(self, *options: str, wait: bool = True) -> None:
        with self.log.open("ab") as log:
            command = [sys.executable, "-c", _RUN_HELPER, "--config", str(self.folder / "qnet.toml")]
            self.helper = self._child(
                [*self._inside, *command, "--addresses", str(self.addresses), *options], env=self.env, stderr=log
            )
        if wait:
            eventually(lambda: self.bus.name_has_owner(NAME), what="the helper did not start")
            eventually(lambda: self.bus.name_has_owner("org.freedesktop.PolicyKit1"))

    def stop_helper(self) -> int:
        self.helper.terminate()
        return self.helper.wait(5)

    # -- what the helper says

    def call(self, member: str, signature: str = "", *arguments: Any, interface: str = NAME) -> Any:
        return plain(self.bus.call_blocking(NAME, PATH, interface, member, signature, arguments, timeout=10))

    def snapshot(self) -> Any:
        return from_wire(self.call("Get", "ss", NAME, "Snapshot", interface=PROPERTIES))

    def until(self, ready: Callable[[Any], Any], seconds: float = 5) -> Any:
        """The first snapshot that is as wanted."""
        last = None

        def look() -> Any:
            nonlocal last
            last = self.snapshot()
            return last if ready(last) else None

        with contextlib.suppress(AssertionError):
            return eventually(look, seconds)
        pytest.fail(f"no such snapshot; the last one: {last}\n{self.log.read_text()}")

    def error_of(self, *call: Any, **options: Any) -> dbus.DBusException:
        with pytest.raises(dbus.DBusException) as raised:
            self.call(*call, **options)
        assert "Traceback" not in raised.value.get_dbus_message()
        return raised.value

    def spin(self, ready: Callable[[], Any], seconds: float = 5) -> None:
        """Take in what comes over the bus until it is so."""
        until = time.monotonic() + seconds
        while not ready():
            assert time.monotonic() < until, "it did not come"
            while GLib.MainContext.default().iteration(False):
                pass
            time.sleep(0.005)

    def signals(
        self, seconds: float, enough: Callable[[list[Any]], bool] = lambda _: False, after: Any = lambda: None
    ) -> list[Any]:
        """The snapshots that are published, as they come, while and after something happens."""
        found: list[Any] = []
        loop = GLib.MainLoop()

        def changed(_interface: str, values: Any, _invalidated: Any) -> None:
            found.append(plain(values)["Snapshot"])
            if enough(found):
                loop.quit()

        match = self.bus.add_signal_receiver(changed, "PropertiesChanged", PROPERTIES, NAME, PATH)
        self.bus.get_name_owner(NAME)  # an answer of the bus: the match is in force
        thread = threading.Thread(target=after)
        thread.start()
        timer = GLib.timeout_add(int(seconds * 1000), lambda: loop.quit() or True)
        loop.run()
        match.remove()
        GLib.source_remove(timer)
        thread.join()
        return found

    # -- people

    def qnet(self, *words: str, uid: int | None = None, session: bool = False) -> subprocess.CompletedProcess[str]:
        """Run qnet as root or somebody else, maybe from within the session on the screen."""
        become = ["setpriv", f"--reuid={uid}", f"--regid={uid}", "--clear-groups"] if uid else []
        group = self._session_group() if session else None

        def join() -> None:
            if group:
                (group / "cgroup.procs").write_text("0")

        return subprocess.run(
            [*become, sys.executable, "-m", "qnet_gui.cli", *words], env=self.env, cwd=ROOT, preexec_fn=join,
            stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=30,
        )  # fmt: skip

    def _session_group(self) -> Path:
        group = self.xen.place.cgroup.parent
        for name in ("user.slice", f"user-{ACTIVE}.slice", f"session-{self.session}.scope"):
            group /= name
            if not group.exists():
                group.mkdir()
                self._cgroups.append(group)
        return group

    # -- the end

    def expect_log(self, pattern: str) -> None:
        self._expected.append(re.compile(pattern))

    def close(self) -> None:
        self.bus.close()
        for process in reversed(self._children):  # the bus last
            process.terminate()
            try:
                process.wait(5)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        for group in reversed(self._cgroups):
            with contextlib.suppress(OSError):  # another run of the tests has somebody in there
                group.rmdir()
        lines = self.log.read_text().splitlines() if self.log.exists() else []
        left = [line for line in lines if _ALARM.search(line) and not any(each.search(line) for each in self._expected)]
        assert not left, "unexpected in the helper's log:\n" + "\n".join(left)
