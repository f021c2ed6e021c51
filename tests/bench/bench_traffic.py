"""Traffic of many domains while somebody looks: processor time in netvm, dom0 and the applet; and rest thereafter."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from benched_lab import lab, running_lab
from figures import show

from qnet_gui.lab.box import enter

NAME = "benchtraffic"
HERE = Path(__file__).parent
#: As many as one netvm can serve by xenstored's default quota, 1,000 nodes, of which the toolstack makes 16 for a vif.
DOMAINS = 57
SECONDS = 20
#: Milliseconds a second, of one core, for all three.
LIMIT = 30.0
#: Seconds in which the helper forgets who has called.
_FORGOTTEN = 12.0
_PROGRAMS = {"qnet-agent": "netvm", "qnet-helper": "dom0"}


def _start(domain: str, *command: str) -> subprocess.Popen[str]:
    return enter.popen(enter.first_process(NAME, domain), list(command), stdout=subprocess.PIPE, text=True)


def _result(process: subprocess.Popen[str]) -> Any:
    return json.loads(process.communicate(timeout=SECONDS + 120)[0])


def _watch(program: str, seconds: float, script: str) -> subprocess.Popen[str]:
    return _start(_PROGRAMS[program], "/usr/bin/python3", str(HERE / script), str(seconds), program)


def _looker() -> subprocess.Popen[str]:
    command = [sys.executable, str(HERE / "watch_looker.py"), enter.dom0_bus_address(NAME), str(SECONDS)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def main() -> None:
    """Measure; as root."""
    with running_lab(NAME, "--domains", "d1"):
        for number in range(2, DOMAINS + 1):  # one after the other: many that boot at once are another matter
            lab("add", NAME, f"d{number}")
        looker = _looker()
        watched = {program: _watch(program, SECONDS - 2, "watch_cpu.py") for program in _PROGRAMS}
        used = {program: _result(process) for program, process in watched.items()}
        seen = _result(looker)
        print(f"  {seen['samples']} samples of {seen['domains']} domains came")
        for program, milliseconds in used.items():
            show(f"processor time of {program}, ms a second", [milliseconds])
        show("the same of the applet, without what it paints", [seen["ms"]])
        show(f"all three, {DOMAINS} domains at 1 Hz", [sum(used.values()) + seen["ms"]], LIMIT)
        time.sleep(_FORGOTTEN)
        for program in _PROGRAMS:
            rest = _result(_watch(program, 5, "watch_rest.py"))
            show(f"wakeups of {program} in 5 s, after the last has left", [rest["switches"]], 0.0, "")


if __name__ == "__main__":
    main()
