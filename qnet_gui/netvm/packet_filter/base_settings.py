"""The kernel's settings that the netvm needs, beside those of vifs: forwarding, refusals, how strict it is of
sources and for which addresses it answers.
"""

from __future__ import annotations

from collections.abc import Iterator

from qnet_gui.kernel.netlink import link_names
from qnet_gui.kernel.sysctl import read_sysctl, set_sysctl
from qnet_gui.model.config import DEFAULT_CONNECTIONS
from qnet_gui.netvm.packet_filter import connection_table, former

#: Milliseconds between two "port unreachable" to one domain; by the kernel's own second, a domain that asks for several
#: names while there is no server would have to wait for the refusal of all but the first six queries.
_REFUSAL_INTERVAL = 10
INTERVAL, FORWARDING = "ipv4/icmp_ratelimit", "ipv4/ip_forward"
#: Whether a link answers only for its own addresses; ours, which domains ask for, are the loopback's.
_SHYEST = "ipv4/conf/all/arp_ignore"
#: The settings whose change no netlink event tells, beside those of the table of connections.
WATCHED = (INTERVAL, FORWARDING, _SHYEST)
#: The value by which a source only has to be reachable by any link. As a setting of all links it is stronger than the
#: strictness of a vif's own.
LOOSE = 2
_STRICTEST = "ipv4/conf/all/rp_filter"


def _others() -> list[str]:
    """Settings of links that are no vifs, and of those to come, begin so."""
    return [f"ipv4/conf/{name}" for name in ("default", *link_names()) if not name.startswith("vif")]


def watched() -> list[str]:
    """All whose change no netlink event tells, as far as this kernel has them."""
    return [*WATCHED, *connection_table.watched()]


class BaseSettings:
    """Sets them, for so many connections a domain; knows what the kernel made of what it was given."""

    def __init__(self, connections: int = DEFAULT_CONNECTIONS) -> None:
        self._connections = connections
        self._interval: int | None = None

    def apply(self) -> bool:
        """Set what is otherwise; whether anything was. Forwarding comes last."""
        changes = dict(self._wanted())
        former.remember_settings(changes)
        for name, value in changes.items():
            set_sysctl(name, value)
        if INTERVAL in changes:
            self._interval = read_sysctl(INTERVAL)  # the kernel counts in ticks of its own
        return connection_table.prepare(self._connections) or bool(changes)

    def _wanted(self) -> Iterator[tuple[str, int]]:
        """Settings that are not as they should be."""
        if self._interval is None or read_sysctl(INTERVAL) != self._interval:
            yield INTERVAL, _REFUSAL_INTERVAL
        if read_sysctl(_STRICTEST) == LOOSE:
            # no link's own strictness changes by that: of the two the larger number counts
            yield from ((f"{link}/rp_filter", LOOSE) for link in _others())
            yield _STRICTEST, 0
        if shyness := read_sysctl(_SHYEST):  # here the larger number counts as well
            for name in (f"{link}/arp_ignore" for link in _others()):
                yield name, max(shyness, read_sysctl(name) or 0)
            yield _SHYEST, 0
        if read_sysctl(FORWARDING) != 1:
            yield FORWARDING, 1  # which makes every link forward
        else:
            yield from ((f"{link}/forwarding", 1) for link in _others() if read_sysctl(f"{link}/forwarding") == 0)
