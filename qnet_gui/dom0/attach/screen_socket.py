"""Asks `qnet-display` for a window onto a netvm's screen: the size of the picture, and two descriptors.

May wait for some seconds, so it belongs on a thread. Touches that program's socket.
"""

from __future__ import annotations

import array
import os
import socket
import struct
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from qnet_gui.hypervisor.port import DomainInfo
from qnet_gui.model.errors import BadInput, NoAnswer, NotFound, QnetError, Refused
from qnet_gui.model.messages.screen import ScreenCode
from qnet_gui.model.netvm_screen.screen import Geometry
from qnet_gui.model.netvm_screen.screen_wire import ANSWER, SOCKETS

#: Seconds until it must have answered: it forks a child for that, and no more.
DEADLINE = 5.0
#: Seconds after which one that is being started is asked again.
_AGAIN = 0.1
_DESCRIPTORS = 2


@dataclass(frozen=True, slots=True)
class GivenWindow:
    """What a window is made of: the picture's descriptor, which reads, and that of the socket for what it says.

    Whoever has it closes it, or gives the descriptors away; the window ends with the socket's last descriptor.
    """

    geometry: Geometry
    picture: int
    window: int

    def close(self) -> None:
        """Let both go here."""
        os.close(self.picture)
        os.close(self.window)


def ask(netvm: DomainInfo, folder: Path = Path(SOCKETS), deadline: float = DEADLINE) -> GivenWindow:
    """A new window, which takes the place of an older one.

    Raises `NotFound` where the netvm was started without a screen, `Refused` while it has not set one up yet, and
    `NoAnswer` when `qnet-display` does not give it.
    """
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as asking:
        asking.settimeout(deadline)
        try:
            asking.connect(str(folder / str(netvm.id)))
            answer, descriptors = _received(asking)
        except OSError as error:
            raise _failure(netvm.name, error, deadline) from None
    return _window(netvm.name, answer, descriptors)


def ask_once_started(netvm: DomainInfo, folder: Path = Path(SOCKETS), deadline: float = DEADLINE) -> GivenWindow:
    """The same of one that is being started: waited for until it listens, and has read where the netvm's pages are."""
    until = time.monotonic() + deadline
    while True:
        try:
            return ask(netvm, folder, deadline)
        except (NoAnswer, Refused) as error:
            starting = error.message.code in (ScreenCode.SCREEN_NOT_SERVED, ScreenCode.SCREEN_NOT_YET)
            if not starting or time.monotonic() >= until:
                raise
        time.sleep(_AGAIN)


def _received(asking: socket.socket) -> tuple[bytes, list[int]]:
    """A message and the descriptors in it, which no program inherits that is started here."""
    received = array.array("i")
    room = socket.CMSG_LEN(_DESCRIPTORS * received.itemsize)
    answer, more, _, _ = asking.recvmsg(ANSWER.size + 1, room, socket.MSG_CMSG_CLOEXEC)
    for level, kind, value in more:
        if (level, kind) == (socket.SOL_SOCKET, socket.SCM_RIGHTS):
            received.frombytes(value[: len(value) - len(value) % received.itemsize])
    return answer, received.tolist()


def _window(name: str, answer: bytes, descriptors: Sequence[int]) -> GivenWindow:
    try:
        width, height = ANSWER.unpack(answer)
        if (width, height, *descriptors) == (0, 0):
            raise Refused(ScreenCode.SCREEN_NOT_YET, name=name)
        picture, window = descriptors
        return GivenWindow(Geometry(width, height), picture, window)
    except (struct.error, ValueError, BadInput):
        for descriptor in descriptors:
            os.close(descriptor)
        raise NoAnswer(ScreenCode.SCREEN_NOT_GIVEN, name=name) from None


def _failure(name: str, error: OSError, deadline: float) -> QnetError:
    match error:
        case FileNotFoundError():
            return NotFound(ScreenCode.SCREEN_NONE_GIVEN, name=name)
        case ConnectionRefusedError():
            return NoAnswer(ScreenCode.SCREEN_NOT_SERVED, name=name)
        case ConnectionResetError():
            return NoAnswer(ScreenCode.SCREEN_NOT_GIVEN, name=name)
        case TimeoutError():
            return NoAnswer(ScreenCode.SCREEN_SILENT, seconds=deadline, name=name)
    return NoAnswer(ScreenCode.SCREEN_UNREACHABLE, name=name, why=error.strerror or type(error).__name__)
