"""Lets the domains' questions reach a resolver on the netvm's loopback, where the administrator wants that.

The kernel lets nothing that came in by a link reach 127.0.0.0/8 unless that link is set so. Nothing but redirected
questions may use it: the packet filter drops whatever a domain sends there by itself (`local_resolver.py` there).
Touches one setting of each vif.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable

from qnet_gui.kernel.netlink import link_names
from qnet_gui.kernel.sysctl import read_sysctl, set_for_interface
from qnet_gui.model.errors import KernelError

log = logging.getLogger(__name__)


_SETTING = "route_localnet"


def _left_open() -> set[str]:
    """The vifs for which a predecessor has opened it, who was perhaps configured otherwise."""
    vifs = (name for name in link_names() if name.startswith("vif"))
    return {name for name in vifs if read_sysctl(f"ipv4/conf/{name}/{_SETTING}") == 1}


class Loopback:
    """As it is at first; `apply` says how it is to be."""

    def __init__(self) -> None:
        self._open = False
        self._opened = _left_open()

    def apply(self, is_open: bool, links: Iterable[str]) -> None:
        """Open it for the vifs among these links and for those that come, or close it for all."""
        self._open = is_open
        for name in links if is_open else sorted(self._opened):
            self._set(name)

    def link_event(self, name: str, gone: bool) -> None:
        """A link came, changed or went; one of the same name begins anew."""
        if gone:
            self._opened.discard(name)
        elif self._open:
            self._set(name)

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
