"""A row of widgets that goes on in another line where there is no room: no button is cut off on a small screen."""

from __future__ import annotations

from qnet_gui.tray.qt import QLayout, QLayoutItem, QPoint, QRect, QSize, QSizePolicy, QStyle, Qt, QWidget, sip

_SPACE = 8


class Flow(QLayout):
    """What is as wide as it may be takes what the others of its line leave; `at_end`: else all stand at the end."""

    def __init__(self, at_end: bool = False) -> None:
        super().__init__()
        self._at_end = at_end
        self._items: list[QLayoutItem] = []
        self.setContentsMargins(0, 0, 0, 0)

    def add(self, *widgets: QWidget) -> None:
        """Widgets, in the order in which people read them."""
        for widget in widgets:
            self.addWidget(widget)

    # -- Qt's words

    def addItem(self, item: QLayoutItem) -> None:  # noqa: N802, D102 (Qt's)
        sip.transferback(item)  # who made it leaves it to the layout, and PyQt frees what is Python's alone
        self._items.append(item)

    def count(self) -> int:  # noqa: D102 (Qt's)
        return len(self._items)

    def itemAt(self, index: int) -> QLayoutItem | None:  # type: ignore[override]  # noqa: N802, D102 (Qt's)
        return self._items[index] if 0 <= index < len(self._items) else None

    def takeAt(self, index: int) -> QLayoutItem | None:  # type: ignore[override]  # noqa: N802, D102 (Qt's)
        return self._items.pop(index) if 0 <= index < len(self._items) else None

    def expandingDirections(self) -> Qt.Orientations:  # noqa: N802, D102 (Qt's)
        return Qt.Orientations(Qt.Orientation.Horizontal)

    def hasHeightForWidth(self) -> bool:  # noqa: N802, D102 (Qt's)
        return True

    def heightForWidth(self, width: int) -> int:  # noqa: N802, D102 (Qt's)
        return self._lay_out(QRect(0, 0, width, 0), moves=False)

    def minimumSize(self) -> QSize:  # noqa: N802, D102 (Qt's)
        size = QSize(0, 0)
        for item in self._shown():
            size = size.expandedTo(item.minimumSize())
        return size

    def sizeHint(self) -> QSize:  # noqa: N802, D102 (Qt's)
        sizes = [item.sizeHint() for item in self._shown()]
        width = sum(size.width() for size in sizes) + _SPACE * max(0, len(sizes) - 1)
        return QSize(width, max((size.height() for size in sizes), default=0))

    def setGeometry(self, rect: QRect) -> None:  # noqa: N802, D102 (Qt's)
        super().setGeometry(rect)
        self._lay_out(rect, moves=True)

    # -- lines

    def _shown(self) -> list[QLayoutItem]:
        return [item for item in self._items if not item.isEmpty()]

    def _lines(self, width: int) -> list[list[QLayoutItem]]:
        lines: list[list[QLayoutItem]] = []
        taken = 0
        for item in self._shown():
            need = _need(item)
            if not lines or taken + _SPACE + need > width:
                lines.append([])
                taken = -_SPACE
            lines[-1].append(item)
            taken += _SPACE + need
        return lines

    def _direction(self) -> Qt.LayoutDirection:
        """From where people read."""
        owner = self.parentWidget()
        return owner.layoutDirection() if owner is not None else Qt.LayoutDirection.LeftToRight

    def _lay_out(self, rect: QRect, moves: bool) -> int:
        """Put all at their places; returns the height that they take."""
        y = rect.y()
        for line in self._lines(rect.width()):
            free = rect.width() - sum(map(_need, line)) - _SPACE * (len(line) - 1)
            greedy = [item for item in line if _is_greedy(item)]
            most = rect.width()
            high, x = max(_high(item, min(_need(item), most)) for item in line), rect.x()
            if self._at_end and not greedy:
                x += max(0, free)
            for item in line:
                need = max(min(_need(item), most), item.minimumSize().width())
                wide = need + (max(0, free) // len(greedy) if item in greedy else 0)
                if moves:
                    own = min(high, _high(item, need))
                    place = QRect(QPoint(x, y + (high - own) // 2), QSize(wide, own))
                    item.setGeometry(QStyle.visualRect(self._direction(), rect, place))
                x += wide + _SPACE
            y += high + _SPACE
        return max(0, y - rect.y() - _SPACE)


def _is_greedy(item: QLayoutItem) -> bool:
    return bool(item.widget().sizePolicy().horizontalPolicy() & QSizePolicy.PolicyFlag.ExpandFlag)


def _need(item: QLayoutItem) -> int:
    """How wide it is at least; a button is as wide as it would like to be."""
    return max(item.minimumSize().width(), 0 if _is_greedy(item) else item.sizeHint().width())


def _high(item: QLayoutItem, width: int) -> int:
    """How high it is; what is alone in a line and wider than that may wrap."""
    usual = item.sizeHint()
    return int(item.heightForWidth(width) if width < usual.width() and item.hasHeightForWidth() else usual.height())
