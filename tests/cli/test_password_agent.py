"""Who asks for a password in a terminal is started only where somebody can type one."""

from __future__ import annotations

import sys

from terminal import Terminal

PROGRAM = """
import os
from qnet_gui.cli.bus import agent
os.geteuid = lambda: 1000
agent._PROGRAM = "/usr/bin/true"
asks = agent._of_use()
with agent.password_agent():
    pass
print("asks" if asks else "asks nobody", flush=True)
"""


def test_in_the_foreground_it_asks() -> None:
    terminal = Terminal(sys.executable, "-c", PROGRAM)
    terminal.until("asks\r\n")
    assert terminal.end() == 0


def test_a_job_in_the_background_goes_on_and_asks_nobody() -> None:
    """To put the terminal back as it was stopped it, whatever it was at."""
    terminal = Terminal("/bin/bash", "-c", 'set -m; "$0" -c "$1" & wait $!; echo "status $?"', sys.executable, PROGRAM)
    terminal.until("status ")
    assert terminal.end() == 0
    assert "asks nobody\r\n" in terminal.text
    assert "status 0" in terminal.text
