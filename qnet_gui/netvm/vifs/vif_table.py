"""The vifs that the kernel serves: bringing them online and taking them offline, many in one go.

Touches our nft sets, and neighbours, routes, settings and state of vif links. The agent and the hotplug script's
fallback both work through this. At its start it learns what is served from the nft sets themselves, so a restart loses
nothing; from then on it knows by itself, whatever becomes of those.
"""

from __future__ import annotations

import logging
import socket
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from ipaddress import IPv4Address
from operator import attrgetter
from types import MappingProxyType

from qnet_gui.kernel.netlink import Netlink, link_index, link_indices
from qnet_gui.kernel.netlink_requests import RouteKey
from qnet_gui.kernel.sysctl import set_for_interface
from qnet_gui.model.errors import BadInput, KernelError, NotFound, QnetError
from qnet_gui.model.messages.agent import AgentCode
from qnet_gui.model.messages.system import SystemCode
from qnet_gui.model.parse import ipv4
from qnet_gui.model.vif import Vif, VifId
from qnet_gui.netvm.packet_filter import ruleset
from qnet_gui.netvm.packet_filter.kept_filter import Filter

log = logging.getLogger(__name__)
Errors = dict[VifId, QnetError]
_NONE: Mapping[VifId, IPv4Address] = MappingProxyType({})


class VifTable:
    """What is served now. Synchronous: about a millisecond a vif."""

    def __init__(self, nft: Filter, netlink: Netlink) -> None:
        self._nft = nft
        self._netlink = netlink
        self._addresses: dict[VifId, IPv4Address] = {}
        self._vifs: dict[IPv4Address, set[VifId]] = {}
        #: Those that were brought up, with the routes to them, which name their links.
        self._up: dict[VifId, tuple[Vif, RouteKey]] = {}
        self._load()

    def _load(self) -> None:
        """Find out what the packet filter lets through."""
        for element in self._nft.elements("inet", ruleset.TABLE, ruleset.VIF_SET):
            name, address = element["concat"]
            try:
                vif, ip = VifId.from_name(name), ipv4(address)
                if vif in self._addresses:  # somebody gave it two; which one is right, its node tells soon
                    self._drop(vif)
                self._note(vif, ip)
            except BadInput:  # not of our making; it lets one more address through than it should
                self._nft.apply(ruleset.change_vifs((), [(name, IPv4Address(address))]))

    @property
    def addresses(self) -> Mapping[VifId, IPv4Address]:
        """The vifs that may send, each with its one address; a view, not a copy."""
        return MappingProxyType(self._addresses)

    def served(self) -> Iterator[tuple[str, IPv4Address]]:
        """The same by the names of their links."""
        return ((vif.name, address) for vif, address in self._addresses.items())

    def _note(self, vif: VifId, address: IPv4Address) -> None:
        self._addresses[vif] = address
        self._vifs.setdefault(address, set()).add(vif)

    def _drop(self, vif: VifId) -> None:
        self._up.pop(vif, None)
        address = self._addresses.pop(vif)
        self._vifs[address].discard(vif)
        if not self._vifs[address]:
            del self._vifs[address]

    def _owner(
        self, address: IPv4Address, new: Mapping[VifId, IPv4Address] = _NONE, old: Mapping[VifId, IPv4Address] = _NONE
    ) -> VifId | None:
        """Whom packets to an address go to, after these changes: the newest domain, as the route's metric has it."""
        stay = (vif for vif in self._vifs.get(address, ()) if vif not in old)
        coming = (vif for vif, now in new.items() if now == address)
        return min((*stay, *coming), key=attrgetter("metric"), default=None)

    def offline(self, vifs: Iterable[VifId]) -> frozenset[IPv4Address]:
        """Stop serving; works as well when a link, a node or all of it is gone already.

        Returns the addresses that changed hands: their connections must be forgotten before anybody else gets them.
        """
        going = {vif: self._addresses[vif] for vif in vifs if vif in self._addresses}
        for vif, address in going.items():
            try:
                self._take_down(vif, address)
            except KernelError as error:  # it must lose its right to send in any case
                log.error("%s cannot be taken down: %s", vif.name, error)
        return self._change({}, going)

    def _take_down(self, vif: VifId, address: IPv4Address) -> None:
        index = link_index(vif.name)
        if index is not None:
            self._netlink.withdraw_host(index, address, vif.metric)

    def admit(self, vifs: Sequence[Vif]) -> frozenset[IPv4Address]:
        """First half of online: the anti-spoofing. An address that a vif of this name had before is not its any more.

        Returns the addresses that changed hands; forget their connections before the second half.
        """
        new = {vif.id: vif.address for vif in vifs}
        # by the new ones, never a walk through all that are served
        stale = {vif: self._addresses[vif] for vif, now in new.items() if self._addresses.get(vif, now) != now}
        for vif, address in stale.items():
            self._take_down(vif, address)
        return self._change(new, stale)

    def _change(self, new: dict[VifId, IPv4Address], old: dict[VifId, IPv4Address]) -> frozenset[IPv4Address]:
        if not new and not old:
            return frozenset()
        touched = {*new.values(), *old.values()}
        owners = {address: (self._owner(address), self._owner(address, new, old)) for address in sorted(touched)}
        self._nft.apply(
            ruleset.change_vifs(
                [(vif.name, address) for vif, address in new.items()],
                [(vif.name, address) for vif, address in old.items()],
                owners,
            )
        )
        for vif in old:
            self._drop(vif)
        for vif, address in new.items():
            self._note(vif, address)
        return frozenset(address for address, (was, vif) in owners.items() if was not in (None, vif))

    def bring_up(self, vifs: Iterable[Vif]) -> Errors:
        """Second half of online, for admitted vifs: neighbour, settings, link up, route. Returns what failed."""
        errors: Errors = {}
        for vif in vifs:
            try:
                self._bring_up(vif)
            except KernelError as error:
                gone = link_index(vif.id.name) is None  # it went while we were at it, which is nobody's fault
                errors[vif.id] = NotFound(AgentCode.VIF_GONE, vif=vif.id.name) if gone else error
        return errors

    def _bring_up(self, vif: Vif) -> None:
        name, index = vif.id.name, link_index(vif.id.name)
        if index is None:
            raise KernelError(SystemCode.NO_LINK, interface=name)
        set_for_interface("ipv6", name, "disable_ipv6", 1)
        self._netlink.serve_host(index, vif.address, vif.mac, vif.metric)
        self._up[vif.id] = vif, RouteKey.host(vif.address, vif.metric, index)

    # -- what others may have undone

    @property
    def up(self) -> Collection[VifId]:
        """The vifs that were brought up: only what these need can be undone."""
        return self._up.keys()

    def elements(self) -> str:
        """All elements of our sets, as commands for nftables, in place of those that there are."""
        pairs = [(vif.name, address) for vif, address in self._addresses.items()]
        owners = {address: (None, self._owner(address)) for address in self._vifs}
        return "\n".join(filter(None, (ruleset.forget_vifs(), ruleset.change_vifs(pairs, (), owners))))

    def routes(self) -> dict[RouteKey, VifId]:
        """The routes to the domains that were brought up and whose links are there."""
        links = link_indices()
        return {key: vif.id for vif, key in self._up.values() if key.link in links}

    def route_through(self, index: int) -> RouteKey | None:
        """The route to the domain behind the link of an index, if that was brought up."""
        try:
            vif = VifId.from_name(_name(index))
        except BadInput:
            return None
        key = self._up[vif][1] if vif in self._up else None
        return key if key is not None and key.link == index else None

    def renamed(self, index: int) -> VifId | None:
        """The vif that was brought up as the link of an index, which has another name now."""
        return next((vif for vif, (_, key) in self._up.items() if key.link == index and vif.name != _name(index)), None)

    def unsound(self, vifs: Iterable[VifId]) -> list[VifId]:
        """Those of them whose link or neighbour is not as it was made, by the kernel's word of now.

        One whose link has gone is for who looks after those that come and go.
        """
        known = [self._up[vif] for vif in vifs if vif in self._up]
        return [
            vif.id
            for vif, key in known
            if not (_name(key.link) == vif.id.name and self._netlink.serves_host(key.link, vif.address, vif.mac))
            and _name(key.link)
            and link_index(vif.id.name) in (None, key.link)
        ]

    def bring_up_again(self, vifs: Iterable[VifId]) -> Errors:
        """What `bring_up` does, for vifs that were brought up before, by the names that they had then."""
        known = [self._up[vif] for vif in vifs if vif in self._up]
        errors: Errors = {}
        for vif, key in known:
            try:
                if link_index(vif.id.name) is None and _name(key.link):
                    self._netlink.rename_back(key.link, vif.id.name)
            except KernelError as error:
                errors[vif.id] = error
        return errors | self.bring_up(vif for vif, _ in known if vif.id not in errors)


def _name(index: int) -> str:
    """The name of a link, empty where there is none."""
    try:
        return socket.if_indextoname(index)
    except OSError:
        return ""
