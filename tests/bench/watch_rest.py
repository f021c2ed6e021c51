"""Runs in the lab's netvm: prints JSON with the agent's private memory (kB) and its context switches at rest."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path


def _agent() -> Path:
    for path in Path("/proc").glob("[0-9]*"):
        if b"/usr/bin/qnet-agent\0" in (path / "cmdline").read_bytes():
            return path
    raise SystemExit("the agent does not run")


def _switches(agent: Path) -> int:
    lines = [line for status in agent.glob("task/*/status") for line in status.read_text().splitlines()]
    return sum(int(line.split()[1]) for line in lines if "voluntary_ctxt_switches" in line and "non" not in line)


def main(seconds: float) -> None:
    """Measure."""
    agent = _agent()
    time.sleep(3)
    before = _switches(agent)
    time.sleep(seconds)
    after = _switches(agent)
    rollup = (agent / "smaps_rollup").read_text().splitlines()
    private = sum(int(line.split()[1]) for line in rollup if line.startswith(("Private_Clean", "Private_Dirty")))
    print(json.dumps({"private": private, "switches": after - before}))


if __name__ == "__main__":
    main(float(sys.argv[1]))
