"""How an upgrade of packages is shown on the command line: as lines to a person, as JSON to a program."""

from __future__ import annotations

import sys
from contextlib import suppress
from typing import Any, Protocol, TextIO

from qnet_gui.cli.streams import print_json
from qnet_gui.model.errors import FAILED
from qnet_gui.model.package_upgrade.packages import Stage, Upgrade, clean
from qnet_gui.tray.pages.line import Mark
from qnet_gui.tray.pages.packages import PackagesPart, bar, head

_WIPE = "\r\x1b[K"


class UpgradeOutput(Protocol):
    """Where it is shown. That nobody can see it is no reason to stop, and none to leave what is to be stopped."""

    def __call__(self, upgrade: Upgrade) -> None:
        """It is further."""
        ...

    def cannot_stop(self, untrusted_why: str) -> None:
        """Somebody wants it stopped, and it is refused, or at a moment when that does harm."""
        ...

    def say(self, text: str) -> None:
        """A line that stays."""
        ...

    def packages(self, part: PackagesPart) -> None:
        """What there is to be upgraded."""
        ...

    def result(self, stage: Stage, part: PackagesPart) -> None:
        """What has come of it."""
        ...

    def close(self) -> None:
        """Nothing more comes, of dom0's connection neither."""
        ...


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
        """See `UpgradeOutput`."""
        self.say(_not_stopped(untrusted_why))

    def say(self, text: str) -> None:
        """A line that stays."""
        self._print((_WIPE if self._pending else "") + text, "\n")
        self._pending, self._last = False, ""

    def packages(self, part: PackagesPart) -> None:
        """See `UpgradeOutput`."""
        self.say(listed(part))

    def result(self, stage: Stage, part: PackagesPart) -> None:
        """See `UpgradeOutput`."""
        for line in part.lines:
            text = f"{line.text}: {line.detail}" if line.detail else line.text
            if line.mark is Mark.FAILED:
                self.say("")
                print(f"qnet: {text}", file=sys.stderr, flush=True)
            else:
                self.say(text)

    def close(self) -> None:
        """Nothing."""

    def _print(self, text: str, end: str) -> None:
        with suppress(OSError):
            print(text, end=end, file=self._stream, flush=True)


class ForPrograms:
    """A JSON object a line: one for each stage and percentage, and when dom0 is as it was before, a last one."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._last: tuple[str, int | None] = "", None
        self._result: dict[str, Any] | None = None

    def __call__(self, upgrade: Upgrade) -> None:
        """See `UpgradeOutput`."""
        said, percent = head(upgrade), bar(upgrade)
        percent = percent if percent is not None and percent >= 0 else None
        if said and upgrade.stage is not Stage.READY and self._last != (said, percent):
            self._last = said, percent
            self._print(stage=upgrade.stage.value, text=said, percent=percent)

    def cannot_stop(self, untrusted_why: str) -> None:
        """See `UpgradeOutput`."""
        self.say(_not_stopped(untrusted_why))

    def say(self, text: str) -> None:
        """See `UpgradeOutput`."""
        self._print(text=text)

    def packages(self, part: PackagesPart) -> None:
        """See `UpgradeOutput`."""
        rows = [{"name": name, "installed": old, "new": new} for name, old, new, _ in part.rows]
        self._print(text=part.head, packages=rows)

    def result(self, stage: Stage, part: PackagesPart) -> None:
        """See `UpgradeOutput`."""
        lines = [{"text": line.text, "detail": line.detail} for line in part.lines]
        sentence = part.lines[0].text if part.lines else part.head
        self._result = {
            "error": "" if stage.went_well else FAILED, "sentence": sentence, "stage": stage.value, "lines": lines
        }  # fmt: skip

    def close(self) -> None:
        """See `UpgradeOutput`."""
        if self._result is not None:
            self._print(**self._result)

    def _print(self, **fields: Any) -> None:
        with suppress(OSError):
            print_json(fields, self._stream)


def _not_stopped(untrusted_why: str) -> str:
    why = clean(untrusted_why)
    return f"It is not stopped: {why}" if why else "It cannot be stopped now without harm. It goes on to its end."


def listed(part: PackagesPart) -> str:
    """The packages as a table, below a line that counts them."""
    widths = [max((len(row[column]) for row in part.rows), default=0) for column in range(2)]
    lines = [f"  {name:<{widths[0]}}  {old:<{widths[1]}}  {new}" for name, old, new, _ in part.rows]
    held = [f"{line.text}: {line.detail}" for line in part.lines if line.detail]
    return "\n".join([part.head, *lines, *held])
