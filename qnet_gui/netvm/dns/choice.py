"""Which of the servers that were told are asked: chosen first, judged then, and never replaced by others. Pure.

What must not be asked is left out, and a problem's code says why.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from ipaddress import IPv4Address

from qnet_gui.model.dns import DnsSource, usable
from qnet_gui.model.messages.problems import ProblemCode
from qnet_gui.model.uplink import UplinkKind
from qnet_gui.netvm.uplinks.way_out import Way


@dataclass(frozen=True, slots=True)
class Choice:
    """`way`: the way out. `servers`: those to redirect to, `source`: who told them, none where there are none.

    `problems`: codes of what keeps others from being asked. `local`: the servers are the netvm's own, on its loopback.
    """

    way: Way | None = None
    source: DnsSource = DnsSource.NONE
    servers: tuple[IPv4Address, ...] = ()
    problems: tuple[str, ...] = ()
    local: bool = False


@dataclass(frozen=True, slots=True)
class Judge:
    """`collides`: whether an address is one of ours. `is_own`: whether it is the netvm's, as the uplink's is.

    `leaves_by`: by what a domain's packet to an address leaves. `may_answer`: whether a resolver on the netvm's
    loopback is to answer the domains, where the netvm asks one. `heard_at`: where such a one hears them, if it does.
    """

    way: Way | None
    collides: Callable[[IPv4Address], bool]
    is_own: Callable[[IPv4Address], bool]
    leaves_by: Callable[[IPv4Address], UplinkKind | None]
    may_answer: bool = False
    heard_at: Callable[[IPv4Address], IPv4Address | None] = lambda server: server

    def choice(self, source: DnsSource, named: Iterable[IPv4Address], otherwise: bool = False) -> Choice:
        """What can be used of the servers that `source` names.

        `otherwise`: it asks others, too, but encrypted or at another port than a domain can.
        """
        named = list(named)
        local = tuple(server for server in named if server.is_loopback)
        heard = tuple(at for server in local if (at := self.heard_at(server))) if self.may_answer else ()
        if heard:
            return Choice(self.way, source, heard[:1], local=True)
        told = usable(named, ())
        apart = tuple(server for server in told if not self.collides(server))
        free = tuple(server for server in apart if not self.is_own(server))
        safe = tuple(server for server in free if not self._beside_vpn(server))
        problems = []
        if (local or apart) and not free:
            problems.append(ProblemCode.LOCAL_RESOLVER)
        if apart != told:
            problems.append(ProblemCode.ADDRESS_OVERLAP)
        if free and not safe:
            problems.append(ProblemCode.NAMES_BESIDE_VPN)
        if otherwise and not named:
            problems.append(ProblemCode.NAMES_OTHERWISE)
        return Choice(self.way, source if safe else DnsSource.NONE, safe, tuple(code.value for code in problems))

    def _beside_vpn(self, server: IPv4Address) -> bool:
        """Whether a question would go in clear past the VPN that all else goes through."""
        if self.way is None or self.way.kind is not UplinkKind.VPN:
            return False
        kind = self.leaves_by(server)
        return kind is not None and kind is not UplinkKind.VPN
