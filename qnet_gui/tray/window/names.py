"""The page of name servers: where questions for names go, and how soon they are answered."""

from __future__ import annotations

import time
from collections.abc import Sequence

from qnet_gui.model.errors import QnetError
from qnet_gui.model.translation import tr
from qnet_gui.tray.pages.names import NamesPage, as_text, heads, page, tested
from qnet_gui.tray.session.app_state import AppState
from qnet_gui.tray.widgets.parts import button, copy, heading, label, say
from qnet_gui.tray.widgets.tables.table import Table
from qnet_gui.tray.window.page import Page


class Names(Page):
    """Follows the snapshot, which has all but the times; these are tested whenever it is opened or they are others."""

    def __init__(self, app_state: AppState) -> None:
        super().__init__(app_state, "names", tr("Name servers"))
        self._page: NamesPage | None = None
        self._refused = ""
        self._answers: dict[str, str] = {}
        self._answered_at = 0.0
        self._tested_state: object = None
        self._testing = False
        self._head, self._message, self._note = heading(), label(wrapped=True), label(wrapped=True)
        self._table = Table(tr("Name servers"), heads(), fixed=(0, 1))
        self._test = button(tr("Test"), self._do_test)
        self._test.setToolTip(tr("Have netvm ask each of its name servers something, and see how soon it answers."))
        self._reapply = button(tr("Apply again"), self._do_reapply)
        self._reapply.setToolTip(tr("Have netvm set its routes, packet filter and redirections anew."))
        self._copy = button(tr("Copy"), lambda: copy(self.text()))
        for made in (self._test, self._reapply, self._copy):
            self.corner.addWidget(made)
        self.column.addWidget(self._head)
        self.column.addWidget(self._message)
        self.column.addWidget(self._table)
        self.column.addWidget(self._note)
        self.column.addStretch()

    def opened(self) -> None:
        """What was found or refused last time is over."""
        self._refused, self._answers, self._tested_state = "", {}, None

    def refresh(self) -> None:
        """See `Page`."""
        snapshot = self.app_state.snapshot
        state = snapshot.dns.redirects if snapshot else None
        if state != self._tested_state:
            self._tested_state, self._answers, self._answered_at, self._refused = state, {}, 0.0, ""
            if state:
                self._do_test()
        self._page = page(snapshot, self._answers, self._answered_at, self.app_state.unreadable)
        message = self._refused or self._page.message
        say(self._head, self._page.head)
        say(self._message, message)
        self._message.setVisible(bool(message))
        self._table.show_rows(self._page.rows)
        self._table.setFixedHeight(self._table.height_of_rows())
        self._table.setVisible(bool(self._page.rows))
        say(self._note, self._page.note)
        self._note.setVisible(bool(self._page.note))
        self._copy.setEnabled(bool(self._page.rows))
        self._test.setEnabled(not self._testing and bool(self._page.rows))
        self._reapply.setEnabled(self.can_reapply)

    def text(self) -> str:
        """See `Page`."""
        shown = page(self.app_state.snapshot, self._answers)
        return as_text(shown) if shown.rows else super().text()

    def _do_test(self) -> None:
        """One test at a time."""
        if not self._testing:
            self._testing = True
            self._test.setEnabled(False)
            about = self._tested_state
            self.ask("TestNames", [], lambda answer: self._tested(about, answer))

    def _tested(self, about: object, answer: Sequence[object] | QnetError) -> None:
        self._testing = False
        if about != self._tested_state:  # it was of others than there are now
            if self._tested_state:
                self._do_test()
            self.refresh()
            return
        self._refused = answer.translated if isinstance(answer, QnetError) else ""
        self._answers, self._answered_at = tested(answer), 0.0 if self._refused else time.time()
        self.refresh()

    def _do_reapply(self) -> None:
        self.do("Reapply", [], self._reapplied)
        self.refresh()

    def _reapplied(self, answer: Sequence[object] | QnetError) -> None:
        self._refused = answer.translated if isinstance(answer, QnetError) else ""
        self.refresh()


make = Names
