"""Which vifs somebody may have changed, as the kernel's events tell it, and which other links are taken for vifs."""

from __future__ import annotations

import socket

from qnet_gui.kernel.link_state import is_routed
from qnet_gui.kernel.monitor import Event
from qnet_gui.model.errors import BadInput
from qnet_gui.model.vif import VIF_GROUP, VifId
from qnet_gui.netvm.vifs.vif_table import VifTable


def _is_vif(name: str) -> bool:
    return name.startswith("vif")


def _vif(name: str) -> VifId | None:
    try:
        return VifId.from_name(name)
    except BadInput:
        return None


class VifSuspects:
    """`take` what is to be looked at; meanwhile more is noted."""

    def __init__(self, table: VifTable) -> None:
        self._table = table
        self._vifs: set[VifId] = set()
        #: Links that may be no vifs and in their group, by index; what they are called may be another thing by now.
        self._strangers: set[int] = set()
        #: Whether a vif went down, which takes its route along without a word.
        self._fallen = False
        #: The MACs of the vifs' own ends, by link: with its own a link loses its neighbours, of which nothing is told.
        self._macs: dict[int, bytes] = {}

    def take(self) -> tuple[set[VifId], set[int], bool]:
        """Vifs, other links, and whether any vif may have lost its route."""
        others = {index for index, name in socket.if_nameindex() if not _is_vif(name)} if self._strangers else set()
        taken = self._vifs, self._strangers & others, self._fallen
        self._vifs, self._strangers, self._fallen = set(), set(), False
        return taken

    def doubt(self) -> None:
        """Nothing is known of any."""
        self._vifs |= set(self._table.up)
        self._fallen = True
        self.doubt_others()

    def doubt_others(self) -> None:
        """Nothing is known of the links that are no vifs."""
        self._strangers |= {index for index, name in socket.if_nameindex() if not _is_vif(name)}

    def link(self, event: Event) -> bool:
        """A link came, changed or went; whether it is one to look at."""
        if event.link is None:
            self._macs.pop(event.index, None)
            return False
        changed = self._has_another_mac(event.index, event.link.mac)
        if self._is_served(event.name):
            if is_routed(event.link) and not changed:
                return False
            self._fallen = self._fallen or not event.link.up
            return self.named(event.name)
        if event.link.group != VIF_GROUP:
            return False
        if not self._renamed(event.index):
            self._strangers.add(event.index)
        return True

    def _has_another_mac(self, index: int, mac: bytes) -> bool:
        before, self._macs[index] = self._macs.get(index, mac), mac
        return before != mac

    def _is_served(self, name: str) -> bool:
        return (vif := _vif(name)) is not None and vif in self._table.up

    def _renamed(self, index: int) -> bool:
        vif = self._table.renamed(index)
        if vif is not None:
            self._vifs.add(vif)
        return vif is not None

    def index(self, index: int) -> bool:
        """Something of a link of that index; whether it is a vif to look at."""
        try:
            return self.named(socket.if_indextoname(index))
        except OSError:
            return False

    def named(self, name: str) -> bool:
        """The same, by its name."""
        vif = _vif(name)
        if vif is None or vif not in self._table.up:
            return False
        self._vifs.add(vif)
        return True
