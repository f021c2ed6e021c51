"""When a notification is due, and what it says. Pure: time is an argument."""

from __future__ import annotations

import dataclasses
from ipaddress import IPv4Address

import pytest
from tray_shared import CABLE, OTHER, STATES, VPN, WIFI, connecting, up

from qnet_gui.model.domain import Netvm
from qnet_gui.model.snapshot import Snapshot
from qnet_gui.tray.transitions import LASTING, QUIET, Notification, Tracker

NONE = up()
TRYING = up(connecting(OTHER))


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
    assert fresh.due is None


def test_uplink_changed(tracker: Tracker) -> None:
    assert tracker.see(up(WIFI), 60) == Notification("Uplink changed", "eth0 (cable) → Home (Wi-Fi)")
    assert tracker.see(up(WIFI), 61) is None
    assert tracker.due is None


def test_a_vpn_is_a_change(tracker: Tracker) -> None:
    assert tracker.see(up(VPN, CABLE), 60) == Notification("Uplink changed", "eth0 (cable) → office (VPN)")


def test_roaming_through_nothing_and_connecting_is_one_change(tracker: Tracker) -> None:
    assert tracker.see(NONE, 60) is None
    assert tracker.due == 60 + LASTING
    assert tracker.see(TRYING, 61) is None
    assert tracker.see(up(OTHER), 64) == Notification("Uplink changed", "eth0 (cable) → eth1 (cable)")
    assert tracker.due is None


def test_the_same_cable_in_another_network(tracker: Tracker) -> None:
    moved = dataclasses.replace(CABLE, address=IPv4Address("10.0.0.5"), gateway=None)
    assert tracker.see(up(moved), 60) is None
    moved = dataclasses.replace(moved, gateway=IPv4Address("10.0.0.1"))
    assert tracker.see(up(moved), 61) == Notification("Uplink changed", "eth0 (cable), 192.168.0.12 → 10.0.0.5")


def test_a_new_address_from_the_same_router_is_no_news(tracker: Tracker) -> None:
    assert tracker.see(up(dataclasses.replace(CABLE, address=IPv4Address("192.168.0.77"))), 60) is None


def test_lost_only_when_it_lasts_then_back(tracker: Tracker) -> None:
    assert tracker.see(NONE, 60) is None
    assert tracker.tick(60 + LASTING - 0.01) is None
    assert tracker.due == 60 + LASTING
    assert tracker.tick(60 + LASTING) == Notification("Uplink lost", "eth0 (cable) → none. netvm has no uplink.")
    assert tracker.tick(70) is None
    assert tracker.see(up(CABLE), 100) == Notification("Uplink back", "none → eth0 (cable)")


def test_connecting_for_long_counts_as_lost_too(tracker: Tracker) -> None:
    tracker.see(TRYING, 60)
    tracker.see(NONE, 62)
    told = tracker.tick(60 + LASTING)
    assert told
    assert told.title == "Uplink lost"


def test_a_dead_netvm_is_named(tracker: Tracker) -> None:
    tracker.see(Snapshot(Netvm("netvm")), 60)
    told = tracker.tick(70)
    assert told == Notification("Uplink lost", "eth0 (cable) → none. netvm is not running. Domains have no network.")


def test_first_uplink_after_a_start_without_one() -> None:
    fresh = Tracker()
    fresh.see(TRYING, 0)
    assert fresh.see(up(CABLE), 3) is None
    late = Tracker()
    late.see(NONE, 0)
    assert late.tick(LASTING) is None
    assert late.see(up(CABLE), 30) == Notification("Uplink back", "none → eth0 (cable)")


def test_helper_restarted_with_the_same_uplink(tracker: Tracker) -> None:
    assert tracker.see(None, 60) is None
    assert tracker.due is None
    assert tracker.tick(90) is None
    assert tracker.see(up(CABLE), 100) is None
    assert tracker.see(None, 101) is None
    assert tracker.see(up(WIFI), 102) == Notification("Uplink changed", "eth0 (cable) → Home (Wi-Fi)")


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
    assert tracker.tick(60 + QUIET) == Notification("Uplink changed", "Home (Wi-Fi) → eth0 (cable)")
