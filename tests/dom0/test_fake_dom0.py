"""The helper's parts at work together on a fake dom0: what is observed, told, attached, connected."""

from __future__ import annotations

import re
import threading
import time
from ipaddress import IPv4Address
from pathlib import Path
from typing import Any

import pytest
from fakes.hypervisor import failing
from journals import Progress, journal
from waiting import DEADLINE

from qnet_gui.dom0.attach import exchange
from qnet_gui.dom0.observe import collector as collector_module
from qnet_gui.dom0.observe.inputs import VifStatus
from qnet_gui.dom0.observe.snapshot_builder import build
from qnet_gui.dom0.upgrade import packet_filter
from qnet_gui.dom0.upgrade import session as session_module
from qnet_gui.hypervisor import pci
from qnet_gui.hypervisor.port import VifRequest
from qnet_gui.model.domain import DomainState
from qnet_gui.model.errors import BadInput, Busy, KernelError, NoAnswer, QnetError, Refused
from qnet_gui.model.outcome import last_of_dom0
from qnet_gui.model.snapshot import Dom0State
from qnet_gui.model.vif import VifId
from qnet_gui.store import keys

WORK, VAULT = ((domid, f"00000000-0000-4000-8000-{domid:012}") for domid in (2, 4))
DNS = ("10.139.1.1", "10.139.1.2")


@pytest.fixture
def dom0(fake_dom0: Any) -> Any:
    fake_dom0.start()
    fake_dom0.until(lambda inputs: {2, 3} <= inputs.frontends.keys() and inputs.guests.get(2))
    return fake_dom0


def backend_of(dom0: Any, domid: int) -> set[int]:
    return {frontend.backend for frontend in dom0.inputs.frontends.get(domid, {}).values()}


# -- observing and telling


def test_what_there_is_is_known(dom0: Any) -> None:
    inputs = dom0.until(lambda inputs: inputs.agents.get(1))
    assert [info.name for info in inputs.domains] == ["Domain-0", "netvm", "work", "personal", "vault"]
    assert inputs.netvm is not None
    assert inputs.netvm.id == 1
    assert {vif for vifs in inputs.frontends.values() for vif in vifs} == {VifId(2, 0), VifId(3, 0)}
    assert inputs.frontends[2][VifId(2, 0)].status is VifStatus.CONNECTED
    assert inputs.guests[2].address == IPv4Address("10.137.0.2")


def test_domains_are_told_their_network_and_others_cannot_write_it(dom0: Any) -> None:
    dom0.loop.until(lambda: dom0.read(keys.ADDRESS.under(2)) == "10.137.0.2")
    dom0.loop.until(lambda: dom0.read(keys.DNS2.under(1)) == DNS[1])
    assert [dom0.read(key.under(2)) for key in (keys.DNS1, keys.DNS2)] == list(DNS)
    with dom0.hypervisor.inside(2) as work:
        assert work.read(keys.ADDRESS.at()) == b"10.137.0.2"
        with pytest.raises(QnetError):
            work.write(keys.ADDRESS.at(), "10.137.0.3")
        with pytest.raises(QnetError):
            work.read(keys.SERVED_BY.at())
    assert dom0.read(keys.ADDRESS.under(4)) is None


def test_a_domain_that_comes_and_goes_is_followed(dom0: Any) -> None:
    dom0.hypervisor.create(5, "new")
    dom0.until(lambda inputs: any(info.id == 5 for info in inputs.domains))
    dom0.hypervisor.attach(5, 1, "10.137.0.5")
    dom0.loop.until(lambda: dom0.read(keys.ADDRESS.under(5)) == "10.137.0.5")
    dom0.hypervisor.detach_vif(VifId(5, 0))
    dom0.until(lambda inputs: not inputs.frontends.get(5))
    dom0.loop.until(lambda: dom0.read(keys.ADDRESS.under(5)) is None)
    dom0.hypervisor.destroy(5)
    dom0.until(lambda inputs: all(info.id != 5 for info in inputs.domains))


def test_a_hypervisor_that_fails_is_asked_again(dom0: Any, log_guard: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    log_guard.expect("the hypervisor does not tell its domains")
    monkeypatch.setattr(collector_module, "_AGAIN", 0.05)
    dom0.hypervisor.fails["domains"] = failing()
    dom0.refresh()
    assert not dom0.inputs.hypervisor
    dom0.until(lambda inputs: inputs.hypervisor)


def test_a_xenstore_that_is_lost_comes_back(dom0: Any, log_guard: Any) -> None:
    log_guard.expect("xenstore")
    dom0.hypervisor.xen.kill_xenstored()
    dom0.until(lambda inputs: not inputs.store)
    dom0.hypervisor.xen.start_xenstored()
    dom0.until(lambda inputs: inputs.store)
    assert not any(dom0.inputs.frontends.values())


def test_who_has_paused_a_domain_is_asked_when_it_matters(dom0: Any) -> None:
    dom0.hypervisor.set_state(2, DomainState.PAUSED)
    dom0.refresh()
    assert {info.id: info.state for info in dom0.inputs.domains}[2] is DomainState.PAUSED
    dom0.hypervisor.set_state(2, DomainState.RUNNING)
    dom0.hypervisor.say_guest_address(2, "10.137.0.2")  # who writes runs
    dom0.until(lambda inputs: {info.id: info.state for info in inputs.domains}[2] is DomainState.RUNNING)


# -- attaching


def test_a_domain_is_attached_and_cut_off(dom0: Any) -> None:
    number = dom0.attachments.attach("user", dom0.inputs, *VAULT, IPv4Address("10.137.0.44"))
    with pytest.raises(Busy, match="user is attaching a domain to the network"):
        dom0.attachments.detach("other", dom0.inputs, *WORK)
    assert dom0.end_of(number) == (None, "vault is attached to netvm.")
    dom0.until(lambda inputs: inputs.frontends.get(4))
    assert dom0.hypervisor.attached[VifId(4, 0)].address == IPv4Address("10.137.0.44")
    number = dom0.attachments.detach("user", dom0.inputs, *VAULT)
    assert dom0.end_of(number) == (None, "vault is cut off the network.")
    dom0.until(lambda inputs: not inputs.frontends.get(4))
    assert dom0.listener.steps == [
        ("attach", "begun"), ("attach", "done"), ("detach", "begun"), ("detach", "done"),
    ]  # fmt: skip
    frontend = dom0.attachments.frontend_of(4)
    assert frontend.address == IPv4Address("10.137.0.44")


@pytest.mark.parametrize(
    ("status", "sentence"),
    [("error", "The netvm refused its card: it did not say why."), ("", "The netvm did not serve it in time.")],
)
def test_a_vif_that_does_not_work_is_told(
    dom0: Any, status: str, sentence: str, monkeypatch: pytest.MonkeyPatch, log_guard: Any
) -> None:
    log_guard.expect("it failed")
    monkeypatch.setattr(exchange, "_DEADLINE", 0.3)
    dom0.hypervisor.obliging = False
    if status:
        dom0.hypervisor.after_attach = lambda domid, mac: dom0.hypervisor.serve(VifId(domid, 0), status)
    error, said = dom0.end_of(dom0.attachments.attach("user", dom0.inputs, *VAULT, IPv4Address("10.137.0.44")))
    assert (type(error), said) == (Refused if status else NoAnswer, sentence)


def test_after_a_netvm_has_died_its_domains_are_attached_to_its_successor(dom0: Any) -> None:
    dom0.loop.until(lambda: dom0.read(keys.SERVED_BY.under(2)) == "netvm")
    dom0.hypervisor.destroy(1)
    dom0.until(lambda inputs: inputs.netvm is None)
    dom0.hypervisor.create(9, "netvm", uuid=1)
    dom0.hypervisor.say_agent_runs(9)
    dom0.until(lambda inputs: backend_of(dom0, 2) == backend_of(dom0, 3) == {9})
    assert dom0.hypervisor.attached[VifId(2, 0)].address == IPv4Address("10.137.0.2")


def test_who_was_cut_off_stays_so_when_the_netvm_comes_back(dom0: Any) -> None:
    dom0.end_of(dom0.attachments.detach("user", dom0.inputs, *WORK))
    dom0.hypervisor.destroy(1)
    dom0.hypervisor.create(9, "netvm", uuid=1)
    dom0.hypervisor.say_agent_runs(9)
    dom0.until(lambda inputs: backend_of(dom0, 3) == {9})
    assert backend_of(dom0, 2) == set()


def test_a_failure_to_attach_again_is_tried_again(dom0: Any, log_guard: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    log_guard.expect("could not be attached to netvm: It failed")
    dom0.hypervisor.destroy(1)
    dom0.hypervisor.fails["attach"] = failing()
    dom0.hypervisor.create(9, "netvm", uuid=1)
    dom0.hypervisor.say_agent_runs(9)
    dom0.until(lambda inputs: backend_of(dom0, 2) == backend_of(dom0, 3) == {9})


def second_card(dom0: Any) -> None:
    """work has another card of the netvm's; it is told one address, and reports that."""
    said = dom0.hypervisor.say_guest_address
    dom0.hypervisor.say_guest_address = lambda domid, address: said(domid, "10.137.0.2" if domid == 2 else address)
    dom0.hypervisor.attach_vif(VifRequest(2, 1, IPv4Address("10.137.0.22"), "00:16:3e:00:01:02"))
    dom0.until(lambda inputs: len(inputs.frontends.get(2, {})) == 2)


def cards(dom0: Any) -> dict[str, str]:
    return {
        frontend.mac: str(frontend.address)
        for frontend in dom0.inputs.frontends.get(2, {}).values() if frontend.backend in dom0.hypervisor.infos
    }  # fmt: skip


BOTH = {"00:16:3e:00:00:02": "10.137.0.2", "00:16:3e:00:01:02": "10.137.0.22"}


@pytest.mark.parametrize("fails_at", [0, 1, 2])
def test_a_domain_with_two_cards_has_both_again(dom0: Any, log_guard: Any, fails_at: int) -> None:
    """Where the second could not be attached at once it was forgotten, and the domain went on with one."""
    second_card(dom0)
    if fails_at:
        log_guard.expect("could not be attached to netvm: It failed")
    attached: list[str] = []

    def attach(domid: int, mac: str) -> None:
        attached.append(mac)
        if domid == 2 and len(attached) == fails_at - 1:
            dom0.hypervisor.fails["attach"] = failing()

    dom0.hypervisor.destroy(1)
    dom0.hypervisor.destroy(3)
    dom0.hypervisor.after_attach = attach
    attach(2, "")
    attached.clear()
    dom0.hypervisor.create(9, "netvm", uuid=1)
    dom0.hypervisor.say_agent_runs(9)
    dom0.until(lambda inputs: cards(dom0) == BOTH and len(attached) >= 2)  # it is noted after it can be seen
    assert len(attached) == 2


def test_a_domain_with_two_cards_that_was_cut_off_is_given_both_again(dom0: Any) -> None:
    second_card(dom0)
    assert dom0.end_of(dom0.attachments.detach("user", dom0.inputs, *WORK))[0] is None
    dom0.until(lambda inputs: not inputs.frontends.get(2))
    assert dom0.attachments.frontend_of(2).address == IPv4Address("10.137.0.2")
    number = dom0.attachments.attach("user", dom0.inputs, *WORK, IPv4Address("10.137.0.2"))
    assert dom0.end_of(number) == (None, "work is attached to netvm.")
    dom0.until(lambda inputs: cards(dom0) == BOTH)


def test_a_domain_with_two_cards_is_moved_with_both(dom0: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """It reports one address, and was waited for until it reported the other, too."""
    monkeypatch.setattr(exchange, "_DEADLINE", 1.0)
    second_card(dom0)
    dom0.hypervisor.create(9, "netvm2")
    dom0.hypervisor.say_agent_runs(9)
    dom0.until(lambda inputs: inputs.agents.get(9))
    error, sentence = dom0.end_of(dom0.attachments.choose("user", dom0.inputs, "netvm2", True))
    assert error is None, sentence
    dom0.until(lambda inputs: (cards(dom0), backend_of(dom0, 2)) == (BOTH, {9}))


def test_another_netvm_is_chosen_and_domains_are_moved_the_paused_ones_later(dom0: Any) -> None:
    dom0.hypervisor.create(9, "netvm2")
    dom0.hypervisor.say_agent_runs(9)
    dom0.hypervisor.set_state(3, DomainState.PAUSED)
    dom0.refresh()
    dom0.until(lambda inputs: inputs.agents.get(9))
    error, sentence = dom0.end_of(dom0.attachments.choose("user", dom0.inputs, "netvm2", True))
    assert error is None
    assert sentence == ("netvm2 is the netvm now. Moved to it: work. Paused, and moved when they go on: personal.")
    dom0.until(lambda inputs: inputs.netvm is not None and inputs.netvm.id == 9)
    dom0.until(lambda _: (backend_of(dom0, 2), backend_of(dom0, 3)) == ({9}, {1}))
    dom0.hypervisor.set_state(3, DomainState.RUNNING)
    dom0.refresh()
    dom0.until(lambda inputs: backend_of(dom0, 3) == {9})
    assert dom0.attachments.name == "netvm2"
    assert "netvm2" in (dom0.folder / "qnet.toml").read_text()


def test_who_is_with_another_netvm_is_a_problem_and_moved_to_the_one_that_is_chosen_already(dom0: Any) -> None:
    dom0.hypervisor.create(9, "netvm2")
    dom0.hypervisor.say_agent_runs(9)
    dom0.until(lambda inputs: inputs.agents.get(9))
    dom0.hypervisor.attach(4, 9, "10.137.0.4")
    dom0.until(lambda inputs: inputs.frontends.get(4))
    assert names_of(dom0, "attached-elsewhere") == ("vault",)
    error, sentence = dom0.end_of(dom0.attachments.choose("user", dom0.inputs, "netvm", True))
    assert (error, sentence) == (None, "netvm is the netvm now. Moved to it: vault.")
    dom0.until(lambda inputs: backend_of(dom0, 4) == {1})
    dom0.loop.until(lambda: not names_of(dom0, "attached-elsewhere"))


def test_who_can_serve_is_offered(dom0: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An agent has reported from it, or a network card is given to it; not whoever has no vif."""

    def offered() -> list[str]:
        return [domain.name for domain in build(dom0.inputs, "netvm").snapshot.domains if domain.serves]

    for device, kind in (("0000:03:00.0", "0x020000"), ("0000:04:00.0", "0x0c0330")):
        (tmp_path / "devices" / device).mkdir(parents=True)
        (tmp_path / "devices" / device / "class").write_text(f"{kind}\n")
    monkeypatch.setattr(pci, "ROOT", tmp_path)
    assert offered() == []
    dom0.hypervisor.create(9, "netvm2")
    dom0.hypervisor.say_agent_runs(9)
    dom0.loop.until(lambda: offered() == ["netvm2"])
    for domid, name, device in ((10, "nics", "0000:03:00.0"), (11, "usb", "0000:04:00.0")):
        dom0.hypervisor.create(domid, name)
        dom0.store.write(f"/local/domain/0/backend/pci/{domid}/0/dev-0", device)
        dom0.store.write(f"/libxl/{domid}/device/pci/0/backend-id", "0")
    dom0.loop.until(lambda: offered() == ["netvm2", "nics"])


def test_a_domain_that_cannot_be_moved_is_named(dom0: Any, log_guard: Any) -> None:
    log_guard.expect("it failed")
    dom0.hypervisor.create(9, "netvm2")
    dom0.hypervisor.say_agent_runs(9)
    dom0.until(lambda inputs: inputs.agents.get(9))
    dom0.hypervisor.fails["detach"] = failing("It does not let go.")
    error, sentence = dom0.end_of(dom0.attachments.choose("user", dom0.inputs, "netvm2", True))
    assert error is not None
    assert "could not be moved: It does not let go." in sentence
    assert "Moved to it: " in sentence


# -- connecting dom0


def connect(dom0: Any, minutes: int = 5) -> int:
    return int(dom0.session.connect("user", minutes, 1, IPv4Address("10.137.0.99")))


def test_dom0_is_connected_extended_and_disconnected(dom0: Any) -> None:
    error, sentence = dom0.end_of(connect(dom0))
    assert (error, dom0.session.connection.state) == (None, Dom0State.OPEN), sentence
    assert dom0.session.connection.paused == ("personal", "vault", "work")
    assert dom0.session.mac == "02:00:0a:89:00:63"
    before, results = dom0.session.connection.until, []
    dom0.session.extend(60, results.append)
    dom0.loop.until(lambda: results and dom0.session.connection.until > before + 3000)
    dom0.hypervisor.create(5, "new")
    dom0.loop.until(lambda: "new" in dom0.session.connection.paused)
    assert dom0.end_of(dom0.session.disconnect("user"))[0] is None
    assert dom0.session.connection.state is Dom0State.CLOSED
    assert {info.state for info in dom0.hypervisor.domains()} == {DomainState.RUNNING}
    with pytest.raises(Refused):
        dom0.session.extend(5, results.append)


def test_its_deadline_disconnects_dom0(dom0: Any) -> None:
    dom0.end_of(connect(dom0))
    dom0.clocks.let_pass(270)
    assert dom0.session.connection.state is Dom0State.OPEN
    dom0.clocks.let_pass(30)
    dom0.loop.until(lambda: dom0.session.connection.state is Dom0State.CLOSED)
    assert not dom0.programs.filter
    assert last_end(dom0) == ("", "The time is over. dom0 is disconnected from the network.")


@pytest.mark.parametrize("fails", [False, True])
def test_who_extends_at_the_last_second_has_the_time_that_he_was_told(dom0: Any, fails: bool) -> None:
    """It was answered with the later time, and dom0 disconnected all the same: the old one was over meanwhile."""
    dom0.end_of(connect(dom0))
    first, results, go_on = dom0.session.connection.until, [], threading.Event()
    dom0.operations.aside(lambda: go_on.wait(DEADLINE), lambda _: None)
    dom0.session.extend(5, results.append)
    dom0.clocks.let_pass(300)
    dom0.programs.fails = "flush" if fails else ""
    go_on.set()
    dom0.loop.until(lambda: results)
    if fails:
        assert isinstance(results[0], KernelError)
        dom0.clocks.let_pass(0)  # the kernel's alarm rings by itself when it is set to what has been
        dom0.loop.until(lambda: dom0.session.connection.state is Dom0State.CLOSED)
        assert last_end(dom0) == ("", "The time is over. dom0 is disconnected from the network.")
    else:
        assert results == [first + 300]
        dom0.loop.settle()
        assert (dom0.session.connection.state, dom0.session.connection.until) == (Dom0State.OPEN, first + 300)
        dom0.clocks.let_pass(300)
        dom0.loop.until(lambda: dom0.session.connection.state is Dom0State.CLOSED)


def test_what_cannot_be_extended_ends_when_it_would_have(dom0: Any) -> None:
    """The deadline was later although its failure was told."""
    dom0.end_of(connect(dom0))
    first, results = dom0.session.connection.until, []
    dom0.programs.fails = "flush"
    dom0.session.extend(5, results.append)
    dom0.loop.until(lambda: results)
    dom0.loop.settle()
    assert isinstance(results[0], KernelError)
    assert (dom0.session.connection.until, dom0.journal.load().until) == (first, first)


@pytest.mark.parametrize("told", [True, False])
@pytest.mark.parametrize("seconds", [-3600, 3600])
def test_a_clock_that_is_set_changes_nothing_but_what_it_will_show_then(
    dom0: Any, seconds: int, told: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Set back by an hour it showed another 60 minutes for a link that ended in two."""
    monkeypatch.setattr(session_module, "_LOOK_INTERVAL", 0.05)
    dom0.end_of(connect(dom0))
    before = dom0.session.connection.until
    dom0.clocks.set_wall(seconds, told)
    dom0.loop.until(lambda: dom0.inputs.dom0.until == before + seconds)
    assert 270 < dom0.inputs.dom0.until - dom0.clocks.wall() <= 301
    dom0.clocks.let_pass(270)
    assert dom0.session.connection.state is Dom0State.OPEN
    dom0.clocks.let_pass(30)
    dom0.loop.until(lambda: dom0.session.connection.state is Dom0State.CLOSED)


def test_to_extend_adds_and_a_time_is_set(dom0: Any) -> None:
    """Extended by a smaller number than was left it ended earlier."""
    dom0.end_of(connect(dom0, 60))
    first, results = dom0.session.connection.until, []
    for _ in range(2):
        dom0.session.extend(5, results.append)
    dom0.loop.until(lambda: len(results) == 2)
    assert results == [first + 300, first + 600]
    dom0.loop.until(lambda: dom0.session.connection.until == first + 600)
    dom0.session.disconnect_at(first - 1800, results.append)
    dom0.loop.until(lambda: len(results) == 3 and dom0.session.connection.until == first - 1800)
    assert results[2] == first - 1800
    seconds = int(re.search(r"timeout (\d+)s", dom0.programs.extended)[1])
    assert 1770 <= seconds <= 1801
    for until in (int(time.time()) - 1, int(time.time()) + 86400 + 60):
        with pytest.raises(BadInput, match="within the next 1440 minutes"):
            dom0.session.disconnect_at(until, results.append)
    dom0.session.extend(1440, results.append)
    dom0.loop.until(lambda: len(results) == 4)
    assert isinstance(results[3], BadInput)
    assert dom0.session.connection.until == first - 1800


def names_of(dom0: Any, code: str) -> tuple[str, ...]:
    snapshot = build(dom0.inputs, "netvm").snapshot
    problem = next((problem for problem in snapshot.problems if problem.code == code), None)
    return dict(problem.arguments)["names"] if problem else ()


@pytest.mark.parametrize("before", ["running", "paused"])
def test_a_domain_that_somebody_lets_go_on_is_paused_again_and_told(
    dom0: Any, before: str, log_guard: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By xl unpause, of which nobody tells. It ran while everything said that it was paused."""
    log_guard.expect("paused again, since somebody had let it go on: work")
    monkeypatch.setattr(session_module, "_LOOK_INTERVAL", 0.05)
    dom0.hypervisor.set_state(2, DomainState(before))
    dom0.refresh()
    dom0.end_of(connect(dom0))
    dom0.hypervisor.set_state(2, DomainState.RUNNING)
    dom0.loop.until(lambda: names_of(dom0, "others-let-go") == ("work",))
    assert dom0.hypervisor.infos[2].state is DomainState.PAUSED
    dom0.until(lambda inputs: inputs.dom0.paused == ("personal", "vault", "work"))
    dom0.end_of(dom0.session.disconnect("user"))
    assert {info.state for info in dom0.hypervisor.domains()} == {DomainState.RUNNING}
    assert not names_of(dom0, "others-let-go")


def test_a_domain_that_cannot_be_paused_again_is_told_as_running(
    dom0: Any, log_guard: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    log_guard.expect("paused again")
    monkeypatch.setattr(session_module, "_LOOK_INTERVAL", 0.05)
    dom0.end_of(connect(dom0))
    with monkeypatch.context() as patch:
        patch.setattr(dom0.hypervisor, "pause", lambda domid: None)
        dom0.hypervisor.set_state(2, DomainState.RUNNING)
        dom0.loop.until(lambda: names_of(dom0, "others-run") == ("work",))
        assert dom0.inputs.dom0.paused == ("personal", "vault")
    dom0.loop.until(lambda: not names_of(dom0, "others-run"))
    assert dom0.inputs.dom0.paused == ("personal", "vault", "work")
    dom0.end_of(dom0.session.disconnect("user"))  # or it looks after them while xenstore goes


@pytest.mark.parametrize("fails", [True, False])
def test_a_domain_that_never_stands_still_is_told_in_the_log_once(
    dom0: Any, fails: bool, log_guard: Any, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every three seconds there was a line, for as long as dom0 was connected."""
    log_guard.expect("paused")
    monkeypatch.setattr(session_module, "_LOOK_INTERVAL", 0.01)
    dom0.end_of(connect(dom0))
    tries: list[int] = []

    def pause(domid: int) -> None:
        tries.append(domid)
        if fails:
            raise failing("xl pause failed.")

    with monkeypatch.context() as patch:
        patch.setattr(dom0.hypervisor, "pause", pause)
        dom0.hypervisor.set_state(2, DomainState.RUNNING)
        dom0.loop.until(lambda: len(tries) > 5)
    lines = [record for record in caplog.records if "session" in record.name and "paused" in record.getMessage()]
    assert len(lines) == int(fails)  # where it is not so, "paused again" is not said either
    dom0.end_of(dom0.session.disconnect("user"))


def test_a_domain_that_does_not_stand_still_keeps_dom0_from_being_connected(
    dom0: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    pause = dom0.hypervisor.pause
    monkeypatch.setattr(dom0.hypervisor, "pause", lambda domid: None if domid == 2 else pause(domid))
    error, sentence = dom0.end_of(connect(dom0))
    assert isinstance(error, Refused)
    assert sentence == "1 domain cannot be paused and runs all the same: work. Everything has been put back."
    assert not dom0.programs.filter


# -- how it ended, for whoever looks later


def last_end(dom0: Any) -> tuple[str, str]:
    dom0.loop.until(lambda: not dom0.operations.current.id)
    ended = last_of_dom0(build(dom0.inputs, "netvm").snapshot.ended)
    assert ended is not None
    assert abs(ended.at - time.time()) < 60
    return ended.error.rpartition(".")[2], str(ended.outcome)


def test_a_connection_that_failed_is_part_of_the_snapshot(dom0: Any, log_guard: Any) -> None:
    log_guard.expect("it failed")
    dom0.programs.fails = "address replace"
    dom0.end_of(connect(dom0))
    assert last_end(dom0) == ("Kernel", "It failed on purpose. Everything has been put back.")


def test_a_connection_whose_way_back_failed_is_told_so_after_it_was_put_back(dom0: Any, log_guard: Any) -> None:
    """It was told as: dom0 is disconnected, as it should be."""
    log_guard.expect("it failed")
    dom0.programs.fails = "address replace"
    dom0.hypervisor.fails["detach"] = failing("It does not let go.")
    dom0.end_of(connect(dom0))
    dom0.loop.until(lambda: dom0.session.connection.state is Dom0State.CLOSED)
    assert last_end(dom0) == ("", "It failed on purpose. dom0 is disconnected from the network.")


def test_a_netvm_that_dies_disconnects_dom0(dom0: Any, log_guard: Any) -> None:
    log_guard.expect("the netvm has gone")
    dom0.end_of(connect(dom0))
    dom0.hypervisor.destroy(1)
    dom0.loop.until(lambda: dom0.session.connection.state is Dom0State.CLOSED)
    assert not dom0.programs.is_up
    assert last_end(dom0) == ("", "The netvm has gone. dom0 is disconnected from the network.")


def test_who_wants_it_disconnected_while_it_connects_cancels_that(dom0: Any) -> None:
    dom0.hypervisor.obliging = False
    connecting = connect(dom0)
    dom0.loop.until(lambda: ("attach", "begun") in dom0.listener.steps)
    leaving = dom0.session.disconnect("other")
    assert dom0.end_of(connecting)[1] == "other wants dom0 disconnected. Everything has been put back."
    assert dom0.end_of(leaving)[0] is None
    assert dom0.session.connection.state is Dom0State.CLOSED


def test_a_packet_filter_that_somebody_takes_away_is_in_force_again(dom0: Any, log_guard: Any) -> None:
    """An upgrade may restart what flushes all rules, and dom0 was open to the netvm from then on."""
    log_guard.expect("was changed by firewalld")
    dom0.end_of(connect(dom0))
    programs = dom0.programs
    mark = packet_filter.mark(programs.filter)
    assert mark
    dom0.session.extend(60, lambda _: programs.monitor.tell())  # our own change
    dom0.loop.until(lambda: dom0.session.connection.until > time.time() + 3000)
    for _ in range(2):
        programs.filter = ""
        programs.monitor.tell()
        dom0.loop.until(lambda: programs.filter)
        assert packet_filter.mark(programs.filter) == mark  # what is being fetched goes on
    assert dom0.session.connection.state is Dom0State.OPEN
    dom0.end_of(dom0.session.disconnect("user"))
    assert (programs.filter, programs.monitor.is_open) == ("", False)


def test_who_takes_the_packet_filter_away_for_ever_disconnects_dom0(dom0: Any, log_guard: Any) -> None:
    log_guard.expect("was changed by firewalld")
    dom0.end_of(connect(dom0))

    def closed() -> bool:
        if dom0.session.connection.state is Dom0State.OPEN and dom0.programs.filter:
            dom0.programs.filter = ""
            dom0.programs.monitor.tell()
        return dom0.session.connection.state is Dom0State.CLOSED

    dom0.loop.until(closed)
    sentence = "Another program keeps taking dom0's packet filter away. dom0 is disconnected from the network."
    assert last_end(dom0) == ("", sentence)


def test_a_packet_filter_that_cannot_be_in_force_again_disconnects_dom0(dom0: Any, log_guard: Any) -> None:
    log_guard.expect("cannot be put in force again")
    dom0.end_of(connect(dom0))
    dom0.programs.filter, dom0.programs.fails = "", "policy drop"
    dom0.programs.monitor.tell()
    dom0.loop.until(lambda: dom0.session.connection.state is Dom0State.CLOSED)


def test_a_successor_has_the_packet_filter_in_force(dom0: Any) -> None:
    dom0.end_of(connect(dom0))
    looked: list[None] = []
    dom0.operations.aside(lambda: None, looked.append)  # behind the first look
    dom0.loop.until(lambda: looked)
    mark = packet_filter.mark(dom0.programs.filter)
    dom0.session.hand_over()
    dom0.programs.filter = f"ct mark set {mark:#010x}"  # what is left of it
    dom0.session.start(dom0.new_runner())
    dom0.loop.until(lambda: 2 in dom0.listener.ends)
    assert "policy drop" in dom0.programs.filter
    assert packet_filter.mark(dom0.programs.filter) == mark


def ask_at_the_end(dom0: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Once, somebody else wants dom0 disconnected when the way back is over, just before that is known."""
    ended = dom0.operations._ended

    def ask(*arguments: Any) -> None:
        monkeypatch.setattr(dom0.operations, "_ended", ended)
        dom0.session.disconnect("other")
        ended(*arguments)

    monkeypatch.setattr(dom0.operations, "_ended", ask)


def test_who_wants_it_disconnected_at_the_last_moment_does_not_leave_it_closing(
    dom0: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The next connection had no end: what is being disconnected needs no deadline."""
    dom0.end_of(connect(dom0))
    ask_at_the_end(dom0, monkeypatch)
    dom0.end_of(dom0.session.disconnect("user"))
    dom0.end_of(connect(dom0))
    assert dom0.session.connection.state is Dom0State.OPEN
    dom0.clocks.let_pass(300)
    dom0.loop.until(lambda: dom0.session.connection.state is Dom0State.CLOSED)


def test_a_way_back_that_fails_is_tried_again_though_somebody_asks_at_its_end(
    dom0: Any, log_guard: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    log_guard.expect("it failed")
    dom0.end_of(connect(dom0))
    dom0.hypervisor.fails["detach"] = failing("It does not let go.")
    ask_at_the_end(dom0, monkeypatch)
    assert dom0.end_of(dom0.session.disconnect("user"))[0] is not None
    dom0.loop.until(lambda: dom0.session.connection.state is Dom0State.CLOSED)


def test_a_way_back_that_fails_is_tried_until_it_works(dom0: Any, log_guard: Any) -> None:
    log_guard.expect("it failed")
    dom0.end_of(connect(dom0))
    dom0.hypervisor.fails["detach"] = failing("It does not let go.")
    error, _ = dom0.end_of(dom0.session.disconnect("user"))
    assert error is not None
    assert (dom0.session.stuck, dom0.session.connection.state) == (True, Dom0State.CLOSING)
    dom0.loop.until(lambda: not dom0.session.stuck)
    assert dom0.session.connection.state is Dom0State.CLOSED


def test_a_successor_leaves_open_what_was_handed_over(dom0: Any) -> None:
    dom0.end_of(connect(dom0))
    dom0.session.hand_over()
    dom0.session.start(dom0.new_runner())
    dom0.loop.until(lambda: 2 in dom0.listener.ends)
    assert dom0.listener.ends[2] == (None, "dom0 stays connected to the network until its deadline.")
    dom0.end_of(dom0.session.disconnect("user"))


def test_a_successor_puts_back_what_was_not(fake_dom0: Any) -> None:
    fake_dom0.runner.up(journal(), Progress())
    fake_dom0.start()
    fake_dom0.loop.until(lambda: fake_dom0.listener.ends)
    assert fake_dom0.session.connection.state is Dom0State.CLOSED
    assert not fake_dom0.programs.filter
    sentence = "The network helper had ended while dom0 was connected. dom0 is disconnected from the network."
    assert last_end(fake_dom0) == ("", sentence)


def test_nobody_is_connected_for_a_negative_time(dom0: Any) -> None:
    with pytest.raises(BadInput):
        dom0.session.minutes(-1)
    assert dom0.session.minutes(0) == dom0.config.minutes
