"""`qnet netvm`: which domain the others reach the network through, another choice, and to start and stop it.

Root starts and stops it here, since that is what the service runs; for anybody else, and in a lab, the helper has it
done.
"""

from __future__ import annotations

import json
import os
import sys
from argparse import SUPPRESS, ArgumentParser, ArgumentTypeError, Namespace
from collections.abc import Callable
from pathlib import Path

from qnet_gui.cli import netvm_make
from qnet_gui.model.domain import DOM0_NAMES
from qnet_gui.model.errors import QnetError
from qnet_gui.model.snapshot import Snapshot

_WARNING = """\
WARNING: with dom0 as the netvm, its network drivers and stack can be attacked from outside.
WARNING: whoever succeeds there owns the whole machine. Choose a separate netvm."""

#: The lab's machine, which no other dom0 has; its adapter is not imported for its path alone.
_LAB = Path("/run/xen/lab-hypervisor")
#: Seconds that may be waited for at most.
_WAIT_MAX = 3600


def get(arguments: Namespace) -> int:
    """`qnet netvm get`."""
    from qnet_gui.cli.bus.helper import Helper

    wire, snapshot, _ = Helper().snapshot()
    print(json.dumps(wire["netvm"], indent=2) if arguments.json else snapshot.netvm.name)
    return 0


def _tell(snapshot: Snapshot) -> str:
    return f"{snapshot.netvm.name} is the netvm."


def set_(arguments: Namespace) -> int:
    """`qnet netvm set`."""
    from qnet_gui.cli.bus import operations

    if arguments.name in DOM0_NAMES:
        print(_WARNING, file=sys.stderr)
    return operations.run(
        arguments, operations.operation("SetDefaultNetvm", "sb", arguments.name, arguments.move), _tell
    )


def service(arguments: Namespace) -> int:
    """`qnet netvm start`, `stop`, `restart`."""
    whom = (arguments.name or "") if arguments.verb == "stop" else ""
    if (os.geteuid() or _LAB.exists()) and not whom:
        return _by_helper(arguments)
    from qnet_gui.cli.bus import progress
    from qnet_gui.dom0.netvm_lifecycle.run import run
    from qnet_gui.dom0.netvm_lifecycle.service import Limits

    shown_on = progress.Unfailing(progress.display(arguments.json))  # the way back least of all stops for that
    limits = Limits(shutdown=arguments.wait) if arguments.verb == "stop" else Limits(agent=arguments.wait)
    try:
        outcome = run(arguments.verb, limits, lambda *step: shown_on.step(0, *step), whom)
    except QnetError as error:
        shown_on.ended(error.dbus_name, error.message)
        arguments.end_told = True
        raise
    except KeyboardInterrupt:
        progress.interrupted(shown_on, "Interrupted.")
        arguments.end_told = True
        raise
    shown_on.ended("", outcome)
    return 0


def _by_helper(arguments: Namespace) -> int:
    from qnet_gui.cli.bus import operations

    return operations.run(arguments, operations.operation(f"{arguments.verb.title()}Netvm", ""), _tell_state)


def _tell_state(snapshot: Snapshot) -> str:
    return f"{snapshot.netvm.name} is {snapshot.netvm.state.value}."


def _seconds(text: str) -> float:
    if not text.isdecimal() or not 1 <= int(text) <= _WAIT_MAX:
        raise ArgumentTypeError(f"{text} is not a number of seconds between 1 and {_WAIT_MAX}")
    return float(text)


def candidates(snapshot: Snapshot) -> list[str]:
    """Who might be the netvm: the one that is, and domains that can serve."""
    return sorted({snapshot.netvm.name, *(domain.name for domain in snapshot.domains if domain.serves)})


def add_parser(verb: Callable[..., ArgumentParser]) -> None:
    """Add the verbs to `qnet netvm`."""
    parser = verb("get", get, "print the name of the netvm")
    parser.add_argument("--json", action="store_true", help="print JSON, for programs")
    parser = verb(
        "set", set_, "choose the netvm",
        " It must run, and serve others. dom0 can be chosen too, before qnet-agent is started in it, which is strongly"
        " discouraged: it then can be attacked from the network.",
    )  # fmt: skip
    parser.add_argument("name", metavar="NAME", help="the domain")
    parser.add_argument(
        "--move",
        action="store_true",
        help="move the running domains of the old one over to it; chosen already, move all that are with another",
    )
    parser.add_argument("--json", action="store_true", help="print JSON, for programs")
    for name, text, wait, awaited, more in (
        (
            "start", "start the netvm with the network cards of dom0", 120, "its agent to report",
            " Every PCI network card is taken from dom0, unless /etc/qnet/netvm.cfg names others. It has started when"
            " its agent has reported; if that does not come, or anything fails, everything is put back.",
        ),
        (
            "stop", "stop the netvm and give its network cards back to dom0", 60, "it to shut down",
            " One that does not shut down is destroyed.",
        ),
        (
            "restart", "stop the netvm and start it again", 120, "its agent to report",
            " Its network cards stay away from dom0 meanwhile.",
        ),
    ):  # fmt: skip
        parser = verb(
            name, service, text, f"{more} In dom0. Who is not root needs a password, and the usual waits hold."
        )
        parser.add_argument(
            "--wait", metavar="SECONDS", type=_seconds, default=float(wait),
            help=f"for how long to wait for {awaited} (default: {wait})",
        )  # fmt: skip
        parser.add_argument("--json", action="store_true", help="print JSON, for programs")
        if name == "stop":  # whoever has started one says whom, since another may be chosen since
            parser.add_argument("name", nargs="?", type=netvm_make.name, help=SUPPRESS)
    netvm_make.add_parser(verb)
