"""The port `Hypervisor`: what dom0 asks of the hypervisor and its toolstack, whichever they are.

Every call may block until its deadline and belongs on a worker thread; every failure is `HypervisorError` or a kind of
`StoreError`. The adapters are `lab` and, on a real Xen, `xen`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address
from typing import Protocol

from qnet_gui.model.domain import DomainState
from qnet_gui.model.messages.message import Message
from qnet_gui.model.vif import VifId
from qnet_gui.model.x_display.display import Display


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What can be done here. `iommu` is None where it cannot be known.

    `managed_by`: who else manages the domains, which are not ours to change then; empty for nobody. `screen`: whether
    `qnet-display` can bring the netvm's screen to dom0, where the netvm has one.
    """

    name: str
    iommu: bool | None = None
    managed_by: str = ""
    screen: bool = False


@dataclass(frozen=True, slots=True)
class DomainInfo:
    """A domain as the hypervisor knows it, dom0 included (id 0)."""

    id: int
    name: str
    uuid: str
    state: DomainState


def prevailing(namesakes: Iterable[DomainInfo]) -> DomainInfo | None:
    """Of the domains of one name the one that counts; None of none.

    A domain that is dying may still have the name of the one that takes its place.
    """
    return max(namesakes, key=lambda info: (info.state is not DomainState.DYING, info.id), default=None)


@dataclass(frozen=True, slots=True)
class VifRequest:
    """A vif to attach: `frontend` gets a card, `backend` serves it. `untrusted`: the frontend must not trust it.

    `rate`: how much it may send, in xl's words; empty for as much as it likes. `mtu`: in bytes, None for the usual one.
    """

    frontend: int
    backend: int
    address: IPv4Address
    mac: str
    script: str = "vif-route-qubes"
    untrusted: bool = False
    rate: str = ""
    mtu: int | None = None


class Hypervisor(Protocol):
    """What every adapter offers.

    `cannot_show` says why the windows of other domains' programs cannot be shown in dom0; it is None where they can.
    A window on dom0's display can see and do much there, so only who trusts the display's server to keep windows of
    different domains apart, or has nothing to lose, offers this.
    """

    @property
    def cannot_show(self) -> Message | None:
        """What to say, with the cure, or nothing; constant, and known without asking anybody."""
        ...

    def capabilities(self) -> Capabilities:
        """What can be done here; constant for the life of the process."""
        ...

    def domains(self) -> list[DomainInfo]:
        """All domains that exist now, dom0 included, by ascending id."""
        ...

    def pause(self, domid: int) -> None:
        """Stop a domain's processors; pausing a paused domain is no error."""
        ...

    def unpause(self, domid: int) -> None:
        """Let a paused domain go on; unpausing a running one is no error."""
        ...

    def attach_vif(self, request: VifRequest) -> VifId:
        """Give a domain a card; returns when the toolstack has made its nodes, maybe before the script ran."""
        ...

    def detach_vif(self, vif: VifId) -> None:
        """Take a card away; a card that is not there is no error."""
        ...

    def show_program(self, domid: int, command: Sequence[str], display: Display) -> None:
        """Start a program in a domain, with its windows on a display in dom0; returns when it has been started.

        Raises `Refused` where that cannot be, or when it runs on that display already.
        """
        ...
