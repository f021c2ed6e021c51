"""Name servers from systemd-resolved, never its own 127.0.0.53. Touches the netvm's system bus, reading only.

Which servers a name is sent to is resolved's own rule, as systemd 252 has it (resolved-dns-scope.c): links with the
routing domain `~.` get every name, before the global servers; without either, the links that are default routes.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from ipaddress import IPv4Address
from typing import Any

from qnet_gui.runtime.dbus_service import PROPERTIES, Service
from qnet_gui.runtime.mainloop import after, cancel

log = logging.getLogger(__name__)
NAME = "org.freedesktop.resolve1"
_PATH = "/org/freedesktop/resolve1"
_MANAGER, _LINK = f"{NAME}.Manager", f"{NAME}.Link"
_INET, _DNS = 2, 53
#: Seconds after which it is asked again when it has told a change: of what follows, as a link's domains do when a VPN
#: sets it up, it tells nothing.
_AGAIN = (0.3, 2.0)
#: Seconds for which what it told holds while it is away: it is restarted when its package is upgraded.
_GRACE = 5.0
#: The link of what is global.
_GLOBAL = 0
#: Where it listens itself.
STUBS = frozenset(map(IPv4Address, ("127.0.0.53", "127.0.0.54")))


@dataclass(frozen=True, slots=True)
class ResolvedServers:
    """What resolved tells: the servers of each link, IPv6 ones as None; the links' domains; its view of resolv.conf.

    `default_routes`: what each link is set to, where resolved told that. `copied`: what resolv.conf named when it was
    asked. Where that file is another's, resolved reads its servers as global ones: they are no choice of its own.
    `fallback`: whom it asks where neither a link nor anything global names a server. `secured`: the links whose servers
    are asked encrypted only; `at_ports`: those of which one is asked at another port than 53. None of these servers can
    a domain ask, so they are None as well.
    """

    servers: tuple[tuple[int, IPv4Address | None], ...] = ()
    for_all: frozenset[int] = frozenset()
    route_only: frozenset[int] = frozenset()
    mode: str = ""
    default_routes: Mapping[int, bool] = field(default_factory=dict)
    copied: frozenset[IPv4Address] = frozenset()
    fallback: tuple[IPv4Address | None, ...] = ()
    secured: frozenset[int] = frozenset()
    at_ports: frozenset[int] = frozenset()

    @classmethod
    def of(cls, values: Mapping[str, Any]) -> ResolvedServers:
        """From the manager's properties.

        `DNSEx` and `FallbackDNSEx` are a(iiayqs), `DNS` and `FallbackDNS` without port and name where it has not these;
        `Domains` is a(isb), `ResolvConfMode` and `DNSOverTLS` are texts.
        """
        told, told_fallback = (values.get(f"{name}Ex", values.get(name, ())) for name in ("DNS", "FallbackDNS"))
        servers = tuple((int(entry[0]), _address(entry)) for entry in told)
        routed = [(int(link), str(domain)) for link, domain, route_only in values.get("Domains", ()) if route_only]
        return cls(
            servers,
            frozenset(link for link, domain in routed if domain == "."),
            frozenset(link for link, _ in routed),
            str(values.get("ResolvConfMode", "")),
            fallback=tuple(map(_address, told_fallback)),
            secured=frozenset({_GLOBAL} if _is_strict(values) else ()),
            at_ports=frozenset(int(entry[0]) for entry in (*told, *(() if told else told_fallback)) if _port(entry)),
        )

    @property
    def links(self) -> frozenset[int]:
        """Links that have servers."""
        return frozenset(link for link, _ in self.servers if link != _GLOBAL)

    def _of(self, links: Collection[int]) -> tuple[IPv4Address, ...] | None:
        """The IPv4 servers of some links; None where these have no servers at all."""
        chosen = [server if link not in self.secured else None for link, server in self.servers if link in links]
        return tuple(server for server in chosen if server is not None) if chosen else None

    def servers_for_all(self) -> tuple[IPv4Address, ...] | None:
        """The servers that are asked for every name, whichever the link; None where there are none such."""
        links = self._of(self.for_all)
        if links is not None:
            return links
        if self.mode == "foreign" and all(server in self.copied for link, server in self.servers if link == _GLOBAL):
            return None
        return self._of((_GLOBAL,))

    def servers_of_links(self) -> tuple[IPv4Address, ...] | None:
        """The servers of the links that are default routes, or the fallback; None where nobody has named one."""
        if self._falls_back:
            return tuple(server for server in self.fallback if server is not None and _GLOBAL not in self.secured)
        if not self.links:
            return None
        return self._of(self._default_routes) or ()

    @property
    def _falls_back(self) -> bool:
        return bool(not self.servers and self.fallback and self.mode != "foreign")

    @property
    def _default_routes(self) -> frozenset[int]:
        return frozenset(link for link in self.links if self._is_default_route(link))

    @property
    def asks_otherwise(self) -> bool:
        """Whether any of those whom it asks for every name is asked otherwise than a domain can."""
        if self.servers_for_all() is None:
            chosen = frozenset({_GLOBAL}) if self._falls_back else self._default_routes
        else:
            chosen = frozenset({_GLOBAL}) if self._of(self.for_all) is None else self.for_all
        return bool(chosen & (self.secured | self.at_ports))

    def secures(self, link: int) -> bool:
        """Whether it asks the servers of a link encrypted only; 0: those that are no link's."""
        return link in self.secured

    def _is_default_route(self, link: int) -> bool:
        return self.default_routes.get(link, link not in self.route_only)


def _port(entry: Sequence[Any]) -> int:
    """That of a server, 0 where it is DNS's own."""
    port = int(entry[3]) if len(entry) > 3 else 0
    return 0 if port == _DNS else port


def _address(entry: Sequence[Any]) -> IPv4Address | None:
    _, family, octets, *_ = entry
    is_usable = family == _INET and len(octets) == 4 and not _port(entry)
    return IPv4Address(bytes(octets)) if is_usable else None


def _is_strict(values: Mapping[str, Any]) -> bool:
    """Whether a manager or a link never asks in clear."""
    return str(values.get("DNSOverTLS", "")) == "yes"


class Resolved:
    """`changed` is called when the servers may be others; `named`: what resolv.conf names now."""

    def __init__(self, bus: Any, named: Callable[[], Iterable[IPv4Address]], changed: Callable[[], None]) -> None:
        self._service = Service(bus, NAME)
        self._named = named
        self._changed = changed
        self._servers = ResolvedServers()
        self._asked = 0
        self._timers: list[int] = []
        self._away: int | None = None
        self.has_answered = False
        self.running = False
        self._service.listen(PROPERTIES, "PropertiesChanged", self._properties_changed, _PATH)
        self._service.watch_owner(self._owner_changed)

    @property
    def servers_for_all(self) -> tuple[IPv4Address, ...] | None:
        """See `ResolvedServers`."""
        return self._servers.servers_for_all()

    @property
    def servers_of_links(self) -> tuple[IPv4Address, ...] | None:
        """See `ResolvedServers`."""
        return self._servers.servers_of_links()

    @property
    def asks_otherwise(self) -> bool:
        """See `ResolvedServers`."""
        return self._servers.asks_otherwise

    def secures(self, link: int) -> bool:
        """See `ResolvedServers`."""
        return self._servers.secures(link)

    @property
    def is_bypassed(self) -> bool:
        """Whether resolv.conf is another's, so that programs need not ask resolved."""
        return self._servers.mode == "foreign"

    def _owner_changed(self, running: bool) -> None:
        self.running = running
        self._asked += 1
        if running:
            self.refresh()
        else:
            self._lost()

    def _lost(self) -> None:
        """It has gone, and may be back at once."""
        if self._servers == ResolvedServers():
            self._set(self._servers)
        elif self._away is None:
            self._away = after(_GRACE, lambda: self._set(ResolvedServers()))

    def _properties_changed(self, _interface: str, values: dict[str, Any], invalidated: list[str]) -> None:
        if {"DNS", "DNSEx", "DNSOverTLS", "Domains", "ResolvConfMode"} & (set(values) | set(invalidated)):
            self.refresh()
            for number in self._timers:
                cancel(number)
            self._timers = [after(seconds, self.refresh) for seconds in _AGAIN]

    def refresh(self) -> None:
        """Ask again. Not when it does not run, because that would start it."""
        if self.running:
            self._asked += 1
            self._service.call(
                _PATH, PROPERTIES, "GetAll", "s", (_MANAGER,),
                partial(self._fetched, self._asked, frozenset(self._named())), self._failed,
            )  # fmt: skip

    def _fetched(self, number: int, named: frozenset[IPv4Address], values: dict[str, Any]) -> None:
        """Then ask each link what only it tells: whether it is a default route, and how its servers are asked.

        `named`: by resolv.conf before.
        """
        servers = replace(ResolvedServers.of(values), copied=named | frozenset(self._named()))
        waiting = set(servers.links)
        routes: dict[int, bool] = {}
        secured = set(servers.secured)

        def answered(link: int, value: Any) -> None:
            waiting.discard(link)
            if isinstance(value, Mapping):
                routes.update({link: bool(value["DefaultRoute"])} if "DefaultRoute" in value else {})
                secured.update({link} if _is_strict(value) else ())
            if not waiting and number == self._asked:
                self._set(replace(servers, default_routes=routes, secured=frozenset(secured)))

        if not waiting and number == self._asked:
            self._set(servers)
        for link in sorted(waiting):
            answer = partial(answered, link)
            self._service.call(_link_path(link), PROPERTIES, "GetAll", "s", (_LINK,), answer, answer)

    def _failed(self, error: Exception) -> None:
        log.info("systemd-resolved does not tell its servers: %s", error)  # it was about to go: its return is told
        self._lost()

    def _set(self, servers: ResolvedServers) -> None:
        if self._away is not None:
            cancel(self._away)
            self._away = None
        if servers != self._servers or not self.has_answered:
            self._servers, self.has_answered = servers, True
            self._changed()


def _link_path(index: int) -> str:
    """The object of a link: its index, with a first digit that is written as an escape."""
    text = str(index)
    return f"{_PATH}/link/_3{text[0]}{text[1:]}"
