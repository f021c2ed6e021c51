"""How the last start, stop or restart of the netvm ended, for whoever had it run as a unit of systemd.

One JSON file in /run, written by the program and read by the helper, both root's. It blocks.
"""

from __future__ import annotations

import json
from contextlib import suppress
from pathlib import Path

from qnet_gui.model.errors import QnetError, from_dbus
from qnet_gui.model.messages.message import Message
from qnet_gui.model.wire import message_wire
from qnet_gui.runtime.atomic_file import write_atomically
from qnet_gui.runtime.stored import read_stored

PATH = Path("/run/qnet/netvm-outcome.json")


def save(outcome: Message | QnetError, path: Path = PATH) -> None:
    """Keep it; nothing is said when it cannot be kept, since who reads it does without."""
    error, message = (outcome.dbus_name, outcome.message) if isinstance(outcome, QnetError) else ("", outcome)
    stored = {"error": error, "code": message.code.value, "arguments": message_wire.arguments(message)}
    with suppress(QnetError):
        write_atomically(path, json.dumps(stored).encode("ascii"), 0o600)


def forget(path: Path = PATH) -> None:
    """What is there is of another run."""
    with suppress(OSError):
        path.unlink()


def load(path: Path = PATH) -> Message | QnetError | None:
    """What the last run has left; None where that is nothing, or nothing that can be read."""
    with suppress(OSError, ValueError, KeyError, TypeError):
        stored = read_stored(path)
        message = message_wire.read(stored["code"], stored["arguments"])
        return from_dbus(stored["error"], message) if message and stored["error"] else message
    return None
