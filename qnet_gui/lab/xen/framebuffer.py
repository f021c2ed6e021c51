"""What libxl writes to xenstore for a domain with `vfb` in its configuration, and takes away when it is destroyed.

Nodes and permissions are libxl's (libxl_console.c, libxl_device.c). Touches xenstore as dom0 and nothing else.
"""

from __future__ import annotations

from pathlib import Path

from qnet_gui.display.screen_nodes import DEVICES, ScreenNodes, XenbusState
from qnet_gui.store.client import Store


def add(socket: Path, domid: int) -> None:
    """Both ends of its screen and of its keyboard, before anybody is at either."""

    def nodes(store: Store) -> None:
        screen = ScreenNodes(store, domid)
        for device in DEVICES:
            frontend, backend = screen.frontend(device), screen.backend(device)
            ends = (frontend, "backend", backend, 0, domid), (backend, "frontend", frontend, domid, 0)
            for own, kind, other, other_id, owner in ends:
                store.mkdir(own)
                store.set_perms(own, [f"n{owner}", f"r{other_id}"])
                for name, value in ((kind, other), (f"{kind}-id", other_id), ("state", int(XenbusState.INITIALISING))):
                    store.write(f"{own}/{name}", str(value))
            store.write(f"{backend}/online", "1")

    with Store(socket) as store:
        store.atomically(nodes)


def remove(socket: Path, domid: int) -> None:
    """dom0's ends; the others are below the domain's home, and go with it."""
    with Store(socket) as store:
        for device in DEVICES:
            store.delete(f"/local/domain/0/backend/{device}/{domid}")
