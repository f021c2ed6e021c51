"""How a machine is looked at: nothing of it fails, whatever is there."""

from __future__ import annotations

import os
import socket
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest

from qnet_gui.doctor import installation, machine, network
from qnet_gui.doctor.machine import Answer, Disk, Kind, Machine, Place, disk
from qnet_gui.runtime.distribution import Distribution


def test_a_program_is_asked_and_what_cannot_be_run_says_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    assert machine.ask(["/bin/sh", "-c", "echo $LC_ALL; exit 3"]) == Answer(3, "C.UTF-8\n")
    assert machine.ask(["/nonexistent/program"]) == Answer(127, "")
    monkeypatch.setattr(machine, "_DEADLINE", 0.05)
    assert machine.ask(["/bin/sleep", "60"]) == Answer()


def test_modules_are_looked_for() -> None:
    assert machine.has_module("json.decoder")
    assert not machine.has_module("nonexistent_module")
    assert not machine.has_module("nonexistent_module.part")


def test_who_listens_is_tried(tmp_path: Path) -> None:
    path = tmp_path / "socket"
    assert not machine.connects(path)
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(path))
        assert not machine.connects(path)
        server.listen()
        assert machine.connects(path)
    assert not machine.connects(path)


def test_what_is_not_there_is_as_if_it_were_empty(tmp_path: Path) -> None:
    here = Machine(tmp_path)
    assert (here.text("/x"), here.exists("/x"), here.status("/x")) == ("", False, None)
    (tmp_path / "folder").mkdir()
    (tmp_path / "x").symlink_to("/nonexistent")
    assert (here.text("/folder"), here.exists("/x")) == ("", False)
    assert not here.exists("/folder/" + "x" * 300)
    assert here.status("/folder/" + "x" * 300) is None


def test_this_machine_can_be_looked_at() -> None:
    assert isinstance(machine.place(Machine()), Place)


@pytest.mark.parametrize(
    ("place", "again"),
    [
        (Place(Kind.NETVM), "make install ROLE=netvm"),
        (Place(Kind.GUEST, Distribution.FEDORA), "make install ROLE=guest"),
        (Place(Kind.GUEST, packaged=True), "apt install --reinstall ./qnet-common_*.deb"),
        (Place(Kind.DOM0, Distribution.FEDORA, True), "dnf reinstall ./qnet-common-*.rpm"),
    ],
)
def test_how_it_is_installed_again(place: Place, again: str) -> None:
    assert place.again("qnet-common")["again"] == again


@pytest.mark.parametrize("text", ["", "nonsense", "[]", "{}", '{"nftables": {}}', '{"nftables": [{"rule": {}}]}'])
def test_what_nft_does_not_say_drops_nothing(text: str) -> None:
    assert network.dropping(text) == ()


def test_vifs_of_networkmanager() -> None:
    text = "vif7.0:unmanaged\nvif7.1:connecting (getting IP configuration)\neth0:connected\nvif:connected\n\n"
    assert network.managed(text) == ("vif7.1",)


@pytest.mark.parametrize(
    ("text", "asks"),
    [
        ("", True),
        ("duid\npersistent\n", True),
        ("denyinterfaces vif*\n", False),
        ("duid\n denyinterfaces  veth* vif*\n", False),
        ("denyinterfaces eth1,vif*.*\n", False),
        ("denyinterfaces vif7.0\n", True),
        ("#denyinterfaces vif*\n", True),
        ("interface eth0\nstatic domain_name_servers=1.1.1.1\ndenyinterfaces vif*\n", True),
        ("allowinterfaces eth* wl*\n", False),
        ("allowinterfaces *\n", True),
        ("allowinterfaces v*\ndenyinterfaces vif*\n", False),
    ],
)
def test_whether_dhcpcd_asks_domains(text: str, asks: bool) -> None:
    assert network.asks_domains(text) is asks


def test_what_a_person_may_not_look_at_is_not_missed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    here = Machine(tmp_path)
    assert not here.is_hidden("/x")

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError

    monkeypatch.setattr(Path, "stat", refuse)
    assert here.is_hidden("/x")
    assert here.status("/x") is None
    place = Place(Kind.NETVM)
    assert installation.look(here, place).files == ()


@pytest.mark.parametrize(
    ("free", "files", "flags", "seen"),
    [
        (1 << 20, 9, 0, Disk()), (1 << 20, 9, os.ST_RDONLY, Disk(read_only=True)), (1 << 10, 9, 0, Disk(full=True)),
        (1 << 20, 0, 0, Disk(full=True)), (0, 0, os.ST_RDONLY, Disk(full=True, read_only=True)),
    ],
)  # fmt: skip
def test_a_disk_that_takes_nothing_more_is_seen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, free: int, files: int, flags: int, seen: Disk
) -> None:
    status = SimpleNamespace(f_bfree=free, f_frsize=1, f_files=9, f_ffree=files, f_flag=flags)
    monkeypatch.setattr(os, "statvfs", lambda path: status if path == tmp_path else None)
    monkeypatch.setattr(Path, "is_mount", lambda path: path == tmp_path.parent)
    assert disk(tmp_path / "not/yet/there") == replace(seen, mount=str(tmp_path.parent))
