"""A message of every code, and what may be put into one, for tests."""

from __future__ import annotations

from typing import Any

from qnet_gui.model.messages.code import KINDS, Code, Kind
from qnet_gui.model.messages.message import Message, argument_names
from qnet_gui.model.messages.problems import ProblemCode
from qnet_gui.model.wire.message_wire import codes

CODES = sorted(codes().values())
_INNER = Message(ProblemCode.VIF_REFUSED, vif="vif4.0")
SAMPLES: dict[Kind, Any] = {
    Kind.TEXT: "work", Kind.NUMBER: 2, Kind.SECONDS: 0.5, Kind.MOMENT: 1_700_000_000, Kind.REASON: _INNER,
    Kind.PROBLEM: _INNER, Kind.LIST: ("work", _INNER), Kind.SENTENCES: (_INNER, _INNER),
}  # fmt: skip
#: What fits into no argument of that kind.
WRONG: dict[Kind, Any] = {
    Kind.TEXT: 7, Kind.NUMBER: "7", Kind.SECONDS: "7", Kind.MOMENT: 1.5, Kind.REASON: 7, Kind.PROBLEM: "no-uplink",
    Kind.LIST: "work", Kind.SENTENCES: ("work",),
}  # fmt: skip


def arguments(code: Code) -> dict[str, Any]:
    return {name: SAMPLES[KINDS[name]] for name in argument_names(code)}


def sample(code: Code) -> Message:
    return Message(code, **arguments(code))
