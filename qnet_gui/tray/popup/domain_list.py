"""The rows of all domains. A row stays where it is while the popup is open, whoever comes and goes."""

from __future__ import annotations

from qnet_gui.tray.popup.parts import Do
from qnet_gui.tray.popup.row import DomainRow, row_height
from qnet_gui.tray.qt import QResizeEvent, QTimer, QWidget
from qnet_gui.tray.state.popup_rows import RowView

#: So many rows are made at once, enough for any screen at the usual size; the others a moment later, so many at a time.
_AT_ONCE, _THEN = 24, 24
#: So many rows of domains that have ended stay; beyond that all of those go.
_ENDED_MAX = 12

Key = tuple[int, str]


class DomainList(QWidget):
    """Rows are told apart by id and uuid. Who is new comes below all others, so nothing moves below a pointer."""

    def __init__(self, do: Do) -> None:
        super().__init__()
        self._do = do
        self._rows: dict[Key, DomainRow] = {}
        self._views: dict[Key, RowView] = {}
        self._order: list[Key] = []
        self._more = QTimer(self)
        self._more.setInterval(0)
        self._more.timeout.connect(self._make_more)

    @property
    def rows(self) -> list[DomainRow]:
        """Those that are made, from top to bottom."""
        return [self._rows[key] for key in self._order if key in self._rows]

    def row_with(self, widget: QWidget | None) -> DomainRow | None:
        """The row that a widget is, or is a button of."""
        row = widget if isinstance(widget, DomainRow) or widget is None else widget.parentWidget()
        return row if isinstance(row, DomainRow) else None

    def show_rows(self, views: tuple[RowView, ...]) -> None:
        """Show them; those that are there change in place."""
        self._views = {view.key: view for view in views}
        known = set(self._order)
        order = [*self._order, *(key for key in self._views if key not in known)]
        ended = [key for key in order if key not in self._views]
        if len(ended) > _ENDED_MAX or not views:
            order = [key for key in order if key in self._views]
        for key, row in list(self._rows.items()):
            if key in self._views:
                row.show_row(self._views[key])
            elif key in ended and key in set(order):
                row.show_ended()
        if order != self._order:
            self._reorder(order)

    def _reorder(self, order: list[Key]) -> None:
        for key in set(self._rows) - set(order):
            gone = self._rows.pop(key)
            gone.hide()
            gone.deleteLater()
        self._order = [key for key in order if key in self._rows or key in self._views]
        self._make(_AT_ONCE)
        if len(self._rows) < len(self._order):
            self._more.start()
        self._place()

    def _make_more(self) -> None:
        self._make(_THEN)
        self._place()
        if len(self._rows) == len(self._order):
            self._more.stop()

    def _make(self, count: int) -> None:
        missing = [key for key in self._order if key not in self._rows]
        above = self.rows[-1:]
        for key in missing[:count]:
            if key in self._views:
                made = self._rows[key] = DomainRow(self._views[key], self._do, self)
                made.show()
                for row in above:
                    self._chain(row, made)
                above = [made]
            else:
                self._order.remove(key)

    @staticmethod
    def _chain(row: DomainRow, below: DomainRow) -> None:
        """Tab goes through a row before it goes to the next."""
        children = [child for child in row.children() if isinstance(child, QWidget) and child.focusPolicy()]
        for first, second in zip([row, *children], [*children, below], strict=True):
            QWidget.setTabOrder(first, second)

    def _place(self) -> None:
        height = row_height(self.fontMetrics())
        self.setFixedHeight(len(self._order) * height)
        for index, key in enumerate(self._order):
            if key in self._rows:
                self._rows[key].setGeometry(0, index * height, self.width(), height)

    def fit(self) -> None:
        """To letters that are others now."""
        self._place()
        for row in self.rows:
            row.arrange()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 (Qt's)
        """All as wide as there is room."""
        self._place()
        super().resizeEvent(event)
