"""What connecting dom0 to the network would meet: the helper's answer understood, and in words. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from qnet_gui.model.clock import clock
from qnet_gui.model.errors import Busy, QnetError, Refused
from qnet_gui.model.messages.helper import HelperCode
from qnet_gui.model.messages.message import Message
from qnet_gui.model.translation import mark, tr, tr_count
from qnet_gui.model.wire.message_wire import from_plain

UNRESOLVED = mark("Names do not resolve at present, so an upgrade will hardly find its servers.")


@dataclass(frozen=True, slots=True)
class Preflight:
    """The answer. `pause`: who would be paused; `paused`: who is already; `names`: whether names resolve.

    `busy` says who is at another operation, and is None where nobody is; `obstacles` are what else stands in the way.
    """

    busy: Message | None
    obstacles: tuple[Message, ...]
    pause: tuple[str, ...]
    paused: tuple[str, ...]
    netvm: str
    uplink: str
    names: bool
    allowed: tuple[str, ...]
    minutes: int


def from_answer(answer: Any) -> Preflight:
    """The answer of the helper's method Preflight."""
    try:
        busy = [from_plain(message) for message in answer["busy"]]
        return Preflight(
            busy=busy[0] if busy else None,
            obstacles=tuple(from_plain(message) for message in answer["obstacles"]),
            pause=tuple(map(str, answer["pause"])),
            paused=tuple(map(str, answer["paused"])),
            netvm=str(answer["netvm"]),
            uplink=str(answer["uplink"]),
            names=bool(answer["names"]),
            allowed=tuple(map(str, answer["allowed"])),
            minutes=int(answer["minutes"]),
        )
    except (KeyError, TypeError, ValueError):
        raise QnetError(HelperCode.HELPER_OF_OTHER_VERSION) from None


def check(preflight: Preflight) -> None:
    """Raise what stands in the way; who is at another operation explains the rest."""
    if preflight.busy:
        raise Busy(preflight.busy)
    if preflight.obstacles:
        raise Refused(HelperCode.SENTENCES, sentences=preflight.obstacles)


def listed(names: Sequence[str]) -> str:
    """`work`, `work and personal`, `work, personal and vault`."""
    if len(names) < 2:
        return "".join(names)
    return tr("{names} and {last}", names=", ".join(names[:-1]), last=names[-1])


def minutes(count: int) -> str:
    """A number of minutes."""
    return tr_count("{count} minute", "{count} minutes", count, count=count)


def let_out(preflight: Preflight) -> str:
    """What dom0 will reach."""
    return listed([tr("names") if name == "names" else name for name in preflight.allowed]) or tr("nothing")


def words(preflight: Preflight, asked: int, now: float) -> str:
    """What will happen, for the person who is about to agree to it; `asked`: minutes, 0 for the default."""
    span = asked or preflight.minutes
    uplink = f", {preflight.uplink}" if preflight.uplink else ""
    lines = [
        f"dom0 will be connected to the network through {preflight.netvm}{uplink}, "
        f"for {minutes(span)}, until {clock(now + 60 * span, now)}.",
    ]
    if preflight.pause:
        lines.append(f"Paused meanwhile: {listed(preflight.pause)}.")
    else:
        lines.append("There is no other domain to be paused.")
    if preflight.paused:
        lines.append(f"Paused already, and left so: {listed(preflight.paused)}.")
    lines.append(f"Let out of dom0: {let_out(preflight)}. Nothing is let in.")
    if not preflight.names:
        lines.append(UNRESOLVED)
    return "\n".join(lines)
