"""The Name servers window: where questions for names go."""

from __future__ import annotations

from collections.abc import Sequence

from qnet_gui.model.errors import QnetError
from qnet_gui.model.translation import tr
from qnet_gui.tray.pages.names import NamesPage, as_text, heads, page, tested
from qnet_gui.tray.session.app_state import AppState
from qnet_gui.tray.window.base import Window
from qnet_gui.tray.window.parts import button, buttons, copy, heading, label, say
from qnet_gui.tray.window.table import Table


class NamesWindow(Window):
    """Follows the snapshot, which has all of it."""

    def __init__(self, app_state: AppState) -> None:
        super().__init__(app_state, "names", tr("Name servers"))
        self._page: NamesPage | None = None
        self._refused = ""
        self._answers: dict[str, str] = {}
        self._tested_state: object = None
        self._head, self._message = heading(), label(wrapped=True)
        self._table = Table(tr("Name servers"), heads(), fixed=(0, 1))
        self._test = button(tr("Test"), self._do_test)
        self._test.setToolTip(tr("Have netvm ask each of its name servers something, and see how soon it answers."))
        self._reapply = button(tr("Apply again"), self._do_reapply)
        self._reapply.setToolTip(tr("Have netvm set its routes, packet filter and redirections anew."))
        self._copy = button(tr("Copy"), lambda: copy(as_text(page(app_state.snapshot, self._answers))))
        self.column.setSpacing(12)
        self.column.addWidget(self._head)
        self.column.addWidget(self._message)
        self.column.addWidget(self._table, 1)
        self.column.addStretch()
        self.column.addLayout(buttons(self._test, self._reapply, None, self._copy, button(tr("Close"), self.hide)))

    def opened(self) -> None:
        """What was found or refused last time is over."""
        self._refused, self._answers = "", {}

    def refresh(self) -> None:
        """See `Window`."""
        state = self.app_state.snapshot and self.app_state.snapshot.dns.redirects
        if state != self._tested_state:
            self._tested_state, self._answers = state, {}
        self._page = page(self.app_state.snapshot, self._answers)
        message = self._refused or self._page.message
        say(self._head, self._page.head)
        say(self._message, message)
        self._message.setVisible(bool(message))
        self._table.show_rows(self._page.rows)
        self._table.setVisible(bool(self._page.rows))
        self._copy.setEnabled(bool(self._page.rows))
        self.grow()

    def _do_test(self) -> None:
        self._test.setEnabled(False)
        self.app_state.client.ask("TestNames", [], self._tested)

    def _tested(self, answer: Sequence[object] | QnetError) -> None:
        self._test.setEnabled(True)
        self._answers = tested(answer)
        self._refused = answer.translated if isinstance(answer, QnetError) else ""
        self.refresh()

    def _do_reapply(self) -> None:
        self._reapply.setEnabled(False)
        self.app_state.client.do("Reapply", [], self._reapplied)

    def _reapplied(self, answer: Sequence[object] | QnetError) -> None:
        self._reapply.setEnabled(True)
        self._refused = answer.translated if isinstance(answer, QnetError) else ""
        self.refresh()


make = NamesWindow
