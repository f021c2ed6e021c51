"""An X display of this machine, as a caller names it for a program of another domain to be shown on. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass

from qnet_gui.model.errors import BadInput
from qnet_gui.model.messages.values import ValueCode
from qnet_gui.model.parse import shown, text_of

_NAME = re.compile(r"(?:unix)?:(0|[1-9][0-9]{0,3})(?:\.[0-9])?")
_COOKIE = re.compile(r"(?:[0-9a-f]{32})?")


@dataclass(frozen=True, slots=True)
class Display:
    """`cookie` lets its clients in, in hexadecimal; empty where the server asks for none. It is never logged."""

    number: int
    cookie: str = ""

    def __repr__(self) -> str:
        return f"Display({self.number})"


def display(name: str, cookie: str) -> Display:
    """From DISPLAY and the cookie that belongs to it; `BadInput` for another machine's display, or none at all."""
    match = _NAME.fullmatch(text_of(name, 32))
    if not match:
        raise BadInput(ValueCode.NOT_A_DISPLAY, value=shown(name))
    if not _COOKIE.fullmatch(text_of(cookie, 64)):
        raise BadInput(ValueCode.NOT_A_COOKIE)
    return Display(int(match[1]), cookie)
