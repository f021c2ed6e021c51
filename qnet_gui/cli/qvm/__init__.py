"""What the programs named qvm-… have in common: they are `qnet` with other words, for hands that know those names."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence

from qnet_gui import __version__
from qnet_gui.cli import main
from qnet_gui.cli.parser import Parser


def parser(name: str, description: str, instead: str) -> Parser:
    """The parser of such a program; `instead`: the command of qnet that does the same."""
    made = Parser(prog=name, description=description, epilog=f"The same as: {instead}")
    made.add_argument("--version", action="version", version=f"{name} {__version__}", help="show the version and exit")
    made.add_argument("--debug", action="store_true", help="show where in the program something fails")
    return made


def run(
    own: argparse.ArgumentParser, argv: Sequence[str] | None, words: Callable[[argparse.Namespace], Sequence[str]]
) -> int:
    """Run the command of qnet that `words` makes of the arguments."""

    def in_qnets_words(argv: Sequence[str]) -> Sequence[str]:
        arguments = own.parse_args(argv)
        return [*(["--debug"] if arguments.debug else []), *words(arguments)]

    return main(argv, sys.argv[0].rpartition("/")[2], in_qnets_words)
