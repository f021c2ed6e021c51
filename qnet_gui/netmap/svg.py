"""The map as an SVG: text stays text, and every node has its words as a title, for whoever hears them. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from html import escape

from qnet_gui.model.domain import Label
from qnet_gui.model.translation import tr
from qnet_gui.netmap.drawing import Ink, Mark, Shape, Words, back_marks, node_marks
from qnet_gui.netmap.graph import Graph
from qnet_gui.netmap.labels import COLOURS as LABELS
from qnet_gui.netmap.places import Metrics
from qnet_gui.netmap.plan import plan

#: Pixels: the ordinary and the small letters, a line, and what is left free around all.
_FONT, _SMALL, _LINE, _MARGIN = 13.3, 11.7, 18.0, 16.0
#: Wide enough that columns stand well apart.
_WIDTH = 900.0
_COLOURS = {
    Ink.TEXT: "#232629",
    Ink.FAINT: "#686b6f",
    Ink.LINE: "#bcbfc2",
    Ink.BASE: "#ffffff",
    Ink.TINT: "#e9eaec",
    Ink.MARKED: "#d4ecf9",
    Ink.HIGHLIGHT: "#3daee9",
    Ink.GOOD: "#27ae60",
    Ink.ATTENTION: "#f67400",
    Ink.DANGER: "#da4453",
    Ink.DANGER_TINT: "#f7d5d8",
}
_WINDOW = "#eff0f1"
#: How wide letters of a wide, common font (DejaVu Sans) are, as parts of its size.
_NARROW, _WIDE = frozenset("ijlI.,:;|!'`()[]ftr -"), frozenset("mwMWQ@%&↓↑→…")


def _advance(letter: str) -> float:
    if letter in _NARROW:
        return 0.40
    if letter in _WIDE:
        return 0.95
    return 0.71 if letter.isupper() else 0.63


def _text_width(text: str, bold: bool, small: bool) -> float:
    return sum(map(_advance, text)) * (_SMALL if small else _FONT) * (1.1 if bold else 1.0)


#: For whoever has no fonts to measure.
METRICS = Metrics(_text_width, _LINE)


def _number(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")


def _shape(shape: Shape) -> str:
    path = " ".join(letter + " ".join(map(_number, numbers)) for letter, numbers in shape.path)
    stroke = f' stroke="{_COLOURS[shape.stroke]}" stroke-width="{_number(shape.width)}"' if shape.stroke else ""
    dashes = ' stroke-dasharray="4 3"' if shape.dashed else ""
    fill = LABELS[shape.fill] if isinstance(shape.fill, Label) else _COLOURS[shape.fill] if shape.fill else "none"
    return f'<path d="{path}" fill="{fill}"{stroke}{dashes}/>'


def _words(words: Words) -> str:
    weight = ' font-weight="600"' if words.bold else ""
    size = _SMALL if words.small else _FONT
    place = f'x="{_number(words.x)}" y="{_number(words.y)}"'
    return f'<text {place} font-size="{size}" fill="{_COLOURS[words.ink]}"{weight}>{escape(words.text)}</text>'


def _written(marks: Iterable[Mark]) -> Iterator[str]:
    for drawn in marks:
        yield _shape(drawn) if isinstance(drawn, Shape) else _words(drawn)


def svg(graph: Graph) -> str:
    """The file's text."""
    laid_out = plan(graph, METRICS, _WIDTH)
    width, height = _number(laid_out.width + 2 * _MARGIN), _number(laid_out.height + 2 * _MARGIN)
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}"'
        ' font-family="Noto Sans, DejaVu Sans, sans-serif">',
        f"<title>{escape(tr('Who goes through whom'))}</title>",
        f'<rect width="{width}" height="{height}" fill="{_WINDOW}"/>',
        f'<g transform="translate({_number(_MARGIN)} {_number(_MARGIN)})">',
        *_written(back_marks(laid_out, METRICS)),
    ]
    for placed in laid_out.nodes:
        lines += [f"<g><title>{escape(placed.node.spoken)}</title>", *_written(node_marks(placed, METRICS)), "</g>"]
    return "\n".join([*lines, "</g>", "</svg>"]) + "\n"
