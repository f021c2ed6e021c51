"""What somebody who has never seen it does with the popup alone, by the mouse; docs/design.md has the list.

A click is a press of the mouse on what is seen; the first one, on the icon, opens the popup.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import pytest
from pytestqt.qtbot import QtBot
from test_tray_popup import KNOWN, Opened, opened
from test_tray_window import READY, buttons
from test_tray_windows import Open, shown
from tray_shared import CABLE, up

from qnet_gui.model.dns import Dns
from qnet_gui.model.domain import DomainState
from qnet_gui.model.messages.problems import ProblemCode
from qnet_gui.model.problem import Problem
from qnet_gui.model.traffic import History, Series
from qnet_gui.tray.popup.message import InlineMessage
from qnet_gui.tray.popup.switch import Switch
from qnet_gui.tray.qt import QLabel, QPushButton, Qt, QWidget
from qnet_gui.tray.state.menu import Action

__all__ = ["opened", "shown"]  # the fixtures

#: Of which one takes nearly all.
ALL_ATTACHED = tuple(
    dataclasses.replace(
        domain, vif=f"vif{domain.id}.0", netvm="netvm", address=KNOWN[0].address, state=DomainState.RUNNING
    )
    for domain in KNOWN
)
RATES = {"work": 40_000, "personal": 3_000_000, "vault": 0}
TRAFFIC = History({one.id: Series(0, 0, (RATES[one.name],) * 9, (RATES[one.name] // 9,) * 9) for one in ALL_ATTACHED})


def _texts(widget: QWidget) -> str:
    return "\n".join(label.text() for label in widget.findChildren(QLabel) if label.isVisibleTo(widget))


def _click(qtbot: QtBot, widget: QWidget) -> None:
    qtbot.mouseClick(widget, Qt.MouseButton.LeftButton)


def test_who_uses_the_network_most_is_seen_and_cut_off(qtbot: QtBot, opened: Callable[..., Opened]) -> None:
    """Two clicks: the icon, the switch in the row."""
    now = opened(up(CABLE, domains=ALL_ATTACHED), TRAFFIC)
    assert {row.view.name: row.view.detail.split("   ")[0] for row in now.rows} == {
        "work": "↓ 40 kB/s", "personal": "↓ 3.0 MB/s", "vault": "Idle",
    }  # fmt: skip
    _click(qtbot, now.row("personal").findChild(Switch))
    assert [(request.action, request.name) for request in now.asked] == [(Action.DETACH, "personal")]


def test_dom0_is_connected(
    qtbot: QtBot,
    opened: Callable[..., Opened],
    shown: Callable[..., Open],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Three clicks: the icon, *Upgrade dom0…*, and *Connect dom0…* of the page that opens."""
    now = opened(up(CABLE))
    _click(qtbot, now.button("Upgrade dom0…"))
    assert [request.action for request in now.asked] == [Action.UPGRADE]
    open_ = shown(up(CABLE))
    client = open_("overview").app_state.client
    calls: list[str] = []
    monkeypatch.setattr(client, "ask", lambda _method, _arguments, then: then([READY]))
    monkeypatch.setattr(client, "do", lambda method, *_: calls.append(method))
    _click(qtbot, buttons(open_("upgrade"))["Connect dom0…"])
    assert calls == ["ConnectDom0"]


def test_why_names_do_not_resolve_is_said(qtbot: QtBot, opened: Callable[..., Opened]) -> None:
    """One click, the icon; a second one on the cure."""
    now = opened(up(CABLE, dns=Dns(), problems=(Problem(ProblemCode.NO_DNS),)))
    message = next(box for box in now.popup.findChildren(InlineMessage) if box.isVisibleTo(now.popup))
    assert "names do not resolve" in _texts(now.popup)
    assert "Enter name servers" in _texts(message)
    _click(qtbot, message.findChildren(QPushButton)[0])
    assert len(now.asked) == 1
