"""What has changed and is to be read again, and the reading of just that. Reads xenstore."""

from __future__ import annotations

from dataclasses import dataclass, field

from qnet_gui.dom0.observe import inputs
from qnet_gui.dom0.observe.inputs import Frontend
from qnet_gui.model.domain import AgentState
from qnet_gui.model.vif import VifId
from qnet_gui.store.client import Store
from qnet_gui.store.reports import AgentReport, GuestReport


@dataclass(slots=True)
class Dirty:
    """What is to be read again; sets are of domain ids."""

    domains: bool = False
    agent: bool = False
    all_frontends: bool = False
    cards: bool = False
    frontends: set[int] = field(default_factory=set)
    agents: set[int] = field(default_factory=set)
    guests: set[int] = field(default_factory=set)

    def merge(self, other: Dirty) -> None:
        """Read what the other says, too."""
        self.domains |= other.domains
        self.agent |= other.agent
        self.all_frontends |= other.all_frontends
        self.cards |= other.cards
        self.frontends |= other.frontends
        self.agents |= other.agents
        self.guests |= other.guests


@dataclass(slots=True)
class Fresh:
    """What was read, by domain id; None and absent: not read this time. A guest that is None has not reported."""

    agent: tuple[AgentReport, tuple[str, ...]] | None = None
    all_frontends: dict[int, dict[VifId, Frontend]] | None = None
    frontends: dict[int, dict[VifId, Frontend]] = field(default_factory=dict)
    agents: dict[int, AgentState] = field(default_factory=dict)
    cards: frozenset[int] | None = None
    guests: dict[int, GuestReport | None] = field(default_factory=dict)


def read(store: Store, netvm: int | None, dirty: Dirty) -> Fresh:
    """Read it, on the store's thread."""
    store.connect()  # fails when xenstore is away, even if there is nothing to be read
    fresh = Fresh(guests={domid: inputs.guest(store, domid) for domid in dirty.guests})
    fresh.agents = {domid: inputs.agent_state(store, domid) for domid in dirty.agents}
    fresh.cards = inputs.with_cards(store) if dirty.cards else None
    if dirty.all_frontends:
        fresh.all_frontends = {domid: inputs.frontends(store, domid) for domid in inputs.with_frontends(store)}
    else:
        fresh.frontends = {domid: inputs.frontends(store, domid) for domid in dirty.frontends}
    if dirty.agent and netvm is not None:
        fresh.agent = inputs.agent(store, netvm)
    return fresh
