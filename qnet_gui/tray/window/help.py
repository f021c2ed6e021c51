"""The Help page: what the icons mean, which keys there are, and where to read more."""

from __future__ import annotations

from qnet_gui.model.translation import mark, tr
from qnet_gui.tray.qt import QEvent, QGridLayout, QLabel
from qnet_gui.tray.session.app_state import AppState
from qnet_gui.tray.session.icons import tray_icon
from qnet_gui.tray.widgets.parts import caption, label, section
from qnet_gui.tray.window.page import Page

_PIXELS = 32
#: The icons in the order in which one meets them.
LEGEND = (
    ("wired", mark("Connected by cable.")),
    ("wifi-3", mark("Connected by Wi-Fi; the arcs say how well.")),
    ("wired-lock", mark("Connected through a VPN.")),
    ("wired-dot", mark("Connected, with a problem; see Overview.")),
    ("wired-alert", mark("Connected, but names do not resolve.")),
    ("connecting-2", mark("Connecting.")),
    ("no-uplink", mark("The netvm has no uplink.")),
    ("starting", mark("The netvm is starting.")),
    ("no-netvm", mark("The netvm is not running, is paused, or does not report; domains have no network.")),
    ("helper-away", mark("Nothing is known: the network helper is not running, or has no answer itself.")),
    ("dom0-connected", mark("dom0 is connected to the network, for an upgrade.")),
)
KEYS = (
    (mark("F5"), mark("Look again")),
    (mark("Ctrl+F"), mark("Filter the list; elsewhere, look for a domain")),
    (mark("Ctrl+C"), mark("Copy what is selected, else the whole page")),
    (mark("Ctrl+Page Down"), mark("The next page; with Page Up the one before")),
    (mark("Ctrl+1 to Ctrl+9"), mark("Sort the list by that column; once more turns it round")),
    (mark("Arrow keys"), mark("On the map: to the next node; Return says what can be done")),
    (mark("Escape"), mark("Close the window")),
)
_INTRODUCTION = mark(
    "The network cards of this machine belong to a domain of their own, the netvm. All other domains reach the network"
    " through it, and dom0 has none, but for a limited time to upgrade its packages."
)
_MORE = mark("More is told by the manual: man qnet-tray, man qnet.")


class Help(Page):
    """The same always."""

    def __init__(self, app_state: AppState) -> None:
        super().__init__(app_state, "help", tr("Help"))
        self.column.addWidget(label(tr(_INTRODUCTION), wrapped=True))
        grid = QGridLayout()
        grid.setColumnStretch(1, 1)
        self._pictures: dict[str, QLabel] = {}
        for row, (name, text) in enumerate(LEGEND):
            picture = caption()
            self._pictures[name] = picture
            picture.setAccessibleName(tr("Icon"))
            grid.addWidget(picture, row, 0)
            grid.addWidget(label(tr(text), wrapped=True), row, 1)
        self._draw()
        self.column.addLayout(grid)
        self.column.addWidget(section(tr("Keys")))
        keys = QGridLayout()
        keys.setColumnStretch(1, 1)
        for row, (key, text) in enumerate(KEYS):
            keys.addWidget(caption(tr(key)), row, 0)
            keys.addWidget(label(tr(text), wrapped=True), row, 1)
        self.column.addLayout(keys)
        self.column.addWidget(label(tr(_MORE), wrapped=True))
        self.column.addStretch()

    def _draw(self) -> None:
        for name, picture in self._pictures.items():
            picture.setPixmap(tray_icon(name, self.palette()).pixmap(_PIXELS))

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 (Qt's)
        """Another palette needs other pictures."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "_pictures"):
            self._draw()

    def refresh(self) -> None:
        """Nothing here depends on the snapshot."""


make = Help
