"""An icon of the new kind on a bus of the test's own: its menus, again and again."""

from __future__ import annotations

import os
from types import SimpleNamespace
from typing import Any

import pytest
from pytestqt.qtbot import QtBot

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PyQt5.QtCore import QCoreApplication, QEvent

from qnet_gui.applethost.item import Item
from qnet_gui.applethost.qt import QMenu, QSize

LAYOUT = (0, {}, [
    (1, {"label": "_Home"}, []), (2, {"label": "VPN", "enabled": False}, [(3, {"label": "office"}, [])]),
    (4, {"label": "More"}, [(5, {"label": "Other"}, [])]),
])  # fmt: skip


class Bus:
    """Answers nothing, and keeps what was asked for."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, tuple[Any, ...]]] = []

    def add_signal_receiver(self, *_: object, **_more: object) -> Any:
        return SimpleNamespace(remove=lambda: None)

    def call_async(self, _name: str, _path: str, _interface: str, method: str, _signature: str,
                   arguments: tuple[Any, ...], _done: object, _failed: object) -> None:  # fmt: skip
        self.calls.append((method, arguments))


@pytest.fixture
def item(qtbot: QtBot) -> Item:
    made = Item(Bus(), ":1.5", "/StatusNotifierItem", QSize(24, 24))
    qtbot.addWidget(made)
    made.show()
    return made


def menus(item: Item) -> list[QMenu]:
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    return [menu for menu in item.findChildren(QMenu) if menu.parent() is item]


def test_a_menu_that_is_closed_is_no_more(item: Item) -> None:
    """nm-applet has a menu of all networks around, and stays for as long as the netvm's screen is used."""
    for _ in range(3):
        item._open(0, LAYOUT)
        (menu,) = menus(item)
        menu.actions()[0].trigger()
        menu.close()
        assert menus(item) == []
    assert [call for call in item._service._bus.calls if call[0] == "Event"] != []


def test_two_clicks_open_one_menu(item: Item) -> None:
    item._open(0, LAYOUT)
    item._open(0, LAYOUT)
    (menu,) = menus(item)
    assert menu.isVisible()


def test_what_is_off_stays_off_with_all_below_it(item: Item) -> None:
    item._open(0, LAYOUT)
    (menu,) = menus(item)
    assert [action.isEnabled() for action in menu.actions()] == [True, False, True]
