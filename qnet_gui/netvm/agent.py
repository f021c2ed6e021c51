"""The agent: puts the netvm's parts together and keeps what the kernel does equal to what is wanted.

A stopped or killed agent leaves everything as it is: anti-spoofing, routes, redirection. A new one finds it so.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from qnet_gui import __version__
from qnet_gui.kernel.link_stats import LinkStats
from qnet_gui.kernel.monitor import EventKind, Monitor
from qnet_gui.kernel.netlink import Netlink, link_names
from qnet_gui.kernel.netlink_messages import NETCONFA_IFINDEX_ALL
from qnet_gui.kernel.nft import Nft
from qnet_gui.kernel.nft_monitor import NftMonitor
from qnet_gui.kernel.sysctl import SettingsWatch
from qnet_gui.model.config import Config
from qnet_gui.model.dns import DnsRedirect
from qnet_gui.model.errors import KernelError, QnetError
from qnet_gui.model.messages.agent import AgentCode
from qnet_gui.model.uplink import Uplink
from qnet_gui.model.vif import VifId
from qnet_gui.netvm.dns.choice import Choice
from qnet_gui.netvm.dns.loopback import Loopback
from qnet_gui.netvm.dns.name_test import NameTest
from qnet_gui.netvm.dns.redirection import Redirection, ServerGap
from qnet_gui.netvm.dns.sources import Sources
from qnet_gui.netvm.packet_filter import base_settings, base_setup, flow_table, ruleset
from qnet_gui.netvm.packet_filter.base_setup import OwnAddresses
from qnet_gui.netvm.packet_filter.connection_table import FillWatch
from qnet_gui.netvm.packet_filter.conntrack_flusher import ConntrackFlusher
from qnet_gui.netvm.packet_filter.flow_table import FlowTable
from qnet_gui.netvm.packet_filter.inside_links import InsideLinks
from qnet_gui.netvm.packet_filter.kept_filter import KeptFilter
from qnet_gui.netvm.packet_filter.others_filter import OthersFilter
from qnet_gui.netvm.packet_filter.way_source import WaySource
from qnet_gui.netvm.report import Publisher
from qnet_gui.netvm.requests import Requests
from qnet_gui.netvm.screen import ScreenStarter
from qnet_gui.netvm.traffic import TrafficReporter
from qnet_gui.netvm.upkeep.upkeep import Upkeep, Wanted
from qnet_gui.netvm.vifs.hotplug import HotplugSocket, Reply
from qnet_gui.netvm.vifs.reconciler import VifReconciler
from qnet_gui.netvm.vifs.vif_table import VifTable
from qnet_gui.runtime.mainloop import Watch, after, post
from qnet_gui.store import keys
from qnet_gui.store.reports import AgentReport
from qnet_gui.store.worker import StoreWorker

log = logging.getLogger(__name__)
#: Seconds after which sources of name servers that have not said anything are taken for absent.
_SOURCES_SECONDS = 5.0
#: Seconds for which events are gathered before the links are surveyed: one change is several of them.
_GATHER = 0.05
#: Seconds after which a redirection that the kernel refused is tried again.
_RETRY = 1.0


class Agent:
    """`bus` may be None; the caller holds the lock and has applied `first`, the base setup; `config`: the netvm's."""

    def __init__(self, bus: Any | None, nft: Nft, netlink: Netlink, first: OwnAddresses, config: Config) -> None:
        self._nft, self._netlink, self._addresses, self._config = nft, netlink, first, config
        self._worker = StoreWorker(post)
        self._flusher = ConntrackFlusher()
        self._failed = self._refused = self._update_posted = self._survey_posted = False
        self._choice: Choice | None = None
        kept = KeptFilter(nft)
        self._redirection, self._way_source = Redirection(kept, self._flusher), WaySource(kept)
        self._gap = ServerGap(self._changed)
        self._publisher = Publisher(self._worker, self._report)
        table = VifTable(kept, netlink)
        self._inside = InsideLinks(kept, self._changed)
        self._others = OthersFilter(nft, self._changed)
        of_others = self._inside.links, self._others.mark
        self._sources = Sources(bus, netlink, table.served, self._changed, config.local_resolver, *of_others)
        self._loopback = Loopback()
        self._vifs = VifReconciler(self._worker, table, self._flusher, self._vifs_changed, lambda: self._addresses.own)
        self._flows = FlowTable(nft, lambda: flow_table.devices(self._vifs.served, self._uplinks), config.flow_table)
        self._fill = FillWatch(lambda: bool(self._vifs.served), self._publisher.publish)
        settings = base_settings.BaseSettings(config.connections)
        self._upkeep = Upkeep(nft, netlink, table, self._wanted, self._publisher.publish, settings)
        kept.restore = partial(self._upkeep.restore_filter, self._nft_event)
        verbs = {"routes": self._routes, "reapply": self._reapply, "check": self._check}
        self._requests = Requests(self._worker, verbs, {"names": self._test_names})
        self._uplinks: Sequence[Uplink] = ()
        self._traffic = TrafficReporter(
            self._worker, LinkStats(), lambda: self._vifs.served, lambda: [uplink.name for uplink in self._uplinks]
        )
        self._screen = ScreenStarter(self._worker, bus)
        self._monitor = Monitor(netlink.portid)
        self._nft_monitor = NftMonitor(ruleset.FAMILIES, ruleset.TABLE, nft.portid)
        self._settings_watch = SettingsWatch(base_settings.watched())
        self._socket = HotplugSocket(self._hotplug)

    def start(self) -> None:
        """Watch everything; each first event means `look`."""
        Watch(self._nft_monitor.fileno(), self._nft_event, self._upkeep.look_at_all, first=True)
        Watch(self._settings_watch.fileno(), self._setting_event, self._upkeep.look_at_all, first=True)
        Watch(self._monitor.fileno(), self._kernel_event, self._events_lost)
        self._upkeep.start()
        self._worker.watch(keys.HOME_DOM0, self._dom0_event)
        self._vifs.start()
        self._requests.start()
        self._traffic.start()
        self._screen.start()
        self._others.look_soon()
        after(_SOURCES_SECONDS, self._sources.give_up_waiting)
        self._changed()

    def stop(self) -> None:
        """Let the hotplug script do the work from now on. Nothing in the kernel is taken back."""
        self._socket.close()

    # -- what happened

    def _kernel_event(self) -> None:
        events = self._monitor.read(self._events_lost)
        self._upkeep.kernel_changed(events)
        for event in events:
            if event.name:
                self._vifs.link_event(event.name, event.gone)
                self._loopback.link_event(event.name, event.gone)
                self._traffic.links_changed()
            if event.uplink or (event.index == NETCONFA_IFINDEX_ALL and event.settings):
                self._changed()
        if any(event.kind is not EventKind.IPV6_WAY_OUT for event in events):  # which is advertised again and again
            self._flows.renew()

    def _nft_event(self) -> None:
        # whoever else has other rules now wants them to hold for connections that are known, too
        self._flows.renew()
        self._others.look_soon()
        self._upkeep.filter_changed(self._nft_monitor.read(self._upkeep.look_at_all))

    def _setting_event(self) -> None:
        if self._settings_watch.read():
            self._upkeep.setting_changed()

    def _events_lost(self) -> None:
        self._traffic.links_changed()
        self._vifs.look_at_all()
        self._upkeep.look_at_all()
        self._changed()

    def _dom0_event(self, path: str) -> None:
        if path.endswith(keys.HOME_DOM0):  # also after a reconnect, when xenstore may have lost what we wrote
            self._publisher.publish_again()
        if not path.endswith((keys.REQUEST.at(), keys.TRAFFIC_REQUEST.at(), keys.SCREEN_SEEN.at())):
            self._worker.submit(base_setup.read, self._addresses_read)

    def _addresses_read(self, result: OwnAddresses | QnetError) -> None:
        if isinstance(result, QnetError):
            log.error("the netvm's addresses cannot be read, the old ones stay: %s", result)
        elif result != self._addresses:
            self._apply_base_setup(result)

    def _apply_base_setup(self, new: OwnAddresses) -> None:
        try:
            base_setup.apply(self._nft, self._netlink, new, self._addresses, self._config)
            self._addresses, self._failed = new, False
            self._upkeep.filter_applied()
            self._vifs.look_at_all()  # an address of a domain may be the netvm's now
        except KernelError as error:
            self._failed = True
            log.error("%s", error)
        self._changed()

    def _hotplug(self, verb: str, vif: VifId | None, reply: Reply) -> None:
        if vif is None:
            self._sources.refresh(lambda: self._dns_now(reply))
        elif verb == "online":
            self._vifs.online(vif, reply)
        else:
            self._vifs.offline(vif, reply)

    def _dns_now(self, reply: Reply) -> None:
        self._update()
        reply(None if not (self._failed or self._refused) else KernelError(AgentCode.REDIRECTION_NOT_APPLIED))

    # -- what follows from it

    def _changed(self) -> None:
        if not self._update_posted:
            self._update_posted = True
            post(self._update)

    def _vifs_changed(self) -> None:
        self._flows.renew()
        self._fill.look()
        self._publisher.publish_vifs()
        if self._sources.asks_for_another:
            self._changed()

    def _update(self) -> None:
        """Redirect first: nobody's questions wait for the rest."""
        self._update_posted = False
        if self._sources.ready:
            self._redirect()
        if not self._survey_posted:
            self._survey_posted = True
            after(_GATHER, self._survey)

    def _survey(self) -> None:
        self._survey_posted = False
        self._inside.look()

    def _redirect(self) -> None:
        choice = self._sources.choose(self._addresses)
        self._way_source.apply((choice.way.name, choice.way.source) if choice.way is not None else None)
        if self._gap.is_one(choice):
            return
        try:
            self._loopback.apply(choice.local, link_names())
            self._redirection.apply(self._addresses.virtual, choice.servers, choice.local)
            self._refused = False
        except KernelError as error:
            log.error("%s", error)
            if not self._refused:
                after(_RETRY, self._redirect_again)
            self._refused = True
        self._choice = choice
        self._publisher.publish()

    def _redirect_again(self) -> None:
        if self._refused:
            self._refused = False
            self._redirect()

    def _report(self) -> AgentReport | None:
        """What dom0 is to see; None as long as nothing is known.

        The uplinks are looked at only here, when it is written: several events follow each other at a change, and
        nobody's questions wait for this.
        """
        if self._choice is None:
            return None
        uplinks = self._sources.uplinks(self._choice)
        if flow_table.outside(uplinks) != flow_table.outside(self._uplinks):
            self._flows.renew()
        self._uplinks = uplinks
        problems = self._sources.problems(self._addresses, self._choice, uplinks)
        problems += [*(["nft-failed"] if self._failed or self._refused else []), *self._upkeep.problems]
        problems += ["connections-almost-full"] if self._fill.almost_full else []
        problems += ["others-drop"] if self._others.stops_all else []
        return AgentReport(
            uplinks,
            self._choice.source,
            tuple(map(self._shown, self._redirection.in_force)),
            tuple(self._vifs.served),
            tuple(problems),
            version=__version__,
        )

    def _shown(self, redirect: DnsRedirect) -> DnsRedirect:
        """The netvm's own resolver by the address that domains know the netvm by; its loopback's says nothing."""
        return replace(redirect, real=self._addresses.gateway) if redirect.real.is_loopback else redirect

    def _wanted(self) -> Wanted:
        """What is to be in the kernel, beside the vifs."""
        names = ruleset.change_redirects(self._redirection.in_force)
        elements = names, self._inside.elements, self._way_source.elements
        return Wanted(self._addresses, base_setup.filter_text(self._addresses, self._config), elements)

    # -- dom0's requests

    def _routes(self) -> Sequence[str]:
        return [route.line for route in self._sources.routes(self._netlink.routes())]

    def _test_names(self, done: Callable[[Sequence[str]], None]) -> None:
        in_force = self._redirection.in_force
        shown = {str(redirect.real): str(self._shown(redirect).real) for redirect in in_force}

        def answered(lines: Sequence[str]) -> None:
            done([f"{shown[server]} {took}" for server, took in map(str.split, lines)])

        NameTest((redirect.real for redirect in in_force), answered)

    def _check(self) -> Sequence[str]:
        """Compare with what the kernel has, now; set again what is otherwise, and tell what was since the start."""
        self._upkeep.look_at_all()
        self._flows.renew()
        return [repair.line for repair in self._upkeep.repairs]

    def _reapply(self) -> Sequence[str]:
        """Everything again, whether it seems to be there or not."""
        self._apply_base_setup(self._addresses)
        self._redirection.distrust()
        self._upkeep.repair_all()
        self._flows.renew()
        self._vifs.look_at_all()
        self._sources.refresh(self._changed)
        if self._failed:
            raise KernelError(AgentCode.FILTER_NOT_LOADED)
        return []
