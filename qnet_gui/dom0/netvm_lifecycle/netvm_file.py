"""What the netvm is made of: the configuration that an administrator fills in, and xl reads."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from qnet_gui.hypervisor import pci, xl_config
from qnet_gui.model.errors import BadInput

CONFIGURATION = Path("/etc/qnet/netvm.cfg")
#: One of these says what a domain boots from.
_BOOTS_FROM = ("kernel", "disk", "bootloader", "firmware", "firmware_override")


def boots(settings: Mapping[str, xl_config.Value]) -> bool:
    """Whether a domain's settings say what it boots from."""
    return any(settings.get(key) for key in _BOOTS_FROM)


def devices(settings: Mapping[str, xl_config.Value]) -> list[str] | None:
    """The devices that `pci=` names, by their full address; None where there is none, and every NIC is meant.

    What it names otherwise is left to xl.
    """
    if "pci" not in settings:
        return None
    said = settings["pci"]
    addresses = []
    for name in xl_config.pci_addresses(said if isinstance(said, tuple) else (said,)):
        with suppress(BadInput):
            addresses.append(pci.address(name))
    return addresses
