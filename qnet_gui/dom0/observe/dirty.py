"""What has changed and is to be read again, and the reading of just that. Reads xenstore."""

from __future__ import annotations

from dataclasses import dataclass, field

from qnet_gui.dom0.observe import inputs
from qnet_gui.dom0.observe.inputs import Card, Nodes, RawVif
from qnet_gui.model.vif import VifId
from qnet_gui.store.client import Store


@dataclass(slots=True)
class Stale:
    """What is to be read again."""

    domains: bool = False
    agent: bool = False
    all_vifs: bool = False
    vifs: set[VifId] = field(default_factory=set)
    all_cards: bool = False
    cards: set[int] = field(default_factory=set)
    agents: set[int] = field(default_factory=set)
    guests: set[int] = field(default_factory=set)

    def merge(self, other: Stale) -> None:
        """Read what the other says, too."""
        self.domains |= other.domains
        self.agent |= other.agent
        self.all_vifs |= other.all_vifs
        self.vifs |= other.vifs
        self.all_cards |= other.all_cards
        self.cards |= other.cards
        self.agents |= other.agents
        self.guests |= other.guests


@dataclass(slots=True)
class Found:
    """What was read; None and absent: not read this time. A vif that is None is gone."""

    agent: Nodes | None = None
    all_vifs: dict[VifId, RawVif] | None = None
    vifs: dict[VifId, RawVif | None] = field(default_factory=dict)
    all_cards: dict[int, dict[VifId, Card]] | None = None
    cards: dict[int, dict[VifId, Card]] = field(default_factory=dict)
    agents: dict[int, Nodes] = field(default_factory=dict)
    guests: dict[int, Nodes] = field(default_factory=dict)


def read(store: Store, netvm: int | None, stale: Stale) -> Found:
    """Read it, on the store's thread."""
    store.connect()  # fails when xenstore is away, even if there is nothing to be read
    found = Found(guests={domid: inputs.guest(store, domid) for domid in stale.guests})
    found.agents = {domid: inputs.served(store, domid) for domid in stale.agents}
    if stale.all_cards:
        found.all_cards = {domid: inputs.cards(store, domid) for domid in inputs.with_cards(store)}
    else:
        found.cards = {domid: inputs.cards(store, domid) for domid in stale.cards}
    if netvm is None:
        return found
    if stale.agent:
        found.agent = inputs.agent(store, netvm)
    if stale.all_vifs:
        found.all_vifs = inputs.vifs(store, netvm)
    else:
        found.vifs = {vif: inputs.vif(store, netvm, vif) for vif in stale.vifs}
    return found
