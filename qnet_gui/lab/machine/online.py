"""Waits until a domain's network works: by the script's status and the guest's report in xenstore, and its vif."""

from __future__ import annotations

from pathlib import Path

from qnet_gui.lab.box.child import Child
from qnet_gui.lab.machine.links import has_address
from qnet_gui.model.parse import shown
from qnet_gui.store.client import Store
from qnet_gui.store.keys import GUEST_ADDRESS, GUEST_ROUTE, HOME_DOMAIN
from qnet_gui.store.waiting import Deadline, wait_until

#: Seconds between two looks at the vif's address, which tells no event of xenstore's.
_LINK_INTERVAL = 0.02
#: XenbusStateConnected (xen/include/public/io/xenbus.h).
_CONNECTED = b"4"


def _missing(store: Store, frontend: str, backend: str, domid: int, address: str) -> str:
    """What stands in the way as far as xenstore shows, or nothing."""
    status = store.read(f"{backend}/hotplug-status")
    if status != b"connected":
        error = store.read(f"{backend}/hotplug-error")
        if error:
            return f"its vif was refused: {shown(error)}"
        return "its vif's script has not reported" if status is None else f"its vif's script says {shown(status)}"
    if any(store.read(f"{end}/state") != _CONNECTED for end in (frontend, backend)):
        return "its vif's two ends have not found each other"
    if store.read(GUEST_ADDRESS.under(domid)) != address.encode() or not store.read(GUEST_ROUTE.under(domid)):
        return "qnet-guest in it has not reported its address and route"
    return ""


def wait_online(socket: Path, init: Child, domid: int, address: str, seconds: float) -> str:
    """Wait until nothing is missing or so many seconds have passed; returns what is missing then."""
    frontend, deadline = f"/local/domain/{domid}/device/vif/0", Deadline(seconds)
    missing = "it has no vif"
    with Store(socket) as store:

        def works_in_xenstore(_: set[str]) -> bool | None:
            nonlocal missing
            backend = (store.read(f"{frontend}/backend") or b"").decode()
            if backend:
                store.watch(backend)  # before anything of it is read
            missing = _missing(store, frontend, backend, domid, address) if backend else "it has no vif"
            return not missing or None

        def works(changed: set[str]) -> bool | None:
            nonlocal missing
            if works_in_xenstore(changed) and not has_address(init, "eth0", address):
                # what it reported may be of a vif that it had before
                missing = "it has not set up its card yet"
            return not missing or None

        paths = (frontend, f"/local/domain/{domid}/{HOME_DOMAIN}")
        if wait_until(store, paths, works_in_xenstore, deadline):
            wait_until(store, paths, works, deadline, interval=_LINK_INTERVAL)
    return missing
