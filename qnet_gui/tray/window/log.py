"""The Log: what happened, when. Read from its file when it is looked at, and not kept here."""

from __future__ import annotations

from qnet_gui.model.translation import tr
from qnet_gui.tray.pages.log import LogPage, as_text, heads, note, page
from qnet_gui.tray.qt import QHBoxLayout, QLineEdit
from qnet_gui.tray.session.app_state import AppState
from qnet_gui.tray.widgets.filter_field import FilterField
from qnet_gui.tray.widgets.parts import button, copy, label, placeholder, say
from qnet_gui.tray.widgets.tables.table import Table
from qnet_gui.tray.window.page import Page


class Log(Page):
    """The newest first."""

    def __init__(self, app_state: AppState) -> None:
        super().__init__(app_state, "log", tr("Log"))
        self._filter = FilterField()
        self._table = Table(tr("Log"), heads(), fixed=(0,))
        self._filter.textChanged.connect(lambda text: self._table.set_filter(text.strip()))
        self._empty = placeholder()
        self._read = False
        self._copy = button(tr("Copy"), lambda: copy(self.text()))
        self._note = label(wrapped=True)
        top = QHBoxLayout()
        top.addWidget(self._filter, 1)
        self.corner.addWidget(self._copy)
        self.column.addLayout(top)
        self.column.addWidget(self._table, 1)
        self.column.addWidget(self._empty, 1)
        self.column.addWidget(self._note)
        app_state.event_log.added.connect(self._added)

    def _added(self) -> None:
        self._read = False
        if self.isVisible():
            self.refresh()

    def opened(self) -> None:
        """What is too old now is left out."""
        self._read = False

    def refresh(self) -> None:
        """See `Page`. A snapshot alone is no reason to read."""
        if self._read:
            return
        self._read = True
        shown = page(self.app_state.event_log.entries())
        self._table.show_rows(shown.rows)
        self._table.setVisible(bool(shown.rows))
        self._copy.setEnabled(bool(shown.rows))
        say(self._note, note(self.app_state.event_log.trouble))
        say(self._empty, shown.message)
        self._empty.setVisible(bool(shown.message))

    def ended(self) -> None:
        """See `Page`. PyQt keeps what it connects until the sender goes, which outlives this."""
        if self._live:
            self.app_state.event_log.added.disconnect(self._added)
        super().ended()

    def filter_field(self) -> QLineEdit:
        """See `Page`."""
        return self._filter

    def text(self) -> str:
        """See `Page`: what is seen in the table."""
        return as_text(LogPage(rows)) if (rows := self._table.seen_rows()) else super().text()


make = Log
