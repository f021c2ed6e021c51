"""The Domains page's content, what can be done to those that are selected, and access keys. Pure."""

from __future__ import annotations

import dataclasses

from tray_shared import CABLE, DOMAINS, STATES, up

from qnet_gui.model.domain import DomainState, Netvm
from qnet_gui.model.snapshot import Snapshot
from qnet_gui.netmap.graph import Look
from qnet_gui.tray.pages.domains import Choice, choices, heads, page
from qnet_gui.tray.state.access_keys import with_keys, without_keys
from qnet_gui.tray.state.menu import Action, ActionRequest

WORK, PERSONAL, VAULT = DOMAINS


def by_key(*selected: object, **more: object) -> dict[str, Choice]:
    return {choice.key: choice for choice in choices(up(CABLE, **more), selected)}  # type: ignore[arg-type]


def test_rows_with_and_without_rates() -> None:
    shown = page(up(CABLE), {4: (910_000.0, 42_000.0)})
    assert shown.rows[0] == ("work", "running", "netvm", "10.137.0.16", "vif4.0", "4", "910 kB/s", "42 kB/s")
    assert shown.rows[2] == ("vault", "running", "none", "none", "none", "6", "", "")
    assert shown.summary == "2 of 3 domains have a network"
    assert len(heads()) == len(shown.rows[0])
    assert sorted([row[6] for row in shown.rows], key=lambda cell: cell.key) == ["", "", "910 kB/s"]  # type: ignore[attr-defined]


def test_whoever_waits_for_a_netvm_has_no_network() -> None:
    """It is said in the popup and on the map; here all was green, and had a network."""
    ending = dataclasses.replace(WORK, id=9, state=DomainState.DYING)
    domains = (*up(CABLE).domains, ending)
    assert page(up(CABLE, domains=domains)).looks == (Look.GOOD, Look.PAUSED, Look.APART, Look.APART)
    shown = page(Snapshot(Netvm("netvm"), domains=domains))
    assert shown.looks == (Look.WAITING, Look.PAUSED, Look.APART, Look.APART)
    assert shown.summary == "0 of 4 domains have a network"
    assert page(up(CABLE, domains=domains)).summary == "2 of 4 domains have a network"


def test_nothing_to_show() -> None:
    assert page(None).message == "The network helper is not running."
    assert page(up(CABLE, domains=())).message == "No other domain is running."
    assert page(STATES["blind"]).rows == ()


def test_what_can_be_done_to_one() -> None:
    offered = by_key(WORK)
    assert [choice.text for choice in offered.values()] == ["Pause", "Cut off the network", "Make it the netvm…"]
    assert offered["network"].requests == (ActionRequest(Action.DETACH, 4, "work"),)
    assert offered["netvm"].why == "It is no domain that could serve others."
    offered = by_key(VAULT)
    assert offered["network"].requests == (ActionRequest(Action.ATTACH, 6, "vault"),)
    assert offered["netvm"] == Choice("netvm", "Make it the netvm…", (ActionRequest(Action.NETVM, 6, "vault"),))
    assert by_key(PERSONAL)["pause"].requests == (ActionRequest(Action.UNPAUSE, 5, "personal"),)


def test_what_can_be_done_to_several() -> None:
    offered = by_key(WORK, PERSONAL, VAULT)
    assert [request.name for request in offered["pause"].requests] == ["work", "vault"]
    assert [request.name for request in offered["network"].requests] == ["work", "personal"]
    assert offered["netvm"].why == "Select one domain only."
    paused = dataclasses.replace(WORK, state=DomainState.PAUSED)
    assert {request.action for request in by_key(paused, PERSONAL)["pause"].requests} == {Action.UNPAUSE}


def test_who_is_ending_is_left_alone() -> None:
    """As in the popup. One that is started again is there twice, and on the map both are meant by one click."""
    ending = dataclasses.replace(WORK, id=3, state=DomainState.DYING)
    assert {choice.why for choice in by_key(ending).values()} == {"It is ending."}
    both = by_key(ending, WORK)
    assert both["pause"].requests == (ActionRequest(Action.PAUSE, 4, "work"),)
    assert both["network"].requests == (ActionRequest(Action.DETACH, 4, "work"),)
    assert both["netvm"].why == "It is no domain that could serve others."


def test_nothing_can_be_done_to_nobody_or_while_dom0_is_connected() -> None:
    assert {choice.why for choice in by_key().values()} == {"Select a domain first."}
    whys = {choice.why for choice in choices(STATES["dom0"], (WORK,))}
    assert whys == {"While dom0 is connected, all domains stay as they are."}
    assert all(choice.why for choice in choices(None, ()))


def test_access_keys_do_not_clash() -> None:
    texts = ["Copy", "Connect dom0…", "Cut off the network", "Pause", "A & B", "Copy", "…"]
    made = with_keys(texts)
    keys = [text[text.index("&") + 1].lower() for text in made[:4]]
    assert len(set(keys)) == 4
    assert [without_keys(text) for text in made] == texts
    assert made[0] == "&Copy"
    assert made[-1] == "…"
    assert with_keys(texts) == made


def test_a_rate_is_of_a_life_and_not_of_a_name() -> None:
    """What is ending has not the traffic of the one that was started in its place."""
    ending = dataclasses.replace(WORK, id=3, state=DomainState.DYING)
    shown = page(up(CABLE, domains=(ending, WORK)), {WORK.id: (910_000.0, 42_000.0)})
    assert [row[6] for row in shown.rows] == ["", "910 kB/s"]
