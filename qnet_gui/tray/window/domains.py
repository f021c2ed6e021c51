"""The Domains page: all of them in a table, and what can be done to those that are selected in it."""

from __future__ import annotations

from qnet_gui.model.domain import Domain, DomainState
from qnet_gui.model.translation import tr
from qnet_gui.netmap.drawing import Ink, bars, domain_sign, plug
from qnet_gui.netmap.graph import Look
from qnet_gui.tray.pages.domains import FIXED, IDENTITY, NUMBERS, Choice, DomainsPage, choices, heads, page
from qnet_gui.tray.qt import QKeySequence, QLineEdit, QPoint, Qt
from qnet_gui.tray.session.app_state import AppState
from qnet_gui.tray.state import plain_text
from qnet_gui.tray.state.menu import hindrance
from qnet_gui.tray.widgets.clicks import do_as_meant
from qnet_gui.tray.widgets.filter_field import FilterField
from qnet_gui.tray.widgets.flow import Flow
from qnet_gui.tray.widgets.parts import button, label, name_button, placeholder, say
from qnet_gui.tray.widgets.tables.table import InlineAction, Table
from qnet_gui.tray.window.page import Page
from qnet_gui.tray.window.page_signs import go_on, pulled

_KEYS = ("pause", "network", "netvm")


_SIGNS = {look.value: domain_sign(look) for look in (Look.PAUSED, Look.GOOD, Look.APART, Look.WAITING)}


class Domains(Page):
    """The same actions as buttons above, in the menu of a row, and at its end."""

    def __init__(self, app_state: AppState) -> None:
        super().__init__(app_state, "domains", tr("Domains"))
        self._page: DomainsPage | None = None
        self._shown: tuple[Domain, ...] = ()
        self._hindrance = ""
        self._filter = FilterField()
        self._filter.textChanged.connect(self._filtered)
        self._buttons = {key: button("", lambda: None) for key in _KEYS}
        for key, made in self._buttons.items():
            do_as_meant(made, lambda key=key: self._choices()[key], self.request)  # type: ignore[misc]
        self._table = Table(tr("Domains"), (*heads(), ""), NUMBERS, FIXED, _SIGNS, identity=IDENTITY)
        self._table.sortByColumn(0, Qt.SortOrder.AscendingOrder)
        self._table.chosen.connect(self._offer)
        self._table.menu_wanted.connect(self._menu)
        self._table.put_inline(self._inline)
        self._table.inline_chosen.connect(self._do_inline)
        self._empty, self._summary = placeholder(), label()
        top = Flow()
        top.add(self._filter, *self._buttons.values())
        self.column.addLayout(top)
        self.column.addWidget(self._table, 1)
        self.column.addWidget(self._empty, 1)
        self.column.addWidget(self._summary)

    def refresh(self) -> None:
        """See `Page`."""
        snapshot = self.app_state.snapshot
        old, self._page = self._page, page(snapshot, self.app_state.rates, self.app_state.unreadable)
        domains = snapshot.domains if snapshot and self._page.rows else ()
        if self._page != old or domains != self._shown:
            self._shown = domains
            self._table.show_rows([(*row, "") for row in self._page.rows], [look.value for look in self._page.looks])
            for widget in (self._table, self._filter, *self._buttons.values()):
                widget.setVisible(bool(self._page.rows))
            say(self._empty, self._page.message)
            self._empty.setVisible(bool(self._page.message))
        if (why := hindrance(snapshot)) != self._hindrance:
            self._hindrance = why
            self._table.viewport().update()  # what stands at the end of rows that are as they were
        self._summarize()
        self._offer()

    def filter_field(self) -> QLineEdit:
        """See `Page`."""
        return self._filter

    def text(self) -> str:
        """See `Page`: what is seen in the table."""
        return self._table.text() if self._page and self._page.rows else super().text()

    def _filtered(self, text: str) -> None:
        self._table.set_filter(text.strip())
        self._summarize()

    def _summarize(self) -> None:
        summary = self._page.summary if self._page else ""
        hidden = len(self._shown) - self._table.model().rowCount()
        if hidden and summary:
            summary += ", " + tr("{count} not shown because of the filter", count=hidden)
        say(self._summary, summary)

    # -- what can be done

    def _selected(self) -> list[Domain]:
        return [self._shown[row] for row in self._table.selected_rows() if row < len(self._shown)]

    def _choices(self) -> dict[str, Choice]:
        return {choice.key: choice for choice in choices(self.app_state.snapshot, self._selected())}

    def _offer(self) -> None:
        """What can be done to the selected domains."""
        for key, choice in self._choices().items():
            name_button(self._buttons[key], choice.text)
            self._buttons[key].setEnabled(not choice.why)
            self._buttons[key].setToolTip(plain_text.tip(choice.why))

    def _menu(self, where: QPoint) -> None:
        """The menu of what is selected; it goes when it is closed."""
        menu = self.choice_menu(self._choices().values())
        menu.addSeparator()
        key = QKeySequence(QKeySequence.Copy)
        copying = menu.addAction(plain_text.menu(tr("Copy")), self._table.copy_selected, key)
        copying.setEnabled(bool(self._selected()))
        menu.popup(where)

    # -- at the end of a row

    def _inline(self, row: int) -> tuple[InlineAction, ...]:
        """What stands at the end of a row; nothing while nothing can be done."""
        if row >= len(self._shown):
            return ()
        domain = self._shown[row]
        made = []
        for choice in choices(self.app_state.snapshot, (domain,))[:2]:
            if choice.why:
                continue
            signs = {
                "pause": go_on() if domain.state is DomainState.PAUSED else bars(Ink.TEXT),
                "network": pulled() if domain.vif else plug(Ink.TEXT),
            }
            made.append(InlineAction(choice.key, choice.text, tuple(signs[choice.key])))
        return tuple(made)

    def _do_inline(self, row: int, key: str) -> None:
        for choice in choices(self.app_state.snapshot, (self._shown[row],)):
            if choice.key == key:
                self.request(choice)


make = Domains
