"""Small parts of the popup."""

from __future__ import annotations

from collections.abc import Callable

from qnet_gui.tray.paint import colours
from qnet_gui.tray.paint.icons import icon
from qnet_gui.tray.qt import (
    QAbstractButton,
    QEvent,
    QFrame,
    QLabel,
    QPainter,
    QPaintEvent,
    QPalette,
    QPushButton,
    QSize,
    QSizePolicy,
    Qt,
    QToolButton,
    QWidget,
)
from qnet_gui.tray.state import plain_text
from qnet_gui.tray.state.cures import Button
from qnet_gui.tray.state.menu import ActionRequest
from qnet_gui.tray.widgets.own_font import icon_side, own_font
from qnet_gui.tray.widgets.parts import show_text

#: Pixels between parts.
GAP = 8
#: Letters of a button, by the font's usual width.
_LONGEST = 40
#: The property that has its icon's name.
_ICON_NAME = "qnet-icon"
Do = Callable[[ActionRequest], None]


def plain(text: str = "", wrapped: bool = False) -> QLabel:
    """A label; whatever is in its text stays as it is."""
    made = QLabel(text)
    made.setTextFormat(Qt.TextFormat.PlainText)
    if wrapped:
        wrap(made)
    return made


def wrap(made: QLabel) -> None:
    """Whatever it says, what stands beside and below it keeps its room."""
    made.setWordWrap(True)
    made.setMinimumWidth(1)


def say(made: QLabel, text: str, spoken: str = "") -> None:
    """Change its text if it differs; `spoken`: what is heard instead. Without a text it is not there."""
    if show_text(made, text):
        made.setAccessibleName(spoken or (text if made.text() != text else ""))
    made.setVisible(bool(text))


class FaintLabel(QLabel):
    """A second line: smaller, and in a paler colour that follows the theme."""

    def __init__(self, wrapped: bool = False) -> None:
        super().__init__()
        self.setTextFormat(Qt.TextFormat.PlainText)
        if wrapped:
            wrap(self)
        own_font(self, colours.small)
        self._pale()

    def _pale(self) -> None:
        palette = self.parentWidget().palette() if self.parentWidget() else self.palette()
        own, faint = self.palette(), colours.faint(palette)
        if own.color(own.WindowText) != faint:
            own.setColor(own.WindowText, faint)
            self.setPalette(own)

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 (Qt's)
        """Another theme."""
        if event.type() in (QEvent.Type.PaletteChange, QEvent.Type.ParentChange):
            self._pale()
        super().changeEvent(event)


class Separator(QFrame):
    """A line between parts."""

    def __init__(self) -> None:
        super().__init__()
        self.setFixedHeight(1)

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802 (Qt's)
        """As the theme has it now."""
        QPainter(self).fillRect(self.rect(), colours.line(self.palette()))


def _show_icon(made: QAbstractButton, palette: QPalette) -> None:
    if name := made.property(_ICON_NAME):
        side = icon_side(made.fontMetrics().height())
        made.setIconSize(QSize(side, side))
        made.setIcon(icon(name, palette))


def show_icons(window: QWidget) -> None:
    """Those of all its buttons, as the theme has them now, and as large as its letters want them."""
    for made in window.findChildren(QAbstractButton):
        if isinstance(made, QAbstractButton):
            _show_icon(made, window.palette())  # theirs comes after it


def push_button(view: Button, do: Do) -> QPushButton:
    """A button with its words."""
    made = QPushButton()
    made.setAutoDefault(False)
    made.clicked.connect(lambda: do(view.request))
    show_button(made, view)
    return made


def tool_button(view: Button, do: Do, words: bool = False, parent: QWidget | None = None) -> QToolButton:
    """A flat button, an icon only unless `words` are wanted beside it."""
    made = QToolButton(parent)
    made.setAutoRaise(True)
    made.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    if words:
        made.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        made.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
    made.clicked.connect(lambda: do(view.request))
    show_button(made, view, words)
    return made


def show_button(made: QAbstractButton, view: Button, words: bool = True) -> None:
    """What a button says now, as far as there is room. Nothing is touched that does not differ."""
    metrics = made.fontMetrics()
    text = metrics.elidedText(view.text, Qt.TextElideMode.ElideMiddle, _LONGEST * metrics.averageCharWidth())
    text, cut = text.replace("&", "&&"), text != view.text
    if words and made.text() != text:
        made.setText(text)
    if made.accessibleName() != view.text:
        made.setAccessibleName(view.text)
        made.setProperty(_ICON_NAME, view.icon)
        _show_icon(made, made.palette())
    tip = plain_text.tip(view.why or ("" if words and not cut else view.text))
    if made.toolTip() != tip:
        made.setToolTip(tip)
        made.setAccessibleDescription(view.why)
    if made.isEnabled() == bool(view.why):
        made.setEnabled(not view.why)
