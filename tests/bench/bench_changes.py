"""The longest that the applet does not listen to a person while the helper tells it a thousand changes a second.

60 domains, with the popup and with the pages of the window. In one turn of its event loop it listens to nobody; what is
counted is the thread's own time, whatever else the machine does. Once without a screen (Qt's own), once on a virtual
one (Xvfb), each in a process of its own.
"""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

from figures import show

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
sys.path[:0] = [str(ROOT), str(HERE.parent), str(HERE.parent / "tray")]
DOMAINS, SECONDS = 60, 5
#: Milliseconds: one picture of a screen with 60 a second.
LIMIT = 16.0
PAGES = ("overview", "domains", "routes", "names", "upgrade", "log")


def measure(platform: str) -> None:
    """All figures, in this process."""
    from tray_shared import CABLE, Helper, eventually, up

    from qnet_gui.model.domain import Domain, DomainState
    from qnet_gui.model.snapshot import Snapshot, to_wire
    from qnet_gui.tray.app.popup_door import PopupDoor
    from qnet_gui.tray.qt import QApplication, QDBusConnection, QEventLoop, QTimer
    from qnet_gui.tray.session.app_state import AppState
    from qnet_gui.tray.window.main_window import MainWindow

    application = QApplication(["qnet-tray"])
    application.setQuitOnLastWindowClosed(False)
    helper = Helper(os.environ["QNET_BENCH_BUS"])
    state = AppState(QDBusConnection.connectToBus(os.environ["QNET_BENCH_BUS"], "bench"))

    def many(paused: int) -> Snapshot:
        """One of them is paused, each time another one."""
        return up(CABLE, domains=tuple(
            Domain(f"domain-{number:03}", number, DomainState.PAUSED if number == paused else DomainState.RUNNING,
                   CABLE.address, f"vif{number}.0", "netvm", uuid=str(number))
            for number in range(2, DOMAINS + 2)
        ))  # fmt: skip

    helper.publish(many(2))
    state.client.start()
    eventually(lambda: application.processEvents() or state.snapshot)
    wires = [to_wire(many(number)) for number in (2, 30, 61)]

    def turns(seconds: float, until: Callable[[], bool]) -> list[float]:
        """Milliseconds of work of each turn of the event loop; a timer ends the last one."""
        timer = QTimer()
        timer.start(100)
        taken, end = [], time.monotonic() + seconds
        while time.monotonic() < end and not until():
            begun = time.thread_time()
            application.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents)
            taken.append((time.thread_time() - begun) * 1000)
        return taken

    def flood(what: str) -> None:
        turns(1, lambda: False)
        flooding = threading.Thread(target=helper.publish, args=([SECONDS, *wires],))
        flooding.start()
        taken = turns(10 * SECONDS, lambda: not flooding.is_alive())
        flooding.join()
        show(f"{platform}: {what}, the longest of {len(taken)} turns", [max(taken)], LIMIT)

    flood("nothing open")
    door = PopupDoor(state)
    door.toggle()
    flood("the popup")
    assert door.popup is not None
    assert door.popup.isVisible()
    door.close()
    window = MainWindow(state)
    window.show()
    for name in PAGES:
        window.open_page(name)
        flood(f"the page {name}")
    helper.kill()


def main() -> None:
    """Both platforms; the one with a screen where there is Xvfb."""
    if os.environ.get("QNET_BENCH_CHANGES"):
        measure(os.environ["QNET_BENCH_CHANGES"])
        return
    from bench_popup import on_both

    on_both(__file__, "QNET_BENCH_CHANGES")


if __name__ == "__main__":
    main()
