"""`python -m qnet_gui.lab VERB…`: the lab's commands without the rest of `qnet`."""

from __future__ import annotations

import argparse
import sys

from qnet_gui.lab import commands
from qnet_gui.model.errors import QnetError


def main() -> int:
    """Run one command."""
    parser = argparse.ArgumentParser(prog="python -m qnet_gui.lab")
    commands.add_parser(parser.add_subparsers(required=True))
    args = parser.parse_args(["lab", *sys.argv[1:]])
    try:
        status: int = args.run(args)
    except QnetError as error:
        print(error.sentence, file=sys.stderr)
        return 1
    return status


sys.exit(main())
