"""From what is on the map to where it stands: columns of domains, netvms, VPNs, uplinks, and the Internet. Pure.

Up to `FEW` domains have a node of two lines; more of them are chips in a box for each netvm, with one edge for all.
All lengths are in pixels at the scale of the font that was measured.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from qnet_gui.model.translation import tr_count
from qnet_gui.netmap.graph import DOM0, Edge, Flow, Graph, Kind, Node
from qnet_gui.netmap.places import Metrics, Place, fitted
from qnet_gui.netmap.rates import both
from qnet_gui.netmap.widths import INSET, column_width, icon_room

#: More domains than this stand in boxes.
FEW = 12
#: So wide is a node at least and at most, in heights of a line; what is longer is cut off with dots.
_NODE, _CHIP = (5.2, 12.0), (5.0, 9.0)
#: The way between two columns, in heights of a line.
_GAP_MIN, _GAP_MAX = 1.0, 6.0
_SPACE, _MARGIN = 10.0, 2.0
#: Between chips; and how many of them stand beside each other in a box at least and at most.
_BETWEEN, _ACROSS = 6.0, (2, 8)
#: A box has no more columns than leave it so many rows.
_ROWS = 5
#: Heights of a line from one row of small text to the next; pixels of the way from a card to what stands below it.
ROW, BULGE = 0.92, 20.0


@dataclass(frozen=True, slots=True)
class PlacedNode:
    """`title` and `rows` are as much of the node's as fits. `chip`: of one line only."""

    node: Node
    place: Place
    title: str
    rows: tuple[str, ...]
    chip: bool = False


@dataclass(frozen=True, slots=True)
class Box:
    """What is around the domains of one netvm."""

    key: str
    place: Place
    title: str


@dataclass(frozen=True, slots=True)
class Plan:
    """Where everything stands. An edge's ends are keys of nodes or of boxes."""

    nodes: tuple[PlacedNode, ...]
    edges: tuple[Edge, ...]
    boxes: tuple[Box, ...]
    width: float
    height: float

    def places(self) -> dict[str, Place]:
        """Of nodes and boxes, by their keys."""
        return {
            **{placed.node.key: placed.place for placed in self.nodes}, **{box.key: box.place for box in self.boxes}
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Group:
    """Domains that go through the same netvm; those that go through none have an empty key."""

    key: str
    name: str
    nodes: tuple[Node, ...]


def _place(node: Node, place: Place, metrics: Metrics, chip: bool = False) -> PlacedNode:
    room = place.width - icon_room(node, metrics) - 2 * INSET
    bold = node.kind is Kind.NETVM or node.main
    rows = (
        ()
        if chip or not node.line
        else tuple(fitted(row, room, metrics, small=True) for row in metrics.rows(node.line))
    )
    return PlacedNode(node, place, fitted(node.title, room, metrics, bold), rows, chip)


def _groups(graph: Graph) -> list[_Group]:
    """By netvm, in the order of the names; those without a network last."""
    through = {edge.start: edge.end for edge in graph.edges}
    by_key = {node.key: node for node in graph.nodes}
    nodes: dict[str, list[Node]] = {}
    for node in graph.nodes:
        if node.kind is Kind.DOMAIN:
            nodes.setdefault(through.get(node.key, ""), []).append(node)
    ordered = sorted(nodes, key=lambda key: (not key, key))
    return [_Group(key, by_key[key].name if key else "", tuple(nodes[key])) for key in ordered]


class _Layout:
    """One map while it is laid out; `width`: how much room there is."""

    def __init__(self, graph: Graph, metrics: Metrics, width: float) -> None:
        self._graph, self._metrics, self._room = graph, metrics, width
        self._of_kind = {kind: [node for node in graph.nodes if node.kind is kind] for kind in Kind}
        serving = {name for rank in graph.hops for name in rank}
        self._apart = [node for node in self._of_kind[Kind.DOM0] if node.name not in serving]
        self._dense = len(self._of_kind[Kind.DOMAIN]) > FEW
        self._high, self._chip = round(metrics.line * 2 + 10), round(metrics.line + 8)
        self._domain_high = self._high + (round(metrics.line * ROW) if metrics.slim else 0)
        self._nodes: list[PlacedNode] = []
        self._boxes: list[Box] = []
        self._middles: dict[str, float] = {}

    def plan(self) -> Plan:
        """All of it, from left to right."""
        columns = self._columns()
        widths = [column_width(nodes, self._metrics, _NODE, chip=False) for nodes in columns]
        rest = sum(widths) + len(widths) * _GAP_MIN * self._metrics.line
        room = self._room - _MARGIN - self._beside()
        first = self._domains(room - rest)
        free = room - first - sum(widths)
        line, count = self._metrics.line, max(1, len(columns))
        gap = min(max(free / count, _GAP_MIN * line), _GAP_MAX * line)
        x = _MARGIN + first
        for nodes, width in zip(columns, widths, strict=True):
            x += gap
            self._column(nodes, x, width)
            x += width
        top = min((placed.place.y for placed in self._nodes), default=_MARGIN)
        if top < _MARGIN:  # a column that is higher than what stands to its left
            self._shift(_MARGIN - top)
        places = [placed.place for placed in self._nodes] + [box.place for box in self._boxes]
        bottom = max((place.bottom for place in places), default=0.0)
        return Plan(tuple(self._nodes), self._edges(), tuple(self._boxes), x + self._beside(), bottom + _MARGIN)

    def _beside(self) -> float:
        """What is free to the right of all: in a slim map the way to what stands below the cards."""
        return _MARGIN + (BULGE if self._metrics.slim else 0)

    def _shift(self, down: float) -> None:
        def moved(place: Place) -> Place:
            return replace(place, y=place.y + down)

        self._nodes = [replace(placed, place=moved(placed.place)) for placed in self._nodes]
        self._boxes = [replace(box, place=moved(box.place)) for box in self._boxes]

    def narrowest(self) -> float:
        """How wide it is where there is no room."""
        width, first = self._domain_width(), self._dom0_width() if self._apart else 0.0
        for group in _groups(self._graph):
            across = min(_ACROSS[0], len(group.nodes))
            first = max(first, self._box_width(across, width) if self._dense else width)
        columns = [column_width(nodes, self._metrics, _NODE, chip=False) for nodes in self._columns()]
        return _MARGIN + first + sum(columns) + len(columns) * _GAP_MIN * self._metrics.line + self._beside()

    # -- the domains

    def _domain_width(self) -> float:
        nodes = [*self._of_kind[Kind.DOMAIN], *self._apart]
        return column_width(nodes, self._metrics, _CHIP if self._dense else _NODE, chip=self._dense)

    def _dom0_width(self) -> float:
        return max(self._domain_width(), column_width(self._apart, self._metrics, _NODE, chip=False))

    @staticmethod
    def _box_width(across: int, width: float) -> float:
        return across * (width + _BETWEEN) - _BETWEEN + 2 * INSET

    def _domains(self, room: float) -> float:
        """The first column, for which there is so much room if it needs it; returns how wide it is."""
        width = self._domain_width()
        y = column = 0.0
        for group in _groups(self._graph):
            if self._dense:
                taken, bottom = self._box(group, width, y, room)
            else:
                taken, bottom = width, self._stack(group, width, y)
            column = max(column, taken)
            self._middles[group.key] = (y + bottom) / 2
            y = bottom + 1.6 * _SPACE
        for node in self._apart:
            wide = self._dom0_width()
            self._nodes.append(_place(node, Place(_MARGIN, y + _MARGIN, wide, self._high), self._metrics))
            self._middles[DOM0] = y + _MARGIN + self._high / 2
            column = max(column, wide)
        return column

    def _stack(self, group: _Group, width: float, y: float) -> float:
        for node in group.nodes:
            self._nodes.append(_place(node, Place(_MARGIN, y + _MARGIN, width, self._domain_high), self._metrics))
            y += self._domain_high + _SPACE
        return y - _SPACE + _MARGIN

    def _box(self, group: _Group, width: float, y: float, room: float) -> tuple[float, float]:
        """Chips in columns, read downwards; as many columns as there is room for."""
        count, between = len(group.nodes), _BETWEEN
        across = int((room - 2 * INSET + between) // (width + between))
        across = min(max(across, _ACROSS[0]), _ACROSS[1], max(_ACROSS[0], count // _ROWS))
        down = math.ceil(count / across)
        across = math.ceil(count / down)
        head = self._metrics.line + 10
        for index, node in enumerate(group.nodes):
            x = _MARGIN + INSET + index // down * (width + between)
            place = Place(x, y + _MARGIN + head + index % down * (self._chip + between), width, self._chip)
            self._nodes.append(_place(node, place, self._metrics, chip=True))
        wide = self._box_width(across, width)
        high = head + down * (self._chip + between) - between + INSET
        title = self._box_title(group, count, wide - 2 * INSET)
        self._boxes.append(Box(f"box {group.key}", Place(_MARGIN, y + _MARGIN, wide, high), title))
        return wide, y + _MARGIN + high

    def _box_title(self, group: _Group, count: int, room: float) -> str:
        if group.key:
            text = tr_count("{count} through {name}", "{count} through {name}", count, count=count, name=group.name)
            known = [node.rates for node in group.nodes if node.rates]
            if known:
                text += "  " + both(sum(down for down, _ in known), sum(up for _, up in known))
        else:
            text = tr_count("{count} without a network", "{count} without a network", count, count=count)
        return fitted(text, room, self._metrics, small=True)

    # -- the rest

    def _columns(self) -> list[list[Node]]:
        """What stands to the right of the domains, column by column."""
        by_name = {node.name: node for kind in (Kind.NETVM, Kind.DOM0) for node in self._of_kind[kind]}
        hops = [[by_name[name] for name in rank] for rank in reversed(self._graph.hops)]
        last = (self._of_kind[Kind.UPLINK], self._of_kind[Kind.WORLD])
        columns = [*hops, self._of_kind[Kind.VPN], *([[*last[0], *last[1]]] if self._metrics.slim else last)]
        return [column for column in columns if column]

    def _column(self, nodes: Sequence[Node], x: float, width: float) -> None:
        """Beside whom they serve, without touching each other."""
        before: dict[str, list[float]] = {}
        for edge in self._graph.edges:
            if edge.start in self._middles and edge.start not in {node.key for node in nodes}:
                before.setdefault(edge.end, []).append(self._middles[edge.start])
        usual = min(self._middles.values(), default=self._high / 2)
        main = [self._middles[node.key] for node in self._graph.nodes if node.main and node.key in self._middles]
        usual = main[-1] if main else usual
        top = float("-inf")
        wanted = [(node.kind is Kind.WORLD, self._wanted(node, before, usual), node.title, node) for node in nodes]
        for _, middle, _, node in sorted(wanted, key=lambda one: one[:3]):
            y = max(middle - self._high / 2, top)
            self._nodes.append(_place(node, Place(x, y, width, self._high), self._metrics))
            self._middles[node.key] = y + self._high / 2
            top = y + self._high + 1.6 * _SPACE

    def _wanted(self, node: Node, before: dict[str, list[float]], usual: float) -> float:
        if node.key in self._middles and self._dense:  # beside the head of its box, which may be very high
            box = next(box.place for box in self._boxes if box.key == f"box {node.key}")
            return min(box.middle, box.y + 3 * self._high)
        if node.key in self._middles:
            return self._middles[node.key]
        middles = before.get(node.key, [])
        return sum(middles) / len(middles) if middles else usual

    def _edges(self) -> tuple[Edge, ...]:
        """Where domains stand in boxes, one edge for all of a box."""
        if not self._dense:
            return self._graph.edges
        looks = {node.key: node for node in self._of_kind[Kind.DOMAIN]}
        edges = [edge for edge in self._graph.edges if edge.start not in looks]
        for group in _groups(self._graph):
            own = [edge for edge in self._graph.edges if edge.start in looks and edge.end == group.key and group.key]
            if own:
                flows = {edge.flow for edge in own}
                flow = next(flow for flow in (Flow.FLOWS, Flow.IDLE, Flow.STILL) if flow in flows)
                edges.append(Edge(f"box {group.key}", group.key, flow, sum(edge.weight for edge in own)))
        return tuple(edges)


def plan(graph: Graph, metrics: Metrics, width: float = 0.0) -> Plan:
    """The map; it is as narrow as it can be and as wide as is good to look at, which `width` chooses between."""
    return _Layout(graph, metrics, width).plan()


def narrowest(graph: Graph, metrics: Metrics) -> float:
    """How wide a map is that has no room; much sooner known than where everything stands."""
    return _Layout(graph, metrics, 0.0).narrowest()


def outline(graph: Graph) -> tuple[tuple[Kind, str, str], ...]:
    """What it is that says how narrow a map can be: no traffic is in it."""
    return tuple((node.kind, node.title, "" if node.rates else node.line) for node in graph.nodes)
