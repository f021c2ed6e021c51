"""Standard input, output and error of the command line: there, and no reason to leave anything half done."""

from __future__ import annotations

import io
import json
import os
import sys
from collections.abc import Mapping
from contextlib import suppress
from typing import Any, TextIO


def be_there() -> None:
    """Have something at each descriptor that whoever started us has closed: the next thing opened would be our output.

    What the encoding of the output does not have, be it of a file's name, is written as an escape.
    """
    for number, name, mode in ((0, "stdin", "r"), (1, "stdout", "w"), (2, "stderr", "w")):
        if getattr(sys, name) is None:
            nothing = os.open(os.devnull, os.O_RDWR)
            if nothing != number:
                os.dup2(nothing, number)
                os.close(nothing)
            setattr(sys, name, os.fdopen(number, mode, closefd=False))
    if isinstance(sys.stdout, io.TextIOWrapper) and sys.stdout.errors == "strict":
        sys.stdout.reconfigure(errors="backslashreplace")


def print_json(fields: Mapping[str, Any], stream: TextIO | None = None) -> None:
    """Print an object for programs, a line each, at once; on standard output if nothing else is named."""
    print(json.dumps(fields), file=stream, flush=True)


def say(text: str) -> None:
    """Print what is being done, which goes on where nobody can read it any more."""
    with suppress(OSError):
        print(text, flush=True)


def remark(text: str) -> None:
    """Say beside the output what a person is to know of it."""
    with suppress(OSError):
        print(f"qnet: {text}", file=sys.stderr, flush=True)
