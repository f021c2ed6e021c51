"""Who starts the netvm by hand takes nothing of it along when he logs out."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest
from waiting import DEADLINE

from qnet_gui.dom0.netvm_lifecycle import own_scope
from qnet_gui.model.errors import KernelError
from qnet_gui.model.messages.plain import plain

KONSOLE = "0::/user.slice/user-1000.slice/user@1000.service/app.slice/app-org.kde.konsole-9.scope\n"
OLD = "9:name=systemd:/user.slice/user-0.slice/session-1.scope\n2:cpu:/\n0::/\n"
SERVICE = "0::/system.slice/qnet-netvm.service\n"
PID = str(os.getpid())


class Systemd:
    """Gives a process its scope, or not."""

    def __init__(self, folder: Path, cgroup: str, fails: bool = False) -> None:
        self.booted, self.cgroup, self.fails = folder / "booted", folder / "cgroup", fails
        self.booted.mkdir()
        self.cgroup.write_text(cgroup)
        self.ran: list[list[str]] = []

    def __call__(self, words: Sequence[str]) -> bytes:
        self.ran.append([*words])
        if self.fails:
            raise KernelError(plain("Access denied"))
        self.cgroup.write_text(f"0::/system.slice/qnet-netvm-{PID}.scope\n")
        return b"o"

    def leave(self) -> None:
        own_scope.leave_session(self.booted, self.cgroup, self)


@pytest.mark.parametrize("cgroup", [KONSOLE, OLD])
def test_it_leaves_the_session_of_who_has_started_it(tmp_path: Path, cgroup: str) -> None:
    """With the desktop's session that xl went which was to restart the netvm, and its screen."""
    systemd = Systemd(tmp_path, cgroup)
    systemd.leave()
    assert systemd.ran == [own_scope.words(os.getpid())]
    assert f"qnet-netvm-{PID}.scope" in systemd.ran[0]
    systemd.leave()
    assert len(systemd.ran) == 1, "it is in none any more"


@pytest.mark.parametrize("cgroup", [SERVICE, "", "nonsense\n", "0::/user.slicer/x\n"])
def test_what_is_in_no_session_stays_where_it_is(tmp_path: Path, cgroup: str) -> None:
    systemd = Systemd(tmp_path, cgroup)
    systemd.leave()
    assert systemd.ran == []


def test_where_that_cannot_be_the_netvm_is_started_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Systemd(tmp_path, KONSOLE, fails=True).leave()
    own_scope.leave_session(tmp_path / "none", tmp_path / "cgroup", lambda _: pytest.fail("there is no systemd"))
    monkeypatch.setattr(own_scope, "_SECONDS", 0.1)
    own_scope.leave_session(tmp_path / "booted", tmp_path / "cgroup", lambda _: b"")


_SYSTEMD = """
import sys, dbus, dbus.service
from dbus.mainloop.glib import DBusGMainLoop
from gi.repository import GLib
loop = GLib.MainLoop()
class Manager(dbus.service.Object):
    @dbus.service.method("org.freedesktop.systemd1.Manager", in_signature="ssa(sv)a(sa(sv))", out_signature="o")
    def StartTransientUnit(self, name, mode, properties, aux):
        print(name, mode, {str(key): value for key, value in properties}, list(aux), sep="|", flush=True)
        loop.quit()
        return "/job/1"
bus = dbus.bus.BusConnection(sys.argv[1], mainloop=DBusGMainLoop())
bus.request_name("org.freedesktop.systemd1")
Manager(bus, "/org/freedesktop/systemd1")
print("ready", flush=True)
loop.run()
"""


def test_systemd_understands_what_busctl_makes_of_it(tmp_path: Path) -> None:
    """On a bus of its own, with somebody in systemd's place who takes what systemd takes."""
    address = f"unix:path={tmp_path}/bus"
    bus = ["/usr/bin/dbus-daemon", "--session", "--nofork", f"--address={address}", "--print-address"]
    with subprocess.Popen(bus, stdout=subprocess.PIPE, text=True) as daemon:
        try:
            assert daemon.stdout is not None
            assert daemon.stdout.readline()
            manager = subprocess.Popen([sys.executable, "-c", _SYSTEMD, address], stdout=subprocess.PIPE, text=True)
            with manager:
                assert manager.stdout is not None
                assert manager.stdout.readline() == "ready\n"
                program, *rest = own_scope.words(4711)
                subprocess.run([program, f"--address={address}", *rest], check=True, timeout=DEADLINE)
                name, mode, properties, aux = manager.stdout.readline().strip().split("|")
        finally:
            daemon.kill()
    assert (name, mode, aux) == ("qnet-netvm-4711.scope", "fail", "[]")
    assert "dbus.UInt32(4711)" in properties
    assert "qnet-netvm.service" in properties
