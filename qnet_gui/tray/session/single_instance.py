"""One applet a session: the first one owns a name on the session bus, and others ask it to open a window, and end."""

from __future__ import annotations

from qnet_gui.tray.qt import QDBus, QDBusConnection, QDBusMessage, QObject, pyqtSignal, pyqtSlot
from qnet_gui.tray.state.menu import Action

NAME = "org.qnet.Tray"
PATH = "/org/qnet/Tray"
#: Milliseconds that the first one has for an answer.
_DEADLINE = 5000


class Instance(QObject):
    """Emits `requested` with an `Action` when another instance asks for it. Whoever can call it is the user himself."""

    requested = pyqtSignal(object)

    def __init__(self, bus: QDBusConnection, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._bus = bus

    def first(self) -> bool:
        """Become the one of this session; False when there is one already."""
        self._bus.registerObject(PATH, NAME, self, QDBusConnection.ExportAllSlots)
        return bool(self._bus.registerService(NAME))

    @pyqtSlot()
    def Open(self) -> None:  # noqa: N802 (D-Bus's)
        """Open the Status window."""
        self.requested.emit(Action.STATUS)


def ask_first(bus: QDBusConnection) -> bool:
    """Have the first one open its window; whether it answers. Blocks, for whoever asks has nothing else to do."""
    message = QDBusMessage.createMethodCall(NAME, PATH, NAME, "Open")
    return bool(bus.call(message, QDBus.CallMode.Block, _DEADLINE).type() == QDBusMessage.MessageType.ReplyMessage)
