"""`qnet domain`: pause a domain, let it go on, attach it to the network, cut it off."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Callable
from typing import TYPE_CHECKING

from qnet_gui.model.snapshot import Snapshot

if TYPE_CHECKING:
    from qnet_gui.cli.bus.line import Line
    from qnet_gui.cli.bus.progress import Display


def _run(arguments: Namespace, member: str, sentence: str = "") -> int:
    """Call a method with what a domain is known by; with a `sentence`, one that has done it when it answers."""
    from qnet_gui.cli.bus import operations
    from qnet_gui.cli.bus.helper import Helper

    def call_with_identity(line: Line, display: Display) -> int:
        identity = operations.identity(Helper().snapshot()[1], arguments.name)
        if sentence:
            return operations.plain_call(member, "us", *identity, sentence=sentence)(line, display)
        return operations.operation(member, "us", *identity)(line, display)

    return operations.run(arguments, call_with_identity, lambda snapshot: _tell(snapshot, arguments.name))


def _tell(snapshot: Snapshot, name: str) -> str:
    domain = next((running for running in snapshot.domains if running.name == name), None)
    if domain is None:
        return f"{name} does not run."
    network = f"attached to {domain.netvm}" if domain.vif else "without a network"
    return f"{name} is {domain.state.value}, {network}."


def pause(arguments: Namespace) -> int:
    """`qnet domain pause`."""
    return _run(arguments, "PauseDomain", f"{arguments.name} is paused.")


def unpause(arguments: Namespace) -> int:
    """`qnet domain unpause`."""
    return _run(arguments, "UnpauseDomain", f"{arguments.name} goes on.")


def attach(arguments: Namespace) -> int:
    """`qnet domain attach`."""
    return _run(arguments, "AttachDomain")


def detach(arguments: Namespace) -> int:
    """`qnet domain detach`."""
    return _run(arguments, "DetachDomain")


def add_parser(verb: Callable[..., ArgumentParser]) -> None:
    """Add the verbs to `qnet domain`."""
    for name, run, text, more in (
        ("pause", pause, "pause a domain", " Nothing in it runs until it is unpaused."),
        ("unpause", unpause, "let a paused domain go on", ""),
        ("attach", attach, "attach a domain to the netvm", ""),
        ("detach", detach, "cut a domain off the network", " It stays so until it is attached or restarted."),
    ):
        parser = verb(name, run, text, more)
        parser.add_argument("name", metavar="NAME", help="the domain")
        parser.add_argument("--json", action="store_true", help="print JSON, for programs")
