"""What libxl asks the program that it takes for QEMU, and the answers that content it. Pure.

One line of JSON a message. libxl, which is root, is the only one that reaches the socket; nothing that it may ask
changes anything here. Source: docs/interop/qmp-spec of QEMU; tools/libs/light/libxl_qmp.c and libxl_dm.c of Xen.
"""

from __future__ import annotations

import json
from collections.abc import Iterator

#: A version of QEMU's own of which libxl knows everything that it asks.
GREETING = (
    b'{"QMP": {"version": {"qemu": {"micro": 0, "minor": 2, "major": 7}, "package": ""}, "capabilities": []}}\r\n'
)
#: Bytes of a question at most.
LINE_MAX = 4096
#: libxl asks for the consoles' devices and for a VNC server, of which there are none, and while a domain is made or
#: goes on after sleep, that the machine runs.
_ANSWERS: dict[str, object] = {
    "qmp_capabilities": {},
    "query-chardev": [],
    "query-vnc": {"enabled": False},
    "query-status": {"status": "running", "running": True},
    "cont": {},
    "stop": {},
}


class QmpConversation:
    """One connection: bytes in, bytes out. `ValueError` for what is no QMP; the connection is then to be closed."""

    def __init__(self) -> None:
        self._buffer = b""

    def feed(self, data: bytes) -> bytes:
        """The answers to what has come whole by now."""
        return b"".join(_answer(line) for line in self._lines(data))

    def _lines(self, data: bytes) -> Iterator[bytes]:
        *lines, self._buffer = (self._buffer + data).split(b"\n")
        if len(self._buffer) > LINE_MAX:
            raise ValueError("too long a line")
        yield from (line for line in lines if line.strip())


def _answer(line: bytes) -> bytes:
    try:
        question = json.loads(line) if len(line) <= LINE_MAX else None
    except RecursionError:
        raise ValueError("too deep") from None
    if not isinstance(question, dict) or not isinstance(word := question.get("execute"), str):
        raise ValueError("no question")
    if word in _ANSWERS:
        answer: dict[str, object] = {"return": _ANSWERS[word]}
    else:
        answer = {"error": {"class": "CommandNotFound", "desc": "not known"}}
    if isinstance(number := question.get("id"), int):
        answer["id"] = number
    return json.dumps(answer).encode() + b"\r\n"
