"""The line to the helper for tasks: answers, its signals, its death and Ctrl-C, as one stream of events.

Whoever only reads needs none of this (helper.py). It loads GLib: an answer for which a person has to type a password,
and signals that come meanwhile, can only be waited for on a main loop, and there Ctrl-C works as well. What arrives is
queued; the work on it is done outside of the callbacks, where an exception would be lost.
"""

from __future__ import annotations

import signal
import time
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from types import TracebackType
from typing import Any

import dbus
from dbus.lowlevel import ErrorMessage, MethodCallMessage
from dbus.mainloop.glib import DBusGMainLoop
from gi.repository import GLib

from qnet_gui.cli.bus.agent import password_agent
from qnet_gui.cli.hangups import HANGUPS
from qnet_gui.model.errors import BadInput, NoAnswer, NotAuthorised
from qnet_gui.model.messages.helper import HelperCode
from qnet_gui.model.messages.message import Message
from qnet_gui.model.parse import printable
from qnet_gui.model.traffic import TrafficSample, from_wire
from qnet_gui.model.wire.answers import NAME, PATH, READ_DEADLINE, HelperAway, understood
from qnet_gui.model.wire.message_wire import SENTENCE, from_parts
from qnet_gui.runtime.dbus_service import Service, leave_bus
from qnet_gui.runtime.dbus_values import plain
from qnet_gui.runtime.mainloop import after, cancel
from qnet_gui.runtime.signals import ENDING

#: Seconds until the answer to a task's call: a person may have to type a password first.
_DEADLINE = 300.0
#: Seconds from an answer that was lost until the bus has told that the helper was lost with it.
_LAST_RITES = 1.0


class HelperGone(HelperAway):
    """The helper was there, and ended in the middle of it."""


@dataclass(frozen=True, slots=True)
class Step:
    """A step of an operation has changed its state: begun, done, failed, undone."""

    operation: int
    step: str
    state: str
    what: Message


@dataclass(frozen=True, slots=True)
class Ended:
    """An operation has ended; `error` is a D-Bus name, empty where there was none."""

    operation: int
    error: str
    outcome: Message


@dataclass(frozen=True, slots=True)
class _Answer:
    message: Any


@dataclass(frozen=True, slots=True)
class _Interrupt:
    """Somebody pressed Ctrl-C, or hung up."""

    hangup: bool


class _Gone:
    """The helper has left the bus, or the bus has gone."""


Event = Step | Ended | TrafficSample | _Answer | _Interrupt | _Gone


def without_ended(events: Iterable[Event]) -> list[Event]:
    """The events but those of operations that have ended within them."""
    all_of_them = list(events)
    ended = {event.operation for event in all_of_them if isinstance(event, Ended)}
    return [event for event in all_of_them if not (isinstance(event, Step | Ended) and event.operation in ended)]


class Line:
    """One connection to the system bus; from its making on no signal of the helper's is missed."""

    def __init__(self) -> None:
        self._events: deque[Event] = deque()
        self._owned = False
        try:
            self._bus = dbus.SystemBus(private=True, mainloop=DBusGMainLoop())
        except dbus.DBusException as error:
            raise understood(str(error.get_dbus_name() or ""), ()) from error
        self._bus.set_exit_on_disconnect(False)
        self._bus.call_on_disconnection(lambda _: self._events.append(_Gone()))
        self._helper = Service(self._bus, NAME)
        self._helper.listen(NAME, "Step", self._step, PATH)
        self._helper.listen(NAME, "OperationEnded", self._ended, PATH)
        self._helper.watch_owner(self._owner)
        self._hangup_ignored = False
        self._handlers = {number: signal.getsignal(number) for number in ENDING}
        self._sources = [
            GLib.unix_signal_add(GLib.PRIORITY_HIGH, number, self._interrupted, number)
            for number, handler in self._handlers.items()
            if handler is not signal.SIG_IGN or number not in HANGUPS  # as nohup has it
        ]

    def __enter__(self) -> Line:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Leave the bus, by which polkit's question is taken back; Ctrl-C is Python's again."""
        if self._sources:
            for source in self._sources:
                GLib.source_remove(source)
            self._sources.clear()
            for number, handler in self._handlers.items():
                signal.signal(number, handler)
            leave_bus(self._bus)

    def ignore_hangup(self) -> None:
        """From now on only Ctrl-C interrupts: what is done is what whoever hangs up wants."""
        self._hangup_ignored = True
        heard = [event for event in self._events if not (isinstance(event, _Interrupt) and event.hangup)]
        self._events = deque(heard)

    def listen_to_traffic(self) -> None:
        """Hear what goes through the netvm, too, while anybody has the helper tell it."""
        self._helper.listen(NAME, "Traffic", self._sample, PATH)

    # -- what arrives

    def _step(self, *values: Any) -> None:
        match [plain(value) for value in values]:
            case [int() as number, str() as step, str() as state, str() as sentence, *more]:
                names = (printable(step, SENTENCE), printable(state, SENTENCE))
                self._events.append(Step(number, *names, from_parts(sentence, *more[:2])))

    def _ended(self, *values: Any) -> None:
        match [plain(value) for value in values]:
            case [int() as number, str() as error, str() as sentence, *more]:
                self._events.append(Ended(number, printable(error, SENTENCE), from_parts(sentence, *more[:2])))

    def _sample(self, *values: Any) -> None:
        try:
            self._events.append(from_wire(*[plain(value) for value in values[:1]]))
        except (BadInput, TypeError):  # of a helper of another version; nothing comes of it
            return

    def _owner(self, running: bool) -> None:
        if self._owned and not running:
            self._events.append(_Gone())
        self._owned = running

    def _interrupted(self, number: int) -> bool:
        if number == signal.SIGINT or not self._hangup_ignored:
            self._events.append(_Interrupt(number in HANGUPS))
        return True

    # -- what is waited for

    def _next(self, seconds: float | None = None) -> Event | None:
        """The next event, None after so many seconds without; Ctrl-C and the helper's death are raised."""
        late = False

        def expired() -> None:
            nonlocal late
            late = True

        timer = after(seconds, expired) if seconds is not None else None
        while not self._events and not late:
            GLib.MainContext.default().iteration(True)
        if timer is not None:
            cancel(timer)
        event = self._events.popleft() if self._events else None
        if isinstance(event, _Interrupt):
            raise KeyboardInterrupt
        if isinstance(event, _Gone):
            raise HelperGone(HelperCode.HELPER_GONE)
        return event

    def news(self, seconds: float | None = None) -> Step | Ended | None:
        """The next signal of an operation; None after so many seconds without one. Raises like `call`."""
        event = self._next(seconds)
        return event if isinstance(event, Step | Ended) else None

    def traffic(self, seconds: float) -> TrafficSample | None:
        """What has gone through, the next time that it is told; None after so many seconds without. Raises likewise."""
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            event = self._next(left)
            if isinstance(event, TrafficSample):
                return event
        return None

    def call(self, member: str, signature: str = "", *arguments: Any) -> Any:
        """Have something done, for which a person may be asked for a password; returns the answer.

        Raises the helper's error, `KeyboardInterrupt` at Ctrl-C, `HelperGone` when the helper dies meanwhile.
        """
        message = self._message(member, signature, arguments)
        message.set_allow_interactive_authorization(True)
        with password_agent() as agent:
            self._send(message, _DEADLINE)
            try:
                return self._answer()
            except NotAuthorised as refused:
                if agent.was_interrupted():
                    raise KeyboardInterrupt from refused
                raise

    def ask(self, member: str, signature: str = "", *arguments: Any) -> Any:
        """The same for what nobody is asked for a password for."""
        self._send(self._message(member, signature, arguments), READ_DEADLINE)
        return self._answer()

    @staticmethod
    def _message(member: str, signature: str, arguments: tuple[Any, ...]) -> MethodCallMessage:
        message = MethodCallMessage(NAME, PATH, NAME, member)
        if signature:
            message.append(*arguments, signature=signature)
        return message

    def _send(self, message: MethodCallMessage, seconds: float) -> None:
        self._bus.send_message_with_reply(
            message, lambda answer: self._events.append(_Answer(answer)), seconds, require_main_loop=True
        )

    def _answer(self) -> Any:
        later: list[Event] = []
        try:
            while not isinstance(event := self._next(), _Answer):
                if event is not None:
                    later.append(event)
        finally:  # what had ended by then has nothing to do with what is asked for
            self._events.extendleft(reversed(without_ended(later)))
        if not isinstance(event.message, ErrorMessage):
            values = event.message.get_args_list()
            return plain(values[0]) if values else None
        error = understood(str(event.message.get_error_name()), plain(event.message.get_args_list()))
        if isinstance(error, NoAnswer):
            self._next(_LAST_RITES)  # raises when the answer is missing because the helper has died
        raise error
