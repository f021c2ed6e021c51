"""What is told at the end of an upgrade of dom0's packages: maybe nobody has looked at its page for an hour. Pure."""

from __future__ import annotations

from qnet_gui.model.package_upgrade.packages import Kind as PackageKind
from qnet_gui.model.package_upgrade.packages import Restart, Stage, Upgrade, Work
from qnet_gui.model.translation import tr, tr_count
from qnet_gui.tray.state.menu import Action
from qnet_gui.tray.state.notifications import DONE, FAILED, Kind, Notification
from qnet_gui.tray.state.package_errors import why

_SHOW = (Action.UPGRADE,)


def notification(upgrade: Upgrade) -> Notification | None:
    """How it has ended; None when that was no upgrade, or when a person has stopped it."""
    if upgrade.stage is Stage.FAILED and upgrade.failed_in is Work.UPGRADE:
        words = why(upgrade.error).partition("\n")[0]
        return Notification(Kind.PACKAGES, tr("The upgrade of dom0's packages has failed"), words, _SHOW, icon=FAILED)
    if upgrade.stage is not Stage.DONE:
        return None
    count = sum(package.kind is not PackageKind.REMOVE for package in upgrade.packages)
    text = tr_count("{count} package has been upgraded.", "{count} packages have been upgraded.", count, count=count)
    parts = [text] if count else []
    if upgrade.restart is Restart.SYSTEM:
        parts.append(tr("A restart of this computer is due."))
    return Notification(Kind.PACKAGES, tr("dom0's packages are upgraded"), " ".join(parts), _SHOW, icon=DONE)
