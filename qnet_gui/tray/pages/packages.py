"""From how far an upgrade of packages is to what the Upgrade page shows of it, and its four stages. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from qnet_gui.model.package_upgrade.packages import (
    Kind,
    Package,
    Restart,
    Stage,
    State,
    Upgrade,
    Work,
)
from qnet_gui.model.snapshot import Dom0State
from qnet_gui.model.traffic import size_text
from qnet_gui.model.translation import mark, tr, tr_count
from qnet_gui.tray.pages.cell import Cell, Share
from qnet_gui.tray.pages.line import Line, Mark
from qnet_gui.tray.state.package_errors import why

#: What each transaction is at, and what it says when it fails.
_LOOKING = {
    Work.REFRESH: mark("Fetching the lists of packages…"),
    Work.LOOK: mark("Looking what is newer…"),
    Work.INSTALLED: mark("Looking what is installed…"),
    Work.WORK_OUT: mark("Working out what the upgrade needs…"),
}
_FAILED = {
    Work.REFRESH: mark("The lists of packages could not be fetched, so it is not known whether there are updates."),
    Work.LOOK: mark("It could not be looked up what is newer."),
    Work.WORK_OUT: mark("It could not be worked out how to upgrade."),
    Work.UPGRADE: mark("The upgrade has failed."),
}
_RESTARTS = {
    Restart.SESSION: mark("Log out and in again: the session uses what has been upgraded only then."),
    Restart.SYSTEM: mark("A restart of this computer is due: what has been upgraded is in use only then."),
}
#: What becomes of an upgrade that is under way when dom0 is disconnected, or this program ends.
_GOES_ON = {
    Stage.DOWNLOADING: mark("Packages are being downloaded, which fails without the network."),
    Stage.INSTALLING: mark("Packages are being installed, which goes on in any case."),
}
_STAGES = (mark("Check"), mark("Connect"), mark("Upgrade"), mark("Back"))


@dataclass(frozen=True, slots=True)
class PackagesPart:
    """`rows` are cells of the table, by `heads()`. `bar`: 0 to 100, -1 for a bar that only moves, None for no bar.

    `head` says how far it is, `lines` what has come of it. `look`, `start` and `stop` are what the buttons say, empty
    for a button that is not there; `can_stop`: whether stopping does no harm now, `why`: why it cannot be.
    """

    head: str = ""
    lines: tuple[Line, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()
    bar: int | None = None
    look: str = ""
    start: str = ""
    stop: bool = False
    can_stop: bool = False
    why: str = ""
    disconnects: bool = False


def heads() -> tuple[str, ...]:
    """The heads of the packages' table."""
    return tr("Package"), tr("Installed"), tr("New"), tr("Progress")


def _rows(upgrade: Upgrade) -> tuple[tuple[str, ...], ...]:
    """One a package."""
    return tuple(_row(title, package) for title, package in _titled(upgrade))


def _titled(upgrade: Upgrade) -> Iterator[tuple[str, Package]]:
    """One of several of a name stands with its architecture, and one of those with its version."""
    names = Counter(package.name for package in upgrade.packages)
    keys = Counter(package.key for package in upgrade.packages)
    for package in upgrade.packages:
        yield _title(package, names, keys), package


def _title(package: Package, names: Counter[str], keys: Counter[tuple[str, str]]) -> str:
    if names[package.name] < 2:
        return package.name
    title = ":".join(filter(None, package.key))
    return title if keys[package.key] < 2 else f"{title} {package.version}"


def _row(title: str, package: Package) -> tuple[str, ...]:
    old, new = package.old, package.version
    if package.kind is Kind.REMOVE:  # its id has the version that goes
        old, new = new, tr("is removed")
    elif package.kind is Kind.INSTALL:
        old = tr("not yet")
    if package.security:
        new = tr("{version} (security)", version=new)
    return title, old, new, _progress(package)


def _progress(package: Package) -> Cell:
    if package.state is State.DONE:
        return Cell(tr("done"), 100)
    if package.state is State.DOWNLOADED:
        return Cell(tr("downloaded"), package.percent)
    return Share(tr("{percent} %", percent=package.percent), package.percent) if package.percent else Cell("", 0)


def packages_text(count: int) -> str:
    """So many packages."""
    return tr_count("{count} package", "{count} packages", count, count=count)


def _count(upgrade: Upgrade) -> int:
    """How many packages there are in a new version afterwards."""
    return sum(package.kind is not Kind.REMOVE for package in upgrade.packages)


def bar(upgrade: Upgrade) -> int | None:
    """See `PackagesPart`."""
    if upgrade.stage.under_way and (upgrade.waits_for_password or upgrade.waits_for_lock):
        return -1
    if upgrade.percent is not None and upgrade.work is Work.UPGRADE:
        return upgrade.percent
    return -1 if upgrade.stage.under_way else None


def head(upgrade: Upgrade) -> str:
    """How far it is, in words."""
    if upgrade.stage.under_way and upgrade.stopping:
        return tr("It is being stopped…")
    if upgrade.stage.under_way and upgrade.waits_for_password:
        return tr("Waiting for the answer; a password may have been asked for.")
    if upgrade.stage.under_way and upgrade.waits_for_lock:
        return tr("Waiting for another program that installs packages…")
    count = packages_text(_count(upgrade))
    if upgrade.stage is Stage.LOOKING:
        return tr(_LOOKING[upgrade.work]) if upgrade.work in _LOOKING else tr("Looking for updates…")
    if upgrade.stage is Stage.READY and upgrade.size:
        return tr("{packages} to upgrade, {size} to download.", packages=count, size=size_text(upgrade.size))
    if upgrade.stage is Stage.READY:
        return tr("{packages} to upgrade.", packages=count)
    if upgrade.stage is Stage.DOWNLOADING:
        return tr("Downloading…")
    return tr("Installing…") if upgrade.stage is Stage.INSTALLING else ""


def _lines(upgrade: Upgrade, left: tuple[str, ...]) -> Iterator[Line]:
    if upgrade.stage is Stage.FAILED and upgrade.failed_in is not None:
        yield Line(Mark.FAILED, " ".join((tr(_FAILED[upgrade.failed_in]), why(upgrade.error))).strip())
    if upgrade.stage is Stage.STOPPED:
        yield Line(Mark.BACK, tr("It was stopped."))
    if upgrade.stage is Stage.UP_TO_DATE:
        none_newer = tr("All packages are up to date.")
        yield Line(Mark.DONE, tr("There is nothing that can be upgraded now.") if upgrade.held else none_newer)
    if upgrade.stage is Stage.DONE:
        count = _count(upgrade)
        text = tr_count(
            "{count} package has been upgraded.", "{count} packages have been upgraded.", count, count=count
        )
        yield Line(Mark.DONE, text if count else tr("The upgrade is done."))
    ready = upgrade.stage is Stage.READY
    if ready and (removed := [title for title, package in _titled(upgrade) if package.kind is Kind.REMOVE]):
        yield Line(Mark.WARNING, tr("Will be removed"), ", ".join(removed))
    if upgrade.restart in _RESTARTS:
        yield Line(Mark.WARNING, tr(_RESTARTS[upgrade.restart]))
    if left:
        text = tr("Configuration files that were changed here, and new ones, lie beside each other; compare them")
        yield Line(Mark.WARNING, text, ", ".join(left))
    if upgrade.held:
        yield Line(Mark.NOTE, tr("Held back"), ", ".join(dict.fromkeys(upgrade.held)))
    causes = upgrade.error.text if upgrade.error else ""
    yield from (Line(Mark.NOTE, message) for message in upgrade.messages if message != causes)


def _why_not_stopped(upgrade: Upgrade) -> str:
    if upgrade.stopping:
        return tr("It is being stopped…")
    return "" if upgrade.can_stop else tr("It cannot be stopped now without harm.")


def packages(upgrade: Upgrade, left: tuple[str, ...], is_open: bool, own: bool = True) -> PackagesPart:
    """The part of the page; `is_open`: whether dom0 is connected, without which nothing can be begun.

    `own`: whether it is this person's, at the end of which dom0 is disconnected if that is chosen.
    """
    count = packages_text(_count(upgrade))
    looks_again = upgrade.stage in (Stage.FAILED, Stage.STOPPED, Stage.UP_TO_DATE, Stage.READY, Stage.DONE)
    look = tr("Look again") if looks_again else tr("Look for updates")
    return PackagesPart(
        head=head(upgrade),
        lines=tuple(_lines(upgrade, left)),
        rows=_rows(upgrade),
        bar=bar(upgrade),
        look=look if is_open and not upgrade.stage.under_way else "",
        start=tr("Upgrade {packages}", packages=count) if is_open and upgrade.stage is Stage.READY else "",
        stop=upgrade.stage.under_way,
        can_stop=upgrade.can_stop and not upgrade.stopping,
        why=_why_not_stopped(upgrade),
        disconnects=is_open and own,
    )


def going_on(stage: Stage) -> str:
    """What whoever is about to leave should know of an upgrade; empty if nothing."""
    return tr(_GOES_ON[stage]) if stage in _GOES_ON else ""


def is_shown(upgrade: Upgrade, present: bool | None, state: Dom0State) -> bool:
    """Whether there is anything to be shown of packages: a way to upgrade them, or what has come of it."""
    return upgrade.stage is not Stage.NONE or (bool(present) and state is Dom0State.OPEN)


def stages(state: Dom0State, ready: bool, upgrade: Upgrade) -> tuple[Line, ...]:
    """The four of them; `ready`: nothing stands in the way of connecting dom0."""
    over = upgrade.stage.went_well
    failed = upgrade.stage is Stage.FAILED
    if state is Dom0State.CLOSED and upgrade.stage.under_way:  # disconnected in the middle; what is loaded is installed
        marks = [Mark.DONE, Mark.DONE, Mark.BEGUN, Mark.DONE]
    elif state is Dom0State.CLOSED:
        marks = [Mark.DONE] * 4 if over else [Mark.DONE if ready else Mark.BEGUN, *[Mark.TO_DO] * 3]
    elif state is Dom0State.CONNECTING:
        marks = [Mark.DONE, Mark.BEGUN, Mark.BEGUN if upgrade.stage.under_way else Mark.TO_DO, Mark.TO_DO]
    else:
        third = Mark.DONE if over else Mark.FAILED if failed else Mark.BEGUN
        back = Mark.TO_DO if state is Dom0State.OPEN else Mark.BEGUN
        marks = [Mark.DONE, Mark.DONE, third, back]
    named = enumerate(zip(marks, _STAGES, strict=True), 1)
    return tuple(Line(sign, f"{number}. {tr(text)}") for number, (sign, text) in named)
