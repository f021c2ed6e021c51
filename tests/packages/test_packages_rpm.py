"""Fedora's packages installed, upgraded and removed by rpm on a machine with systemd, where their scripts run.

It is Debian's machine, since no Fedora is to be had here: Python looks for packages where Fedora has them, and a
package without files brings the names of Fedora's own. So what the scripts do is tried, and what is left; not SELinux.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable

import pytest
import rpms
from conftest import Packages
from machine import Machine, Result
from rpms import FOLDERS, GONE, SCRIPT, SITE
from test_packages_lives import KINDS, LIST, PROGRAMS, active
from test_packages_units import DOM0, HELPER, NOTES, Xen, order, states

from qnet_gui import __version__
from qnet_gui.store import keys

#: That dom0 is connected.
LINK, BOOT = "/var/lib/qnet/dom0-link.json", "/proc/sys/kernel/random/boot_id"
#: Machines by their packages; a dom0 that is the netvm has what one that is not has.
MACHINES = {kind: names for kind, names in KINDS.items() if kind != "dom0"}
#: Whose programs need that of ours which is not one of qnet's.
_PYXS = {"dom0", "netvm", "guest"}
#: Where rpm keeps what is installed; Debian's does so below root's home otherwise.
DATABASE = "/var/lib/rpm"
#: Debian's warns whoever has not said that he means it.
RPM = "rpm --force-debian"
#: What makes a Fedora of it for our programs.
FEDORA = {
    "/usr/lib/python3/dist-packages/fedora.pth": f"import sys; sys.path.insert(0, '{SITE}')\n",
    "/etc/rpm/macros": f"%_dbpath {DATABASE}\n",
    "/etc/os-release": "ID=fedora\n",
}
FILES = LIST.replace("\\( ", f"\\( -path {DATABASE} -o ", 1)


def rpm(machine: Machine, words: str) -> Result:
    return machine.run(f"{RPM} {words}", 300)


def done(machine: Machine, words: str) -> str:
    """What rpm says of what it must be able to do."""
    result = rpm(machine, words)
    assert result.status == 0, f"{words}: {result.output}\n{machine.log()}"
    return result.output


def spoken(said: str) -> list[str]:
    """What is said, but for the users that systemd-sysusers makes."""
    return [line for line in said.splitlines() if not line.startswith("Creating ")]


def names_of(names: tuple[str, ...]) -> tuple[str, ...]:
    return ("pyxs", *names) if _PYXS & set(names) else names


def install(machine: Machine, names: tuple[str, ...], which: str = "new", verb: str = "-U") -> str:
    extra = [f"/mnt/new/{name}.rpm" for name in names_of(names)[: -len(names)]]
    said = done(machine, " ".join([verb, "--replacepkgs", *extra, *(f"/mnt/{which}/{name}.rpm" for name in names)]))
    assert spoken(said) == [], "a script has failed, or speaks"
    return said


def remove(machine: Machine, names: tuple[str, ...]) -> str:
    packages = [*(f"qnet-{name}" for name in names), *(["python3-pyxs"] if _PYXS & set(names) else [])]
    return done(machine, f"-e {' '.join(packages)}")


def files(machine: Machine) -> set[str]:
    """Everything on the disk."""
    return set(machine.ok(FILES).splitlines())


@pytest.fixture(scope="session")
def new(tmp_path_factory: pytest.TempPathFactory) -> Packages:
    return rpms.new(tmp_path_factory.mktemp("rpms"))


@pytest.fixture(scope="session")
def old(tmp_path_factory: pytest.TempPathFactory) -> Packages:
    return rpms.old(tmp_path_factory.mktemp("old-rpms"))


@pytest.fixture
def fedora(off: Machine, new: Packages, old: Packages) -> Machine:
    """A machine that is not booted yet, with Fedora's places; the packages are in its /mnt/new and /mnt/old."""
    for folder, packages in (("new", new), ("old", old)):
        for name, path in packages.items():
            shutil.copy(path, off.share / folder / f"{name}.rpm")
    for path, text in FEDORA.items():
        off.file(path).parent.mkdir(parents=True, exist_ok=True)
        off.file(path).write_text(text)
    for folder in FOLDERS:
        off.file(folder).mkdir(parents=True, exist_ok=True)
    return off


@pytest.fixture
def booted(fedora: Machine) -> Machine:
    """One that has booted, and knows what Fedora has."""
    fedora.boot()
    done(fedora, "-i /mnt/new/fedora.rpm")
    return fedora


@pytest.mark.parametrize("names", MACHINES.values(), ids=MACHINES)
def test_installed_it_works_and_nothing_is_started_and_removed_it_was_never_there(
    booted: Machine, names: tuple[str, ...]
) -> None:
    before = files(booted)
    install(booted, names)
    for name in names:
        for program in PROGRAMS[name]:
            assert booted.ok(f"{program} --version").split()[-1] == __version__
    assert booted.ok("python3 -c 'import qnet_gui; print(qnet_gui.__file__)'") == f"{SITE}/qnet_gui/__init__.py\n"
    if _PYXS & set(names):
        assert booted.ok("python3 -c 'import pyxs; print(pyxs.__file__)'") == f"{SITE}/pyxs/__init__.py\n"
    assert active(booted) == set()
    for person in ("", "setpriv --reuid 65534 --regid 65534 --clear-groups "):
        # that no Xen and no helper runs here; but what was installed is whole
        doctor = booted.run(f"{person}qnet doctor --json", 300)
        assert doctor.status == 1, doctor.output
        codes = {row["code"] for row in json.loads(doctor.output)}
        assert not {code for code in codes if code.startswith(("file-", "code-", "module-", "program-"))}, codes
    assert done(booted, f"-V {' '.join(f'qnet-{name}' for name in names)}") == ""
    assert booted.ok(f"ls {SITE}/qnet_gui/model/__pycache__")
    assert remove(booted, names) == "", "a script has failed, or speaks"
    assert active(booted) == set()
    assert files(booted) ^ before == set()
    assert booted.run("systemctl list-unit-files --no-legend 'qnet-*'").output == ""


def test_where_no_systemd_runs_its_scripts_do_no_harm(booted: Machine) -> None:
    """As in a root that is made by a program: nothing can be told to systemd, and nothing may fail for that."""
    names, before = MACHINES["dom0 as the netvm"], files(booted)
    paths = " ".join(f"/mnt/new/{name}.rpm" for name in ("pyxs", *names))
    packages = " ".join(["python3-pyxs", *(f"qnet-{name}" for name in names)])
    steps = f"{RPM} -i {paths} && qnet --version && {RPM} -e {packages}"
    said = booted.ok(f"unshare --mount sh -c 'mount -t tmpfs tmpfs /run && {steps}'", 300)
    assert spoken(said) == [f"qnet {__version__}"]
    assert files(booted) ^ before == set()


@pytest.mark.parametrize("names", MACHINES.values(), ids=MACHINES)
def test_an_upgrade_keeps_what_the_administrator_has_written(booted: Machine, names: tuple[str, ...]) -> None:
    install(booted, names, "old", "-i")
    assert booted.ok(f"ls {SITE}/{GONE}")
    mine = {SCRIPT: "#!/bin/sh\n# mine\n", "/etc/qnet/qnet.toml": 'netvm = "mine"\n'}
    if "dom0" in names:
        mine["/etc/qnet/netvm.cfg"] = 'name = "netvm"\nkernel = "/boot/vmlinuz"\n'
    for path, text in mine.items():
        booted.ok(f"mkdir -p $(dirname {path}); cat >{path} <<'END'\n{text}END")
    said = done(booted, f"-U {' '.join(f'/mnt/new/{name}.rpm' for name in names)}")
    assert said == f"warning: {SCRIPT} created as {SCRIPT}.rpmnew\n"
    for path, text in mine.items():
        assert booted.ok(f"cat {path}") == text
    versions = done(booted, f"-q --qf '%{{VERSION}}\\n' {' '.join(f'qnet-{name}' for name in names)}").split()
    assert versions == [__version__] * len(names)
    assert booted.run(f"ls {SITE}/{GONE}").output.count("No such file") == 1, "what is gone leaves nothing"
    assert booted.ok(f"find {SITE}/qnet_gui/model -name '*.pyc'"), "and what is there is compiled"
    for name in names:
        for program in PROGRAMS[name]:
            assert booted.ok(f"{program} --version").split()[-1] == __version__
    done(booted, f"-e {' '.join(f'qnet-{name}' for name in names)}")
    kept = {path if path.endswith(".toml") else f"{path}.rpmsave": text for path, text in mine.items()}
    for path, text in kept.items():
        assert booted.ok(f"cat {path}") == text
    assert booted.run(f"test -e {SITE}/qnet_gui").status


def test_a_half_of_another_version_is_refused(booted: Machine) -> None:
    install(booted, ("common", "guest"), "old", "-i")
    refused = rpm(booted, "-U /mnt/new/guest.rpm")
    assert refused.status
    assert f"qnet-common = {__version__}-1 is needed by qnet-guest" in refused.output


def test_a_fedora_with_another_python_is_refused(booted: Machine, new: Packages) -> None:
    done(booted, "-e fedora")
    refused = rpm(booted, "-i /mnt/new/common.rpm")
    assert refused.status
    assert "python(abi)" in refused.output


@pytest.fixture
def dom0(booted: Machine) -> Machine:
    """A dom0 with a stand-in for its helper, and for what waits for domains when it is turned off."""
    install(booted, ("common", "dom0"), "old")
    (booted.share / "helper.py").write_text(HELPER)
    booted.ok(DOM0)
    booted.until(lambda: states(booted) == "active active", "what disconnects has been started by the helper")
    return booted


def test_an_upgrade_restarts_the_helper_and_leaves_dom0_connected(dom0: Machine) -> None:
    install(dom0, ("common", "dom0"))
    dom0.until(lambda: states(dom0) == "active active", "the new helper runs")
    assert order(dom0) == ["helper"]


def test_an_upgrade_starts_no_helper_that_did_not_run(dom0: Machine) -> None:
    dom0.ok("systemctl enable qnet-helper; systemctl stop qnet-helper")
    install(dom0, ("common", "dom0"))
    assert states(dom0) == "inactive inactive"
    assert active(dom0) == {"qnet-helper.service"}, "and what is enabled stays so"


@pytest.mark.parametrize("packages", ["qnet-dom0", "qnet-dom0 qnet-common python3-pyxs"])
def test_a_dom0_that_cannot_be_disconnected_keeps_its_helper(dom0: Machine, packages: str) -> None:
    dom0.ok(f"systemctl enable qnet-helper; cat {BOOT} >{LINK}; touch {NOTES}; ln {NOTES} /root/notes")
    refused = rpm(dom0, f"-e {packages}")
    assert refused.status
    assert states(dom0) == "active active"
    assert done(dom0, "-q --qf '%{NAME}\\n' qnet-dom0 qnet-common").split() == ["qnet-dom0", "qnet-common"]
    assert dom0.ok("qnet --version")
    assert done(dom0, "-V qnet-dom0 qnet-common") == ""
    dom0.ok(f"rm {LINK}")
    done(dom0, f"-e {packages}")
    assert dom0.ok("cat /root/notes").split() == ["disconnect", "helper"]
    assert active(dom0) == set()
    assert dom0.run("ls /etc/systemd/system/multi-user.target.wants/qnet-helper.service").status


# -- with a xenstore


@pytest.fixture
def xen(fedora: Machine) -> Xen:  # type: ignore[misc]
    made = Xen(fedora)
    yield made  # type: ignore[misc]
    fedora.end()
    made.close()


def _boot_as(fedora: Machine, xen: Xen, domid: int, names: tuple[str, ...]) -> None:
    xen.be(fedora, domid)
    fedora.boot()
    done(fedora, "-i /mnt/new/fedora.rpm")
    install(fedora, names)


def test_a_removed_agent_leaves_no_rules(fedora: Machine, xen: Xen) -> None:
    _boot_as(fedora, xen, 1, ("common", "netvm"))
    fedora.ok("systemctl enable --now qnet-agent")
    assert "qnet" in fedora.ok("nft list tables")
    install(fedora, ("common", "netvm"))  # a new agent
    fedora.until(lambda: fedora.run("systemctl is-active qnet-agent").output == "active\n", "it runs again")
    assert "qnet" in fedora.ok("nft list tables")
    assert "The packet filter is gone." in remove(fedora, ("common", "netvm"))
    assert "qnet" not in fedora.ok("nft list tables; ip rule; ls /run /etc/systemd/system/multi-user.target.wants")


@pytest.mark.parametrize("was", ["a file", "a link"])
def test_a_removal_puts_resolv_conf_back(fedora: Machine, xen: Xen, was: str) -> None:
    _boot_as(fedora, xen, 7, ("common", "guest"))
    before: Callable[[], str] = lambda: fedora.ok("stat -c %F /etc/resolv.conf; cat /etc/resolv.conf")  # noqa: E731
    fedora.ok("echo nameserver 192.0.2.7 >/root/names; echo nameserver 192.0.2.8 >/etc/resolv.conf")
    if was == "a link":
        fedora.ok("ln -sf /root/names /etc/resolv.conf")
    first = before()
    xen.hypervisor.attach(7, 1, "10.137.0.20")
    xen.tell("10.137.0.20")
    mac = xen.store.read("/local/domain/7/device/vif/0/mac") or b""
    fedora.ok(f"ip link add enX0 address {mac.decode()} type veth peer name far")
    fedora.ok("systemctl start qnet-guest")
    assert "10.139.1.1" in before()
    assert xen.store.read(keys.GUEST_ROUTE.under(7))
    remove(fedora, ("common", "guest"))
    assert before() == first
    assert fedora.run("ls -d /var/lib/qnet-guest /run/qnet-guest").output.count("No such file") == 2
