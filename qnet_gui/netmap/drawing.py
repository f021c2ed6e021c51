"""From the plan to what is drawn: shapes and texts in inks, to which a painter or a writer gives colours. Pure.

Signs are drawn in a grid of 16; a state is told by its shape first, and by its colour then.
"""

from __future__ import annotations

import enum
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from qnet_gui.model.domain import Label
from qnet_gui.model.uplink import UplinkKind
from qnet_gui.netmap.graph import Edge, Flow, Kind, Look, Node
from qnet_gui.netmap.places import Metrics, Place
from qnet_gui.netmap.plan import BULGE, ROW, PlacedNode, Plan
from qnet_gui.netmap.widths import icon_room


class Ink(enum.Enum):
    """What a colour means; a theme says which it is."""

    TEXT = "text"
    FAINT = "faint"
    LINE = "line"
    BASE = "base"
    TINT = "tint"
    MARKED = "marked"
    HIGHLIGHT = "highlight"
    GOOD = "good"
    ATTENTION = "attention"
    DANGER = "danger"
    DANGER_TINT = "danger tint"


@dataclass(frozen=True, slots=True)
class Shape:
    """A path: `M x y`, `L x y`, `C x1 y1 x2 y2 x y`, `Z`, each a letter and its numbers. None is no ink.

    A label is the same colour in every theme.
    """

    path: tuple[tuple[str, tuple[float, ...]], ...]
    stroke: Ink | None = None
    fill: Ink | Label | None = None
    width: float = 1.0
    dashed: bool = False


@dataclass(frozen=True, slots=True)
class Words:
    """A text; `y` is its base line."""

    x: float
    y: float
    text: str
    ink: Ink = Ink.TEXT
    bold: bool = False
    small: bool = False


Mark = Shape | Words
Path = tuple[tuple[str, tuple[float, ...]], ...]
#: How far a curve's handles stand off to be a quarter of a circle.
_ROUND = 0.5523
_RADIUS = 5.0


def rounded(place: Place, radius: float = _RADIUS) -> Path:
    """A rectangle with round corners."""
    x, y, right, bottom = place.x, place.y, place.right, place.bottom
    bend = radius * (1 - _ROUND)
    return (
        ("M", (x + radius, y)), ("L", (right - radius, y)),
        ("C", (right - bend, y, right, y + bend, right, y + radius)), ("L", (right, bottom - radius)),
        ("C", (right, bottom - bend, right - bend, bottom, right - radius, bottom)), ("L", (x + radius, bottom)),
        ("C", (x + bend, bottom, x, bottom - bend, x, bottom - radius)), ("L", (x, y + radius)),
        ("C", (x, y + bend, x + bend, y, x + radius, y)), ("Z", ()),
    )  # fmt: skip


def disc(x: float, y: float, radius: float) -> Path:
    """A circle."""
    return rounded(Place(x - radius, y - radius, 2 * radius, 2 * radius), radius)


def _line(*points: tuple[float, float], closed: bool = False) -> Path:
    first, *rest = points
    return (("M", first), *(("L", point) for point in rest), *((("Z", ()),) if closed else ()))


def stroke(*points: tuple[float, float], ink: Ink = Ink.TEXT) -> Shape:
    """A line of a sign."""
    return Shape(_line(*points), stroke=ink, width=1.4)


def plug(ink: Ink) -> list[Shape]:
    """The sign of a cable."""
    body = (("M", (4, 6)), ("L", (12, 6)), ("L", (12, 8)), ("C", (12, 12.6, 4, 12.6, 4, 8)), ("Z", ()))
    pins = [stroke((x, 2.2), (x, 6), ink=ink) for x in (6, 10)]
    return [*pins, Shape(body, stroke=ink, width=1.3), stroke((8, 11.4), (8, 14.6), ink=ink)]


def bars(ink: Ink) -> list[Shape]:
    """The sign of what stands still."""
    return [Shape(_line((x, 3), (x + 3.4, 3), (x + 3.4, 13), (x, 13), closed=True), fill=ink) for x in (3.5, 9.1)]


def _arc(x: float, y: float, radius: float) -> Path:
    """The quarter of a circle above a point."""
    side, top = radius * math.sin(math.pi / 4), radius * 1.30
    return (("M", (x - side, y - side)), ("C", (x - side / 2, y - top, x + side / 2, y - top, x + side, y - side)))


def _shield(look: Look, ink: Ink) -> list[Shape]:
    outline = Shape(
        (("M", (8, 1.5)), ("L", (13.5, 3.2)), ("C", (13.5, 9, 12, 12.5, 8, 14.5)),
         ("C", (4, 12.5, 2.5, 9, 2.5, 3.2)), ("Z", ())), stroke=ink, width=1.4,
    )  # fmt: skip
    if look is Look.SAFE:
        return [outline, Shape(_line((5.2, 7.8), (7.3, 10), (10.9, 5.6)), stroke=Ink.GOOD, width=1.8)]
    return [outline, Shape(_line((8, 4.6), (8, 9)), stroke=ink, width=1.8), Shape(disc(8, 11.2, 1.0), fill=ink)]


def _wifi(strength: int, ink: Ink) -> list[Shape]:
    arcs = min(3, max(0, (strength + 15) // 33))
    shapes = [Shape(disc(8, 12.6, 1.4), fill=ink)]
    for number, radius in enumerate((4.0, 7.2, 10.4)):
        shapes.append(Shape(_arc(8, 13, radius), stroke=ink if number < arcs else Ink.LINE, width=1.5))
    return shapes


def _globe(ink: Ink) -> list[Shape]:
    oval = (("M", (8, 2)), ("C", (4.4, 5, 4.4, 11, 8, 14)), ("C", (11.6, 11, 11.6, 5, 8, 2)))
    lines = [Shape(_line((left, y), (16 - left, y)), stroke=ink) for left, y in ((2.8, 5.6), (2.8, 10.4))]
    return [Shape(disc(8, 8, 6), stroke=ink, width=1.3), Shape(oval, stroke=ink), *lines]


def _machine(ink: Ink) -> list[Shape]:
    """A case with three drawers, for a netvm."""
    drawers = [Shape(rounded(Place(2.5, y, 11, 3.2), 0.8), stroke=ink, width=1.2) for y in (2, 6.4, 10.8)]
    return [*drawers, *(Shape(disc(5, y + 1.6, 0.7), fill=ink) for y in (2, 6.4, 10.8))]


def _lock(ink: Ink) -> list[Shape]:
    bow = (("M", (5, 7)), ("L", (5, 5)), ("C", (5, 1.2, 11, 1.2, 11, 5)), ("L", (11, 7)))
    return [Shape(rounded(Place(3.2, 7, 9.6, 7), 1.2), stroke=ink, width=1.3), Shape(bow, stroke=ink, width=1.3)]


def domain_sign(look: Look) -> list[Shape]:
    """How a domain is, by its shape first."""
    if look is Look.GOOD:
        return [Shape(disc(8, 8, 4.8), fill=Ink.GOOD)]
    if look is Look.PAUSED:
        return bars(Ink.ATTENTION)
    if look is Look.WAITING:
        return [Shape(disc(8, 8, 4.6), stroke=Ink.ATTENTION, width=1.8, dashed=True)]
    return [Shape(disc(8, 8, 4.6), stroke=Ink.FAINT, width=1.4)]


def sign(node: Node) -> list[Shape]:
    """A node's sign, in a grid of 16."""
    ink = Ink.FAINT if faint(node) else Ink.DANGER if node.look is Look.EXPOSED else Ink.TEXT
    if node.kind is Kind.DOMAIN:
        return domain_sign(node.look)
    if node.kind is Kind.DOM0:
        return _shield(node.look, ink)
    if node.kind is Kind.NETVM:
        return bars(Ink.ATTENTION) if node.look is Look.PAUSED else _machine(ink)
    if node.kind is Kind.VPN:
        return _lock(ink)
    if node.kind is Kind.WORLD:
        return _globe(ink)
    return _wifi(node.strength, ink) if node.over is UplinkKind.WIFI else plug(ink)


def faint(node: Node) -> bool:
    """Whether it takes no part at present."""
    return node.look is Look.APART


def _moved(shape: Shape, x: float, y: float, scale: float) -> Shape:
    by_axis = (x, y)
    path = tuple(
        (
            letter,
            tuple(by_axis[index % 2] + value * scale for index, value in enumerate(numbers)),
        )
        for letter, numbers in shape.path
    )
    return Shape(path, shape.stroke, shape.fill, shape.width * scale, shape.dashed)


def _frame(placed: PlacedNode, hot: bool, focus: bool) -> Shape:
    node, place = placed.node, placed.place
    inside = Place(place.x + 0.5, place.y + 0.5, place.width - 1, place.height - 1)
    ink = {Look.EXPOSED: Ink.DANGER, Look.WAITING: Ink.ATTENTION}.get(node.look, Ink.LINE)
    fill = Ink.DANGER_TINT if node.look is Look.EXPOSED else Ink.TINT if faint(node) else Ink.BASE
    if hot or focus:
        ink, fill = Ink.HIGHLIGHT, Ink.MARKED
    return Shape(rounded(inside), ink, fill, 2.0 if focus else 1.0, dashed=faint(node) and not (hot or focus))


def node_marks(placed: PlacedNode, metrics: Metrics, hot: bool = False, focus: bool = False) -> Iterator[Mark]:
    """A node; `hot`: the pointer is on it."""
    node, place, line = placed.node, placed.place, metrics.line
    yield _frame(placed, hot, focus)
    if node.label is not Label.NONE:
        stripe = rounded(Place(place.x + 3, place.y + 5, 3, place.height - 10), 1.5)
        yield Shape(stripe, Ink.LINE, node.label, 0.6)  # a black label on black has an edge
    size = line if node.kind is Kind.DOMAIN else line * 1.35
    scale = size / 16
    for shape in sign(node):
        yield _moved(shape, place.x + 8, place.middle - size / 2, scale)
    x, bold = place.x + 8 + icon_room(node, metrics), node.kind is Kind.NETVM or node.main
    ink = Ink.FAINT if faint(node) else Ink.TEXT
    if placed.chip or not placed.rows:
        yield Words(x, place.middle + line * 0.28, placed.title, ink, bold)
        return
    middle = place.middle - line * ROW / 2 * (len(placed.rows) - 1)
    yield Words(x, middle - line * 0.18, placed.title, ink, bold)
    small = Ink.TEXT if node.look is Look.EXPOSED else Ink.FAINT  # red letters cannot be read on a tint of red
    for number, row in enumerate(placed.rows):
        yield Words(x, middle + line * (0.78 + ROW * number), row, small, small=True)


def _weight(edge: Edge) -> float:
    if edge.flow is not Flow.FLOWS:
        return 1.2
    return 1.2 + max(0.0, math.log10(max(1.0, edge.weight)) - 3) * 0.9


def _edge(edge: Edge, start: Place, end: Place, hot: bool) -> Iterator[Shape]:
    ink = {Flow.FLOWS: Ink.HIGHLIGHT, Flow.EXPOSED: Ink.DANGER}.get(edge.flow, Ink.FAINT)
    arrow = edge.flow in (Flow.FLOWS, Flow.EXPOSED)
    # what stands below it is reached from the right
    way, side = (-1, end.right) if end.x < start.right else (1, end.x)
    x, y, tip, to = start.right, start.middle, side - way * (6 if arrow else 0), end.middle
    if start.height > 3 * end.height:  # a box: at the height of whom it leads to, as far as it reaches
        y = min(max(to, start.y + 12), start.bottom - 12)
    bend = max(12.0, (tip - x) * 0.5)
    out, back = (x + bend, tip - bend) if way > 0 else (x + BULGE, side + BULGE)
    path: Path = (("M", (x, y)), ("C", (out, y, back, to, tip, to)))
    width = _weight(edge) + (1.0 if hot else 0.0)
    yield Shape(path, stroke=ink, width=width, dashed=edge.flow is Flow.STILL)
    if arrow:
        corners = ((side, to), (side - way * 9, to - 5), (side - way * 9, to + 5))
        yield Shape(_line(*corners, closed=True), fill=ink)


def back_marks(plan: Plan, metrics: Metrics, hot: Sequence[str] = ()) -> Iterator[Mark]:
    """What lies behind the nodes: boxes, and the edges, those of `hot` nodes stronger."""
    for box in plan.boxes:
        place = box.place
        yield Shape(rounded(Place(place.x + 0.5, place.y + 0.5, place.width - 1, place.height - 1)), Ink.LINE, Ink.TINT)
        yield Words(place.x + 8, place.y + metrics.line * 0.95 + 2, box.title, Ink.FAINT, small=True)
    places = plan.places()
    for edge in plan.edges:
        if edge.start in places and edge.end in places:
            yield from _edge(edge, places[edge.start], places[edge.end], edge.start in hot or edge.end in hot)
