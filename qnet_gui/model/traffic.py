"""Traffic: what the netvm has counted, once a second, made into rates and a history of two minutes. Pure.

*Down* is what a domain, or by an uplink the netvm, receives; *up* is what it sends. What is counted begins at zero with
each vif, so a counter that has gone down began anew. All numbers are bytes, all rates bytes a second.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from qnet_gui.model.translation import tr
from qnet_gui.model.wire.codec import decode, encode

K = TypeVar("K")
#: Seconds for which somebody who looks is told; he asks again before, after so many.
LEASE, RENEWAL = 25, 10
#: How many seconds of rates are kept.
SECONDS = 120
#: What is counted is no more than this, an exabyte, so that it fits into every binding's number.
COUNTER_MAX = 2**60 - 1
#: Seconds between two samples across which the rate is taken for even; after more, the history begins anew.
_GAP_MAX = 10
#: Milliseconds; samples that come closer together tell no rate, and the next one does.
_CLOSE = 500


@dataclass(frozen=True, slots=True)
class Counters:
    """What one domain or uplink has received and sent: a domain since its vif came, an uplink since its link did.

    `domain` is the domain's id, -1 of an uplink: a name may be another one's a second later.
    """

    name: str
    received: int
    sent: int
    domain: int = -1


@dataclass(frozen=True, slots=True)
class TrafficSample:
    """All counters at one moment: of the domains that the chosen netvm serves, and of its uplinks.

    `milliseconds` is by a clock of the netvm's own: only the difference of two samples of the same netvm, `netvm` being
    its domain id, means something. What goes through a VPN is counted by the VPN, and by the link beneath it as well.
    """

    milliseconds: int
    domains: tuple[Counters, ...] = ()
    uplinks: tuple[Counters, ...] = ()
    netvm: int = -1


def to_wire(sample: TrafficSample) -> dict[str, Any]:
    """Plain data, for D-Bus and for JSON."""
    wire: dict[str, Any] = encode(sample)
    return wire


def from_wire(wire: object) -> TrafficSample:
    """The sample again; `BadInput` for what is not of `to_wire`'s form (a helper of another version)."""
    return decode(TrafficSample, wire)


@dataclass(frozen=True, slots=True)
class Series:
    """One domain's or uplink's counters, and its rates by the second, the newest last, `SECONDS` of them at most.

    Newcomers have no rates yet, and fewer than others until they have been here as long.
    """

    received: int = 0
    sent: int = 0
    down: tuple[int, ...] = ()
    up: tuple[int, ...] = ()
    name: str = ""

    @property
    def down_rate(self) -> int | None:
        """The newest; None before there is one."""
        return self.down[-1] if self.down else None

    @property
    def up_rate(self) -> int | None:
        """The newest; None before there is one."""
        return self.up[-1] if self.up else None

    def _next(self, counters: Counters, milliseconds: int) -> Series:
        seconds = max(1, round(milliseconds / 1000))
        return Series(
            counters.received, counters.sent,
            (*self.down, *[_rate(self.received, counters.received, milliseconds)] * seconds)[-SECONDS:],
            (*self.up, *[_rate(self.sent, counters.sent, milliseconds)] * seconds)[-SECONDS:],
            counters.name,
        )  # fmt: skip


def _rate(before: int, now: int, milliseconds: int) -> int:
    """What began anew meanwhile tells no rate."""
    return max(0, now - before) * 1000 // milliseconds


@dataclass(frozen=True, slots=True)
class History:
    """All series: of domains by their ids, of uplinks by name. It is made of samples: `history.after(sample)`."""

    domains: Mapping[int, Series] = field(default_factory=dict)
    uplinks: Mapping[str, Series] = field(default_factory=dict)
    milliseconds: int | None = None
    netvm: int = -1

    @property
    def has_rates(self) -> bool:
        """Whether two samples have come, so that rates are known of those that were in both."""
        return any(series.down for series in (*self.domains.values(), *self.uplinks.values()))

    def after(self, sample: TrafficSample) -> History:
        """The history with one more sample. One that was lost is made up for; after a long gap, or of another netvm,
        the rates begin anew."""
        known = self.milliseconds if sample.netvm == self.netvm else None
        elapsed = None if known is None else sample.milliseconds - known
        if elapsed is not None and 0 <= elapsed < _CLOSE:
            return self
        if elapsed is not None and not 0 < elapsed <= _GAP_MAX * 1000:
            elapsed = None
        return History(
            _grown(self.domains, ((counters.domain, counters) for counters in sample.domains), elapsed),
            _grown(self.uplinks, ((counters.name, counters) for counters in sample.uplinks), elapsed),
            sample.milliseconds, sample.netvm,
        )  # fmt: skip


def _grown(before: Mapping[K, Series], now: Iterable[tuple[K, Counters]], elapsed: int | None) -> dict[K, Series]:
    """Who is in the sample no more has gone. `elapsed`: None where what was before says nothing of now."""
    grown = {}
    for key, counters in now:
        series = before.get(key) if elapsed is not None else None
        if series is None or elapsed is None:
            grown[key] = Series(counters.received, counters.sent, name=counters.name)
        else:
            grown[key] = series._next(counters, elapsed)
    return grown


def size_text(size: int) -> str:
    """`size` bytes for people, in two or three digits, with the decimal sign of their language: `0 B`, `1.4 kB`."""
    if size < 1000:
        return f"{size} B"
    value = float(size)
    for unit in ("kB", "MB", "GB", "TB", "PB", "EB"):
        value /= 1000
        if value < 999.5 or unit == "EB":
            break
    # a whole example, which shows translators what is wanted
    digits = f"{value:.1f}".replace(".", tr("1.5 kB")[1:2]) if value < 9.95 else f"{value:.0f}"
    return f"{digits} {unit}"


def rate_text(rate: int | None) -> str:
    """A rate for people: `1.4 kB/s`; empty where it is not known."""
    return "" if rate is None else f"{size_text(rate)}/s"
