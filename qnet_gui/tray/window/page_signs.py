"""The signs of the pages, in the sidebar: drawn here, so that they are there whatever theme of icons is installed."""

from __future__ import annotations

from collections.abc import Callable

from qnet_gui.netmap.drawing import Ink, Shape, disc, plug, rounded, stroke
from qnet_gui.netmap.places import Place


def _overview() -> list[Shape]:
    """Two that go through one."""
    ways = [stroke((5.2, y), (8, 8), (10.4, 8)) for y in (4, 12)]
    return [Shape(disc(3.6, y, 1.9), Ink.TEXT, width=1.3) for y in (4, 12)] + [
        Shape(disc(12.6, 8, 2.2), fill=Ink.TEXT), *ways,
    ]  # fmt: skip


def _domains() -> list[Shape]:
    return [Shape(rounded(Place(x, y, 5, 5), 1), Ink.TEXT, width=1.3) for x in (2, 9) for y in (2, 9)]


def _routes() -> list[Shape]:
    return [
        stroke((2, 5), (13, 5)), stroke((10, 2), (13.3, 5), (10, 8)), stroke((14, 11), (3, 11)),
        stroke((6, 8), (2.7, 11), (6, 14)),
    ]  # fmt: skip


def _names() -> list[Shape]:
    """A label with a hole."""
    outline = (("M", (2, 3)), ("L", (8, 3)), ("L", (14, 8.5)), ("L", (8.5, 14)), ("L", (2, 8.5)), ("Z", ()))
    return [Shape(outline, Ink.TEXT, width=1.3), Shape(disc(5, 6, 1.1), fill=Ink.TEXT)]


def _upgrade() -> list[Shape]:
    return [Shape(disc(8, 8, 6), Ink.TEXT, width=1.3), stroke((8, 11.5), (8, 5)), stroke((5, 7.6), (8, 4.6), (11, 7.6))]


def _log() -> list[Shape]:
    return [Shape(disc(8, 8, 6), Ink.TEXT, width=1.3), stroke((8, 4), (8, 8), (11, 10))]


def _settings() -> list[Shape]:
    lines = [stroke((2, y), (14, y)) for y in (4, 8, 12)]
    return [*lines, *(Shape(disc(x, y, 1.9), fill=Ink.TEXT) for x, y in ((10.5, 4), (5, 8), (9, 12)))]


def _help() -> list[Shape]:
    bow = (("M", (5.6, 6.4)), ("C", (5.6, 3, 10.6, 3, 10.4, 6.4)), ("C", (10.3, 8, 8, 8, 8, 9.8)))
    ring, dot = Shape(disc(8, 8, 6.4), Ink.TEXT, width=1.2), Shape(disc(8, 11.8, 0.9), fill=Ink.TEXT)
    return [ring, Shape(bow, Ink.TEXT, width=1.4), dot]


def go_on() -> list[Shape]:
    """A triangle."""
    return [Shape((("M", (4, 2.6)), ("L", (13, 8)), ("L", (4, 13.4)), ("Z", ())), fill=Ink.TEXT)]


def pulled() -> list[Shape]:
    """A plug that is struck through."""
    return [*plug(Ink.TEXT), stroke((2.5, 14), (13.5, 2), ink=Ink.DANGER)]


SIGNS: dict[str, Callable[[], list[Shape]]] = {
    "overview": _overview,
    "domains": _domains,
    "routes": _routes,
    "names": _names,
    "upgrade": _upgrade,
    "log": _log,
    "settings": _settings,
    "help": _help,
}
