"""Upgrades what there is beside a real PackageKit, and prints each state as JSON.

By the command line's own client, or, with `tray`, by the applet's; `offline` takes the default route away first.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys

from qnet_gui.cli.dom0.packages import Packages
from qnet_gui.model.package_upgrade.packages import Stage, Upgrade, Work
from qnet_gui.runtime.left_files import left_since
from qnet_gui.tray.qt import QCoreApplication, QDBusConnection, QEventLoop
from qnet_gui.tray.session.package_upgrade import PackageUpgrade


def say(kind: str, upgrade: Upgrade) -> None:
    packages = [
        [one.name, one.kind.name, one.old, one.version, one.state.name, one.percent] for one in upgrade.packages
    ]
    error = [upgrade.error.code, upgrade.error.text] if upgrade.error else None
    print(json.dumps([kind, upgrade.stage.value, upgrade.percent, packages, error]), flush=True)


def by_command() -> None:
    client = Packages(lambda upgrade: say("state", upgrade), lambda _: None)
    assert client.present()
    client.run(Work.REFRESH)
    if client.upgrade.stage is Stage.READY:
        client.run(Work.UPGRADE)
        print(json.dumps(["left", left_since(client.began)]), flush=True)
        client.run(Work.REFRESH)
    by_persons()
    say("end", client.upgrade)
    client.close()


def by_applet() -> None:
    application = QCoreApplication([])
    assert application
    client, loop = PackageUpgrade(QDBusConnection.systemBus()), QEventLoop()
    client.changed.connect(lambda: say("state", client.upgrade))
    client.ended.connect(loop.quit)
    client.look_for_updates()
    loop.exec_()
    if client.upgrade.stage is Stage.READY:
        client.start()
        loop.exec_()
        print(json.dumps(["left", client.left]), flush=True)
        client.look_for_updates()
        loop.exec_()
    by_persons()
    say("end", client.upgrade)
    os._exit(0)  # nobody waits for the thread of Qt's D-Bus with Python's lock in his hand


def by_persons() -> None:
    """Say which of the packages count as chosen by a person."""
    chosen = subprocess.run(["/usr/bin/apt-mark", "showmanual"], check=True, capture_output=True, text=True).stdout
    print(json.dumps(["chosen", [name for name in chosen.split() if name.startswith("qnet-")]]), flush=True)


if "offline" in sys.argv:
    subprocess.run(["/usr/sbin/ip", "route", "del", "default"], check=True)
if "tray" in sys.argv:
    by_applet()
else:
    by_command()
