"""Looks at the traffic as the applet does, for so many seconds: prints JSON with the processor time that it takes.

Arguments: the bus's address, seconds. `ms`: a second, without its start; `domains`, `samples`: what came.
"""

from __future__ import annotations

import json
import sys
import time

from qnet_gui.model.traffic import History
from qnet_gui.tray.qt import QCoreApplication, QDBusConnection, QTimer
from qnet_gui.tray.session.helper_client import Client
from qnet_gui.tray.session.traffic_watch import TrafficWatch


def main(address: str, seconds: float) -> None:
    """Look, and measure from the first sample on."""
    application = QCoreApplication([])
    client = Client(QDBusConnection.connectToBus(address, "looker"))
    watch = TrafficWatch(client)
    begun: list[tuple[float, float]] = []
    samples: list[History] = []

    def came(history: History) -> None:
        if not begun:
            begun.append((time.monotonic(), time.process_time()))
            QTimer.singleShot(round(seconds * 1000), application.quit)
        samples.append(history)

    watch.changed.connect(came)
    client.start()
    watch.start()
    application.exec()
    [(at, used)] = begun
    took = (time.process_time() - used) * 1000 / (time.monotonic() - at)
    print(json.dumps({"ms": took, "domains": len(samples[-1].domains), "samples": len(samples)}))


if __name__ == "__main__":
    main(sys.argv[1], float(sys.argv[2]))
