"""Which vifs somebody may have changed, as the kernel's events tell it, and which other links are taken for vifs."""

from __future__ import annotations

import socket
from collections.abc import Callable
from functools import partial

from qnet_gui.kernel.link_state import is_routed
from qnet_gui.kernel.monitor import Event
from qnet_gui.model.errors import BadInput
from qnet_gui.model.vif import VIF_GROUP, VifId
from qnet_gui.netvm.vifs.vif_table import VifTable
from qnet_gui.runtime.mainloop import after

#: Seconds after which vifs are looked at when somebody has written a setting of all links: who does that, by `sysctl
#: --system` or in a loop, writes that of each one as well, and of some of those (`arp_ignore`) nothing is told.
_WRITTEN = (0.2, 2.0)
#: And a new one: udev sets what /etc/sysctl.d says of it some time after it came.
_COME = 2.0


def _is_vif(name: str) -> bool:
    return name.startswith("vif")


def _vif(name: str) -> VifId | None:
    try:
        return VifId.from_name(name)
    except BadInput:
        return None


class VifSuspects:
    """`take` what is to be looked at; meanwhile more is noted. `look` is called when some were noted by themselves."""

    def __init__(self, table: VifTable, look: Callable[[], None]) -> None:
        self._table, self._look = table, look
        #: The delays for which a timer runs, with whether more was written meanwhile.
        self._waits: dict[float, bool] = {}
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

    def setting_written(self) -> None:
        """Somebody wrote a setting of all links, or we did."""
        for seconds in _WRITTEN:
            if seconds in self._waits:
                self._waits[seconds] = True
            else:
                self._look_after(seconds)

    def _look_after(self, seconds: float) -> None:
        self._waits[seconds] = False
        after(seconds, partial(self._written, seconds))

    def _written(self, seconds: float) -> None:
        if self._waits.pop(seconds):  # of what was written last it may be too soon to see what follows
            self._look_after(seconds)
        self._vifs |= set(self._table.up)
        self._look()

    def _come(self, name: str) -> None:
        if self.named(name):
            self._look()

    def link(self, event: Event) -> bool:
        """A link came, changed or went; whether it is one to look at."""
        if event.link is None:
            self._macs.pop(event.index, None)
            return not event.gone and self._renamed(event.index)
        if event.index not in self._macs and _is_vif(event.name):
            after(_COME, partial(self._come, event.name))
        changed = self._has_another_mac(event.index, event.link.mac)
        if self._is_served(event.name):
            if is_routed(event.link) and not changed:
                return False
            self._fallen = self._fallen or not event.link.up
            return self.named(event.name)
        if event.link.group != VIF_GROUP and _is_vif(event.name):
            return False  # one that has just come; there may be a thousand of them
        if self._renamed(event.index):
            return True
        if event.link.group == VIF_GROUP:
            self._strangers.add(event.index)
        return event.link.group == VIF_GROUP

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
