"""A menu that Qt draws or exports, kept to the rows of a view with as little change as can be."""

from __future__ import annotations

from collections.abc import Callable

from qnet_gui.tray.paint.icons import icon
from qnet_gui.tray.qt import QAction, QEvent, QMenu
from qnet_gui.tray.state import plain_text
from qnet_gui.tray.state.menu import SEPARATOR, ActionRequest, Row

_Key = tuple[ActionRequest | None, int]


class MenuWidget(QMenu):
    """`text` protects a row's text from being read as mark-up; `chosen` gets the `ActionRequest` of a row.

    An entry is one request's for all its life, whatever its place: what a person has seen and clicked is what is done,
    although the menu has changed below the pointer (entries that change while a menu is open: sway 5161).
    """

    def __init__(self, text: Callable[[str], str], chosen: Callable[[ActionRequest], None]) -> None:
        super().__init__()
        self._text, self._chosen = text, chosen
        self._rows: dict[_Key, Row] = {}
        self._entries: dict[_Key, QAction] = {}
        self._looked_at = False
        self.setToolTipsVisible(True)
        self.aboutToShow.connect(self._looked)

    def fill(self, rows: tuple[Row, ...]) -> None:
        """Change what differs: texts in place, entries only where a request comes or goes."""
        keyed = _keyed(rows)
        if keyed == self._rows:
            return
        old, self._rows = self._rows, keyed
        for key in [key for key in self._entries if key not in keyed]:
            gone = self._entries.pop(key)
            self.removeAction(gone)
            gone.deleteLater()
        for place, (key, row) in enumerate(keyed.items()):
            entry = self._entries.get(key)
            if entry is None:
                entry = self._entries[key] = self._make(key, row)
            here = self.actions()[place : place + 1]
            if not here:
                self.addAction(entry)
            elif here != [entry]:
                self.insertAction(here[0], entry)
            if old.get(key) != row:
                self._change(entry, row)

    def _looked(self) -> None:
        """Only now it has icons, which take most of a megabyte; a panel asks as well before it shows it."""
        if not self._looked_at:
            self._looked_at = True
            self._draw()

    def _draw(self) -> None:
        for key, entry in self._entries.items() if self._looked_at else ():
            entry.setIcon(icon(self._rows[key].icon, self.palette()))

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 (Qt's)
        """Another theme: icons of ours are in the colour of its text."""
        if event.type() == QEvent.Type.PaletteChange:
            self._draw()
        super().changeEvent(event)

    def _make(self, key: _Key, row: Row) -> QAction:
        entry = QAction(self)
        if row == SEPARATOR:
            entry.setSeparator(True)
        else:
            entry.triggered.connect(lambda: self._clicked(key))
        return entry

    def _clicked(self, key: _Key) -> None:
        """A panel may send a click on an entry that cannot be used, or has gone meanwhile."""
        row = self._rows.get(key)
        if row is not None and row.request is not None and not row.why:
            self._chosen(row.request)

    def _change(self, entry: QAction, row: Row) -> None:
        if row != SEPARATOR:
            entry.setText(self._text(row.text))
            if self._looked_at:
                entry.setIcon(icon(row.icon, self.palette()))
            entry.setEnabled(not row.why)
            entry.setToolTip(plain_text.tip(row.why))


def _keyed(rows: tuple[Row, ...]) -> dict[_Key, Row]:
    """Rows by what they ask for; several that ask for the same, and separators, by their number among those."""
    keyed: dict[_Key, Row] = {}
    for row in rows:
        number = sum(request == row.request for request, _ in keyed)
        keyed[row.request, number] = row
    return keyed
