"""The map as a widget. Nodes are buttons, so that keys reach them and a screen reader has them; edges lie behind."""

from __future__ import annotations

import itertools
from collections.abc import Iterable

from qnet_gui.netmap.drawing import back_marks, node_marks
from qnet_gui.netmap.graph import Graph, Node
from qnet_gui.netmap.plan import PlacedNode, Plan, narrowest, outline, plan
from qnet_gui.tray.paint.colours import scaled
from qnet_gui.tray.qt import (
    QAbstractButton,
    QContextMenuEvent,
    QEvent,
    QFrame,
    QKeyEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QScrollArea,
    QSize,
    QSizePolicy,
    Qt,
    QWidget,
    pyqtSignal,
)
from qnet_gui.tray.state import plain_text
from qnet_gui.tray.widgets.map_painter import Letters, inks, paint

_WAYS = {
    Qt.Key.Key_Left: (-1, 0),
    Qt.Key.Key_Right: (1, 0),
    Qt.Key.Key_Up: (0, -1),
    Qt.Key.Key_Down: (0, 1),
}
_CHANGES = (QEvent.Type.HoverEnter, QEvent.Type.HoverLeave, QEvent.Type.FocusIn, QEvent.Type.FocusOut)
#: Where a map is too wide its letters are smaller, to a size at which they can still be read; after that it is slim,
#: and then it scrolls.
_ZOOMS = (1.0, 0.9, 0.85, 0.8)
#: Lines of text: so much must be free before they become larger again. It is more than a scroll bar, which would come
#: with larger letters, take their room, go with smaller ones, and so on for ever.
_SPARE = 2
_EMPTY = Plan((), (), (), 0, 0)


class NodeButton(QAbstractButton):
    """A node; what it shows is `placed`."""

    def __init__(self, map_view: MapView, placed: PlacedNode) -> None:
        super().__init__(map_view)
        self._map_view = map_view
        self.placed = placed
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.clicked.connect(self._chosen)
        self.put(placed)

    def put(self, placed: PlacedNode) -> None:
        """Show a node, at its place."""
        old, self.placed = self.placed, placed
        place = placed.place
        self.setGeometry(round(place.x), round(place.y), round(place.width), round(place.height))
        if self.accessibleName() != placed.node.spoken:
            self.setAccessibleName(placed.node.spoken)
            self.setToolTip(plain_text.tip(placed.node.spoken))
        if old != placed:
            self.update()

    @property
    def node(self) -> Node:
        """What it stands for."""
        return self.placed.node

    def _chosen(self) -> None:
        self._map_view.chosen.emit(self.node, self)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:  # noqa: N802 (Qt's)
        """The same as a click: what can be done to it."""
        event.accept()
        self._chosen()

    def event(self, event: QEvent) -> bool:
        """Edges of the node that is looked at are stronger."""
        if event.type() in _CHANGES:
            self._map_view.update()
        return bool(super().event(event))

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 (Qt's)
        """Arrows lead to the next node in that direction; Return is a click, as Space is."""
        if event.key() in _WAYS:
            self._map_view.go(self, *_WAYS[Qt.Key(event.key())])
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.click()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802 (Qt's)
        """The node, as the plan has it."""
        painter, place = QPainter(self), self.placed.place
        painter.translate(-round(place.x), -round(place.y))
        hot, focus = self.underMouse(), self.hasFocus()
        letters = self._map_view.letters
        paint(painter, node_marks(self.placed, letters.metrics, hot, focus), inks(self.palette()), letters)


def _bring_into_view(button: QWidget) -> None:
    """Scroll whatever it lies in; Qt does so for Tab alone."""
    above = button.parentWidget()
    while above is not None:
        if isinstance(above, QScrollArea):
            above.ensureWidgetVisible(button)
        above = above.parentWidget()


class MapArea(QScrollArea):
    """The map in its place: as high as it is, and scrolled from side to side where the window is much too narrow."""

    def __init__(self, map_view: MapView) -> None:
        super().__init__()
        self._map_view = map_view
        self.setFrameShape(QFrame.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setWidgetResizable(True)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setWidget(map_view)
        map_view.laid_out.connect(self._fit)

    def _fit(self) -> None:
        scrolled = self._map_view.minimumWidth() > self.width()
        bar = self.horizontalScrollBar().sizeHint().height() if scrolled else 0
        self.setFixedHeight(self._map_view.minimumHeight() + bar)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 (Qt's)
        """The scroll bar comes and goes."""
        super().resizeEvent(event)
        self._fit()


class MapView(QWidget):
    """`chosen` is emitted with a node and the button that stands for it, `laid_out` when its size is another."""

    chosen = pyqtSignal(object, object)
    laid_out = pyqtSignal()

    def __init__(self, name: str) -> None:
        super().__init__()
        self.setAccessibleName(name)
        self._graph: Graph | None = None
        self._plan = _EMPTY
        self._buttons: dict[str, NodeButton] = {}
        self._take_letters()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_graph(self, graph: Graph | None) -> None:
        """Show it; nothing is touched that did not change."""
        if graph != self._graph:
            same = graph is not None and self._graph is not None and outline(graph) == outline(self._graph)
            self._graph = graph
            if not same:
                self._measure()
            self._lay_out()

    def _take_letters(self) -> None:
        """In all sizes, of the font as it is now."""
        self._sizes, self._zoom = [Letters(scaled(self.font(), zoom)) for zoom in _ZOOMS], 0
        self._sizes.append(Letters(scaled(self.font(), _ZOOMS[-1]), slim=True))
        self._measure()

    def _measure(self) -> None:
        """How narrow it can be in each size."""
        self._narrowest = [narrowest(self._graph, size.metrics) for size in self._sizes] if self._graph else [0.0]

    @property
    def letters(self) -> Letters:
        """In which it is painted now."""
        return self._sizes[self._zoom]

    def _choose_size(self) -> None:
        """The largest letters that fit."""
        line, last = self._sizes[0].metrics.line, len(self._sizes) - 1
        needs = [
            need + (_SPARE * line if size < self._zoom else 0) for size, need in enumerate(self._narrowest)
        ]  # fmt: skip
        self._zoom = next((size for size, need in enumerate(needs) if need <= self.width()), last)

    def _lay_out(self) -> None:
        zoom = self._zoom
        self._choose_size()
        made = plan(self._graph, self.letters.metrics, self.width()) if self._graph else _EMPTY
        if made == self._plan and zoom == self._zoom:
            return
        self._plan = made
        gone = self._buttons.keys() - {placed.node.key for placed in made.nodes}
        for key in gone:
            old = self._buttons.pop(key)
            old.hide()
            old.deleteLater()
        for placed in made.nodes:
            button = self._buttons.get(placed.node.key)
            if button is None:
                button = self._buttons[placed.node.key] = NodeButton(self, placed)
                button.show()
            button.put(placed)
        self._order(placed.node.key for placed in made.nodes)
        self.setMinimumSize(round(self._narrowest[-1]), round(made.height))
        self.updateGeometry()
        self.laid_out.emit()
        self.update()

    def _order(self, keys: Iterable[str]) -> None:
        """Tab goes in the order of the plan, whenever a node came."""
        buttons = [self._buttons[key] for key in keys]
        for before, after in itertools.pairwise(buttons):
            QWidget.setTabOrder(before, after)

    def buttons(self) -> list[NodeButton]:
        """All nodes, in the order of the plan."""
        return [self._buttons[placed.node.key] for placed in self._plan.nodes]

    def go(self, start: NodeButton, across: int, down: int) -> None:
        """Lead the keyboard to the nearest node in a direction."""
        best, shortest = None, float("inf")
        for button in self._buttons.values():
            way = button.geometry().center() - start.geometry().center()
            ahead = way.x() * across + way.y() * down
            aside = abs(way.x() * down) + abs(way.y() * across)
            if ahead > 4 and ahead + 2 * aside < shortest:
                best, shortest = button, ahead + 2 * aside
        if best is not None:
            best.setFocus(Qt.FocusReason.TabFocusReason)
            _bring_into_view(best)

    def sizeHint(self) -> QSize:  # noqa: N802 (Qt's)
        """As large as the plan."""
        return QSize(round(self._plan.width), round(self._plan.height))

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 (Qt's)
        """Columns stand further apart where there is room."""
        super().resizeEvent(event)
        self._lay_out()

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 (Qt's)
        """Other letters need another plan."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self._take_letters()
            self._lay_out()

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802 (Qt's)
        """Boxes and edges."""
        looked_at = [key for key, button in self._buttons.items() if button.underMouse() or button.hasFocus()]
        marks = back_marks(self._plan, self.letters.metrics, looked_at)
        paint(QPainter(self), marks, inks(self.palette()), self.letters)
