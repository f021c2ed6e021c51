"""Traffic, while somebody looks: asks the helper for it, renews that, and keeps the history of two minutes.

Nothing is asked, heard or woken for while nobody has started it.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Sequence

from qnet_gui.model import traffic
from qnet_gui.model.errors import BadInput, QnetError
from qnet_gui.model.snapshot import Snapshot
from qnet_gui.model.traffic import History
from qnet_gui.tray.qt import QDBusMessage, QObject, QTimer, pyqtSignal
from qnet_gui.tray.session.dbus import message_slot
from qnet_gui.tray.session.helper_client import Client

log = logging.getLogger(__name__)
#: Seconds without a sample, after which nothing is known of the rates any more.
SILENCE = 10


def _boot_clock() -> float:
    """Nobody sets it, and it goes on while the machine sleeps."""
    return time.clock_gettime(time.CLOCK_BOOTTIME)


class TrafficWatch(QObject):
    """Emits `changed` with the `History` each time that there is another, once a second while it is watched.

    `history` is the last one, an empty one while nothing is known: no netvm, no helper, an agent that does not tell.
    Each that looks calls `start` when it begins to, and `stop` when it has ended.
    """

    changed = pyqtSignal(object)

    def __init__(self, client: Client, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.history = History()
        self._client = client
        self._lookers = 0
        self._asks_again = self._warned = False
        self._unwatched_since = _boot_clock()
        self._renewal = QTimer(self)
        self._renewal.setInterval(traffic.RENEWAL * 1000)
        self._renewal.timeout.connect(self._ask)
        self._silence = QTimer(self)
        self._silence.setSingleShot(True)
        self._silence.setInterval(SILENCE * 1000)
        self._silence.timeout.connect(self._forget)
        client.gone.connect(self._gone)
        client.changed.connect(self._snapshot_came)

    @property
    def watching(self) -> bool:
        """Whether anybody looks."""
        return self._lookers > 0

    def start(self) -> None:
        """Somebody looks from now on."""
        self._lookers += 1
        if self._lookers == 1:
            if _boot_clock() - self._unwatched_since > SILENCE:
                self._forget()
            self._client.listen("Traffic", self._sample_came)
            self._renewal.start()
            self._silence.start()
            self._ask()

    def stop(self) -> None:
        """Somebody looks no more; `start` was called for him before."""
        if not self._lookers:
            log.error("traffic is looked at by fewer than nobody")
            return
        self._lookers -= 1
        if not self._lookers:
            self._unwatched_since = _boot_clock()
            self._renewal.stop()
            self._silence.stop()
            self._client.ignore("Traffic", self._sample_came)
            self._client.ask("UnwatchTraffic", [], lambda _: None)

    def _ask(self) -> None:
        self._asks_again = False
        self._client.ask("WatchTraffic", [], self._asked)

    def _asked(self, answer: Sequence[object] | QnetError) -> None:
        """No answer is no reason to end: the next renewal asks anew."""
        if isinstance(answer, QnetError):
            log.info("Traffic is not told: %s", answer)

    @message_slot
    def _sample_came(self, message: QDBusMessage) -> None:
        if not self._lookers:  # it was under way
            return
        try:
            sample = traffic.from_wire(*message.arguments()[:1])
        except (BadInput, TypeError) as error:
            if not self._warned:  # the next one comes a second later
                log.warning("%s Is the helper of the same version as this applet?", error)
            self._warned = True
            return
        self._silence.start()
        self._take(self.history.after(sample))

    def _take(self, history: History) -> None:
        if history != self.history:
            self.history = history
            self.changed.emit(history)

    def _forget(self) -> None:
        self._take(History())

    def _gone(self) -> None:
        """The next helper knows nothing of who looks."""
        self._asks_again, self._warned = True, False
        self._forget()

    def _snapshot_came(self, snapshot: Snapshot | None) -> None:
        if snapshot is not None and self._asks_again and self._lookers:
            self._ask()
