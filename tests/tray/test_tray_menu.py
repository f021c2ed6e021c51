"""The menu's rows for a snapshot. Pure."""

from __future__ import annotations

import dataclasses
from ipaddress import IPv4Address

from tray_shared import CABLE, DOMAINS, STATES, up

from qnet_gui.model.domain import Domain, DomainState, Netvm, NetvmState
from qnet_gui.model.messages.problems import ProblemCode
from qnet_gui.model.problem import Problem
from qnet_gui.model.snapshot import Dom0Connection, Dom0State, Operation, Snapshot
from qnet_gui.tray.state.menu import DOMAINS_MAX, SEPARATOR, Action, ActionRequest, Row, candidates, rows

OPEN = up(CABLE, dom0=Dom0Connection(Dom0State.OPEN, 1700000000, ("work",)))


def by(snapshot: Snapshot | None, text: str) -> Row:
    return next(row for row in rows(snapshot) if row.text == text)


def test_the_whole_of_it() -> None:
    assert [row.text for row in rows(up(CABLE))] == [
        "Connected by cable (eth0, 192.168.0.12).", "", "Status…", "Routes…", "Name servers…",
        "Network applet (nm-applet)", "", "Upgrade networking…", "", "Default netvm", "Domains", "",
        "Settings…", "Help", "About", "Quit",
    ]  # fmt: skip


def test_dom0_can_be_disconnected_first_of_all() -> None:
    assert rows(OPEN)[:2] == (Row("Disconnect dom0 now", ActionRequest(Action.DISCONNECT)), SEPARATOR)
    closing = dataclasses.replace(OPEN, dom0=dataclasses.replace(OPEN.dom0, state=Dom0State.CLOSING))
    assert rows(closing)[0].text == "Disconnecting dom0 from the network…"
    stuck = dataclasses.replace(closing, problems=(Problem(ProblemCode.DOM0_STUCK),))
    assert rows(stuck)[0].text == "Disconnect dom0 now"


def test_what_can_be_done_to_a_domain() -> None:
    work, personal, vault = by(up(CABLE), "Domains").rows
    assert [row.text for row in work.rows] == ["Pause", "Cut off the network"]
    assert work.rows[0].request == ActionRequest(Action.PAUSE, 4, "work")
    assert [row.text for row in personal.rows] == ["Unpause", "Cut off the network"]
    assert [row.text for row in vault.rows] == ["Pause", "Attach to the network"]
    assert not any(row.why for domain in (work, personal, vault) for row in domain.rows)


def test_nothing_is_done_to_domains_while_dom0_is_connected_or_something_is_under_way() -> None:
    assert by(OPEN, "Domains").rows[0].rows[0].why == "While dom0 is connected, all domains stay as they are."
    busy = up(CABLE, operation=Operation(1, "attach", "alice"))
    assert by(busy, "Domains").rows[0].rows[0].why.startswith("Something else is being done.")
    assert by(busy, "Default netvm").rows[0].why


def test_domains_of_another_manager_are_shown_only() -> None:
    foreign = up(CABLE, problems=(Problem(ProblemCode.MANAGED, manager="qubesd"),))
    assert by(foreign, "Domains").rows[0].rows[0].why.startswith("The domains of this host belong to qubesd")
    assert by(foreign, "Default netvm").rows[0].why


def test_of_very_many_domains_the_first_are_there() -> None:
    many = tuple(Domain(f"d{number:03}", number + 2, DomainState.RUNNING, serves=True) for number in range(500))
    below = by(up(CABLE, domains=many), "Domains").rows
    assert len(below) == DOMAINS_MAX + 1
    assert below[-1] == Row("480 more in Status…", ActionRequest(Action.STATUS))
    assert len(by(up(CABLE, domains=many), "Default netvm").rows) == DOMAINS_MAX + 1


def test_the_netvm_is_chosen_among_those_that_could_be_it() -> None:
    choices = by(up(CABLE), "Default netvm").rows
    assert [(row.text, row.checked) for row in choices] == [
        ("netvm", True), ("vault", False), ("dom0 (not recommended)", False),
    ]  # fmt: skip
    assert choices[1].request == ActionRequest(Action.NETVM, name="vault")


def test_dom0_as_the_netvm_is_ticked_once() -> None:
    snapshot = Snapshot(Netvm("dom0", 0, NetvmState.RUNNING), (CABLE,), domains=DOMAINS)
    assert candidates(snapshot) == ["vault"]
    assert [row.text for row in by(snapshot, "Default netvm").rows if row.checked] == ["dom0 (not recommended)"]


def test_when_nothing_is_known_nothing_is_offered() -> None:
    for state in ("helper-away", "blind"):
        assert by(STATES[state], "Domains").why
        assert by(STATES[state], "Default netvm").why
    assert by(up(CABLE, domains=()), "Domains").why == "No other domain is running."


def test_an_address_is_no_part_of_it() -> None:
    moved = tuple(dataclasses.replace(domain, address=IPv4Address("10.9.9.9")) for domain in DOMAINS)
    assert rows(up(CABLE, domains=moved)) == rows(up(CABLE))
