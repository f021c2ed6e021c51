"""A message in the popup: tinted, with an icon, a title, a text, and buttons below them."""

from __future__ import annotations

from qnet_gui.model.translation import mark, tr
from qnet_gui.tray.paint import colours
from qnet_gui.tray.paint.icons import icon
from qnet_gui.tray.popup.parts import GAP, Do, plain, push_button, say, show_button
from qnet_gui.tray.qt import (
    QColor,
    QEvent,
    QFrame,
    QGridLayout,
    QLabel,
    QPainter,
    QPaintEvent,
    QPen,
    QPushButton,
    QRectF,
    Qt,
    QVBoxLayout,
    QWidget,
)
from qnet_gui.tray.state.cures import Button, MessageView, Severity
from qnet_gui.tray.widgets.flow import Flow
from qnet_gui.tray.widgets.own_font import icon_side, own_font

_COLOURS = {
    Severity.INFORMATION: colours.INFORMATION, Severity.WARNING: colours.NEUTRAL, Severity.ERROR: colours.NEGATIVE,
}  # fmt: skip
_ICONS = {
    Severity.INFORMATION: "dialog-information", Severity.WARNING: "dialog-warning", Severity.ERROR: "dialog-error",
}  # fmt: skip
_WORDS = {
    Severity.INFORMATION: mark("Information"), Severity.WARNING: mark("Warning"), Severity.ERROR: mark("Danger"),
}  # fmt: skip
#: Pixels.
_ICON, _ROUND = 22, 4


def _same(one: Button, other: Button) -> bool:
    """Whether a button can stay, with the keyboard on it."""
    return one.request == other.request and one.text == other.text


class InlineMessage(QFrame):
    """One; the next view of the same message changes its texts and keeps its buttons."""

    def __init__(self, do: Do, parent: QWidget) -> None:
        super().__init__(parent)
        self._do = do
        self._view: MessageView | None = None
        self._buttons: list[QPushButton] = []
        self._sign = QLabel()
        self._title, self._text = plain(wrapped=True), plain(wrapped=True)
        own_font(self._title, colours.strong)
        for label in (self._title, self._text):
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        grid = QGridLayout(self)
        grid.setContentsMargins(GAP, GAP, GAP, GAP)
        grid.setHorizontalSpacing(GAP)
        grid.setVerticalSpacing(GAP // 2)
        grid.addWidget(self._sign, 0, 0, 2, 1, Qt.AlignmentFlag.AlignTop)
        grid.addWidget(self._title, 0, 1)
        grid.addWidget(self._text, 1, 1)
        self._row = Flow(at_end=True)
        below = QVBoxLayout()
        below.setContentsMargins(0, GAP // 2, 0, 0)
        below.addLayout(self._row)
        grid.addLayout(below, 2, 0, 1, 2)
        grid.setColumnStretch(1, 1)

    @property
    def stops(self) -> list[QPushButton]:
        """Where the keyboard can be in it, in order."""
        return self._buttons

    def show_message(self, view: MessageView) -> None:
        """Show another state of it, or another message."""
        old, self._view = self._view, view
        if old == view:
            return
        if old is None or old.severity is not view.severity:
            self._paint_sign()
        for label, text in ((self._title, view.title), (self._text, view.text)):
            say(label, text)
        self.setAccessibleName(" ".join(filter(None, (f"{tr(_WORDS[view.severity])}:", view.title, view.text))))
        self._show_buttons(old.buttons if old else (), view.buttons)
        self.update()

    def _show_buttons(self, old: tuple[Button, ...], new: tuple[Button, ...]) -> None:
        if len(old) == len(new) and all(map(_same, old, new)):
            for made, view in zip(self._buttons, new, strict=True):
                show_button(made, view)
            return
        for made in self._buttons:
            made.hide()
            made.deleteLater()
        self._buttons = [push_button(view, self._do) for view in new]
        for made in self._buttons:
            self._row.add(made)

    def _paint_sign(self) -> None:
        if self._view:
            side = icon_side(self.fontMetrics().height() * 5 // 4, _ICON)
            self._sign.setPixmap(icon(_ICONS[self._view.severity], self.palette()).pixmap(side, side))

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 (Qt's)
        """Another theme, or other letters."""
        if event.type() in (QEvent.Type.PaletteChange, QEvent.Type.FontChange):
            self._paint_sign()
        super().changeEvent(event)

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802 (Qt's)
        """Its colour, in the window's."""
        if self._view is None:
            return
        colour = QColor(_COLOURS[self._view.severity])
        painter = QPainter(self)
        painter.setRenderHint(QPainter.Antialiasing)
        painter.setPen(QPen(colour, 1))
        painter.setBrush(colours.tinted(self.palette(), colour))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), _ROUND, _ROUND)
