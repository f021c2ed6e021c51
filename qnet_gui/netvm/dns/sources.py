"""Who says where names go, and which uplinks there are. Runs on the agent's main loop; reads only.

Whoever owns the way out says it: NetworkManager where it has set that link up, else systemd-resolved, else
/etc/resolv.conf. What is meant for everything, whichever the link, comes before: systemd-resolved's servers for all
names and its global ones, NetworkManager's global ones.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Container, Iterable, Sequence
from dataclasses import replace
from ipaddress import IPv4Address
from typing import Any

from qnet_gui.kernel.netlink import Netlink, link_index
from qnet_gui.model.dns import DnsSource
from qnet_gui.model.errors import KernelError
from qnet_gui.model.messages.problems import ProblemCode
from qnet_gui.model.route import Route
from qnet_gui.model.uplink import Uplink, UplinkKind, UplinkState
from qnet_gui.netvm.dns.choice import Choice, Judge
from qnet_gui.netvm.dns.local_server import heard_at
from qnet_gui.netvm.dns.resolv_conf import ResolvConf
from qnet_gui.netvm.dns.resolved import STUBS, Resolved
from qnet_gui.netvm.packet_filter.base_setup import OwnAddresses
from qnet_gui.netvm.uplinks import kernel_uplinks, networkmanager
from qnet_gui.netvm.uplinks.networkmanager import NetworkManager
from qnet_gui.netvm.uplinks.way_out import VifAddress, Way, Ways

log = logging.getLogger(__name__)
Named = tuple[DnsSource, tuple[IPv4Address, ...]]


class Sources:
    """Everybody who may know uplinks and servers. `bus` is None where the netvm has no system bus.

    `served`: the vifs that may send now, with their addresses. `changed` is called when anything may be another.
    `local_resolver`: whether one on the netvm's loopback is to answer the domains, where the netvm asks one.
    `inside`: the links behind which the netvm itself is the router. `mark`: what others mark a domain's packets with.
    """

    def __init__(
        self,
        bus: Any | None,
        netlink: Netlink,
        served: Callable[[], Iterable[VifAddress]],
        changed: Callable[[], None],
        local_resolver: bool = False,
        inside: Callable[[], Container[str]] = frozenset,
        mark: Callable[[IPv4Address, int], int] = lambda *_: 0,
    ) -> None:
        self._netlink = netlink
        self._local_resolver = local_resolver
        self._served = served
        self._changed = changed
        self._ways = Ways(lambda: self._asked_for, inside, mark)
        self._asked_for: VifAddress | None = None
        #: The servers that the last choice was made of, and those of them that were a domain's address.
        self._judged: tuple[IPv4Address, ...] = ()
        self._taken: frozenset[IPv4Address] = frozenset()
        self._networkmanager = NetworkManager(bus, changed) if bus else None
        self._resolvconf = ResolvConf(self._resolv_conf_changed)
        self._resolved = Resolved(bus, lambda: self._resolvconf.servers, changed) if bus else None

    @property
    def asks_for_another(self) -> bool:
        """Whether the last choice was made for a vif that is not the one to ask for now: its way may be another.

        Or whether other servers have the address of a domain than then.
        """
        try:
            return self._ways.usual(self._served()) != self._asked_for or self._of_domains(self._judged) != self._taken
        except KernelError:  # who asks again hears of it
            return True

    # -- names

    def _of_domains(self, servers: Iterable[IPv4Address]) -> frozenset[IPv4Address]:
        """Those of them that are a domain's address too."""
        return frozenset(servers).intersection(address for _, address in self._served())

    def choose(self, own: OwnAddresses) -> Choice:
        """The way out, and the servers that can be asked; `own`: the addresses that are ours."""
        self._asked_for = self._ways.usual(self._served())
        way = self._ways.out()

        def collides(address: IPv4Address) -> bool:
            return self._is_ours(own, address)

        source, named = self._named(way)
        secured = self._is_secured(source, way)
        self._judged = () if secured else named
        self._taken = self._of_domains(self._judged)
        judge = Judge(way, collides, self._ways.is_own, self._ways.by, self._local_resolver, heard_at)
        return judge.choice(source, self._judged, secured or self._asks_otherwise(source, way))

    def _is_ours(self, own: OwnAddresses, address: IPv4Address) -> bool:
        return address in own.pool or address in own.own or any(address == domain for _, domain in self._served())

    def _named(self, way: Way | None) -> Named:
        """Who decides, and the servers that he tells, whether they can be used or not."""
        manager, resolved, file = self._networkmanager, self._resolved, self._resolvconf.servers
        if self._local_resolver and any(server.is_loopback for server in file):
            return DnsSource.RESOLV_CONF, file
        in_charge = manager is not None and self._is_in_charge(manager, way)
        vpn_of_others = way is not None and way.kind is UplinkKind.VPN and not in_charge
        for_all = resolved.servers_for_all if resolved is not None else None
        if for_all is not None:
            return DnsSource.RESOLVED, for_all
        if manager is not None and not vpn_of_others and manager.global_servers is not None:
            return DnsSource.NETWORKMANAGER, manager.global_servers
        if manager is not None and in_charge and not (manager.leaves_names_alone and file):
            return DnsSource.NETWORKMANAGER, manager.servers(way.name if way is not None else "")
        links = resolved.servers_of_links if resolved is not None else None
        past_resolved = bool(file) and resolved is not None and resolved.is_bypassed and (in_charge or vpn_of_others)
        if resolved is None or links is None or past_resolved:
            stubs = STUBS if resolved is not None and resolved.running else frozenset()
            return DnsSource.RESOLV_CONF, tuple(server for server in file if server not in stubs)
        return DnsSource.RESOLVED, links

    def _is_secured(self, source: DnsSource, way: Way | None) -> bool:
        """Whether NetworkManager has its servers asked by systemd-resolved, which asks them encrypted only."""
        manager, resolved = self._networkmanager, self._resolved
        if source is not DnsSource.NETWORKMANAGER or manager is None or resolved is None or resolved.is_bypassed:
            return False
        link = link_index(way.name) if way is not None and manager.global_servers is None else 0
        return link is not None and resolved.secures(link)

    def _asks_otherwise(self, source: DnsSource, way: Way | None) -> bool:
        """Whether who decides has chosen servers that are asked otherwise than a domain can."""
        if source is DnsSource.NETWORKMANAGER and self._networkmanager is not None:
            return self._networkmanager.asks_otherwise(way.name if way is not None else "")
        return source is DnsSource.RESOLVED and self._resolved is not None and self._resolved.asks_otherwise

    @staticmethod
    def _is_in_charge(manager: NetworkManager, way: Way | None) -> bool:
        """Whether NetworkManager owns the way out; while there is none, whether it has any card to make one."""
        if way is not None:
            return manager.manages(way.name)
        return any(uplink.kind is not UplinkKind.OTHER for uplink in manager.uplinks)

    # -- uplinks

    def uplinks(self, choice: Choice) -> tuple[Uplink, ...]:
        """All uplinks, the primary one first, then by name; what the kernel knows best is the kernel's."""
        way, manager = choice.way, self._networkmanager
        rows = {uplink.name: uplink for uplink in manager.uplinks} if manager is not None else {}
        if manager is None or not self._is_in_charge(manager, way):
            for uplink in kernel_uplinks.from_kernel(self._netlink, self._ways, way, choice.servers):
                known = rows.get(uplink.name)
                rows[uplink.name] = replace(uplink, connection=known.connection) if known else uplink
        whole = [self._as_the_kernel_has_it(uplink, way) for uplink in rows.values()]
        return tuple(sorted(whole, key=lambda uplink: (not uplink.primary, uplink.name)))

    def routes(self, rows: Sequence[Route]) -> list[Route]:
        """The rows of the usual tables, with the default route that packets take where it stands in another one.

        Where a route or a rule refuses what a default route would let out, that comes first, as a row of its own.
        """
        way = self._ways.out()
        wide = ("0.0.0.0", "128.0.0.0")
        first = next((at for at, row in enumerate(rows) if row.genmask in wide), len(rows))
        if way is None:
            refusal = [Route.refusal()] if first < len(rows) and self._ways.refused else []
            return [*rows[:first], *refusal, *rows[first:]]
        if any(row.iface == way.name and row.genmask in wide for row in rows):
            return list(rows)
        return [*rows[:first], Route.of(IPv4Address(0), 0, way.gateway, way.name, 0), *rows[first:]]

    def _as_the_kernel_has_it(self, uplink: Uplink, way: Way | None) -> Uplink:
        link, primary = self._ways.link(uplink.name), way is not None and uplink.name == way.name
        # what NetworkManager has set up need not be one by which a packet leaves: with the cable out, or a dummy
        is_dead = way is not None and primary and not way.running and uplink.state is UplinkState.UP
        state = UplinkState.DOWN if is_dead else uplink.state
        mtu = link[1].mtu if link else 0
        return replace(uplink, primary=primary, state=state, mtu=min(mtu, way.mtu) if way and primary else mtu)

    def problems(self, own: OwnAddresses, choice: Choice, uplinks: tuple[Uplink, ...]) -> list[str]:
        """Codes of what is wrong with uplinks and names."""
        manager, problems = self._networkmanager, list(choice.problems)
        if self._overlaps(own, (uplink for uplink in uplinks if uplink.state is UplinkState.UP)):
            problems.append(ProblemCode.ADDRESS_OVERLAP.value)
        if not any(uplink.primary and uplink.state is UplinkState.UP for uplink in uplinks):
            problems.append(ProblemCode.NO_UPLINK.value)
            if (manager is None or not manager.running) and networkmanager.PROGRAM.exists():
                problems.append(ProblemCode.NO_NETWORKMANAGER.value)
        elif not choice.servers and set(problems) <= {ProblemCode.ADDRESS_OVERLAP.value}:
            lost = manager is not None and manager.lost_servers
            problems.append((ProblemCode.NETWORKMANAGER_LOST_SERVERS if lost else ProblemCode.NO_DNS).value)
        if self._leads_astray(own) or (choice.way is None and self._ways.lead_back):
            problems.append(ProblemCode.OTHERS_ROUTE.value)
        return list(dict.fromkeys(problems))

    def _leads_astray(self, own: OwnAddresses) -> bool:
        """Whether a rule before ours leads domains' packets elsewhere; not while the kernel cannot be asked."""
        try:
            first = self._netlink.own.rules().somebody_is_first
            return first and self._ways.leads_astray(self._served(), own.pool.broadcast_address)
        except KernelError as error:
            log.warning("where domains' packets go cannot be asked: %s", error)
            return False

    def _overlaps(self, own: OwnAddresses, uplinks: Iterable[Uplink]) -> bool:
        """Whether a network that the netvm is in, by an uplink or beside, or a router has addresses that are ours.

        Also where no packet goes by that link: what the netvm has itself it keeps, and does not hand on to a domain.
        """
        interfaces = self._ways.interfaces(own.own)
        if any(
            interface.network.overlaps(own.pool) or any(ours in interface.network for ours in own.own)
            for interface in interfaces
        ):
            return True
        others = (address for uplink in uplinks for address in (uplink.address, uplink.gateway) if address)
        return any(self._is_ours(own, address) for address in (*(interface.ip for interface in interfaces), *others))

    # -- whom we ask

    def _resolv_conf_changed(self) -> None:
        if self._resolved is not None:  # it reads that file too, when it is asked
            self._resolved.refresh()
        self._changed()

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
