"""`qnet netvm`: which domain the others reach the network through, and another choice."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Callable

from qnet_gui.model.snapshot import Snapshot

#: Both names of it, Xen's and everybody's.
_DOM0 = ("dom0", "Domain-0")
_WARNING = """\
WARNING: with dom0 as the netvm, its network drivers and stack can be attacked from outside.
WARNING: whoever succeeds there owns the whole machine. Choose a separate netvm."""


def get(_: Namespace) -> int:
    """`qnet netvm get`."""
    from qnet_gui.cli.helper import Helper

    print(Helper().snapshot()[1].netvm.name)
    return 0


def _tell(snapshot: Snapshot) -> str:
    return f"{snapshot.netvm.name} is the netvm."


def set_(arguments: Namespace) -> int:
    """`qnet netvm set`."""
    from qnet_gui.cli import deeds

    if arguments.name in _DOM0:
        print(_WARNING, file=sys.stderr)
    return deeds.run(arguments, deeds.operation("SetDefaultNetvm", "sb", arguments.name, arguments.move), _tell)


def candidates(snapshot: Snapshot) -> list[str]:
    """Who might be the netvm: the one that is, and domains that have no vif, since one that serves needs none."""
    return sorted({snapshot.netvm.name, *(each.name for each in snapshot.domains if not each.vif)})


def add_parser(verb: Callable[..., ArgumentParser]) -> None:
    """Add the verbs to `qnet netvm`."""
    verb("get", get, "print the name of the netvm")
    parser = verb(
        "set", set_, "choose the netvm",
        " It must run, and serve others. dom0 can be chosen too, which is strongly discouraged: it then can be attacked"
        " from the network.",
    )  # fmt: skip
    parser.add_argument("name", metavar="NAME", help="the domain")
    parser.add_argument("--move", action="store_true", help="move the running domains of the old one over to it")
    parser.add_argument("--json", action="store_true", help="print JSON, for programs")
