"""What a program with windows needs in a domain beside a display: a session bus that nobody else is on, and settings.

Programs of a desktop complain where there is no such bus. It starts nothing. Touches one file, which it writes.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from qnet_gui.lab.box.programs import ENVIRONMENT

_CONFIG = Path("/tmp/session.conf")  # noqa: S108
_TEXT = """<busconfig>
  <type>session</type>
  <listen>unix:dir=/tmp</listen>
  <auth>EXTERNAL</auth>
  <policy context="default"><allow send_destination="*"/><allow receive_sender="*"/><allow own="*"/></policy>
</busconfig>
"""


def write_config() -> None:
    """Once, before the first `command` runs."""
    _CONFIG.write_text(_TEXT)


def command(words: Sequence[str]) -> list[str]:
    """What runs a program with a bus of its own."""
    return ["/usr/bin/dbus-run-session", f"--config-file={_CONFIG}", "--", *words]


def environment(display: int, **more: str) -> dict[str, str]:
    """That of a program whose windows are on this display."""
    quiet = {"NO_AT_BRIDGE": "1", "GSETTINGS_BACKEND": "memory", "GIO_USE_VFS": "local"}
    return {**ENVIRONMENT, "DISPLAY": f":{display}", **quiet, **more}
