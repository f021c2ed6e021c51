"""The popup: from the click to its first painting with 6, 60 and 500 domains, its memory, and a thousand openings.

Without a screen (Qt's own) and on a virtual one (Xvfb), each in a process of its own.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from figures import show

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
sys.path[:0] = [str(ROOT), str(HERE.parent), str(HERE.parent / "tray")]
OPENINGS, WARM, OFTEN = 15, 250, 1000
COUNTS = (6, 60, 500)
#: Milliseconds until it is painted, by how many domains there are; MB that it may take, and that may be lost for good.
LIMITS, MEMORY, LOST = {6: 100, 60: 100, 500: 200}, 8.0, 1.0


def private_written() -> float:
    """This process's own memory that has been written to, in MB."""
    lines = Path("/proc/self/smaps_rollup").read_text().splitlines()
    return next(int(line.split()[1]) / 1000 for line in lines if line.startswith("Private_Dirty"))


def measure(platform: str) -> None:
    """All figures, in this process."""
    from tray_shared import CABLE, up

    from qnet_gui.model.domain import Domain, DomainState
    from qnet_gui.model.snapshot import Snapshot
    from qnet_gui.model.traffic import History, Series
    from qnet_gui.tray.app.popup_door import PopupDoor
    from qnet_gui.tray.qt import QApplication, QCoreApplication, QDBusConnection, QEvent, QObject
    from qnet_gui.tray.session.app_state import AppState
    from qnet_gui.tray.state.page_names import PAGE_NAMES
    from qnet_gui.tray.window.main_window import MainWindow

    application = QApplication(["qnet-tray"])
    application.setQuitOnLastWindowClosed(False)
    state = AppState(QDBusConnection.connectToBus(os.environ["QNET_BENCH_BUS"], "bench"))
    door = PopupDoor(state)

    class Painted(QObject):
        """Whether what it watches has been painted."""

        seen = False

        def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802
            self.seen |= watched is door.popup and event.type() == QEvent.Type.Paint
            return False

    def many(count: int) -> Snapshot:
        return up(CABLE, domains=tuple(
            Domain(f"domain-{number:03}", number, DomainState.RUNNING, CABLE.address, f"vif{number}.0", "netvm",
                   uuid=str(number))
            for number in range(2, count + 2)
        ))  # fmt: skip

    def closed() -> None:
        door.close()
        for _ in range(2):
            application.processEvents()
            QCoreApplication.sendPostedEvents(None, QEvent.DeferredDelete)
        door._closed = 0.0

    def opened() -> float:
        """Milliseconds of this process from the click to the first painting, whatever else the machine does."""
        painted = Painted()
        application.installEventFilter(painted)
        begun = time.process_time()
        door.toggle()
        while not painted.seen:
            application.processEvents()
        took = (time.process_time() - begun) * 1000
        application.removeEventFilter(painted)
        return took

    def lost() -> float:
        """MB that are not back after very many openings, when what is kept for good has come."""
        for _ in range(WARM):
            opened()
            closed()
        level = private_written()
        for _ in range(OFTEN):
            opened()
            closed()
        return private_written() - level

    before = private_written()
    for count in COUNTS:
        state.snapshot = many(count)
        ids = [domain.id for domain in state.snapshot.domains]
        state.traffic.history = History({domid: Series(0, 0, (5_000, 90_000) * 60, (100,) * 120) for domid in ids})
        times = []
        for number in range(OPENINGS):
            times.append(opened())
            if not (count == COUNTS[0] and number == 0):
                closed()
                continue
            show(f"{platform}: the first opening, with its imports", times, LIMITS[count])
            show(f"{platform}: what it takes when open", [private_written() - before], MEMORY, "MB")
            window = MainWindow(state)
            for number, name in enumerate(PAGE_NAMES):
                window.open_page(name)
                window.show()
                application.processEvents()
                what, limit = ("all pages seen", None) if number else ("its first page", MEMORY)
                if number in (0, len(PAGE_NAMES) - 1):
                    show(f"{platform}: it and the window, {what}", [private_written() - before], limit, "MB")
            window.close()
            closed()
            show(f"{platform}: lost in {OFTEN} openings", [lost()], LOST, "MB")
        show(f"{platform}: click to paint, {count} domains", times[1:], LIMITS[count])


def main() -> None:
    """Both platforms."""
    if os.environ.get("QNET_BENCH_POPUP"):
        measure(os.environ["QNET_BENCH_POPUP"])
        return
    on_both(__file__, "QNET_BENCH_POPUP")


def on_both(bench: str, variable: str) -> None:
    """Run a bench in a process of its own on each platform, whose name that variable has there, beside a bus."""
    from bench_tray import system_bus

    from qnet_gui.lab.desktop.light import LightDesktop

    with tempfile.TemporaryDirectory(prefix="qnet") as folder, system_bus(Path(folder)) as bus:
        own, more = [sys.executable, bench], {"QNET_BENCH_BUS": bus, "QT_XCB_GL_INTEGRATION": "none"}
        env = {**os.environ, **more, "QT_QPA_PLATFORM": "offscreen", variable: "offscreen"}
        subprocess.run(own, env=env, check=True, stderr=subprocess.DEVNULL)
        (Path(folder) / "desktop").mkdir()
        with LightDesktop(Path(folder) / "desktop") as desktop:
            env = {**desktop.env, **more, variable: "Xvfb"}
            subprocess.run(own, env=env, check=True, stderr=subprocess.DEVNULL)


if __name__ == "__main__":
    main()
