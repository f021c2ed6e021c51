"""A row of a routing table, in the columns of the classic `route -n` that the seed document shows. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from ipaddress import IPv4Address
from typing import TypeVar

from qnet_gui.model.errors import BadInput
from qnet_gui.model.messages.values import ValueCode
from qnet_gui.model.parse import ifname, number, plain_ifname, shown, text_of

#: Column heads, in order; the keys of a row in JSON are the same words in lower case.
HEADS = ("Destination", "Gateway", "Genmask", "Flags", "Metric", "Ref", "Use", "Iface")
_FLAGS = re.compile(r"!?[UHGRDMAC!]{1,8}")
_ANY = IPv4Address(0)
#: So many rows of a netvm's are told at most, which fit into an answer whatever they say, and of these so many of the
#: largest networks, among them the default route.
ROUTES_MAX, _LARGEST = 2000, 500
T = TypeVar("T")
_COUNT = (ValueCode.NOT_A_COUNT, ValueCode.COUNT_OUT_OF_RANGE)


@dataclass(frozen=True, slots=True)
class Route:
    """One row. Addresses as text, as shown; `metric`, `ref`, `use` are counts."""

    destination: str
    gateway: str
    genmask: str
    flags: str
    metric: int
    ref: int
    use: int
    iface: str

    @classmethod
    def of(cls, destination: IPv4Address, prefix: int, gateway: IPv4Address | None, iface: str, metric: int) -> Route:
        """A row from what netlink says; flags U, G (has a gateway), H (a host route)."""
        mask = IPv4Address((0xFFFFFFFF << (32 - prefix)) & 0xFFFFFFFF)
        flags = "U" + ("G" if gateway else "") + ("H" if prefix == 32 else "")
        return cls(str(destination), str(gateway or _ANY), str(mask), flags, metric, 0, 0, iface)

    @classmethod
    def refusal(cls) -> Route:
        """A row that says that nothing is let out: flag `!`, as `route -n` has it."""
        return cls(str(_ANY), str(_ANY), str(_ANY), "!", 0, 0, 0, "lo")

    @classmethod
    def from_line(cls, untrusted_line: bytes | str) -> Route:
        """Parse `line`'s form; every field is checked, since a netvm or a guest wrote it."""
        fields = text_of(untrusted_line, 128).split(" ")
        if len(fields) != len(HEADS):
            raise BadInput(ValueCode.NOT_A_ROUTE, value=shown(untrusted_line))
        try:
            addresses = [str(IPv4Address(field)) for field in fields[:3]]
        except ValueError:
            raise BadInput(ValueCode.ROUTE_ADDRESS, value=shown(untrusted_line)) from None
        if not _FLAGS.fullmatch(fields[3]):
            raise BadInput(ValueCode.NOT_ROUTE_FLAGS, value=shown(fields[3]))
        counts = [number(field, 0, 0xFFFFFFFF, _COUNT) for field in fields[4:7]]
        return cls(
            addresses[0], addresses[1], addresses[2], fields[3], counts[0], counts[1], counts[2], ifname(fields[7])
        )

    @property
    def line(self) -> str:
        """The row as one line of ASCII, the form in which it travels through xenstore."""
        return " ".join(str(value) for value in replace(self, iface=plain_ifname(self.iface)).as_dict().values())

    def as_dict(self) -> dict[str, str | int]:
        """The row with lower-case column names as keys, in column order."""
        return asdict(self)


def both_ends(rows: Sequence[T]) -> list[T]:
    """Of rows in their order, hosts first and the default route last, so many as are told: the first and the last."""
    return list(rows) if len(rows) <= ROUTES_MAX else [*rows[: ROUTES_MAX - _LARGEST], *rows[-_LARGEST:]]


def table(routes: Iterable[Route]) -> str:
    """The rows as a text table with heads, columns aligned to the left, no trailing blanks."""
    rows = [HEADS, *(tuple(str(value) for value in route.as_dict().values()) for route in routes)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEADS))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    return "\n".join(lines)
