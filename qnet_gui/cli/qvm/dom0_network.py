"""`qvm-dom0-network-via-netvm`: `qnet dom0 up` and `down` by another name."""

from __future__ import annotations

from collections.abc import Sequence

from qnet_gui.cli import qvm


def main(argv: Sequence[str] | None = None) -> int:
    """The entry point; returns the exit status."""
    parser = qvm.parser(
        "qvm-dom0-network-via-netvm",
        "Connects dom0 to the network through the netvm for an upgrade of its packages, with all other domains paused, "
        "and disconnects it again. After the configured time it is disconnected by itself.",
        "qnet dom0 up|down",
    )
    parser.add_argument("verb", metavar="up|down", choices=("up", "down"), help="connect dom0, or disconnect it again")
    return qvm.run(parser, argv, lambda arguments: ["dom0", arguments.verb])
