"""How much of each room the tests cover: a table at the end of a run with --cov, and floors that must hold."""

from __future__ import annotations

import tomllib
from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest

FLOORS = Path(__file__).with_name("coverage_floors.toml")
_PACKAGE = "qnet_gui"


def room_of(path: str) -> str:
    """The room of a module: its folder below the package; the tray's pure parts have one of their own."""
    parts = Path(path).parts
    inside = parts[len(parts) - 1 - parts[::-1].index(_PACKAGE) + 1 : -1]
    if not inside:
        return "(none)"
    return "/".join(inside[:2]) if inside[0] == "tray" and len(inside) > 1 else inside[0]


def measured(data: Any) -> dict[str, tuple[int, int]]:
    """Lines and covered lines by room, from a `coverage.Coverage` with data."""
    rooms: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for path in sorted(Path(source).resolve() for source in _sources(data)):
        _, lines, _, missing, _ = data.analysis2(str(path))
        counts = rooms[room_of(str(path))]
        counts[0] += len(lines)
        counts[1] += len(lines) - len(missing)
    return {room: (lines, covered) for room, (lines, covered) in rooms.items() if lines}


def _sources(data: Any) -> list[str]:
    return list(data.get_data().measured_files())


def table(rooms: dict[str, tuple[int, int]], floors: dict[str, float]) -> tuple[list[str], list[str]]:
    """The table's lines, and those of them that are below their floor."""
    lines, below = [], []
    for room, (count, covered) in sorted(rooms.items()):
        share, floor = 100 * covered / count, floors.get(room)
        line = f"{room:20} {count:6} lines  {share:5.1f} %   floor {'none' if floor is None else f'{floor:g} %'}"
        lines.append(line)
        if floor is not None and share < floor:
            below.append(line)
    below += [f"{room:20} has a floor and no lines" for room in sorted(floors.keys() - rooms.keys())]
    return lines, below


class Rooms:
    """A plugin beside pytest-cov's."""

    def __init__(self, config: pytest.Config) -> None:
        self._config = config
        self._lines: list[str] = []
        self._below: list[str] = []

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """After pytest-cov has put the workers' data together."""
        controller = getattr(self._config.pluginmanager.get_plugin("_cov"), "cov_controller", None)
        if controller is None:
            return
        floors = {} if self._is_a_part() else tomllib.loads(FLOORS.read_text())
        self._lines, self._below = table(measured(controller.cov), floors)
        if self._below and session.exitstatus == 0:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def _is_a_part(self) -> bool:
        """Whether only some tests were asked for; floors are for all of them."""
        return bool(self._config.option.keyword) or self._config.args != self._config.getini("testpaths")

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """The table."""
        if self._lines:
            terminalreporter.section("coverage by room")
            for line in self._lines:
                terminalreporter.write_line(line)
            for line in self._below:
                terminalreporter.write_line(f"BELOW ITS FLOOR: {line}", red=True)


def pytest_configure(config: pytest.Config) -> None:
    """Only where something is measured, and once."""
    if config.pluginmanager.hasplugin("_cov") and not hasattr(config, "workerinput"):
        config.pluginmanager.register(Rooms(config), "rooms")
