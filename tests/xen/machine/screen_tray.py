#!/usr/bin/python3 -IB
"""The tray's own window onto the netvm's screen, in dom0 without a display: `screen_tray.py LEFT TOP FOLDER`.

It is opened as the tray opens it and speaks to the helper that is there. What a person would see is kept in FOLDER, as
`before.png` and `after.png`: before and after a click at that pixel of the netvm's, and Escape at the end.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PyQt5.QtTest import QTest

from qnet_gui.tray.app.screen_door import ScreenDoor
from qnet_gui.tray.qt import QApplication, QDBusConnection, QEvent, QKeyEvent, QPoint, Qt
from qnet_gui.tray.session.app_state import AppState

#: Seconds without a change until the picture is taken for whole, and those after which something has gone wrong.
_QUIET, _PATIENCE = 2.0, 60.0
#: As X numbers the key, and what stands on it.
_ESCAPE, _ESCAPE_SYMBOL = 9, 0xFF1B


def until(what: str, ready: Callable[[], object], seconds: float = _PATIENCE) -> None:
    """Have Qt go on until it is so."""
    end = time.monotonic() + seconds
    while not ready():
        if time.monotonic() > end:
            sys.exit(f"{what} did not come")
        QTest.qWait(50)


def main() -> None:
    left, top, folder = int(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3])
    application = QApplication(["qnet-tray"])
    state = AppState(QDBusConnection.systemBus())
    state.client.start()
    until("a netvm with a screen", lambda: state.snapshot and state.snapshot.netvm.screen)
    door = ScreenDoor(state)
    door.open()
    window = door.window
    assert window is not None
    painted = [0.0]
    window.screen_session.painted.connect(lambda _: painted.append(time.monotonic()))

    def quiet() -> bool:
        return len(painted) > 1 and time.monotonic() - painted[-1] > _QUIET

    until("the picture", quiet)
    window.picture.setFocus()
    window.grab().save(str(folder / "before.png"))
    place = window.picture._place()
    assert place is not None
    at = QPoint(round(place.left + (left + 0.5) * place.scale), round(place.top + (top + 0.5) * place.scale))
    del painted[1:]
    QTest.mouseClick(window.picture, Qt.MouseButton.LeftButton, Qt.KeyboardModifiers(), at)
    until("what the click does", quiet)
    window.grab().save(str(folder / "after.png"))
    del painted[1:]
    for kind in (QEvent.Type.KeyPress, QEvent.Type.KeyRelease):
        no = Qt.KeyboardModifier.NoModifier
        QApplication.sendEvent(window.picture, QKeyEvent(kind, Qt.Key.Key_Escape, no, _ESCAPE, _ESCAPE_SYMBOL, 0))
    until("what Escape does", quiet)
    print(window.windowTitle(), window.width(), window.height())
    sys.stdout.flush()
    application.processEvents()
    # as the tray ends: what is left of Qt's D-Bus is not waited for
    os._exit(0)


if __name__ == "__main__":
    main()
