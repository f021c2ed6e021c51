"""A question to whoever sits at the terminal; nobody there, and whatever is not yes, is no."""

from __future__ import annotations

import os
import select
import sys
import termios
import time
from contextlib import suppress

_YES = ("y", "yes")
#: Characters; what is longer is no answer.
_LIMIT = 256


def asked(question: str, seconds: float | None = None) -> bool:
    """Whether somebody says yes; nobody there, or nothing said for so many seconds, is no.

    What was typed before is no answer: whoever did had not read the question.
    """
    stdin = _descriptor()
    if not _is_others(stdin):
        with suppress(termios.error, OSError, ValueError):  # it is no terminal, or not there
            termios.tcflush(stdin, termios.TCIFLUSH)
    within = f" (within {seconds:g} s)" if seconds else ""
    print(f"{question} [y/N]{within} ", end="", flush=True)
    answer = _line(stdin, seconds)
    if not answer.endswith("\n"):
        print()
    return answer.strip().lower() in _YES


def _is_others(stdin: int) -> bool:
    """Whether it is our terminal, and another program in its foreground: what is typed there is not for us."""
    try:
        return os.tcgetpgrp(stdin) != os.getpgrp()
    except (OSError, ValueError):
        return False


def _descriptor() -> int:
    """Standard input's; -1 where whoever started us has closed it."""
    with suppress(AttributeError, OSError, ValueError):
        return sys.stdin.fileno()
    return -1


def _line(stdin: int, seconds: float | None) -> str:
    """What is said, as far as it can be read: it ends without a line's end where nobody is there any more, or in time.

    Not a byte more is read, since the next line may be the answer to the next question.
    """
    until = None if seconds is None else time.monotonic() + seconds
    line = b""
    with suppress(OSError, ValueError):  # the terminal has gone, or is not ours
        while not line.endswith(b"\n") and len(line) < _LIMIT:
            left = None if until is None else max(0.0, until - time.monotonic())
            if not select.select([stdin], [], [], left)[0]:
                return ""
            if not (piece := os.read(stdin, 1)):
                break
            line += piece
    return line.decode("utf-8", "replace")
