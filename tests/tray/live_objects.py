"""Opens the window with all of its pages and closes it again, and prints what is alive then: Qt's objects, and ours.

A process of its own, since each object of Qt's that comes and goes is heard of, whoever made it: Qt calls whom it finds
in `qtHookData`, as debuggers ask it to. There is no bus, and so no thread of Qt's own.
"""

from __future__ import annotations

import ctypes
import gc
import os
import sys
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))
from tray_shared import CABLE, up
from waiting import DEADLINE

from qnet_gui.tray.qt import QApplication, QCoreApplication, QDBusConnection, QEvent
from qnet_gui.tray.session.app_state import AppState
from qnet_gui.tray.state.page_names import PAGE_NAMES
from qnet_gui.tray.window.main_window import MainWindow

FIRST, THEN = 5, 15
#: Places in `qtHookData` (qhooks_p.h): who is called with each object that is made, and that goes.
_MADE, _GONE, _PLACES = 3, 4, 7
_Hook = ctypes.CFUNCTYPE(None, ctypes.c_void_p)


class LiveObjects:
    """All of Qt's objects that were made since and are there."""

    def __init__(self) -> None:
        self._addresses: set[int | None] = set()
        self._hooks = _Hook(self._addresses.add), _Hook(self._addresses.discard)
        table = (ctypes.c_size_t * _PLACES).in_dll(ctypes.CDLL("libQt5Core.so.5"), "qtHookData")
        for place, hook in zip((_MADE, _GONE), self._hooks, strict=True):
            table[place] = ctypes.cast(hook, ctypes.c_void_p).value or 0

    def count(self) -> int:
        return len(self._addresses)


def turn() -> None:
    """Let what is to be deleted go, and what it leaves behind with it."""
    QCoreApplication.sendPostedEvents(None, QEvent.DeferredDelete)
    QApplication.processEvents()
    gc.collect()


def open_and_close(state: AppState) -> None:
    window = MainWindow(state)
    window.show()
    for name in PAGE_NAMES:
        window.open_page(name)
        QApplication.processEvents()
    window.close()
    del window
    turn()


def ours() -> Counter[str]:
    """Objects of our own types, by them."""
    types = (type(one) for one in gc.get_objects())
    return Counter(kind.__qualname__ for kind in types if kind.__module__.startswith("qnet_gui."))


def settled(counted: Callable[[], int], before: int) -> int:
    """How many there are, when no more go; those of before are waited for."""
    end = time.monotonic() + DEADLINE
    while counted() > before and time.monotonic() < end:
        turn()
        time.sleep(0.01)
    return counted()


def main() -> None:
    live = LiveObjects()
    application = QApplication(["live-objects"])
    application.setQuitOnLastWindowClosed(False)
    state = AppState(QDBusConnection("none"))
    state.snapshot = up(CABLE)
    for _ in range(FIRST):
        open_and_close(state)
    for _ in range(10):
        turn()
    before, our_own = live.count(), ours()
    for _ in range(THEN):
        open_and_close(state)
    print("Qt's", before, settled(live.count, before))
    print("ours", sum(our_own.values()), settled(lambda: sum(ours().values()), sum(our_own.values())))
    print("more", dict(ours() - our_own), flush=True)
    os._exit(0)  # as the applet does; who takes it all apart calls hooks that have gone


if __name__ == "__main__":
    main()
