"""What a start of the netvm has done so far, so that a stop, or the next start after one that was killed, can undo it.

One JSON file in /run, which a restart of dom0 empties as it undoes everything that the file tells of. It blocks.
"""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

from qnet_gui.hypervisor import pci
from qnet_gui.model.errors import BadInput
from qnet_gui.runtime.atomic_file import write_atomically
from qnet_gui.runtime.stored import read_stored

PATH = Path("/run/qnet/netvm.json")


@dataclass(frozen=True, slots=True)
class Record:
    """`nics`: addresses of PCI devices that were taken from dom0, and their drivers there (empty for none).

    `parts`: by address, interfaces that were a part of a bridge or a bond, and that one's name; also of a device that
    dom0 has again, where that one did not take them.
    `starting`: a start is under way, or was when it was killed. `name`: the domain that was started; empty for none,
    and in the record of an earlier version.
    """

    nics: dict[str, str] = field(default_factory=dict)
    starting: bool = False
    parts: dict[str, dict[str, str]] = field(default_factory=dict)
    name: str = ""

    def with_nic(self, nic: pci.PciNic, parts: dict[str, str]) -> Record:
        """The same with another NIC; of one that is known, what is known is kept, but where it is a part of now."""
        return replace(
            self,
            nics={**self.nics, nic.address: self.nics.get(nic.address, nic.driver)},
            parts={**self.parts, nic.address: parts or self.parts.get(nic.address, {})},
        )

    def without_nic(self, address: str) -> Record:
        """The same, with a NIC that dom0 has again."""
        return replace(self, nics={known: driver for known, driver in self.nics.items() if known != address})

    def without_parts(self, address: str) -> Record:
        """The same without what its interfaces were a part of."""
        return replace(self, parts={known: rest for known, rest in self.parts.items() if known != address})


def _texts(stored: dict[str, str]) -> dict[str, str]:
    return {str(name): str(value) for name, value in stored.items()}


class RecordFile:
    """The file."""

    def __init__(self, path: Path = PATH) -> None:
        self._path = path

    def load(self) -> Record:
        """What is there; nothing was done where it is not there, or is none."""
        with suppress(OSError, ValueError, KeyError, TypeError, AttributeError, BadInput):
            stored = read_stored(self._path)
            nics = {pci.address(address): str(driver) for address, driver in stored["nics"].items()}
            parts = {pci.address(address): _texts(rest) for address, rest in stored.get("parts", {}).items()}
            return Record(nics, bool(stored["starting"]), parts, str(stored.get("name", "")))
        return Record()

    def save(self, record: Record) -> None:
        """Write it before what it tells of is done; `QnetError` when it cannot be written."""
        write_atomically(self._path, json.dumps(asdict(record)).encode("ascii"), 0o600)
