"""The DNS redirection in force, and whom the netvm asks for name servers. Runs on the agent's main loop.

NetworkManager decides where it manages an uplink, else systemd-resolved, else /etc/resolv.conf. Touches our nft map.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from ipaddress import IPv4Address
from typing import Any

from qnet_gui.kernel import conntrack
from qnet_gui.kernel.netlink import Netlink
from qnet_gui.kernel.nft import Nft
from qnet_gui.model.dns import DnsRedirect, DnsSource, redirects, usable
from qnet_gui.model.uplink import Uplink, UplinkState
from qnet_gui.netvm.dns.resolv_conf import ResolvConf
from qnet_gui.netvm.dns.resolved import Resolved
from qnet_gui.netvm.packet_filter import ruleset
from qnet_gui.netvm.packet_filter.conntrack_flusher import ConntrackFlusher
from qnet_gui.netvm.uplinks import kernel_uplinks
from qnet_gui.netvm.uplinks.networkmanager import NetworkManager
from qnet_gui.runtime.mainloop import after

log = logging.getLogger(__name__)
#: Seconds after which a client that keeps its port is moved to the new server; answers under way arrive before.
_LINGER = 1.0
#: Seconds for which an uplink that stays up may be without servers before queries are refused: NetworkManager takes the
#: old ones away before it tells the new ones, and may have to ask by DHCP for a lease in between.
_BETWEEN = 2.0


class Sources:
    """Everybody who may know uplinks and servers. `bus` is None where the netvm has no system bus."""

    def __init__(self, bus: Any | None, netlink: Netlink, changed: Callable[[], None]) -> None:
        self._netlink = netlink
        self._changed = changed
        self._networkmanager = NetworkManager(bus, changed) if bus else None
        self._resolved = Resolved(bus, changed) if bus else None
        self._resolvconf = ResolvConf(changed)

    def ask(self, virtual: tuple[IPv4Address, ...]) -> tuple[DnsSource, tuple[IPv4Address, ...], tuple[Uplink, ...]]:
        """Who knows, the servers that can be used, and the uplinks, whose MTU the kernel knows best."""
        manager = self._networkmanager
        if manager is not None and manager.in_charge:
            source, servers, uplinks = DnsSource.NETWORKMANAGER, manager.servers, manager.uplinks
        else:
            resolved = usable(self._resolved.servers, virtual) if self._resolved else ()
            source = DnsSource.RESOLVED if resolved else DnsSource.RESOLV_CONF
            servers = resolved or self._resolvconf.servers
            uplinks = kernel_uplinks.from_kernel(self._netlink, usable(servers, virtual))
        servers = usable(servers, virtual)
        uplinks = tuple(replace(uplink, mtu=self._netlink.mtu(uplink.name)) for uplink in uplinks)
        return (source if servers else DnsSource.NONE), servers, uplinks

    @property
    def ready(self) -> bool:
        """Whether everybody has said what he knows; before, nothing must be concluded from silence."""
        return all(source is None or source.has_answered for source in (self._networkmanager, self._resolved))

    def give_up_waiting(self) -> None:
        """Take who has not said anything for absent."""
        for source in (self._networkmanager, self._resolved):
            if source is not None and not source.has_answered:
                log.warning("%s has not answered", type(source).__name__)
                source.has_answered = True
        self._changed()

    def refresh(self, done: Callable[[], None]) -> None:
        """Ask everybody anew instead of trusting in signals, then call `done`."""
        self._resolvconf.look()
        if self._resolved is not None:
            self._resolved.refresh()
        if self._networkmanager is not None and self._networkmanager.running:
            self._networkmanager.refresh(done)
        else:
            done()

    def problems(self, uplinks: tuple[Uplink, ...], servers: tuple[IPv4Address, ...]) -> list[str]:
        """Codes of what is wrong with the uplinks."""
        manager = self._networkmanager
        if any(uplink.state is UplinkState.UP for uplink in uplinks):
            if servers:
                return []
            return ["networkmanager-lost-servers"] if manager is not None and manager.lost_servers else ["no-dns"]
        return ["no-uplink"] if manager is not None and manager.running else ["no-uplink", "no-networkmanager"]


class ServerGap:
    """Tells the moment between two lists of servers from the lack of any."""

    def __init__(self, look_again: Callable[[], None]) -> None:
        self._look_again = look_again
        self._since: float | None = None

    def is_one(self, servers: tuple[IPv4Address, ...], uplinks: tuple[Uplink, ...]) -> bool:
        """Whether to wait; if so, `look_again` is called when the wait is over."""
        if servers or not any(uplink.state is UplinkState.UP for uplink in uplinks):
            self._since = None
            return False
        if self._since is None:
            self._since = time.monotonic()
            after(_BETWEEN + 0.01, self._look_again)
        return time.monotonic() - self._since < _BETWEEN


class Redirection:
    """What the packet filter does with queries. `apply` is cheap when nothing changed."""

    def __init__(self, nft: Nft, flusher: ConntrackFlusher) -> None:
        self._nft = nft
        self._flusher = flusher
        pairs = nft.elements("inet", ruleset.TABLE, ruleset.SERVER_MAP, "map")
        self.in_force = tuple(sorted(DnsRedirect(IPv4Address(key), IPv4Address(value)) for key, value in pairs))
        self._sure = True

    def distrust(self) -> None:
        """Apply the next time even if nothing changed."""
        self._sure = False

    def apply(self, virtual: tuple[IPv4Address, ...], servers: tuple[IPv4Address, ...]) -> None:
        """Redirect to these servers from now on, in one transaction. Raises `KernelError`; the old ones then stay."""
        before, wanted = self.in_force, tuple(sorted(redirects(virtual, servers)))
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
