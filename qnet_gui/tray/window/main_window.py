"""The one window: pages at the left, one of them at the right. Freed as a whole when it is closed."""

from __future__ import annotations

import importlib
from collections.abc import Callable

from qnet_gui.model.translation import mark, tr
from qnet_gui.tray.qt import (
    QCloseEvent,
    QEvent,
    QFrame,
    QHBoxLayout,
    QHideEvent,
    QKeyEvent,
    QKeySequence,
    QListWidget,
    QListWidgetItem,
    QMainWindow,
    QPalette,
    QResizeEvent,
    QScrollArea,
    QShowEvent,
    QSize,
    QStackedWidget,
    Qt,
    QWidget,
    pyqtSignal,
)
from qnet_gui.tray.session.app_state import AppState
from qnet_gui.tray.session.icons import application_icon
from qnet_gui.tray.state.page_names import PAGE_NAMES
from qnet_gui.tray.widgets.map_painter import sign_icon
from qnet_gui.tray.widgets.own_font import follow_font
from qnet_gui.tray.widgets.parts import copy
from qnet_gui.tray.widgets.raise_window import raise_window
from qnet_gui.tray.widgets.window_place import bring_back
from qnet_gui.tray.window.page import Page
from qnet_gui.tray.window.page_signs import SIGNS

_TITLES = (
    mark("Overview"), mark("Domains"), mark("Uplinks and routes"), mark("Name servers"), mark("Upgrade"), mark("Log"),
    mark("Settings"), mark("Help"),
)  # fmt: skip
#: What the sidebar calls the pages, by their names.
PAGES = dict(zip(PAGE_NAMES, _TITLES, strict=True))
#: The size at the first time, and the smallest; in a window narrower than the third the sidebar has signs only, as it
#: has where words would leave the page fewer letters than the last.
_SIZE, _SMALLEST, _WIDE_ENOUGH, _LETTERS = QSize(1160, 700), QSize(360, 240), 760, 48
_KEY = "window"


class _Sidebar(QListWidget):
    """The pages. A narrow one has only their signs; who hears them hears the names all the same."""

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName(tr("Pages"))
        self.setFrameShape(QFrame.NoFrame)
        self.setIconSize(QSize(22, 22))
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setViewportMargins(6, 6, 6, 6)
        self.setBackgroundRole(QPalette.Base)
        self.setAutoFillBackground(True)
        for text in PAGES.values():
            item = QListWidgetItem(tr(text))
            item.setData(Qt.ItemDataRole.AccessibleTextRole, tr(text))
            item.setToolTip(tr(text))
            self.addItem(item)
        self._draw()

    def _draw(self) -> None:
        for row, name in enumerate(PAGES):
            self.item(row).setIcon(sign_icon(SIGNS[name](), self.palette()))

    def fit(self, window_width: int) -> None:
        """Have its words, or where there is little room its signs only."""
        least = self._with_words() + self.fontMetrics().averageCharWidth() * _LETTERS
        self._show(narrow=window_width < max(_WIDE_ENOUGH, least))

    def _with_words(self) -> int:
        """How wide it is then."""
        return max(self.fontMetrics().horizontalAdvance(tr(text)) for text in PAGES.values()) + 22 + 48

    def _show(self, narrow: bool) -> None:
        high = max(self.fontMetrics().height() + 14, 34)
        for row, text in enumerate(PAGES.values()):
            self.item(row).setText("" if narrow else tr(text))
            self.item(row).setSizeHint(QSize(0, high))
        self.setFixedWidth(52 if narrow else self._with_words())

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 (Qt's)
        """Another palette needs other signs, another font another width."""
        super().changeEvent(event)
        if event.type() in (QEvent.Type.PaletteChange, QEvent.Type.FontChange) and self.count():
            self._draw()
            self.fit(self.window().width())

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 (Qt's)
        """What is copied is the page."""
        if event.matches(QKeySequence.Copy):
            event.ignore()
        else:
            super().keyPressEvent(event)


class MainWindow(QMainWindow):
    """One of Qt's main windows, since to a screen reader no plainer one is a window. `closed`: it goes."""

    closed = pyqtSignal()

    def __init__(self, app_state: AppState) -> None:
        super().__init__()
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setObjectName(_KEY)
        self.setWindowIcon(application_icon())
        self.setMinimumSize(_SMALLEST)
        self._app_state = app_state
        self._pages: dict[str, Page] = {}
        self._areas: dict[str, QScrollArea] = {}
        self._stack = QStackedWidget()
        self._sidebar = _Sidebar()
        line = QFrame()
        line.setFrameShape(QFrame.VLine)
        line.setFrameShadow(QFrame.Sunken)
        whole = QWidget()
        self.setCentralWidget(whole)
        row = QHBoxLayout(whole)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        for widget in (self._sidebar, line):
            row.addWidget(widget)
        row.addWidget(self._stack, 1)
        self._sidebar.currentRowChanged.connect(lambda row: self._chosen(PAGE_NAMES[row]))
        self._looking = False
        self._followed = [app_state.changed, app_state.moved, app_state.traffic.changed]
        for signal in self._followed:
            signal.connect(self._follow)
        bring_back(self, app_state.settings.place(_KEY), lambda: self.resize(_SIZE))

    # -- pages

    def open_page(self, name: str) -> None:
        """Show a page, which is made when it is shown for the first time; an unknown name is the overview."""
        name = name if name in PAGES else "overview"
        if name not in self._pages:
            self._make(name)
        page = self._pages[name]
        if self._stack.currentWidget() is not self._areas[name] or not self.isVisible():
            self._stack.setCurrentWidget(self._areas[name])
            page.opened()
            page.refresh()
        self.setWindowTitle(page.heading)
        self._sidebar.setCurrentRow(PAGE_NAMES.index(name))

    def _chosen(self, name: str) -> None:
        """In the sidebar, by a person or because the page is opened already."""
        area = self._areas.get(name)
        if area is None or area is not self._stack.currentWidget():
            self.open_page(name)

    def _make(self, name: str) -> None:
        make: Callable[[AppState], Page] = importlib.import_module(f"qnet_gui.tray.window.{name}").make
        page = self._pages[name] = make(self._app_state)
        page.built()
        area = self._areas[name] = QScrollArea()
        area.setFrameShape(QFrame.NoFrame)
        area.setWidgetResizable(True)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setWidget(page)
        self._stack.addWidget(area)

    def page(self, name: str) -> Page | None:
        """A page, if it has been opened."""
        return self._pages.get(name)

    @property
    def page_name(self) -> str:
        """Of the page that is shown."""
        return next(name for name, area in self._areas.items() if area is self._stack.currentWidget())

    @property
    def current(self) -> Page | None:
        """The page that is shown."""
        shown = self._stack.currentWidget()
        return next((page for name, page in self._pages.items() if self._areas[name] is shown), None)

    def _follow(self) -> None:
        if self.isVisible() and self.current is not None:
            self.current.refresh()

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 (Qt's)
        """Other letters: the page is told when all that it is made of has them."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange and hasattr(self, "_stack"):
            follow_font(self)
            self._follow()

    # -- its place

    def present(self) -> None:
        """Bring it to the front."""
        raise_window(self)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 (Qt's)
        """Where there is little room the page has it."""
        super().resizeEvent(event)
        self._sidebar.fit(self.width())

    # -- traffic, which is told only to who looks

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802 (Qt's)
        """Somebody looks."""
        super().showEvent(event)
        self._look()

    def hideEvent(self, event: QHideEvent) -> None:  # noqa: N802 (Qt's)
        """Nobody looks."""
        super().hideEvent(event)
        self._look()

    def _look(self) -> None:
        """A minimised window is hidden for us, and shown again."""
        looking = self.isVisible() and not self.isMinimized()
        if looking != self._looking:
            self._looking = looking
            traffic = self._app_state.traffic
            (traffic.start if looking else traffic.stop)()

    def closeEvent(self, event: QCloseEvent) -> None:  # noqa: N802 (Qt's)
        """Remember where it was; answers that come later are nobody's."""
        self._app_state.settings.set_place(_KEY, self.saveGeometry())
        while self._followed:  # PyQt keeps what it connects until the sender goes, which outlives this
            self._followed.pop().disconnect(self._follow)
        for page in self._pages.values():
            page.ended()
        super().closeEvent(event)
        self.closed.emit()

    # -- keys

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 (Qt's)
        """What no control has taken for itself."""
        control = event.modifiers() == Qt.KeyboardModifier.ControlModifier
        page = self.current
        if event.key() == Qt.Key.Key_Escape or event.matches(QKeySequence.Close):
            self.close()
        elif page is not None and event.matches(QKeySequence.Refresh):
            page.again()
        elif page is not None and event.matches(QKeySequence.Copy):
            copy(page.text())
        elif event.matches(QKeySequence.Find):
            self._find()
        elif control and event.key() in (Qt.Key.Key_PageUp, Qt.Key.Key_PageDown):
            self._step(1 if event.key() == Qt.Key.Key_PageDown else -1)
        else:
            super().keyPressEvent(event)

    def _find(self) -> None:
        """Where a page has nothing to look through, it is a domain that is looked for."""
        if self.current is None or self.current.filter_field() is None:
            self.open_page("domains")
        field = self.current.filter_field() if self.current else None
        if field is not None:
            field.setFocus(Qt.FocusReason.ShortcutFocusReason)
            field.selectAll()

    def _step(self, step: int) -> None:
        self._sidebar.setCurrentRow((self._sidebar.currentRow() + step) % len(PAGES))
