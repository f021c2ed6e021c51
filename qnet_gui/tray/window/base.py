"""What all windows have in common: one of each, not modal, at the place where it was, and live while it is open."""

from __future__ import annotations

from qnet_gui.tray.qt import QHideEvent, QKeyEvent, QKeySequence, QSize, Qt, QVBoxLayout, QWidget
from qnet_gui.tray.session.app_state import AppState
from qnet_gui.tray.session.icons import application_icon
from qnet_gui.tray.window.raise_window import raise_window


class Window(QWidget):
    """`key` names it in the settings. A subclass builds itself into `column`, and paints in `refresh`."""

    def __init__(self, app_state: AppState, key: str, title: str) -> None:
        super().__init__()
        self.app_state = app_state
        self._key = key
        self._placed = False
        self.setObjectName(key)
        self.setWindowTitle(title)
        self.setWindowIcon(application_icon())
        self.column = QVBoxLayout(self)
        app_state.changed.connect(self._follow)
        app_state.moved.connect(self._follow)

    def refresh(self) -> None:
        """Show what is so now; nothing is touched that did not change."""
        raise NotImplementedError

    def opened(self) -> None:
        """It has come to the screen, for the first time or again."""

    def _follow(self) -> None:
        if self.isVisible():
            self.refresh()

    def present(self) -> None:
        """Bring it to the front; at its own size, in which nothing is cut off, or at the place where it was."""
        if not self.isVisible():
            self.opened()
            self.refresh()
            self._restore_place()
        if self.isMinimized():
            self.showNormal()
        raise_window(self)

    def grow(self) -> None:
        """Nothing is cut off when there is more to show; a window that a person made larger stays so."""
        if self.isVisible():
            self.layout().activate()
            self.resize(self.size().expandedTo(self.minimumSizeHint()).expandedTo(self._wide_enough()))

    def _wide_enough(self) -> QSize:
        """Labels that wrap need a height that depends on the width."""
        width = self.width()
        height = self.layout().heightForWidth(width) if self.layout().hasHeightForWidth() else 0
        return QSize(width, height)

    def _restore_place(self) -> None:
        if self._placed:
            return
        self._placed = True
        place = self.app_state.settings.place(self._key)
        if place is None or not self.restoreGeometry(place):
            self.resize(self.sizeHint().expandedTo(self.minimumSizeHint()))
            self.resize(self.size().expandedTo(self._wide_enough()))

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 (Qt's)
        """Escape and the desktop's own keys close it."""
        if event.key() == Qt.Key.Key_Escape or event.matches(QKeySequence.Close):
            self.close()
        else:
            super().keyPressEvent(event)

    def hideEvent(self, event: QHideEvent) -> None:  # noqa: N802 (Qt's)
        """Remember where it was."""
        self.app_state.settings.set_place(self._key, self.saveGeometry())
        super().hideEvent(event)
