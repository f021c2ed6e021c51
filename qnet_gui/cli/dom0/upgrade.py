"""`qnet upgrade`: what the window's page does, at a terminal: connect dom0, upgrade its packages, disconnect it."""

from __future__ import annotations

import sys
from argparse import Namespace
from collections.abc import Callable
from typing import TYPE_CHECKING

from qnet_gui.cli import hangups
from qnet_gui.cli.dom0.upgrade_output import ForPrograms, Shown, UpgradeOutput
from qnet_gui.cli.question import asked
from qnet_gui.model.errors import BadInput, NotFound
from qnet_gui.model.messages.upgrade import UpgradeCode
from qnet_gui.model.messages.values import ValueCode
from qnet_gui.model.package_upgrade.packages import Stage, Work
from qnet_gui.model.snapshot import Dom0State
from qnet_gui.runtime.left_files import left_since
from qnet_gui.tray.pages.packages import packages

if TYPE_CHECKING:
    from qnet_gui.cli.dom0.packages import Packages

INTERRUPTED = 130


def upgrade(arguments: Namespace) -> int:
    """`qnet upgrade`. What it has connected it disconnects, however it ends; the helper's deadline is the net."""
    from qnet_gui.cli.dom0.packages import Packages

    if arguments.json and not arguments.yes:
        raise BadInput(ValueCode.JSON_ASKS_NOBODY)
    shown: UpgradeOutput = ForPrograms(sys.stdout) if arguments.json else Shown(sys.stdout)
    service = Packages(shown, shown.cannot_stop)
    try:
        if not service.present():
            raise NotFound(UpgradeCode.NO_PACKAGEKIT)
        if service.find():
            shown.say("An upgrade is under way already.")
            service.wait()
            status = _result(service, shown)
        else:
            status = _connected(arguments, lambda: _upgraded(service, arguments, shown))
    finally:
        service.close()
    shown.close()
    return status


def _connected(arguments: Namespace, then: Callable[[], int]) -> int:
    """Do something while dom0 is connected, and leave it as it was, though the terminal is closed meanwhile."""
    from qnet_gui.cli.bus.helper import Helper
    from qnet_gui.cli.dom0 import connection

    if Helper().snapshot()[1].dom0.state is Dom0State.OPEN:
        return then()
    with hangups.as_ctrl_c():
        if status := connection.up(arguments):
            return status
        try:
            return then()
        finally:
            with hangups.ignored():
                arguments.at, arguments.if_connected = None, True
                connection.down(arguments)


def _upgraded(service: Packages, arguments: Namespace, shown: UpgradeOutput) -> int:
    service.run(Work.REFRESH)
    if service.upgrade.stage is not Stage.READY:
        return _result(service, shown)
    shown.packages(packages(service.upgrade, (), True))
    if not arguments.yes and not asked("Upgrade them?"):
        shown.say("Nothing was upgraded.")
        return 1
    service.run(Work.UPGRADE)
    return _result(service, shown)


def _result(service: Packages, shown: UpgradeOutput) -> int:
    """Say what has come of it."""
    done = service.upgrade.stage is Stage.DONE or service.upgrade.failed_in is Work.UPGRADE
    shown.result(service.upgrade.stage, packages(service.upgrade, left_since(service.began) if done else (), False))
    if service.upgrade.stage is Stage.STOPPED:
        return INTERRUPTED
    return 0 if service.upgrade.stage.went_well else 1
