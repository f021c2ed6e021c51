"""The agent in a running lab: from NetworkManager's signal to the new redirection, memory, wakeups at rest."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

from benched_lab import running_lab
from figures import show

from qnet_gui.lab.box import enter

NAME = "benchlab"
HERE = Path(__file__).parent
CHANGES = 30


def _inside(*command: str) -> str:
    process = enter.popen(enter.first_process(NAME, "netvm"), list(command), stdout=subprocess.PIPE, text=True)
    return str(process.communicate(timeout=120)[0])


def main() -> None:
    """Measure; as root."""
    with running_lab(NAME, "--domains", "work"):
        report = json.loads(_inside("/usr/bin/python3", str(HERE / "watch_dns.py"), str(CHANGES)))
        show("NetworkManager's signal to the redirection in force", report["delays"], 5.0)
        rest = json.loads(_inside("/usr/bin/python3", str(HERE / "watch_rest.py"), "10", "qnet-agent"))
        show("private memory of the agent", [rest["private"] / 1000], 30.0, "MB")
        show("wakeups of the agent in 10 s of rest, all threads", [rest["switches"]], 0.0, "")


if __name__ == "__main__":
    main()
