"""Which files of dom0's the service that starts the netvm at boot cannot use, since its unit keeps it from them.

`qnet netvm start` by hand can: a netvm that is made of such a file starts now, and at no boot. Asks systemd, and looks
where links lead; it may block.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import suppress

from qnet_gui.dom0.netvm_lifecycle.control import BOOTED, SYSTEMCTL, UNIT
from qnet_gui.hypervisor import xl_config
from qnet_gui.model.errors import QnetError
from qnet_gui.runtime.command import run

#: What of systemd.exec(5) keeps it from files.
PROPERTIES = ("ProtectHome", "ProtectSystem", "PrivateTmp")
COMMAND = (SYSTEMCTL, "show", "--no-pager", *(word for name in PROPERTIES for word in ("-p", name)), UNIT)
_HOMES, _TEMPORARY = ("/home", "/root", "/run/user"), ("/tmp", "/var/tmp")  # noqa: S108
_SYSTEM = {"yes": ("/usr", "/boot", "/efi"), "full": ("/usr", "/boot", "/efi", "/etc"), "strict": ("/",)}
#: Settings that name a file beside the disks; it is only read.
_FILES = ("kernel", "ramdisk", "bootloader", "firmware_override", "device_model_override")


def shown() -> str:
    """What systemd says of the unit, as somebody may have edited it; nothing where there is no systemd."""
    if BOOTED.is_dir():
        with suppress(QnetError):
            return run(COMMAND).decode("utf-8", "replace")
    return ""


def out_of_reach(settings: Mapping[str, xl_config.Value], unit: str) -> list[str]:
    """The files of a netvm with these settings that the unit, of which systemd says this, does not see or not write."""
    said = dict(line.partition("=")[::2] for line in unit.splitlines())
    homes = said.get("ProtectHome", "no")
    unseen: tuple[str, ...] = _HOMES if homes in ("yes", "tmpfs") else ()
    unseen += _TEMPORARY if said.get("PrivateTmp", "no") != "no" else ()
    read_only: tuple[str, ...] = _SYSTEM.get(said.get("ProtectSystem", ""), ())
    read_only += _HOMES if homes == "read-only" else ()
    return [path for path, written in _files(settings) if _lies(path, unseen) or (written and _lies(path, read_only))]


def _files(settings: Mapping[str, xl_config.Value]) -> Iterator[tuple[str, bool]]:
    """The paths of dom0's files, and whether each is written."""
    disks = settings.get("disk", ())
    for disk in disks if isinstance(disks, tuple) else ():
        if path := xl_config.disk_file(disk):
            yield path, not xl_config.disk_is_read_only(disk)
    for value in map(settings.get, _FILES):
        if isinstance(value, str) and value.startswith("/"):
            yield value, False


def _lies(path: str, folders: tuple[str, ...]) -> bool:
    """Whether it does so below one of them, or leads there; devices are for everybody."""
    places = (os.path.normpath(path), os.path.realpath(path))
    below = any(os.path.commonpath((place, folder)) == folder for place in places for folder in folders)
    return below and not places[1].startswith("/dev/")
