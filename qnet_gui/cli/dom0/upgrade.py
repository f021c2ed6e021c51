"""`qnet upgrade`: what the window's page does, at a terminal: connect dom0, upgrade its packages, disconnect it."""

from __future__ import annotations

import sys
from argparse import Namespace
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING, TextIO

from qnet_gui.cli import hangups
from qnet_gui.cli.question import asked
from qnet_gui.model.errors import NotFound
from qnet_gui.model.messages.upgrade import UpgradeCode
from qnet_gui.model.package_upgrade.packages import Stage, Upgrade, Work, clean
from qnet_gui.model.snapshot import Dom0State
from qnet_gui.runtime.left_files import left_since
from qnet_gui.tray.pages.line import Mark
from qnet_gui.tray.pages.packages import PackagesPart, bar, head, packages

if TYPE_CHECKING:
    from qnet_gui.cli.dom0.packages import Packages

INTERRUPTED = 130
_WIPE = "\r\x1b[K"


class Shown:
    """How far it is: at a terminal in one line that changes, else a line for each thing that begins."""

    def __init__(self, stream: TextIO) -> None:
        self._stream, self._live = stream, stream.isatty()
        self._last, self._pending = "", False

    def __call__(self, upgrade: Upgrade) -> None:
        """It is further."""
        said = head(upgrade)
        if not said or upgrade.stage is Stage.READY:
            return
        done = bar(upgrade)
        percent = f" {done} %" if self._live and done is not None and done >= 0 else ""
        text = f"  {said}{percent}"
        if text != self._last:
            self._last, self._pending = text, self._live
            self._print((_WIPE if self._live else "") + text, "" if self._live else "\n")

    def cannot_stop(self, untrusted_why: str) -> None:
        """Somebody wants it stopped, and it is refused, or at a moment when that does harm."""
        why = clean(untrusted_why)
        harm = "It cannot be stopped now without harm. It goes on to its end."
        self.say(f"It is not stopped: {why}" if why else harm)

    def say(self, text: str) -> None:
        """A line that stays."""
        self._print((_WIPE if self._pending else "") + text, "\n")
        self._pending, self._last = False, ""

    def _print(self, text: str, end: str) -> None:
        """That nobody can see it is no reason to stop, and none to leave what is to be stopped."""
        with suppress(OSError):
            print(text, end=end, file=self._stream, flush=True)


def upgrade(arguments: Namespace) -> int:
    """`qnet upgrade`. What it has connected it disconnects, however it ends; the helper's deadline is the net."""
    from qnet_gui.cli.dom0.packages import Packages

    shown = Shown(sys.stdout)
    service = Packages(shown, shown.cannot_stop)
    try:
        if not service.present():
            raise NotFound(UpgradeCode.NO_PACKAGEKIT)
        if service.find():
            shown.say("An upgrade is under way already.")
            service.wait()
            return _result(service, shown)
        return _connected(arguments, lambda: _upgraded(service, arguments, shown))
    finally:
        service.close()


def _connected(arguments: Namespace, then: Callable[[], int]) -> int:
    """Do something while dom0 is connected, and leave it as it was, though the terminal is closed meanwhile."""
    from qnet_gui.cli.bus.helper import Helper
    from qnet_gui.cli.dom0 import connection

    if Helper().snapshot()[1].dom0.state is Dom0State.OPEN:
        return then()
    with hangups.as_ctrl_c():
        if status := connection.up(Namespace(minutes=arguments.minutes, json=False)):
            return status
        try:
            return then()
        finally:
            with hangups.ignored():
                connection.down(Namespace(at=None, if_connected=True, json=False))


def _upgraded(service: Packages, arguments: Namespace, shown: Shown) -> int:
    service.run(Work.REFRESH)
    if service.upgrade.stage is not Stage.READY:
        return _result(service, shown)
    shown.say(listed(packages(service.upgrade, (), True)))
    if not arguments.yes and not asked("Upgrade them?"):
        shown.say("Nothing was upgraded.")
        return 1
    service.run(Work.UPGRADE)
    return _result(service, shown)


def listed(part: PackagesPart) -> str:
    """The packages as a table, below a line that counts them."""
    widths = [max((len(row[column]) for row in part.rows), default=0) for column in range(2)]
    lines = [f"  {name:<{widths[0]}}  {old:<{widths[1]}}  {new}" for name, old, new, _ in part.rows]
    held = [f"{line.text}: {line.detail}" for line in part.lines if line.detail]
    return "\n".join([part.head, *lines, *held])


def _result(service: Packages, shown: Shown) -> int:
    """Say what has come of it."""
    done = service.upgrade.stage is Stage.DONE or service.upgrade.failed_in is Work.UPGRADE
    part = packages(service.upgrade, left_since(service.began) if done else (), False)
    for line in part.lines:
        text = f"{line.text}: {line.detail}" if line.detail else line.text
        if line.mark is Mark.FAILED:
            shown.say("")
            print(f"qnet: {text}", file=sys.stderr, flush=True)
        else:
            shown.say(text)
    if service.upgrade.stage is Stage.STOPPED:
        return INTERRUPTED
    return 0 if service.upgrade.stage in (Stage.DONE, Stage.UP_TO_DATE) else 1
