"""The display's tray by the old protocol: icons are windows of other programs, put into windows of ours.

freedesktop.org's System Tray Protocol and XEmbed, over an X connection of its own. No Qt: Qt can neither own such a
selection nor take in a window whose program may die at any moment. Every request may meet a window that has gone.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from Xlib import X, Xatom
from Xlib.display import Display
from Xlib.error import ConnectionClosedError, DisplayError, XError
from Xlib.protocol.event import ClientMessage

from qnet_gui.model.errors import NotFound, Refused
from qnet_gui.model.messages.system import SystemCode
from qnet_gui.model.parse import printable

log = logging.getLogger(__name__)

_DOCK, _EMBEDDED, _MAPPED, _VERSION = 0, 0, 1, 0
#: As many icons are taken in: a program of bad will could ask for ever.
_LIMIT = 64


@dataclass(frozen=True, slots=True)
class _Docked:
    icon: Any
    holder: Any


class XTray:
    """The tray of the display that DISPLAY names.

    `place` is asked for the window, its size in pixels and its colour (0xRRGGBB) when an icon comes; `on_leave` is told
    that one has gone, by the same number; `on_lost` that another tray has taken over.
    """

    def __init__(
        self, place: Callable[[int], tuple[int, int, int]], on_leave: Callable[[int], None], on_lost: Callable[[], None]
    ) -> None:
        self._place, self._on_leave, self._on_lost = place, on_leave, on_lost
        self._icons: dict[int, _Docked] = {}
        try:
            self._display = Display()
        except (DisplayError, OSError) as error:
            raise NotFound(SystemCode.DISPLAY_UNREACHABLE, why=printable(str(error), 200)) from None
        self._display.set_error_handler(lambda error, _request: log.debug("a window has gone: %s", error))
        self._root = self._display.screen().root
        self._selection = self._atom(f"_NET_SYSTEM_TRAY_S{self._display.get_default_screen()}")
        self._window = self._root.create_window(0, 0, 1, 1, 0, X.CopyFromParent, event_mask=X.PropertyChangeMask)

    def _atom(self, name: str) -> int:
        return int(self._display.intern_atom(name))

    def fileno(self) -> int:
        """Readable when something has happened; then call `read`."""
        return int(self._display.fileno())

    def taken(self) -> bool:
        """Whether the display has a tray already."""
        return bool(self._display.get_selection_owner(self._selection) != X.NONE)

    def start(self) -> None:
        """Be the tray from now on; `Refused` when there is one."""
        if self.taken():
            raise Refused(SystemCode.TRAY_THERE)
        self._window.change_property(self._atom("_NET_SYSTEM_TRAY_ORIENTATION"), Xatom.CARDINAL, 32, [0])
        time = self._now()
        self._window.set_selection_owner(self._selection, time)
        if self._display.get_selection_owner(self._selection) != self._window:
            raise Refused(SystemCode.TRAY_QUICKER)
        self._send(self._root, "MANAGER", [time, self._selection, self._window.id, 0, 0], X.StructureNotifyMask)
        self._display.flush()

    def _now(self) -> int:
        """The X server's time, which is in what it says of a change."""
        self._window.change_property(Xatom.WM_NAME, Xatom.STRING, 8, b"qnet applet-host")
        while (event := self._display.next_event()).type != X.PropertyNotify:
            continue
        return int(event.time)

    def _send(self, window: Any, kind: str, values: list[int], mask: int = 0) -> None:
        event = ClientMessage(window=window, client_type=self._atom(kind), data=(32, values))
        window.send_event(event, event_mask=mask)

    def read(self) -> None:
        """Take in what has happened."""
        try:
            while self._display.pending_events():
                self._event(self._display.next_event())
            self._display.flush()
        except ConnectionClosedError:
            self._on_lost()

    def _event(self, event: Any) -> None:
        window = getattr(event, "window", None)
        number = getattr(window, "id", 0)
        if event.type == X.ClientMessage and event.client_type == self._atom("_NET_SYSTEM_TRAY_OPCODE"):
            if event.data[1][1] == _DOCK:
                self._dock(event.data[1][2])
        elif event.type == X.SelectionClear:
            self._on_lost()
        elif event.type == X.DestroyNotify:
            self._forget(number)
        elif event.type == X.ReparentNotify and number in self._icons:
            if event.parent != self._icons[number].holder:
                self._forget(number)
        elif event.type == X.PropertyNotify and number in self._icons and event.atom == self._atom("_XEMBED_INFO"):
            self._map(self._icons[number].icon)

    def _dock(self, number: int) -> None:
        """Take an icon in. It goes back to the root window if we die first."""
        if number in self._icons or len(self._icons) >= _LIMIT:
            return
        icon = self._display.create_resource_object("window", number)
        try:
            icon.get_geometry()
        except XError:
            return
        inside, size, colour = self._place(number)
        parent = self._display.create_resource_object("window", inside)
        # a background of one colour: what an icon leaves out shows what is below it
        holder = parent.create_window(
            0, 0, size, size, 0, X.CopyFromParent, background_pixel=colour, event_mask=X.SubstructureNotifyMask
        )
        holder.map()
        self._icons[number] = _Docked(icon, holder)
        icon.change_attributes(event_mask=X.StructureNotifyMask | X.PropertyChangeMask)
        icon.change_save_set(X.SetModeInsert)
        icon.configure(width=size, height=size)
        icon.reparent(holder, 0, 0)
        self._send(icon, "_XEMBED", [X.CurrentTime, _EMBEDDED, 0, holder.id, _VERSION])
        self._map(icon)

    def _map(self, icon: Any) -> None:
        """Show an icon, or hide it as it wishes."""
        kind = self._atom("_XEMBED_INFO")
        try:
            info = icon.get_full_property(kind, kind)
        except XError:
            return  # it has gone, which is told in a moment
        if info is None or len(info.value) < 2 or info.value[1] & _MAPPED:
            icon.map()
        else:
            icon.unmap()

    def _forget(self, number: int) -> None:
        docked = self._icons.pop(number, None)
        if docked is not None:
            docked.holder.destroy()
            self._on_leave(number)

    def close(self) -> None:
        """Give the icons back, and leave the display."""
        try:
            for docked in self._icons.values():
                docked.icon.unmap()
                docked.icon.reparent(self._root, 0, 0)
            self._icons.clear()
            self._display.sync()
            self._display.close()
        except ConnectionClosedError:
            pass
