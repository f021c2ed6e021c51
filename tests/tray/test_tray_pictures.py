"""Every page and state of `make pictures` looks as it was kept, and nothing in any of them is cut, covered or gone.

Letters are blocks of the tests' own, so that no font of the machine's is in it. What has changed by intent: look at
`build/kept-differs`, then `make kept-pictures`, and at what git says of it.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from layout_faults import faults
from pytestqt.qtbot import QtBot

from qnet_gui.tray.qt import QColor, QHBoxLayout, QImage, QLabel, QPainter, QPushButton, QScrollArea, Qt, QWidget

KEPT = Path(__file__).with_name("pictures")
DIFFERS = Path(__file__).parents[2] / "build/kept-differs"
#: By how much a pixel differs at least that counts, and how many such pixels in a square of that side are a difference.
#: A pixel is sixteen of the screen's; a letter is some four of them; an edge that is smoothed otherwise counts nothing.
LEVELS, PIXELS, SIDE = 40, 4, 6


def differences(one: QImage, other: QImage) -> list[tuple[int, int]]:
    """Where two pictures differ, in their own pixels."""
    if one.size() != other.size():
        return [(0, 0)]
    if one == other:
        return []
    marked: Counter[tuple[int, int]] = Counter()
    half = SIDE // 2
    for y in range(one.height()):
        for x in range(one.width()):
            if one.pixel(x, y) != other.pixel(x, y) and _far(one.pixelColor(x, y), other.pixelColor(x, y)):
                # four grids of squares, so that nothing is divided among squares in all of them
                for left, top in ((0, 0), (half, 0), (0, half), (half, half)):
                    marked[(x + left) // SIDE * SIDE - left, (y + top) // SIDE * SIDE - top] += 1
    return sorted(place for place, count in marked.items() if count >= PIXELS)


def _far(one: QColor, other: QColor) -> bool:
    apart = (one.red() - other.red(), one.green() - other.green(), one.blue() - other.blue())
    return max(map(abs, apart)) > LEVELS


@pytest.fixture(scope="module")
def taken(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, list[str]]]:
    """The pictures of now, and what is wrong with their layout."""
    folder = tmp_path_factory.mktemp("pictures")
    return folder, take(str(folder))


def take(*words: str) -> Any:
    """What is wrong with the layout of each."""
    command = [sys.executable, str(Path(__file__).with_name("kept_pictures.py")), *words]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_nothing_is_cut_or_covered_or_reaches_beyond(taken: tuple[Path, dict[str, list[str]]]) -> None:
    assert taken[1] == {}


@pytest.mark.parametrize(
    ("points", "language", "direction"), [("7", "de", "ltr"), ("13", "de", "rtl"), ("20", "en", "ltr")]
)
def test_nor_in_other_letters_languages_and_directions(points: str, language: str, direction: str) -> None:
    """With large letters the button that looks for updates was not to be seen at all."""
    assert take("-", points, language, direction) == {}


def test_there_is_a_kept_one_of_each(taken: tuple[Path, dict[str, list[str]]]) -> None:
    assert {path.name for path in taken[0].iterdir()} == {path.name for path in KEPT.iterdir()}


@pytest.mark.parametrize("name", sorted(path.stem for path in KEPT.glob("*.png")))
def test_it_looks_as_it_did(taken: tuple[Path, dict[str, list[str]]], name: str) -> None:
    now = taken[0] / f"{name}.png"
    where = differences(QImage(str(KEPT / now.name)), QImage(str(now)))
    if where:
        DIFFERS.mkdir(parents=True, exist_ok=True)
        shutil.copy(now, DIFFERS)
    assert where == [], f"see {DIFFERS / now.name}"


# -- that it can fail


def test_what_a_person_would_see_is_a_difference_and_what_nobody_would_is_none() -> None:
    kept = QImage(str(KEPT / "popup-usual.png"))

    def changed(*rectangle: int, shift: int = 0) -> list[tuple[int, int]]:
        """Where it differs when a part of it is blank, and stands elsewhere."""
        made, (left, top, width, height) = kept.copy(), rectangle
        part, painter = kept.copy(left, top, width, height), QPainter(made)
        painter.fillRect(left, top, width, height, made.pixelColor(2, 100))
        if shift:
            painter.drawImage(left + shift, top, part)
        painter.end()
        return differences(kept, made)

    foot = kept.height() - 9
    assert changed(2, foot, 34, 8), "the button that upgrades is gone"
    assert changed(20, foot, 16, 8), "it is cut"
    assert changed(2, foot, 34, 8, shift=2), "it has moved by eight of the screen's pixels"
    assert changed(90, 48, 8, 8), "a switch is gone"
    smoothed = kept.copy()
    for x in range(kept.width()):
        for y in range(kept.height()):
            colour = kept.pixelColor(x, y)
            colour.setRed(max(0, colour.red() - 12 * ((x + y) % 2)))
            smoothed.setPixelColor(x, y, colour)
    assert differences(kept, smoothed) == []


@pytest.fixture
def laid_out(qtbot: QtBot) -> QWidget:
    """A button between two labels, well laid out."""
    window = QWidget()
    qtbot.addWidget(window)
    row = QHBoxLayout(window)
    for widget in (QLabel("one"), QPushButton("Press here"), QLabel("two")):
        row.addWidget(widget)
    window.show()
    qtbot.waitExposed(window).__enter__()
    assert faults(window) == []
    return window


def test_a_button_that_is_cut_covered_or_off_is_a_fault(laid_out: QWidget) -> None:
    button = laid_out.findChild(QPushButton)
    label = laid_out.findChild(QLabel)
    place = button.geometry()
    for wrong, said in (
        (place.adjusted(0, 0, -20, 0), "needs"),
        (place.translated(-place.x() + label.x(), 0), "lies over"),
        (place.translated(laid_out.width() - place.x() - 10, 0), "reaches beyond"),
    ):
        button.setGeometry(wrong)
        assert any(said in fault for fault in faults(laid_out)), said
    button.setGeometry(place)
    assert faults(laid_out) == []
    label.resize(label.width() - 8, label.height())
    assert any("'one'" in fault for fault in faults(laid_out))


def test_what_nobody_can_scroll_to_is_a_fault(qtbot: QtBot, laid_out: QWidget) -> None:
    area = QScrollArea()
    qtbot.addWidget(area)
    area.setWidget(laid_out)
    area.resize(80, 80)
    area.show()
    assert faults(area) == []
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    assert any("is wider than" in fault for fault in faults(area))
    area.takeWidget()
