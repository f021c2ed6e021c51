"""The bundled icons: complete, as the generator draws them, and visible in light and dark palettes."""

from __future__ import annotations

import itertools
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
from pytestqt.qtbot import QtBot
from tray_shared import STATES

from qnet_gui.tray.app.tray_icon import TrayIcon
from qnet_gui.tray.qt import QApplication, QColor, QIcon, QPainter, QPalette, QPixmap, QSize
from qnet_gui.tray.session import artwork
from qnet_gui.tray.session.icons import SIZES, application_icon, tray_icon
from qnet_gui.tray.state.view import icons, view

NAMES = sorted(path.stem.removeprefix("qnet-") for path in artwork.folder().glob("hicolor/22x22/status/*.svg"))
GRIDS = (16, 22, 32)
LIGHT, DARK = ("#232629", "#eff0f1"), ("#fcfcfc", "#2a2e32")


def palette(text: str, window: str) -> QPalette:
    made = QPalette(QColor(window))
    made.setColor(QPalette.ColorRole.WindowText, QColor(text))
    made.setColor(QPalette.ColorRole.Window, QColor(window))
    return made


def colours(pixmap: QPixmap, on: str) -> set[str]:
    """Every colour to be seen when it lies on a panel of the colour `on`."""
    panel = QPixmap(pixmap.size())
    panel.fill(QColor(on))
    painter = QPainter(panel)
    painter.drawPixmap(0, 0, pixmap)
    painter.end()
    image = panel.toImage()
    spots = itertools.product(range(image.width()), range(image.height()))
    return {QColor(image.pixel(x, y)).name() for x, y in spots}


def distance(one: QColor, other: QColor) -> int:
    """How far two colours are apart; thin lines of the smallest arcs are not of the full colour."""
    pairs = ((one.red(), other.red()), (one.green(), other.green()), (one.blue(), other.blue()))
    return max(abs(a - b) for a, b in pairs)


def test_files_are_what_the_generator_draws(tmp_path: Path) -> None:
    folder = artwork.folder()
    subprocess.run([sys.executable, folder.parent / "make_icons.py", tmp_path], check=True)
    drawn = {path.relative_to(tmp_path): path.read_text() for path in tmp_path.rglob("*.svg")}
    kept = {path.relative_to(folder): path.read_text() for path in folder.rglob("*.svg")}
    assert drawn == kept


def test_every_state_has_a_file_in_every_size() -> None:
    for name in itertools.chain.from_iterable(icons(snapshot) for snapshot in STATES.values()):
        for grid in GRIDS:
            assert b"<svg" in artwork.drawing(name, grid, artwork.Colours("#000000"))
    for arcs, badge in itertools.product(range(1, 5), ("", "-lock", "-dot", "-lock-dot", "-alert")):
        assert f"wifi-{arcs}{badge}" in NAMES


@pytest.mark.parametrize("name", NAMES)
def test_icon_follows_the_palette_and_is_visible_on_any_panel(qtbot: QtBot, name: str) -> None:
    for text, window in (LIGHT, DARK):
        icon = tray_icon(name, palette(text, window))
        assert {size.width() for size in icon.availableSizes()} == set(SIZES)
        for pixels in SIZES:
            pixmap = icon.pixmap(QSize(pixels, pixels))
            requested = QColor("#da4453" if name == "dom0-connected" else text)
            assert min(distance(QColor(colour), requested) for colour in colours(pixmap, window)) < 48
            # On a panel of the text's own colour the edge still shows it.
            assert len(colours(pixmap, text)) > 1


@pytest.mark.parametrize(
    ("name", "sizes"), [("wired", (16, 22, 32, 44, 64)), ("no-netvm", (32, 44, 64)), ("starting", (32, 44, 64))]
)
def test_edges_lie_on_whole_pixels(qtbot: QtBot, name: str, sizes: tuple[int, ...]) -> None:
    """Of lines that are one pixel wide Qt leaves the corners a little lighter."""
    for pixels in sizes:
        pixmap = tray_icon(name, palette("#000000", "#ffffff")).pixmap(QSize(pixels, pixels))
        assert colours(pixmap, "#ffffff") == {"#000000", "#ffffff"}, pixels


def test_lines_are_as_wide_and_the_plug_as_even_as_the_grid_allows(qtbot: QtBot) -> None:
    """At 32 pixels it was the 16 pixels' drawing with doubled pixels, whose middle is not the icon's."""
    image = tray_icon("wired", palette("#000000", "#ffffff")).pixmap(QSize(32, 32)).toImage()
    row = [image.pixelColor(x, 10) == QColor("#000000") for x in range(32)]
    assert row == row[::-1]
    runs = [len(list(run)) for slot, run in itertools.groupby(row) if not slot][1:-1]
    assert runs == [2] * 4


def test_grid_for() -> None:
    requested = {16: (16, 1), 22: (22, 1), 24: (22, 1), 32: (32, 1), 44: (22, 2), 48: (22, 2), 64: (32, 2)}
    assert {pixels: artwork.grid_for(pixels) for pixels in requested} == requested


def test_contact_sheet(qtbot: QtBot, pictures: Path) -> None:
    """Every icon on a light and on a dark panel, to be looked at."""
    cell, rows = 64, [16, 22, 32, 44]
    half = sum(rows) + 12 * (len(rows) + 1)
    sheet = QPixmap(cell * len(NAMES), 2 * half)
    painter = QPainter(sheet)
    for part, (text, window) in enumerate((LIGHT, DARK)):
        painter.fillRect(0, part * half, sheet.width(), half, QColor(window))
        for column, name in enumerate(NAMES):
            y = part * half + 12
            for pixels in rows:
                pixmap = tray_icon(name, palette(text, window)).pixmap(QSize(pixels, pixels))
                painter.drawPixmap(column * cell + (cell - pixels) // 2, y, pixmap)
                y += pixels + 12
    painter.end()
    assert sheet.save(str(pictures / "icons.png"))


def test_application_icon(qtbot: QtBot) -> None:
    assert len(colours(application_icon().pixmap(48), "#ffffff")) > 2


@pytest.mark.parametrize("milliseconds", [200, 0])
def test_nothing_moves_for_who_has_switched_animations_off(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, milliseconds: int
) -> None:
    """Plasma's styles tell it by the time that an animation takes."""
    monkeypatch.setattr(QApplication, "style", lambda: SimpleNamespace(styleHint=lambda _hint: milliseconds))
    shown: list[str] = []
    icon = TrayIcon(False, False)
    monkeypatch.setattr(icon, "_icon", lambda name: shown.append(name) or QIcon())
    icon.show(view(STATES["connecting"]))
    assert icon._frame_timer.isActive() == bool(milliseconds)
    icon._next_frame()
    icon.show(view(STATES["wired"]))
    assert not icon._frame_timer.isActive()
    assert shown == (
        ["connecting-1", "connecting-2", "wired"] if milliseconds else ["connecting-2", "connecting-2", "wired"]
    )
    icon.hide()
