"""What programs say of their icons and menus (StatusNotifierItem, com.canonical.dbusmenu), read with care. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

_TEXT, _ROWS, _DEPTH, _PIXELS = 200, 500, 8, 512


def text_of(value: object) -> str:
    """A text as it can be shown: one line, without characters that are not to be seen or turn others around."""
    return "".join(char if char.isprintable() else "?" for char in str(value)[:_TEXT])


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a menu: `check` is True or False where it can be on or off; a `separator` has nothing else."""

    id: int = 0
    text: str = ""
    enabled: bool = True
    check: bool | None = None
    separator: bool = False
    below: tuple[Row, ...] = ()


def label(text: object) -> str:
    """A label for Qt: dbusmenu marks the key with `_` and doubles one that is to be seen; Qt does so with `&`."""
    quoted = text_of(text).replace("&", "&&")
    return "_".join(part.replace("_", "&", 1) for part in quoted.split("__"))


def rows(layout: object, depth: int = 0) -> tuple[Row, ...]:
    """The rows below a node of GetLayout's answer: `(id, properties, children)`; what is off is left out."""
    match layout:
        case [_, _, [*children]] if depth < _DEPTH:
            below = (_row(child, depth) for child in children[:_ROWS])
            return tuple(row for row in below if row is not None)
    return ()


def _row(node: object, depth: int) -> Row | None:
    match node:
        case [int() as number, {**properties}, [*_]] if properties.get("visible", True):
            if properties.get("type") == "separator":
                return Row(int(number), separator=True)
            return Row(
                int(number),
                label(properties.get("label", "")),
                bool(properties.get("enabled", True)),
                properties.get("toggle-state") == 1 if properties.get("toggle-type") else None,
                below=rows(node, depth + 1),
            )
    return None


@dataclass(frozen=True, slots=True)
class Picture:
    """An icon's pixels, 4 bytes each: red, green, blue, opacity."""

    width: int
    height: int
    pixels: bytes


def picture(pixmaps: object, wanted: int) -> Picture | None:
    """The smallest of an icon's pictures that is as large as wanted, else the largest; None when there is none."""
    pictures = [candidate for candidate in map(_picture, pixmaps if isinstance(pixmaps, Sequence) else ()) if candidate]
    pictures.sort(key=lambda candidate: candidate.width)
    return next((candidate for candidate in pictures if candidate.width >= wanted), pictures[-1] if pictures else None)


def _picture(pixmap: Any) -> Picture | None:
    try:
        width, height, data = int(pixmap[0]), int(pixmap[1]), bytes(pixmap[2])
    except (TypeError, ValueError, IndexError):
        return None
    if not (0 < width <= _PIXELS and 0 < height <= _PIXELS and len(data) == width * height * 4):
        return None
    pixels = bytearray(len(data))
    for to, source in enumerate((1, 2, 3, 0)):  # opacity comes first in the protocol
        pixels[to::4] = data[source::4]
    return Picture(width, height, bytes(pixels))


@dataclass(frozen=True, slots=True)
class Appearance:
    """What an item says of itself. `name` is an icon of the theme; `menu` an object path, empty for none."""

    title: str = ""
    name: str = ""
    picture: Picture | None = None
    menu: str = ""
    only_menu: bool = False


def appearance_of(properties: Mapping[Any, Any], wanted: int) -> Appearance:
    """From an item's properties; the title of the tooltip counts more than that of the item."""
    tooltip = properties.get("ToolTip")
    title = tooltip[2] if isinstance(tooltip, Sequence) and len(tooltip) > 2 and tooltip[2] else ""
    name = str(properties.get("IconName", ""))
    menu = str(properties.get("Menu", ""))
    return Appearance(
        text_of(title or properties.get("Title", "")),
        name if "/" not in name else "",
        picture(properties.get("IconPixmap", ()), wanted),
        menu if menu not in ("", "/", "/NO_DBUSMENU") else "",
        bool(properties.get("ItemIsMenu", False)),
    )
