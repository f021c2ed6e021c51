"""What is asked of the helper on somebody's click: calls it, follows it to its end, tells what went wrong."""

from __future__ import annotations

from collections.abc import Sequence

from qnet_gui.model.errors import Busy, NoAnswer, NotAuthorised, QnetError, from_dbus
from qnet_gui.model.messages.helper import HelperCode
from qnet_gui.model.messages.message import Message
from qnet_gui.model.wire.answers import HelperAway
from qnet_gui.tray.qt import QObject, pyqtSignal
from qnet_gui.tray.session.app_state import AppState
from qnet_gui.tray.session.dbus import unsigned
from qnet_gui.tray.state.menu import EXTEND_MINUTES, Action, ActionRequest

_METHODS = {
    Action.PAUSE: "PauseDomain",
    Action.UNPAUSE: "UnpauseDomain",
    Action.ATTACH: "AttachDomain",
    Action.DETACH: "DetachDomain",
    Action.DISCONNECT: "DisconnectDom0",
    Action.EXTEND: "ExtendDom0",
    Action.REAPPLY: "Reapply",
    Action.START_NETVM: "StartNetvm",
    Action.RESTART_NETVM: "RestartNetvm",
    Action.STOP_NETVM: "StopNetvm",
}
#: Those that are about no domain.
_WITHOUT_DOMAIN = {
    Action.DISCONNECT, Action.REAPPLY, Action.START_NETVM, Action.RESTART_NETVM, Action.STOP_NETVM,
}  # fmt: skip
#: Those whose answer is the number of an operation.
_OPERATIONS = {
    Action.ATTACH, Action.DETACH, Action.DISCONNECT, Action.NETVM, Action.MOVE, Action.START_NETVM,
    Action.RESTART_NETVM, Action.STOP_NETVM,
}  # fmt: skip
#: Those of which the helper does one, and refuses another meanwhile.
_ONE_AT_A_TIME = {Action.ATTACH, Action.DETACH}
#: What would become of all others as well that wait, or is a person's no.
_FOR_ALL = (Busy, HelperAway, NoAnswer, NotAuthorised)


class HelperActions(QObject):
    """Emits `failed` with an `ActionRequest` and the error; what goes well is seen in the snapshot."""

    failed = pyqtSignal(object, object)

    def __init__(self, app_state: AppState, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._app_state = app_state
        self._pending: dict[int, ActionRequest] = {}
        self._waiting: list[ActionRequest] = []
        self._asking = False
        app_state.client.ended.connect(self._ended)
        app_state.client.gone.connect(self._gone)

    def do(self, request: ActionRequest) -> None:
        """Do what is wanted of a domain or of dom0, unless that has been asked for and is not answered yet.

        What the helper does one at a time waits for the one before.
        """
        if request in self._app_state.asked:
            return
        if request.action in _ONE_AT_A_TIME:
            if self._asking or any(one.action in _ONE_AT_A_TIME for one in self._pending.values()):
                self._waiting.append(request)
                self._app_state.ask(request, True)
                return
            self._asking = True
        self._ask(request)

    def _next(self) -> None:
        """The one before is over."""
        self._asking = bool(self._waiting)
        if self._waiting:
            self._ask(self._waiting.pop(0))

    def _give_up(self) -> None:
        """Nothing waits any more."""
        waiting, self._waiting = self._waiting, []
        for request in waiting:
            self._app_state.ask(request, False)

    def _ask(self, request: ActionRequest) -> None:
        arguments: list[object] = []
        if request.action is Action.EXTEND:
            arguments = [unsigned(EXTEND_MINUTES)]
        elif request.action not in _WITHOUT_DOMAIN:
            arguments = [unsigned(request.domid), request.uuid]
        self._call(request, _METHODS[request.action], arguments)

    def choose_netvm(self, request: ActionRequest, move: bool) -> None:
        """Make a domain the netvm."""
        if request not in self._app_state.asked:
            self._call(request, "SetDefaultNetvm", [request.name, move])

    def _call(self, request: ActionRequest, method: str, arguments: Sequence[object]) -> None:
        self._app_state.ask(request, True)
        self._app_state.client.do(method, arguments, lambda answer: self._answered(request, answer))

    def _answered(self, request: ActionRequest, answer: Sequence[object] | QnetError) -> None:
        self._app_state.ask(request, False)
        if isinstance(answer, QnetError):
            self.failed.emit(request, answer)
            if request.action in _ONE_AT_A_TIME:
                if isinstance(answer, _FOR_ALL):
                    self._give_up()
                self._next()
        elif request.action in _OPERATIONS:
            match answer:
                case [int() as number]:
                    self._pending[number] = request

    def _ended(self, number: int, error: str, outcome: Message) -> None:
        request = self._pending.pop(number, None)
        if request is not None and error and request.action is not Action.DISCONNECT:  # of that its window tells
            self.failed.emit(request, from_dbus(error, outcome))
        if request is not None and request.action in _ONE_AT_A_TIME:
            self._next()

    def _gone(self) -> None:
        pending, self._pending = self._pending, {}
        self._give_up()
        self._asking = False
        for request in pending.values():
            self.failed.emit(request, QnetError(HelperCode.HELPER_GONE))
