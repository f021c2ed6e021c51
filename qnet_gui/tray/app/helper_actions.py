"""What is asked of the helper on somebody's click: calls it, follows it to its end, tells what went wrong."""

from __future__ import annotations

from collections.abc import Sequence

from qnet_gui.model.errors import QnetError, from_dbus
from qnet_gui.model.translation import tr
from qnet_gui.tray.qt import QObject, pyqtSignal
from qnet_gui.tray.session.app_state import Desk
from qnet_gui.tray.session.dbus import unsigned
from qnet_gui.tray.state.menu import MORE, Action, Want

_METHODS = {
    Action.PAUSE: "PauseDomain",
    Action.UNPAUSE: "UnpauseDomain",
    Action.ATTACH: "AttachDomain",
    Action.DETACH: "DetachDomain",
    Action.DISCONNECT: "DisconnectDom0",
    Action.EXTEND: "ExtendDom0",
}
#: Those whose answer is the number of an operation.
_OPERATIONS = {Action.ATTACH, Action.DETACH, Action.DISCONNECT, Action.NETVM}


class Deeds(QObject):
    """Emits `failed` with a `Want` and the error; what goes well is seen in the snapshot."""

    failed = pyqtSignal(object, object)

    def __init__(self, desk: Desk, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self._followed: dict[int, Want] = {}
        desk.client.ended.connect(self._ended)
        desk.client.gone.connect(self._gone)

    def do(self, want: Want) -> None:
        """Do what is wanted of a domain or of dom0."""
        arguments: list[object] = []
        if want.action is Action.EXTEND:
            arguments = [unsigned(MORE)]
        elif want.action is not Action.DISCONNECT:
            arguments = [unsigned(want.domid)]
        self._call(want, _METHODS[want.action], arguments)

    def choose_netvm(self, want: Want, move: bool) -> None:
        """Make a domain the netvm."""
        self._call(want, "SetDefaultNetvm", [want.name, move])

    def _call(self, want: Want, method: str, arguments: Sequence[object]) -> None:
        self._desk.client.do(method, arguments, lambda answer: self._answered(want, answer))

    def _answered(self, want: Want, answer: Sequence[object] | QnetError) -> None:
        if isinstance(answer, QnetError):
            self.failed.emit(want, answer)
        elif want.action in _OPERATIONS:
            match answer:
                case [int() as number]:
                    self._followed[number] = want

    def _ended(self, number: int, error: str, sentence: str) -> None:
        want = self._followed.pop(number, None)
        if want is not None and error and want.action is not Action.DISCONNECT:  # of that its window tells
            self.failed.emit(want, from_dbus(error, sentence))

    def _gone(self) -> None:
        followed, self._followed = self._followed, {}
        for want in followed.values():
            self.failed.emit(want, QnetError(tr("The network helper has stopped in the middle of this.")))
