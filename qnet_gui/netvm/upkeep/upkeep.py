"""Sees by the kernel's events what others change of ours, and sets it again at once. Runs on the agent's main loop.

What is wanted is known here, never read from what may have been changed: the packet filter as text, the vifs by their
table, the base setup by its addresses. An event only says where to look, and what is as it should be is left alone; but
a packet filter that somebody else touched is made anew as a whole, in one transaction, since to list it takes longer.
Touches our own tables, routes, rule, addresses and settings, nobody else's.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from qnet_gui.kernel.monitor import Event, EventKind
from qnet_gui.kernel.netlink import Netlink
from qnet_gui.kernel.netlink_messages import (
    NETCONFA_FORWARDING,
    NETCONFA_IFINDEX_ALL,
    NETCONFA_IFINDEX_DEFAULT,
    NETCONFA_RP_FILTER,
)
from qnet_gui.kernel.netlink_requests import RouteKey
from qnet_gui.kernel.nft import Nft
from qnet_gui.kernel.nft_monitor import NftChange
from qnet_gui.model.errors import KernelError
from qnet_gui.model.repair import UNKNOWN_PROGRAM, Repair, RepairKind
from qnet_gui.model.vif import VIF_GROUP, VifId
from qnet_gui.netvm.packet_filter import base_routing, base_setup, ruleset
from qnet_gui.netvm.packet_filter.base_settings import LOOSE, BaseSettings
from qnet_gui.netvm.packet_filter.base_setup import OwnAddresses
from qnet_gui.netvm.upkeep.repair_limit import PERIOD, RepairLimit
from qnet_gui.netvm.upkeep.repair_record import RepairRecord, program_of
from qnet_gui.netvm.upkeep.vif_suspects import VifSuspects
from qnet_gui.netvm.vifs.vif_table import VifTable
from qnet_gui.runtime.mainloop import after

log = logging.getLogger(__name__)
#: Seconds after which what the kernel refused is tried again.
_AGAIN = 1.0
_LOOPBACK = 1


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the agent wants of the netvm at the moment, beside the vifs.

    As commands for nftables: `filter_text` is the packet filter but for its elements, `elements` those not of vifs.
    """

    addresses: OwnAddresses
    filter_text: str
    elements: Sequence[str]


class Upkeep:
    """`wanted` tells what is to be; `changed` is called when `problems` may be others."""

    def __init__(
        self, nft: Nft, netlink: Netlink, table: VifTable, wanted: Callable[[], Wanted], changed: Callable[[], None],
        settings: BaseSettings | None = None,
    ) -> None:  # fmt: skip
        self._nft, self._netlink, self._table, self._wanted, self._changed = nft, netlink, table, wanted, changed
        self._settings = settings or BaseSettings()
        self._record = RepairRecord()
        self._limits = {kind: RepairLimit() for kind in RepairKind}
        #: Repairs that wait for their time, with whoever made them necessary; those that a timer runs for.
        self._waiting: dict[RepairKind, str] = {}
        self._timers: set[RepairKind] = set()
        self._suspects = VifSuspects(table, lambda: self._suspect(RepairKind.VIFS))
        #: Routes to domains that somebody deleted, and whether he did something else to our table or to the rules.
        self._lost: set[RouteKey] = set()
        self._unsure = False
        #: The packet filter without its elements, as the kernel had it after the last time that we made it.
        self._listing = ""
        self._exceeded: set[RepairKind] = set()
        self._repairs: dict[RepairKind, Callable[[], bool]] = {
            RepairKind.FILTER: self._repair_filter,
            RepairKind.SETTINGS: self._settings.apply,
            RepairKind.ADDRESSES: self._repair_addresses,
            RepairKind.ROUTES: self._repair_routes,
            RepairKind.VIFS: self._repair_vifs,
        }

    def start(self) -> None:
        """The base setup has been applied: take what there is for what is wanted.

        But for the elements of our sets, which stay when an agent ends: whoever changed them meanwhile told nobody.
        """
        self._settings.apply()
        self._nft.apply(self._table.elements())
        self.filter_applied()
        self._suspects.doubt_others()
        self._suspect(RepairKind.VIFS)

    def filter_applied(self) -> None:
        """The packet filter has been made by somebody else of ours."""
        self._listing = self._list()

    @property
    def problems(self) -> list[str]:
        """Codes of what is wrong: that somebody else undoes what we do, again and again."""
        return ["others-undo"] if self._exceeded else []

    @property
    def repairs(self) -> list[Repair]:
        """What was repaired since the start."""
        return self._record.repairs

    # -- what others did

    def filter_changed(self, changes: Sequence[NftChange]) -> None:
        """Somebody's transactions touched our tables."""
        if changes:
            self._suspect(RepairKind.FILTER, changes[-1].program)

    def setting_changed(self) -> None:
        """Somebody wrote a setting that is watched, or we did."""
        self._suspects.setting_written()
        self._suspect(RepairKind.SETTINGS)

    def kernel_changed(self, events: Sequence[Event]) -> None:
        """Events of links, addresses, routes, rules, neighbours and settings, all that were there to be read."""
        suspicious: dict[RepairKind, str] = {}
        for event in events:
            if (kind := self._judge(event)) is not None and suspicious.get(kind, UNKNOWN_PROGRAM) == UNKNOWN_PROGRAM:
                # what we set is an event too, and whoever undid it meanwhile is somebody else
                suspicious[kind] = program_of(event.portid) if event.portid != self._netlink.portid else UNKNOWN_PROGRAM
        for kind, program in suspicious.items():
            self._suspect(kind, program)

    def look_at_all(self) -> None:
        """Compare everything afresh: the kernel dropped events, or somebody wants to be sure."""
        self._doubt()
        for kind in RepairKind:
            if kind is not RepairKind.FILTER or self._filter_differs():
                self._suspect(kind)

    def restore_filter(self, read_events: Callable[[], None]) -> None:
        """A change was refused, maybe since somebody took the packet filter away and what tells of it is still unread.

        It is made now, also where a repair would have to wait: somebody needs it.
        """
        read_events()
        if self._filter_differs():
            self._repair(RepairKind.FILTER, self._waiting.pop(RepairKind.FILTER, UNKNOWN_PROGRAM))

    def _doubt(self) -> None:
        """Whatever is compared the next time, nothing is known of it."""
        self._suspects.doubt()
        self._unsure = True

    def repair_all(self) -> None:
        """Everything again, whether it seems to be there or not. `KernelError` when the packet filter is refused."""
        self._repair_filter()
        self._bring_up(set(self._table.up))
        self.look_at_all()

    def _judge(self, event: Event) -> RepairKind | None:
        """What may have to be repaired after an event."""
        if event.kind is EventKind.LINK:
            return self._judge_link(event)
        if event.kind in (EventKind.ADDRESS, EventKind.IPV6_WAY_OUT):
            return RepairKind.ADDRESSES if event.gone and event.index == _LOOPBACK else None
        if event.kind is EventKind.ROUTE:
            return self._judge_route(event)
        if event.kind is EventKind.RULE:
            self._unsure = True
            return RepairKind.ROUTES
        if event.kind is EventKind.NEIGHBOUR:
            return RepairKind.VIFS if self._suspects.index(event.index) else None
        return self._judge_setting(event)

    def _judge_link(self, event: Event) -> RepairKind | None:
        if event.name == "lo" and event.link is not None and event.link.group != VIF_GROUP:
            return None if event.link.up else RepairKind.ADDRESSES
        return RepairKind.VIFS if self._suspects.link(event) else None

    def _judge_route(self, event: Event) -> RepairKind:
        lost = self._table.route_through(event.index) if event.gone else None
        if lost is None:
            self._unsure = True
        else:
            self._lost.add(lost)
        return RepairKind.ROUTES

    def _judge_setting(self, event: Event) -> RepairKind | None:
        everybodys = event.index in (NETCONFA_IFINDEX_ALL, NETCONFA_IFINDEX_DEFAULT)
        if not everybodys and self._suspects.index(event.index):
            return RepairKind.VIFS
        loose = everybodys and event.settings.get(NETCONFA_RP_FILTER) == LOOSE
        return RepairKind.SETTINGS if loose or event.settings.get(NETCONFA_FORWARDING) == 0 else None

    # -- and what follows from it

    def _suspect(self, kind: RepairKind, program: str = UNKNOWN_PROGRAM) -> None:
        if kind in self._waiting:
            self._waiting[kind] = program if program != UNKNOWN_PROGRAM else self._waiting[kind]
        elif (seconds := self._limits[kind].wait()) > 0:
            self._later(kind, program, seconds)
        else:
            self._repair(kind, program)

    def _later(self, kind: RepairKind, program: str, seconds: float) -> None:
        self._waiting[kind] = program
        if kind not in self._timers:
            self._timers.add(kind)
            after(seconds, lambda: self._now(kind))

    def _now(self, kind: RepairKind) -> None:
        self._timers.discard(kind)
        if kind in self._waiting:  # else somebody could not wait
            self._repair(kind, self._waiting.pop(kind))

    def _repair(self, kind: RepairKind, program: str) -> None:
        try:
            repaired = self._repairs[kind]()
        except KernelError as error:
            log.error("what somebody changed cannot be set again: %s", error)
            self._doubt()
            self._later(kind, program, _AGAIN)
            return
        if repaired:
            log.info("%s: changed by %s, set again", kind.value, program)
            self._record.note(kind, program)
            self._limits[kind].note()
            if self._limits[kind].exceeded and kind not in self._exceeded:
                log.warning(
                    "%s: somebody undoes again and again what is set here, the last one was %s", kind.value, program
                )
                self._exceeded.add(kind)
                after(PERIOD, partial(self._calmed, kind))
                self._changed()

    def _calmed(self, kind: RepairKind) -> None:
        if self._limits[kind].exceeded:
            after(PERIOD, partial(self._calmed, kind))
        else:
            self._exceeded.discard(kind)
            self._changed()

    # -- repairs: each returns whether there was anything to do

    def _list(self) -> str:
        return "".join(self._nft.listing(family, ruleset.TABLE) for family in ruleset.FAMILIES)

    def _filter_differs(self) -> bool:
        if self._list() != self._listing:
            return True
        wanted = {(vif.name, str(address)) for vif, address in self._table.addresses.items()}
        there = (self._nft.elements(family, ruleset.TABLE, ruleset.VIF_SET) for family in ruleset.FAMILIES)
        return any({tuple(element["concat"]) for element in elements} != wanted for elements in there)

    def _repair_filter(self) -> bool:
        wanted = self._wanted()
        parts = (ruleset.removal(), wanted.filter_text, self._table.elements(), *wanted.elements)
        self._nft.apply("\n".join(filter(None, parts)))
        self.filter_applied()
        return True

    def _repair_addresses(self) -> bool:
        return base_setup.give_addresses(self._netlink, self._wanted().addresses)

    def _repair_routes(self) -> bool:
        (lost, self._lost), (unsure, self._unsure) = (self._lost, set()), (self._unsure, False)
        # what was deleted comes back before everything is compared
        put_back = self._put_back(lost)
        if not unsure:
            return put_back
        hosts = self._table.routes()
        changed, missing = base_routing.apply(self._netlink, self._wanted().addresses.pool, set(hosts))
        self._put_back(missing)
        return changed or put_back

    def _put_back(self, routes: set[RouteKey]) -> bool:
        """Routes to domains whose vifs are served still; all at once where none of their links is down."""
        keys = sorted(key for key in routes if self._table.route_through(key.link) == key)
        try:
            self._netlink.own.change(keys)
        except KernelError:
            hosts = self._table.routes()
            self._bring_up({hosts[key] for key in keys if key in hosts})
        return bool(keys)

    def _repair_vifs(self) -> bool:
        suspects, strangers, fallen = self._suspects.take()
        wrong = set(self._table.unsound(suspects))
        if fallen:
            hosts, there = self._table.routes(), self._netlink.own.routes()
            wrong |= {vif for key, vif in hosts.items() if key not in there}
        self._bring_up(wrong)
        left = [index for index in sorted(strangers) if self._netlink.leave_group(index)]
        return bool(wrong or left)

    def _bring_up(self, vifs: set[VifId]) -> None:
        for vif, error in self._table.bring_up_again(sorted(vifs)).items():
            if vif in self._table.up:
                log.info("%s cannot be set again: %s", vif.name, error)
