"""An icon of the new kind as a button: shows what its program says of it, and tells the program of clicks.

Nothing waits for the program: each answer comes when it comes, or never.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

import dbus

from qnet_gui.applethost.layout import Appearance, Row, appearance_of, rows
from qnet_gui.applethost.qt import QCursor, QIcon, QImage, QMenu, QPixmap, QPoint, QSize, Qt, QToolButton
from qnet_gui.applethost.watcher import ITEM
from qnet_gui.runtime.dbus_service import PROPERTIES, Service
from qnet_gui.tray.state import plain_text

log = logging.getLogger(__name__)

MENU = "com.canonical.dbusmenu"
_CHANGE_SIGNALS = ("NewIcon", "NewToolTip", "NewTitle", "NewStatus")


def icon_of(appearance: Appearance) -> QIcon:
    """What to draw: the theme's icon, the program's own picture, or a sign that there is neither."""
    if appearance.name and QIcon.hasThemeIcon(appearance.name):
        return QIcon.fromTheme(appearance.name)
    picture = appearance.picture
    if picture is not None:
        image = QImage(
            picture.pixels, picture.width, picture.height, picture.width * 4, QImage.Format.Format_RGBA8888
        )  # fmt: skip
        return QIcon(QPixmap.fromImage(image.copy()))
    return QIcon.fromTheme("image-missing")


class Item(QToolButton):
    """The button of one item."""

    def __init__(self, bus: Any, name: str, path: str, size: QSize) -> None:
        super().__init__()
        self._service, self._name, self._path = Service(bus, name), name, path
        self._appearance = Appearance()
        self._menu: QMenu | None = None
        self.setAutoRaise(True)
        self.setIconSize(size)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.clicked.connect(self._clicked)
        self.customContextMenuRequested.connect(self._menu_wanted)
        for signal in _CHANGE_SIGNALS:
            self._service.listen(ITEM, signal, lambda *_: self._ask(), path)
        self._ask()

    def forget(self) -> None:
        """Its program has gone."""
        self._service.close()

    def _call(
        self, path: str, interface: str, method: str, signature: str, arguments: tuple[Any, ...],
        done: Callable[..., None] = lambda *_: None, failed: Callable[[Any], None] | None = None,
    ) -> None:  # fmt: skip
        def refused(error: Any) -> None:
            log.debug("%s does not do %s: %s", self._name, method, error)
            if failed is not None:
                failed(error)

        self._service.call(path, interface, method, signature, arguments, done, refused)

    def _ask(self) -> None:
        self._call(self._path, PROPERTIES, "GetAll", "s", (ITEM,), self._show)

    def _show(self, properties: Any) -> None:
        self._appearance = appearance_of(properties, self.iconSize().width())
        self.setIcon(icon_of(self._appearance))
        self.setAccessibleName(self._appearance.title)
        self.setToolTip(plain_text.tooltip(self._appearance.title))

    def _clicked(self) -> None:
        if self._appearance.only_menu:
            self._menu_wanted()
            return
        position = QCursor.pos()
        self._call(
            self._path, ITEM, "Activate", "ii", (position.x(), position.y()), failed=lambda _: self._menu_wanted()
        )  # programs that have nothing but a menu say so by refusing

    def _menu_wanted(self, _at: QPoint | None = None) -> None:
        if not self._appearance.menu:
            position = QCursor.pos()
            self._call(self._path, ITEM, "ContextMenu", "ii", (position.x(), position.y()))
            return

        def layout(*_: object) -> None:
            none = dbus.Array([], signature="s")
            self._call(self._appearance.menu, MENU, "GetLayout", "iias", (0, -1, none), self._open)

        self._call(self._appearance.menu, MENU, "AboutToShow", "i", (0,), layout, layout)

    def _open(self, _revision: int, root: Any) -> None:
        """One at a time, of several clicks; it goes when it is closed."""
        if self._menu is not None:
            self._menu.close()
        menu = self._menu = QMenu(self)
        menu.aboutToHide.connect(lambda: self._closed(menu))
        self._fill(menu, rows(root))
        menu.popup(self.mapToGlobal(self.rect().bottomLeft()))

    def _closed(self, menu: QMenu) -> None:
        self._menu = None
        menu.deleteLater()

    def _fill(self, menu: QMenu, entries: tuple[Row, ...]) -> None:
        for row in entries:
            if row.separator:
                menu.addSeparator()
            elif row.below:
                below = menu.addMenu(row.text)
                below.setEnabled(row.enabled)
                self._fill(below, row.below)
            else:
                action = menu.addAction(row.text)
                action.setEnabled(row.enabled)
                action.setCheckable(row.check is not None)
                action.setChecked(bool(row.check))
                action.triggered.connect(lambda _checked, number=row.id: self._send_click(number))

    def _send_click(self, number: int) -> None:
        nothing = dbus.String("", variant_level=1)
        self._call(self._appearance.menu, MENU, "Event", "isvu", (number, "clicked", nothing, dbus.UInt32(0)))
