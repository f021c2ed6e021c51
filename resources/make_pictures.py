#!/usr/bin/python3
"""Take pictures of what people see, to be looked at: `make pictures` writes them into build/pictures.

Each look (theme, scale, language) is a process of its own, since Qt takes them at its start; no screen is needed. Who
has another page adds a function with its pictures to `PAGES`. Names are `<page>-<state>-<look>.png`.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "resources")]

if TYPE_CHECKING:
    from qnet_gui.tray.qt import QPalette, QWidget

FOLDER = ROOT / "build/pictures"
NOW = 1_795_000_000


#: Breeze's colours: window, base, text, button, highlight, and the text on it.
LIGHT = ("#eff0f1", "#fcfcfc", "#232629", "#fcfcfc", "#3daee9", "#fcfcfc")
DARK = ("#2a2e32", "#1b1e20", "#fcfcfc", "#31363b", "#3daee9", "#fcfcfc")
#: A theme of high contrast, as people have it who see little.
CONTRAST = ("#000000", "#000000", "#ffffff", "#000000", "#ffff00", "#000000")


@dataclass(frozen=True)
class Look:
    """How it is shown: colours by role, how many pixels a pixel is, the language."""

    name: str
    colours: tuple[str, ...] = LIGHT
    scale: str = "1"
    language: str = "en"


LOOKS = (
    Look("light"),
    Look("dark", DARK),
    Look("2x", scale="2"),
    Look("dark-2x", DARK, "2"),
    Look("de", language="de"),
    Look("contrast", CONTRAST),
)


def palette(colours: tuple[str, ...] = LIGHT) -> QPalette:
    """A theme's colours."""
    from qnet_gui.tray.qt import QColor, QPalette

    window, base, text, button, highlight, on_highlight = map(QColor, colours)
    made = QPalette(button, window)
    for role, colour in (
        (QPalette.Window, window), (QPalette.Base, base), (QPalette.AlternateBase, window), (QPalette.Button, button),
        (QPalette.WindowText, text), (QPalette.Text, text), (QPalette.ButtonText, text), (QPalette.ToolTipText, text),
        (QPalette.ToolTipBase, base), (QPalette.Highlight, highlight), (QPalette.HighlightedText, on_highlight),
    ):  # fmt: skip
        made.setColor(role, colour)
    faint = QColor(text)
    faint.setAlpha(110)
    for role in (QPalette.WindowText, QPalette.Text, QPalette.ButtonText):
        made.setColor(QPalette.Disabled, role, faint)
    return made


def windows() -> Iterator[tuple[str, QWidget]]:
    """The window at every page."""
    import window_pictures

    yield from window_pictures.windows()


def popups() -> Iterator[tuple[str, QWidget]]:
    """The popup in its states."""
    import popup_pictures

    yield from popup_pictures.popups()


def boxes() -> Iterator[tuple[str, QWidget]]:
    """The small windows."""
    import box_pictures

    yield from box_pictures.boxes()


#: Whoever has pages of his own adds to it.
PAGES: tuple[Callable[[], Iterator[tuple[str, QWidget]]], ...] = (popups, windows, boxes)


def take(look: Look) -> None:
    """All pictures of one look, in this process."""
    import time

    from qnet_gui.tray.qt import QApplication, QFont, Qt
    from qnet_gui.tray.session import language

    time.time = lambda: float(NOW)  # the countdown is the same every time
    QApplication.setAttribute(Qt.AA_UseHighDpiPixmaps)
    application = QApplication(["qnet-tray", "-style", "Fusion"])
    application.setPalette(palette(look.colours))
    application.setFont(QFont("Noto Sans", 10))
    language.install(look.language)
    for page in PAGES:
        for name, widget in page():
            for _ in range(20):
                application.processEvents()
            widget.grab().save(str(FOLDER / f"{name}-{look.name}.png"))


def main() -> int:
    """Take those of the looks that are named, of all when none is."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    names = sys.argv[1:] or [look.name for look in LOOKS]
    looks = [look for look in LOOKS if look.name in names]
    if os.environ.get("QNET_PICTURES") == "one":
        take(looks[0])
        return 0
    status = 0
    for look in looks:
        with tempfile.TemporaryDirectory() as home:
            env = {
                **os.environ, "QNET_PICTURES": "one", "QT_QPA_PLATFORM": "offscreen", "QT_SCALE_FACTOR": look.scale,
                "TZ": "UTC", "XDG_CONFIG_HOME": home, "XDG_STATE_HOME": home, "XDG_RUNTIME_DIR": home,
            }  # fmt: skip
            status |= subprocess.run([sys.executable, __file__, look.name], env=env, check=False).returncode
    print(f"{len(list(FOLDER.glob('*.png')))} pictures are in {FOLDER.relative_to(ROOT)}.")
    return status


if __name__ == "__main__":
    sys.exit(main())
