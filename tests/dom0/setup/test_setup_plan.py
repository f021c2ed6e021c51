"""What `qnet setup` would do, does and takes back: plans are pure, files real, services and the netvm stood in for."""

from __future__ import annotations

import json
import os
import shutil
import signal
from dataclasses import replace
from pathlib import Path

import pytest
from fakes.setup_system import AGENT_WAIT, FakeSystem

from qnet_gui.dom0.setup import vif_lines, xendomains
from qnet_gui.dom0.setup.apply import CONFIRM, Setup
from qnet_gui.dom0.setup.domain_files import DomainFile
from qnet_gui.dom0.setup.plan import HELPER, NETVM, EditFile, EnableUnit, Plan, TryNetvm, plan
from qnet_gui.dom0.setup.record import Record, RecordFolder
from qnet_gui.dom0.setup.survey import Machine, Survey, remotely, survey
from qnet_gui.dom0.setup.system import Dom0System, unit_wait
from qnet_gui.hypervisor.pci import PciNic
from qnet_gui.hypervisor.xen import XenHypervisor
from qnet_gui.model.errors import HypervisorError, QnetError
from qnet_gui.model.messages.plain import plain
from qnet_gui.runtime.distribution import Distribution

WORK = DomainFile(Path("/etc/xen/work.cfg"), "work", "name = 'work'\nvif = ['bridge=xenbr0']\n")
VAULT = DomainFile(Path("/etc/xen/vault.cfg"), "vault", "name = 'vault'\n")
NETVM_FILE = DomainFile(Path("/etc/qnet/netvm.cfg"), "netvm", "name = 'netvm'\nkernel = '/k'\n")
CABLE = PciNic("0000:00:04.0", "e1000", "/sys/x")
WELL = Survey(nics=(CABLE,), iommu=True, netvm_file=NETVM_FILE, boots=True, files=(WORK, VAULT))


def kinds(planned: Plan) -> list[type]:
    return [type(step) for step in planned.steps]


def test_files_come_first_the_cards_last_and_what_starts_at_boot_after_somebody_has_confirmed() -> None:
    planned = plan(WELL)
    assert kinds(planned) == [EditFile, EnableUnit, TryNetvm, EnableUnit]
    assert [step.unit for step in planned.steps if isinstance(step, EnableUnit)] == [HELPER, NETVM]
    edit = planned.steps[0]
    assert isinstance(edit, EditFile)
    assert "backend=netvm" in edit.text
    assert "with the network cards 0000:00:04.0, on trial" in planned.steps[2].what
    assert planned.notes == ["vault has no network, and gets none."]


def test_what_is_set_up_already_is_not_done_again() -> None:
    served = replace(WORK, text="name='work'\nvif = ['backend=netvm,script=vif-route-qubes']\n")
    running = replace(WELL, files=(served,), running=frozenset({"netvm"}), enabled=frozenset({HELPER, NETVM}))
    assert plan(running).steps == []


@pytest.mark.parametrize(
    ("there", "wrong", "cure"),
    [
        (Survey(is_dom0=False), "This is not dom0", "lab up"),
        (replace(WELL, is_root=False), "by root", "sudo qnet setup"),
        (replace(WELL, managed_by="qubesd"), "belong to qubesd", "tools of qubesd"),
        (replace(WELL, missing=("nft",)), "nft is missing", "apt install nftables"),
        (replace(WELL, missing=("ip",), distribution=Distribution.FEDORA), "ip is missing", "dnf install iproute"),
        (replace(WELL, netvm="dom0"), "dom0 itself", "qnet.toml"),
        (replace(WELL, netvm_file=None), "nothing that netvm could be made of", "netvm.cfg"),
        (replace(WELL, boots=False), "nothing that netvm could be made of", "kernel"),
        (replace(WELL, netvm_file=replace(NETVM_FILE, text="name = netvm\r\n")), "netvm.cfg, in line 1", "in quotes"),
        (replace(WELL, netvm="sys-net"), "is the configuration of netvm, and sys-net", 'name = "sys-net"'),
        (replace(WELL, iommu=False), "IOMMU is off", "VT-d"),
    ],
)
def test_what_stands_in_the_way_is_told_with_its_cure(there: Survey, wrong: str, cure: str) -> None:
    planned = plan(there)
    assert any(wrong in obstacle.wrong and cure in obstacle.cure for obstacle in planned.obstacles)
    assert planned.steps == []


@pytest.mark.parametrize("on_trial", [False, True])
def test_a_netvm_that_a_run_which_was_killed_has_left_on_trial_is_asked_for_again(on_trial: bool) -> None:
    """The next run took it for confirmed, and minutes after "All is set up" systemd's timer stopped it."""
    planned = plan(replace(WELL, running=frozenset({"netvm"}), on_trial=on_trial))
    assert (TryNetvm in kinds(planned)) == on_trial
    tried = [step.what for step in planned.steps if isinstance(step, TryNetvm)]
    assert tried == (["keep netvm, which an earlier run has started on trial"] if on_trial else [])


def test_what_is_left_alone_is_told() -> None:
    odd = DomainFile(Path("/etc/xen/odd.cfg"), "odd", "name='odd'\nvif = NETWORK\n")
    planned = plan(
        replace(
            WELL, files=(odd, WORK), running=frozenset({"work"}), enabled=None, unreadable=(Path("/etc/xen/x.cfg"),)
        )
    )
    notes = "\n".join(planned.notes)
    assert "/etc/xen/odd.cfg is left as it is, since the value of vif is no list in brackets" in notes
    assert "work runs, and has its new network when it is started the next time." in notes
    assert "/etc/xen/x.cfg cannot be read" in notes
    assert "There is no systemd" in notes
    assert EnableUnit not in kinds(planned)


def test_who_runs_and_has_no_configuration_here_is_told_of() -> None:
    """Made of a file elsewhere: he lost his network with dom0's card, and nobody had said so."""
    running = frozenset({"work", "web", "netvm", "work-dm"})
    notes = plan(replace(WELL, running=running)).notes
    (note,) = (note for note in notes if "has no configuration in /etc/xen" in note)
    assert note.startswith("web runs,")
    assert "backend=netvm,script=vif-route-qubes" in note


def test_a_netvm_that_somebody_else_starts_stays_his() -> None:
    planned = plan(replace(WELL, netvm_file=None, running=frozenset({"netvm"})))
    assert TryNetvm not in kinds(planned)
    assert "netvm is started by somebody else, and stays so." in planned.notes


def test_a_netvm_that_runs_needs_nothing_in_the_template_that_the_package_brings() -> None:
    """It is there on every machine, and with it "there is nothing that netvm could be made of", though it ran."""
    template = replace(NETVM_FILE, text="name = 'netvm'\n#kernel = '/k'\n")
    saving = xendomains.Settings(Path("/d"), "XENDOMAINS_SAVE=/save\n")
    planned = plan(replace(WELL, netvm_file=template, boots=False, running=frozenset({"netvm"}), xendomains=saving))
    assert planned.obstacles == []
    assert kinds(planned) == [EditFile, EnableUnit]
    assert "netvm is started by somebody else, and stays so." in planned.notes


def test_what_makes_a_netvm_elsewhere_is_named_where_nothing_is_said_in_its_own_place() -> None:
    elsewhere = DomainFile(Path("/etc/xen/netvm.cfg"), "netvm", "name = 'netvm'\nkernel = '/k'\n")
    empty = replace(elsewhere, text="name = 'netvm'\n")
    for there, told in ((elsewhere, True), (empty, False)):
        (obstacle,) = plan(replace(WELL, boots=False, files=(WORK, there))).obstacles
        assert ("sudo cp /etc/xen/netvm.cfg /etc/qnet/netvm.cfg" in obstacle.cure) == told


def test_what_a_bridge_of_dom0_keeps_is_told() -> None:
    bridged = replace(WELL, parts=((CABLE.address, "eth0", "xenbr0"),))
    assert any("eth0 is a part of xenbr0" in note and "Take xenbr0 out" in note for note in plan(bridged).notes)
    running = replace(bridged, running=frozenset({"netvm"}))
    assert not any("xenbr0" in note for note in plan(running).notes)


def test_what_is_made_of_a_card_of_dom0_is_told(tmp_path: Path) -> None:
    """A VLAN goes with the card's interface, and nobody makes it again when dom0 has the card back."""
    net = tmp_path / "pci/devices/0000:00:04.0/net/eth0"
    net.mkdir(parents=True)
    (net.parents[1] / "class").write_text("0x020000\n")
    (net / "master").symlink_to("../../../virtual/net/xenbr0")
    for upper in ("xenbr0", "eth0.10"):
        (net / f"upper_{upper}").symlink_to(f"../../../virtual/net/{upper}")
    machine = Machine(
        tmp_path, tmp_path / "no.cfg", tmp_path / "no.toml", tmp_path, pci=tmp_path / "pci", is_dom0=lambda: True,
        hypervisor=XenHypervisor(tmp_path / "no-xl"), root=tmp_path,
    )  # fmt: skip
    found = survey(machine)
    assert found.uppers == (("0000:00:04.0", "eth0", "eth0.10"),)
    for configuration, told in (("", True), ("pci = []\n", False)):
        own = replace(NETVM_FILE, text=NETVM_FILE.text + configuration)
        notes = plan(replace(WELL, netvm_file=own, uppers=found.uppers)).notes
        assert any(note.startswith("eth0.10 is made of eth0") for note in notes) == told


def test_what_dom0_sets_up_before_the_netvm_has_it_is_told(tmp_path: Path) -> None:
    """At every boot dom0 had a network for some seconds: nobody had said that its own configuration is in effect still.

    A part of a bridge has its own note.
    """
    for number, (name, flags) in enumerate((("eth0", "0x1003"), ("eth1", "0x1002"), ("eth2", "0x1103"), ("eth3", ""))):
        net = tmp_path / f"pci/devices/0000:0{number}:00.0/net/{name}"
        net.mkdir(parents=True)
        (net.parents[1] / "class").write_text("0x020000\n")
        if flags:
            (net / "flags").write_text(f"{flags}\n")
    (tmp_path / "pci/devices/0000:02:00.0/net/eth2/master").symlink_to("../../../virtual/net/xenbr0")
    machine = Machine(
        tmp_path, tmp_path / "no.cfg", tmp_path / "no.toml", tmp_path, pci=tmp_path / "pci", is_dom0=lambda: True,
        hypervisor=XenHypervisor(tmp_path / "no-xl"), root=tmp_path,
    )  # fmt: skip
    found = survey(machine)
    assert found.up == (("0000:00:00.0", "eth0"),)
    for address, told in (("0000:00:00.0", True), (CABLE.address, False)):
        there = replace(WELL, nics=(replace(CABLE, address=address),), up=found.up)
        notes = [note for note in plan(there).notes if note.startswith("eth0 is up in dom0")]
        assert bool(notes) == told
    assert not [note for note in plan(replace(there, running=frozenset({"netvm"}))).notes if "eth0" in note]


@pytest.mark.parametrize("programs", [("bash", "sshd", "sshd"), ("bash", "sshd-session"), ("bash", "login")])
def test_who_comes_by_the_network_that_is_given_away_is_told(tmp_path: Path, programs: tuple[str, ...]) -> None:
    """His question came to nobody, and that it is taken back then he could only guess."""
    proc = tmp_path / "proc"
    (proc / "self").mkdir(parents=True)
    parents = [str(7 + index) for index in range(len(programs))]
    for number, name, parent in zip(["self", *parents], ["qnet", *programs], [*parents, "1"], strict=True):
        (proc / number).mkdir(exist_ok=True)
        (proc / number / "status").write_text(f"Name:\t{name}\nUmask:\t0022\nPPid:\t{parent}\n")
    by_network = remotely(proc)
    assert by_network == ("login" not in programs)
    for there, told in ((WELL, by_network), (replace(WELL, running=frozenset({"netvm"})), False)):
        notes = plan(replace(there, remotely=by_network)).notes
        assert any(note.startswith("You are here by the network") for note in notes) == told


def test_who_runs_it_may_have_nobody_above_him(tmp_path: Path) -> None:
    assert not remotely(tmp_path)
    (tmp_path / "self").mkdir()
    (tmp_path / "self/status").write_text("Name:\tqnet\nPPid:\t4\n")
    (tmp_path / "4").mkdir()
    (tmp_path / "4/status").write_text("Name:\ta\nPPid:\t4\n")
    assert not remotely(tmp_path)


def test_what_ifupdown_does_not_set_up_again_is_told(tmp_path: Path) -> None:
    """To it the interface is up, though the card was away: who took all back had his card again, and no network."""
    (tmp_path / "run/network").mkdir(parents=True)
    (tmp_path / "run/network/ifstate").write_text("lo=lo\neth0=eth0\neth8=eth8\neth9=eth9\n")
    (tmp_path / "etc/network/interfaces.d").mkdir(parents=True)
    (tmp_path / "etc/network/interfaces").write_text("auto lo eth0\nallow-hotplug eth7 eth8\niface eth8 inet dhcp\n")
    (tmp_path / "etc/network/interfaces.d/setup").write_text("  allow-hotplug\teth9\n")
    machine = Machine(
        tmp_path, tmp_path / "no.cfg", tmp_path / "no.toml", tmp_path, pci=tmp_path / "pci", is_dom0=lambda: True,
        hypervisor=XenHypervisor(tmp_path / "no-xl"), root=tmp_path,
    )  # fmt: skip
    assert survey(machine).ifupdown == frozenset({"lo", "eth0"}), "udev tells it of the others"
    for interfaces, told in ((frozenset({"eth0"}), True), (frozenset({"lo"}), False)):
        notes = plan(replace(WELL, up=((CABLE.address, "eth0"),), ifupdown=interfaces)).notes
        assert any("ifup --force eth0" in note for note in notes) == told


WIFI = PciNic("0000:03:00.0", "iwlwifi", "/sys/y")


@pytest.mark.parametrize(
    ("configuration", "nics", "in_use", "given"),
    [
        ("pci = ['00:04.0']\n", (CABLE, WIFI), set(), "with the network cards 0000:00:04.0, on trial"),
        ("pci = []\n", (CABLE, WIFI), set(), "without a network card, on trial"),
        # by `xen-pciback.hide=` of dom0's kernel, say
        ("", (replace(CABLE, driver="pciback"),), set(), "with the network cards 0000:00:04.0, on trial"),
        ("", (replace(CABLE, driver="pciback"), WIFI), {CABLE.address}, "with the network cards 0000:03:00.0, on"),
        ("", (CABLE, replace(WIFI, virtual=True)), set(), "with the network cards 0000:00:04.0, on trial"),
    ],
)
def test_the_cards_are_those_that_the_netvm_will_have(
    configuration: str, nics: tuple[PciNic, ...], in_use: set[str], given: str
) -> None:
    own = replace(NETVM_FILE, text=NETVM_FILE.text + configuration)
    there = replace(WELL, netvm_file=own, nics=nics, in_use=frozenset(in_use), parts=((WIFI.address, "wl", "br0"),))
    planned = plan(there)
    assert any(given in step.what for step in planned.steps), planned.steps
    assert any("wl is a part of br0" in note for note in planned.notes) == (WIFI.address in given)


def test_who_gives_the_netvm_no_card_needs_no_iommu() -> None:
    own = replace(NETVM_FILE, text=NETVM_FILE.text + "pci = []\n")
    assert plan(replace(WELL, netvm_file=own, iommu=False)).obstacles == []


def test_xendomains_shuts_domains_down_instead_of_saving_a_netvm() -> None:
    saving = replace(WELL, xendomains=xendomains.Settings(Path("/d"), "XENDOMAINS_SAVE=/save\nX=1\n"))
    edit = plan(saving).steps[1]
    assert isinstance(edit, EditFile)
    assert (edit.path, edit.text) == (Path("/d"), "XENDOMAINS_SAVE=\nX=1\n")
    set_up = replace(saving, xendomains=xendomains.Settings(edit.path, edit.text))
    somebody_elses = replace(saving, netvm_file=None, running=frozenset({"netvm"}))
    for there in (set_up, somebody_elses):
        assert all(step.path != edit.path for step in plan(there).steps if isinstance(step, EditFile))


def test_a_machine_is_looked_at(tmp_path: Path) -> None:
    (tmp_path / "xen/auto").mkdir(parents=True)
    (tmp_path / "xen/work.cfg").write_text(WORK.text)
    (tmp_path / "xen/auto/work").symlink_to(tmp_path / "xen/work.cfg")
    (tmp_path / "xen/auto/other").write_text("name = 'other'\n")
    (tmp_path / "xen/auto/.work.swp").write_text(WORK.text)
    (tmp_path / "xen/bad.cfg").write_bytes(b"\xff\xfe")
    (tmp_path / "xen/xl.conf").write_text("autoballoon=1\n")
    (tmp_path / "netvm.cfg").write_text('name = "netvm"\n#kernel = "/k"\n')
    (tmp_path / "qnet.toml").write_text('[dom0]\nnetvm = "netvm"\n')
    (tmp_path / "wants").mkdir()
    (tmp_path / "wants" / HELPER).touch()
    settings = tmp_path / "etc/default/xendomains"
    settings.parent.mkdir(parents=True)
    settings.write_text("XENDOMAINS_SAVE=/x\n")
    for name, master in (("eth0", "xenbr0"), ("eth1", "")):
        card = tmp_path / f"pci/devices/0000:0{name[-1]}:00.0"
        (card / f"net/{name}").mkdir(parents=True)
        (card / "class").write_text("0x020000\n")
        if master:
            (card / f"net/{name}/master").symlink_to(f"../../../virtual/net/{master}")
    machine = Machine(
        tmp_path / "xen", tmp_path / "netvm.cfg", tmp_path / "qnet.toml", tmp_path, tmp_path / "wants",
        tmp_path / "pci", lambda: True, str, lambda name: None if name == "nft" else name, lambda: 0,
        XenHypervisor(tmp_path / "no-xl"), root=tmp_path,
    )  # fmt: skip
    found = survey(machine)
    assert [file.name for file in found.files] == ["other", "work"]
    assert found.unreadable == (tmp_path / "xen/bad.cfg",)
    assert (found.missing, found.boots, found.enabled) == (("nft",), False, frozenset({HELPER}))
    assert (found.iommu, found.running, found.netvm_file is not None) == (None, frozenset(), True)
    assert found.parts == (("0000:00:00.0", "eth0", "xenbr0"),)
    assert found.xendomains == xendomains.Settings(settings, "XENDOMAINS_SAVE=/x\n")


def test_programs_are_looked_for_where_they_are_and_not_where_a_shell_does(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`su` without a dash, in Debian, has no /usr/sbin in its PATH: xl and nft were said to be missing."""
    assert shutil.which("ip", path="/usr/sbin:/sbin:/usr/bin:/bin")
    monkeypatch.setenv("PATH", str(tmp_path))
    machine = Machine()
    assert machine.which("ip") is not None
    assert machine.which("qnet-no-such-program") is None


def test_a_remark_in_an_older_encoding_hides_neither_a_domain_nor_the_netvm(tmp_path: Path) -> None:
    """xl takes it as it is; setup said that there is nothing that the netvm could be made of."""
    remark = "# für das Büro\n".encode("latin-1")
    work, own = tmp_path / "work.cfg", tmp_path / "netvm.cfg"
    work.write_bytes(remark + WORK.text.encode())
    own.write_bytes(remark + NETVM_FILE.text.encode())
    (tmp_path / "b.cfg").write_bytes("name = 'Büro'\n".encode("latin-1"))
    (tmp_path / "wide.cfg").write_bytes(WORK.text.encode("utf-16"))
    machine = Machine(
        tmp_path, own, tmp_path / "no.toml", tmp_path, is_dom0=lambda: True, which=str, uid=lambda: 0,
        hypervisor=XenHypervisor(tmp_path / "no-xl"), root=tmp_path,
    )  # fmt: skip
    found = survey(machine)
    assert (found.boots, [file.name for file in found.files]) == (True, ["B?ro", "work"])
    assert found.unreadable == (tmp_path / "wide.cfg",)
    planned = plan(replace(found, managed_by="", nics=()))
    (edit,) = (step for step in planned.steps if isinstance(step, EditFile))
    assert all(step.what.isprintable() for step in planned.steps)
    folder = RecordFolder(tmp_path / "record")
    folder.replace_file(edit.path, edit.text, edit.was)
    assert work.read_bytes() == remark + vif_lines.with_netvm(WORK.text, "netvm").encode()
    assert Setup(folder, FakeSystem(), print).undo() == []
    assert work.read_bytes() == remark + WORK.text.encode()


class Dom0:
    """A dom0 with one domain; `setup` is as a new process has it."""

    def __init__(self, folder: Path) -> None:
        self.work = folder / "work.cfg"
        self.work.write_text(WORK.text)
        self.work.chmod(0o640)
        self.folder = folder / "record"
        self.told: list[str] = []
        self.plan = plan(replace(WELL, files=(replace(WORK, path=self.work),)))

    def setup(self, system: FakeSystem) -> Setup:
        return Setup(RecordFolder(self.folder), system, self.told.append)


@pytest.fixture
def dom0(tmp_path: Path) -> Dom0:
    return Dom0(tmp_path)


def test_all_is_done_and_taken_back(dom0: Dom0) -> None:
    system = FakeSystem()
    assert dom0.setup(system).apply(dom0.plan, lambda: True)
    assert system.done == [f"enable {HELPER}", "timer", "start", "no timer", f"enable {NETVM}"]
    assert "backend=netvm" in dom0.work.read_text()
    assert dom0.work.stat().st_mode & 0o777 == 0o640
    system.done.clear()
    assert dom0.setup(system).undo() == []
    assert system.done == [f"disable {NETVM}", f"disable {HELPER}", "stop", "no timer"]
    assert dom0.work.read_text() == WORK.text
    assert dom0.work.stat().st_mode & 0o777 == 0o640
    assert not dom0.folder.exists()
    assert RecordFolder(dom0.folder).record == Record()


def test_the_netvm_that_was_started_is_stopped_whichever_is_chosen_since(dom0: Dom0) -> None:
    """It took the network from another one's domains, and left the cards where they were."""
    dom0.setup(FakeSystem()).apply(dom0.plan, lambda: True)
    system = FakeSystem()
    dom0.setup(system).undo()
    assert system.netvms == ["netvm"]


def test_a_netvm_that_ran_before_goes_on_when_all_is_taken_back(dom0: Dom0) -> None:
    """Setup had its service started at boot, and no more; as that was taken back it was stopped, and is "as it was"."""
    running = plan(replace(WELL, files=(replace(WORK, path=dom0.work),), running=frozenset({"netvm"})))
    assert TryNetvm not in kinds(running)
    dom0.setup(FakeSystem()).apply(running, lambda: True)
    system = FakeSystem()
    assert dom0.setup(system).undo() == []
    assert system.done == [f"do not enable {NETVM}", f"disable {HELPER}", "no timer"]
    assert not dom0.folder.exists()


@pytest.mark.parametrize("now", [True, False])
def test_a_service_is_stopped_with_what_it_runs_where_that_is_meant(monkeypatch: pytest.MonkeyPatch, now: bool) -> None:
    commands: list[str] = []
    monkeypatch.setattr("qnet_gui.dom0.setup.system.run", lambda words, **_: commands.append(" ".join(words)))
    Dom0System(print).disable(NETVM, now)
    assert commands == [f"/usr/bin/systemctl disable {'--now ' * now}{NETVM}"]


def test_an_older_record_does_not_say_which_netvm_was_started(dom0: Dom0) -> None:
    dom0.setup(FakeSystem()).apply(dom0.plan, lambda: True)
    record = dom0.folder / "done.json"
    stored = json.loads(record.read_text())
    del stored["name"]
    record.write_text(json.dumps(stored))
    system = FakeSystem()
    assert dom0.setup(system).undo() == []
    assert system.netvms == [""]


def test_who_does_not_confirm_has_his_machine_as_it_was(dom0: Dom0) -> None:
    system = FakeSystem()
    assert not dom0.setup(system).apply(dom0.plan, lambda: False)
    assert system.done == [f"enable {HELPER}", "timer", "start", "stop", "no timer", f"disable {HELPER}"]
    assert dom0.work.read_text() == WORK.text
    assert not dom0.folder.exists()


class SlowSystem(FakeSystem):
    """Notes for how long the timer is set."""

    timer = 0.0

    def set_timer(self, seconds: float, name: str) -> None:
        self.timer = seconds


def test_the_timer_gives_a_slow_netvm_all_the_time_that_it_may_take_and_somebody_his_to_confirm(dom0: Dom0) -> None:
    system = SlowSystem()
    assert dom0.setup(system).apply(dom0.plan, lambda: True)
    assert system.timer > AGENT_WAIT + CONFIRM


@pytest.mark.parametrize(
    ("environment", "seconds"),
    [
        ("QNET_NETVM_WAIT=120\n", 120),
        ("PATH=/bin QNET_NETVM_WAIT=500 OTHER=1\n", 500),
        ("QNET_NETVM_WAIT=120 QNET_NETVM_WAIT=600\n", 600),
        ("MY_QNET_NETVM_WAIT=7\n", 120),
        ("QNET_NETVM_WAIT=long\n", 120),
        ("QNET_NETVM_WAIT=0\n", 120),
        ("\n", 120),
    ],
)
def test_the_agent_has_as_long_as_at_every_boot(environment: str, seconds: float) -> None:
    assert unit_wait(environment) == seconds


def test_the_netvms_unit_is_asked_where_there_is_systemd(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("qnet_gui.dom0.setup.system.run", lambda _: b"QNET_NETVM_WAIT=77\n")
    monkeypatch.setattr("qnet_gui.dom0.setup.system.BOOTED", tmp_path / "systemd")
    assert Dom0System(print).agent_wait() == 120
    (tmp_path / "systemd").mkdir()
    assert Dom0System(print).agent_wait() == 77


def test_the_timer_of_a_run_that_was_killed_is_in_no_ones_way(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """systemd-run makes none of a name that there is."""
    commands: list[str] = []
    monkeypatch.setattr("qnet_gui.dom0.setup.system.run", lambda words: commands.append(" ".join(words)))
    monkeypatch.setattr("qnet_gui.dom0.setup.system.BOOTED", tmp_path)
    Dom0System(print).set_timer(7.0, "sys-net")
    stopped, made = commands
    assert stopped == "/usr/bin/systemctl stop qnet-setup-way-back.timer"
    assert "--unit=qnet-setup-way-back --on-active=7 /usr/bin/qnet netvm stop sys-net" in made


@pytest.mark.parametrize("is_dom0", [True, False])
def test_all_is_taken_back_after_a_start_without_xen_too(
    dom0: Dom0, monkeypatch: pytest.MonkeyPatch, is_dom0: bool
) -> None:
    """No domain runs then, and the cards are this Linux's: the way back of who can start Xen no more."""
    verbs: list[str] = []
    monkeypatch.setattr("qnet_gui.dom0.setup.system.run", lambda *_, **__: b"")
    monkeypatch.setattr("qnet_gui.dom0.setup.system.is_dom0", lambda: is_dom0)
    monkeypatch.setattr("qnet_gui.dom0.setup.system.netvm", lambda verb, *_: verbs.append(verb))
    dom0.setup(FakeSystem()).apply(dom0.plan, lambda: True)
    assert Setup(RecordFolder(dom0.folder), Dom0System(print), print).undo() == []
    assert verbs == ["stop"] * is_dom0
    assert (dom0.work.read_text(), dom0.folder.exists()) == (WORK.text, False)


@pytest.mark.parametrize("fails", [f"enable {HELPER}", "timer", "start", f"enable {NETVM}"])
def test_whatever_fails_everything_is_taken_back_and_the_reason_told(dom0: Dom0, fails: str) -> None:
    system = FakeSystem(fails)
    with pytest.raises(QnetError, match="does not work"):
        dom0.setup(system).apply(dom0.plan, lambda: True)
    assert dom0.work.read_text() == WORK.text
    assert not dom0.folder.exists()
    assert fails != "start" or system.done[-3:] == ["stop", "no timer", f"disable {HELPER}"]


def test_ctrl_c_while_somebody_is_asked_gives_the_cards_back(dom0: Dom0) -> None:
    def interrupted() -> bool:
        raise KeyboardInterrupt

    system = FakeSystem()
    with pytest.raises(KeyboardInterrupt):
        dom0.setup(system).apply(dom0.plan, interrupted)
    assert "stop" in system.done
    assert dom0.work.read_text() == WORK.text


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_second_signal_does_not_end_the_way_back(dom0: Dom0, number: int) -> None:
    """A session that ends sends one after the other; the second left everything as it was by then."""

    class Signalled(FakeSystem):
        def stop_netvm(self, name: str) -> None:
            os.kill(os.getpid(), number)
            super().stop_netvm(name)
            os.kill(os.getpid(), number)

        def disable(self, unit: str, now: bool) -> None:
            os.kill(os.getpid(), number)
            super().disable(unit, now)

    def first() -> bool:
        raise KeyboardInterrupt

    system = Signalled()
    before = signal.signal(number, signal.default_int_handler)
    try:
        with pytest.raises(KeyboardInterrupt):
            dom0.setup(system).apply(dom0.plan, first)
    finally:
        signal.signal(number, before)
    assert system.done[-3:] == ["stop", "no timer", f"disable {HELPER}"]
    assert (dom0.work.read_text(), dom0.folder.exists()) == (WORK.text, False)
    dom0.setup(FakeSystem()).apply(dom0.plan, lambda: True)
    before = signal.signal(number, signal.default_int_handler)
    try:
        assert dom0.setup(Signalled()).undo() == []
    finally:
        signal.signal(number, before)
    assert (dom0.work.read_text(), dom0.folder.exists()) == (WORK.text, False)


def test_what_somebody_has_changed_since_is_left_and_told(dom0: Dom0) -> None:
    system = FakeSystem()
    dom0.setup(system).apply(dom0.plan, lambda: True)
    mine = dom0.work.read_text() + "memory = 77\n"
    dom0.work.write_text(mine)
    left = dom0.setup(system).undo()
    assert dom0.work.read_text() == mine
    assert len(left) == 1
    assert "was changed since" in left[0]
    assert Path(left[0].rpartition(" ")[2]).read_text() == WORK.text


@pytest.mark.parametrize("gone", ["copy", "file"])
def test_what_has_gone_since_is_told_as_it_is(dom0: Dom0, gone: str) -> None:
    """Of a copy that somebody had removed it was said that what the file was is in it."""
    dom0.setup(FakeSystem()).apply(dom0.plan, lambda: True)
    copy = Path(RecordFolder(dom0.folder).record.files[0].copy)
    (copy if gone == "copy" else dom0.work).unlink()
    (left,) = dom0.setup(FakeSystem()).undo()
    if gone == "copy":
        assert left == f"{dom0.work} cannot be put back, since {copy}, which had what it was, is not there any more"
        assert "backend=netvm" in dom0.work.read_text()
    else:
        assert left == f"{dom0.work} is not there any more; what it was is in {copy}"


def test_what_cannot_be_taken_back_is_told_and_the_rest_is(dom0: Dom0) -> None:
    dom0.setup(FakeSystem()).apply(dom0.plan, lambda: True)
    assert dom0.setup(FakeSystem(f"disable {NETVM}")).undo() == [f"disable {NETVM} does not work"]
    assert dom0.work.read_text() == WORK.text
    assert RecordFolder(dom0.folder).record.units == (NETVM,)


def test_a_file_that_is_changed_twice_goes_back_to_the_first(dom0: Dom0) -> None:
    folder = RecordFolder(dom0.folder)
    for text in ("one", "two"):
        folder.replace_file(dom0.work, text)
    assert dom0.setup(FakeSystem()).undo() == []
    assert dom0.work.read_text() == WORK.text


def _second_plan(dom0: Dom0, name: str = "new") -> Plan:
    """As on a machine that is set up, with another domain since, and its netvm stopped for now."""
    path = dom0.work.with_name(f"{name}.cfg")
    path.write_text(WORK.text)
    return plan(replace(WELL, files=(replace(WORK, path=path),), enabled=frozenset({HELPER, NETVM})))


@pytest.mark.parametrize("fails", ["", "start"])
def test_a_second_run_that_is_taken_back_leaves_what_the_first_has_done(dom0: Dom0, fails: str) -> None:
    """Who said no to the second was back at a dom0 without qnet, and told that everything is as it was."""
    dom0.setup(FakeSystem()).apply(dom0.plan, lambda: True)
    first, record = dom0.work.read_text(), RecordFolder(dom0.folder).record
    system, second = FakeSystem(fails), _second_plan(dom0)
    if fails:
        with pytest.raises(QnetError, match="does not work"):
            dom0.setup(system).apply(second, lambda: True)
    else:
        assert not dom0.setup(system).apply(second, lambda: False)
    assert system.done == ["timer", "start", "stop", "no timer"]
    assert dom0.work.read_text() == first
    assert dom0.work.with_name("new.cfg").read_text() == WORK.text
    assert RecordFolder(dom0.folder).record == record
    assert dom0.setup(FakeSystem()).undo() == []
    assert dom0.work.read_text() == WORK.text


def test_a_netvm_on_trial_that_does_not_stop_at_once_is_stopped_again(dom0: Dom0) -> None:
    class Busy(FakeSystem):
        def stop_netvm(self, name: str) -> None:
            super().stop_netvm(name)
            if self.done.count("stop") == 1:
                raise HypervisorError(plain("it is busy"))

    dom0.setup(FakeSystem()).apply(dom0.plan, lambda: True)
    system = Busy()
    with pytest.raises(QnetError, match="it is busy"):
        dom0.setup(system).apply(_second_plan(dom0), lambda: False)
    assert system.done.count("stop") == 2
    assert RecordFolder(dom0.folder).record.netvm


def test_what_somebody_has_changed_between_two_runs_is_not_lost(dom0: Dom0) -> None:
    """The second run took the first one's copy for what the file was, and put that back over what is there."""
    dom0.setup(FakeSystem()).apply(dom0.plan, lambda: True)
    first = dom0.work.read_text()
    mine = 'memory = 77\nname = "work"\nvif = [ "" ]\n'
    dom0.work.write_text(mine)
    again = plan(replace(WELL, files=(replace(WORK, path=dom0.work, text=mine),), enabled=frozenset({HELPER, NETVM})))
    assert dom0.setup(FakeSystem()).apply(again, lambda: True)
    left = dom0.setup(FakeSystem()).undo()
    assert dom0.work.read_text() == mine
    assert len(left) == 1
    assert Path(left[0].rpartition(" ")[2]).read_text() == WORK.text
    assert first != mine


def test_a_link_stays_a_link(dom0: Dom0) -> None:
    """Whoever keeps /etc in a place of its own had a file beside it after the way back, which nobody there knew."""
    real = dom0.work.with_name("real.cfg")
    dom0.work.rename(real)
    dom0.work.symlink_to(real.name)
    RecordFolder(dom0.folder).replace_file(dom0.work, "changed")
    assert (dom0.work.is_symlink(), real.read_text()) == (True, "changed")
    assert dom0.setup(FakeSystem()).undo() == []
    assert (dom0.work.is_symlink(), real.read_text()) == (True, WORK.text)
    assert sorted(path.name for path in dom0.work.parent.iterdir()) == ["real.cfg", "work.cfg"]


def test_a_file_that_has_gone_since_is_not_said_to_be_left(dom0: Dom0) -> None:
    dom0.setup(FakeSystem()).apply(dom0.plan, lambda: True)
    dom0.work.unlink()
    (left,) = dom0.setup(FakeSystem()).undo()
    assert left.startswith(f"{dom0.work} is not there any more; what it was is in ")
    assert Path(left.rpartition(" ")[2]).read_text() == WORK.text


def test_a_copy_that_is_kept_is_not_written_over(dom0: Dom0) -> None:
    """Two files of one name in two folders, of which the second is left, and the first is changed once more."""
    other = dom0.work.parent / "auto" / dom0.work.name
    other.parent.mkdir()
    other.write_text("other")
    folder = RecordFolder(dom0.folder)
    folder.replace_file(dom0.work, "changed")
    folder.replace_file(other, "changed")
    other.write_text("mine")
    (left,) = dom0.setup(FakeSystem()).undo()
    RecordFolder(dom0.folder).replace_file(dom0.work, "changed again")
    assert Path(left.rpartition(" ")[2]).read_text() == "other"


def test_a_file_that_was_changed_while_somebody_was_asked_is_left(dom0: Dom0) -> None:
    """The text that was planned would have taken the place of what he has just written."""
    dom0.work.write_text(f"{WORK.text}memory = 77\n")
    system = FakeSystem()
    with pytest.raises(QnetError, match="has been changed meanwhile"):
        dom0.setup(system).apply(dom0.plan, lambda: True)
    assert dom0.work.read_text() == f"{WORK.text}memory = 77\n"
    assert (system.done, dom0.folder.exists()) == ([], False)


def test_what_cannot_be_taken_back_after_a_failure_is_told(dom0: Dom0) -> None:
    class Failing(FakeSystem):
        def disable(self, unit: str, now: bool) -> None:
            raise HypervisorError(plain(f"{unit} stays"))

    with pytest.raises(QnetError, match="start does not work"):
        dom0.setup(Failing("start")).apply(dom0.plan, lambda: True)
    assert f"! {HELPER} stays" in dom0.told


def test_a_disk_that_fails_keeps_nothing_else_from_being_taken_back(
    dom0: Dom0, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = dom0.work.with_name("other.cfg")
    other.write_text("other")
    folder = RecordFolder(dom0.folder)
    folder.replace_file(other, "changed")
    folder.replace_file(dom0.work, "changed")

    def refuse(path: Path, *_: int) -> None:
        if path == dom0.work:
            raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr("qnet_gui.dom0.setup.record.shutil.chown", refuse)
    (left,) = dom0.setup(FakeSystem()).undo()
    assert left == f"{dom0.work} cannot be put back: Operation not permitted."
    assert other.read_text() == "other"


@pytest.mark.parametrize("text", ["", "[]", "{", '{"files": 7}'])
def test_a_record_that_cannot_be_read_is_an_error_and_not_lost(tmp_path: Path, text: str) -> None:
    (tmp_path / "done.json").write_text(text)
    with pytest.raises(QnetError, match=r"done\.json"):
        RecordFolder(tmp_path)
    assert (tmp_path / "done.json").read_text() == text
