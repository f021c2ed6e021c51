"""Pictures of the small windows: questions, a failure, and the netvm's screen while there is no picture of it."""

from __future__ import annotations

from collections.abc import Iterator

import window_pictures

from qnet_gui.model.domain import Netvm
from qnet_gui.model.errors import NoAnswer
from qnet_gui.model.messages.domains import DomainCode
from qnet_gui.model.snapshot import Dom0Connection, Dom0State, Snapshot
from qnet_gui.tray.qt import QCoreApplication, QEvent, QWidget
from qnet_gui.tray.state.menu import DOM0, Action, ActionRequest
from qnet_gui.tray.window.questions import choose_netvm, leave_connected, replace_file, trouble
from qnet_gui.tray.window.screen_window import ScreenWindow
from qnet_gui.tray.window.time_question import TimeQuestion

UNTIL = 1_795_002_832
CONNECTED = Snapshot(Netvm("netvm"), dom0=Dom0Connection(Dom0State.OPEN, UNTIL))


def _nothing(*_arguments: object) -> None:
    pass


def boxes() -> Iterator[tuple[str, QWidget]]:
    """Each of them, shown."""
    state = window_pictures.app_state(window_pictures.snapshot(*window_pictures.FEW))
    state.client.do = _nothing  # type: ignore[method-assign]  # nobody has a screen to give
    made: dict[str, QWidget] = {
        "box-netvm": choose_netvm(ActionRequest(Action.NETVM, name="netvm2"), _nothing),
        "box-netvm-dom0": choose_netvm(ActionRequest(Action.NETVM, name=DOM0), _nothing),
        "box-quit": leave_connected(CONNECTED, False, _nothing, _nothing),
        "box-replace": replace_file("qnet-map.svg", _nothing),
        "box-time": TimeQuestion(UNTIL, _nothing),
        "box-trouble": trouble(ActionRequest(Action.DETACH, 4, "work"), NoAnswer(DomainCode.CARD_NOT_SET_UP)),
        "screen-asked": ScreenWindow(state),
    }
    for name, box in made.items():
        box.show()
        yield name, box
        box.close()
    QCoreApplication.sendPostedEvents(None, QEvent.DeferredDelete)
