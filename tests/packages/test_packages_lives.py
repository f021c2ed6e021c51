"""The packages installed, upgraded, removed and purged on a machine with systemd, as an administrator does it."""

from __future__ import annotations

import re

import pytest
import root
from conftest import Packages
from machine import Machine

from qnet_gui import __version__
from qnet_gui.install import PACKAGES

#: Machines by their packages, with what runs on each.
KINDS = {
    "dom0": ("common", "dom0", "tray"),
    "dom0 as the netvm": ("common", "dom0", "tray", "netvm"),
    "netvm": ("common", "netvm"),
    "guest": ("common", "guest"),
}
PROGRAMS = {
    "common": ("qnet",), "dom0": ("qnet-helper", "qvm-get-default-netvm"), "tray": ("qnet-tray",),
    "netvm": ("qnet-agent",), "guest": ("qnet-guest",),
}  # fmt: skip
#: Everything on the disk but what changes by itself, and dpkg's own notes.
LIST = (
    "find / -xdev \\( -path /var/lib/dpkg -o -path /var/log -o -path /var/lib/systemd -o -path /var/cache -o -path /mnt"
    " -o -path /var/lib/private -o -path /.old \\) -prune -o -print | sort"
)


def install(machine: Machine, names: tuple[str, ...], which: str = "new") -> str:
    return machine.ok(f"dpkg -i {' '.join(f'/mnt/{which}/{name}.deb' for name in names)}", 300)


def dpkg(machine: Machine, verb: str, names: tuple[str, ...]) -> str:
    return machine.ok(f"dpkg --{verb} {' '.join(f'qnet-{name}' for name in reversed(names))}", 300)


def active(machine: Machine) -> set[str]:
    """Our units that run, or are enabled."""
    units = machine.run("systemctl list-units --all --plain --no-legend --state=active 'qnet-*'").output
    files = machine.run("systemctl list-unit-files --no-legend --state=enabled 'qnet-*'").output
    return {line.split()[0] for line in (units + files).splitlines() if line.strip()}


@pytest.mark.parametrize("names", KINDS.values(), ids=KINDS)
def test_installed_it_works_and_nothing_is_started_and_purged_it_was_never_there(
    machine: Machine, names: tuple[str, ...]
) -> None:
    before = machine.ok(LIST)
    install(machine, names)
    for name in names:
        for program in PROGRAMS[name]:
            assert machine.ok(f"{program} --version").split()[-1] == __version__
    assert active(machine) == set()
    doctor = machine.run("qnet doctor")  # it says that no helper runs here, which the bus tries to start, or can
    assert (doctor.status, "Traceback" in doctor.output) == (1, False)
    assert machine.ok("dpkg --verify qnet-common") == ""
    assert machine.ok("find /usr/lib/python3/dist-packages/qnet_gui -name '*.pyc' | head -n 1")
    dpkg(machine, "remove", names)
    assert active(machine) == set()
    left = set(machine.ok(LIST).splitlines()) - set(before.splitlines())
    # what is the administrator's, and what the helper knew when it was started for the doctor
    assert all(path.startswith("/etc/") or path == "/var/lib/qnet" for path in left), left
    dpkg(machine, "purge", names)
    assert machine.ok(LIST) == before
    assert machine.run("systemctl list-unit-files --no-legend 'qnet-*'").output == ""


@pytest.mark.parametrize("names", KINDS.values(), ids=KINDS)
def test_an_upgrade_keeps_what_the_administrator_has_written(machine: Machine, names: tuple[str, ...]) -> None:
    install(machine, names, "old")
    mine = {"/etc/xen/scripts/vif-route-qubes": "#!/bin/sh\n# mine\n", "/etc/qnet/qnet.toml": 'netvm = "mine"\n'}
    if "dom0" in names:
        mine["/etc/qnet/netvm.cfg"] = 'name = "netvm"\nkernel = "/boot/vmlinuz"\n'
    for path, text in mine.items():
        machine.ok(f"mkdir -p $(dirname {path}); cat >{path} <<'END'\n{text}END")
    install(machine, names)
    for path, text in mine.items():
        assert machine.ok(f"cat {path}") == text
    versions = machine.ok("dpkg-query -W -f '${Version}\\n' 'qnet-*'").split()
    assert set(versions) == {f"{__version__}-1"}
    dpkg(machine, "remove", names)
    for path, text in mine.items():
        assert machine.ok(f"cat {path}") == text
    dpkg(machine, "purge", names)
    assert machine.run(f"ls {' '.join(mine)}").output.count("No such file") == len(mine)


def test_a_half_of_another_version_is_refused(machine: Machine) -> None:
    install(machine, ("common", "guest"), "old")
    done = machine.run("dpkg -i /mnt/new/guest.deb")
    assert done.status
    assert "qnet-common" in done.output


@pytest.mark.parametrize("name", PACKAGES)
def test_apt_installs_what_it_needs_and_nothing_of_the_others(debs: Packages, name: str) -> None:
    bare = root.bare()
    copies = []
    for package in ("common", name):
        copy = bare / f"tmp/{debs[package].name}"
        copy.write_bytes(debs[package].read_bytes())
        copies.append(f"/tmp/{copy.name}")
    text = root.apt(bare, "--simulate", "install", *dict.fromkeys(copies))
    installed = set(re.findall(r"^Inst (\S+)", text, re.MULTILINE))
    assert f"qnet-{name}" in installed
    qt = {one for one in installed if "qt5" in one.lower()}
    assert bool(qt) == (name == "tray")
    assert ("python3-pyroute2" in installed) == (name in ("netvm", "guest"))
    assert {"network-manager", "polkitd"} & installed == ({"polkitd"} if name == "dom0" else set())
