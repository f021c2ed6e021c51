"""`qvm-get-default-netvm`: `qnet netvm get` by another name."""

from __future__ import annotations

from collections.abc import Sequence

from qnet_gui.cli import qvm


def main(argv: Sequence[str] | None = None) -> int:
    """The entry point; returns the exit status."""
    parser = qvm.parser(
        "qvm-get-default-netvm",
        "Prints the name of the netvm, the domain through which all others reach the network.",
        "qnet netvm get",
    )
    return qvm.run(parser, argv, lambda _: ["netvm", "get"])
