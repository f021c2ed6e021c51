"""Takes the pictures that tests compare, into a folder: every page and state of `make pictures`, letters as blocks.

Nothing of the machine is in them: there is one font, of the tests' own, no theme, no screen, and a clock that stands. A
quarter as large as they are shown, which is enough to see what is where. Prints, as JSON, what is wrong with how each
is laid out. A process of its own, since Qt takes fonts and themes at its start. To keep others: `make kept-pictures`.

`kept_pictures.py FOLDER`, or `kept_pictures.py - POINTS LANGUAGE DIRECTION` for what is wrong in another look alone.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "resources"), str(ROOT / "tests")]

QUARTER = 4
_FONTS = """<?xml version="1.0"?><fontconfig><dir>{folder}</dir><cachedir>{folder}/cache</cachedir>
<match target="pattern"><edit name="family" mode="assign" binding="same"><string>{family}</string></edit>
<edit name="hinting"><bool>false</bool></edit><edit name="rgba"><const>none</const></edit>
<edit name="antialias"><bool>true</bool></edit></match></fontconfig>"""


def begin(home: Path) -> int:
    """Have a process in which nothing is but what is in this repository; its status at its end."""
    from fakes import block_font

    block_font.write(home)
    (home / "fonts.conf").write_text(_FONTS.format(folder=home, family=block_font.FAMILY))
    kept = {name: value for name, value in os.environ.items() if name in ("PATH", "LD_LIBRARY_PATH")}
    env = {
        **kept, "QT_QPA_PLATFORM": "offscreen", "QT_FONT_DPI": "96", "FONTCONFIG_FILE": str(home / "fonts.conf"),
        "TZ": "UTC", "LC_ALL": "C.UTF-8", "HOME": str(home), "QNET_KEPT": "taking",
        **{f"XDG_{name}": str(home) for name in ("CONFIG_HOME", "STATE_HOME", "RUNTIME_DIR", "DATA_HOME", "DATA_DIRS")},
    }  # fmt: skip
    return subprocess.run([sys.executable, *sys.argv], env=env, check=False).returncode


def take(folder: Path | None, points: int, language_name: str, mirrored: bool) -> dict[str, list[str]]:
    """All pictures; what is wrong with those with which something is wrong."""
    import time

    import make_pictures
    from fakes.block_font import FAMILY
    from layout_faults import faults

    from qnet_gui.tray.qt import QApplication, QFont, QFontDatabase, QProgressBar, Qt
    from qnet_gui.tray.session import language

    time.time = lambda: float(make_pictures.NOW)  # type: ignore[assignment]
    application = QApplication(["qnet-tray", "-style", "Fusion"])
    application.setPalette(make_pictures.palette())
    application.setFont(QFont(FAMILY, points))
    language.install(language_name)
    if mirrored:  # after the language, which has Qt think of it anew
        application.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
    application.setCursorFlashTime(0)
    assert set(QFontDatabase().families()) - {"Monospace", "Sans Serif", "Serif"} == {FAMILY}
    wrong = {}
    for page in make_pictures.PAGES:
        for name, window in page():
            for _ in range(20):
                application.processEvents()
            if said := faults(window):
                wrong[name] = said
            if folder is None:
                continue
            for bar in window.findChildren(QProgressBar):
                if bar.maximum() == 0:
                    bar.setMaximum(100)  # its stripes move
            picture = window.grab().toImage()
            size = picture.size() / QUARTER
            small = picture.scaled(
                size, Qt.AspectRatioMode.IgnoreAspectRatio, Qt.TransformationMode.SmoothTransformation
            )
            small.convertToFormat(small.Format_RGB888).save(str(folder / f"{name}.png"))
    return wrong


def main(folder: str, points: str = "10", language_name: str = "en", direction: str = "ltr") -> None:
    """See above."""
    if "QNET_KEPT" not in os.environ:
        with tempfile.TemporaryDirectory(prefix="qnet") as home:
            sys.exit(begin(Path(home)))
    to = Path(folder) if folder != "-" else None
    if to is not None:
        to.mkdir(parents=True, exist_ok=True)
    print(json.dumps(take(to, int(points), language_name, direction == "rtl")), flush=True)
    os._exit(0)  # as the applet does


if __name__ == "__main__":
    main(*sys.argv[1:])
