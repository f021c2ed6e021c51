"""Small parts that windows are made of. All texts are plain, and can be selected."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from qnet_gui.tray.pages.line import Line, Mark
from qnet_gui.tray.paint.colours import NEGATIVE, NEUTRAL, POSITIVE, SIGN, TEXT, bold, legible, scaled, tinted
from qnet_gui.tray.qt import (
    QColor,
    QEvent,
    QFrame,
    QGridLayout,
    QGuiApplication,
    QHBoxLayout,
    QKeyEvent,
    QKeySequence,
    QLabel,
    QPainter,
    QPaintEvent,
    QPalette,
    QPushButton,
    QRectF,
    QSizePolicy,
    Qt,
    QVBoxLayout,
    QWidget,
)
from qnet_gui.tray.state import plain_text
from qnet_gui.tray.state.access_keys import without_keys
from qnet_gui.tray.widgets.own_font import own_font

#: So many characters a line that is wrapped has at least, in a page; and in a box, which is as wide as its text.
NARROW, WIDE = 24, 64
#: How much of its colour is in a frame.
_TINT = 0.15
_COLOURS = {Mark.FAILED: NEGATIVE, Mark.WARNING: NEUTRAL, Mark.DONE: POSITIVE}


class _Text(QLabel):
    """A text that can be selected. Where nothing is, it leaves the key that copies to the page."""

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 (Qt's)
        """See the class."""
        if event.matches(QKeySequence.Copy) and not self.hasSelectedText():
            event.ignore()
        else:
            super().keyPressEvent(event)


def label(text: str = "", name: str = "", wrapped: bool = False) -> QLabel:
    """A label; `name` is what those who cannot see where it stands hear before its text."""
    made = _Text()
    made.setTextFormat(Qt.TextFormat.PlainText)
    flags = Qt.TextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    made.setTextInteractionFlags(flags | Qt.TextInteractionFlag.TextSelectableByKeyboard)
    if wrapped:
        made.setWordWrap(True)
        made.setMinimumWidth(made.fontMetrics().averageCharWidth() * NARROW)
        policy = made.sizePolicy()
        policy.setHorizontalPolicy(QSizePolicy.Policy.Expanding)
        made.setSizePolicy(policy)
    say(made, text, name)
    return made


def caption(text: str = "", control: QWidget | None = None) -> QLabel:
    """What stands beside a control or a text, and is not selected."""
    made = QLabel(text)
    made.setTextFormat(Qt.TextFormat.PlainText)
    if control is not None:
        made.setBuddy(control)
    return made


def show_text(made: QLabel, text: str) -> bool:
    """What a label has to show, in pieces where it wraps; whether it showed anything else."""
    metrics = made.fontMetrics()
    room = made.minimumWidth() if made.minimumWidth() > 1 else metrics.averageCharWidth() * NARROW
    shown = text
    if made.wordWrap():
        shown = plain_text.breakable(text, lambda word: bool(metrics.horizontalAdvance(word) > room))
    if differs := made.text() != shown:
        made.setText(shown)
    return differs


def say(made: QLabel, text: str, name: str = "") -> None:
    """Change a label's text; an empty one takes no room."""
    show_text(made, text)
    made.setAccessibleName(plain_text.spoken(f"{name} {text}" if name else text))


def heading(name: str = "") -> QLabel:
    """The sentence at a window's head."""
    made = label(name=name, wrapped=True)
    own_font(made, lambda font: scaled(font, 1.2))
    return made


def title(text: str) -> QLabel:
    """The head of a page."""
    made = caption(text)
    own_font(made, lambda font: scaled(font, 1.4))
    made.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
    return made


def section(text: str = "") -> QLabel:
    """The head of a part of a page."""
    made = label(text, wrapped=True)
    own_font(made, bold)
    return made


def spacer() -> QWidget:
    """What is free between those at the left and those at the right."""
    made = QWidget()
    made.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
    return made


def placeholder() -> QLabel:
    """What stands where rows would, in the middle of their place."""
    made = label(wrapped=True)
    made.setAlignment(Qt.AlignmentFlag.AlignCenter)
    made.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
    return made


class _DangerButton(QPushButton):
    """Red, in any theme."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self._redden()

    def _redden(self) -> None:
        theme, palette = QGuiApplication.palette(), QPalette()  # but for the one colour it follows the theme
        text, ground = theme.color(QPalette.ButtonText), theme.color(QPalette.Button)
        red = legible(QColor(NEGATIVE), ground, text, TEXT)
        if self.palette().color(QPalette.ButtonText) != red:
            palette.setColor(QPalette.ButtonText, red)
            self.setPalette(palette)

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 (Qt's)
        """Another theme."""
        if event.type() == QEvent.Type.PaletteChange:
            self._redden()
        super().changeEvent(event)


def button(text: str, then: Callable[[], None], danger: bool = False) -> QPushButton:
    """A button; `danger` makes its text red, and no more, since the style's look tells what it is."""
    made = _DangerButton(text) if danger else QPushButton(text)
    made.setAutoDefault(True)
    made.clicked.connect(lambda: then())
    return made


def buttons(*row: QPushButton | None) -> QHBoxLayout:
    """A row of buttons; None is the gap between those at the left and those at the right."""
    layout = QHBoxLayout()
    for item in row:
        if item is None:
            layout.addStretch()
        else:
            layout.addWidget(item)
    return layout


def name_button(made: QPushButton | QLabel, text: str) -> None:
    """Change the text of a button, or of what stands beside a control, but for the sign that marks its key."""
    if without_keys(made.text()) != text:
        made.setText(text)


def copy(text: str) -> None:
    """Put a text on the clipboard."""
    QGuiApplication.clipboard().setText(plain_text.unbroken(text))


class Notice(QFrame):
    """Lines in a frame of their colour: what is wrong, or has failed, where nobody overlooks it."""

    def __init__(self, danger: bool = False) -> None:
        super().__init__()
        self._colour = QColor(NEGATIVE if danger else NEUTRAL)
        self.lines = Lines()
        self._column = QVBoxLayout(self)
        self._column.addWidget(self.lines)

    def add(self, widget: QWidget) -> None:
        """Something more within the frame."""
        self._column.addWidget(widget)

    def show_lines(self, lines: Sequence[Line]) -> None:
        """Show them; without any there is no frame."""
        self.lines.show_lines(lines)
        self.setVisible(bool(lines))

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802 (Qt's)
        """A tint of the window's colour, and a line around."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.Antialiasing)
        painter.setPen(self._colour)
        painter.setBrush(tinted(self.palette(), self._colour, _TINT))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 4, 4)


class Facts(QWidget):
    """Pairs of label and text, below each other; in a grid, since Qt's form gives a text that wraps too few lines."""

    def __init__(self) -> None:
        super().__init__()
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setColumnStretch(1, 1)
        self._shown: tuple[tuple[str, str], ...] = ()

    def show_facts(self, facts: tuple[tuple[str, str], ...]) -> None:
        """Show them; where only texts have changed, only they are touched."""
        if [name for name, _ in facts] != [name for name, _ in self._shown]:
            while (item := self._grid.takeAt(0)) is not None:
                item.widget().hide()
                item.widget().deleteLater()
            for row, (name, text) in enumerate(facts):
                head = caption(name)
                head.setAlignment(Qt.AlignmentFlag.AlignTop)
                self._grid.addWidget(head, row, 0)
                self._grid.addWidget(label(text, name, wrapped=True), row, 1)
        else:
            for row, (name, text) in enumerate(facts):
                field = self._grid.itemAtPosition(row, 1).widget()
                if isinstance(field, QLabel):
                    say(field, text, name)
        self._shown = facts
        self.setVisible(bool(facts))


class Lines(QWidget):
    """Lines with their marks."""

    def __init__(self) -> None:
        super().__init__()
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setColumnStretch(1, 1)
        self._labels: list[tuple[QLabel, QLabel]] = []
        self._shown: Sequence[Line] = ()

    def show_lines(self, lines: Sequence[Line]) -> None:
        """Show them; labels are used again."""
        if lines != self._shown:
            while len(self._labels) < len(lines):
                self._add()
            for index, pair in enumerate(self._labels):
                for widget in pair:
                    widget.setVisible(index < len(lines))
                if index < len(lines):
                    self._say(*pair, lines[index])
            self._shown = tuple(lines)
        self.setVisible(bool(lines))

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 (Qt's)
        """Another theme, or other letters."""
        if event.type() in (QEvent.Type.PaletteChange, QEvent.Type.FontChange) and hasattr(self, "_labels"):
            for (sign, _), line in zip(self._labels, self._shown, strict=False):
                self._fit(sign, line.mark)
        super().changeEvent(event)

    def _add(self) -> None:
        sign, text = caption(), label(wrapped=True)
        sign.setAlignment(Qt.Alignment(Qt.AlignmentFlag.AlignTop) | Qt.AlignmentFlag.AlignHCenter)
        row = len(self._labels)
        self._grid.addWidget(sign, row, 0)
        self._grid.addWidget(text, row, 1)
        self._labels.append((sign, text))

    def _say(self, sign: QLabel, text: QLabel, line: Line) -> None:
        sign.setText(line.mark.value)
        self._fit(sign, line.mark)
        text.setEnabled(line.mark is not Mark.TO_DO)
        words = f"{line.text}: {line.detail}" if line.detail else line.text
        say(text, words)
        text.setAccessibleName(plain_text.spoken(f"{words} ({line.mark.word})"))
        sign.setAccessibleName(" ")  # its word is with the text

    def _fit(self, sign: QLabel, mark: Mark) -> None:
        sign.setFixedWidth(self.fontMetrics().averageCharWidth() * 3)
        palette = QPalette()  # but for the one colour it follows the theme
        if mark in _COLOURS:
            theme, colour = QGuiApplication.palette(), QColor(_COLOURS[mark])
            ground = tinted(theme, colour, _TINT)  # of the frame that they may be in, or somewhat darker than theirs
            text_colour = theme.color(QPalette.WindowText)
            palette.setColor(QPalette.WindowText, legible(colour, ground, text_colour, SIGN))
        sign.setPalette(palette)
