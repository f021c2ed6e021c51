"""The menu's rows for a snapshot, and the menu that shows them."""

from __future__ import annotations

import dataclasses

import pytest
from pytestqt.qtbot import QtBot
from tray_shared import CABLE, STATES, up

from qnet_gui.model.domain import Netvm, NetvmState
from qnet_gui.model.messages.problems import ProblemCode
from qnet_gui.model.problem import Problem
from qnet_gui.model.snapshot import Dom0Connection, Dom0State, Operation, Snapshot
from qnet_gui.tray.app.menu_widget import MenuWidget
from qnet_gui.tray.qt import QCoreApplication, QEvent
from qnet_gui.tray.session import artwork
from qnet_gui.tray.state.menu import SEPARATOR, Action, ActionRequest, Row, candidates, domain_actions, hindrance, rows

OPEN = up(CABLE, dom0=Dom0Connection(Dom0State.OPEN, 1700000000, ("work",)))


def test_the_whole_of_it() -> None:
    assert [row.text for row in rows(up(CABLE))] == [
        "Connected by cable (eth0, 192.168.0.12).", "", "Open…", "Upgrade dom0…", "Network applet (nm-applet)", "",
        "Settings…", "Help", "About", "Quit",
    ]  # fmt: skip


@pytest.mark.parametrize("state", STATES)
def test_it_is_as_long_whatever_happens(state: str) -> None:
    assert len(rows(STATES[state])) == (12 if state == "dom0" else 10)


def test_dom0_can_be_disconnected_first_of_all() -> None:
    first, second = rows(OPEN)[:2]
    assert (first.text, first.request, second) == ("Disconnect dom0 now", ActionRequest(Action.DISCONNECT), SEPARATOR)
    closing = dataclasses.replace(OPEN, dom0=dataclasses.replace(OPEN.dom0, state=Dom0State.CLOSING))
    assert rows(closing)[0].text == "Disconnecting dom0 from the network…"
    stuck = dataclasses.replace(closing, problems=(Problem(ProblemCode.DOM0_STUCK),))
    assert rows(stuck)[0].text == "Disconnect dom0 now"


def test_every_icon_of_it_is_bundled_for_themes_that_have_none() -> None:
    for row in rows(OPEN):
        assert not row.icon or artwork.glyph(row.icon, artwork.Colours("#000000"))


# -- what can be done to domains


def test_what_can_be_done_to_a_domain() -> None:
    work, personal, vault = ([row.text for row in domain_actions(domain, "")] for domain in up(CABLE).domains)
    assert work == ["Pause", "Cut off the network"]
    assert personal == ["Unpause", "Cut off the network"]
    assert vault == ["Pause", "Attach to the network"]
    domain = dataclasses.replace(up(CABLE).domains[0], uuid="u4")
    assert domain_actions(domain, "")[0].request == ActionRequest(Action.PAUSE, 4, "work", "u4")


def test_nothing_is_done_to_domains_while_dom0_is_connected_or_something_is_under_way() -> None:
    assert hindrance(up(CABLE)) == ""
    assert hindrance(OPEN) == "While dom0 is connected, all domains stay as they are."
    assert hindrance(up(CABLE, operation=Operation(1, "attach", "alice"))).startswith("Something else is being done.")
    foreign = up(CABLE, problems=(Problem(ProblemCode.MANAGED, manager="qubesd"),))
    assert hindrance(foreign).startswith("The domains of this host belong to qubesd")
    assert all(hindrance(STATES[state]) for state in ("helper-away", "blind"))


def test_the_netvm_is_chosen_among_those_that_could_be_it() -> None:
    assert candidates(up(CABLE)) == ["netvm", "vault"]
    assert candidates(Snapshot(Netvm("dom0", 0, NetvmState.RUNNING), (CABLE,), domains=up(CABLE).domains)) == ["vault"]


# -- the menu that shows them


class Shown:
    """A menu, and what was chosen by it."""

    def __init__(self, qtbot: QtBot) -> None:
        self.chosen: list[ActionRequest] = []
        self.menu = MenuWidget(lambda text: text, self.chosen.append)
        qtbot.addWidget(self.menu)

    @property
    def texts(self) -> list[str]:
        return [entry.text() for entry in self.menu.actions()]


def row(number: int, text: str = "") -> Row:
    return Row(text or f"row {number}", ActionRequest(Action.PAUSE, number, f"d{number}", f"u{number}"))


def test_an_entry_stays_its_requests_wherever_it_stands(qtbot: QtBot) -> None:
    """Of 30 rows one goes while the menu is open: what was below the pointer does what it said, and nothing else."""
    shown = Shown(qtbot)
    shown.menu.fill(tuple(row(number) for number in range(30)))
    entries = shown.menu.actions()
    shown.menu.fill((row(99), *(row(number) for number in range(30) if number != 7)))
    assert shown.texts == ["row 99", *(f"row {number}" for number in range(30) if number != 7)]
    assert [entry for entry in shown.menu.actions() if entry in entries] == [*entries[:7], *entries[8:]]
    entries[20].trigger()
    assert [(request.domid, request.uuid) for request in shown.chosen] == [(20, "u20")]


def test_texts_change_in_place_and_what_cannot_be_done_is_not(qtbot: QtBot) -> None:
    shown = Shown(qtbot)
    shown.menu.fill((row(1), SEPARATOR, row(2), SEPARATOR))
    entries = shown.menu.actions()
    shown.menu.fill((row(1, "another"), SEPARATOR, dataclasses.replace(row(2), why="not now"), SEPARATOR))
    assert shown.menu.actions() == entries
    assert shown.texts == ["another", "", "row 2", ""]
    entries[2].trigger()
    assert shown.chosen == []
    assert entries[2].toolTip() == "not now"


def test_two_rows_that_ask_for_the_same_are_two(qtbot: QtBot) -> None:
    shown = Shown(qtbot)
    shown.menu.fill((row(1, "one"), row(1, "other")))
    shown.menu.fill((row(1, "one"), row(1, "another")))
    assert shown.texts == ["one", "another"]


def test_icons_are_drawn_when_somebody_looks(qtbot: QtBot) -> None:
    """Most of a megabyte, which who uses the popup only does not need."""
    shown = Shown(qtbot)
    one, other = (dataclasses.replace(row(number), icon="go-next") for number in (1, 2))
    shown.menu.fill((one,))
    shown.menu.changeEvent(QEvent(QEvent.Type.PaletteChange))
    assert [entry.icon().isNull() for entry in shown.menu.actions()] == [True]
    shown.menu.aboutToShow.emit()
    shown.menu.fill((one, SEPARATOR, other))
    assert [entry.icon().isNull() for entry in shown.menu.actions()] == [False, True, False]


def test_ten_thousand_changes_leave_nothing_behind(qtbot: QtBot) -> None:
    shown = Shown(qtbot)
    for number in range(10_000):
        shown.menu.fill(rows(OPEN if number % 2 else up(CABLE)))
        if not number % 100:
            QCoreApplication.sendPostedEvents(None, QEvent.DeferredDelete)
    QCoreApplication.sendPostedEvents(None, QEvent.DeferredDelete)
    assert len(shown.menu.actions()) == 12
    assert len(shown.menu.children()) < 2 * 12
