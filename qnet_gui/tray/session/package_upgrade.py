"""An upgrade of packages by PackageKit, with the person's own rights: its transactions, one after the other.

This applet may die meanwhile: PackageKit goes on, and the next applet finds the transaction again.
"""

from __future__ import annotations

import os
import time
from collections.abc import Mapping

from qnet_gui.model.package_upgrade import package_signals
from qnet_gui.model.package_upgrade.packages import NAME, PATH, Stage, Upgrade, Work, order
from qnet_gui.runtime.left_files import left_since
from qnet_gui.tray.qt import QDBusConnection, QDBusServiceWatcher, QObject, QTimer, pyqtSignal
from qnet_gui.tray.session.dbus import Answer, Service
from qnet_gui.tray.session.package_transaction import ANSWER_DEADLINE, PackageTransaction, Step

_BUS, _BUS_PATH = "org.freedesktop.DBus", "/org/freedesktop/DBus"
#: Milliseconds between two tellings of how far it is.
_PACE = 100


class PackageUpgrade(QObject):
    """`upgrade` is how far it is; `changed` is emitted when that is something else, `ended` when there is no more to
    wait for. `present`: whether there is a PackageKit, None while that is not known. `left`: the configuration files
    that the last upgrade has laid beside the old ones.
    """

    changed = pyqtSignal()
    ended = pyqtSignal()

    def __init__(self, bus: QDBusConnection, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.upgrade = Upgrade()
        self.present: bool | None = None
        self.left: tuple[str, ...] = ()
        #: Whether it is this person's, be it that another program of his has begun it.
        self.own = True
        #: Whether somebody has seen that it is at this stage.
        self.seen = False
        self._bus = bus
        self._began = 0.0
        self._watcher: QDBusServiceWatcher | None = None
        self._transaction = PackageTransaction(bus, self)
        self._transaction.said.connect(self._said)
        self._transaction.finished.connect(self._finished)
        self._pace = QTimer(self)
        self._pace.setSingleShot(True)
        self._pace.setInterval(_PACE)
        self._pace.timeout.connect(self.changed)

    # -- whether there is one, and what it is at

    def look(self) -> None:
        """Ask whether there is a PackageKit, which is not started for that, and for an upgrade that is under way."""
        if self._watcher is None:
            mode = QDBusServiceWatcher.WatchModeFlag.WatchForUnregistration
            self._watcher = QDBusServiceWatcher(NAME, self._bus, mode, self)
            self._watcher.serviceUnregistered.connect(self._lost)
        Service(self._bus, _BUS, _BUS_PATH).call(
            self, _BUS, "ListActivatableNames", [], self._names_came, seconds=ANSWER_DEADLINE
        )

    def _names_came(self, answer: Answer) -> None:
        names = answer.arguments[0] if answer.arguments else []
        activatable = isinstance(names, list) and NAME in names

        def listed(answer: Answer) -> None:
            self.present = activatable or not answer.error
            self.changed.emit()
            match answer.arguments:
                case [list() as paths] if not answer.error:
                    for path in paths:
                        self._consider(str(path))

        Service(self._bus, NAME, PATH).call(
            self, NAME, "GetTransactionList", [], listed, start=False, seconds=ANSWER_DEADLINE
        )

    def _consider(self, path: str) -> None:
        """Take up an upgrade that somebody has begun. What it says before it is listened to is asked for once more."""

        def first(properties: Mapping[str, object]) -> None:
            upgrade = package_signals.under_way(properties)
            if upgrade is None or self.upgrade.work is not None:
                return
            elapsed, owner = properties.get("ElapsedTime"), properties.get("Uid")
            self.own = owner == os.getuid() or not isinstance(owner, int)
            self._began, self.left = time.time() - (elapsed if isinstance(elapsed, int) else 0), ()
            self._transaction.follow(path)
            self._take(upgrade)
            self._transaction.properties(path, again)

        def again(properties: Mapping[str, object]) -> None:
            ended = package_signals.under_way(properties) is None
            if self.upgrade.taken_up and self.upgrade.work is not None and ended:
                self._transaction.leave()  # it ended in between, and nobody has heard how
                self._take(Upgrade())

        self._transaction.properties(path, first)

    # -- what a person wants

    def look_for_updates(self) -> None:
        """Fetch the lists, and work out what there is to upgrade."""
        if self.upgrade.work is None:
            self._begin(Work.REFRESH)

    def start(self) -> None:
        """Upgrade what was looked up."""
        if self.upgrade.stage is Stage.READY:
            self._began, self.left = time.time(), ()
            self._begin(Work.UPGRADE)

    def stop(self) -> None:
        """Stop it, while that does no harm."""
        if not self.upgrade.can_stop:
            return

        def refused(words: str) -> None:
            self._take(package_signals.said(package_signals.stopping(self.upgrade, False), words))

        self._take(package_signals.stopping(self.upgrade))
        self._transaction.cancel(refused)

    def forget(self) -> None:
        """How the last one went is no news any more."""
        if self.upgrade.work is None and self.upgrade != Upgrade():
            self.left = ()
            self._take(Upgrade())

    # -- one transaction after the other

    def _begin(self, work: Work) -> None:
        self.own = True
        self._take(package_signals.begun(self.upgrade, work))
        self._transaction.begin(order(work, self.upgrade))

    def _said(self, step: Step) -> None:
        self._take(step(self.upgrade))

    def _lost(self) -> None:
        work = self.upgrade.work
        self._transaction.leave()
        self._take(package_signals.lost(self.upgrade))
        self._go_on(work)

    def _finished(self, code: int) -> None:
        work = self.upgrade.work
        self._take(package_signals.finished(self.upgrade, code))
        self._go_on(work)

    def _go_on(self, work: Work | None) -> None:
        """Begin the next one, if there is one; else look what has been left behind."""
        if self.upgrade.next_work is not None:
            self._begin(self.upgrade.next_work)
        elif work is not None:
            if work is Work.UPGRADE:
                self.left = left_since(self._began)
            self._pace.stop()
            self.changed.emit()
            self.ended.emit()

    def _take(self, upgrade: Upgrade) -> None:
        """A change of kind is told at once, one of degree with those that follow."""
        if upgrade == self.upgrade:
            return
        other = upgrade.work is not self.upgrade.work or upgrade.stage is not self.upgrade.stage
        self.upgrade = upgrade
        if other:
            self.seen = False
            self._pace.stop()
            self.changed.emit()
        elif not self._pace.isActive():
            self._pace.start()
