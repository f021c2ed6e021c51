"""What the popup shows for a snapshot. Pure: no Qt."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest
from tray_shared import CABLE, DOMAINS, RUNNING, STATES, VPN, WIFI, connecting, up

from qnet_gui.model.dns import Dns
from qnet_gui.model.domain import Domain, DomainState, Label, Netvm, NetvmState
from qnet_gui.model.messages.domains import DomainCode
from qnet_gui.model.messages.message import Message
from qnet_gui.model.messages.problems import ProblemCode
from qnet_gui.model.problem import Problem
from qnet_gui.model.snapshot import Dom0Connection, Dom0State, Operation, Snapshot
from qnet_gui.model.traffic import History, Series
from qnet_gui.model.uplink import Uplink, UplinkKind, UplinkState
from qnet_gui.netmap.graph import graph
from qnet_gui.tray.pages import overview
from qnet_gui.tray.session import artwork
from qnet_gui.tray.state.cures import MESSAGES_MAX, Button, Severity
from qnet_gui.tray.state.menu import Action, ActionRequest
from qnet_gui.tray.state.operation_progress import OperationProgress, State, Step
from qnet_gui.tray.state.popup import PopupView, Seen, head, left, popup
from qnet_gui.tray.state.popup_rows import RowState

NOW = 1_700_000_000.0
TRAFFIC = History(
    {4: Series(0, 0, (0, 900_000), (0, 42_000)), 6: Series(0, 0, (5,), (5,))},
    {"eth0": Series(0, 0, (10, 1_200_000), (0, 80_000))},
)


def shown(snapshot: Snapshot | None, **more: Any) -> PopupView:
    return popup(Seen(snapshot, **more), NOW)


def texts(buttons: tuple[Button, ...]) -> list[str]:
    return [button.text for button in buttons]


def with_problems(*problems: Problem, **more: Any) -> Snapshot:
    return up(CABLE, problems=problems, **more)


@pytest.mark.parametrize("state", STATES)
def test_every_state_has_a_sentence_an_icon_and_its_buttons(state: str) -> None:
    view = shown(STATES[state])
    assert view.uplink.sentence == head(STATES[state])
    assert view.uplink.icon
    assert texts(view.tools) == ["Apply again", "Settings…", "Open the window"]
    assert texts(view.footer) == ["Show the upgrade" if state == "dom0" else "Upgrade dom0…", "Networks…"]
    assert all(button.icon for button in (*view.tools, *view.footer))
    assert bool(view.connection) == (state == "dom0") == view.ticks


@pytest.mark.parametrize("netvm", [Netvm("dom0", 0, NetvmState.STARTING), Netvm("netvm", 1, NetvmState.STARTING)])
def test_whoever_does_not_report_is_not_said_to_start(netvm: Netvm) -> None:
    """dom0 has started long ago, and with a netvm that has had its time there is no telling what it waits for."""
    view = shown(Snapshot(netvm, problems=(Problem(ProblemCode.AGENT_UNKNOWN),) if netvm.id else ()))
    assert "has not reported" in view.uplink.sentence or "no agent has reported" in view.uplink.sentence
    assert view.uplink.icon == "no-netvm"
    page = overview.page(Snapshot(netvm, problems=(Problem(ProblemCode.AGENT_UNKNOWN),)))
    assert page.facts[0][1] == f"{netvm.name}, no report yet"
    assert "starting" not in " ".join(node.spoken for node in graph(Snapshot(netvm)).nodes if not netvm.id)


def test_an_uplink_with_its_rates_and_two_minutes() -> None:
    view = shown(up(CABLE), traffic=TRAFFIC).uplink
    assert (view.sentence, view.detail) == ("Connected by cable (eth0, 192.168.0.12).", "Router 192.168.0.1")
    assert (view.down_text, view.up_text, view.down) == ("1.2 MB/s", "80 kB/s", (10, 1_200_000))
    assert shown(up(CABLE)).uplink.down_text == ""


def test_how_strong_it_is_and_what_carries_a_vpn() -> None:
    assert shown(up(WIFI)).uplink.detail == "Signal 60 %"
    below = dataclasses.replace(WIFI, primary=False)
    view = shown(up(VPN, below)).uplink
    assert (view.icon, view.sentence, view.detail) == (
        "wifi-3-lock", "Connected through VPN office.", "Over Wi-Fi Home, 60 %",
    )  # fmt: skip
    assert shown(up(VPN, dataclasses.replace(CABLE, primary=False))).uplink.detail == "Over cable eth0"
    modem = Uplink("wwan0", UplinkKind.MOBILE, UplinkState.UP, connection="Operator")
    assert shown(up(VPN, modem)).uplink.detail == "Over Operator"
    assert shown(up(VPN, dataclasses.replace(modem, strength=40))).uplink.detail == "Over Operator, 40 %"
    assert (
        shown(up(VPN, dataclasses.replace(modem, kind=UplinkKind.OTHER, connection=""))).uplink.detail == "Over wwan0"
    )
    assert shown(up(VPN)).uplink.detail == ""


def test_the_sentence_leaves_problems_to_their_messages() -> None:
    view = shown(STATES["problems"])
    assert view.uplink.sentence == "Connected by cable (eth0, 192.168.0.12)."
    assert [message.title for message in view.messages] == [
        "The vif vif4.0 was refused by netvm.",
        "vault has no address.",
    ]


def test_what_the_sentence_says_is_not_said_again() -> None:
    assert [message.title for message in shown(STATES["no-netvm"]).messages] == [""]
    assert [message.title for message in shown(STATES["no-uplink"]).messages] == [""]
    assert [message.title for message in shown(STATES["dns-broken"]).messages] == [""]


# -- dom0's connection


def test_the_countdown_comes_first_and_can_be_ended_and_extended() -> None:
    dom0 = Dom0Connection(Dom0State.OPEN, int(NOW) + 2832, ("work", "personal"))
    view = shown(up(CABLE, dom0=dom0))
    assert view.connection
    assert view.connection.title == "dom0 is connected to the network"
    assert view.connection.text.startswith("Disconnects by itself in 47:12, at ")
    assert view.connection.text.endswith(". 2 domains are paused.")
    assert texts(view.connection.buttons) == ["30 minutes more", "Disconnect now"]
    assert [row.detail for row in view.rows] == ["10.137.0.16", "Paused for the upgrade", "No network"]
    assert all(row.pause.why and row.network.why for row in view.rows)


def test_on_its_way_it_says_which_step_it_is_at() -> None:
    what = Message(DomainCode.ATTACHING, name="dom0", netvm="netvm")
    progress = OperationProgress(3, "connect", (Step("attach", State.BEGUN, what),), over=False)
    busy = up(CABLE, dom0=Dom0Connection(Dom0State.CONNECTING), operation=Operation(3, "connect", "alice"))
    view = shown(busy, progress=progress)
    assert view.connection
    assert (view.connection.title, view.connection.text) == (
        "Connecting dom0 to the network…", "attaching dom0 to netvm",
    )  # fmt: skip
    assert texts(view.connection.buttons) == ["Disconnect now"]
    assert not view.ticks
    closing = shown(dataclasses.replace(busy, dom0=Dom0Connection(Dom0State.CLOSING)))
    assert closing.connection
    assert closing.connection.buttons == ()


@pytest.mark.parametrize(
    ("seconds", "text"), [(0, "0:00"), (-5, "0:00"), (59.6, "1:00"), (2832, "47:12"), (3800, "1:03:20")]
)
def test_a_time_that_is_left(seconds: float, text: str) -> None:
    assert left(seconds) == text


# -- problems and their cures


CURES = {
    "start": (Problem(ProblemCode.NO_NETVM), ["Move to vault…", "Start netvm"]),
    "uplink": (Problem(ProblemCode.NO_UPLINK), ["Network settings"]),
    "names": (Problem(ProblemCode.NO_DNS), ["Name servers…", "Network settings"]),
    "filter": (Problem(ProblemCode.NFT_FAILED), ["Show status", "Apply again"]),
    "agent": (Problem(ProblemCode.AGENT_STOPPED), ["Show status", "Move to vault…", "Restart netvm"]),
    "elsewhere": (
        Problem(ProblemCode.ATTACHED_ELSEWHERE, count=1, names=("work",), netvm="netvm"), ["Move to netvm"],
    ),
    "others": (Problem(ProblemCode.OTHERS_RUN, count=1, names=("work",)), ["Disconnect now"]),
    "doubt": (Problem(ProblemCode.PAUSED_IN_DOUBT, names=("work", "personal")), ["Unpause personal"]),
    "reachable": (Problem(ProblemCode.DOM0_REACHABLE), ["Show status"]),
}  # fmt: skip


@pytest.mark.parametrize("case", CURES)
def test_a_problem_has_its_cure_as_a_button(case: str) -> None:
    problem, expected = CURES[case]
    (message,) = shown(with_problems(problem)).messages
    assert texts(message.buttons) == expected
    assert message.text == problem.cure


@pytest.mark.parametrize("code", [ProblemCode.AGENT_UNKNOWN, ProblemCode.AGENT_STOPPED, ProblemCode.NETVM_NONSENSE])
def test_dom0_as_the_netvm_is_not_offered_to_be_restarted(code: ProblemCode) -> None:
    snapshot = dataclasses.replace(with_problems(Problem(code)), netvm=Netvm("dom0", 0, NetvmState.STARTING))
    (message,) = shown(snapshot).messages
    assert texts(message.buttons) == ["Show status", "Move to vault…"]


@pytest.mark.parametrize("code", ProblemCode)
def test_no_problem_is_without_a_button(code: ProblemCode) -> None:
    values: dict[str, Any] = {
        "name": "work", "vif": "vif4.0", "names": ("work",), "count": 1, "netvm": "netvm", "nics": ("eth9",),
        "why": Message(DomainCode.CARD_NOT_SERVED), "manager": "qubesd",
        "value": "0.1.0", "version": "0.2.0",
    }  # fmt: skip
    form = code.form if isinstance(code.form, str) else code.form.many
    used = {name: value for name, value in values.items() if "{" + name + "}" in form + code.cure}
    (message,) = shown(with_problems(Problem(code, **used))).messages
    assert message.buttons
    assert all(button.text and button.icon for button in message.buttons)


@pytest.mark.parametrize("state", STATES)
def test_every_icon_of_it_is_bundled_for_themes_that_have_none(state: str) -> None:
    view = shown(STATES[state])
    buttons = [
        *view.tools,
        *view.footer,
        *(button for row in view.rows for button in (row.pause, row.network, row.serve)),
    ]
    buttons += [button for message in view.messages for button in message.buttons]
    for button in buttons:
        if button is not None:
            assert artwork.glyph(button.icon, artwork.Colours("#000000"))


def test_equal_problems_are_one_message() -> None:
    refused = [Problem(ProblemCode.VIF_REFUSED, vif=f"vif{number}.0") for number in (4, 5)]
    without = [Problem(ProblemCode.DOMAIN_WITHOUT_NETWORK, name=name) for name in ("work", "vault")]
    view = shown(with_problems(*refused, *without))
    assert [message.title for message in view.messages] == [
        "2 vifs were refused by netvm: vif4.0 and vif5.0.", "2 domains have no address: work and vault.",
    ]  # fmt: skip


def test_of_many_names_the_first_are_told() -> None:
    without = [Problem(ProblemCode.DOMAIN_WITHOUT_NETWORK, name=f"d{number}") for number in range(60)]
    (message,) = shown(with_problems(*without)).messages
    assert message.title == "60 domains have no address: d0, d1, d2, d3, d4 and 55 more."


def test_of_very_many_the_first_are_shown_and_where_the_rest_is() -> None:
    codes = (
        ProblemCode.AGENT_SILENT,
        ProblemCode.NFT_FAILED,
        ProblemCode.CONNECTIONS_ALMOST_FULL,
        ProblemCode.OTHERS_UNDO,
    )
    view = shown(with_problems(*map(Problem, codes)))
    assert len(view.messages) == MESSAGES_MAX
    assert view.messages[-1].title == "2 more problems"
    assert [button.request.action for button in view.messages[-1].buttons] == [Action.STATUS]


def test_a_netvm_that_is_paused_can_go_on() -> None:
    paused = Snapshot(Netvm("netvm", 1, NetvmState.PAUSED, uuid="u1"), domains=DOMAINS)
    (message,) = shown(paused).messages
    assert [button.request for button in message.buttons] == [ActionRequest(Action.UNPAUSE, 1, "netvm", "u1")]
    for state in (Dom0State.OPEN, Dom0State.CLOSING):  # dom0 does not get back without it
        (message, *_) = shown(dataclasses.replace(paused, dom0=Dom0Connection(state))).messages
        assert [button.why for button in message.buttons] == [""]


def test_equal_ones_are_gathered_in_whatever_order_they_come() -> None:
    refused, without = (
        [Problem(ProblemCode.VIF_REFUSED, vif=f"vif{number}.0") for number in (4, 5)],
        [Problem(ProblemCode.DOMAIN_WITHOUT_NETWORK, name=name) for name in ("work", "vault")],
    )
    view = shown(up(CABLE, problems=(refused[0], without[0], refused[1], without[1])))
    assert [message.title for message in view.messages] == [
        "2 vifs were refused by netvm: vif4.0 and vif5.0.", "2 domains have no address: work and vault.",
    ]  # fmt: skip


def test_a_helper_that_is_away_can_be_started() -> None:
    (message,) = shown(None).messages
    assert [button.request.action for button in message.buttons] == [Action.START_HELPER]
    assert shown(None).rows == ()


def test_a_helper_that_goes_while_dom0_is_connected_leaves_it_in_doubt() -> None:
    """Nothing said so any more, and nothing but its deadline ends it then."""
    title, once = "dom0 may still be connected to the network.", "It was when that was known last."
    doubt, away = popup(Seen(None, in_doubt=True), 0).messages
    assert (doubt.severity, doubt.title) == (Severity.ERROR, title)
    assert doubt.text == f"{once} As long as the helper is away nothing disconnects it before its time is over."
    assert [button.request.action for button in away.buttons] == [Action.START_HELPER]
    doubt, _ = popup(Seen(None, unreadable=True, in_doubt=True), 0).messages
    assert (doubt.title, doubt.text) == (title, once), "one of another version runs"
    assert popup(Seen(up(CABLE), in_doubt=True), 0).messages == ()
    assert overview.page(None, in_doubt=True).problems[0][0] == title
    assert len(overview.page(None).problems) == 1


# -- domains


def row_of(view: PopupView, name: str) -> Any:
    return next(row for row in view.rows if row.name == name)


def test_a_row_for_each_domain() -> None:
    domains = (dataclasses.replace(DOMAINS[0], uuid="u4", label=Label.BLUE), *DOMAINS[1:])
    view = shown(up(CABLE, domains=domains), traffic=TRAFFIC)
    work, personal, vault = view.rows
    assert (work.key, work.label, work.state, work.attached) == ((4, "u4"), Label.BLUE, RowState.CONNECTED, True)
    assert (work.detail, work.history) == ("↓ 900 kB/s   ↑ 42 kB/s", (0, 900_000))
    assert work.network.request == ActionRequest(Action.DETACH, 4, "work", "u4")
    assert work.pause.request == ActionRequest(Action.PAUSE, 4, "work", "u4")
    assert work.spoken == "work, blue label, connected, 900 kB/s down, 42 kB/s up"
    assert (personal.spoken, vault.spoken) == ("personal, paused", "vault, no network")
    assert (personal.state, personal.detail, personal.pause.text) == (RowState.PAUSED, "Paused", "Unpause personal")
    assert (vault.state, vault.detail, vault.attached) == (RowState.CUT_OFF, "No network", False)
    assert vault.network.request.action is Action.ATTACH
    assert vault.serve
    assert (vault.serve.text, work.serve) == ("Make vault the netvm…", None)
    assert vault.history == ()
    assert view.count == "1 of 3 connected"


def test_without_rates_there_is_the_address() -> None:
    assert row_of(shown(up(CABLE)), "work").detail == "10.137.0.16"
    idle = History({4: Series(1, 1, (0,), (0,))})
    assert row_of(shown(up(CABLE), traffic=idle), "work").detail == "Idle"


@pytest.mark.parametrize(
    ("snapshot", "state", "detail"),
    [
        (Snapshot(Netvm("netvm"), domains=DOMAINS), RowState.WAITING, "Waits for netvm"),
        (Snapshot(RUNNING, (connecting(CABLE),), domains=DOMAINS), RowState.WAITING, "Waits for an uplink"),
        (
            with_problems(Problem(ProblemCode.DOMAIN_WITHOUT_NETWORK, name="work")), RowState.TROUBLE, "Has no address",
        ),
        (with_problems(Problem(ProblemCode.VIF_REFUSED, vif="vif4.0")), RowState.TROUBLE, "Refused by netvm"),
        (up(CABLE, dns=Dns()), RowState.CONNECTED, "10.137.0.16"),
        (
            up(CABLE, domains=(dataclasses.replace(DOMAINS[0], netvm="old"),)), RowState.CONNECTED, "Through old",
        ),
        (
            up(CABLE, domains=(dataclasses.replace(DOMAINS[0], netvm="personal"), DOMAINS[1])), RowState.WAITING,
            "Waits for personal",
        ),
        (
            up(CABLE, domains=(dataclasses.replace(DOMAINS[0], state=DomainState.DYING),)), RowState.WAITING,
            "Is ending",
        ),
    ],
)  # fmt: skip
def test_how_a_domain_is(snapshot: Snapshot, state: RowState, detail: str) -> None:
    row = row_of(shown(snapshot), "work")
    assert (row.state, row.detail) == (state, detail)


def test_who_is_ending_is_left_alone() -> None:
    ending = up(CABLE, domains=(dataclasses.replace(DOMAINS[0], state=DomainState.DYING),))
    row = row_of(shown(ending), "work")
    assert row.network.why == row.pause.why == "It is ending."


def test_what_was_asked_for_is_not_asked_for_twice() -> None:
    request = ActionRequest(Action.DETACH, 4, "work", "")
    view = shown(up(CABLE), asked=frozenset({request}))
    assert row_of(view, "work").detail == "Asked for…"
    assert row_of(view, "work").network.why
    assert not row_of(view, "vault").network.why


def test_what_is_being_done_to_a_domain_stands_in_its_row() -> None:
    what = Message(DomainCode.CUTTING_OFF, name="work")
    progress = OperationProgress(7, "detach", (Step("detach", State.BEGUN, what),), over=False)
    view = shown(up(CABLE, operation=Operation(7, "detach", "alice")), progress=progress)
    assert row_of(view, "work").detail == "cutting work off the network"
    assert row_of(view, "vault").detail == "No network"


def test_two_of_one_name_are_two_rows() -> None:
    """One that is dying may still have the name of the one that takes its place."""
    old = Domain("work", 4, DomainState.DYING, uuid="a")
    new = Domain("work", 9, DomainState.RUNNING, uuid="b")
    assert [row.key for row in shown(up(CABLE, domains=(old, new))).rows] == [(4, "a"), (9, "b")]


def test_nothing_known_means_no_rows_and_nobody_at_all_is_said() -> None:
    assert shown(STATES["blind"]).rows == ()
    assert shown(STATES["blind"]).empty == ""
    assert shown(up(CABLE, domains=())).empty == "No other domain is running."
