"""How wide a column of the map is. Pure. All lengths are in pixels at the scale of the font that was measured."""

from __future__ import annotations

import math
from collections.abc import Iterable

from qnet_gui.netmap.graph import Kind, Node
from qnet_gui.netmap.places import Metrics
from qnet_gui.netmap.rates import both

#: What is free at each side of a node's text.
INSET = 8.0
#: Bytes a second whose text is as long as any.
_MUCH = 888e6


def icon_room(node: Node, metrics: Metrics) -> float:
    """What the sign in front of the text takes."""
    return metrics.line * (1.0 if node.kind is Kind.DOMAIN else 1.35) + 8


def column_width(nodes: Iterable[Node], metrics: Metrics, limits: tuple[float, float], chip: bool) -> float:
    """Of a column: its longest text, within limits; as if all had traffic and were in use, so that nothing jumps."""
    need = 0.0
    rates = 0.0 if chip else metrics.widest(both(_MUCH, _MUCH), False, True)
    for node in nodes:
        title = metrics.width(node.title, node.main or node.kind not in (Kind.DOMAIN, Kind.DOM0), False)
        line = 0.0 if chip else metrics.widest(node.line, False, True)
        if node.kind is Kind.DOMAIN:
            line = max(line, rates)
        need = max(need, max(title, line) + icon_room(node, metrics) + 2 * INSET + 2)
    return math.ceil(min(max(need, limits[0] * metrics.line), limits[1] * metrics.line))
