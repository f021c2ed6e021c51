"""The network applet: has the helper show netvm's nm-applet on this display, or says why that cannot be.

Shows nothing itself. Reads the display's cookie from the person's own .Xauthority, and gives it to the helper alone.
"""

from __future__ import annotations

from collections.abc import Sequence

from qnet_gui.model.errors import NotFound, QnetError
from qnet_gui.runtime.x_display import own_display
from qnet_gui.tray.qt import QObject, pyqtSignal
from qnet_gui.tray.session.helper_client import Client


class NetworkApplet(QObject):
    """`failed` has the error when a start has come to nothing. What is shown is not ours to follow."""

    failed = pyqtSignal(object)

    def __init__(self, client: Client, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._client = client

    def start(self) -> None:
        """Have it shown; it may take a moment, and somebody may be asked for a password."""
        try:
            requested = own_display()
        except NotFound as error:
            self.failed.emit(error)
            return
        self._client.do("ShowNetworkApplet", [f":{requested.number}", requested.cookie], self._started)

    def _started(self, answer: Sequence[object] | QnetError) -> None:
        if isinstance(answer, QnetError):
            self.failed.emit(answer)
