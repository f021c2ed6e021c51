"""The one immutable picture of everything that qnet knows, and its form on D-Bus and in JSON. Pure.

The helper builds a `Snapshot`; `to_wire` makes plain dicts, lists, strings, integers and booleans of it, which is what
`qnet status --json` prints and what travels over D-Bus; `from_wire` is the way back for the tray and the command line.
Both read the dataclasses, so a field that is added there needs nothing here.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from qnet_gui.model.dns import Dns
from qnet_gui.model.domain import Domain, DomainState, Netvm, NetvmState
from qnet_gui.model.errors import BadInput
from qnet_gui.model.fact import Fact
from qnet_gui.model.messages.helper import HelperCode
from qnet_gui.model.messages.problems import ProblemCode
from qnet_gui.model.outcome import EndedOperation
from qnet_gui.model.parse import shown
from qnet_gui.model.problem import Problem
from qnet_gui.model.uplink import Uplink, in_use
from qnet_gui.model.wire.codec import decode, encode

Wire = dict[str, Any]
#: For how long dom0 may be connected at a time; a day is more than any upgrade takes.
MINUTES_MAX = 1440


class Dom0State(enum.Enum):
    """How dom0 stands to the network: CLOSED is how it should be."""

    CLOSED = "closed"
    CONNECTING = "connecting"
    OPEN = "open"
    CLOSING = "closing"


@dataclass(frozen=True, slots=True)
class Dom0Connection:
    """dom0's own link; `until` is the deadline in seconds since the epoch, 0 while closed; the others are names.

    `by` is the user who connected dom0, empty while closed. `paused`: domains that stand still for it, as the
    hypervisor says; `running`: those that should and do not; `let_go`: those that somebody let go on, and were paused
    again.
    """

    state: Dom0State = Dom0State.CLOSED
    until: int = 0
    paused: tuple[str, ...] = ()
    by: str = ""
    running: tuple[str, ...] = ()
    let_go: tuple[str, ...] = ()


class Iommu(enum.Enum):
    """Whether the hypervisor keeps cards from reaching memory that is not their domain's."""

    ON = "on"
    OFF = "off"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Isolation:
    """What stands between dom0 and the network; empty lists are how it should be. dom0's own link is not counted.

    `reachable`: addresses, routes and listening sockets of dom0. `nics`: names of network cards that are dom0's own;
    `more_nics` is how many there are besides. `without_netvm`: domains that have no vif.
    """

    reachable: tuple[Fact, ...] = ()
    nics: tuple[str, ...] = ()
    iommu: Iommu = Iommu.UNKNOWN
    without_netvm: tuple[str, ...] = ()
    more_nics: int = 0


@dataclass(frozen=True, slots=True)
class Operation:
    """The operation under way, `id` 0 when there is none: its kind (connect, attach, ...) and the user who began it."""

    id: int = 0
    kind: str = ""
    by: str = ""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """All of it at one moment. Equal snapshots look equal everywhere. Its fields are the keys of its plain form.

    `ended`: of each kind of operation the last that has ended, since the helper started.
    """

    netvm: Netvm
    uplinks: tuple[Uplink, ...] = ()
    dns: Dns = field(default_factory=Dns)
    domains: tuple[Domain, ...] = ()
    dom0: Dom0Connection = Dom0Connection()
    isolation: Isolation = Isolation()
    operation: Operation = Operation()
    ended: tuple[EndedOperation, ...] = ()
    problems: tuple[Problem, ...] = ()

    @property
    def uplink(self) -> Uplink | None:
        """The uplink by which the domains' packets leave now; None when they do not, however many links are up."""
        return in_use(self.uplinks)

    @property
    def unreported(self) -> bool:
        """Whether the netvm runs and its agent should have reported by now; dom0 has been up for long when it is it."""
        starting = self.netvm.state is NetvmState.STARTING
        overdue = any(problem.code is ProblemCode.AGENT_UNKNOWN for problem in self.problems)
        return starting and (overdue or self.netvm.id == 0)

    def stands_still(self, netvm: str) -> bool:
        """Whether who goes through a netvm, the chosen one or another, has to wait for it now."""
        if netvm == self.netvm.name:
            return self.netvm.state is not NetvmState.RUNNING
        states = {domain.state for domain in self.domains if domain.name == netvm}
        return bool(states) and DomainState.RUNNING not in states


def to_wire(snapshot: Snapshot) -> Wire:
    """Plain data."""
    wire: Wire = encode(snapshot)
    return wire


def from_wire(wire: Mapping[str, Any]) -> Snapshot:
    """The snapshot again, without problems that are not known here (of a newer helper).

    `BadInput` when the data is not of `to_wire`'s form (a helper of another version).
    """
    try:
        problems = [plain for plain in wire["problems"] if Problem.is_known(plain)]
        return decode(Snapshot, {**wire, "problems": problems})
    except (KeyError, TypeError) as error:
        raise BadInput(HelperCode.SNAPSHOT_UNREADABLE, why=shown(error)) from error
    except BadInput as error:
        raise BadInput(HelperCode.SNAPSHOT_UNREADABLE, why=error.message) from error
