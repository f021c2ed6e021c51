"""The helper over D-Bus: snapshots, steps, its death, and calls. Never blocks, never polls."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence

from qnet_gui.model.errors import BadInput, QnetError
from qnet_gui.model.snapshot import Snapshot, from_wire
from qnet_gui.model.wire.answers import NAME, PATH, READ_DEADLINE, understood
from qnet_gui.model.wire.message_wire import from_parts
from qnet_gui.tray.qt import QDBusConnection, QDBusMessage, QDBusServiceWatcher, QObject, QTimer, pyqtSignal
from qnet_gui.tray.session.dbus import PROPERTIES, Answer, Service, message_slot

log = logging.getLogger(__name__)

#: Milliseconds between two snapshots that are taken in; of those that come faster only the last one counts.
PACE = 100
#: More in that time are a flood: for so many milliseconds nothing is listened to then, and then it is asked.
FLOOD, REST = 20, 400
#: Seconds until the answer to an action: a person may have to type a password first.
ACTION_DEADLINE = 300.0
#: Seconds: libdbus takes it for "never". A helper that was stopped for a while answers late, but it does.
_NEVER = 2147483.0

Then = Callable[[Sequence[object] | QnetError], None]


class Client(QObject):
    """Emits `changed` with a `Snapshot`, or None for a helper that is away or silent; first with the first answer.

    `stepped` and `ended` are the helper's signals of operations, a `Message` being their last value, after the snapshot
    that was there before them. `gone` is emitted when a helper leaves the bus. `answered`: one of `awaited` has been.
    """

    changed = pyqtSignal(object)
    stepped = pyqtSignal(int, str, str, object)
    ended = pyqtSignal(int, str, object)
    gone = pyqtSignal()
    answered = pyqtSignal()

    def __init__(self, bus: QDBusConnection, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._helper = Service(bus, NAME, PATH)
        self._watcher = QDBusServiceWatcher(NAME, bus, QDBusServiceWatcher.WatchModeFlag.WatchForOwnerChange, self)
        self._watcher.serviceOwnerChanged.connect(self._owner_changed)
        #: What is to be done and not answered yet, by its method: somebody may be typing a password.
        self.awaited: list[str] = []
        #: Whether the last snapshot was one that cannot be read.
        self.unreadable = False
        self._asked = 0
        self._latest: QDBusMessage | None = None
        self._came = 0
        self._pace = self._timer(PACE, self._paced)
        self._rest = self._timer(REST, self._rested)
        self._answer_timer = self._timer(round(READ_DEADLINE * 1000), self._silent)

    def _timer(self, milliseconds: int, then: Callable[[], None]) -> QTimer:
        timer = QTimer(self)
        timer.setSingleShot(True)
        timer.setInterval(milliseconds)
        timer.timeout.connect(then)
        return timer

    def start(self) -> None:
        """Subscribe, then fetch: what changes between the two is not missed. The Get may start the helper."""
        if not self._helper.listen(PROPERTIES, "PropertiesChanged", self._properties_changed):
            log.warning("The system bus cannot be reached; nothing is known of the network.")
            self._away()
            return
        self._helper.listen(NAME, "Step", self._step)
        self._helper.listen(NAME, "OperationEnded", self._operation_ended)
        self._fetch()

    # -- calls

    def ask(self, method: str, arguments: Sequence[object], then: Then) -> None:
        """Ask for something for which nobody needs a password; `then` gets the answer's values, or the error."""
        self._call(method, arguments, then, READ_DEADLINE, interactive=False)

    def do(self, method: str, arguments: Sequence[object], then: Then) -> None:
        """Have something done, for which a person may be asked for a password; `then` as above."""

        def answered(answer: Sequence[object] | QnetError) -> None:
            self.awaited.remove(method)
            then(answer)
            self.answered.emit()

        self.awaited.append(method)
        self._call(method, arguments, answered, ACTION_DEADLINE, interactive=True)

    def _call(self, method: str, arguments: Sequence[object], then: Then, seconds: float, interactive: bool) -> None:
        def answered(answer: Answer) -> None:
            if answer.error:
                error = understood(answer.error, answer.arguments)
                log.info("%s: %s", method, error)
                then(error)
            else:
                then(answer.arguments)

        self._helper.call(self, NAME, method, arguments, answered, seconds=seconds, interactive=interactive)

    def listen(self, signal: str, slot: Callable[..., None]) -> None:
        """Have another signal of the helper's delivered to a `message_slot`."""
        self._helper.listen(NAME, signal, slot)

    def ignore(self, signal: str, slot: Callable[..., None]) -> None:
        """Have it delivered no longer."""
        self._helper.ignore(NAME, signal, slot)

    # -- the snapshot

    def _fetch(self) -> None:
        self._asked += 1
        turn = self._asked
        self._answer_timer.start()
        self._helper.get(self, NAME, "Snapshot", lambda wire: self._answered(wire, turn), start=True, seconds=_NEVER)

    def _silent(self) -> None:
        log.info("The helper does not answer")
        self._away()

    def _answered(self, answer: Answer, turn: int) -> None:
        if turn != self._asked:
            return
        self._forget_latest()
        if answer.error:
            log.info("The helper does not answer: %s", answer.error)
            self._away()
        else:
            self._take(*answer.arguments[:1])

    def _owner_changed(self, _name: str, old: str, new: str) -> None:
        self._forget_latest()
        if old:
            self.gone.emit()
        if new:
            self._fetch()
        else:
            self._asked += 1
            log.info("The helper has gone")
            self._away()

    @message_slot
    def _properties_changed(self, message: QDBusMessage) -> None:
        """Keep it, and look into it when it is its turn: a thousand a second must not be taken apart."""
        self._came += 1
        self._latest = QDBusMessage(message)  # what Qt passes is gone when this returns
        if not self._pace.isActive():
            self._take_latest()

    def _paced(self) -> None:
        came, self._came = self._came, 0
        if came > FLOOD:
            self._helper.ignore(PROPERTIES, "PropertiesChanged", self._properties_changed)
            self._rest.start()
        self._take_latest()

    def _rested(self) -> None:
        """Listen first, then ask, as at the start."""
        self._helper.listen(PROPERTIES, "PropertiesChanged", self._properties_changed)
        self._fetch()

    def _take_latest(self) -> None:
        if self._latest is None:
            return
        message, self._latest = self._latest, None
        self._pace.start()
        match message.arguments():
            case [str() as interface, dict() as values, list() as invalidated] if interface == NAME:
                if "Snapshot" in values:
                    self._answer_timer.stop()
                    self._take(values["Snapshot"])
                elif "Snapshot" in invalidated:
                    self._fetch()

    def _forget_latest(self) -> None:
        self._latest = None
        self._answer_timer.stop()

    def _take(self, wire: object = None) -> None:
        snapshot: Snapshot | None = None
        try:
            snapshot = from_wire(wire if isinstance(wire, dict) else {})
        except BadInput as error:
            log.warning("%s Is the helper of the same version as this applet?", error)
        self.unreadable = snapshot is None
        self.changed.emit(snapshot)

    def _away(self) -> None:
        self.unreadable = False
        self.changed.emit(None)

    def bus_lost(self) -> None:
        """The bus has gone, and whoever was on it."""
        self._forget_latest()
        self._asked += 1
        self.gone.emit()
        self._away()

    # -- operations

    @message_slot
    def _step(self, message: QDBusMessage) -> None:
        self._take_latest()
        match message.arguments():
            case [int() as number, str() as step, str() as state, str() as sentence, *more]:
                self.stepped.emit(number, step, state, from_parts(sentence, *more[:2]))

    @message_slot
    def _operation_ended(self, message: QDBusMessage) -> None:
        self._take_latest()
        match message.arguments():
            case [int() as number, str() as error, str() as sentence, *more]:
                self.ended.emit(number, error, from_parts(sentence, *more[:2]))
