"""What dom0 wants this domain's network to be, read from its own xenstore home; and what the domain tells back."""

from __future__ import annotations

from collections.abc import Callable
from ipaddress import IPv4Address

from qnet_gui.model.route import Route
from qnet_gui.model.vif import chosen_mtu
from qnet_gui.store import keys
from qnet_gui.store.client import Store
from qnet_gui.store.reports import GUEST, NETWORK_CONFIG, GuestReport, NetworkConfig
from qnet_gui.store.waiting import Deadline, wait_until

VIF = "device/vif/0"
#: Seconds between two looks for the link, whose arrival is no event of xenstore's.
_LINK_INTERVAL = 0.2


def has_vif(store: Store) -> bool:
    """Whether the toolstack has given this domain a vif, and not taken it back."""
    return store.read(f"{VIF}/mac") is not None and store.read(f"{VIF}/state") not in (b"5", b"6")


def read(store: Store) -> NetworkConfig | None:
    """The configuration, None as long as dom0 has not written them all; `BadInput` when they are nonsense."""
    return NETWORK_CONFIG.read_all(store.read)


def own_mtu(store: Store) -> int | None:
    """The MTU that somebody chose for this vif, in bytes; None when nobody did."""
    return chosen_mtu(store.read(f"{VIF}/mtu"))


def wait(store: Store, ready: Callable[[], bool], deadline: float) -> bool:
    """Wait until `ready()`, looking again at every change of dom0's word or of the vif; False at the deadline."""

    def look(_: set[str]) -> bool | None:
        return ready() or None

    paths = (keys.HOME_DOM0, VIF)
    return wait_until(store, paths, look, Deadline(deadline), interval=_LINK_INTERVAL) is not None


def report(store: Store, address: IPv4Address | None, routes: list[Route], servers: tuple[IPv4Address, ...]) -> None:
    """Tell dom0 what is set now: what was read back, not what was to be set."""
    line = ";".join(route.line for route in routes[:1])
    nodes = GUEST.nodes(GuestReport(address, line, servers))

    def change(inside: Store) -> None:
        for path, value in nodes.items():
            if inside.read(path) != value.encode():
                inside.write(path, value)

    store.atomically(change)
