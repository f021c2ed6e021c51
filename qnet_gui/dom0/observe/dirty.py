"""What has changed and is to be read again, and the reading of just that. Reads xenstore."""

from __future__ import annotations

from dataclasses import dataclass, field

from qnet_gui.dom0.observe import inputs
from qnet_gui.dom0.observe.inputs import Frontend, Nodes, RawVif
from qnet_gui.model.vif import VifId
from qnet_gui.store.client import Store


@dataclass(slots=True)
class Dirty:
    """What is to be read again."""

    domains: bool = False
    agent: bool = False
    all_vifs: bool = False
    vifs: set[VifId] = field(default_factory=set)
    all_frontends: bool = False
    frontends: set[int] = field(default_factory=set)
    agents: set[int] = field(default_factory=set)
    guests: set[int] = field(default_factory=set)

    def merge(self, other: Dirty) -> None:
        """Read what the other says, too."""
        self.domains |= other.domains
        self.agent |= other.agent
        self.all_vifs |= other.all_vifs
        self.vifs |= other.vifs
        self.all_frontends |= other.all_frontends
        self.frontends |= other.frontends
        self.agents |= other.agents
        self.guests |= other.guests


@dataclass(slots=True)
class Fresh:
    """What was read; None and absent: not read this time. A vif that is None is gone."""

    agent: Nodes | None = None
    all_vifs: dict[VifId, RawVif] | None = None
    vifs: dict[VifId, RawVif | None] = field(default_factory=dict)
    all_frontends: dict[int, dict[VifId, Frontend]] | None = None
    frontends: dict[int, dict[VifId, Frontend]] = field(default_factory=dict)
    agents: dict[int, Nodes] = field(default_factory=dict)
    guests: dict[int, Nodes] = field(default_factory=dict)


def read(store: Store, netvm: int | None, dirty: Dirty) -> Fresh:
    """Read it, on the store's thread."""
    store.connect()  # fails when xenstore is away, even if there is nothing to be read
    found = Fresh(guests={domid: inputs.guest(store, domid) for domid in dirty.guests})
    found.agents = {domid: inputs.served(store, domid) for domid in dirty.agents}
    if dirty.all_frontends:
        found.all_frontends = {domid: inputs.frontends(store, domid) for domid in inputs.with_frontends(store)}
    else:
        found.frontends = {domid: inputs.frontends(store, domid) for domid in dirty.frontends}
    if netvm is None:
        return found
    if dirty.agent:
        found.agent = inputs.agent(store, netvm)
    if dirty.all_vifs:
        found.all_vifs = inputs.vifs(store, netvm)
    else:
        found.vifs = {vif: inputs.vif(store, netvm, vif) for vif in dirty.vifs}
    return found
