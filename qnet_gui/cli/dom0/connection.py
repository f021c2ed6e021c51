"""`qnet dom0`: connect dom0 to the network for an upgrade of its packages, and back; how it is; more time."""

from __future__ import annotations

import json
import os
import signal
import time
from argparse import ArgumentParser, ArgumentTypeError, Namespace
from collections.abc import Callable
from typing import TYPE_CHECKING

from qnet_gui.model.clock import clock, next_at
from qnet_gui.model.errors import QnetError
from qnet_gui.model.messages.upgrade import UpgradeCode
from qnet_gui.model.outcome import CONNECT, DOM0_KINDS, gone_wrong
from qnet_gui.model.preflight import check, listed, minutes, words
from qnet_gui.model.problem import OTHERS_CODES
from qnet_gui.model.snapshot import MINUTES_MAX, Dom0State, Snapshot
from qnet_gui.runtime.users import user_name

if TYPE_CHECKING:
    from qnet_gui.cli.bus.line import Line
    from qnet_gui.cli.bus.progress import Display

#: How often, and after how many seconds each, it is looked whether a password was given at the last moment.
_LOOKS, _LOOK = 3, 0.2
_UNDER_WAY = {Dom0State.CONNECTING: "being connected to", Dom0State.CLOSING: "being disconnected from"}


def _how_it_ended(snapshot: Snapshot, now: float) -> str:
    """What went wrong last, if anything did: else a failure would pass for how it should be."""
    last = gone_wrong(snapshot.ended)
    if last is None:
        return ""
    at, why = clock(last.at, now), dict(last.outcome.arguments).get("why", "")
    if not last.error:
        return f" It was disconnected at {at}: {why}"
    return f" {'Connecting' if last.kind == CONNECT else 'Disconnecting'} it failed at {at}: {last.outcome.english}"


def state(snapshot: Snapshot, now: float) -> str:
    """How dom0 stands to the network, in words."""
    dom0 = snapshot.dom0
    if dom0.state is Dom0State.CLOSED:
        return f"dom0 is not connected to the network.{_how_it_ended(snapshot, now)}"
    if dom0.state is Dom0State.OPEN:
        left = max(0, round((dom0.until - now) / 60))
        whose = f" {dom0.by} connected it." if dom0.by else ""
        text = f"dom0 is connected to the network until {clock(dom0.until, now)}, for another {minutes(left)}.{whose}"
    else:
        text = f"dom0 is {_UNDER_WAY[dom0.state]} the network."
    return f"{text} Paused meanwhile: {listed(dom0.paused)}." if dom0.paused else text


def status(arguments: Namespace) -> int:
    """`qnet dom0 status`."""
    from qnet_gui.cli import show
    from qnet_gui.cli.bus.helper import Helper

    wire, snapshot, _ = Helper().snapshot()
    if arguments.json:
        ended = [operation for operation in wire["ended"] if operation["kind"] in DOM0_KINDS]
        print(json.dumps({**wire["dom0"], "ended": ended}, indent=2))
        return 0
    print(state(snapshot, time.time()))
    codes = OTHERS_CODES
    if problems := [one for one in snapshot.problems if one.code.startswith("dom0-") or one.code in codes]:
        print(show.problems(problems))
    return 0


def _tell(snapshot: Snapshot) -> str:
    return state(snapshot, time.time())


def up(arguments: Namespace) -> int:
    """`qnet dom0 up`: says what will happen; asks for no password when it cannot.

    A terminal that is closed is like Ctrl-C at it, and what is shown there then is no reason to stop.
    """
    from qnet_gui.cli.bus import operations, progress
    from qnet_gui.cli.bus.helper import Helper

    def connect(line: Line, shown_on: Display) -> int:
        display = progress.Unfailing(shown_on)
        preflight = Helper().preflight()
        check(preflight)
        display.say(words(preflight, arguments.minutes, time.time()))
        try:
            number = line.call("ConnectDom0", "u", arguments.minutes)
        except KeyboardInterrupt:
            line.close()
            return _withdrawn(display)
        try:
            display.ended("", operations.follow(line, display, number))
        except KeyboardInterrupt:
            return _put_back(line, display)
        return 0

    return operations.run(arguments, connect, _tell)


def _put_back(line: Line, display: Display) -> int:
    """Ctrl-C while dom0 is being connected: somebody wants it not to be."""
    from qnet_gui.cli.bus import operations, progress

    line.ignore_hangup()
    display.say("Interrupted. Everything is being put back.")
    try:
        outcome = operations.follow(line, display, line.call("DisconnectDom0"))
    except KeyboardInterrupt:
        progress.interrupted(display, "The network helper goes on putting everything back.")
    except QnetError as error:
        raise type(error)(UpgradeCode.NOT_PUT_BACK, why=error.message) from error
    else:
        progress.interrupted(display, f"Everything has been put back. {outcome}")
    return operations.INTERRUPTED


def _withdrawn(display: Display) -> int:
    """Ctrl-C before the answer, maybe at the password. It may have been given just before, and then that counts.

    A session that ends sends one signal after the other; the second is not to end this.
    """
    from qnet_gui.cli.bus import operations, progress
    from qnet_gui.cli.bus.helper import Helper
    from qnet_gui.cli.bus.line import Line
    from qnet_gui.cli.hangups import HANGUPS

    for number in HANGUPS:
        signal.signal(number, signal.SIG_IGN)
    me = user_name(os.getuid())
    for _ in range(_LOOKS):
        time.sleep(_LOOK)
        snapshot = Helper().snapshot()[1]
        connects = snapshot.operation.kind == "connect" and snapshot.operation.by == me
        if connects or (snapshot.dom0.state is not Dom0State.CLOSED and snapshot.dom0.by == me):
            with Line() as line:
                return _put_back(line, display)
    progress.interrupted(display, "Interrupted. Nothing has been changed.")
    return operations.INTERRUPTED


def _stays(display: Display, until: int) -> int:
    display.ended("", f"dom0 stays connected until {clock(until)}.", until=until)
    return 0


def _connected() -> bool:
    """Whether there is anything to be disconnected; no helper is started for that, since its start sees to it."""
    from qnet_gui.cli.bus.helper import Helper

    helper = Helper()
    return helper.runs() and helper.snapshot()[1].dom0.state is not Dom0State.CLOSED


def down(arguments: Namespace) -> int:
    """`qnet dom0 down`."""
    from qnet_gui.cli.bus import operations

    def later(line: Line, display: Display) -> int:
        hours, at_minutes = arguments.at
        return _stays(display, line.call("DisconnectDom0At", "x", next_at(hours, at_minutes, time.time())))

    if arguments.if_connected and not _connected():
        return 0
    if arguments.at:
        return operations.run(arguments, later, _tell)
    return operations.run(arguments, operations.operation("DisconnectDom0", ""), _tell)


def extend(arguments: Namespace) -> int:
    """`qnet dom0 extend`."""
    from qnet_gui.cli.bus import operations

    def extend_time(line: Line, display: Display) -> int:
        return _stays(display, line.call("ExtendDom0", "u", arguments.minutes))

    return operations.run(arguments, extend_time, _tell)


def span(text: str) -> int:
    """So many minutes, as an option of the command line says it."""
    if not (text.isascii() and text.isdigit() and 1 <= int(text) <= MINUTES_MAX):
        raise ArgumentTypeError(f"{text!r} is not a whole number between 1 and {MINUTES_MAX}")
    return int(text)


def _time_of_day(text: str) -> tuple[int, int]:
    try:
        parsed = time.strptime(text, "%H:%M")
    except ValueError:
        raise ArgumentTypeError(f"{text!r} is not a time of day such as 11:46") from None
    return parsed.tm_hour, parsed.tm_min


def add_parser(verb: Callable[..., ArgumentParser]) -> None:
    """Add the verbs to `qnet dom0`."""
    connecting = verb(
        "up", up, "connect dom0 to the network, for an upgrade of its packages",
        " Says what will be done first; what stands in the way is said without asking for a password. All other domains"
        " are paused meanwhile. After the given time dom0 is disconnected by itself. Ctrl-C puts everything back.",
    )  # fmt: skip
    connecting.add_argument("--minutes", type=span, default=0, metavar="N", help="for how long (default: configured)")
    disconnecting = verb(
        "down", down, "disconnect dom0 again", " Domains that were paused for it go on, and no others."
    )
    disconnecting.add_argument(
        "--at", type=_time_of_day, metavar="HH:MM", help="not now, but at this time of day, whatever the deadline was"
    )
    disconnecting.add_argument(
        "--if-connected", action="store_true", help="do and say nothing where dom0 is not connected, or no helper runs"
    )
    asking = verb("status", status, "say whether dom0 is connected, until when, and who is paused")
    extending = verb("extend", extend, "keep dom0 connected for so many minutes more")
    extending.add_argument("minutes", type=span, metavar="MINUTES", help=f"1 to {MINUTES_MAX}")
    for parser in (connecting, disconnecting, asking, extending):
        parser.add_argument("--json", action="store_true", help="print JSON, for programs")
