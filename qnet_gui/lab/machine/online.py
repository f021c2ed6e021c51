"""Waits until a domain's network works: by the script's status and the guest's report in xenstore, and its card."""

from __future__ import annotations

import select
import time
from pathlib import Path

from qnet_gui.lab.box.child import Child
from qnet_gui.lab.machine.links import has_address
from qnet_gui.model.parse import shown
from qnet_gui.store.client import Store
from qnet_gui.store.keys import GUEST_ADDRESS, GUEST_ROUTE, HOME_DOMAIN

#: Seconds between two looks at what tells no event.
_PAUSE = 0.02


def _missing(store: Store, backend: str, domid: int, address: str) -> str:
    """What stands in the way as far as xenstore shows, or nothing."""
    status = store.read(f"{backend}/hotplug-status")
    if status != b"connected":
        error = store.read(f"{backend}/hotplug-error")
        if error:
            return f"its vif was refused: {shown(error)}"
        return "its vif's script has not reported" if status is None else f"its vif's script says {shown(status)}"
    if store.read(GUEST_ADDRESS.under(domid)) != address.encode() or not store.read(GUEST_ROUTE.under(domid)):
        return "qnet-guest in it has not reported its address and route"
    return ""


def wait_online(socket: Path, init: Child, domid: int, address: str, deadline: float) -> str:
    """Wait until nothing is missing or until the deadline; returns what is missing then."""
    until = time.monotonic() + deadline
    card, missing = f"/local/domain/{domid}/device/vif/0", ""
    watched: set[str] = set()
    with Store(socket) as store:
        while True:
            backend = (store.read(f"{card}/backend") or b"").decode()
            wanted = {card, backend or card, f"/local/domain/{domid}/{HOME_DOMAIN}"}
            for path in wanted - watched:  # before anything is read
                store.watch(path)
            watched |= wanted
            missing = _missing(store, backend, domid, address) if backend else "it has no vif"
            # what it reported may be of a card that it had before
            late = not missing and not has_address(init, "eth0", address)
            left = until - time.monotonic()
            if left <= 0 or not (missing or late):
                return missing or ("it has not set up its card yet" if late else "")
            poller = select.poll()
            poller.register(store.fileno(), select.POLLIN)
            poller.poll(min(left, _PAUSE if late else left) * 1000)
            store.events()
