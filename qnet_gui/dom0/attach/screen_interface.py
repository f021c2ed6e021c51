"""The method by which a window of dom0's gets the netvm's screen: pixels to read, and a socket for keys."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from qnet_gui.dom0.attach import preconditions, screen_socket
from qnet_gui.dom0.attach.display_starter import DisplayStarter
from qnet_gui.dom0.attach.screen_socket import GivenWindow
from qnet_gui.dom0.bus.declare import Call, method
from qnet_gui.dom0.bus.interface import Interface
from qnet_gui.dom0.bus.users import Users
from qnet_gui.dom0.observe.publisher import SnapshotPublisher
from qnet_gui.hypervisor.port import DomainInfo
from qnet_gui.model.errors import QnetError
from qnet_gui.model.messages.screen import ScreenCode
from qnet_gui.runtime.jobs import JobThread

Ask = Callable[[DomainInfo], GivenWindow]


class ScreenInterface(Interface):
    """`ask` has a window given, and may wait for that: it is called on a thread, which is made when it is needed.

    That thread is none of the operations', since somebody may want to see why one of them takes so long. Where nobody
    gives windows any more, `starter` has somebody do that again, who is asked by `ask_once_started`.
    """

    def __init__(
        self, publisher: SnapshotPublisher, users: Users, starter: DisplayStarter, ask: Ask = screen_socket.ask,
        ask_once_started: Ask = screen_socket.ask_once_started,
    ) -> None:  # fmt: skip
        self._publisher = publisher
        self._users = users
        self._starter = starter
        self._ask, self._ask_once_started = ask, ask_once_started
        self._thread: JobThread | None = None

    def _may_open(self, domid: int, uuid: str) -> Mapping[str, str]:
        inputs = preconditions.as_if_awake(self._publisher.inputs)
        return {"netvm": preconditions.screen(inputs, self._publisher.netvm, domid, uuid).name}

    @method(
        "OpenScreen", action="org.qnet.show-screen", takes="us",
        gives={"width": "u", "height": "u", "picture": "h", "window": "h"}, first=_may_open,
    )  # fmt: skip
    def open_screen(self, call: Call, domid: int, uuid: str) -> None:
        """Give a window onto the netvm's screen: width and height in pixels, and two descriptors.

        `picture` is a sealed memfd that can be read and mapped, of four bytes a pixel (blue, green, red, and one that
        says nothing), line after line. `window` is a socket that keeps messages apart: keys and the pointer go in,
        where the picture has changed comes out (`qnet_gui/model/netvm_screen/screen_wire.py`). It ends with the
        picture. There is one window: the next that is given takes its place.
        """

        def ask(_by: str) -> None:
            netvm = preconditions.screen(self._publisher.inputs, self._publisher.netvm, domid, uuid)
            self._job_thread().submit(lambda: self._ask(netvm), lambda result: self._asked(call, netvm, result))

        self._users.after_refresh(call, ask)

    def _asked(self, call: Call, netvm: DomainInfo, result: GivenWindow | QnetError) -> None:
        if not (isinstance(result, QnetError) and result.message.code is ScreenCode.SCREEN_NOT_SERVED):
            _answer(call, result)
            return

        def answered(starts: bool) -> None:
            if starts:
                self._job_thread().submit(lambda: self._ask_once_started(netvm), lambda again: _answer(call, again))
            else:
                _answer(call, result)

        self._starter.start(netvm.id, answered)

    def _job_thread(self) -> JobThread:
        if self._thread is None:
            self._thread = JobThread("screen")
        return self._thread


def _answer(call: Call, result: GivenWindow | QnetError) -> None:
    if isinstance(result, QnetError):
        call.fail(result)
        return
    try:
        # the message has descriptors of its own
        call.reply(result.geometry.width, result.geometry.height, result.picture, result.window)
    finally:
        result.close()
