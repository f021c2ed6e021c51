"""How much of the network somebody uses, as people read it. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from qnet_gui.model.traffic import rate_text
from qnet_gui.model.translation import tr
from qnet_gui.netmap.places import BETWEEN_RATES

#: Bytes a second that a domain gets and sends, by its id; who is not in it is not known.
Rates = Mapping[int, tuple[float, float]]
NO_RATES: Rates = MappingProxyType({})


def rate(amount: float) -> str:
    """`910 kB/s`, `1.2 MB/s`, `0 B/s`; `amount` in bytes a second."""
    return rate_text(max(0, round(amount)))


def both(down: float, up: float) -> str:
    """`↓ 910 kB/s ↑ 42 kB/s`; what is less than a byte a second is nothing."""
    return tr("idle") if max(down, up) < 1 else f"↓ {rate(down)}{BETWEEN_RATES}↑ {rate(up)}"


def spoken(down: float, up: float) -> str:
    """The same for those who hear it."""
    return tr("idle") if max(down, up) < 1 else tr("{down} down, {up} up", down=rate(down), up=rate(up))
