"""What the netvm is made of: the configuration that an administrator fills in, and xl reads."""

from __future__ import annotations

from pathlib import Path

CONFIGURATION = Path("/etc/qnet/netvm.cfg")
#: One of these says what a domain boots from.
BOOTS_FROM = ("kernel", "disk", "bootloader", "firmware", "firmware_override")
