"""Where libxl asks: the sockets that it names, and its connections to them. Touches sockets and their files."""

from __future__ import annotations

import contextlib
import os
import socket
from pathlib import Path

from qnet_gui.display.libxl.qemu_arguments import QemuArguments
from qnet_gui.display.libxl.qmp import GREETING, QmpConversation

#: libxl has one connection at a time; more than a few is somebody's mistake.
CONNECTIONS_MAX = 8


class QmpSockets:
    """Whoever waits for `filenos` calls `ready` with those that are readable; nothing here blocks.

    `OSError` where a socket cannot be made.
    """

    def __init__(self, arguments: QemuArguments) -> None:
        self._conversations: dict[int, tuple[socket.socket, QmpConversation]] = {}
        self._listening: dict[int, socket.socket] = {}
        for path in arguments.socket_paths:
            self._listen(_bound(Path(path)))
        for descriptor in arguments.listening:
            self._listen(socket.socket(fileno=descriptor))

    def _listen(self, listening: socket.socket) -> None:
        listening.setblocking(False)
        listening.listen(CONNECTIONS_MAX)
        self._listening[listening.fileno()] = listening

    def filenos(self) -> tuple[int, ...]:
        """All that may have something to say."""
        return (*self._listening, *self._conversations)

    def ready(self, descriptor: int) -> None:
        """Something has come; a descriptor that is not of these is none of our business."""
        if descriptor in self._listening:
            with contextlib.suppress(OSError):
                self._accept(self._listening[descriptor])
        elif descriptor in self._conversations:
            self._go_on(descriptor)

    def _accept(self, listening: socket.socket) -> None:
        connection, _ = listening.accept()
        connection.setblocking(False)
        if len(self._conversations) >= CONNECTIONS_MAX:
            connection.close()
            return
        self._conversations[connection.fileno()] = connection, QmpConversation()
        self._send(connection.fileno(), GREETING)

    def _go_on(self, descriptor: int) -> None:
        connection, conversation = self._conversations[descriptor]
        try:
            data = connection.recv(4096)
            answers = conversation.feed(data)
        except (OSError, ValueError):
            data = answers = b""
        if data:
            self._send(descriptor, answers)
        else:
            self._hang_up(descriptor)

    def _send(self, descriptor: int, data: bytes) -> None:
        """All of it at once; who asks and does not read is let go."""
        connection, _ = self._conversations[descriptor]
        try:
            whole = not data or connection.send(data) == len(data)
        except OSError:
            whole = False
        if not whole:
            self._hang_up(descriptor)

    def _hang_up(self, descriptor: int) -> None:
        self._conversations.pop(descriptor)[0].close()

    def close(self) -> None:
        """Hang up, and hear nobody any more."""
        for descriptor in tuple(self._conversations):
            self._hang_up(descriptor)
        for listening in self._listening.values():
            listening.close()
        self._listening.clear()


def _bound(path: Path) -> socket.socket:
    """At a path of which what another one has left is taken away; for root alone."""
    path.unlink(missing_ok=True)
    made = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    before = os.umask(0o177)
    try:
        made.bind(str(path))
    except OSError:
        made.close()
        raise
    finally:
        os.umask(before)
    return made
