"""The way to the world at the popup's head: the one sentence, how strong it is, rates and two minutes of them."""

from __future__ import annotations

from qnet_gui.model.traffic import SECONDS, rate_text
from qnet_gui.model.translation import tr
from qnet_gui.netmap.rates import spoken
from qnet_gui.tray.paint import colours, graph
from qnet_gui.tray.popup.parts import GAP, FaintLabel, plain, say
from qnet_gui.tray.qt import (
    QColor,
    QEvent,
    QFont,
    QFontMetrics,
    QHBoxLayout,
    QLabel,
    QPainter,
    QPaintEvent,
    QRectF,
    Qt,
    QVBoxLayout,
    QWidget,
)
from qnet_gui.tray.session.icons import plain_icon
from qnet_gui.tray.state.popup import UplinkView
from qnet_gui.tray.widgets.own_font import icon_side, own_font

#: Pixels: of the icon, of the chart with its words, and of its curves at least.
_ICON, _CHART, _CURVES = 32, 64, 32


def _most(down: tuple[int, ...], up: tuple[int, ...]) -> str:
    """The chart for those who do not see it."""
    most = spoken(max(down), max(up))
    return tr("at most {rates}", rates=most) if max(*down, *up) else most


class Chart(QWidget):
    """Two minutes of what went down and up, with a scale."""

    def __init__(self) -> None:
        super().__init__()
        self._down: tuple[int, ...] = ()
        self._up: tuple[int, ...] = ()
        self.setAccessibleName(tr("Traffic of the last two minutes"))
        self._fit()

    def _words(self) -> QFont:
        """What its corners are written in."""
        return colours.small(colours.small(self.font()))

    def _fit(self) -> None:
        """So high that its words leave the curves their room."""
        self.setFixedHeight(max(_CHART, _CURVES + 2 * QFontMetrics(self._words()).height()))

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 (Qt's)
        """Other letters."""
        if event.type() == QEvent.Type.FontChange:
            self._fit()
        super().changeEvent(event)

    def show_rates(self, down: tuple[int, ...], up: tuple[int, ...]) -> None:
        """Bytes a second, the newest last."""
        if (down, up) != (self._down, self._up):
            self._down, self._up = down, up
            if down and up:
                self.setAccessibleDescription(_most(down, up))
            self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802 (Qt's)
        """Curves on a grid; what it is out of stands at its corners."""
        painter, palette = QPainter(self), self.palette()
        painter.setFont(self._words())
        painter.setLayoutDirection(Qt.LayoutDirection.LayoutDirectionAuto)  # of each text its own
        height = painter.fontMetrics().height()
        area = QRectF(self.rect()).adjusted(0, height, -1, -height - 1)
        most = graph.top((*self._down, *self._up))
        graph.grid(painter, area, colours.line(palette))
        graph.curve(painter, area, self._down, colours.accent(palette), most, SECONDS)
        graph.curve(painter, area, self._up, colours.on_window(QColor(colours.POSITIVE), palette), most, SECONDS)
        painter.setPen(colours.faint(palette))
        whole, right = QRectF(self.rect()), Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignAbsolute
        left, bottom = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignAbsolute, Qt.AlignmentFlag.AlignBottom
        painter.drawText(whole, int(right | Qt.AlignmentFlag.AlignTop), rate_text(most))
        painter.drawText(whole, int(left | bottom), tr("2 minutes"))
        painter.drawText(whole, int(right | bottom), tr("now"))


class UplinkBlock(QWidget):
    """The chart is there only when there is something to show in it."""

    def __init__(self) -> None:
        super().__init__()
        self._view: UplinkView | None = None
        self._icon = QLabel()
        self._sentence, self._detail = plain(wrapped=True), FaintLabel(wrapped=True)
        own_font(self._sentence, colours.strong)
        self._sentence.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._down, self._up = FaintLabel(), FaintLabel()
        self._chart = Chart()
        words, rates, row = QVBoxLayout(), QVBoxLayout(), QHBoxLayout()
        for label in (self._sentence, self._detail):
            words.addWidget(label)
        for label in (self._down, self._up):
            label.setAlignment(Qt.Alignment(Qt.AlignmentFlag.AlignRight))
            rates.addWidget(label)
        for column in (words, rates):
            column.setSpacing(0)
        row.setSpacing(GAP + 4)
        row.addWidget(self._icon, 0, Qt.AlignmentFlag.AlignTop)
        row.addLayout(words, 1)
        row.addLayout(rates)
        rates.addStretch()
        whole = QVBoxLayout(self)
        whole.setContentsMargins(GAP, 0, GAP, 0)
        whole.setSpacing(2)
        whole.addLayout(row)
        whole.addWidget(self._chart)

    def show_uplink(self, view: UplinkView) -> None:
        """Show it; nothing is touched that does not differ."""
        old, self._view = self._view, view
        if old == view:
            return
        if old is None or old.icon != view.icon:
            self._paint_icon()
        for label, text, name in (
            (self._sentence, view.sentence, ""), (self._detail, view.detail, ""),
            (self._down, f"↓ {view.down_text}" if view.down_text else "", tr("{rate} down", rate=view.down_text)),
            (self._up, f"↑ {view.up_text}" if view.up_text else "", tr("{rate} up", rate=view.up_text)),
        ):  # fmt: skip
            say(label, text, name)
        self._chart.setVisible(len(view.down) > 1)
        self._chart.show_rates(view.down, view.up)

    def _paint_icon(self) -> None:
        if self._view:
            side = icon_side(2 * self.fontMetrics().height(), _ICON)
            self._icon.setFixedSize(side, side)
            self._icon.setPixmap(plain_icon(self._view.icon, self.palette()).pixmap(side, side))

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 (Qt's)
        """Another theme, or other letters."""
        if event.type() in (QEvent.Type.PaletteChange, QEvent.Type.FontChange):
            self._paint_icon()
        super().changeEvent(event)
