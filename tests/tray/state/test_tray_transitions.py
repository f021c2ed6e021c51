"""When a notification is due, and what it says. Pure: time is an argument."""

from __future__ import annotations

import dataclasses
from ipaddress import IPv4Address

import pytest
from tray_shared import CABLE, OTHER, STATES, VPN, WIFI, connecting, up

from qnet_gui.model.domain import Netvm, NetvmState
from qnet_gui.model.messages.message import Message
from qnet_gui.model.messages.plain import plain
from qnet_gui.model.messages.problems import ProblemCode
from qnet_gui.model.messages.upgrade import UpgradeCode
from qnet_gui.model.outcome import EndedOperation, Outcome
from qnet_gui.model.problem import Problem
from qnet_gui.model.snapshot import Dom0Connection, Dom0State, Operation, Snapshot
from qnet_gui.tray.state import transitions
from qnet_gui.tray.state.dom0_notifications import NEAR
from qnet_gui.tray.state.menu import Action
from qnet_gui.tray.state.notifications import BACK, CHANGED, LOST, Announcement, Kind, Notification, Withdrawal
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

    def retell(self, kinds: list[Kind]) -> None:
        self._tracker.retell(kinds)

    def all(self, snapshot: Snapshot | None, now: float) -> list[Announcement]:
        return self._tracker.update(snapshot, now, now)

    def update(self, snapshot: Snapshot | None, now: float) -> Announcement | None:
        return self._only(self.all(snapshot, now))

    def tick(self, now: float) -> Announcement | None:
        return self._only(self._tracker.tick(now, now))

    @staticmethod
    def _only(announcements: list[Announcement]) -> Announcement | None:
        assert len(announcements) <= 1
        return announcements[0] if announcements else None


#: What can be done when it is lost, and the icons.
_LOST = (Action.STATUS, Action.NETAPPLET)
_ICONS = {"Uplink lost": LOST, "Uplink back": BACK, "Uplink changed": CHANGED}


def uplink(title: str, body: str) -> Notification:
    actions = _LOST if title == "Uplink lost" else (Action.STATUS,)
    return Notification(Kind.UPLINK, title, body, actions, icon=_ICONS[title])


@pytest.fixture
def tracker() -> Tracker:
    """One that saw the cable at 0."""
    fresh = Tracker()
    assert fresh.update(up(CABLE), 0) is None
    return fresh


@pytest.mark.parametrize("state", STATES)
def test_nothing_is_told_at_the_start(state: str) -> None:
    fresh = Tracker()
    assert fresh.update(STATES[state], 100) is None
    assert fresh.tick(100 + LASTING) is None
    assert (fresh.due is None) == (state != "dom0")


def test_uplink_changed(tracker: Tracker) -> None:
    assert tracker.update(up(WIFI), 60) == uplink("Uplink changed", "eth0 (cable) → Home (Wi-Fi)")
    assert tracker.update(up(WIFI), 61) is None
    assert tracker.due is None


def test_a_vpn_is_a_change(tracker: Tracker) -> None:
    assert tracker.update(up(VPN, CABLE), 60) == uplink("Uplink changed", "eth0 (cable) → office (VPN)")


def test_roaming_through_nothing_and_connecting_is_one_change(tracker: Tracker) -> None:
    assert tracker.update(NONE, 60) is None
    assert tracker.due == 60 + LASTING
    assert tracker.update(TRYING, 61) is None
    assert tracker.update(up(OTHER), 64) == uplink("Uplink changed", "eth0 (cable) → eth1 (cable)")
    assert tracker.due is None


def test_the_same_cable_in_another_network(tracker: Tracker) -> None:
    moved = dataclasses.replace(CABLE, address=IPv4Address("10.0.0.5"), gateway=None)
    assert tracker.update(up(moved), 60) is None
    moved = dataclasses.replace(moved, gateway=IPv4Address("10.0.0.1"))
    assert tracker.update(up(moved), 61) == uplink("Uplink changed", "eth0 (cable), 192.168.0.12 → 10.0.0.5")


def test_the_same_address_in_another_network_is_told_by_the_router(tracker: Tracker) -> None:
    """Half of the world is 192.168.0.0/24."""
    moved = dataclasses.replace(CABLE, gateway=IPv4Address("192.168.0.254"))
    body = "eth0 (cable), router 192.168.0.1 → 192.168.0.254"
    assert tracker.update(up(moved), 60) == uplink("Uplink changed", body)
    nameless = dataclasses.replace(moved, address=None, gateway=IPv4Address("10.0.0.1"))
    body = "eth0 (cable), router 192.168.0.254 → 10.0.0.1"
    assert tracker.update(up(nameless), 70) == uplink("Uplink changed", body)


def test_a_new_address_from_the_same_router_is_no_news(tracker: Tracker) -> None:
    assert tracker.update(up(dataclasses.replace(CABLE, address=IPv4Address("192.168.0.77"))), 60) is None


def test_while_the_machine_sleeps_nothing_lasts() -> None:
    """The cable is pulled and the lid closed; wherever it is opened, another way out has its seconds as well."""
    fresh = transitions.Tracker()
    fresh.update(up(CABLE), 0, 0, 0)
    assert fresh.update(NONE, 60, 60, 0) == []
    assert fresh.due == 60 + LASTING
    assert fresh.update(TRYING, 3662, 3662, 3600) == []
    assert fresh.due == 3660 + LASTING
    assert fresh.tick(3661 + LASTING, 3661 + LASTING, 3600) == [
        uplink("Uplink lost", "eth0 (cable) → none. Connecting eth1…")
    ]
    once_more = transitions.Tracker()
    once_more.update(up(CABLE), 0, 0, 0)
    assert once_more.update(NONE, 60, 60, 0) == []
    assert once_more.tick(3661, 3661, 3600) == []
    assert once_more.update(up(WIFI), 3664, 3664, 3600) == [uplink("Uplink changed", "eth0 (cable) → Home (Wi-Fi)")]


def test_lost_only_when_it_lasts_then_back(tracker: Tracker) -> None:
    assert tracker.update(NONE, 60) is None
    assert tracker.tick(60 + LASTING - 0.01) is None
    assert tracker.due == 60 + LASTING
    assert tracker.tick(60 + LASTING) == uplink("Uplink lost", "eth0 (cable) → none. netvm has no uplink.")
    assert tracker.tick(70) is None
    assert tracker.update(up(CABLE), 100) == uplink("Uplink back", "none → eth0 (cable)")


def test_connecting_for_long_counts_as_lost_too(tracker: Tracker) -> None:
    tracker.update(TRYING, 60)
    tracker.update(NONE, 62)
    announcement = tracker.tick(60 + LASTING)
    assert isinstance(announcement, Notification)
    assert announcement.title == "Uplink lost"


def test_a_dead_netvm_is_told_alone(tracker: Tracker) -> None:
    tracker.update(Snapshot(Netvm("netvm")), 60)
    assert tracker.due == 60 + LASTING
    announcement = tracker.tick(70)
    body = "netvm is not running. Domains have no network."
    assert announcement == Notification(
        Kind.NETVM, "netvm has stopped", body, (Action.STATUS, Action.START_NETVM), icon=LOST
    )
    assert tracker.update(Snapshot(Netvm("netvm", 2, NetvmState.STARTING)), 80) == Withdrawal(Kind.NETVM)
    back = tracker.update(up(CABLE), 90)
    assert back == Notification(Kind.NETVM, "netvm is back", "Connected by cable (eth0, 192.168.0.12).", icon=BACK)


def test_a_paused_netvm_has_not_stopped_and_cannot_be_started(tracker: Tracker) -> None:
    tracker.update(Snapshot(Netvm("netvm", 1, NetvmState.PAUSED)), 60)
    body = "netvm is paused. Domains have no network."
    assert tracker.tick(70) == Notification(Kind.NETVM, "netvm is paused", body, icon=LOST)
    tracker.update(Snapshot(Netvm("netvm")), 80)
    stopped = tracker.tick(80 + LASTING)
    assert isinstance(stopped, Notification)
    assert (stopped.title, stopped.actions) == ("netvm has stopped", (Action.STATUS, Action.START_NETVM))


def test_a_netvm_that_restarts_quickly_is_no_news(tracker: Tracker) -> None:
    assert tracker.update(Snapshot(Netvm("netvm")), 60) is None
    assert tracker.update(Snapshot(Netvm("netvm", 2, NetvmState.STARTING)), 62) is None
    assert tracker.due is None
    assert tracker.update(up(CABLE), 90) is None


def test_names_that_no_longer_resolve_and_do_again(tracker: Tracker) -> None:
    broken = STATES["dns-broken"]
    assert tracker.update(broken, 60) is None
    announcement = tracker.tick(60 + LASTING)
    assert isinstance(announcement, Notification)
    assert (announcement.kind, announcement.title) == (Kind.NAMES, "Names do not resolve")
    assert announcement.actions == (Action.NAMES,)
    back = tracker.update(up(CABLE), 80)
    assert isinstance(back, Notification)
    assert back.title == "Names resolve again"


def test_names_are_withdrawn_when_the_uplink_has_gone(tracker: Tracker) -> None:
    tracker.update(STATES["dns-broken"], 60)
    assert tracker.tick(60 + LASTING)
    assert tracker.update(NONE, 70) == Withdrawal(Kind.NAMES)


def link(state: Dom0State, until: int, **more: object) -> Snapshot:
    return up(CABLE, dom0=Dom0Connection(state, until, ("work", "personal"), "alice"), **more)


def test_dom0_connected_and_disconnected(tracker: Tracker) -> None:
    assert tracker.update(link(Dom0State.CONNECTING, 4000), 60) is None
    announcement = tracker.update(link(Dom0State.OPEN, 4000), 61)
    assert isinstance(announcement, Notification)
    assert (announcement.kind, announcement.title) == (Kind.DOM0, "dom0 is connected to the network")
    assert announcement.body.endswith("2 domains are paused. Connected by alice.")
    assert announcement.actions == (Action.DISCONNECT, Action.UPGRADE)
    assert not announcement.urgent
    assert tracker.update(link(Dom0State.CLOSING, 4000), 70) is None
    announcement = tracker.update(up(CABLE), 71)
    assert isinstance(announcement, Notification)
    assert announcement.title == "dom0 is disconnected from the network"


def test_the_deadline_is_told_once_and_withdrawn_when_there_is_another(tracker: Tracker) -> None:
    tracker.update(link(Dom0State.OPEN, 4000), 61)
    assert tracker.due == 4000 - NEAR
    announcement = tracker.tick(4000 - NEAR)
    assert isinstance(announcement, Notification)
    assert announcement.actions[:2] == (Action.EXTEND, Action.DISCONNECT)
    assert tracker.update(link(Dom0State.OPEN, 4000), 3900) is None
    assert tracker.update(link(Dom0State.OPEN, 9000), 3950) == Withdrawal(Kind.DOM0)
    assert tracker.due == 9000 - NEAR


def test_whoever_connects_dom0_for_three_minutes_is_not_warned(tracker: Tracker) -> None:
    assert tracker.update(link(Dom0State.OPEN, 240), 60)
    assert tracker.due is None
    assert tracker.tick(200) is None


def test_a_way_back_that_fails_is_urgent(tracker: Tracker) -> None:
    tracker.update(link(Dom0State.OPEN, 4000), 61)
    announcement = tracker.update(link(Dom0State.CLOSING, 4000, problems=(Problem(ProblemCode.DOM0_STUCK),)), 70)
    assert isinstance(announcement, Notification)
    assert announcement.urgent
    assert announcement.title == "dom0 could not be disconnected"


@pytest.mark.parametrize(
    "problem",
    [
        Problem(ProblemCode.DOM0_LEFT_OVER, why=plain("No space left on device")),
        Problem(ProblemCode.PAUSED_IN_DOUBT, names=("work",)),
    ],
)
def test_what_was_left_of_a_connection_is_urgent_until_it_is_put_right(tracker: Tracker, problem: Problem) -> None:
    tracker.update(link(Dom0State.OPEN, 4000), 61)
    tracker.update(up(CABLE), 70)
    left = up(CABLE, problems=(problem,))
    announcement = tracker.update(left, 71)
    assert isinstance(announcement, Notification)
    assert announcement.urgent
    assert tracker.update(left, 80) is None
    assert tracker.update(up(CABLE), 90) == Withdrawal(Kind.DOM0)
    assert tracker.update(up(CABLE), 91) is None


def test_a_network_of_dom0_that_nobody_asked_for_is_urgent_until_it_is_gone(tracker: Tracker) -> None:
    announcement = tracker.update(up(CABLE, problems=(Problem(ProblemCode.DOM0_REACHABLE),)), 60)
    assert isinstance(announcement, Notification)
    assert announcement.urgent
    assert tracker.update(up(CABLE), 70) == Withdrawal(Kind.GUARD)


@pytest.mark.parametrize("kind", [Kind.GUARD, Kind.DOM0])
def test_what_was_urgent_is_told_again_by_an_applet_that_has_started_itself_anew(kind: Kind) -> None:
    """If it is still so, of the kind that was still to be seen, and nothing else; its end is told as well."""
    problems = (Problem(ProblemCode.DOM0_REACHABLE), Problem(ProblemCode.PAUSED_IN_DOUBT, names=("work",)))
    fresh = Tracker()
    fresh.retell([kind])
    assert fresh.update(None, 1) is None
    announcement = fresh.update(up(CABLE, problems=problems), 2)
    assert isinstance(announcement, Notification)
    assert (announcement.kind, announcement.urgent) == (kind, True)
    assert fresh.update(up(CABLE, problems=problems), 3) is None
    assert Withdrawal(kind) in fresh.all(up(CABLE), 4)
    over = Tracker()
    over.retell([kind])
    assert over.update(link(Dom0State.OPEN, 4000), 2) is None


def test_first_uplink_after_a_start_without_one() -> None:
    fresh = Tracker()
    fresh.update(TRYING, 0)
    assert fresh.update(up(CABLE), 3) is None
    late = Tracker()
    late.update(NONE, 0)
    assert late.tick(LASTING) is None
    assert late.update(up(CABLE), 30) == uplink("Uplink back", "none → eth0 (cable)")


def test_helper_restarted_with_the_same_uplink(tracker: Tracker) -> None:
    assert tracker.update(None, 60) is None
    assert tracker.due is None
    assert tracker.tick(90) is None
    assert tracker.update(up(CABLE), 100) is None
    assert tracker.update(None, 101) is None
    assert tracker.update(up(WIFI), 102) == uplink("Uplink changed", "eth0 (cable) → Home (Wi-Fi)")


def test_a_helper_that_knows_nothing_is_no_loss(tracker: Tracker) -> None:
    assert tracker.update(STATES["blind"], 60) is None
    assert tracker.tick(90) is None
    assert tracker.update(up(CABLE), 100) is None


def test_short_flaps_do_not_spam(tracker: Tracker) -> None:
    announcements = []
    for second in range(100, 200):
        announcements.append(tracker.update(up(CABLE) if second % 2 else NONE, second))
    assert not any(announcements)


def test_flapping_between_two_ends_in_the_last_truth(tracker: Tracker) -> None:
    announcements = [tracker.update(up(WIFI if step % 2 == 0 else CABLE), 60 + step / 10) for step in range(11)]
    assert [bool(announcement) for announcement in announcements] == [True] + 10 * [False]
    assert tracker.tick(60 + QUIET) is None
    tracker.update(up(CABLE), 62)
    assert tracker.due == 60 + QUIET
    assert tracker.tick(60 + QUIET) == uplink("Uplink changed", "Home (Wi-Fi) → eth0 (cable)")


FAILED = EndedOperation(3, "connect", "alice", 0, "org.qnet.Error.Kernel", Outcome.of(plain("No card came.")))
CONNECTS = Operation(3, "connect", "alice")


@pytest.mark.parametrize("seen", [True, False])
def test_a_connection_that_fails_is_told_with_its_reason(tracker: Tracker, seen: bool) -> None:
    """It was told as: dom0 is disconnected, that is how it should be."""
    if seen:  # else it was over within two snapshots
        assert tracker.update(link(Dom0State.CONNECTING, 4000, operation=CONNECTS), 60) is None
        assert tracker.update(up(CABLE, operation=CONNECTS), 61) is None
    announcement = tracker.update(up(CABLE, ended=(FAILED,)), 62)
    assert isinstance(announcement, Notification)
    assert (announcement.title, announcement.body) == ("dom0 could not be connected", "No card came.")
    assert tracker.update(up(CABLE, ended=(FAILED,), problems=(Problem(ProblemCode.NO_IOMMU),)), 63) is None


def test_an_end_that_nobody_wanted_is_told_with_its_reason(tracker: Tracker) -> None:
    tracker.update(link(Dom0State.OPEN, 4000), 60)
    gone = Outcome(UpgradeCode.DISCONNECTED_BECAUSE, why=Message(UpgradeCode.NETVM_GONE))
    announcement = tracker.update(up(CABLE, ended=(EndedOperation(4, "disconnect", "qnet-helper", 0, "", gone),)), 61)
    assert isinstance(announcement, Notification)
    assert announcement.title == "dom0 is disconnected from the network"
    assert announcement.body == "The netvm has gone. dom0 is disconnected from the network."


def test_a_clock_that_is_set_is_no_other_deadline(tracker: Tracker) -> None:
    """The warning was withdrawn, or never came."""
    tracker.update(link(Dom0State.OPEN, 4000), 61)
    assert tracker._tracker.update(link(Dom0State.OPEN, 400), 100, 100 - 3600) == []
    assert tracker.due == 4000 - NEAR
    [announcement] = tracker._tracker.tick(4000 - NEAR, 4000 - NEAR - 3600)
    assert isinstance(announcement, Notification)
    assert tracker._tracker.update(link(Dom0State.OPEN, 4000), 3750, 3750) == []


@pytest.mark.parametrize("code", [ProblemCode.OTHERS_RUN, ProblemCode.OTHERS_LET_GO])
def test_who_does_not_stand_still_is_urgent_and_told_once(tracker: Tracker, code: ProblemCode) -> None:
    tracker.update(link(Dom0State.OPEN, 4000), 61)
    problem = Problem(code, count=1, names=("work",))
    announcement = tracker.update(link(Dom0State.OPEN, 4000, problems=(problem,)), 62)
    assert isinstance(announcement, Notification)
    assert announcement.urgent
    assert announcement.body.startswith(problem.sentence)
    assert tracker.update(link(Dom0State.OPEN, 4000, problems=(problem,)), 63) is None
