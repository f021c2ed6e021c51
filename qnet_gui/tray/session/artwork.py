"""Where the bundled icons lie, and one of them in the colours asked for. Pure but for reading files; no Qt."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from qnet_gui.model.errors import NotFound
from qnet_gui.model.messages.system import SystemCode

#: The application's own icon, for windows, notifications and the desktop's menu.
APPLICATION = "hicolor/scalable/apps/org.qnet.Tray.svg"


@dataclass(frozen=True, slots=True)
class Colours:
    """The colours that icons are made of, as `#rrggbb`."""

    text: str
    neutral: str = "#f67400"
    negative: str = "#da4453"


@cache
def folder() -> Path:
    """The icons' folder: of the checkout, else of the Python that runs, else of the system."""
    places = (
        Path(__file__).parents[3] / "resources",
        Path(sys.prefix) / "share" / "qnet",
        Path("/usr/share/qnet"),
    )
    for place in places:
        if (place / "icons" / APPLICATION).is_file():
            return place / "icons"
    raise NotFound(SystemCode.ICONS_MISSING, names=tuple(map(str, places)))


def notification(name: str) -> Path:
    """The file of an icon that is drawn for notifications; of the application's own when no name is given."""
    return folder() / (f"hicolor/scalable/status/qnet-notify-{name}.svg" if name else APPLICATION)


def grid_for(pixels: int) -> tuple[int, int]:
    """Which drawing suits a size, and how many times enlarged it leaves its edges on whole pixels."""
    if pixels % 32 == 0:
        return 32, pixels // 32
    return (16, 1) if pixels < 22 else (22, pixels // 22)


def drawing(name: str, grid: int, colours: Colours) -> bytes:
    """The SVG of an icon with the colours of its style sheet replaced."""
    return _coloured(f"hicolor/{grid}x{grid}/status/qnet-{name}.svg", colours)


def glyph(name: str, colours: Colours) -> bytes:
    """The same of an icon for menus and buttons, by freedesktop.org's name; drawn on a grid of 16."""
    return _coloured(f"hicolor/16x16/actions/qnet-{name}.svg", colours)


def glyphs() -> list[str]:
    """The names of all of those."""
    return sorted(path.stem.removeprefix("qnet-") for path in folder().glob("hicolor/16x16/actions/qnet-*.svg"))


def _coloured(path: str, colours: Colours) -> bytes:
    svg = (folder() / path).read_text("ascii")
    for role, colour in (("Text", colours.text), ("NeutralText", colours.neutral), ("NegativeText", colours.negative)):
        head, mark, tail = svg.partition(f".ColorScheme-{role} {{ color: ")
        svg = head + mark + colour + tail[len("#rrggbb") :]
    return svg.encode("ascii")
