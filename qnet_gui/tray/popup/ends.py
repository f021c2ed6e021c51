"""The popup's two ends: its head with what concerns all of it, and its foot with what leads elsewhere."""

from __future__ import annotations

from qnet_gui.model.translation import tr
from qnet_gui.tray.paint import colours
from qnet_gui.tray.popup.parts import GAP, Do, plain, show_button, tool_button
from qnet_gui.tray.qt import QHBoxLayout, QPainter, QPaintEvent, QWidget
from qnet_gui.tray.state.cures import Button
from qnet_gui.tray.state.menu import Action, ActionRequest
from qnet_gui.tray.widgets.own_font import own_font


class Head(QWidget):
    """A shade darker than the rest; `pin`, where it can be pinned, keeps the popup open."""

    def __init__(self, views: tuple[Button, ...], do: Do, can_be_pinned: bool) -> None:
        super().__init__()
        row = QHBoxLayout(self)
        row.setContentsMargins(2 * GAP, 6, GAP, 6)
        row.setSpacing(2)
        title = plain(tr("Network"))
        own_font(title, lambda font: colours.strong(font, 1.15))
        row.addWidget(title, 1)
        self._buttons = [tool_button(view, do) for view in views]
        pin = Button(tr("Keep open"), ActionRequest(Action.STATUS), "window-pin")
        self.pin = tool_button(pin, lambda _: None)
        self.pin.setCheckable(True)
        self.pin.setVisible(can_be_pinned)
        for made in (*self._buttons, self.pin):
            row.addWidget(made)

    def show_buttons(self, views: tuple[Button, ...]) -> None:
        """As many as there were."""
        for made, view in zip(self._buttons, views, strict=True):
            show_button(made, view, words=False)

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802 (Qt's)
        """As the theme has it now."""
        QPainter(self).fillRect(self.rect(), colours.head(self.palette()))


class Foot(QWidget):
    """Buttons with their words, from one end to the other."""

    def __init__(self, views: tuple[Button, ...], do: Do) -> None:
        super().__init__()
        row = QHBoxLayout(self)
        row.setContentsMargins(GAP, 6, GAP, 6)
        self._buttons = [tool_button(view, do, words=True) for view in views]
        for index, made in enumerate(self._buttons):
            if index:
                row.addStretch()
            row.addWidget(made)

    def show_buttons(self, views: tuple[Button, ...]) -> None:
        """As many as there were."""
        for made, view in zip(self._buttons, views, strict=True):
            show_button(made, view)
