"""What stands in the way of connecting dom0, as far as that is the netvm. Pure."""

from __future__ import annotations

import pytest

from qnet_gui.dom0.upgrade.preflight import obstacles
from qnet_gui.model.domain import Netvm, NetvmState
from qnet_gui.model.messages.domains import DomainCode
from qnet_gui.model.messages.problems import ProblemCode
from qnet_gui.model.problem import Problem
from qnet_gui.model.snapshot import Snapshot

OVERDUE = (Problem(ProblemCode.AGENT_UNKNOWN),)


@pytest.mark.parametrize(
    ("problems", "code"), [((), DomainCode.NETVM_STARTING), (OVERDUE, DomainCode.NETVM_WITHOUT_AGENT)]
)
def test_nobody_is_to_wait_for_a_netvm_whose_report_is_overdue(
    problems: tuple[Problem, ...], code: DomainCode
) -> None:  # fmt: skip
    starting = Snapshot(Netvm("netvm", 1, NetvmState.STARTING), problems=problems)
    assert [message.code for message in obstacles(starting)] == [code]
