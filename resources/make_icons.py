#!/usr/bin/python3
"""Draw the tray's icons: `make_icons.py [FOLDER]` writes every SVG below `icons/hicolor` beside this script.

Each icon is drawn three times, for 32, 22 and 16 pixels, so that edges fall on whole pixels. Colours are classes of
KDE's `current-color-scheme`: a panel or the tray itself replaces the style sheet and the icon follows. The shapes
speak: a solid plug or solid arcs are connected, an outline is not. Run it again after a change; a test compares the
output.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

Point = tuple[float, float]
Inside = Callable[[float, float], bool]

HEAD = """<svg xmlns="http://www.w3.org/2000/svg" width="{size}" height="{size}" viewBox="0 0 {size} {size}">
  <style type="text/css" id="current-color-scheme">
    .ColorScheme-Text {{ color: #232629; }}
    .ColorScheme-NeutralText {{ color: #f67400; }}
    .ColorScheme-NegativeText {{ color: #da4453; }}
  </style>
"""
APPLICATION = """<svg xmlns="http://www.w3.org/2000/svg" width="48" height="48" viewBox="0 0 48 48">
  <rect x="4" y="5" width="40" height="40" rx="6" fill="#1b5a84"/>
  <rect x="4" y="4" width="40" height="40" rx="6" fill="#2980b9"/>
  <path d="M12,10H36V28H30V33H26V44H22V33H18V28H12Z" fill="#fcfcfc"/>
  <path d="M16,14H18V21H16ZM21,14H23V21H21ZM25,14H27V21H25ZM30,14H32V21H30Z" fill="#2980b9"/>
</svg>
"""
TEXT, NEUTRAL, NEGATIVE = "Text", "NeutralText", "NegativeText"
FAINT = 0.35


@dataclass(frozen=True)
class Grid:
    """The numbers that differ between the sizes. Boxes are left, top, right, bottom; `line` is how wide lines are."""

    size: int
    line: int
    body: tuple[int, int, int, int]
    neck: tuple[int, int, int]
    cable: tuple[int, int, int]
    contacts: tuple[tuple[int, ...], int, int]
    corner: tuple[float, float]
    rings: tuple[tuple[float, float], ...]
    apex: Point
    dot: tuple[float, float, float]


GRIDS = (
    Grid(
        32, 2, (5, 4, 27, 18), (10, 22, 22), (14, 18, 29), ((9, 13, 17, 21), 8, 13), (18.5, 14),
        ((0, 4), (6, 9), (11, 14), (16, 19)), (16, 27), (26.5, 5.5, 3.5),
    ),
    Grid(
        22, 1, (5, 3, 17, 13), (8, 14, 16), (10, 12, 19), ((7, 9, 12, 14), 5, 9), (13, 10.5),
        ((0, 3), (4.2, 6), (7.2, 9), (10.2, 12)), (11, 18), (18.5, 4, 2.5),
    ),
    Grid(
        16, 1, (2, 2, 13, 9), (4, 11, 11), (6, 9, 14), ((4, 7, 10), 4, 7), (9.5, 7),
        ((0, 2.2), (3.2, 4.7), (5.7, 7.2), (8.2, 9.7)), (8, 13.5), (13.75, 2.25, 2),
    ),
)  # fmt: skip


def number(value: float) -> str:
    """A coordinate with at most two decimals."""
    return f"{value:.2f}".rstrip("0").rstrip(".")


def fill(data: str, colour: str = TEXT, opacity: float = 1) -> str:
    """A filled path; holes by even-odd."""
    faint = f' fill-opacity="{opacity}"' if opacity < 1 else ""
    return f'  <path class="ColorScheme-{colour}" fill="currentColor" fill-rule="evenodd"{faint} d="{data}"/>\n'


def stroke(data: str, width: float = 1, colour: str = TEXT, extra: str = "") -> str:
    """A path drawn as a line."""
    return (
        f'  <path class="ColorScheme-{colour}" fill="none" stroke="currentColor" stroke-width="{number(width)}"'
        f'{extra} d="{data}"/>\n'
    )


def box(left: float, top: float, right: float, bottom: float) -> str:
    """A rectangle as path data."""
    return f"M{number(left)},{number(top)}H{number(right)}V{number(bottom)}H{number(left)}Z"


def circle(x: float, y: float, radius: float) -> str:
    """A circle as path data."""
    arc = f"a{number(radius)},{number(radius)} 0 1 1 "
    return f"M{number(x - radius)},{number(y)}{arc}{number(2 * radius)},0{arc}{number(-2 * radius)},0Z"


def polyline(points: list[Point], inside: Inside | None = None) -> str:
    """Straight lines through the points, as path data, leaving out what lies inside a region."""
    if inside is None:
        return "M" + "L".join(f"{number(x)},{number(y)}" for x, y in points)
    runs: list[list[Point]] = [[]]
    for (x0, y0), (x1, y1) in pairwise(points):
        steps = max(1, round(max(abs(x1 - x0), abs(y1 - y0)) * 20))
        for step in range(steps + 1):
            x, y = x0 + (x1 - x0) * step / steps, y0 + (y1 - y0) * step / steps
            if inside(x, y):
                runs.append([])
            elif runs[-1][-1:] != [(x, y)]:
                runs[-1].append((x, y))
    return "".join(polyline(_corners(run)) for run in runs if len(run) > 1)


def _corners(run: list[Point]) -> list[Point]:
    """The points of a run of samples at which it turns, and its ends."""
    kept = [run[0]]
    for before, here, after in zip(run, run[1:], run[2:], strict=False):
        turn = (here[0] - before[0]) * (after[1] - here[1]) - (here[1] - before[1]) * (after[0] - here[0])
        if abs(turn) > 1e-9:
            kept.append(here)
    return [*kept, run[-1]]


def corner(grid: Grid) -> Inside:
    """The region at the bottom right that a badge takes, with its margin."""
    return lambda x, y: x > grid.corner[0] and y > grid.corner[1]


def outline_points(grid: Grid) -> list[Point]:
    """The plug's edge without its cable, on the middle of the outermost pixels."""
    left, top, right, bottom = grid.body
    neck_left, neck_right, neck_bottom = grid.neck
    h = grid.line / 2
    return [
        (left + h, top + h), (right - h, top + h), (right - h, bottom - h), (neck_right - h, bottom - h),
        (neck_right - h, neck_bottom - h), (neck_left + h, neck_bottom - h), (neck_left + h, bottom - h),
        (left + h, bottom - h), (left + h, top),
    ]  # fmt: skip


def contacts(grid: Grid, inside: Inside | None = None) -> str:
    """The contacts of an outlined plug as path data."""
    columns, top, bottom = grid.contacts
    middle = grid.line / 2
    kept = [x for x in columns if inside is None or not any(inside(x + middle, y) for y in (top, bottom))]
    return "".join(box(x, top, x + grid.line, bottom) for x in kept)


def cable(grid: Grid) -> str:
    """The cable below the plug."""
    left, right, bottom = grid.cable
    return fill(box(left, grid.neck[2], right, bottom))


def outline_plug(grid: Grid, inside: Inside | None = None, extra: str = "") -> str:
    """A plug that is not connected."""
    edge = stroke(polyline(outline_points(grid), inside), grid.line, extra=extra)
    return edge + fill(contacts(grid, inside)) + cable(grid)


def solid_plug(grid: Grid, badge: bool, dot: bool) -> str:
    """A plug that is connected, with room for a badge at the bottom right and for a dot at the top right."""
    left, top, right, bottom = grid.body
    neck_left, neck_right, neck_bottom = grid.neck
    data = f"M{left},{top}"
    columns, slot_top, slot_bottom = grid.contacts
    if dot:
        x, y, radius = grid.dot[0], grid.dot[1], grid.dot[2] + grid.line
        on_top, on_right = x - math.sqrt(radius**2 - (y - top) ** 2), y + math.sqrt(radius**2 - (right - x) ** 2)
        data += f"H{number(on_top)}A{number(radius)},{number(radius)} 0 0 0 {right},{number(on_right)}"
        columns = columns[:-1]
    else:
        data += f"H{right}"
    if badge:
        x, y = math.floor(grid.corner[0]), math.floor(grid.corner[1])
        data += f"V{y}H{x}V{neck_bottom}"
    else:
        data += f"V{bottom}H{neck_right}V{neck_bottom}"
    cable_left, cable_right, cable_bottom = grid.cable
    data += f"H{cable_right}V{cable_bottom}H{cable_left}V{neck_bottom}H{neck_left}V{bottom}H{left}Z"
    slot_bottom = min(slot_bottom, math.floor(grid.corner[1]) - 1) if badge else slot_bottom
    slots = "".join(box(x, slot_top, x + grid.line, slot_bottom) for x in columns)
    return fill(data + slots)


def ring(grid: Grid, inner: float, outer: float, right: float) -> str:
    """A part of a ring around the apex, from 42 degrees left to `right` degrees right of upright."""
    x, y = grid.apex

    def at(radius: float, degrees: float) -> str:
        angle = math.radians(degrees)
        return f"{number(x + radius * math.sin(angle))},{number(y - radius * math.cos(angle))}"

    back = f"L{at(inner, right)}A{number(inner)},{number(inner)} 0 0 0 {at(inner, -42)}" if inner else f"L{at(0, 0)}"
    return f"M{at(outer, -42)}A{number(outer)},{number(outer)} 0 0 1 {at(outer, right)}{back}Z"


def arcs(grid: Grid, strength: int, badge: bool) -> str:
    """Wi-Fi: `strength` of four rings solid, the others faint; shorter where a badge needs the room."""
    taken, drawn = corner(grid), ""
    for index, (inner, outer) in enumerate(grid.rings):
        right = 42.0
        while badge and right > 0 and _touches(grid, inner, outer, right, taken):
            right -= 0.5
        drawn += fill(ring(grid, inner, outer, right), opacity=1 if index < strength else FAINT)
    return drawn


def _touches(grid: Grid, inner: float, outer: float, right: float, taken: Inside) -> bool:
    angle = math.radians(right)
    x, y = grid.apex
    return any(taken(x + r * math.sin(angle), y - r * math.cos(angle)) for r in (inner, (inner + outer) / 2, outer))


def lock(grid: Grid) -> str:
    """The badge of a VPN."""
    if grid.size == 32:
        return fill(box(20, 22, 30, 29)) + stroke("M22,22V20a3,3 0 0 1 6,0V22", 2)
    if grid.size == 22:
        return fill(box(14, 15, 20, 20)) + stroke("M15.5,15V13.5a1.5,1.5 0 0 1 3,0V15")
    return fill(box(10, 11, 15, 15)) + stroke("M11.5,11V9.5a1,1 0 0 1 2,0V11")


def exclamation(grid: Grid) -> str:
    """The badge of names that do not resolve."""
    shapes = {
        32: box(23, 16, 27, 24) + box(23, 26, 27, 29),
        22: box(16, 11.5, 18, 17) + box(16, 18, 18, 20),
        16: box(12, 8, 14, 12) + box(12, 13, 14, 15),
    }
    return fill(shapes[grid.size], NEGATIVE)


def question(grid: Grid) -> str:
    """The badge of not knowing."""
    if grid.size == 32:
        return stroke("M21,19a4,4 0 1 1 5.8,3.5Q25,23.6 25,26", 2) + fill(box(24, 28, 26, 30))
    if grid.size == 22:
        return stroke("M14.5,13.5a2.5,2.5 0 1 1 3.6,2.2Q17,16.3 17,17.5", 1.5) + fill(box(16.2, 18.5, 17.8, 20))
    return stroke("M10.6,10a1.9,1.9 0 1 1 2.6,1.8Q12.5,12.1 12.5,13", 1.2) + fill(box(11.9, 13.8, 13.1, 15))


def problem_dot(grid: Grid) -> str:
    """The badge of something else that wants attention."""
    return fill(circle(*grid.dot), NEUTRAL)


def struck(grid: Grid) -> str:
    """A plug with a stroke through it."""
    low, high, wide, room = {32: (4, 28, 2.6, 3.8), 22: (3, 19, 1.4, 1.9), 16: (2, 14, 1.4, 1.9)}[grid.size]
    gap: Inside = lambda x, y: abs(x - y) < room and low - 1 < x < high + 1  # noqa: E731
    h = grid.line / 2
    return outline_plug(grid, gap) + stroke(polyline([(low + h, low + h), (high - h, high - h)]), wide)


def pulled(grid: Grid) -> str:
    """A plug out of its socket."""
    if grid.size == 32:
        socket = polyline([(6, 12), (6, 5), (26, 5), (26, 12)])
        plug = [(11, 15), (21, 15), (21, 22), (11, 22), (11, 14)]
        return stroke(socket, 2) + stroke(polyline(plug), 2) + fill(box(14, 23, 18, 29)) + fill(box(13, 9, 19, 11))
    if grid.size == 22:
        socket = polyline([(4.5, 8), (4.5, 3.5), (17.5, 3.5), (17.5, 8)])
        plug = [(7.5, 9.5), (14.5, 9.5), (14.5, 14.5), (7.5, 14.5), (7.5, 9)]
        return stroke(socket) + stroke(polyline(plug)) + fill(box(10, 15, 12, 19)) + fill(box(9, 6, 13, 7))
    socket = polyline([(2.5, 6), (2.5, 2.5), (13.5, 2.5), (13.5, 6)])
    plug = [(5.5, 7.5), (10.5, 7.5), (10.5, 10.5), (5.5, 10.5), (5.5, 7)]
    return stroke(socket) + stroke(polyline(plug)) + fill(box(7, 11, 9, 14))


def moving(grid: Grid, frame: int) -> str:
    """A plug over three dots, of which one is lit."""
    edge = stroke(polyline(outline_points(grid)), grid.line) + fill(contacts(grid))
    places, top, wide, high = {
        32: ((6, 14, 22), 25, 4, 4), 22: ((5, 10, 15), 17, 2, 2), 16: ((2, 6, 10), 12, 3, 2),
    }[grid.size]  # fmt: skip
    dots = (fill(box(x, top, x + wide, top + high), opacity=1 if n == frame else FAINT) for n, x in enumerate(places))
    return edge + "".join(dots)


def shield(grid: Grid) -> str:
    """dom0 is connected: its shield has a hole."""
    if grid.size == 32:
        edge = "M16,3L28,7.5V15C28,22.2 23.2,26.8 16,29C8.8,26.8 4,22.2 4,15V7.5Z"
        return fill(edge + circle(16, 15.5, 4.6), NEGATIVE)
    if grid.size == 22:
        edge = "M11,2L19,5V10.5C19,15.3 15.8,18.5 11,20C6.2,18.5 3,15.3 3,10.5V5Z"
        return fill(edge + circle(11, 10.8, 3.2), NEGATIVE)
    return fill("M8,1L14,3.3V7.5C14,11.2 11.6,13.7 8,15C4.4,13.7 2,11.2 2,7.5V3.3Z" + circle(8, 7.7, 2.4), NEGATIVE)


def dotted(grid: Grid) -> str:
    """A line of dots; half of the first is before its beginning, which lies in the middle of a pixel."""
    return f' stroke-dasharray="{grid.line} {grid.line}" stroke-dashoffset="{number(grid.line / 2)}"'


def icons(grid: Grid) -> Iterator[tuple[str, str]]:
    """Every icon of a size: name and drawing."""
    yield "helper-away", outline_plug(grid, lambda x, y: x > grid.corner[0] and y > grid.corner[1] - 1) + question(grid)
    yield "no-netvm", pulled(grid)
    yield "starting", outline_plug(grid, extra=dotted(grid))
    yield "no-uplink", struck(grid)
    for frame in range(3):
        yield f"connecting-{frame + 1}", moving(grid, frame)
    yield "dom0-connected", shield(grid)
    for badge, mark in (("", ""), ("-lock", lock(grid)), ("-alert", exclamation(grid))):
        for dot, spot in (("", ""), ("-dot", problem_dot(grid))):
            if badge == "-alert" and dot:
                continue
            yield f"wired{badge}{dot}", solid_plug(grid, bool(badge), bool(dot)) + mark + spot
            for strength in range(1, 5):
                yield f"wifi-{strength}{badge}{dot}", arcs(grid, strength, bool(badge)) + mark + spot


def dashes(*boxes: tuple[float, float, float, float], colour: str = TEXT) -> str:
    """Several boxes as one drawing."""
    return fill("".join(box(*sides) for sides in boxes), colour)


#: Icons for menus and buttons, by freedesktop.org's names, for themes that have none of that name; on a grid of 16.
GLYPHS = {
    "view-refresh": stroke("M12.9,5.5A5.5,5.5 0 1 0 13.5,8.5", 1.4) + fill("M14,2V7H9Z"),
    "configure": dashes(
        (2, 3, 4, 4), (4, 2, 7, 5), (7, 3, 14, 4), (2, 8, 9, 9), (9, 7, 12, 10), (12, 8, 14, 9), (2, 13, 5, 14),
        (5, 12, 8, 15), (8, 13, 14, 14),
    ),
    "window-new": stroke("M2.5,3.5H13.5V13.5H2.5Z") + fill(box(2, 3, 14, 6)),
    "window-pin": fill("M6,2H10V3L9.5,4V7.5L12,10V11H4V10L6.5,7.5V4L6,3Z") + fill(box(7.5, 11, 8.5, 15)),
    "media-playback-start": fill("M4,2.5L13,8L4,13.5Z"),
    "media-playback-pause": dashes((4, 3, 7, 13), (9, 3, 12, 13)),
    "update-none": stroke("M3.5,13.5H12.5") + fill("M7,2H9V7H12L8,11.5L4,7H7Z"),
    "network-wireless": stroke("M2.5,7.5A8,8 0 0 1 13.5,7.5", 1.4) + stroke("M5,10A4.5,4.5 0 0 1 11,10", 1.4)
    + fill(circle(8, 12.5, 1.5)),
    "network-connect": fill("M4,2H6V5H10V2H12V5H13V9L9.5,11V15H6.5V11L3,9V5H4Z"),
    "network-disconnect": fill("M4,2H6V5H10V2H12V5H13V8H9L8,10H6.5L3,9V5H4Z")
    + stroke("M9.5,10.5L14,15M14,10.5L9.5,15", 1.4, NEGATIVE),
    "preferences-system-network": fill(circle(8, 4, 2.5) + circle(3.5, 12, 2) + circle(12.5, 12, 2))
    + stroke("M8,5V8.5M3.5,11V8.5H12.5V11"),
    "documentinfo": stroke("M3.5,1.5H12.5V14.5H3.5Z") + dashes((5, 5, 11, 6), (5, 8, 11, 9), (5, 11, 9, 12)),
    "list-add": dashes((7, 3, 9, 13), (3, 7, 13, 9)),
    "go-next": stroke("M5.5,3L10.5,8L5.5,13", 1.6),
    "dialog-information": stroke(circle(8, 8, 6.5)) + dashes((7, 4, 9, 6), (7, 7, 9, 12)),
    "dialog-warning": fill("M8,1.5L15,14H1Z" + box(7.3, 6, 8.7, 10) + box(7.3, 11, 8.7, 12.4), NEUTRAL),
    "dialog-error": fill(circle(8, 8, 6.5) + "M7.2,4H8.8V9H7.2ZM7.2,10.2H8.8V11.8H7.2Z", NEGATIVE),
    "application-exit": stroke("M5.5,4A5.5,5.5 0 1 0 10.5,4", 1.4) + fill(box(7.2, 1.5, 8.8, 8)),
    "help-contents": stroke("M5.5,6a2.5,2.5 0 1 1 3.6,2.2Q8,8.8 8,10", 1.5) + fill(box(7.2, 11.5, 8.8, 13.2)),
    "help-about": stroke("M2.5,8A5.5,5.5 0 1 1 13.5,8A5.5,5.5 0 1 1 2.5,8Z") + dashes((7, 4, 9, 6), (7, 7, 9, 12)),
}  # fmt: skip


def _notice(back: str, colour: str, front: str) -> str:
    """An icon of a notification: large, on a grid of 48, with its own colours, since what is behind it is unknown."""
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" width="48" height="48" viewBox="0 0 48 48">\n'
        f'  <path fill="{colour}" d="{back}"/>\n{front}</svg>\n'
    )


def _white(data: str) -> str:
    return f'  <path fill="#fcfcfc" fill-rule="evenodd" d="{data}"/>\n'


def _line(data: str, width: float = 4, colour: str = "#fcfcfc") -> str:
    ends = 'stroke-linecap="round" stroke-linejoin="round"'
    return f'  <path fill="none" stroke="{colour}" stroke-width="{number(width)}" {ends} d="{data}"/>\n'


_RED, _GREEN, _BLUE, _ORANGE = "#da4453", "#27ae60", "#2980b9", "#f67400"
_DISC, _SHIELD = circle(24, 24, 21), "M24,3L42,9V22C42,33 34,41 24,45C14,41 6,33 6,22V9Z"
_PLUG = "M16,12H19V18H29V12H32V18H35V26L28,31V38H20V31L13,26V18H16Z"
#: By what a notification tells, which is to be seen without reading it: by its outline, what is in it, and its colour.
NOTICES = {
    "lost": _notice(_DISC, _RED, _white(_PLUG) + _line("M12,12L36,36", 7, _RED) + _line("M13,12L37,36", 3.5)),
    "back": _notice(_DISC, _GREEN, _white(_PLUG)),
    "changed": _notice(_DISC, _BLUE, _line("M12,19H35M29,13L35,19L29,25") + _line("M36,30H13M19,24.5L13,30L19,36")),
    "failed": _notice(
        "M24,4L46,43H2Z", _ORANGE, _white(box(21.5, 17, 26.5, 31) + box(21.5, 34, 26.5, 39))
    ),
    "done": _notice(
        "M8,4H40A4,4 0 0 1 44,8V40A4,4 0 0 1 40,44H8A4,4 0 0 1 4,40V8A4,4 0 0 1 8,4Z", _GREEN,
        _line("M13,25L21,33L36,15", 5),
    ),
    "dom0-open": _notice(_SHIELD, _RED, _white(circle(24, 23, 8))),
    "dom0-closed": _notice(_SHIELD, _GREEN, _line("M15,24L22,31L34,16", 4.5)),
}  # fmt: skip


def files() -> Iterator[tuple[str, str]]:
    """Path below the icons' folder and content of every file."""
    yield "hicolor/scalable/apps/org.qnet.Tray.svg", APPLICATION
    for name, drawing in NOTICES.items():
        yield f"hicolor/scalable/status/qnet-notify-{name}.svg", drawing
    for grid in GRIDS:
        for name, drawing in icons(grid):
            path = f"hicolor/{grid.size}x{grid.size}/status/qnet-{name}.svg"
            yield path, HEAD.format(size=grid.size) + drawing + "</svg>\n"
    for name, drawing in GLYPHS.items():
        yield f"hicolor/16x16/actions/qnet-{name}.svg", HEAD.format(size=16) + drawing + "</svg>\n"


def main() -> None:
    """Write them all."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent / "icons"
    for path, content in files():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(content, "ascii")


if __name__ == "__main__":
    main()
