"""The netvm as a service: what is taken, made, waited for, and put back, whatever fails on the way."""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fakes.output import Gone
from xl_host import Host

from qnet_gui.cli import main
from qnet_gui.dom0.netvm_lifecycle import run
from qnet_gui.dom0.netvm_lifecycle.interrupts import Interrupts
from qnet_gui.dom0.netvm_lifecycle.record import Record, RecordFile
from qnet_gui.dom0.netvm_lifecycle.service import Limits, NetvmService
from qnet_gui.dom0.netvm_lifecycle.toolstack import Toolstack
from qnet_gui.hypervisor import pci
from qnet_gui.hypervisor.passthrough import Passthrough
from qnet_gui.model.errors import FAILED, Busy, HypervisorError, KernelError, NotFound, QnetError, Refused, Stuck
from qnet_gui.model.messages.message import Message
from qnet_gui.model.messages.plain import plain
from qnet_gui.model.messages.service import ServiceCode
from qnet_gui.store.client import Store

CABLE, WIFI, DISK = "0000:00:04.0", "0000:03:00.0", "0000:00:1f.2"
CONFIGURATION = 'name = "netvm"\ntype = "pv"\nkernel = "/boot/vmlinuz"\ndriver_domain = 1\n'


class Service:
    """The service on a host that has a cable's NIC, a Wi-Fi NIC and a disk."""

    def __init__(self, host: Host, folder: Path, interrupts: Interrupts) -> None:
        self.host = host
        self.record = RecordFile(folder / "netvm.json")
        self.configuration = folder / "netvm.cfg"
        self.configuration.write_text(CONFIGURATION)
        self.ended_steps: list[str] = []
        self.limits = Limits(agent=20, shutdown=20)
        self._interrupts = interrupts

    def __getattr__(self, verb: str):
        return getattr(self._new(), verb)

    def _new(self) -> NetvmService:
        """A process of its own, as far as it matters."""
        host = self.host
        devices = host.devices
        passthrough = Passthrough(
            host.program, devices.root, devices.write, devices.load, devices.links, devices.ip
        )  # fmt: skip
        toolstack = Toolstack(self._interrupts, host.program, host.xen.hardware.socket)
        return NetvmService(
            "netvm", toolstack, passthrough, self._tell, self.record, self.configuration, self.limits
        )  # fmt: skip

    def _tell(self, step: str, state: str, text: str) -> None:
        if state != "begun":
            self.ended_steps.append(f"{state}: {text}")

    @property
    def drivers(self) -> dict[str, str]:
        return {address: self.host.devices.driver(address) for address in (CABLE, WIFI, DISK)}

    @property
    def names(self) -> list[str]:
        return [name for name, _ in self.host.domains.values()]


@pytest.fixture
def netvm(programs: None, either_xen: Any, tmp_path: Path) -> Iterator[Service]:
    host = Host(either_xen, tmp_path)
    host.devices.add(CABLE)
    host.devices.add(WIFI, "0x028000", "iwlwifi")
    host.devices.add(DISK, "0x010601", "ahci")
    with Interrupts() as interrupts:
        yield Service(host, tmp_path, interrupts)
    for number in list(host.domains):
        host.end(number)
    host.close()


BEFORE = {CABLE: "e1000", WIFI: "iwlwifi", DISK: "ahci"}
GIVEN = {CABLE: "pciback", WIFI: "pciback", DISK: "ahci"}


def refused(verb) -> str:
    with pytest.raises(QnetError) as caught:
        verb()
    return caught.value.sentence


# -- how it should be


def test_start_gives_every_nic_to_the_netvm(netvm: Service) -> None:
    assert str(netvm.start()) == "netvm runs."
    assert netvm.drivers == GIVEN
    assert netvm.names == ["netvm"]
    assert netvm.host.calls[-1] == f"create {netvm.configuration} pci=['{CABLE}','{WIFI}']"
    assert netvm.ended_steps == [
        f"done: took {CABLE} (e1000) from dom0",
        f"done: took {WIFI} (iwlwifi) from dom0",
        f"done: started netvm with {CABLE}, {WIFI}",
        "done: the agent in netvm runs",
    ]
    assert not netvm.record.load().starting


def test_stop_gives_the_nics_back(netvm: Service) -> None:
    netvm.start()
    netvm.ended_steps.clear()
    assert str(netvm.stop()) == "netvm is stopped."
    assert (netvm.drivers, netvm.names, netvm.record.load()) == (BEFORE, [], Record())
    assert netvm.ended_steps == [
        "done: stopped netvm", f"done: gave {CABLE} back to e1000", f"done: gave {WIFI} back to iwlwifi",
    ]  # fmt: skip


def test_restart_keeps_the_nics_away_from_dom0(netvm: Service) -> None:
    netvm.start()
    netvm.host.calls.clear()
    seen = []
    netvm.host.before = lambda _: seen.append(netvm.drivers)
    assert str(netvm.restart()) == "netvm runs."
    assert all(drivers == GIVEN for drivers in seen)
    assert netvm.host.calls == ["shutdown 1", f"create {netvm.configuration} pci=['{CABLE}','{WIFI}']"]
    netvm.stop()
    assert netvm.drivers == BEFORE


def test_start_of_one_that_runs_is_no_error(netvm: Service) -> None:
    netvm.start()
    netvm.host.calls.clear()
    assert str(netvm.start()) == "netvm runs already."
    assert netvm.host.calls == []


def test_start_of_one_that_somebody_else_has_started_is_no_error_either(netvm: Service) -> None:
    """Its configuration is elsewhere, and here is what the package has brought."""
    netvm.start()
    netvm.configuration.write_text("#kernel = '/k'\n")
    assert str(netvm.start()) == "netvm runs already."


def test_stop_of_one_that_does_not_run_is_no_error(netvm: Service) -> None:
    assert str(netvm.stop()) == "netvm is not running."


def test_restart_of_one_that_does_not_run_starts_it(netvm: Service) -> None:
    assert str(netvm.restart()) == "netvm runs."


def test_start_waits_for_the_agent(netvm: Service) -> None:
    netvm.host.agent = ""
    netvm.host.later = lambda number: netvm.host.say(number, "running")
    assert str(netvm.start()) == "netvm runs."


# -- which NICs


def test_nics_that_the_administrator_names_are_the_only_ones(netvm: Service) -> None:
    netvm.configuration.write_text(CONFIGURATION + "pci = [ '03:00.0,permissive=1',\n # Wi-Fi\n ]\n")
    netvm.start()
    assert netvm.drivers == BEFORE | {WIFI: "pciback"}
    assert netvm.host.calls[-1] == f"create {netvm.configuration}"
    netvm.stop()
    assert netvm.drivers == BEFORE


def test_a_nic_that_is_not_there_is_said_before_anything_is_done(netvm: Service) -> None:
    netvm.configuration.write_text(CONFIGURATION + "pci = ['05:00.0']\n")
    assert "There is no PCI device 0000:05:00.0." in refused(netvm.start)
    assert netvm.host.calls == []


def test_a_nic_of_another_domain_stays_with_it(netvm: Service) -> None:
    netvm.host.devices.bind(WIFI, "pciback")
    netvm.host.boot("wifi", [WIFI])
    netvm.start()
    assert netvm.host.calls[-1].endswith(f"pci=['{CABLE}']")
    netvm.stop()
    assert netvm.drivers == BEFORE | {WIFI: "pciback"}


def test_a_nic_that_somebody_gave_away_before_is_not_given_back(netvm: Service) -> None:
    netvm.host.devices.bind(WIFI, "pciback")
    netvm.start()
    assert netvm.host.calls[-1].endswith(f"pci=['{CABLE}','{WIFI}']")
    netvm.stop()
    assert netvm.drivers == BEFORE | {WIFI: "pciback"}


def test_virtual_functions_go_with_their_nic(netvm: Service) -> None:
    netvm.host.devices.add("0000:00:05.0", driver="")
    (netvm.host.devices.root / "devices/0000:00:05.0/physfn").symlink_to(f"../{CABLE}")
    netvm.start()
    assert netvm.host.calls[-1].endswith(f"pci=['{CABLE}','{WIFI}']")


def test_a_nic_without_a_driver_is_taken_too(netvm: Service) -> None:
    netvm.host.devices.bind(WIFI, "")
    netvm.start()
    netvm.stop()
    assert netvm.drivers == BEFORE | {WIFI: ""}
    assert netvm.ended_steps[-1] == f"done: gave {WIFI} back to dom0"


def test_a_nic_that_was_taken_before_its_driver_came_has_it_afterwards(netvm: Service) -> None:
    """At boot a driver may be loaded later than the netvm is started; dom0 had the card back, and could not use it."""
    netvm.host.devices.bind(CABLE, "")
    netvm.start()
    netvm.host.devices.matching[CABLE] = "e1000"
    netvm.stop()
    assert netvm.drivers == BEFORE


def test_without_any_nic_it_says_so(netvm: Service) -> None:
    for address in (CABLE, WIFI):
        (netvm.host.devices.root / "devices" / address / "class").write_text("0x030000\n")
    assert str(netvm.start()) == "netvm runs."
    assert netvm.ended_steps[0] == "done: started netvm without a network card"


# -- what fails


def test_without_an_iommu_no_nic_is_touched(netvm: Service) -> None:
    netvm.host.iommu = False
    sentence = refused(netvm.start)
    assert "VT-d" in sentence
    assert "dom0 itself can be the netvm" in sentence
    assert sentence.endswith("Everything is as it was before.")
    assert (netvm.drivers, netvm.host.calls) == (BEFORE, [])


def test_without_an_iommu_that_nobody_knew_of_the_nics_go_back(netvm: Service) -> None:
    """xl binds a NIC to pciback, fails, and does not take it out again."""
    netvm.host.iommu = None
    assert "VT-d" in refused(netvm.start)
    assert (netvm.drivers, netvm.names, netvm.record.load()) == (BEFORE, [], Record())
    assert netvm.host.calls == [f"pci-assignable-add {CABLE}", f"pci-assignable-remove -r {CABLE}"]


def test_who_has_no_iommu_is_told_in_which_order_dom0_becomes_the_netvm() -> None:
    """An agent refuses to start in a dom0 that is not chosen."""
    said = Message(ServiceCode.IOMMU_MISSING).english
    assert said.index("qnet netvm set dom0") < said.index("qnet-agent")


def test_failing_create_puts_everything_back(netvm: Service) -> None:
    netvm.host.fails["create"] = "unable to add disk devices"
    assert refused(netvm.start) == (
        "netvm is not started: xl create failed: unable to add disk devices. Everything is as it was before."
    )
    assert (netvm.drivers, netvm.names) == (BEFORE, [])


def test_agent_that_never_reports_puts_everything_back(netvm: Service) -> None:
    netvm.host.agent, netvm.limits = "", Limits(agent=0.3)
    assert "The agent in netvm did not report within 0.3 s." in refused(netvm.start)
    assert (netvm.drivers, netvm.names) == (BEFORE, [])
    assert "undone: destroyed netvm" in netvm.ended_steps


def test_netvm_that_dies_at_once_is_not_waited_for(netvm: Service) -> None:
    netvm.host.agent = ""
    netvm.host.later = netvm.host.end
    assert "netvm ended while it was starting" in refused(netvm.start)
    assert netvm.drivers == BEFORE


def test_a_netvm_that_cannot_be_destroyed_keeps_its_nics(netvm: Service) -> None:
    netvm.host.agent, netvm.limits = "", Limits(agent=0.3)
    netvm.host.fails["destroy"] = "it does not go"
    with pytest.raises(Stuck, match=f"could not be destroyed.*{CABLE} is still in use by a domain"):
        netvm.start()
    assert netvm.drivers == GIVEN
    netvm.host.fails.clear()
    assert str(netvm.stop()) == "netvm is stopped."
    assert netvm.drivers == BEFORE


def test_a_driver_that_does_not_take_its_nic_back_is_said_and_tried_again(netvm: Service) -> None:
    netvm.start()
    folder = netvm.host.devices.root / "drivers/e1000"
    netvm.host.remembered.clear()
    folder.rmdir()
    with pytest.raises(Stuck, match=f"netvm is stopped. {CABLE} could not be given back to e1000"):
        netvm.stop()
    assert netvm.drivers == BEFORE | {CABLE: ""}
    folder.mkdir()
    assert str(netvm.stop()) == "netvm is stopped."
    assert netvm.drivers == BEFORE


def test_a_nic_that_somebody_gave_to_another_driver_meanwhile_is_left_there(netvm: Service) -> None:
    netvm.start()
    netvm.host.end(1)
    netvm.host.devices.bind(CABLE, "vfio-pci")
    assert str(netvm.stop()) == "netvm is stopped."
    assert netvm.drivers == BEFORE | {CABLE: "vfio-pci"}


def test_nodes_that_are_left_of_a_dead_netvm_do_not_keep_its_nics(netvm: Service) -> None:
    """As on a real Xen: libxl leaves the backend's, and somebody had written in the home of one that died."""
    netvm.start()
    netvm.host.end(1)
    with Store(netvm.host.xen.hardware.socket) as store:
        store.write("/local/domain/0/backend/pci/1/0/dev-0", CABLE)
        store.write("/local/domain/1/backend/vif/2/0/ip", "10.137.0.2")
    assert str(netvm.stop()) == "netvm is stopped."
    assert netvm.drivers == BEFORE


def test_a_nic_whose_address_the_kernel_has_made_up_does_not_cost_the_others(netvm: Service) -> None:
    """Behind Intel's VMD the numbers of domains begin at 10000: one such, and of all that was taken nothing was known.

    xl takes none of these, so the start fails, and the cable's NIC was nobody's then.
    """
    behind = "10000:e1:00.0"
    netvm.host.devices.add(behind)
    usual = netvm.host.before

    def before(words: list[str]) -> None:
        usual(words)
        netvm.host.fails = {"pci-assignable-add": "no such segment"} if words[-1] == behind else {}

    netvm.host.before = before
    assert "no such segment" in refused(netvm.start)
    assert (netvm.drivers, netvm.host.devices.driver(behind)) == (BEFORE, "e1000")
    assert netvm.record.load() == Record()


@pytest.mark.parametrize("fails", [False, True])
def test_what_was_a_part_of_a_bridge_is_so_again(netvm: Service, fails: bool) -> None:
    """xenbr0 kept its address and its routes without it, so dom0 had its card again, and no network."""
    netvm.host.devices.add_to_bridge(CABLE, "eth0", "xenbr0")
    if fails:
        netvm.host.fails["create"] = "no memory"
        assert "Everything is as it was before." in refused(netvm.start)
    else:
        netvm.start()
        netvm.restart()
        netvm.stop()
    assert netvm.host.devices.bridge(CABLE) == "xenbr0"
    assert netvm.ended_steps.count(f"{'undone' if fails else 'done'}: made eth0 a part of xenbr0 again") == 1
    assert netvm.record.load() == Record()


def test_a_bridge_that_does_not_take_its_part_back_is_told_and_tried_again(netvm: Service) -> None:
    devices = netvm.host.devices
    devices.add_to_bridge(CABLE, "eth0", "xenbr0")
    netvm.start()

    def ip(_: object) -> bytes:
        raise KernelError(plain("no memory"))

    devices.ip, usual = ip, devices.ip
    assert "eth0 could not be made a part of xenbr0 again: no memory" in refused(netvm.stop)
    assert netvm.drivers == BEFORE
    devices.ip = usual
    netvm.stop()
    assert (devices.bridge(CABLE), netvm.record.load()) == ("xenbr0", Record())


def _without_a_way_back_to_its_bridge(netvm: Service) -> None:
    """A card of dom0's again, in a bridge that does not take it."""
    netvm.host.devices.add_to_bridge(CABLE, "eth0", "xenbr0")
    netvm.start()
    why = "the operation is not supported"

    def ip(_: object) -> bytes:
        raise KernelError(plain(why))

    netvm.host.devices.ip = ip
    assert why in refused(netvm.stop)


def test_what_its_bridge_never_takes_again_is_not_tried_for_ever(netvm: Service) -> None:
    """It is dom0's card, so nothing is left to be given back: every stop failed, and no removal of the package went."""
    _without_a_way_back_to_its_bridge(netvm)
    assert (netvm.drivers, netvm.record.load().nics) == (BEFORE, {})
    again = refused(netvm.stop)
    assert "eth0 could not be made a part of xenbr0 again" in again
    assert "tries it again" not in again
    assert str(netvm.stop()) == "netvm is not running."
    assert netvm.record.load() == Record()


@pytest.mark.parametrize("bridge", ["xenbr0", "br-other"])
def test_what_its_bridge_did_not_take_comes_to_it_after_another_start_or_to_where_it_was_put_since(
    netvm: Service, bridge: str
) -> None:
    devices = netvm.host.devices
    usual = devices.ip
    _without_a_way_back_to_its_bridge(netvm)
    devices.ip = usual
    if bridge != "xenbr0":
        (devices.links / bridge / "bridge").mkdir(parents=True)
        devices.ip(["ip", "link", "set", "dev", "eth0", "master", bridge])
    netvm.start()
    netvm.stop()
    assert (devices.bridge(CABLE), netvm.record.load()) == (bridge, Record())


def test_a_nic_that_was_pulled_out_is_forgotten(netvm: Service) -> None:
    netvm.start()
    (netvm.host.devices.root / "devices" / WIFI).rename(netvm.configuration.with_name("pulled-out"))
    netvm.stop()
    assert (netvm.drivers[CABLE], netvm.record.load()) == ("e1000", Record())


def test_no_pciback(netvm: Service) -> None:
    netvm.host.devices.load = lambda: None
    assert "dom0's kernel has no pciback" in refused(netvm.start)
    assert netvm.drivers == BEFORE


@pytest.mark.parametrize("obeys", [True, False])
def test_netvm_that_does_not_shut_down_is_destroyed(netvm: Service, obeys: bool) -> None:
    netvm.start()
    netvm.ended_steps.clear()
    netvm.limits = Limits(shutdown=0.3)
    netvm.host.obeys = False
    if obeys:
        netvm.host.fails["shutdown"] = "PV control interface not available"
    netvm.stop()
    assert netvm.ended_steps[0] == "done: destroyed netvm, which did not shut down"
    assert (netvm.drivers, netvm.names) == (BEFORE, [])


def test_stop_waits_for_a_netvm_that_takes_its_time(netvm: Service) -> None:
    netvm.host.obeys = False
    netvm.start()
    netvm.host.before = lambda words: netvm.host.end_later(1) if words[0] == "shutdown" else None
    netvm.stop()
    assert "done: stopped netvm" in netvm.ended_steps
    assert "destroy 1" not in netvm.host.calls


@pytest.mark.parametrize("verb", ["stop", "restart"])
def test_netvm_that_xl_makes_anew_when_it_shuts_down_is_ended_too(netvm: Service, verb: str) -> None:
    """It was told to be stopped, and ran again a moment later, with cards that were being given back to dom0."""
    netvm.configuration.write_text(f"{CONFIGURATION}on_poweroff = 'restart'\n")
    netvm.start()
    netvm.host.obeys = False

    def again() -> None:
        netvm.host.end(1)
        threading.Timer(0.2, netvm.host.boot, ("netvm", [CABLE, WIFI])).start()

    netvm.host.before = lambda words: threading.Timer(0.2, again).start() if words == ["shutdown", "1"] else None
    getattr(netvm, verb)()
    assert netvm.host.calls[-1 if verb == "stop" else -2] in ("destroy 2", "pci-assignable-remove -r " + WIFI)
    assert "destroy 2" in netvm.host.calls
    assert (netvm.drivers, netvm.names) == ((BEFORE, []) if verb == "stop" else (GIVEN, ["netvm"]))


def test_netvm_that_xl_may_make_anew_and_does_not_is_not_waited_for_for_ever(
    netvm: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The xl that stayed for it was killed."""
    monkeypatch.setattr("qnet_gui.dom0.netvm_lifecycle.toolstack._AGAIN", 0.3)
    netvm.configuration.write_text(f"{CONFIGURATION}on_poweroff = 'restart'\n")
    netvm.start()
    assert str(netvm.stop()) == "netvm is stopped."
    assert (netvm.drivers, netvm.names) == (BEFORE, [])


def test_netvm_that_has_shut_down_and_that_nobody_takes_apart_is_destroyed(
    netvm: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The xl that stayed for it was killed."""
    monkeypatch.setattr("qnet_gui.dom0.netvm_lifecycle.toolstack._REAP", 0.3)
    netvm.start()
    netvm.limits = Limits(shutdown=1000)
    netvm.host.reaped = False
    netvm.stop()
    assert "done: stopped netvm" in netvm.ended_steps
    assert (netvm.drivers, netvm.names) == (BEFORE, [])


def test_paused_netvm_is_not_started(netvm: Service) -> None:
    netvm.host.boot("netvm", [], "--p---")
    assert "netvm is paused" in refused(netvm.start)


# -- a start that was killed, interrupted


@pytest.mark.parametrize("at", ["pci-assignable-add", "create"])
def test_a_start_that_was_killed_is_repaired_by_the_next(netvm: Service, at: str) -> None:
    """Killed in the middle of what xl does: a NIC has lost its driver, or a domain is half made."""
    netvm.record.save(Record({CABLE: "e1000"}, starting=True))
    netvm.host.devices.load()
    if at == "create":
        netvm.record.save(Record({CABLE: "e1000", WIFI: "iwlwifi"}, starting=True))
        for address in (CABLE, WIFI):
            netvm.host.devices.bind(address, "pciback")
        netvm.host.agent = ""
        netvm.host.boot("netvm", [CABLE, WIFI], "--p---")
        netvm.host.agent = "running"
    else:
        netvm.host.devices.bind(CABLE, "")
    assert str(netvm.start()) == "netvm runs."
    assert (netvm.names, netvm.drivers) == (["netvm"], GIVEN)
    netvm.stop()
    assert netvm.drivers == BEFORE


def test_a_start_that_was_killed_is_undone_by_stop(netvm: Service) -> None:
    netvm.record.save(Record({CABLE: "e1000"}, starting=True))
    netvm.host.devices.bind(CABLE, "pciback")
    assert str(netvm.stop()) == "netvm is stopped."
    assert netvm.drivers == BEFORE


def test_a_start_that_was_killed_after_all_was_done_has_started_it(netvm: Service) -> None:
    netvm.start()
    netvm.record.save(Record(netvm.record.load().nics, starting=True))
    assert str(netvm.start()) == "netvm runs already."
    assert not netvm.record.load().starting


@pytest.fixture
def handlers() -> Iterator[None]:
    """What signals do is as before afterwards."""
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_who_ignores_a_signal_is_not_interrupted(handlers: None, number: int) -> None:
    """As nohup has it; and so does what must not be interrupted a second time."""
    signal.signal(number, signal.SIG_IGN)
    with Interrupts() as interrupts:
        os.kill(os.getpid(), number)
        interrupts.check()
    assert signal.getsignal(number) is signal.SIG_IGN


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_undoes_what_was_begun(netvm: Service, number: int) -> None:
    netvm.host.agent = ""
    netvm.host.later = lambda _: os.kill(os.getpid(), number)
    with pytest.raises(KeyboardInterrupt):
        netvm.start()
    assert (netvm.drivers, netvm.names) == (BEFORE, [])


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
@pytest.mark.parametrize("verb", ["stop", "restart"])
def test_a_netvm_that_was_told_to_end_leaves_its_cards_with_dom0_whoever_has_enough_of_waiting(
    netvm: Service, verb: str, number: int
) -> None:
    """It ended all the same, with nobody to give the cards back: neither dom0 nor any domain had a network then."""
    netvm.start()
    netvm.host.obeys = False

    def before(words: list[str]) -> None:
        if words[0] == "shutdown":
            os.kill(os.getpid(), number)
            netvm.host.end_later(1)

    netvm.host.before = before
    if verb == "stop":
        assert str(netvm.stop()) == "netvm is stopped."
    else:
        with pytest.raises(KeyboardInterrupt):
            netvm.restart()
    assert (netvm.drivers, netvm.names, netvm.record.load()) == (BEFORE, [], Record())


def test_xenstore_that_is_away_for_a_moment_is_waited_for(xen: Any, tmp_path: Path) -> None:
    host = Host(xen, tmp_path)
    host.agent = ""
    with Interrupts() as interrupts:
        netvm = Service(host, tmp_path, interrupts)

        def again(number: int) -> None:
            xen.kill_xenstored()
            xen.start_xenstored()
            host.say(number, "running")

        host.later = again
        assert str(netvm.start()) == "netvm runs."
    host.close()


# -- the configuration


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ('name = "other"\nkernel = "k"', "is the configuration of 'other', and the netvm is netvm"),
        ('kernel = "k"', "is the configuration of ''"),
        ('name = "netvm"\n#kernel = "k"', "does not say what netvm boots from"),
    ],
)
def test_configuration_that_will_not_do(netvm: Service, text: str, complaint: str) -> None:
    netvm.configuration.write_text(text)
    assert complaint in refused(netvm.start)
    assert netvm.host.calls == []


def test_no_configuration(netvm: Service) -> None:
    netvm.configuration.unlink()
    with pytest.raises(NotFound, match="cfg is not there"):
        netvm.start()


def test_a_configuration_that_is_no_file_is_not_waited_for(netvm: Service) -> None:
    netvm.configuration.unlink()
    os.mkfifo(netvm.configuration)
    with pytest.raises(QnetError, match="cannot be read: it is not a file"):
        netvm.start()
    assert netvm.host.calls == []


@pytest.mark.parametrize("name", ["other", "netvm", ""])
def test_a_netvm_is_not_what_the_killed_start_of_another_has_left(netvm: Service, name: str) -> None:
    """The chosen one, whose agent was being restarted, was destroyed for it."""
    netvm.host.agent = ""
    number = netvm.host.boot("netvm", [], "r-----")
    netvm.record.save(Record(starting=True, name=name))
    netvm.host.agent = "running"
    timer = threading.Timer(0.3, netvm.host.say, (number, "running"))
    if name == "other":
        timer.start()
    assert str(netvm.start()) == ("netvm runs already." if name == "other" else "netvm runs.")
    assert (number in netvm.host.domains) == (name == "other")
    assert netvm.record.load().starting == (name == "other")
    if name == "other":
        timer.join()
        netvm.stop()
        assert "done: stopped netvm" in netvm.ended_steps, "and not destroyed at once"


# -- where it may be done, and one at a time


def test_only_one_at_a_time(tmp_path: Path) -> None:
    with run.locked(tmp_path / "lock"), pytest.raises(Busy), run.locked(tmp_path / "lock"):
        pass
    with run.locked(tmp_path / "lock"):
        pass


def test_what_whoever_has_the_lock_fails_with_is_told_as_it_is(tmp_path: Path) -> None:
    """An output that takes no more at once passed for another who is at work."""
    with pytest.raises(BlockingIOError), run.locked(tmp_path / "lock"):
        raise BlockingIOError


def test_only_in_dom0() -> None:
    with pytest.raises(Refused, match="not dom0 of a Xen host"):
        run.run("start", Limits(), lambda *_: None)


@pytest.fixture
def command(lasting_xen: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Host]:
    """What `qnet netvm start` finds on a host with one NIC, in place of what it would find on this machine."""
    host = Host(lasting_xen, tmp_path)
    left = host.calls
    host.devices.add(CABLE)
    (tmp_path / "netvm.cfg").write_text(CONFIGURATION)
    passthrough = Passthrough(host.program, host.devices.root, host.devices.write, host.devices.load)
    monkeypatch.setattr(run, "is_dom0", lambda: True)
    monkeypatch.setattr(run.os, "geteuid", lambda: 0)
    monkeypatch.setattr(run, "Passthrough", lambda: passthrough)
    monkeypatch.setattr(run, "Toolstack", lambda stop: Toolstack(stop, host.program, lasting_xen.hardware.socket))
    monkeypatch.setattr(run, "RecordFile", lambda: RecordFile(tmp_path / "netvm.json"))
    monkeypatch.setattr(run, "LOCK", tmp_path / "lock")
    monkeypatch.setattr(run, "leave_session", lambda: left.append("session"))
    monkeypatch.setattr(run, "CONFIGURATION", tmp_path / "netvm.cfg")
    yield host
    for number in list(host.domains):
        host.end(number)
    host.close()


def test_what_the_command_says(command: Host, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["netvm", "start"]) == 0
    assert capsys.readouterr().out == (
        f"  [done] took {CABLE} (e1000) from dom0\n  [done] started netvm with {CABLE}\n"
        "  [done] the agent in netvm runs\nnetvm runs.\n"
    )
    assert main(["netvm", "stop"]) == 0
    assert capsys.readouterr().out == (
        f"  [done] stopped netvm\n  [done] gave {CABLE} back to e1000\nnetvm is stopped.\n"
    )


def test_who_starts_it_leaves_his_session_before_and_who_stops_it_stays(command: Host) -> None:
    assert main(["netvm", "start"]) == 0
    assert command.calls[0] == "session"
    assert main(["netvm", "stop"]) == 0
    assert command.calls.count("session") == 1


def test_what_the_command_says_when_it_fails(command: Host, capsys: pytest.CaptureFixture[str]) -> None:
    command.fails["create"] = "no memory"
    assert main(["netvm", "start"]) == 1
    said = capsys.readouterr()
    assert said.out == f"  [done] took {CABLE} (e1000) from dom0\n  [undone] gave {CABLE} back to e1000\n"
    assert said.err == ("qnet: netvm is not started: xl create failed: no memory. Everything is as it was before.\n")


def test_what_the_command_says_when_it_is_interrupted(command: Host, capsys: pytest.CaptureFixture[str]) -> None:
    command.agent = ""
    command.later = lambda _: os.kill(os.getpid(), signal.SIGINT)
    assert main(["netvm", "start", "--wait", "60"]) == 130
    said = capsys.readouterr()
    assert said.out.endswith(f"  [undone] destroyed netvm\n  [undone] gave {CABLE} back to e1000\nInterrupted.\n")
    assert said.err == ""


def test_to_programs_what_was_interrupted_has_failed(command: Host, capsys: pytest.CaptureFixture[str]) -> None:
    """Its end had no error in it, as if the netvm ran."""
    command.agent = ""
    command.later = lambda _: os.kill(os.getpid(), signal.SIGINT)
    assert main(["netvm", "start", "--wait", "60", "--json"]) == 130
    ends = [line for line in map(json.loads, capsys.readouterr().out.splitlines()) if "error" in line]
    assert [(end["error"], end["sentence"]) for end in ends] == [(FAILED, "Interrupted.")]


@pytest.mark.parametrize("writes", [0, 2, 4])
def test_a_terminal_that_is_closed_takes_no_card_with_it(
    command: Host, monkeypatch: pytest.MonkeyPatch, writes: int
) -> None:
    """Of a start that failed the first line that could not be shown ended the way back, and the cards were nobody's."""
    monkeypatch.setattr(sys, "stdout", Gone(writes))
    command.fails["create"] = "no memory"
    assert main(["netvm", "start"]) == 1
    assert command.devices.driver(CABLE) == "e1000"
    command.fails.pop("create", None)
    main(["netvm", "start"])
    assert command.domains
    main(["netvm", "stop"])
    assert not command.domains
    assert command.devices.driver(CABLE) == "e1000"


def test_where_others_manage_the_domains_it_is_theirs(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(run, "is_dom0", lambda: True)
    monkeypatch.setattr(run.os, "geteuid", lambda: 0)
    monkeypatch.setattr(run.xen, "MANAGERS", ((tmp_path, "qubesd"),))
    with pytest.raises(Refused, match="belong to qubesd"):
        run.run("start", Limits(), lambda *_: None)


def test_dom0_as_the_netvm_is_another_service(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(run, "is_dom0", lambda: True)
    monkeypatch.setattr(run.os, "geteuid", lambda: 0)
    monkeypatch.setattr(run.config, "load", lambda: run.config.Config(netvm="dom0"))
    monkeypatch.setattr(run, "RecordFile", lambda: RecordFile(tmp_path / "netvm.json"))
    monkeypatch.setattr(run, "LOCK", tmp_path / "lock")
    monkeypatch.setattr(run.outcome, "save", lambda _: None)
    with pytest.raises(Refused, match="systemctl stop qnet-agent"):
        run.run("stop", Limits(), lambda *_: None)


def _choose(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setattr(run.config, "load", lambda: run.config.Config(netvm=name))


def test_stop_ends_what_start_has_made_whatever_is_chosen_since(
    command: Host, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The service that had started the one, when it was stopped, took the network from the other's domains instead."""
    assert main(["netvm", "start"]) == 0
    command.boot("other", [])
    _choose(monkeypatch, "other")
    assert main(["netvm", "stop"]) == 0
    assert capsys.readouterr().out.endswith("netvm is stopped.\n")
    assert [name for name, _ in command.domains.values()] == ["other"]
    assert command.devices.driver(CABLE) == "e1000"
    assert main(["netvm", "stop"]) == 0, "now there is none but the chosen"
    assert not command.domains


@pytest.mark.parametrize("runs", [True, False])
def test_the_cards_come_back_where_dom0_is_chosen_since(
    command: Host, monkeypatch: pytest.MonkeyPatch, runs: bool
) -> None:
    """It said that dom0 is the netvm, so nobody could have them back, nor remove the package."""
    assert main(["netvm", "start"]) == 0
    _choose(monkeypatch, "dom0")
    if not runs:
        command.end(next(iter(command.domains)))
    assert main(["netvm", "stop"]) == 0
    assert (command.devices.driver(CABLE), command.domains) == ("e1000", {})


@pytest.mark.parametrize("has_cards", [True, False])
def test_of_one_that_has_died_the_cards_come_back_from_wherever_they_are(
    command: Host, monkeypatch: pytest.MonkeyPatch, has_cards: bool
) -> None:
    """The chosen one is ended for that if somebody has given them to it, and else goes on."""
    assert main(["netvm", "start"]) == 0
    command.end(next(iter(command.domains)))
    command.boot("other", [CABLE] if has_cards else [])
    _choose(monkeypatch, "other")
    assert main(["netvm", "stop"]) == 0
    assert [name for name, _ in command.domains.values()] == ([] if has_cards else ["other"])
    assert command.devices.driver(CABLE) == "e1000"


def test_another_that_is_named_goes_without_the_cards_of_the_one_that_was_started(
    command: Host, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["netvm", "start"]) == 0
    command.boot("other", [])
    assert main(["netvm", "stop", "other"]) == 0
    assert capsys.readouterr().out.endswith("other is stopped.\n")
    assert [name for name, _ in command.domains.values()] == ["netvm"]
    assert command.devices.driver(CABLE) == "pciback"
    assert main(["netvm", "stop"]) == 0
    assert command.devices.driver(CABLE) == "e1000"
    assert main(["netvm", "stop", "dom0"]) == 1


def test_record_that_is_none_tells_of_nothing(tmp_path: Path) -> None:
    path = tmp_path / "netvm.json"
    for text in ("", "[]", '{"nics": [], "starting": true}', '{"nics": {"x": "e1000"}, "starting": true}'):
        path.write_text(text)
        assert RecordFile(path).load() == Record()
    nic = pci.PciNic(CABLE, "", "")
    assert Record({CABLE: "e1000"}).with_nic(nic, {}).nics == {CABLE: "e1000"}


def test_errors_are_what_they_were(netvm: Service) -> None:
    netvm.host.fails["list"] = "no privileged interface"
    with pytest.raises(HypervisorError, match="no privileged interface"):
        netvm.start()
