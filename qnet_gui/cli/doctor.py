"""What `qnet doctor` looks at: this machine, the helper, its snapshot, and whether the netvm answers."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from qnet_gui import __version__
from qnet_gui.cli import hints
from qnet_gui.doctor import examination
from qnet_gui.doctor.faults import faults
from qnet_gui.doctor.faults.fault import Finding
from qnet_gui.doctor.faults.service_faults import ServiceFault
from qnet_gui.doctor.machine import Machine
from qnet_gui.model.domain import AgentState, NetvmState
from qnet_gui.model.errors import NoAnswer, NotAuthorised, QnetError
from qnet_gui.model.messages.problems import ProblemCode
from qnet_gui.model.problem import Problem
from qnet_gui.model.repair import RepairKind, sentence
from qnet_gui.model.snapshot import Snapshot

if TYPE_CHECKING:
    from qnet_gui.cli.bus.helper import Helper


def _away(error: QnetError) -> Finding:
    if hints.in_a_guest():
        return Finding(
            "This is a domain of a Xen host, and not dom0, where qnet can tell how things are.",
            "Run it in dom0. Here, the log says more: journalctl -u qnet-agent in a netvm, -u qnet-guest in another.",
        )
    if isinstance(error, NotAuthorised):
        return ServiceFault.BUS_REFUSES.finding()
    if isinstance(error, NoAnswer):
        return Finding(error.sentence, "Restart it: sudo systemctl restart qnet-helper")
    cure = (
        "Start it in dom0: sudo systemctl start qnet-helper. If it does not stay, its log says why: "
        "journalctl -u qnet-helper"
    )
    if names := hints.labs():
        cure += f". If a lab is meant: sudo qnet --lab {names[0]} doctor"
    return Finding(error.sentence, cure)


def _agent(helper: Helper, snapshot: Snapshot) -> list[Finding]:
    """Whether the netvm answers a request now, unless it is known already that it cannot; and what it has to tell."""
    if snapshot.netvm.state is not NetvmState.RUNNING or snapshot.netvm.agent is not AgentState.RUNNING:
        return []
    try:
        repairs = helper.check_netvm()
    except QnetError as error:
        problem = Problem(ProblemCode.AGENT_SILENT)
        if problem in snapshot.problems:
            return []
        return [Finding(problem.sentence, problem.cure) if isinstance(error, NoAnswer) else Finding(error.sentence)]
    kinds = [[repair for repair in repairs if repair.what is kind] for kind in RepairKind]
    return [Finding(sentence(rows, snapshot.netvm.name), over=True) for rows in kinds if rows]


def _starting(snapshot: Snapshot) -> list[Finding]:
    if snapshot.netvm.state is NetvmState.STARTING and not snapshot.problems:
        problem = Problem(ProblemCode.AGENT_UNKNOWN)
        return [Finding(problem.sentence, problem.cure)]
    if snapshot.netvm.state is NetvmState.PAUSED:
        return [Finding(f"{snapshot.netvm.name} is paused. Domains have no network.", "Unpause it.")]
    return []


def wrong(findings: Iterable[Finding]) -> bool:
    """Whether anything is, at present."""
    return any(not finding.over and not finding.remark for finding in findings)


def as_dicts(findings: Iterable[Finding]) -> list[dict[str, Any]]:
    """For programs."""
    return [asdict(finding) for finding in findings]


def examine(connect: Callable[[], Helper], machine: Machine | None = None) -> list[Finding]:
    """Everything that is wrong; nothing when all is well."""
    here = list(examination.examine(machine or Machine()))
    if any(map(faults.silences, here)):
        return here
    try:
        helper = connect()
        _, snapshot, its_version = helper.snapshot()
    except QnetError as error:
        return here if any(map(faults.tells_of_helper, here)) else [*here, _away(error)]
    except ModuleNotFoundError as error:
        return here if here else [Finding(hints.of_missing_module(error.name or "?"))]
    findings = [finding for finding in here if not faults.helper_tells(finding)]
    if its_version != __version__:
        findings.append(
            Finding(
                f"The network helper is version {its_version}, and this is qnet {__version__}.",
                "Restart the helper: sudo systemctl restart qnet-helper",
            )
        )
    findings += [Finding(problem.sentence, problem.cure) for problem in snapshot.problems]
    return findings + _starting(snapshot) + _agent(helper, snapshot)
