"""How far the window with the netvm's screen is, and what it shows and says of that. Pure."""

from __future__ import annotations

import enum
from dataclasses import dataclass

from qnet_gui.model.domain import Label, Netvm, NetvmState
from qnet_gui.model.errors import Busy, NoAnswer, QnetError
from qnet_gui.model.messages.message import Message
from qnet_gui.model.messages.screen import ScreenCode
from qnet_gui.model.sentence import sentence
from qnet_gui.model.snapshot import Snapshot
from qnet_gui.model.translation import tr
from qnet_gui.model.wire.answers import HelperAway

#: Seconds until a picture that has ended is asked for again: twice as many each time, and no more than this.
_AGAIN_MAX = 10.0


class ScreenPhase(enum.Enum):
    """What becomes of it: WAITS asks by itself, after a delay or when there is a netvm; after STOPPED only a person."""

    WAITS = "waits"
    ASKED = "asked"
    SHOWN = "shown"
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True)
class ScreenProgress:
    """`error`: why there is no picture, where somebody has said so; `failures`: in a row, without one between them."""

    phase: ScreenPhase = ScreenPhase.WAITS
    error: Message | None = None
    failures: int = 0

    @property
    def delay(self) -> float:
        """Seconds until it is asked for again."""
        return min(2.0 ** max(self.failures - 1, 0), _AGAIN_MAX)


@dataclass(frozen=True, slots=True)
class ScreenView:
    """`name` and `label` of the domain that the window is about; `word`: what stands in the picture's place, empty
    where there is a picture. `again`: whether a person can ask anew.
    """

    title: str
    name: str
    label: Label
    word: str = ""
    again: bool = False


def asked(progress: ScreenProgress) -> ScreenProgress:
    """The helper is asked for a window."""
    return ScreenProgress(ScreenPhase.ASKED, None, progress.failures)


def opened(progress: ScreenProgress) -> ScreenProgress:
    """There is a picture."""
    return ScreenProgress(ScreenPhase.SHOWN, None, progress.failures)


def painted(progress: ScreenProgress) -> ScreenProgress:
    """Something has come into it, so what failed before is over."""
    return ScreenProgress(progress.phase)


def ended(progress: ScreenProgress) -> ScreenProgress:
    """It has ended: its netvm, or `qnet-display`."""
    return ScreenProgress(ScreenPhase.WAITS, None, progress.failures + 1)


def taken() -> ScreenProgress:
    """Another window has it, as on another display: two that ask anew would take it from each other."""
    return ScreenProgress(ScreenPhase.STOPPED)


def failed(progress: ScreenProgress, error: QnetError) -> ScreenProgress:
    """There is none because of that. It is asked for again where that may pass by itself, and nobody would tell."""
    passes = isinstance(error, NoAnswer | Busy | HelperAway) or error.message.code is ScreenCode.SCREEN_NOT_YET
    if passes:
        return ScreenProgress(ScreenPhase.WAITS, error.message, progress.failures + 1)
    return ScreenProgress(ScreenPhase.STOPPED, error.message)


def forgotten() -> ScreenProgress:
    """It is about another netvm from now on, or about one that has another state: what was so may be so no more."""
    return ScreenProgress()


def may_ask(snapshot: Snapshot | None) -> bool:
    """Whether there is a netvm that could have a screen; else the next snapshot may tell of one."""
    return snapshot is not None and snapshot.netvm.id > 0 and snapshot.netvm.state is not NetvmState.PAUSED


def view(
    progress: ScreenProgress, netvm: Netvm, snapshot: Snapshot | None, unreadable: bool = False
) -> ScreenView:  # fmt: skip
    """What the window shows; `netvm`: whom it is about, and `snapshot`: how things are now."""
    title = tr("Screen of {name}", name=netvm.name)
    if progress.phase is ScreenPhase.SHOWN:
        return ScreenView(title, netvm.name, netvm.label)
    again = progress.phase is ScreenPhase.STOPPED or (progress.phase is ScreenPhase.WAITS and may_ask(snapshot))
    return ScreenView(title, netvm.name, netvm.label, _word(progress, netvm, snapshot, unreadable), again)


def _word(progress: ScreenProgress, netvm: Netvm, snapshot: Snapshot | None, unreadable: bool) -> str:
    if snapshot is None:
        return sentence(None, unreadable)
    if netvm.state is NetvmState.ABSENT:
        return tr("{name} is not running. Its screen comes when it does.", name=netvm.name)
    if netvm.state is NetvmState.PAUSED:
        return tr("{name} is paused. Its screen comes when it goes on.", name=netvm.name)
    starting = netvm.state is NetvmState.STARTING and not snapshot.unreported
    if progress.error is not None and not (starting and progress.error.code is ScreenCode.SCREEN_NOT_YET):
        return progress.error.translated
    if starting:
        return tr("{name} is starting. Its screen comes by itself.", name=netvm.name)
    if progress.phase is ScreenPhase.ASKED:
        return tr("Asking for the screen of {name}…", name=netvm.name)
    if progress.phase is ScreenPhase.STOPPED:
        return tr("Another window has the screen of {name} now.", name=netvm.name)
    return tr("The screen of {name} has gone. It is asked for again.", name=netvm.name)
