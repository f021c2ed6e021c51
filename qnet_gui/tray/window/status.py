"""The Status window: everything that the helper knows, and what can be done to a domain."""

from __future__ import annotations

from qnet_gui.model.translation import tr
from qnet_gui.tray.pages.line import Line, Mark
from qnet_gui.tray.pages.status import NO_DOMAINS, Page, actions_for_row, as_text, domain_heads, page
from qnet_gui.tray.session.app_state import AppState
from qnet_gui.tray.state.menu import Action
from qnet_gui.tray.window.base import Window
from qnet_gui.tray.window.parts import Facts, Lines, button, buttons, copy, heading, label, say
from qnet_gui.tray.window.table import Table


class StatusWindow(Window):
    """The buttons below the table are about the domain that is selected in it."""

    def __init__(self, app_state: AppState) -> None:
        super().__init__(app_state, "status", tr("Network status"))
        self._page: Page | None = None
        self._sentence, self._problems, self._facts = heading(), Lines(), Facts()
        self._table = Table(tr("Domains"), domain_heads(), fixed=(2, 3))
        self._table.chosen.connect(self._offer)
        self._empty = label(tr(NO_DOMAINS))
        self._action_buttons = [button("", lambda index=index: self._do(index)) for index in range(2)]  # type: ignore[misc]
        self.column.setSpacing(12)
        for widget in (self._sentence, self._problems, self._facts):
            self.column.addWidget(widget)
        self.column.addWidget(self._table, 1)
        self.column.addWidget(self._empty)
        self.column.addStretch()
        windows = (
            button(tr("Routes…"), lambda: app_state.request(Action.ROUTES)),
            button(tr("Name servers…"), lambda: app_state.request(Action.NAMES)),
            button(tr("Upgrade networking…"), lambda: app_state.request(Action.UPGRADE)),
        )
        closing = (button(tr("Copy"), lambda: copy(as_text(page(app_state.snapshot)))), button(tr("Close"), self.hide))
        self.column.addLayout(buttons(*self._action_buttons, None))
        self.column.addLayout(buttons(*windows, None, *closing))

    def refresh(self) -> None:
        """See `Window`."""
        old, self._page = self._page, page(self.app_state.snapshot)
        if self._page != old:
            say(self._sentence, self._page.sentence)
            self._problems.show_lines(
                [Line(Mark.WARNING, f"{text} {cure}".strip()) for text, cure in self._page.problems]
            )
            self._facts.show_facts(self._page.facts)
            self._table.show_rows(self._page.domains)
            self._table.setVisible(bool(self._page.domains))
            self._empty.setVisible(bool(self._page.facts) and not self._page.domains)
            self.grow()
        self._offer()

    def _offer(self) -> None:
        """What can be done to the selected domain."""
        rows = actions_for_row(self.app_state.snapshot, self._table.selected())
        usual = (tr("Pause"), tr("Cut off the network"))
        for index, action_button in enumerate(self._action_buttons):
            action_button.setVisible(bool(self._page and self._page.domains))
            action_button.setText(rows[index].text if rows else usual[index])
            action_button.setEnabled(bool(rows) and not rows[index].why)
            action_button.setToolTip(rows[index].why if rows else tr("Select a domain first."))

    def _do(self, index: int) -> None:
        rows = actions_for_row(self.app_state.snapshot, self._table.selected())
        if rows and rows[index].request:
            self.app_state.requested.emit(rows[index].request)


make = StatusWindow
