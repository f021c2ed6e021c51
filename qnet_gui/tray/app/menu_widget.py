"""A menu that Qt draws or exports, kept to the rows of a view with as little change as can be."""

from __future__ import annotations

from collections.abc import Callable

from qnet_gui.tray.qt import QAction, QActionGroup, QMenu
from qnet_gui.tray.state.menu import SEPARATOR, ActionRequest, Row


def _kind(row: Row) -> tuple[bool, bool, bool]:
    """What of a row cannot be changed in place."""
    return row == SEPARATOR, bool(row.rows), row.checked is not None


class MenuWidget(QMenu):
    """`text` protects a row's text from being read as mark-up; `chosen` gets the `ActionRequest` of a row."""

    def __init__(self, text: Callable[[str], str], chosen: Callable[[ActionRequest], None]) -> None:
        super().__init__()
        self._text, self._chosen = text, chosen
        self._rows: tuple[Row, ...] = ()
        self._entries: list[QAction] = []
        self._submenus: dict[int, MenuWidget] = {}
        self._choice_group = QActionGroup(self)
        self.setToolTipsVisible(True)

    def fill(self, rows: tuple[Row, ...]) -> None:
        """Change texts in place where the rows are of the same kind, so that a menu that is open stays whole.

        Entries that change while a menu is open are what sway 5161 is about.
        """
        if rows == self._rows:
            return
        old, self._rows = self._rows, rows
        rebuild = [_kind(row) for row in rows] != [_kind(row) for row in old]
        if rebuild:
            self.clear()
            for submenu in self._submenus.values():
                submenu.deleteLater()
            self._submenus = {}
            self._choice_group = QActionGroup(self)
            self._entries = [self._add(index, row) for index, row in enumerate(rows)]
        for index, row in enumerate(rows):
            if rebuild or row != old[index]:
                self._change(index, row)

    def _add(self, index: int, row: Row) -> QAction:
        if row == SEPARATOR:
            return self.addSeparator()
        if row.rows:
            submenu = self._submenus[index] = MenuWidget(self._text, self._chosen)
            return self.addMenu(submenu)
        entry = self.addAction("")
        if row.checked is not None:
            entry.setCheckable(True)
            self._choice_group.addAction(entry)
        entry.triggered.connect(lambda: self._clicked(index))
        return entry

    def _change(self, index: int, row: Row) -> None:
        entry = self._entries[index]
        if row == SEPARATOR:
            return
        entry.setText(self._text(row.text))
        entry.setEnabled(not row.why)
        entry.setToolTip(row.why)
        if row.rows:
            self._submenus[index].fill(row.rows)
        elif row.checked is not None:
            self._check()

    def _check(self) -> None:
        """Of those to choose from, tick the one that the rows say; it may be none."""
        ticked = [entry for row, entry in zip(self._rows, self._entries, strict=True) if row.checked]
        self._choice_group.setExclusive(bool(ticked))
        if ticked:
            ticked[0].setChecked(True)
        elif (entry := self._choice_group.checkedAction()) is not None:
            entry.setChecked(False)

    def _clicked(self, index: int) -> None:
        row = self._rows[index]
        if row.checked is not None:  # Qt has toggled it; what is so follows the helper, not the click
            self._check()
        if row.request is not None and not row.why:
            self._chosen(row.request)
