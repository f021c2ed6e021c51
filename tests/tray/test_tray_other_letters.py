"""Other letters while something is open: it looks as if it had been opened with them."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from pytestqt.qtbot import QtBot
from test_tray_popup import WELL, Opened, opened
from test_tray_windows import Open, many, shown
from tray_shared import CABLE, up

from qnet_gui.model.messages.problems import ProblemCode
from qnet_gui.model.problem import Problem
from qnet_gui.model.snapshot import Snapshot
from qnet_gui.model.traffic import History, Series
from qnet_gui.tray.popup.switch import Switch
from qnet_gui.tray.qt import QApplication, QFont, QLabel, QSize, QToolButton, QWidget
from qnet_gui.tray.state.page_names import PAGE_NAMES
from qnet_gui.tray.widgets.tables.table import Table

__all__ = ["opened", "shown"]
USUAL, LARGE = 10, 22
SHOWN = {
    "well": WELL,
    "problems": up(CABLE, problems=(Problem(ProblemCode.NO_DNS), Problem(ProblemCode.NFT_FAILED))),
    "many": many(30),
}
TRAFFIC = History({4: Series(0, 0, (5, 90_000) * 60, (7,) * 120)}, {"eth0": Series(0, 0, (9, 3000) * 60, (40,) * 120)})


def letters(points: int) -> None:
    QApplication.setFont(QFont(QApplication.font().family(), points))


@pytest.fixture(autouse=True)
def usual() -> Iterator[None]:
    before = QApplication.font()
    letters(USUAL)
    yield
    QApplication.setFont(before)


def look(widget: QWidget) -> object:
    for _ in range(5):
        QApplication.processEvents()
    return widget.grab().toImage()


@pytest.mark.parametrize(("first", "then"), [(USUAL, LARGE), (LARGE, USUAL)])
@pytest.mark.parametrize("snapshot", SHOWN.values(), ids=SHOWN)
def test_the_popup(opened: Callable[..., Opened], snapshot: Snapshot, first: int, then: int) -> None:
    letters(first)
    popup = opened(snapshot, TRAFFIC).popup
    popup.resized.connect(lambda: popup.resize(popup.wanted()))
    look(popup)
    letters(then)
    changed = look(popup)
    popup.close()
    assert look(opened(snapshot, TRAFFIC).popup) == changed


def test_what_is_clicked_on_grows_with_the_letters(opened: Callable[..., Opened]) -> None:
    def sizes() -> tuple[QSize, QSize]:
        popup = opened(WELL).popup
        button = next(button for button in popup.findChildren(QToolButton) if button.isVisible())
        return popup.findChild(Switch).size(), button.iconSize()

    assert sizes() == (QSize(36, 20), QSize(16, 16))
    letters(LARGE)
    high = QLabel().fontMetrics().height()
    switch, icon = sizes()
    assert switch.height() == high
    assert high * 2 // 3 <= icon.height() <= high


@pytest.mark.parametrize("page", PAGE_NAMES)
def test_the_window(qtbot: QtBot, shown: Callable[..., Open], page: str) -> None:
    """Its head, its sentence and its tables had the letters of before, or the room for them."""
    made = shown(SHOWN["problems"])(page)
    made.window().resize(2200, 900)
    look(made.window())
    letters(LARGE)
    changed = look(made.window())
    made.window().close()
    again = shown(SHOWN["problems"])(page).window()
    again.resize(2200, 900)
    assert look(again) == changed


def test_addresses_have_their_room_in_large_letters(shown: Callable[..., Open]) -> None:
    """The font of fixed width may be known by its family alone: it is as large as the others then."""
    letters(LARGE)
    table = shown(up(CABLE))("domains").findChild(Table)
    look(table)
    address = table.model().index(0, 3)
    assert table.columnWidth(3) >= table.sizeHintForIndex(address).width()
