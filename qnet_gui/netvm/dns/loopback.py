"""Lets the domains' questions reach a resolver on the netvm's loopback, where the administrator wants that.

The kernel lets nothing that came in by a link reach 127.0.0.0/8 unless that link is set so. Nothing but redirected
questions may use it: the packet filter drops whatever a domain sends there by itself (`local_resolver.py` there).
Touches one setting of each vif.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from functools import partial

from qnet_gui.kernel.netlink import link_names
from qnet_gui.kernel.sysctl import read_sysctl, set_for_interface
from qnet_gui.model.errors import KernelError
from qnet_gui.runtime.mainloop import after

log = logging.getLogger(__name__)
_SETTING = "route_localnet"
#: Seconds after which a new vif is looked at once more: udev sets what /etc/sysctl.d has, some time after it came.
_COME = 2.0


def _is_open(vif: str) -> bool:
    return read_sysctl(f"ipv4/conf/{vif}/{_SETTING}") == 1


def _left_open() -> set[str]:
    """The vifs for which it is open: a predecessor was perhaps configured otherwise, and others may change it."""
    return {name for name in link_names() if name.startswith("vif") and _is_open(name)}


class Loopback:
    """As it is at first; `apply` says how it is to be."""

    def __init__(self) -> None:
        self._open = False
        self._opened = _left_open()

    def apply(self, is_open: bool, links: Iterable[str]) -> None:
        """Open it for the vifs among these links and for those that come, or close it for all."""
        self._open = is_open
        if is_open:  # no event tells that somebody else has closed it
            self._opened = _left_open()
        for name in links if is_open else sorted(self._opened):
            self._set(name)

    def link_event(self, name: str, gone: bool) -> None:
        """A link came, changed or went; one of the same name begins anew."""
        if gone:
            self._opened.discard(name)
        elif self._open and name.startswith("vif") and name not in self._opened:
            self._set(name)
            after(_COME, partial(self._again, name))

    def _again(self, vif: str) -> None:
        if self._open and vif in self._opened and not _is_open(vif):
            self._opened.discard(vif)
            self._set(vif)

    def _set(self, vif: str) -> None:
        if not vif.startswith("vif") or (vif in self._opened) is self._open:
            return
        try:
            set_for_interface("ipv4", vif, _SETTING, int(self._open))
        except KernelError as error:  # it has gone, and its setting with it
            log.debug("%s", error)
        if self._open:
            self._opened.add(vif)
        else:
            self._opened.discard(vif)
