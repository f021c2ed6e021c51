"""What the programs named qvm-… have in common: they are `qnet` with other words, for hands that know those names."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from qnet_gui import __version__
from qnet_gui.cli import main


def parser(name: str, description: str, instead: str) -> argparse.ArgumentParser:
    """The parser of such a program; `instead`: the command of qnet that does the same."""
    made = argparse.ArgumentParser(prog=name, description=description, epilog=f"The same as: {instead}")
    made.add_argument("--version", action="version", version=f"{name} {__version__}", help="show the version and exit")
    made.add_argument("--debug", action="store_true", help="show where in the program something fails")
    return made


def run(arguments: argparse.Namespace, words: Sequence[str]) -> int:
    """Run a command of qnet."""
    return main([*(["--debug"] if arguments.debug else []), *words], name=sys.argv[0].rpartition("/")[2])
