"""The agent's socket: the hotplug script and the NetworkManager dispatcher say here what has happened.

One request a connection, one line: `online backend/vif/4/0 vif4.0`, `offline …`, or `dns`. One line back: `ok`, `error`
and a sentence, or `gone` and a sentence when the vif is not there (any more), which is nobody's fault.
Touches /run/qnet/agent.sock, which only root can reach.
"""

from __future__ import annotations

import contextlib
import logging
import os
import socket
from collections.abc import Callable
from pathlib import Path

from gi.repository import GLib

from qnet_gui.model.errors import BadInput, NotFound, QnetError
from qnet_gui.model.messages.agent import AgentCode
from qnet_gui.model.parse import printable, shown, text_of
from qnet_gui.model.vif import VifId
from qnet_gui.runtime.mainloop import Watch

log = logging.getLogger(__name__)
RUN = Path("/run/qnet")
SOCKET = RUN / "agent.sock"
_LINE = 256
_BACKLOG = 128
Reply = Callable[[QnetError | None], None]
Handler = Callable[[str, VifId | None, Reply], None]


def parse(line: bytes) -> tuple[str, VifId | None]:
    """The verb and the vif of a request, or `BadInput`."""
    words = text_of(line.rstrip(b"\n"), _LINE).split(" ")
    if words == ["dns"]:
        return "dns", None
    if len(words) != 3 or words[0] not in ("online", "offline"):
        raise BadInput(AgentCode.NOT_A_REQUEST, value=shown(line))
    vif = VifId.from_path(words[1])
    if words[2] and VifId.from_name(words[2]) != vif:
        raise BadInput(AgentCode.NOT_THE_VIF_OF, value=words[2], path=words[1])
    return words[0], vif


class HotplugSocket:
    """Listens; `handler(verb, vif, reply)` is called on the main loop for each good request."""

    def __init__(self, handler: Handler, path: Path = SOCKET) -> None:
        self._handler = handler
        self._path = path
        path.parent.mkdir(mode=0o700, exist_ok=True)
        fresh = path.with_suffix(".new")
        fresh.unlink(missing_ok=True)
        self._listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM | socket.SOCK_NONBLOCK)
        self._listener.bind(str(fresh))
        fresh.chmod(0o600)
        self._listener.listen(_BACKLOG)
        fresh.rename(path)  # nobody finds a socket that does not listen yet
        self._watch = Watch(self._listener.fileno(), self._accept)

    def close(self) -> None:
        """Stop listening; the script does the work itself from now on."""
        if self._listener.fileno() < 0:
            return
        self._path.unlink(missing_ok=True)
        self._watch.end()
        self._listener.close()

    def _accept(self) -> None:
        with contextlib.suppress(BlockingIOError):
            connection, _address = self._listener.accept()
            connection.setblocking(False)
            buffer = bytearray()
            GLib.io_add_watch(
                connection.fileno(),
                GLib.PRIORITY_DEFAULT,
                GLib.IO_IN | GLib.IO_HUP,
                lambda *_: self._receive(connection, buffer),
            )

    def _receive(self, connection: socket.socket, buffer: bytearray) -> bool:
        """Take what came; False, which ends the watch, once the line is there or cannot come any more."""
        try:
            data = connection.recv(_LINE)
        except BlockingIOError:
            return True
        except OSError:
            data = b""
        buffer += data
        if b"\n" not in buffer and data and len(buffer) <= _LINE:
            return True
        try:
            verb, vif = parse(bytes(buffer))
        except BadInput as error:
            log.warning("a request on the socket: %s", error)
            self._reply(connection, error)
        else:
            self._handler(verb, vif, lambda error: self._reply(connection, error))
        return False

    @staticmethod
    def _reply(connection: socket.socket, error: QnetError | None) -> None:
        word = "gone" if isinstance(error, NotFound) else "error"
        text = f"{word} {printable(error.sentence, 200)}\n" if error else "ok\n"
        with contextlib.suppress(OSError):  # whoever asked has gone
            connection.send(text.encode())
        connection.close()


def lock() -> int:
    """The lock that keeps two of us from changing the kernel's state for vifs at once; held until closed."""
    RUN.mkdir(mode=0o700, exist_ok=True)
    return os.open(RUN / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
