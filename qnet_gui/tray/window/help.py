"""The Help window: what the icons mean, and where to read more."""

from __future__ import annotations

from qnet_gui.model.translation import mark, tr
from qnet_gui.tray.qt import QApplication, QGridLayout
from qnet_gui.tray.session.app_state import AppState
from qnet_gui.tray.session.icons import tray_icon
from qnet_gui.tray.window.base import Window
from qnet_gui.tray.window.parts import button, buttons, caption, label

_PIXELS = 32
#: The icons in the order in which one meets them.
LEGEND = (
    ("wired", mark("Connected by cable.")),
    ("wifi-3", mark("Connected by Wi-Fi; the arcs say how well.")),
    ("wired-lock", mark("Connected through a VPN.")),
    ("wired-dot", mark("Connected, with a problem; see Status.")),
    ("wired-alert", mark("Connected, but names do not resolve.")),
    ("connecting-2", mark("Connecting.")),
    ("no-uplink", mark("The netvm has no uplink.")),
    ("starting", mark("The netvm is starting.")),
    ("no-netvm", mark("The netvm is not running; domains have no network.")),
    ("helper-away", mark("Nothing is known: the network helper is not running.")),
    ("dom0-connected", mark("dom0 is connected to the network, for an upgrade.")),
)
_INTRODUCTION = mark(
    "The network cards of this machine belong to a domain of their own, the netvm. All other domains reach the network"
    " through it, and dom0 has none, but for a limited time to upgrade its packages."
)
_MORE = mark("More is told by the manual: man qnet-tray, man qnet.")


class HelpWindow(Window):
    """The same always."""

    def __init__(self, app_state: AppState) -> None:
        super().__init__(app_state, "help", tr("Help"))
        self.column.setSpacing(12)
        self.column.addWidget(label(tr(_INTRODUCTION), wrapped=True))
        grid = QGridLayout()
        grid.setColumnStretch(1, 1)
        for row, (name, text) in enumerate(LEGEND):
            picture = caption()
            picture.setPixmap(tray_icon(name, QApplication.palette()).pixmap(_PIXELS))
            picture.setAccessibleName(tr("Icon"))
            grid.addWidget(picture, row, 0)
            grid.addWidget(label(tr(text)), row, 1)
        self.column.addLayout(grid)
        self.column.addWidget(label(tr(_MORE), wrapped=True))
        self.column.addStretch()
        self.column.addLayout(buttons(None, button(tr("Close"), self.hide)))

    def refresh(self) -> None:
        """Nothing here depends on the snapshot."""


make = HelpWindow
