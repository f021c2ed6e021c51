"""PackageKit from the command line: one transaction after the other, heard out on GLib's loop, and Ctrl-C meanwhile."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable
from contextlib import nullcontext
from typing import Any

import dbus
from dbus.lowlevel import ErrorMessage, MethodCallMessage
from dbus.mainloop.glib import DBusGMainLoop
from gi.repository import GLib

from qnet_gui.cli import hangups
from qnet_gui.cli.bus.agent import password_agent
from qnet_gui.model.package_upgrade import package_signals
from qnet_gui.model.package_upgrade.packages import FAILED, HINTS, NAME, PATH, TRANSACTION, Stage, Upgrade, Work, order
from qnet_gui.model.wire.answers import understood
from qnet_gui.runtime.dbus_service import PROPERTIES, Service, leave_bus
from qnet_gui.runtime.dbus_values import plain
from qnet_gui.runtime.signals import restored

#: Seconds until a transaction has taken its order: somebody may have to type a password. And until any other answer.
_DEADLINE, _SOON = 300.0, 120.0
#: What a password may be asked for.
_AUTHORISED = (Work.REFRESH, Work.UPGRADE)

Changed = Callable[[Upgrade], None]


class Packages:
    """A connection to the system bus; raises what the bus has to say when there is none.

    `changed` is called with each state, `cannot_stop` when somebody wants it stopped: with PackageKit's words if it
    will not, without any at a moment that does harm.
    """

    def __init__(self, changed: Changed, cannot_stop: Callable[[str], None]) -> None:
        try:
            self._bus = dbus.SystemBus(private=True, mainloop=DBusGMainLoop())
        except dbus.DBusException as error:
            raise understood(str(error.get_dbus_name() or ""), ()) from error
        self._bus.set_exit_on_disconnect(False)
        self._bus.call_on_disconnection(lambda _: self._lost())
        self._changed, self._cannot_stop = changed, cannot_stop
        self._transaction: Service | None = None
        self._path = ""
        self._owner = Service(self._bus, NAME)
        self._owned = False
        self._owner.watch_owner(self._owner_changed)
        self.upgrade = Upgrade()
        #: Seconds since the epoch at which the upgrade has begun.
        self.began = time.time()

    def close(self) -> None:
        """Leave the bus; PackageKit goes on with what is under way."""
        self._leave()
        self._owner.close()
        leave_bus(self._bus)

    # -- what is asked

    def present(self) -> bool:
        """Whether there is a PackageKit; it is not started for that."""
        names = self._bus.list_activatable_names()
        return NAME in names or bool(self._bus.name_has_owner(NAME))

    def find(self) -> bool:
        """Take up an upgrade that somebody has begun; whether there is one."""
        if not self._bus.name_has_owner(NAME):
            return False
        for path in self._ask(PATH, NAME, "GetTransactionList") or []:
            self._listen(str(path))
            self._ask(str(path), PROPERTIES, "GetAll", "s", TRANSACTION, at_once=self._consider)
            if self.upgrade.taken_up:
                return True
            self._leave()
        return False

    def _consider(self, answer: Any) -> None:
        """Before anything that it says next is looked at: its end may be in the same breath."""
        properties = {} if isinstance(answer, ErrorMessage) else plain(answer.get_args_list()[0])
        upgrade = package_signals.under_way(properties)
        if upgrade is not None:
            self.began = time.time() - int(properties.get("ElapsedTime", 0))
            self._take(upgrade)

    def run(self, work: Work) -> Upgrade:
        """Do that, and what comes of it by itself, to its end."""
        while True:
            with password_agent() if work in _AUTHORISED else nullcontext():
                self.begin(work)
                self.wait()
            if self.upgrade.next_work is None:
                return self.upgrade
            work = self.upgrade.next_work

    def begin(self, work: Work) -> None:
        """Have a transaction begun."""
        self._take(package_signals.begun(self.upgrade, work))
        if work is Work.UPGRADE:
            self.began = time.time()
        self._begin(work)

    def wait(self) -> None:
        """Wait for the end of the transaction under way; Ctrl-C stops it while that does no harm.

        So does a terminal that is closed where that is like Ctrl-C.
        """
        numbers = [signal.SIGINT, *filter(hangups.is_ctrl_c, hangups.HANGUPS)]
        with restored(numbers):
            sources = [GLib.unix_signal_add(GLib.PRIORITY_HIGH, number, self._interrupted) for number in numbers]
            try:
                while self.upgrade.work is not None:
                    GLib.MainContext.default().iteration(True)
            finally:
                for source in sources:
                    GLib.source_remove(source)

    def _interrupted(self) -> bool:
        """What PackageKit does before it has begun is nobody's loss; later it says whether it may be stopped."""
        if self.upgrade.can_stop or self.upgrade.stage is Stage.LOOKING:
            self._take(package_signals.stopping(self.upgrade))
            self._send(self._path or PATH, TRANSACTION, "Cancel", "", (), self._stop_answered, _SOON)
        else:
            self._cannot_stop("")
        return True

    def _stop_answered(self, answer: Any) -> None:
        if isinstance(answer, ErrorMessage) and self.upgrade.stopping:
            self._take(package_signals.stopping(self.upgrade, False))
            self._cannot_stop(_words(answer))

    # -- one transaction

    def _begin(self, work: Work) -> None:
        path = self._ask(PATH, NAME, "CreateTransaction")
        if path is None:
            self._end(FAILED)
            return
        self._listen(str(path))
        told = order(work, self.upgrade)
        self._send(str(path), TRANSACTION, "SetHints", "as", (HINTS,), lambda _: None, _SOON)
        self._send(str(path), TRANSACTION, told.method, told.signature, told.values, self._ordered, _DEADLINE)

    def _ordered(self, answer: Any) -> None:
        if isinstance(answer, ErrorMessage) and self.upgrade.work is not None:
            self._refused(answer)
            self._end(FAILED)

    def _refused(self, answer: Any) -> None:
        self._take(package_signals.failed(self.upgrade, 0, _words(answer)))

    def _ask(
        self, path: str, interface: str, method: str, signature: str = "", *arguments: Any,
        at_once: Callable[[Any], None] | None = None,
    ) -> Any:  # fmt: skip
        """Ask, and wait for the answer; None for an error, which is told as that of the transaction under way.

        `at_once` is called with the answer before anything else that comes.
        """
        answers: list[Any] = []

        def answered(answer: Any) -> None:
            answers.append(answer)
            if at_once is not None:
                at_once(answer)

        self._send(path, interface, method, signature, arguments, answered, _SOON)
        while not answers:
            GLib.MainContext.default().iteration(True)
        if isinstance(answers[0], ErrorMessage):
            self._refused(answers[0])
            return None
        return (*plain(answers[0].get_args_list()), None)[0]

    def _send(
        self, path: str, interface: str, method: str, signature: str, arguments: tuple[Any, ...],
        then: Callable[[Any], None], seconds: float,
    ) -> None:  # fmt: skip
        message = MethodCallMessage(NAME, path, interface, method)
        message.set_allow_interactive_authorization(True)
        if signature:
            message.append(*arguments, signature=signature)
        self._bus.send_message_with_reply(message, then, seconds, require_main_loop=True)

    # -- what it says

    def _listen(self, path: str) -> None:
        self._leave()
        self._path, self._transaction = path, Service(self._bus, NAME)
        self._transaction.listen(PROPERTIES, "PropertiesChanged", self._properties, path)
        for name, said in (
            ("Package", package_signals.package), ("ItemProgress", package_signals.item),
            ("ErrorCode", package_signals.failed), ("RequireRestart", _restart),
        ):  # fmt: skip
            self._transaction.listen(TRANSACTION, name, self._relay(said), path)
        self._transaction.listen(TRANSACTION, "Finished", lambda code, _runtime: self._end(int(code)), path)

    def _leave(self) -> None:
        if self._transaction is not None:
            self._transaction.close()
            self._transaction, self._path = None, ""

    def _relay(self, said: Callable[..., Upgrade]) -> Callable[..., None]:
        def relay(*values: Any) -> None:
            self._take(said(self.upgrade, *map(plain, values)))

        return relay

    def _properties(self, _interface: str, values: Any, _invalidated: Any) -> None:
        self._take(package_signals.changed(self.upgrade, plain(values)))

    def _owner_changed(self, running: bool) -> None:
        if self._owned and not running:
            self._lost()
        self._owned = running

    def _lost(self) -> None:
        self._leave()
        self._take(package_signals.lost(self.upgrade))

    def _end(self, code: int) -> None:
        self._leave()
        self._take(package_signals.finished(self.upgrade, code))

    def _take(self, upgrade: Upgrade) -> None:
        if upgrade != self.upgrade:
            self.upgrade = upgrade
            self._changed(upgrade)


def _words(answer: Any) -> str:
    """Why something was refused; the error's name where there is no more."""
    words = [text for text in plain(answer.get_args_list()) if isinstance(text, str)]
    return (*words, str(answer.get_error_name()))[0]


def _restart(upgrade: Upgrade, kind: int, _package: str) -> Upgrade:
    return package_signals.restart(upgrade, kind)
