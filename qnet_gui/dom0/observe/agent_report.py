"""The agent's report, field by field: nothing that the netvm wrote is believed to be of its form. Pure."""

from __future__ import annotations

from dataclasses import replace

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
    problems = tuple(code for code in report.problems if code in AGENT_CODES)
    if problems != report.problems:
        dropped.append(AGENT["problems"].at())
    uplinks: dict[str, Uplink] = {}
    for uplink in report.uplinks:
        uplinks.setdefault(uplink.name, uplink)
    in_order = sorted(uplinks.values(), key=lambda uplink: (not uplink.primary, uplink.name))
    return replace(report, problems=problems, uplinks=tuple(in_order)), tuple(dropped)
