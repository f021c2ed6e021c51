"""Which domains a domain cannot do without: those that serve its devices, and its device model's. Reads xenstore.

Read from what the toolstack keeps for itself under /libxl and in the domain's home, which no guest can write.
"""

from __future__ import annotations

import contextlib
import re

from qnet_gui.model.errors import BadInput
from qnet_gui.model.parse import domid
from qnet_gui.store.client import Store

_BACKEND = re.compile(rb"/local/domain/([0-9]{1,5})/.*")


def _backends(store: Store, served: int) -> set[int]:
    backends = set()
    root = f"/libxl/{served}/device"
    for kind in store.children(root):
        for devid in store.children(f"{root}/{kind}"):
            match = _BACKEND.fullmatch(store.read(f"{root}/{kind}/{devid}/backend") or b"")
            if match:
                backends.add(int(match[1]))
    model = store.read(f"/local/domain/{served}/image/device-model-domid")
    if model is not None:
        with contextlib.suppress(BadInput):
            backends.add(domid(model))
    return backends


def needed_by(store: Store, needing: int) -> frozenset[int]:
    """A domain and all that it needs, and all that those need."""
    needed, new = {needing}, {needing}
    while new:
        new = {backend for served in new for backend in _backends(store, served)} - needed
        needed |= new
    return frozenset(needed)
