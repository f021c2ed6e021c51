"""The agent's report, field by field: nothing that the netvm wrote is believed to be of its form. Pure."""

from __future__ import annotations

from dataclasses import replace

from qnet_gui.model.messages.problems import ProblemCode
from qnet_gui.model.problem import AGENT_CODES
from qnet_gui.model.uplink import Uplink
from qnet_gui.store.reports import AGENT, AgentReport
from qnet_gui.store.table import Get


def read(get: Get) -> tuple[AgentReport, tuple[str, ...]]:
    """The report, and the paths of what was dropped. Empty when nothing is there.

    The uplink with the default route comes first, each name once. Problems are those that an agent may have.
    """
    dropped: list[str] = []
    report = AGENT.read(get, dropped) or AgentReport()
    problems = tuple(code.value for code in problem_codes(report))
    if problems != report.problems:
        dropped.append(AGENT["problems"].at())
    uplinks: dict[str, Uplink] = {}
    for uplink in report.uplinks:
        uplinks.setdefault(uplink.name, uplink)
    in_order = sorted(uplinks.values(), key=lambda uplink: (not uplink.primary, uplink.name))
    return replace(report, problems=problems, uplinks=tuple(in_order)), tuple(dropped)


def problem_codes(report: AgentReport) -> tuple[ProblemCode, ...]:
    """The problems that it has, as far as an agent may have them."""
    known = {code.value: code for code in AGENT_CODES}
    return tuple(known[word] for word in report.problems if word in known)
