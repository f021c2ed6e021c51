"""Answers on a unix socket: a line of JSON in, a line of JSON out, a thread a connection. Touches that socket only."""

from __future__ import annotations

import contextlib
import json
import socketserver
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from qnet_gui.model.errors import BadInput, QnetError
from qnet_gui.model.messages.plain import plain
from qnet_gui.model.parse import shown

#: By the name of a request: what takes its arguments by name and returns something that JSON can say.
Handlers = Mapping[str, Callable[..., Any]]
_REQUEST_LIMIT = 1 << 16
#: Seconds between two looks whether to stop; a lab's machine is killed instead.
_NEVER = 86400.0


class _Server(socketserver.ThreadingUnixStreamServer):
    daemon_threads = True
    request_queue_size = 64
    handlers: Handlers


class _Handler(socketserver.StreamRequestHandler):
    server: _Server

    def handle(self) -> None:
        """Answer until the client goes."""
        with contextlib.suppress(OSError):  # it has died, maybe in the middle of a request
            while line := self.rfile.readline(_REQUEST_LIMIT):
                self.wfile.write(json.dumps(_answer(self.server.handlers, line)).encode() + b"\n")


def _answer(handlers: Handlers, line: bytes) -> dict[str, Any]:
    try:
        try:
            request = json.loads(line)
            handler = handlers[request.pop("do")]
        except (ValueError, AttributeError, KeyError, TypeError):
            raise BadInput(plain(f"{shown(line)} is not a request.")) from None
        return {"result": handler(**request)}
    except QnetError as error:
        return {"error": error.name, "sentence": error.sentence}
    except Exception as error:
        return {"error": QnetError.name, "sentence": f"The lab's machine failed: {error!r}."}


def serve(path: Path, handlers: Handlers, look: float = _NEVER) -> Callable[[], None]:
    """Answer on `path`, which only root may use, from now on; returns what ends that within `look` seconds."""
    server = _Server(str(path), _Handler)
    path.chmod(0o600)
    server.handlers = handlers
    threading.Thread(target=server.serve_forever, args=(look,), name=path.name, daemon=True).start()

    def end() -> None:
        server.shutdown()
        server.server_close()

    return end
