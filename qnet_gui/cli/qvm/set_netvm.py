"""`qvm-set-default-netvm`: `qnet netvm set` by another name."""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from qnet_gui.cli import qvm


def main(argv: Sequence[str] | None = None) -> int:
    """The entry point; returns the exit status."""
    parser = qvm.parser(
        "qvm-set-default-netvm",
        "Chooses the netvm, the domain through which all others reach the network. It must run, and serve others. dom0 "
        "can be chosen too, which is strongly discouraged: it then can be attacked from the network.",
        "qnet netvm set [--move] NAME",
    )
    parser.add_argument("--move", action="store_true", help="move the running domains of the old one over to it")
    parser.add_argument("name", metavar="NAME", help="the domain")

    def words(arguments: argparse.Namespace) -> list[str]:
        return ["netvm", "set", *(["--move"] if arguments.move else []), "--", arguments.name]

    return qvm.run(parser, argv, words)
