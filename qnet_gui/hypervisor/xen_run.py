"""Runs `xl`. Touches nothing else. It blocks."""

from __future__ import annotations

from pathlib import Path

from qnet_gui.hypervisor import xen_text
from qnet_gui.model.errors import HypervisorError
from qnet_gui.runtime.command import run

XL = Path("/usr/sbin/xl")


def xl(*words: str, deadline: float, program: Path = XL) -> str:
    """What `xl WORDS` prints; `HypervisorError` when it fails or takes too long, and then it is ended.

    Ctrl-C is for whoever called us, and must not leave half of what xl does.
    """
    printed = run(
        [program, *words], deadline=deadline, name=f"xl {words[0]}", error=HypervisorError, reason=xen_text.reason,
        own_session=True,
    )  # fmt: skip
    return printed.decode("utf-8", "replace")
