"""Whether what an administrator has written says what it should: qnet.toml, netvm.cfg, the domains' vif lines."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from qnet_gui.doctor.faults.fault import Finding
from qnet_gui.doctor.faults.setting_faults import SettingFault
from qnet_gui.doctor.machine import Disk, Kind, Machine, Place
from qnet_gui.dom0.netvm_image.netvm_cfg import DISPLAY
from qnet_gui.dom0.netvm_lifecycle import reach
from qnet_gui.dom0.netvm_lifecycle.control import BOOTED, UNIT, WANTS
from qnet_gui.dom0.netvm_lifecycle.netvm_file import CONFIGURATION, boots
from qnet_gui.dom0.setup import vif_lines, xendomains
from qnet_gui.dom0.setup.domain_files import domain_files
from qnet_gui.dom0.upgrade.journal import PATH as JOURNAL
from qnet_gui.hypervisor import xl_config
from qnet_gui.model import config
from qnet_gui.model.domain import DOM0_NAMES
from qnet_gui.model.errors import QnetError

_STATE = "/var/lib/qnet"
_SCRIPTS = "/etc/xen/scripts"
#: What of netvm.cfg names a file of dom0's, beside its disks.
_NAMES_FILES = ("kernel", "ramdisk", "bootloader", "firmware_override", "device_model_override")


@dataclass(frozen=True, slots=True)
class Owned:
    """A file or folder that root goes by."""

    path: str
    is_roots: bool = True
    is_writable: bool = False


@dataclass(frozen=True, slots=True)
class VifLine:
    """A vif of a domain's configuration; `script_there`: the script that it names is."""

    path: str
    served_by: str
    script: str
    script_there: bool = True


@dataclass(frozen=True, slots=True)
class Facts:
    """`wrong`: why the configuration is none. `netvm_file`: its settings, None where it is missing.

    `refused`: the line of it that xl does not read, 0 for none. `at_boot`: the netvm is to be started then. `absent`:
    what netvm.cfg names and is not there. `kept_from`: what it names and its service cannot use.
    `journal`: dom0 was connected, and nobody has disconnected it. `saving`: the
    file by which Xen's own service saves domains when dom0 shuts down, empty where it does not; `saved`: a netvm that
    it has saved. `disk`: where the helper keeps what it has begun. `unseen`: whoever asks may
    not read what the netvm is made of.
    """

    wrong: str = ""
    owned: tuple[Owned, ...] = ()
    netvm_file: dict[str, xl_config.Value] | None = field(default_factory=dict)
    refused: int = 0
    at_boot: bool = False
    absent: tuple[str, ...] = ()
    vifs: tuple[VifLine, ...] = ()
    journal: bool = False
    saving: str = ""
    saved: str = ""
    disk: Disk = field(default_factory=Disk)
    unseen: bool = False
    kept_from: tuple[str, ...] = ()


def _wrong(machine: Machine) -> str:
    try:
        config.load(machine.path(config.PATH))
    except QnetError as error:
        if machine.is_unreadable(config.PATH):
            return ""  # not for everybody to read: the helper, which can, would not run if it were wrong
        return error.sentence.replace(str(machine.path(config.PATH)), str(config.PATH))
    return ""


def _owned(machine: Machine, paths: tuple[str | Path, ...]) -> tuple[Owned, ...]:
    there = ((str(path), machine.status(path)) for path in paths)
    return tuple(
        Owned(path, status.st_uid == machine.owner, bool(status.st_mode & (stat.S_IWGRP | stat.S_IWOTH)))
        for path, status in there
        if status is not None
    )


def _vifs(machine: Machine, netvm: str) -> Iterator[VifLine]:
    """Those of all domains but the netvm, whatever else than netvm.cfg it could be made of."""
    files, _ = domain_files(machine.path("/etc/xen"), machine.path(CONFIGURATION))
    for file in (file for file in files if file.name != netvm):
        cards = xl_config.settings(file.text).get("vif", ())
        for card in cards if isinstance(cards, tuple) else ():
            values = dict(word.strip().partition("=")[::2] for word in card.split(","))
            script = values.get("script", "").strip()
            where = script if script.startswith("/") else f"{_SCRIPTS}/{script}"
            path = f"/{file.path.relative_to(machine.root.resolve())}"
            yield VifLine(path, vif_lines.served_by(card), script, not script or machine.exists(where))


def _xendomains(machine: Machine, netvm: str) -> tuple[str, str]:
    """The file by which it saves, and the netvm that it has saved."""
    settings = xendomains.read(machine.root)
    if settings is None or not settings.saves:
        return "", ""
    saved = f"{settings.save_folder}/{netvm}" if settings.save_folder else ""
    return f"/{settings.path.relative_to(machine.root)}", saved if saved and machine.exists(saved) else ""


def _absent(machine: Machine, settings: dict[str, xl_config.Value]) -> Iterator[str]:
    """What of dom0's the netvm is made of, and is not there; our own program is among the files of the package."""
    disks = settings.get("disk", ())
    paths = [*map(xl_config.disk_file, disks if isinstance(disks, tuple) else ()), *map(settings.get, _NAMES_FILES)]
    for path in paths:
        if not isinstance(path, str) or not path.startswith("/") or path == DISPLAY:
            continue
        if not machine.exists(path) and not machine.is_hidden(path):
            yield path


def _kept_from(machine: Machine, settings: dict[str, xl_config.Value]) -> tuple[str, ...]:
    unit = machine.ask(reach.COMMAND).text if machine.exists(BOOTED) else ""
    return tuple(path for path in reach.out_of_reach(settings, unit) if machine.exists(path))


def look(machine: Machine, place: Place) -> Facts:
    """Read all of it; dom0 alone has more than its own configuration."""
    wrong = _wrong(machine)
    if place.kind is not Kind.DOM0:
        owned = _owned(machine, (config.PATH,)) if place.kind in (Kind.NETVM, Kind.GUEST) else ()
        return Facts(wrong, owned)
    text = machine.exact_text(CONFIGURATION)
    settings = xl_config.settings(text)
    return Facts(
        wrong,
        _owned(machine, (config.PATH.parent, config.PATH, CONFIGURATION, _STATE)),
        settings if machine.exists(CONFIGURATION) or machine.is_unreadable(CONFIGURATION) else None,
        xl_config.refused_line(text),
        machine.path(f"{WANTS}/{UNIT}").is_symlink(),
        tuple(_absent(machine, settings)),
        tuple(_vifs(machine, place.netvm)),
        machine.exists(JOURNAL),
        *_xendomains(machine, place.netvm),
        machine.disk(machine.path(_STATE)),
        machine.is_unreadable(CONFIGURATION),
        _kept_from(machine, settings),
    )


def check(facts: Facts, place: Place) -> Iterator[Finding]:
    """What is wrong."""
    if facts.wrong:
        unit = "qnet-agent" if place.kind is Kind.NETVM else "qnet-helper"
        yield SettingFault.CONFIG_WRONG.finding(why=facts.wrong, unit=unit)
    for owned in facts.owned:
        if owned.path == _STATE:
            if owned.is_writable or not owned.is_roots:
                yield SettingFault.STATE_FOLDER.finding(path=owned.path)
            continue
        if not owned.is_roots:
            yield SettingFault.CONFIG_OWNER.finding(path=owned.path)
        if owned.is_writable:
            yield SettingFault.CONFIG_WRITABLE.finding(path=owned.path)
    if place.isolated:
        if not facts.unseen:
            yield from _check_netvm_file(facts, place)
        yield from _check_vifs(facts.vifs)
        if facts.saving and facts.at_boot:
            yield SettingFault.XENDOMAINS_SAVES.finding(path=facts.saving)
        if facts.saved:
            yield SettingFault.NETVM_SAVED.finding(path=facts.saved)
    if facts.disk.read_only:
        yield SettingFault.DISK_READ_ONLY.finding(path=_STATE, folder=facts.disk.mount)
    elif facts.disk.full:
        yield SettingFault.DISK_FULL.finding(path=_STATE, folder=facts.disk.mount)
    if facts.journal:
        yield SettingFault.JOURNAL_LEFT.finding()


def _check_netvm_file(facts: Facts, place: Place) -> Iterator[Finding]:
    settings = facts.netvm_file
    if settings is None:
        if facts.at_boot:
            yield SettingFault.NETVM_FILE_MISSING.finding(**place.again("qnet-dom0", str(CONFIGURATION)))
        return
    if facts.refused:
        yield SettingFault.NETVM_FILE_NOT_READ.finding(line=str(facts.refused))
        return
    if facts.at_boot and not boots(settings):
        yield SettingFault.NETVM_FILE_EMPTY.finding()
    name = settings.get("name", "")
    if boots(settings) and isinstance(name, str) and name and name != place.netvm:
        yield SettingFault.NETVM_FILE_NAME.finding(name=name, netvm=place.netvm)
    cards = settings.get("vif", ())
    if isinstance(cards, tuple) and any("bridge=" in card.replace(" ", "") for card in cards):
        yield SettingFault.NETVM_FILE_BRIDGE.finding()
    for path in facts.kept_from if facts.at_boot else ():
        yield SettingFault.NETVM_FILE_OUT_OF_REACH.finding(path=path)
    for path in facts.absent:
        yield SettingFault.NETVM_FILE_NAMES_NOTHING.finding(path=path, folder=str(Path(path).parent))


def _check_vifs(vifs: tuple[VifLine, ...]) -> Iterator[Finding]:
    for vif in vifs:
        if vif.served_by in (*DOM0_NAMES, "0"):
            yield SettingFault.VIF_OF_DOM0.finding(path=vif.path)
        elif not vif.script_there and vif.script != vif_lines.SCRIPT:  # ours is among the files of the package
            yield SettingFault.VIF_SCRIPT_MISSING.finding(path=vif.path, value=vif.script)
        elif not vif.script.endswith(vif_lines.SCRIPT):
            yield SettingFault.VIF_WITHOUT_SCRIPT.finding(path=vif.path)
