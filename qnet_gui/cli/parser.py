"""A parser of arguments, for which it makes no difference whether anybody can read what it says."""

from __future__ import annotations

import argparse
import sys
from contextlib import suppress
from typing import NoReturn


class NotUnderstood(SystemExit):
    """Why arguments are none of ours; people have been told."""

    def __init__(self, sentence: str) -> None:
        super().__init__(2)
        self.sentence = sentence


class Parser(argparse.ArgumentParser):
    """One, and those of its subcommands."""

    def error(self, message: str) -> NoReturn:
        """Say it and end the program."""
        with suppress(OSError):
            print(f"{self.format_usage()}{self.prog}: error: {message}", file=sys.stderr, flush=True)
        raise NotUnderstood(message)
