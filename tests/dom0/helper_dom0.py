"""A dom0 for the helper: a real bus, a real polkitd, a real xenstored; and people who call it.

polkitd and the helper run in a mount namespace of their own, in which polkit has our policy and one administrator, the
hypervisor's socket is at its place, and two people are logged in, one of whom has the screen. The domains are nodes in
xenstore; the tests speak for them.
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
import polkit_box
import pytest
from dbus.mainloop.glib import DBusGMainLoop
from gi.repository import GLib
from polkit_box import ACTIVE, INACTIVE, NOBODY, ROOT  # noqa: F401, tests take them from here
from somebody import become
from waiting import DEADLINE

from qnet_gui.hypervisor.port import VifRequest
from qnet_gui.lab.machine.serve import serve
from qnet_gui.lab.xen.toolstack import Identity
from qnet_gui.model.dns import DnsRedirect, DnsSource
from qnet_gui.model.domain import AgentState
from qnet_gui.model.snapshot import from_wire
from qnet_gui.model.uplink import Uplink, UplinkKind, UplinkState
from qnet_gui.netvm.report import nodes
from qnet_gui.runtime.dbus_service import leave_bus
from qnet_gui.runtime.dbus_values import plain
from qnet_gui.store import keys
from qnet_gui.store.client import Store
from qnet_gui.store.reports import AgentReport

NAME, PATH, PROPERTIES = "org.qnet.Helper1", "/org/qnet/Helper1", "org.freedesktop.DBus.Properties"

_RUN_HELPER = "import sys; from qnet_gui.dom0.main import main; sys.exit(main())"
_WELL = AgentReport(
    (Uplink("eth0", UplinkKind.CABLE, UplinkState.UP, True, connection="Wired"),), DnsSource.NETWORKMANAGER,
    (DnsRedirect(IPv4Address("10.139.1.1"), IPv4Address("192.168.0.53")),),
)  # fmt: skip
_WRITE = 11
_ALARM = re.compile(r"^<[0-4]>|^Traceback")


def eventually(ready: Callable[[], Any], seconds: float = DEADLINE, what: str = "it did not come") -> Any:
    until = time.monotonic() + seconds
    while not (result := ready()):
        assert time.monotonic() < until, what
        time.sleep(0.01)
    return result


class HelperDom0:
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
        self.sessions = {ACTIVE: f"q{os.getpid()}", INACTIVE: f"q{os.getpid()}i"}
        self._cgroups: list[Path] = []
        #: What the hypervisor can do; it refuses all else.
        self.verbs: dict[str, Callable[..., Any]] = {"domains": self._list, "capabilities": self._capabilities}
        self._end_hypervisor = serve(xen.place.hypervisor, self.verbs, look=0.05)
        self.add_domain(0, "Domain-0")
        self._start_bus()
        self._start_namespace()
        self.start_polkit()
        self.bus = dbus.bus.BusConnection(self.env["DBUS_SYSTEM_BUS_ADDRESS"], mainloop=DBusGMainLoop())

    # -- hypervisor and toolstack

    @staticmethod
    def _capabilities() -> dict[str, Any]:
        return {"name": "test", "screen": True}

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

        with self.as_dom0() as store:
            store.atomically(nodes)

    def as_dom0(self) -> Store:
        return Store(self.xen.hardware.socket)

    def inside(self, domid: int) -> Store:
        """xenstore as a domain sees it."""
        return Store(self.xen.place.xenbus(domid))

    def read(self, path: str) -> str | None:
        with self.as_dom0() as store:
            value = store.read(path)
        return None if value is None else value.decode()

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
        config.write_text(polkit_box.bus(f"{self.xen.place.dom0_bus}/bus"))
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
        script = polkit_box.namespace(self.xen.place.hypervisor, actions, self.folder / "resolv.conf", self.sessions)
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
            files = {"config": "qnet.toml", "addresses": self.addresses.name, "journal": "journal.json"}
            ours = [word for option, name in files.items() for word in (f"--{option}", str(self.folder / name))]
            command = [*self._inside, sys.executable, "-c", _RUN_HELPER, *ours, *options]
            self.helper = self._child(command, env=self.env, stderr=log)
        if wait:
            eventually(lambda: self.bus.name_has_owner(NAME), what="the helper did not start")
            eventually(lambda: self.bus.name_has_owner("org.freedesktop.PolicyKit1"))

    def settle(self, *options: str) -> None:
        """A helper, a netvm with an uplink, and personal attached to it: only polkit stands in the way of calls.

        None of them succeeds, though.
        """
        self.add_domain(3, "personal")
        self.attach(3)
        self.say(1, {**nodes(_WELL), keys.AGENT_STATE.at(): "running", keys.AGENT_SERIAL.at(): "1"})
        self.start_agreeable()
        self.expect_log("it failed: ")
        # no journal can be written there; what is not done to dom0's connection is refused by this dom0's hypervisor
        self.start_helper("--journal", "/proc/nowhere/journal", *options)
        self.until(lambda snapshot: snapshot.uplink is not None and snapshot.netvm.agent is AgentState.RUNNING)

    def stop_helper(self) -> int:
        self.helper.terminate()
        return self.helper.wait(DEADLINE)

    def start_agreeable(self) -> subprocess.Popen[bytes]:
        """An agent in the netvm that says yes to whatever dom0 asks for."""
        program = Path(__file__).with_name("obliging_agent.py")
        return self._child([sys.executable, str(program), self.xen.place.xenbus(1)])

    # -- what the helper says

    def call(self, member: str, signature: str = "", *arguments: Any, interface: str = NAME) -> Any:
        return plain(self.bus.call_blocking(NAME, PATH, interface, member, signature, arguments, timeout=DEADLINE))

    def snapshot(self) -> Any:
        return from_wire(self.call("Get", "ss", NAME, "Snapshot", interface=PROPERTIES))

    def until(self, ready: Callable[[Any], Any], seconds: float = DEADLINE) -> Any:
        """The first snapshot that is as wanted."""
        last = None

        def wanted() -> Any:
            nonlocal last
            last = self.snapshot()
            return last if ready(last) else None

        with contextlib.suppress(AssertionError):
            return eventually(wanted, seconds)
        pytest.fail(f"no such snapshot; the last one: {last}\n{self.log.read_text()}")

    def error_of(self, *call: Any, **options: Any) -> dbus.DBusException:
        with pytest.raises(dbus.DBusException) as raised:
            self.call(*call, **options)
        assert "Traceback" not in raised.value.get_dbus_message()
        return raised.value

    def spin(self, ready: Callable[[], Any], seconds: float = DEADLINE) -> None:
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
        published: list[Any] = []
        loop = GLib.MainLoop()

        def changed(_interface: str, values: Any, _invalidated: Any) -> None:
            published.append(plain(values)["Snapshot"])
            if enough(published):
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
        return published

    # -- people

    def qnet(self, *words: str, uid: int | None = None, session: bool = False) -> subprocess.CompletedProcess[str]:
        """Run qnet as root or somebody else, maybe from within his session."""
        return subprocess.run(
            [*self.become(uid), sys.executable, "-m", "qnet_gui.cli", *words], env=self.env, cwd=ROOT,
            preexec_fn=self.joining(uid if session else None), stdin=subprocess.DEVNULL, capture_output=True, text=True,
            timeout=DEADLINE,
        )  # fmt: skip

    @staticmethod
    def become(uid: int | None) -> list[str]:
        """What to put before a command so that somebody else runs it."""
        return become(uid) if uid else []

    def joining(self, uid: int | None) -> Callable[[], None]:
        """What a child has to do first to belong to the session of that user; nothing for None."""
        group = self._session_group(uid) if uid is not None else None

        def join() -> None:
            if group:
                (group / "cgroup.procs").write_text("0")

        return join

    def _session_group(self, uid: int) -> Path:
        group = self.xen.place.cgroup.parent
        for name in ("user.slice", f"user-{uid}.slice", f"session-{self.sessions[uid]}.scope"):
            group /= name
            if not group.exists():
                group.mkdir()
                self._cgroups.append(group)
        return group

    # -- the end

    def expect_log(self, pattern: str) -> None:
        self._expected.append(re.compile(pattern))

    def close(self) -> None:
        leave_bus(self.bus)
        for process in reversed(self._children):  # the bus last
            process.terminate()
            try:
                process.wait(DEADLINE)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        self._end_hypervisor()
        for group in reversed(self._cgroups):
            with contextlib.suppress(OSError):  # another run of the tests has somebody in there
                group.rmdir()
        lines = self.log.read_text().splitlines() if self.log.exists() else []
        left = [
            line
            for line in lines
            if _ALARM.search(line) and not any(pattern.search(line) for pattern in self._expected)
        ]
        assert not left, "unexpected in the helper's log:\n" + "\n".join(left)
