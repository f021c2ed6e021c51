"""One transaction of PackageKit's at a time, from Qt: begun or found, heard out, stopped."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence

from qnet_gui.model.package_upgrade import package_signals
from qnet_gui.model.package_upgrade.packages import FAILED, HINTS, NAME, PATH, TRANSACTION, Order, Upgrade
from qnet_gui.tray.qt import QDBusArgument, QDBusConnection, QDBusMessage, QMetaType, QObject, pyqtSignal
from qnet_gui.tray.session.dbus import PROPERTIES, Answer, Service, message_slot

log = logging.getLogger(__name__)

#: Seconds until a transaction has taken its order: somebody may have to type a password. And until any other answer,
#: for which PackageKit may have to be started first, on a machine that has much to do.
_DEADLINE, ANSWER_DEADLINE = 300.0, 120.0
_TYPES = {"t": QMetaType.Type.ULongLong, "as": QMetaType.Type.QStringList}


def _typed(kind: str, value: bool | int | Sequence[str]) -> object:
    """An argument as D-Bus's type of that name; Qt sends every number as `i`, and cannot tell what no texts are."""
    return value if kind == "b" else QDBusArgument(value, _TYPES[kind])


class PackageTransaction(QObject):
    """`said` is emitted with what leads from the `Upgrade` so far to the next, `finished` with PackageKit's exit."""

    said = pyqtSignal(object)
    finished = pyqtSignal(int)

    def __init__(self, bus: QDBusConnection, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._bus = bus
        self._shown: Service | None = None
        self._turn = 0
        self._slots = {
            "Package": self._package, "ItemProgress": self._item, "ErrorCode": self._error,
            "RequireRestart": self._restart, "Finished": self._finished,
        }  # fmt: skip

    def begin(self, order: Order) -> None:
        """Have a new one do something; starts PackageKit if need be."""
        self._turn += 1
        turn = self._turn

        def created(answer: Answer) -> None:
            if turn != self._turn:
                return
            match answer.arguments:
                case [str() as path] if not answer.error:
                    self._tell(path, order)
                case _:
                    self._refused(answer)

        Service(self._bus, NAME, PATH).call(self, NAME, "CreateTransaction", [], created, seconds=ANSWER_DEADLINE)

    def _tell(self, path: str, order: Order) -> None:
        transaction = self.follow(path)
        arguments = [_typed(*argument) for argument in order.arguments]

        def ordered(answer: Answer) -> None:
            if answer.error and self._shown is transaction:
                self._refused(answer)

        hints = [_typed("as", HINTS)]
        transaction.call(self, TRANSACTION, "SetHints", hints, lambda _: None, seconds=ANSWER_DEADLINE)
        transaction.call(self, TRANSACTION, order.method, arguments, ordered, seconds=_DEADLINE, interactive=True)

    def _refused(self, answer: Answer) -> None:
        log.info("PackageKit: %s", answer.error)
        words = _words(answer)
        self.said.emit(lambda upgrade: package_signals.failed(upgrade, 0, words))
        self.leave()
        self.finished.emit(FAILED)

    def follow(self, path: str) -> Service:
        """Listen to one, and to no other."""
        self.leave()
        self._shown = transaction = Service(self._bus, NAME, path)
        transaction.listen(PROPERTIES, "PropertiesChanged", self._properties)
        for signal, slot in self._slots.items():
            transaction.listen(TRANSACTION, signal, slot)
        return transaction

    def leave(self) -> None:
        """Listen to none."""
        self._turn += 1
        transaction, self._shown = self._shown, None
        if transaction is not None:
            transaction.ignore(PROPERTIES, "PropertiesChanged", self._properties)
            for signal, slot in self._slots.items():
                transaction.ignore(TRANSACTION, signal, slot)

    def properties(self, path: str, then: Callable[[Mapping[str, object]], None]) -> None:
        """Ask how a transaction is; nothing is known of one that has gone."""

        def answered(answer: Answer) -> None:
            match answer.arguments:
                case [dict() as values] if not answer.error:
                    then(values)
                case _:
                    then({})

        Service(self._bus, NAME, path).call(
            self, PROPERTIES, "GetAll", [TRANSACTION], answered, start=False, seconds=ANSWER_DEADLINE
        )

    def cancel(self, refused: Callable[[str], None]) -> None:
        """Have it stopped; `refused` gets PackageKit's words when it will not be."""
        transaction = self._shown
        if transaction is None:
            return

        def answered(answer: Answer) -> None:
            if answer.error and self._shown is transaction:
                refused(_words(answer))

        transaction.call(self, TRANSACTION, "Cancel", [], answered, seconds=_DEADLINE)

    # -- what it says

    def _ours(self, message: QDBusMessage) -> bool:
        """One that was left may still have something in the queue."""
        return self._shown is not None and message.path() == self._shown.path

    @message_slot
    def _properties(self, message: QDBusMessage) -> None:
        match message.arguments():
            case [str(), dict() as values, list()] if self._ours(message):
                self.said.emit(lambda upgrade: package_signals.changed(upgrade, values))

    @message_slot
    def _package(self, message: QDBusMessage) -> None:
        match message.arguments():
            case [int() as info, str() as identity, str() as summary] if self._ours(message):
                self.said.emit(lambda upgrade: package_signals.package(upgrade, info, identity, summary))

    @message_slot
    def _item(self, message: QDBusMessage) -> None:
        match message.arguments():
            case [str() as identity, int() as status, int() as percent] if self._ours(message):
                self.said.emit(lambda upgrade: package_signals.item(upgrade, identity, status, percent))

    @message_slot
    def _error(self, message: QDBusMessage) -> None:
        match message.arguments():
            case [int() as code, str() as text] if self._ours(message):
                self.said.emit(lambda upgrade: package_signals.failed(upgrade, code, text))

    @message_slot
    def _restart(self, message: QDBusMessage) -> None:
        match message.arguments():
            case [int() as kind, str()] if self._ours(message):
                self.said.emit(lambda upgrade: package_signals.restart(upgrade, kind))

    @message_slot
    def _finished(self, message: QDBusMessage) -> None:
        match message.arguments():
            case [int() as code, int()] if self._ours(message):
                self.leave()
                self.finished.emit(code)


Step = Callable[[Upgrade], Upgrade]


def _words(answer: Answer) -> str:
    return next((argument for argument in answer.arguments if isinstance(argument, str)), answer.error)
