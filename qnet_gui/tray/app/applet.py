"""The applet as a whole: helper, icon, windows and notifications, tied together."""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Callable, Iterable, Sequence

from qnet_gui.model.package_upgrade.packages import Stage
from qnet_gui.tray.app.action_dispatcher import SCREEN, ActionDispatcher
from qnet_gui.tray.app.logout import Logout
from qnet_gui.tray.app.restart import RETELL, Restart
from qnet_gui.tray.app.tray_icon import TrayIcon
from qnet_gui.tray.desktop.notifier import Notifier
from qnet_gui.tray.desktop.panel import TrayHost
from qnet_gui.tray.qt import QApplication, QDBusConnection, QObject, QTimer
from qnet_gui.tray.session.app_state import AppState
from qnet_gui.tray.session.bus_watch import BusWatch
from qnet_gui.tray.session.network_applet import NetworkApplet
from qnet_gui.tray.session.units import Units
from qnet_gui.tray.state.menu import Action
from qnet_gui.tray.state.notifications import Announcement, Kind, Withdrawal
from qnet_gui.tray.state.package_notifications import notification as package_notification
from qnet_gui.tray.state.page_names import PAGE_NAMES
from qnet_gui.tray.state.transitions import Tracker
from qnet_gui.tray.state.view import view

log = logging.getLogger(__name__)


#: Milliseconds between two looks at what is shown of time while dom0 is connected.
_MINUTE = 60_000


class Applet(QObject):
    """Everything happens by events; nothing wakes while nothing happens.

    `page`: for desktops without a tray. The window opens at this page instead of the icon, and the applet ends with it;
    empty for the icon. `alone`: whether it is the first one on this session's bus. What comes to another display is no
    icon, where the bus's panel is the other's, but a window; and nothing is told twice.
    """

    def __init__(
        self,
        session: QDBusConnection,
        system: QDBusConnection,
        page: str = "",
        alone: Callable[[], bool] = lambda: True,
    ) -> None:
        super().__init__()
        self._page, self._alone = page, alone
        self._tray_icon: TrayIcon | None = None
        self._tracker = Tracker()
        self._due_timer = QTimer(self)
        self._due_timer.setSingleShot(True)
        self._due_timer.timeout.connect(self._tick)
        self._minute = QTimer(self)
        self._minute.setInterval(_MINUTE)
        self._minute.timeout.connect(self._tick)
        self.app_state = AppState(system, self)
        self.app_state.changed.connect(self._changed)
        self.app_state.packages.ended.connect(self._packages_ended)
        netapplet, units = NetworkApplet(self.app_state.client, self), Units(system, self)
        self._dispatcher = ActionDispatcher(self.app_state, netapplet, units, self)
        self._dispatcher.leave.connect(self.stop)
        self.logout = Logout(self.app_state, self)
        self.app_state.requested.connect(self._dispatcher.do)
        self._notifier = Notifier(session, self)
        self._notifier.requested.connect(self.app_state.request)
        self._bus = BusWatch(system, self)
        self._bus.lost.connect(self.app_state.client.bus_lost)
        self._restart = Restart(lambda: self._dispatcher.shown, self._busy, self._keep_for_next, self)
        self._bus.back.connect(lambda: self._restart.at_once("The system bus is back"))
        self._host = TrayHost(session, self)
        self._host.ready.connect(self._tray_ready)
        self._host.late.connect(lambda: self._restart.when_idle("A StatusNotifierItem host has come late"))
        self._host.gone.connect(self._host_gone)
        self._host.back.connect(self._restart.withdraw)

    def start(self, reopened: Sequence[str] = (), retold: Iterable[str] = ()) -> None:
        """Wait for the tray and for the helper, at the same time.

        `reopened`: what was open before; `retold`: the kinds of notifications that were withdrawn, and may still be so.
        """
        self._tracker.retell(map(Kind, retold))
        if self._page:
            self._open_instead(self._page)
        else:
            self._host.start()
        for name in reopened:
            if name == SCREEN:
                self._dispatcher.screen_door.open()
            else:
                self.app_state.open_page(name)
        self._bus.start()
        self.app_state.client.start()

    def _host_gone(self) -> None:
        """Another panel may dock icons by the X server; where there is none, or the icon is not here, nothing would."""
        if self._tray_icon is not None and QApplication.platformName() == "xcb":
            self._restart.when_idle("The StatusNotifierItem host has gone")

    def _open_instead(self, page: str) -> None:
        """The window in the icon's place."""
        self.app_state.open_page(page)
        if isinstance(application := QApplication.instance(), QApplication):
            application.lastWindowClosed.connect(self._last_closed)

    def _busy(self) -> bool:
        packages = self.app_state.packages
        stage = packages.upgrade.stage
        to_be_read = stage in (Stage.DONE, Stage.FAILED, Stage.STOPPED) and not packages.seen
        asked_for = bool(self.app_state.asked or self.app_state.client.awaited)
        return self._dispatcher.asking or asked_for or stage.under_way or stage is Stage.READY or to_be_read

    def _last_closed(self) -> None:
        if self.app_state.may_be_connected:
            self.app_state.request(Action.STATUS)  # so that there is something to go back to from the question
        self.app_state.request(Action.QUIT)

    def stop(self) -> None:
        """Take the icon away, and leave the loop."""
        if self._tray_icon:
            self._tray_icon.hide()
        QApplication.quit()

    def keep(self) -> None:
        """Write what happened and what was chosen, when the loop is over."""
        self.app_state.event_log.write()
        self.app_state.settings.write()

    def _keep_for_next(self) -> list[str]:
        self.keep()
        return [f"{RETELL}={kind.value}" for kind in self._notifier.withdraw_urgent()]

    def _tray_ready(self, host: bool) -> None:
        if host and not self._alone():
            log.info("The icon is on another display of this session, as its panel is; here is a window")
            self._open_instead(PAGE_NAMES[0])
            return
        log.info("The icon goes to %s", "a StatusNotifierItem host" if host else "the XEmbed tray")
        # Under KDE the menu is exported by KDE's own plug-in for Qt, which translates `&` and `_` itself.
        kde = "KDE" in os.environ.get("XDG_CURRENT_DESKTOP", "").split(":")
        self._tray_icon = TrayIcon(host and not kde, host and kde, self)
        self._tray_icon.chosen.connect(self._dispatcher.do)
        self._tray_icon.clicked.connect(self._dispatcher.popup_door.toggle)
        self._paint()

    def _paint(self) -> None:
        if self._tray_icon:
            self._tray_icon.show(view(self.app_state.snapshot, self.app_state.unreadable))

    def _changed(self) -> None:
        self._paint()
        self._tell(self._tracker.update(self.app_state.snapshot, *_clocks()))
        if not self.app_state.connected:
            self._minute.stop()
        elif not self._minute.isActive():
            self._minute.start()

    def _packages_ended(self) -> None:
        notification = package_notification(self.app_state.packages.upgrade)
        self._tell([notification] if notification else [])

    def _tick(self) -> None:
        """Something is due, or a minute has passed: what was tomorrow is today, or the time zone is another."""
        self._paint()
        self._tell(self._tracker.tick(*_clocks()))

    def _tell(self, announcements: Iterable[Announcement]) -> None:
        for announcement in announcements:
            wanted = isinstance(announcement, Withdrawal) or self.app_state.settings.notifies(announcement.kind)
            if self._alone() and wanted:
                self._notifier.show(announcement)
        if self._tracker.due is None:
            self._due_timer.stop()
        else:
            self._due_timer.start(max(0, round((self._tracker.due - _boot_clock()) * 1000) + 1))


def _boot_clock() -> float:
    """Nobody sets it, and it goes on while the machine sleeps."""
    return time.clock_gettime(time.CLOCK_BOOTTIME)


def _clocks() -> tuple[float, float, float]:
    """That one, the one on the wall, and for how long the machine has slept so far."""
    now = _boot_clock()
    return now, time.time(), now - time.monotonic()
