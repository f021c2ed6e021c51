"""One applet a display: it owns a name on the session bus, and others ask it to open a window, and end."""

from __future__ import annotations

import os

from qnet_gui.tray.qt import QDBus, QDBusConnection, QDBusMessage, QDBusServiceWatcher, QObject, pyqtSignal, pyqtSlot
from qnet_gui.tray.state.bus_name import NAME, PATH, name_on
from qnet_gui.tray.state.page_names import PAGE_NAMES

#: Milliseconds that the first one has for an answer.
_DEADLINE = 5000


class Instance(QObject):
    """Emits `requested` with the name of a page when another instance asks for it, and `applet_requested` when
    `qnet applet` does.

    Whoever can call it is the user himself.
    """

    requested = pyqtSignal(str)
    applet_requested = pyqtSignal()

    def __init__(self, bus: QDBusConnection, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._bus = bus
        #: Whether there is none in this session on any other display, or none that came before.
        self.alone = False
        mode = QDBusServiceWatcher.WatchModeFlag.WatchForUnregistration
        self._watcher = QDBusServiceWatcher(NAME, bus, mode, self)
        self._watcher.serviceUnregistered.connect(self._take_over)

    def first(self) -> bool:
        """Become the one of this display; False when there is one already."""
        self._bus.registerObject(PATH, NAME, self, QDBusConnection.ExportAllSlots)
        own = name_on(os.environ)
        self.alone = bool(self._bus.registerService(NAME))
        return self.alone if own == NAME else bool(self._bus.registerService(own))

    def _take_over(self) -> None:
        """The one that was first has ended."""
        self.alone = bool(self._bus.registerService(NAME))

    @pyqtSlot()
    def Open(self) -> None:  # noqa: N802 (D-Bus's)
        """Open the window."""
        self.requested.emit(PAGE_NAMES[0])

    @pyqtSlot(str)
    def OpenPage(self, name: str) -> None:  # noqa: N802 (D-Bus's)
        """Open the window at a page; at the first one when there is none of this name."""
        self.requested.emit(name if name in PAGE_NAMES else PAGE_NAMES[0])

    @pyqtSlot()
    def ShowNetworkApplet(self) -> None:  # noqa: N802 (D-Bus's)
        """Do what the menu's row does."""
        self.applet_requested.emit()


def ask_first(bus: QDBusConnection, page: str = "") -> bool:
    """Have this display's open its window, at a page; whether it answers. Blocks: it has nothing else to do."""
    message = QDBusMessage.createMethodCall(name_on(os.environ), PATH, NAME, "OpenPage" if page else "Open")
    message.setArguments([page] if page else [])
    return bool(bus.call(message, QDBus.CallMode.Block, _DEADLINE).type() == QDBusMessage.MessageType.ReplyMessage)
