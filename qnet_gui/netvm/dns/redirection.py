"""The DNS redirection in force. Runs on the agent's main loop; touches our nft map."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from functools import partial
from ipaddress import IPv4Address

from qnet_gui.kernel import conntrack
from qnet_gui.model.dns import DnsRedirect, redirects
from qnet_gui.netvm.dns.choice import Choice
from qnet_gui.netvm.packet_filter import ruleset
from qnet_gui.netvm.packet_filter.conntrack_flusher import ConntrackFlusher
from qnet_gui.netvm.packet_filter.kept_filter import Filter
from qnet_gui.runtime.mainloop import after

log = logging.getLogger(__name__)
#: Seconds after which a client that keeps its port is moved to the new server; answers under way arrive before.
_LINGER = 1.0
#: Seconds for which an uplink that stays up may be without servers before queries are refused: NetworkManager takes the
#: old ones away before it tells the new ones, and may have to ask by DHCP for a lease in between.
_BETWEEN = 2.0


class ServerGap:
    """Tells the moment between two lists of servers from the lack of any."""

    def __init__(self, look_again: Callable[[], None]) -> None:
        self._look_again = look_again
        self._since: float | None = None

    def is_one(self, choice: Choice) -> bool:
        """Whether to wait; if so, `look_again` is called when the wait is over.

        Not where servers were told and must not be asked: those in force may be no better.
        """
        if choice.servers or choice.problems or choice.way is None:
            self._since = None
            return False
        if self._since is None:
            self._since = time.monotonic()
            after(_BETWEEN + 0.01, self._look_again)
        return time.monotonic() - self._since < _BETWEEN


class Redirection:
    """What the packet filter does with queries. `apply` is cheap when nothing changed."""

    def __init__(self, nft: Filter, flusher: ConntrackFlusher) -> None:
        self._nft = nft
        self._flusher = flusher
        pairs = nft.elements("inet", ruleset.TABLE, ruleset.SERVER_MAP, "map")
        self.in_force = tuple(sorted(DnsRedirect(IPv4Address(key), IPv4Address(value)) for key, value in pairs))
        self._sure = True

    def distrust(self) -> None:
        """Apply the next time even if nothing changed."""
        self._sure = False

    def apply(self, virtual: tuple[IPv4Address, ...], servers: tuple[IPv4Address, ...], local: bool = False) -> None:
        """Redirect to these servers from now on, in one transaction. Raises `KernelError`; the old ones then stay."""
        before, wanted = self.in_force, tuple(sorted(redirects(virtual, servers, local)))
        if wanted == before and self._sure:
            return
        self._nft.apply(ruleset.change_redirects(wanted))
        self.in_force, self._sure = wanted, True
        if wanted == before:
            return
        pairs = [f"{redirect.virtual} to {redirect.real}" for redirect in wanted]
        log.info("DNS redirected: %s", ", ".join(pairs) or "refused")
        for old in set(before) - set(wanted):
            after(_LINGER, partial(self._move_clients, old))

    def _move_clients(self, old: DnsRedirect) -> None:
        if old not in self.in_force:
            self._flusher.run([conntrack.of_redirect(old.virtual, old.real)])
