"""When a notification is due, and what it says. Pure: time is an argument."""

from __future__ import annotations

import dataclasses
from ipaddress import IPv4Address

import pytest
from tray_shared import CABLE, OTHER, STATES, VPN, WIFI, connecting, up

from qnet_gui.model.domain import Netvm, NetvmState
from qnet_gui.model.messages.problems import ProblemCode
from qnet_gui.model.problem import Problem
from qnet_gui.model.snapshot import Dom0Connection, Dom0State, Snapshot
from qnet_gui.tray.state import transitions
from qnet_gui.tray.state.dom0_notifications import NEAR
from qnet_gui.tray.state.menu import Action
from qnet_gui.tray.state.notifications import Announcement, Kind, Notification, Withdrawal
from qnet_gui.tray.state.transitions import LASTING, QUIET

NONE = up()
TRYING = up(connecting(OTHER))


class Tracker:
    """One notification at a time, at a time of the test's; the clock on the wall shows the same."""

    def __init__(self) -> None:
        self._tracker = transitions.Tracker()

    @property
    def due(self) -> float | None:
        return self._tracker.due

    def all(self, snapshot: Snapshot | None, now: float) -> list[Announcement]:
        return self._tracker.see(snapshot, now, now)

    def see(self, snapshot: Snapshot | None, now: float) -> Announcement | None:
        return self._only(self.all(snapshot, now))

    def tick(self, now: float) -> Announcement | None:
        return self._only(self._tracker.tick(now, now))

    @staticmethod
    def _only(told: list[Announcement]) -> Announcement | None:
        assert len(told) <= 1
        return told[0] if told else None


def uplink(title: str, body: str) -> Notification:
    return Notification(Kind.UPLINK, title, body)


@pytest.fixture
def tracker() -> Tracker:
    """One that saw the cable at 0."""
    fresh = Tracker()
    assert fresh.see(up(CABLE), 0) is None
    return fresh


@pytest.mark.parametrize("state", STATES)
def test_nothing_is_told_at_the_start(state: str) -> None:
    fresh = Tracker()
    assert fresh.see(STATES[state], 100) is None
    assert fresh.tick(100 + LASTING) is None
    assert (fresh.due is None) == (state != "dom0")


def test_uplink_changed(tracker: Tracker) -> None:
    assert tracker.see(up(WIFI), 60) == uplink("Uplink changed", "eth0 (cable) → Home (Wi-Fi)")
    assert tracker.see(up(WIFI), 61) is None
    assert tracker.due is None


def test_a_vpn_is_a_change(tracker: Tracker) -> None:
    assert tracker.see(up(VPN, CABLE), 60) == uplink("Uplink changed", "eth0 (cable) → office (VPN)")


def test_roaming_through_nothing_and_connecting_is_one_change(tracker: Tracker) -> None:
    assert tracker.see(NONE, 60) is None
    assert tracker.due == 60 + LASTING
    assert tracker.see(TRYING, 61) is None
    assert tracker.see(up(OTHER), 64) == uplink("Uplink changed", "eth0 (cable) → eth1 (cable)")
    assert tracker.due is None


def test_the_same_cable_in_another_network(tracker: Tracker) -> None:
    moved = dataclasses.replace(CABLE, address=IPv4Address("10.0.0.5"), gateway=None)
    assert tracker.see(up(moved), 60) is None
    moved = dataclasses.replace(moved, gateway=IPv4Address("10.0.0.1"))
    assert tracker.see(up(moved), 61) == uplink("Uplink changed", "eth0 (cable), 192.168.0.12 → 10.0.0.5")


def test_a_new_address_from_the_same_router_is_no_news(tracker: Tracker) -> None:
    assert tracker.see(up(dataclasses.replace(CABLE, address=IPv4Address("192.168.0.77"))), 60) is None


def test_lost_only_when_it_lasts_then_back(tracker: Tracker) -> None:
    assert tracker.see(NONE, 60) is None
    assert tracker.tick(60 + LASTING - 0.01) is None
    assert tracker.due == 60 + LASTING
    assert tracker.tick(60 + LASTING) == uplink("Uplink lost", "eth0 (cable) → none. netvm has no uplink.")
    assert tracker.tick(70) is None
    assert tracker.see(up(CABLE), 100) == uplink("Uplink back", "none → eth0 (cable)")


def test_connecting_for_long_counts_as_lost_too(tracker: Tracker) -> None:
    tracker.see(TRYING, 60)
    tracker.see(NONE, 62)
    told = tracker.tick(60 + LASTING)
    assert isinstance(told, Notification)
    assert told.title == "Uplink lost"


def test_a_dead_netvm_is_told_alone(tracker: Tracker) -> None:
    tracker.see(Snapshot(Netvm("netvm")), 60)
    assert tracker.due == 60 + LASTING
    told = tracker.tick(70)
    assert told == Notification(Kind.NETVM, "netvm has stopped", "netvm is not running. Domains have no network.")
    assert tracker.see(Snapshot(Netvm("netvm", 2, NetvmState.STARTING)), 80) == Withdrawal(Kind.NETVM)
    back = tracker.see(up(CABLE), 90)
    assert back == Notification(Kind.NETVM, "netvm is back", "Connected by cable (eth0, 192.168.0.12).")


def test_a_netvm_that_restarts_quickly_is_no_news(tracker: Tracker) -> None:
    assert tracker.see(Snapshot(Netvm("netvm")), 60) is None
    assert tracker.see(Snapshot(Netvm("netvm", 2, NetvmState.STARTING)), 62) is None
    assert tracker.due is None
    assert tracker.see(up(CABLE), 90) is None


def test_names_that_no_longer_resolve_and_do_again(tracker: Tracker) -> None:
    broken = STATES["dns-broken"]
    assert tracker.see(broken, 60) is None
    told = tracker.tick(60 + LASTING)
    assert isinstance(told, Notification)
    assert (told.kind, told.title, told.actions) == (Kind.NAMES, "Names do not resolve", (Action.NAMES,))
    back = tracker.see(up(CABLE), 80)
    assert isinstance(back, Notification)
    assert back.title == "Names resolve again"


def test_names_are_withdrawn_when_the_uplink_has_gone(tracker: Tracker) -> None:
    tracker.see(STATES["dns-broken"], 60)
    assert tracker.tick(60 + LASTING)
    assert tracker.see(NONE, 70) == Withdrawal(Kind.NAMES)


def link(state: Dom0State, until: int, **more: object) -> Snapshot:
    return up(CABLE, dom0=Dom0Connection(state, until, ("work", "personal"), "alice"), **more)


def test_dom0_connected_and_disconnected(tracker: Tracker) -> None:
    assert tracker.see(link(Dom0State.CONNECTING, 4000), 60) is None
    told = tracker.see(link(Dom0State.OPEN, 4000), 61)
    assert isinstance(told, Notification)
    assert (told.kind, told.title) == (Kind.DOM0, "dom0 is connected to the network")
    assert told.body.endswith("2 domains are paused. Connected by alice.")
    assert told.actions == (Action.DISCONNECT, Action.UPGRADE)
    assert not told.urgent
    assert tracker.see(link(Dom0State.CLOSING, 4000), 70) is None
    told = tracker.see(up(CABLE), 71)
    assert isinstance(told, Notification)
    assert told.title == "dom0 is disconnected from the network"


def test_the_deadline_is_told_once_and_withdrawn_when_there_is_another(tracker: Tracker) -> None:
    tracker.see(link(Dom0State.OPEN, 4000), 61)
    assert tracker.due == 4000 - NEAR
    told = tracker.tick(4000 - NEAR)
    assert isinstance(told, Notification)
    assert told.actions[:2] == (Action.EXTEND, Action.DISCONNECT)
    assert tracker.see(link(Dom0State.OPEN, 4000), 3900) is None
    assert tracker.see(link(Dom0State.OPEN, 9000), 3950) == Withdrawal(Kind.DOM0)
    assert tracker.due == 9000 - NEAR


def test_whoever_connects_dom0_for_three_minutes_is_not_warned(tracker: Tracker) -> None:
    assert tracker.see(link(Dom0State.OPEN, 240), 60)
    assert tracker.due is None
    assert tracker.tick(200) is None


def test_a_way_back_that_fails_is_urgent(tracker: Tracker) -> None:
    tracker.see(link(Dom0State.OPEN, 4000), 61)
    told = tracker.see(link(Dom0State.CLOSING, 4000, problems=(Problem(ProblemCode.DOM0_STUCK),)), 70)
    assert isinstance(told, Notification)
    assert told.urgent
    assert told.title == "dom0 could not be disconnected"


def test_a_network_of_dom0_that_nobody_asked_for_is_urgent_until_it_is_gone(tracker: Tracker) -> None:
    told = tracker.see(up(CABLE, problems=(Problem(ProblemCode.DOM0_REACHABLE),)), 60)
    assert isinstance(told, Notification)
    assert told.urgent
    assert tracker.see(up(CABLE), 70) == Withdrawal(Kind.GUARD)


def test_first_uplink_after_a_start_without_one() -> None:
    fresh = Tracker()
    fresh.see(TRYING, 0)
    assert fresh.see(up(CABLE), 3) is None
    late = Tracker()
    late.see(NONE, 0)
    assert late.tick(LASTING) is None
    assert late.see(up(CABLE), 30) == uplink("Uplink back", "none → eth0 (cable)")


def test_helper_restarted_with_the_same_uplink(tracker: Tracker) -> None:
    assert tracker.see(None, 60) is None
    assert tracker.due is None
    assert tracker.tick(90) is None
    assert tracker.see(up(CABLE), 100) is None
    assert tracker.see(None, 101) is None
    assert tracker.see(up(WIFI), 102) == uplink("Uplink changed", "eth0 (cable) → Home (Wi-Fi)")


def test_a_helper_that_knows_nothing_is_no_loss(tracker: Tracker) -> None:
    assert tracker.see(STATES["blind"], 60) is None
    assert tracker.tick(90) is None
    assert tracker.see(up(CABLE), 100) is None


def test_short_flaps_do_not_spam(tracker: Tracker) -> None:
    told = []
    for second in range(100, 200):
        told.append(tracker.see(up(CABLE) if second % 2 else NONE, second))
    assert not any(told)


def test_flapping_between_two_ends_in_the_last_truth(tracker: Tracker) -> None:
    told = [tracker.see(up(WIFI if step % 2 == 0 else CABLE), 60 + step / 10) for step in range(11)]
    assert [bool(each) for each in told] == [True] + 10 * [False]
    assert tracker.tick(60 + QUIET) is None
    tracker.see(up(CABLE), 62)
    assert tracker.due == 60 + QUIET
    assert tracker.tick(60 + QUIET) == uplink("Uplink changed", "Home (Wi-Fi) → eth0 (cable)")
