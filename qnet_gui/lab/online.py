"""Waits until a domain's network works, by what dom0 sees in xenstore: the script's status, the guest's report."""

from __future__ import annotations

import select
import time
from pathlib import Path

from qnet_gui.model.parse import shown
from qnet_gui.store.client import Store
from qnet_gui.store.keys import GUEST_ADDRESS, GUEST_ROUTE, HOME_DOMAIN


def _missing(store: Store, domid: int, backend: str, address: str) -> str:
    """What stands in the way, or nothing."""
    status = store.read(f"{backend}/hotplug-status")
    if status != b"connected":
        error = store.read(f"{backend}/hotplug-error")
        if error:
            return f"its vif was refused: {shown(error)}"
        return "its vif's script has not reported" if status is None else f"its vif's script says {shown(status)}"
    if store.read(GUEST_ADDRESS.under(domid)) != address.encode() or not store.read(GUEST_ROUTE.under(domid)):
        return "qnet-guest in it has not reported its address and route"
    return ""


def wait_online(socket: Path, domid: int, address: str, deadline: float) -> str:
    """Wait until nothing is missing or until the deadline; returns what is missing then."""
    until = time.monotonic() + deadline
    with Store(socket) as store:
        backend = store.read(f"/local/domain/{domid}/device/vif/0/backend")
        if backend is None:
            return "it has no vif"
        store.watch(backend.decode())
        store.watch(f"/local/domain/{domid}/{HOME_DOMAIN}")
        while missing := _missing(store, domid, backend.decode(), address):
            left = until - time.monotonic()
            if left <= 0:
                return missing
            poller = select.poll()
            poller.register(store.fileno(), select.POLLIN)
            poller.poll(left * 1000)
            store.events()
    return ""
