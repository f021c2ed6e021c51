"""The page of uplinks and routes: the netvm's ways out, and the routing table of netvm or of a domain."""

from __future__ import annotations

from collections.abc import Sequence

from qnet_gui.model.errors import NoAnswer, QnetError
from qnet_gui.model.snapshot import Snapshot
from qnet_gui.model.translation import tr
from qnet_gui.model.wire.answers import HelperAway
from qnet_gui.tray.pages.routes import (
    FIXED,
    NUMBERS,
    UPLINK_FIXED,
    UPLINK_NUMBERS,
    RoutesPage,
    nobody,
    page,
    route_heads,
    table_owners,
    uplink_heads,
    uplink_rows,
    vif_owners,
)
from qnet_gui.tray.qt import QHBoxLayout
from qnet_gui.tray.session.app_state import AppState
from qnet_gui.tray.state.menu import blind
from qnet_gui.tray.widgets.fields import ComboBox
from qnet_gui.tray.widgets.parts import button, caption, copy, label, say, section
from qnet_gui.tray.widgets.tables.table import Table
from qnet_gui.tray.window.page import Page


class Routes(Page):
    """Asks the helper anew whenever the snapshot has changed, since routes are not part of it."""

    def __init__(self, app_state: AppState) -> None:
        super().__init__(app_state, "routes", tr("Uplinks and routes"))
        self._owners: list[tuple[str, str]] = []
        self._answer: Sequence[object] | QnetError | None = None
        #: Of whose table that tells.
        self._answer_of: object = None
        self._page = RoutesPage()
        self._asking = self._ask_again = False
        self._asked_state: object = None
        self._asked_of: Snapshot | None = None
        self._uplinks = Table(tr("Uplinks"), uplink_heads(), UPLINK_NUMBERS, UPLINK_FIXED)
        self._no_uplinks = label(tr("netvm has no uplink."), wrapped=True)
        self._choice = ComboBox()
        self._choice.setAccessibleName(tr("Routing table of"))
        self._choice.activated.connect(lambda _: self._choose())
        self._table = Table(tr("Routes"), route_heads(), NUMBERS, FIXED)
        self._message = label(wrapped=True)
        self._reapply = button(tr("Apply again"), self._do_reapply)
        self._reapply.setToolTip(tr("Have netvm set its routes, packet filter and redirections anew."))
        self._copy = button(tr("Copy"), lambda: copy(self.text()))
        self._build()

    def _build(self) -> None:
        row = QHBoxLayout()
        row.addWidget(caption(tr("Routing table of:"), self._choice))
        row.addWidget(self._choice)
        row.addStretch()
        self.corner.addWidget(self._reapply)
        self.corner.addWidget(self._copy)
        self.column.addWidget(section(tr("Uplinks of the netvm")))
        self.column.addWidget(self._uplinks)
        self.column.addWidget(self._no_uplinks)
        self.column.addLayout(row)
        self.column.addWidget(self._message)
        self.column.addWidget(self._table, 1)

    def opened(self) -> None:
        """Nothing that was heard before counts."""
        self._answer = self._asked_state = None

    def refresh(self) -> None:
        """See `Page`."""
        snapshot = self.app_state.snapshot
        uplinks = uplink_rows(snapshot)
        self._uplinks.show_rows(uplinks)
        self._uplinks.setFixedHeight(self._uplinks.height_of_rows())
        self._uplinks.setVisible(bool(uplinks))
        self._no_uplinks.setVisible(not uplinks and snapshot is not None and not blind(snapshot))
        owners = table_owners(snapshot)
        if owners != self._owners:
            self._owners = owners
            self._choice.offer(owners)
        state: object = None
        if snapshot is not None and owners:
            state = snapshot.netvm, snapshot.uplinks, snapshot.domains, snapshot.dns.redirects
        silent = isinstance(self._answer, NoAnswer | HelperAway) and snapshot is not self._asked_of
        if silent or state != self._asked_state:
            self._asked_state = state
            self._ask()
        self._choice.setEnabled(bool(owners))
        self._reapply.setEnabled(self.can_reapply)
        self._show()

    def text(self) -> str:
        """See `Page`."""
        uplinks = self._uplinks.text() + "\n" if self._uplinks.seen_rows() else ""
        return uplinks + (self._page.text or super().text())

    def _choose(self) -> None:
        self._ask()
        self._show()

    def _take(self, answer: Sequence[object] | QnetError) -> None:
        self._answer, self._answer_of = answer, self._choice.currentData()

    def _ask(self) -> None:
        """One question at a time; what changes meanwhile is asked for afterwards."""
        if self._choice.currentData() is None:
            self._answer = None
        elif self._asking:
            self._ask_again = True
        else:
            self._asking, self._asked_of = True, self.app_state.snapshot
            name = str(self._choice.currentData())
            self.ask("GetRoutes", [name], lambda answer: self._answered(name, answer))

    def _answered(self, name: str, answer: Sequence[object] | QnetError) -> None:
        self._asking = False
        ask_again, self._ask_again = self._ask_again, False
        if name == self._choice.currentData():
            self._take(answer)
            self._show()
        if ask_again and self.isVisible():
            self._ask()

    def _do_reapply(self) -> None:
        self.do("Reapply", [], self._reapplied)
        self.refresh()

    def _reapplied(self, answer: Sequence[object] | QnetError) -> None:
        self.refresh()
        if isinstance(answer, QnetError):
            self._take(answer)
            self._show()
        else:
            self._ask()

    def _show(self) -> None:
        whose = self._choice.currentData()
        answer = self._answer if self._answer_of == whose else None
        snapshot = self.app_state.snapshot
        new_page = page(answer, vif_owners(snapshot, str(whose)))
        if whose is None:
            new_page = nobody(snapshot, self.app_state.unreadable)
        if new_page != self._page:
            self._page = new_page
            self._table.show_rows(new_page.rows)
        say(self._message, new_page.message)
        self._message.setVisible(bool(new_page.message))
        self._copy.setEnabled(bool(new_page.text or self._uplinks.seen_rows()))


make = Routes
