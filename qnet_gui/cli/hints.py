"""What to do about an error that is not the helper's to explain: on this machine something is missing, or elsewhere."""

from __future__ import annotations

import shlex
from argparse import Namespace
from pathlib import Path

from qnet_gui.model.errors import QnetError
from qnet_gui.model.wire.answers import HelperAway

#: Where labs are; read without the lab's own code, which may not be installed.
_LABS = Path("/run/qnet-lab")
_CAPABILITIES, _HYPERVISOR = Path("/proc/xen/capabilities"), Path("/sys/hypervisor/type")


def of_missing_module(module: str) -> str:
    """A sentence for a Python module that is not there."""
    from qnet_gui.runtime import distribution

    if module.startswith("qnet_gui.lab"):
        return "The lab is not in this installation. It is in a checkout of qnet's sources: make demo there shows it."
    top = module.partition(".")[0]
    if package := distribution.package(f"python:{top}", distribution.distribution()):
        return f"The Python module {top} is missing. Install its package: {package}."
    return f"The Python module {module} is missing. Install qnet again."


def labs() -> list[str]:
    """The names of the labs that are up."""
    try:
        return sorted(path.name for path in _LABS.iterdir() if path.is_dir())
    except OSError:
        return []


def in_a_guest() -> bool:
    """Whether this is a domain of a Xen host, and not dom0."""
    try:
        if "control_d" in _CAPABILITIES.read_text(encoding="ascii", errors="replace"):
            return False
    except OSError:
        pass
    try:
        return _HYPERVISOR.read_text(encoding="ascii", errors="replace").strip() == "xen"
    except OSError:
        return False


def of_error(error: QnetError, arguments: Namespace) -> str:
    """What may help with an error, empty where it has said all: a helper that is away may be so elsewhere only."""
    if not isinstance(error, HelperAway) or vars(arguments).get("in_lab"):
        return ""
    if in_a_guest():
        return "The network helper runs in dom0, and this is another domain. Run qnet there."
    if names := labs():
        up = f"A lab is up: {names[0]}" if len(names) == 1 else f"Labs are up: {', '.join(names)}"
        command = shlex.join(vars(arguments).get("words") or ["status"])
        return f"{up}. To act in it: sudo qnet --lab {names[0]} {command}"
    return ""
