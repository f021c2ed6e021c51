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


def _backends(store: Store, each: int) -> set[int]:
    found = set()
    root = f"/libxl/{each}/device"
    for kind in store.children(root):
        for devid in store.children(f"{root}/{kind}"):
            match = _BACKEND.fullmatch(store.read(f"{root}/{kind}/{devid}/backend") or b"")
            if match:
                found.add(int(match[1]))
    model = store.read(f"/local/domain/{each}/image/device-model-domid")
    if model is not None:
        with contextlib.suppress(BadInput):
            found.add(domid(model))
    return found


def needed_by(store: Store, each: int) -> frozenset[int]:
    """A domain and all that it needs, and all that those need."""
    found, new = {each}, {each}
    while new:
        new = {backend for one in new for backend in _backends(store, one)} - found
        found |= new
    return frozenset(found)
