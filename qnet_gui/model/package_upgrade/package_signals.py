"""From what PackageKit says of its transactions to how far an upgrade is. Pure.

Numbers are those of PackageKit's D-Bus interface. Seen of PackageKit 1.2.6 with apt: a percentage begins with a false
100, is 101 when it is not known, and falls to 0 for the installation; a package is "finished" when it is downloaded,
when it is unpacked, and when it is installed. Here nothing ever goes back.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from qnet_gui.model.package_upgrade.packages import (
    ASKS,
    CANCELLED,
    FAILED,
    GONE,
    ONLY_DOWNLOADED,
    QUESTION,
    SIMULATED,
    SUCCESS,
    Kind,
    Package,
    PackageError,
    Restart,
    Stage,
    State,
    Upgrade,
    Work,
    clean,
    key_of,
    to_upgrade,
)

#: The number of "update-packages" among the roles.
ROLE_UPDATE = 22
#: So many of PackageKit's texts are kept.
_MESSAGES_MAX = 50
#: Packages that are in use after a restart only, whether PackageKit says so or not: dom0's kernel and the hypervisor.
_NEEDS_RESTART = ("linux-image-", "xen-hypervisor", "kernel-core", "kernel-default")

#: The error of a transaction that was cancelled.
_CANCELLED_CODE = 17
_WAITS_FOR_LOCK, _WAITS_FOR_PASSWORD, _DOWNLOADS = 30, 31, 8
#: Statuses, and what is said of single packages, that come only while something is installed.
_INSTALLS_STATUS = {6, 9, 10, 11, 12, 16}
_FINISHED_STATUS = 18
_INFO_SECURITY, _INFO_BLOCKED, _INFO_DOWNLOADING, _INFO_FINISHED = 8, 9, 10, 18
_INFO_UPDATING, _INFO_REMOVING, _INFO_REMOVE = 11, 13, 28
#: What becomes of packages by what is said of them when an upgrade is worked out: updating, installing, removing,
#: obsoleting; since PackageKit 1.3 install, remove, obsolete. And how an id of one that is there begins its origin.
_KINDS = {
    _INFO_UPDATING: Kind.UPGRADE, 12: Kind.INSTALL, _INFO_REMOVING: Kind.REMOVE, 15: Kind.REMOVE,
    27: Kind.INSTALL, _INFO_REMOVE: Kind.REMOVE, 29: Kind.REMOVE,
}  # fmt: skip
_IS_INSTALLED = "installed"
_INSTALLS_INFO = {11, 12, 13, 14, 15, 19, 20, 21, 22}
_UNKNOWN = 101

#: PackageKit's kinds of restarts; those of single programs are none.
_RESTARTS = {3: Restart.SESSION, 4: Restart.SYSTEM, 5: Restart.SESSION, 6: Restart.SYSTEM}


def begun(upgrade: Upgrade, work: Work) -> Upgrade:
    """A transaction is begun; the first one, and the one that upgrades, forget how the last attempt went."""
    fresh = replace(
        upgrade, work=work, next_work=None, waits_for_lock=False, waits_for_password=False, can_stop=False,
        stopping=False, counted=False, error=None, failed_in=None,
    )  # fmt: skip
    if work is Work.UPGRADE:
        packages = tuple(replace(package, state=State.TO_DO, percent=0) for package in upgrade.packages)
        return replace(fresh, stage=Stage.DOWNLOADING, packages=packages, percent=0, messages=(), restart=Restart.NONE)
    if work is Work.REFRESH:
        return Upgrade(Stage.LOOKING, work)
    if work is Work.LOOK:
        return replace(fresh, stage=Stage.LOOKING, packages=(), held=())
    newer = tuple(one for one in upgrade.packages if one.kind is Kind.UPGRADE or work is not Work.WORK_OUT)
    return replace(fresh, stage=Stage.LOOKING, packages=newer)  # what comes and goes along is worked out now


def under_way(properties: Mapping[str, object]) -> Upgrade | None:
    """An upgrade that is under way already, from a transaction's properties; None when this is no such transaction."""
    flags = properties.get("TransactionFlags")
    if properties.get("Role") != ROLE_UPDATE or (isinstance(flags, int) and flags & (SIMULATED | ONLY_DOWNLOADED)):
        return None
    if properties.get("Status") == _FINISHED_STATUS:
        return None
    upgrade = replace(begun(Upgrade(), Work.UPGRADE), taken_up=True)
    return changed(upgrade, properties)


def changed(upgrade: Upgrade, properties: Mapping[str, object]) -> Upgrade:
    """Properties of the transaction under way have changed."""
    status, percent, size, can_stop = (
        properties.get(name) for name in ("Status", "Percentage", "DownloadSizeRemaining", "AllowCancel")
    )
    if isinstance(status, int):
        upgrade = _status(upgrade, status)
    if isinstance(can_stop, bool):
        upgrade = replace(upgrade, can_stop=can_stop)
    if isinstance(size, int) and upgrade.work is Work.WORK_OUT:
        upgrade = replace(upgrade, size=max(upgrade.size, size))
    if isinstance(percent, int):
        upgrade = _percentage(upgrade, percent)
    return upgrade


def _status(upgrade: Upgrade, status: int) -> Upgrade:
    upgrade = replace(
        upgrade, waits_for_lock=status == _WAITS_FOR_LOCK, waits_for_password=status == _WAITS_FOR_PASSWORD
    )
    return _installing(upgrade) if upgrade.work is Work.UPGRADE and status in _INSTALLS_STATUS else upgrade


def _installing(upgrade: Upgrade) -> Upgrade:
    """The second half begins; nothing of an upgrade can be downloaded after it."""
    if upgrade.stage is not Stage.DOWNLOADING:
        return upgrade
    return replace(upgrade, stage=Stage.INSTALLING, percent=max(upgrade.percent or 0, 50), counted=False)


def _percentage(upgrade: Upgrade, percent: int) -> Upgrade:
    if upgrade.work is not Work.UPGRADE or not 0 <= percent < _UNKNOWN or (percent == 100 and not upgrade.counted):
        return upgrade
    half = 50 if upgrade.stage is Stage.INSTALLING else 0
    return replace(upgrade, counted=True, percent=max(upgrade.percent or 0, half + percent // 2))


def package(upgrade: Upgrade, info: int, untrusted_id: str, untrusted_summary: str) -> Upgrade:
    """A package is told of. The upper half of `info` says how urgent it is, in newer versions."""
    info &= 0xFFFF
    identity = clean(untrusted_id)
    if upgrade.work is Work.LOOK:
        return _newer(upgrade, info, identity, clean(untrusted_summary))
    if upgrade.work is Work.INSTALLED:
        old = (*identity.split(";"), "")[1]
        newer = _with(upgrade.packages, identity, lambda one: replace(one, old=old, kind=Kind.UPGRADE))
        return replace(upgrade, packages=newer)
    if upgrade.work is Work.WORK_OUT:
        return _worked_out(upgrade, info, identity, clean(untrusted_summary))
    if upgrade.work is Work.UPGRADE:
        return _moved(upgrade, info, identity)
    return upgrade


def _newer(upgrade: Upgrade, info: int, identity: str, summary: str) -> Upgrade:
    """Some tell here of what would come and go along, too. What would come beside an older version is an upgrade."""
    if info == _INFO_BLOCKED:
        return replace(upgrade, held=(*upgrade.held, identity.split(";")[0]))
    kind = _KINDS.get(info, Kind.UPGRADE)
    if kind is Kind.REMOVE:
        return upgrade
    made = Package(identity, kind, summary, security=info == _INFO_SECURITY)
    return replace(upgrade, packages=(*(one for one in upgrade.packages if one.id != identity), made))


def _worked_out(upgrade: Upgrade, info: int, identity: str, summary: str) -> Upgrade:
    """What comes or goes with those that are upgraded, and what is upgraded though it was held back.

    One that was to be upgraded may have to go, or one of its old versions, where several are installed.
    """
    if info not in _KINDS or any(one.id == identity for one in upgrade.packages):
        return upgrade
    if _places(upgrade.packages, identity) and info not in (_INFO_REMOVING, _INFO_REMOVE):
        return upgrade
    name, _, _, origin = (*identity.split(";"), "", "", "")[:4]
    if info == _INFO_UPDATING and origin.startswith(_IS_INSTALLED):  # of zypp's the old version, besides the new one
        return upgrade
    held = tuple(one for one in upgrade.held if one != name)
    return replace(upgrade, held=held, packages=(*upgrade.packages, Package(identity, _KINDS[info], summary)))


def _moved(upgrade: Upgrade, info: int, identity: str) -> Upgrade:
    if info in _INSTALLS_INFO:
        upgrade = _installing(upgrade)
    if info == _INFO_DOWNLOADING:
        state = State.DOWNLOADING
    elif info in _INSTALLS_INFO:
        state = State.INSTALLING
    elif info == _INFO_FINISHED:
        return _finished_one(upgrade, identity)
    else:
        return upgrade
    return _change(upgrade, identity, state, 0)


def _finished_one(upgrade: Upgrade, identity: str) -> Upgrade:
    """Downloaded; unpacked, which apt calls finished too; or really done."""
    known = next((upgrade.packages[place] for place in _places(upgrade.packages, identity)), None)
    if upgrade.stage is not Stage.INSTALLING:
        return _change(upgrade, identity, State.DOWNLOADED, 50)
    if known is not None and 50 < known.percent < 75 + 12:
        return upgrade
    return _change(upgrade, identity, State.DONE, 100)


def _change(upgrade: Upgrade, identity: str, state: State, percent: int) -> Upgrade:
    """One package is further; one that was not known, as in an upgrade that was found, is now."""

    def further(one: Package) -> Package:
        return replace(one, state=max(one.state, state), percent=max(one.percent, percent))

    packages = _with(upgrade.packages, identity, further)
    if packages is upgrade.packages and upgrade.taken_up and key_of(identity)[0]:
        packages = (*packages, further(Package(identity)))
    return replace(upgrade, packages=packages)


def _places(packages: tuple[Package, ...], identity: str) -> list[int]:
    """Where the package of that name and architecture stands. Asked for each signal, so ids are not taken apart."""
    key = key_of(identity)
    begin = key[0] + ";"
    return [place for place, one in enumerate(packages) if one.id.startswith(begin) and one.key == key]


def _with(
    packages: tuple[Package, ...], identity: str, change: Callable[[Package], Package]
) -> tuple[Package, ...]:  # fmt: skip
    """All of them, that one changed; these themselves where it is not among them."""
    for place in _places(packages, identity):
        packages = (*packages[:place], change(packages[place]), *packages[place + 1 :])
    return packages


def item(upgrade: Upgrade, untrusted_id: str, status: int, percent: int) -> Upgrade:
    """How far one package is."""
    if upgrade.work is not Work.UPGRADE or not 0 <= percent <= 100:
        return upgrade
    if status == _DOWNLOADS:
        return _change(upgrade, clean(untrusted_id), State.DOWNLOADING, percent // 2)
    return _change(_installing(upgrade), clean(untrusted_id), State.INSTALLING, 50 + percent // 2)


def failed(upgrade: Upgrade, code: int, untrusted_text: str) -> Upgrade:
    """PackageKit told of an error; the first one is the cause of those that follow."""
    if code == _CANCELLED_CODE:  # which its exit says too, and is no error
        return upgrade
    text = clean(untrusted_text)
    upgrade = said(upgrade, text)
    return replace(upgrade, error=upgrade.error or PackageError(code, text))


def said(upgrade: Upgrade, text: str) -> Upgrade:
    """Keep what was said, once."""
    if not text or text in upgrade.messages:
        return upgrade
    return replace(upgrade, messages=(*upgrade.messages, text)[-_MESSAGES_MAX:])


def restart(upgrade: Upgrade, kind: int) -> Upgrade:
    """Something has to be started anew, in PackageKit's numbers."""
    return replace(upgrade, restart=max(upgrade.restart, _RESTARTS.get(kind, Restart.NONE)))


def stopping(upgrade: Upgrade, asked: bool = True) -> Upgrade:
    """A person wants it stopped, and PackageKit has been asked; or it has refused."""
    return replace(upgrade, stopping=asked)


def finished(upgrade: Upgrade, exit_code: int) -> Upgrade:
    """The transaction has ended: what comes then, and how the whole stands."""
    work = upgrade.work
    if work is None:
        return upgrade
    over = replace(upgrade, work=None, waits_for_lock=False, waits_for_password=False, can_stop=False, stopping=False)
    if exit_code == CANCELLED:
        return replace(over, stage=Stage.STOPPED, error=None)
    if work is Work.INSTALLED:  # without it only the old versions are not known
        over = replace(over, error=None, messages=())
        some = bool(to_upgrade(over))
        return replace(over, next_work=Work.WORK_OUT) if some else replace(over, stage=Stage.UP_TO_DATE, packages=())
    if exit_code != SUCCESS or over.error is not None:
        return replace(over, stage=Stage.FAILED, failed_in=work, error=_cause(over.error, exit_code))
    if work is Work.REFRESH:
        return replace(over, next_work=Work.LOOK)
    if work is Work.LOOK and not over.packages:
        return replace(over, stage=Stage.UP_TO_DATE)
    if work is Work.LOOK:
        return replace(over, next_work=Work.INSTALLED)
    if work is Work.WORK_OUT:
        return replace(over, stage=Stage.READY)
    packages = tuple(replace(one, state=State.DONE, percent=100) for one in over.packages)
    return replace(over, stage=Stage.DONE, packages=packages, percent=100, restart=max(over.restart, _due(packages)))


def _cause(error: PackageError | None, exit_code: int) -> PackageError:
    """What it has failed of; a question says how to go on, whatever PackageKit calls it."""
    code, text = (error.code, error.text) if error else (0, "")
    return PackageError(QUESTION if exit_code in ASKS else code, text)


def _due(packages: tuple[Package, ...]) -> Restart:
    """A new kernel or hypervisor is in use after a restart only, whether PackageKit says so or not."""
    new = [one for one in packages if one.kind is not Kind.REMOVE]
    return Restart.SYSTEM if any(one.name.startswith(_NEEDS_RESTART) for one in new) else Restart.NONE


def lost(upgrade: Upgrade) -> Upgrade:
    """PackageKit has left the bus; between two transactions it does so whenever it likes."""
    return finished(failed(upgrade, GONE, ""), FAILED) if upgrade.work is not None else upgrade
