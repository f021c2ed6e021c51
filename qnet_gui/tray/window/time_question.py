"""The question at what time of day dom0 is to be disconnected; not modal."""

from __future__ import annotations

import time
from collections.abc import Callable

from qnet_gui.model.clock import clock, hour_and_minute, next_at
from qnet_gui.model.translation import tr
from qnet_gui.tray.qt import QDialog, QHBoxLayout, Qt, QTime, QTimeEdit, QVBoxLayout
from qnet_gui.tray.session import language
from qnet_gui.tray.session.icons import application_icon
from qnet_gui.tray.widgets.parts import WIDE, button, buttons, caption, label, say


class TimeQuestion(QDialog):
    """`until` is the present deadline; `then` gets the next moment at that time of day. In seconds since the epoch."""

    def __init__(self, until: int, then: Callable[[int], None]) -> None:
        super().__init__()
        self._then = then
        self.setWindowTitle(tr("Disconnect at…"))
        self.setWindowIcon(application_icon())
        self._time = QTimeEdit(QTime(*hour_and_minute(until)))
        self._time.setDisplayFormat("h:mm AP" if language.has_twelve_hours() else "HH:mm")
        self._time.setAccessibleName(tr("Disconnect dom0 at:"))
        self._time.timeChanged.connect(lambda _: self._tell())
        self._words = label(wrapped=True)
        usual = self._words.fontMetrics().averageCharWidth() * WIDE
        screen = self.screen()
        self._words.setMinimumWidth(min(usual, screen.availableSize().width() * 3 // 4) if screen else usual)
        row = QHBoxLayout()
        row.addWidget(caption(tr("Disconnect dom0 at:"), self._time))
        row.addWidget(self._time)
        row.addStretch()
        column = QVBoxLayout(self)
        column.addLayout(row)
        column.addWidget(self._words)
        confirm = button(tr("Set"), self._confirmed)
        confirm.setDefault(True)
        column.addLayout(buttons(None, button(tr("Cancel"), self.reject), confirm))
        self.setWindowModality(Qt.WindowModality.NonModal)
        self._tell()

    def _chosen(self) -> int:
        chosen = self._time.time()
        return next_at(chosen.hour(), chosen.minute(), time.time())

    def _tell(self) -> None:
        self._told = self._chosen()
        say(self._words, tr("dom0 stays connected to the network until {until}.", until=clock(self._told)))

    def _confirmed(self) -> None:
        """What was read is meant: a time that has passed meanwhile comes again tomorrow, which is said first."""
        if self._chosen() != self._told:
            self._tell()
            return
        self._then(self._told)
        self.accept()
