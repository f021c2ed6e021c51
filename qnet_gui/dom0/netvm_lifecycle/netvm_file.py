"""What the netvm is made of: the configuration that an administrator fills in, and xl reads."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from qnet_gui.hypervisor import xl_config

CONFIGURATION = Path("/etc/qnet/netvm.cfg")
#: One of these says what a domain boots from.
_BOOTS_FROM = ("kernel", "disk", "bootloader", "firmware", "firmware_override")


def boots(settings: Mapping[str, xl_config.Value]) -> bool:
    """Whether a domain's settings say what it boots from."""
    return any(settings.get(key) for key in _BOOTS_FROM)
