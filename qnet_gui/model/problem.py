"""Problems: what is wrong, in a sentence, and what to do about it. Pure.

A problem is a message with a cure. The netvm reports only codes; the sentences are made here, so that no text of the
netvm's reaches a person by this way.
"""

from __future__ import annotations

from collections.abc import Iterable

from qnet_gui.model.message_wire import arguments, read
from qnet_gui.model.messages.code import Code
from qnet_gui.model.messages.message import Argument, Message
from qnet_gui.model.messages.problems import ProblemCode


class Problem(Message):
    """One problem."""

    __slots__ = ()

    def __init__(self, code: ProblemCode, /, **arguments: Argument) -> None:
        super().__init__(code, **arguments)

    @property
    def sentence(self) -> str:
        """What is wrong, one sentence in the person's language; `cure` says what to do."""
        return self.translated


#: The codes that an agent may report of itself.
AGENT_CODES = frozenset(
    {ProblemCode.NO_NETWORKMANAGER, ProblemCode.NO_UPLINK, ProblemCode.NO_DNS, ProblemCode.NFT_FAILED}
)

#: The codes with which dom0 knows nothing of its netvm.
BLIND_CODES = frozenset({ProblemCode.NO_STORE, ProblemCode.NO_HYPERVISOR})


def to_wire(problem: Problem) -> dict[str, object]:
    """A problem as plain data; sentence and cure are for whoever does not know the code."""
    return {
        "code": problem.code.value,
        "arguments": arguments(problem),
        "sentence": problem.sentence,
        "cure": problem.cure,
    }


def from_wire(code: object, given: object) -> Problem | None:
    """A problem from its code and arguments; None when it is none of this version's."""
    found = read(code, given)
    if found is None or not isinstance(found.code, ProblemCode):
        return None
    return Problem(found.code, **dict(found.arguments))


def in_order(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """Each problem once, those that explain others first."""
    order: list[Code] = list(ProblemCode)
    return tuple(sorted(set(problems), key=lambda problem: (order.index(problem.code), str(problem.arguments))))
