"""From the snapshot to what the Domains page shows, and what can be done to those that are selected. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from qnet_gui.model.domain import Domain, DomainState
from qnet_gui.model.sentence import sentence
from qnet_gui.model.snapshot import Snapshot
from qnet_gui.model.translation import mark, tr, tr_count
from qnet_gui.netmap.graph import Look, domain_look
from qnet_gui.netmap.rates import NO_RATES, Rates, rate
from qnet_gui.tray.pages.cell import Cell
from qnet_gui.tray.state.menu import Action, ActionRequest, blind, candidates, hindrance

NO_DOMAINS = mark("No other domain is running.")
_STATES = {
    DomainState.RUNNING: mark("running"),
    DomainState.PAUSED: mark("paused"),
    DomainState.DYING: mark("ending"),
}
#: The columns that hold numbers, and those in a font of fixed width.
NUMBERS, FIXED = frozenset({5, 6, 7}), frozenset({3, 4})
#: The column of what a domain has for one life: one that is started again is another, though of the same name.
IDENTITY = 5


@dataclass(frozen=True, slots=True)
class DomainsPage:
    """The page's content. `summary` stands below the table; `message` in its place, when there are no rows.

    `looks`: how each of the rows is, as on the map.
    """

    rows: tuple[tuple[str, ...], ...] = ()
    looks: tuple[Look, ...] = ()
    summary: str = ""
    message: str = ""


@dataclass(frozen=True, slots=True)
class Choice:
    """Something that can be done: a button, and a row of the menu. `why` says why it cannot be, empty if it can.

    `key` is the same whatever the text says.
    """

    key: str
    text: str
    requests: tuple[ActionRequest, ...] = ()
    why: str = ""


def heads() -> tuple[str, ...]:
    """The table's heads."""
    return tr("Domain"), tr("State"), tr("Through"), tr("Address"), tr("Vif"), tr("Id"), "↓", "↑"


def _amount(domain: Domain, rates: Rates, index: int) -> Cell:
    amount = rates.get(domain.id)
    return Cell("", -1.0) if amount is None else Cell(rate(amount[index]), amount[index])


def _row(domain: Domain, rates: Rates) -> tuple[str, ...]:
    none = tr("none")
    return (
        domain.name, tr(_STATES[domain.state]), domain.netvm if domain.vif else none, str(domain.address or none),
        domain.vif or none, str(domain.id), _amount(domain, rates, 0), _amount(domain, rates, 1),
    )  # fmt: skip


def domain_rows(snapshot: Snapshot, rates: Rates = NO_RATES) -> tuple[tuple[str, ...], ...]:
    """A row for each domain, in the snapshot's order."""
    return tuple(_row(domain, rates) for domain in snapshot.domains)


def _has_network(snapshot: Snapshot, domain: Domain) -> bool:
    alive = domain.state is not DomainState.DYING
    return bool(domain.vif) and alive and not snapshot.stands_still(domain.netvm)


def _look(snapshot: Snapshot, domain: Domain) -> Look:
    """That on the map; but here the sign stands beside the state, so whoever is paused is so without a network too."""
    return Look.PAUSED if domain.state is DomainState.PAUSED else domain_look(snapshot, domain)


def page(snapshot: Snapshot | None, rates: Rates = NO_RATES, unreadable: bool = False) -> DomainsPage:
    """The content for a snapshot."""
    if snapshot is None or blind(snapshot):
        return DomainsPage(message=sentence(snapshot, unreadable))
    if not snapshot.domains:
        return DomainsPage(message=tr(NO_DOMAINS))
    count, through = len(snapshot.domains), sum(_has_network(snapshot, domain) for domain in snapshot.domains)
    looks = tuple(_look(snapshot, domain) for domain in snapshot.domains)
    summary = tr_count(
        "{through} of {count} domain has a network", "{through} of {count} domains have a network", count,
        through=through, count=count,
    )  # fmt: skip
    return DomainsPage(domain_rows(snapshot, rates), looks, summary)


def _requests(action: Action, domains: Sequence[Domain]) -> tuple[ActionRequest, ...]:
    return tuple(ActionRequest.about(action, domain) for domain in domains)


def choices(snapshot: Snapshot | None, selected: Sequence[Domain]) -> tuple[Choice, ...]:
    """What can be done to the selected domains: always the same, in the same order, so that no button moves."""
    why = hindrance(snapshot)
    if not selected:
        why = why or tr("Select a domain first.")
    elif all(domain.state is DomainState.DYING for domain in selected):
        why = why or tr("It is ending.")
    selected = [domain for domain in selected if domain.state is not DomainState.DYING] or selected
    running = [domain for domain in selected if domain.state is not DomainState.PAUSED]
    attached = [domain for domain in selected if domain.vif]
    pause = Choice("pause", tr("Pause"), _requests(Action.PAUSE, running), why)
    if selected and not running:
        pause = Choice("pause", tr("Unpause"), _requests(Action.UNPAUSE, selected), why)
    network = Choice("network", tr("Cut off the network"), _requests(Action.DETACH, attached), why)
    if selected and not attached:
        network = Choice("network", tr("Attach to the network"), _requests(Action.ATTACH, selected), why)
    return pause, network, _netvm(snapshot, selected, why)


def _netvm(snapshot: Snapshot | None, selected: Sequence[Domain], why: str) -> Choice:
    text, name = tr("Make it the netvm…"), selected[0].name if selected else ""
    requests = _requests(Action.NETVM, selected[:1])
    if len(selected) > 1:
        why = why or tr("Select one domain only.")
    elif snapshot is not None and name not in candidates(snapshot):
        why = why or tr("It is no domain that could serve others.")
    return Choice("netvm", text, requests, why)
