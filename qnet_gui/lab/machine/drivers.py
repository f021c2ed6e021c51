"""netfront and netback of one domain's kernel: a thread that is that domain for xenstore and makes its links.

Follows drivers/net/xen-netback/xenbus.c and drivers/net/xen-netfront.c as far as xenstore shows. It sees what the
domain sees and stops when the domain is paused, because its xenstore ring does.
"""

from __future__ import annotations

import re
import select
import sys
import threading
from collections.abc import Callable
from pathlib import Path

from qnet_gui.lab.box.child import Child
from qnet_gui.lab.machine.links import add_vif, remove_vif
from qnet_gui.lab.xen.toolstack import CLOSED, CLOSING, CONNECTED, INIT_WAIT, INITIALISING
from qnet_gui.model.errors import BadInput, QnetError, StoreDenied, StoreGone
from qnet_gui.model.messages.plain import plain
from qnet_gui.model.parse import domid, mac
from qnet_gui.model.vif import VifId
from qnet_gui.store.client import Store

_NO_DEADLINE = 1e6  # a paused domain waits as long as it is paused
_ALL = _FRONTENDS, _BACKENDS = "device/vif", "backend/vif"
_FRONTEND = re.compile(r"device/vif/(\d+)(/.*)?")
_BACKEND = re.compile(r"(backend/vif/\d+/\d+)(/.*)?")


class Drivers(threading.Thread):
    """`find` gives a living domain by its id, or None. Ends when the domain's xenbus does."""

    def __init__(self, socket: Path, own: Child, find: Callable[[int], Child | None]) -> None:
        super().__init__(name=f"drivers of {own.name}", daemon=True)
        self._store = Store(socket, deadline=_NO_DEADLINE)
        self._own, self._find = own, find
        #: The state node at the other end, by the path of ours.
        self._other_ends: dict[str, str] = {}
        self._links: set[VifId] = set()

    def run(self) -> None:
        """Be the drivers."""
        try:
            for folder in _ALL:
                self._store.watch(folder)
            while True:
                for changed, watched in self._store.events():
                    self._frontend_changed(changed, watched)
                poller = select.poll()
                poller.register(self._store.fileno(), select.POLLIN)
                poller.poll()
        except StoreGone:
            self._store.close()  # the domain is gone

    def _frontend_changed(self, changed: str, watched: str) -> None:
        try:
            self._changed(changed, watched)
        except StoreGone:
            raise
        except QnetError as error:  # the domain wrote something into its nodes that makes no sense
            print(f"<4>drivers of {self._own.name}: {error.sentence}", file=sys.stderr, flush=True)

    def _changed(self, changed: str, watched: str) -> None:
        if changed == watched and changed in _ALL:
            for ours in self._there(changed):
                self._look(ours)
            return
        for ours in [path for path, other in self._other_ends.items() if other == watched] or [changed]:
            self._look(ours)

    def _there(self, folder: str) -> list[str]:
        """What there is already, as a kernel finds it when it boots: it may be there before anybody watches."""
        names = self._store.children(folder)
        if folder == _FRONTENDS:
            return [f"{folder}/{name}" for name in names]
        return [f"{folder}/{name}/{devid}" for name in names for devid in self._store.children(f"{folder}/{name}")]

    def _look(self, ours: str) -> None:
        if match := _FRONTEND.fullmatch(ours):
            self._netfront(f"{_FRONTENDS}/{match[1]}")
        elif match := _BACKEND.fullmatch(ours):
            self._netback_if_there(match[1])

    def _follow(self, path: str, other_end: str) -> bytes | None:
        """Watch the state at the other end, and read it."""
        other = (self._store.read(f"{path}/{other_end}") or b"").decode("ascii", "replace") + "/state"
        if self._other_ends.get(path) != other:
            self._forget(path)
            self._other_ends[path] = other
            self._store.watch(other)
        try:
            return self._store.read(other)
        except StoreDenied:  # it was removed, and what stands above is not this domain's to see
            return None

    def _forget(self, path: str) -> None:
        other = self._other_ends.pop(path, None)
        if other is not None:
            self._store.unwatch(other)

    def _switch(self, path: str, before: bytes, after: bytes) -> None:
        """Go on from a state that was read, unless the toolstack has said something else meanwhile, or removed it.

        A vif that was being closed was connected again by this, and its toolstack waited in vain.
        """
        state = f"{path}/state"
        self._store.atomically(lambda inside: inside.write(state, after) if inside.read(state) == before else None)

    # -- netfront

    def _netfront(self, path: str) -> None:
        state = self._store.read(f"{path}/state")
        if state is None:
            self._forget(path)
            return
        other = self._follow(path, "backend")
        if other == INIT_WAIT and state == INITIALISING:
            self._switch(path, state, CONNECTED)
        elif other in (CLOSING, CLOSED) and state != CLOSED:
            self._switch(path, state, CLOSED)

    # -- netback

    def _netback_if_there(self, path: str) -> None:
        """The toolstack may remove the node at any moment; what stands above is not this domain's to write."""
        try:
            self._netback(path)
        except StoreDenied:
            if self._exists(path):  # another one, in its place already
                self._netback(path)
            else:
                self._netback_gone(path)

    def _exists(self, path: str) -> bool:
        try:
            return self._store.read(f"{path}/state") is not None
        except StoreDenied:
            return False

    def _netback_gone(self, path: str) -> None:
        self._forget(path)
        self._unlink(VifId.from_path(path))

    def _netback(self, path: str) -> None:
        vif = VifId.from_path(path)
        state = self._store.read(f"{path}/state")
        if state is None or (state == INITIALISING and vif in self._links):  # gone, or another one in its place already
            self._netback_gone(path)
        if state is None:
            return
        other = self._follow(path, "frontend")
        if state == INITIALISING:
            self._probe(path, vif)
        elif other is None or other == CLOSED:
            if state != CLOSED:
                self._switch(path, state, CLOSED)
            if other is None or self._store.read(f"{path}/online") == b"0":
                self._forget(path)
                self._store.delete(f"{path}/hotplug-status")
                self._unlink(vif)
        elif state == INIT_WAIT and other == CONNECTED and self._store.read(f"{path}/hotplug-status") == b"connected":
            self._switch(path, state, CONNECTED)

    def _probe(self, path: str, vif: VifId) -> None:
        try:
            frontend = self._find(domid(self._store.read(f"{path}/frontend-id") or b""))
            if frontend is None:
                raise BadInput(plain("there is no such frontend."))
            add_vif(self._own, frontend, vif, mac(self._store.read(f"{path}/mac") or b""))
        except QnetError as error:
            print(f"<4>{vif.name} in {self._own.name} cannot be made: {error.sentence}", file=sys.stderr, flush=True)
            self._switch(path, INITIALISING, CLOSED)
            return
        self._links.add(vif)
        for feature in ("feature-sg", "feature-gso-tcpv4", "feature-rx-copy", "feature-dynamic-multicast-control"):
            self._store.write(f"{path}/{feature}", "1")
        self._switch(path, INITIALISING, INIT_WAIT)

    def _unlink(self, vif: VifId) -> None:
        if vif in self._links:
            self._links.discard(vif)
            remove_vif(self._own, vif)
