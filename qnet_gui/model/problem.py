"""Problems: what is wrong, in a sentence, and what to do about it. Pure.

A problem is a message with a cure. The netvm reports only codes; the sentences are made here, so that no text of the
netvm's reaches a person by this way.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import ClassVar

from qnet_gui.model.messages.code import Code
from qnet_gui.model.messages.message import Argument, Message
from qnet_gui.model.messages.problems import ProblemCode
from qnet_gui.model.wire.message_wire import arguments as plain_arguments
from qnet_gui.model.wire.message_wire import read


class Problem(Message):
    """One problem: what its code says, with these arguments."""

    __slots__ = ()
    #: The keys of its plain form: the D-Bus signature of each, and what it is.
    PLAIN_FORM: ClassVar[Mapping[str, tuple[str, str]]] = {
        "code": ("s", ", ".join(f"`{code.value}`" for code in ProblemCode)),
        "arguments": ("a{sv}", "the arguments of the code, by name"),
        "sentence": ("s", "the problem in English"),
        "cure": ("s", "what to do about it, in English"),
    }

    def __init__(self, code: ProblemCode, /, **arguments: Argument) -> None:
        super().__init__(code, **arguments)

    def as_plain(self) -> dict[str, object]:
        """It as plain data; sentence and cure are for whoever does not know the code."""
        return {
            "code": self.code.value,
            "arguments": plain_arguments(self),
            "sentence": self.sentence,
            "cure": self.cure,
        }

    @classmethod
    def from_plain(cls, wire: object) -> Problem:
        """It again; `ValueError` for what is none of this version's."""
        message = read(wire.get("code"), wire.get("arguments")) if isinstance(wire, Mapping) else None
        if message is None or not isinstance(message.code, ProblemCode):
            raise ValueError("no problem")
        return cls(message.code, **dict(message.arguments))

    @staticmethod
    def is_known(wire: object) -> bool:
        """Whether plain data has the code of a problem of this version's."""
        return isinstance(wire, Mapping) and wire.get("code") in {code.value for code in ProblemCode}

    @property
    def sentence(self) -> str:
        """What is wrong, one sentence in the person's language; `cure` says what to do."""
        return self.translated


#: The codes that an agent may report of itself.
AGENT_CODES = frozenset(
    {
        ProblemCode.NO_NETWORKMANAGER,
        ProblemCode.NO_UPLINK,
        ProblemCode.NO_DNS,
        ProblemCode.NETWORKMANAGER_LOST_SERVERS,
        ProblemCode.LOCAL_RESOLVER,
        ProblemCode.NAMES_BESIDE_VPN,
        ProblemCode.NAMES_OTHERWISE,
        ProblemCode.ADDRESS_OVERLAP,
        ProblemCode.NFT_FAILED,
        ProblemCode.CONNECTIONS_ALMOST_FULL,
        ProblemCode.OTHERS_UNDO,
        ProblemCode.OTHERS_DROP,
        ProblemCode.OTHERS_ROUTE,
    }
)

#: The codes that say why names do not resolve, each better than `NO_DNS` does.
NAMES_CODES = frozenset(
    {
        ProblemCode.NETWORKMANAGER_LOST_SERVERS,
        ProblemCode.LOCAL_RESOLVER,
        ProblemCode.NAMES_BESIDE_VPN,
        ProblemCode.NAMES_OTHERWISE,
    }
)

#: The codes with which dom0 knows nothing of its netvm.
BLIND_CODES = frozenset({ProblemCode.NO_STORE, ProblemCode.NO_HYPERVISOR})

#: The codes of what is wrong with the others' standing still while dom0 is connected.
OTHERS_CODES = frozenset({ProblemCode.OTHERS_RUN, ProblemCode.OTHERS_LET_GO})


def in_order(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """Each problem once, those that explain others first."""
    order: list[Code] = list(ProblemCode)
    return tuple(sorted(set(problems), key=lambda problem: (order.index(problem.code), str(problem.arguments))))
