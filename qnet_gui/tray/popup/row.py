"""A domain's row: painted by hand but for its two buttons, so that 500 of them cost little."""

from __future__ import annotations

from collections.abc import Callable

from qnet_gui.model.translation import tr
from qnet_gui.tray.paint import colours, graph
from qnet_gui.tray.paint.icons import icon
from qnet_gui.tray.paint.marks import draw_state
from qnet_gui.tray.popup.parts import GAP, Do, show_button, tool_button
from qnet_gui.tray.popup.switch import Switch
from qnet_gui.tray.qt import (
    QAbstractButton,
    QEvent,
    QFontMetrics,
    QMenu,
    QObject,
    QPainter,
    QPaintEvent,
    QPalette,
    QPen,
    QPointF,
    QRect,
    QRectF,
    QResizeEvent,
    QSize,
    Qt,
    QWidget,
)
from qnet_gui.tray.state import plain_text
from qnet_gui.tray.state.cures import Button
from qnet_gui.tray.state.menu import Action, ActionRequest
from qnet_gui.tray.state.popup_rows import RowState, RowView
from qnet_gui.tray.widgets.clicks import do_as_meant
from qnet_gui.tray.widgets.own_font import icon_side

#: Pixels: of the mark's room, of the label's stripe, of the curve, and of the row where the font is small.
_MARK, _STRIPE, _CURVE, _LOWEST = 16, 4, 72, 40
#: Seconds of traffic in a row's curve.
_SECONDS = 60
_ROUND = 3


def row_height(metrics: QFontMetrics) -> int:
    """Of all rows, for a font: two lines and some room."""
    return max(_LOWEST, round(metrics.height() * 1.9) + GAP)


class DomainRow(QAbstractButton):
    """The row itself is a button that opens its menu, so that nothing happens to whoever presses Enter at once.

    `do` gets what is asked for. What can be done stands in the row while the pointer or the keyboard is in it.
    """

    def __init__(self, view: RowView, do: Do, parent: QWidget) -> None:
        super().__init__(parent)
        self.view = view
        self._do = do
        self._hot = False
        self._ended = False
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.customContextMenuRequested.connect(lambda at: self._open_menu(at.x(), at.y()))
        self.clicked.connect(lambda: self._open_menu(self.width() // 3, self.height()))
        self._pause = tool_button(view.pause, lambda _: None, parent=self)
        self._switch = Switch(self)
        do_as_meant(self._pause, lambda: self.view.pause.request, self._do)
        do_as_meant(self._switch, lambda: self.view.network.request, self._do)
        for button in (self._pause, self._switch):
            button.installEventFilter(self)
        self._show()

    @property
    def stops(self) -> list[QWidget]:
        """Where the keyboard can be in it, in order."""
        return [widget for widget in (self, self._pause, self._switch) if widget.isEnabled() and not widget.isHidden()]

    def show_row(self, view: RowView) -> None:
        """Show another state of the same domain."""
        if view != self.view or self._ended:
            self.view, self._ended = view, False
            self._show()

    def show_ended(self) -> None:
        """The domain is no more; its row stays where it is, so that no other comes below somebody's pointer."""
        if not self._ended:
            self._ended = True
            for button in (self._pause, self._switch):
                button.setEnabled(False)
            self.setAccessibleName(f"{self.view.name}, {tr('Has ended')}")
            self.update()

    def _show(self) -> None:
        view = self.view
        if self.accessibleName() != view.spoken:
            self.setAccessibleName(view.spoken)
        show_button(self._pause, view.pause, words=False)
        name = tr("Network of {name}", name=view.name)
        if self._switch.accessibleName() != name:
            self._switch.setAccessibleName(name)
        self._switch.setChecked(view.attached)
        self._switch.setEnabled(not view.network.why)
        self._switch.setToolTip(plain_text.tip(view.network.why or view.network.text))
        self._offer()
        self.update()

    # -- what can be done

    def _offer(self) -> None:
        """Pausing stands in the row while somebody is there; unpausing always does, where it can be done."""
        to_unpause = self.view.state is RowState.PAUSED and not self.view.pause.why
        self._pause.setVisible(not self._ended and (self._hot or to_unpause))

    def _open_menu(self, x: int, y: int) -> None:
        if self._ended:
            return
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.setToolTipsVisible(True)
        more = Button(tr("Show in the window"), ActionRequest(Action.STATUS), "window-new")
        for button in (self.view.pause, self.view.network, self.view.serve, more):
            if button is not None:
                self._add(menu, button)
        menu.popup(self.mapToGlobal(QRect(x, y, 1, 1).topLeft()))

    def _add(self, menu: QMenu, button: Button) -> None:
        entry = menu.addAction(icon(button.icon, self.palette()), plain_text.menu(button.text))
        entry.setEnabled(not button.why)
        entry.setToolTip(plain_text.tip(button.why))
        do: Callable[[], None] = lambda: self._do(button.request)  # noqa: E731
        entry.triggered.connect(lambda: do())

    def event(self, event: QEvent) -> bool:
        """The pointer or the keyboard comes or goes."""
        if event.type() in (QEvent.Type.HoverEnter, QEvent.Type.HoverLeave, QEvent.Type.FocusIn, QEvent.Type.FocusOut):
            self._look_who_is_here(event.type() == QEvent.Type.HoverLeave)
        return bool(super().event(event))

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:  # noqa: N802 (Qt's)
        """The keyboard comes to a button of it, or goes."""
        if event.type() in (QEvent.Type.FocusIn, QEvent.Type.FocusOut):
            self._look_who_is_here(False)
        return False

    def _look_who_is_here(self, left: bool) -> None:
        window = self.window()
        focused = window.focusWidget() if window else None
        inside = focused is self or focused in (self._pause, self._switch)
        hot = inside or (self.underMouse() and not left)
        if hot != self._hot:
            self._hot = hot
            self._offer()
        self.update()

    # -- how it looks

    def sizeHint(self) -> QSize:  # noqa: N802 (Qt's)
        """As high as all rows."""
        return QSize(10 * row_height(self.fontMetrics()), row_height(self.fontMetrics()))

    def _mirrored(self, rect: QRect) -> QRect:
        """A part's place, where people read from the right."""
        if self.layoutDirection() == Qt.LayoutDirection.RightToLeft:
            return QRect(self.width() - rect.x() - rect.width(), rect.y(), rect.width(), rect.height())
        return rect

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 (Qt's)
        """The two buttons stand at the end."""
        self.arrange()
        super().resizeEvent(event)

    def arrange(self) -> None:
        """Give the two buttons their places, for letters as they are now."""
        switch, side = self._switch.sizeHint(), self._pause.sizeHint().height()
        x, middle = self.width() - GAP - switch.width(), self.height() // 2
        place = QRect(x, middle - switch.height() // 2, switch.width(), switch.height())
        self._switch.setGeometry(self._mirrored(place))
        self._pause.setGeometry(self._mirrored(QRect(x - GAP - side, middle - side // 2, side, side)))

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802 (Qt's)
        """Stripe, mark, two lines, curve."""
        painter, palette = QPainter(self), self.palette()
        accent = colours.accent(palette)
        if self._hot or self.hasFocus():
            painter.setRenderHint(QPainter.Antialiasing)
            painter.setPen(QPen(accent, 1) if self.hasFocus() else Qt.PenStyle.NoPen)
            painter.setBrush(colours.tinted(palette, accent, 0.18))
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), _ROUND, _ROUND)
        if self._ended:
            painter.setOpacity(0.5)
        self._paint_stripe(painter)
        side = icon_side(self.fontMetrics().height(), _MARK)
        mark = self._mirrored(QRect(_STRIPE + GAP, 0, side, self.height()))
        state = RowState.CUT_OFF if self._ended else self.view.state
        draw_state(painter, QPointF(mark.center()) + QPointF(0.5, 0.5), state, palette, side / _MARK)
        start = _STRIPE + GAP + side + GAP
        end = self.width() - 2 * GAP - self._switch.width() - self._pause.width()
        if any(self.view.history) and not self._ended:
            wide = _CURVE * side // _MARK
            area = self._mirrored(QRect(end - GAP - wide, GAP, wide, self.height() - 2 * GAP))
            most = graph.top(self.view.history[-_SECONDS:])
            graph.curve(painter, QRectF(area), self.view.history, accent, most, _SECONDS)
            end -= wide + GAP
        self._paint_words(painter, start, end - GAP)

    def _paint_stripe(self, painter: QPainter) -> None:
        colour = colours.label_colour(self.view.label)
        if colour is not None:
            painter.setRenderHint(QPainter.Antialiasing)
            # a black label on a dark window still has an edge
            painter.setPen(QPen(colours.edge(self.palette()), 1))
            painter.setBrush(colour)
            stripe = QRectF(self._mirrored(QRect(2, GAP, _STRIPE, self.height() - 2 * GAP)))
            painter.drawRoundedRect(stripe.adjusted(0.5, 0.5, -0.5, -0.5), 1.5, 1.5)

    def _paint_words(self, painter: QPainter, start: int, end: int) -> None:
        palette, flags = self.palette(), int(Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine)
        mirrored = self.layoutDirection() == Qt.LayoutDirection.RightToLeft
        flags |= int(Qt.AlignmentFlag.AlignRight if mirrored else Qt.AlignmentFlag.AlignLeft)
        flags |= int(Qt.AlignmentFlag.AlignAbsolute)
        # each in its own direction: read from the right, the arrow of one rate would stand at the number of the other
        painter.setLayoutDirection(Qt.LayoutDirection.LayoutDirectionAuto)
        small = colours.small(self.font())
        first, second = QFontMetrics(self.font()).height(), QFontMetrics(small).height()
        y, width = (self.height() - first - second) // 2, max(0, end - start)
        detail = tr("Has ended") if self._ended else self.view.detail
        for text, font, colour, height in (
            (self.view.name, self.font(), palette.color(QPalette.WindowText), first),
            (detail, small, colours.faint(palette), second),
        ):
            painter.setFont(font)
            painter.setPen(colour)
            shown = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, width)
            painter.drawText(self._mirrored(QRect(start, y, width, height)), flags, shown)
            y += height
