"""A question to whoever sits at the terminal; nobody there, and whatever is not yes, is no."""

from __future__ import annotations

import select
import sys

_YES = ("y", "yes")


def asked(question: str, seconds: float | None = None) -> bool:
    """Whether somebody says yes; nobody there, or nothing said for so many seconds, is no."""
    within = f" (within {seconds:g} s)" if seconds else ""
    print(f"{question} [y/N]{within} ", end="", flush=True)
    answer = _line(seconds)
    if not answer.endswith("\n"):
        print()
    return answer.strip().lower() in _YES


def _line(seconds: float | None) -> str:
    """What is said, as far as it can be read: it ends without a line's end where nobody is there any more."""
    if sys.stdin is None or not select.select([sys.stdin], [], [], seconds)[0]:  # closed by whoever started us
        return ""
    try:
        return sys.stdin.readline()
    except ValueError:  # of another encoding
        return "\n"
    except OSError:  # the terminal has gone, or is not ours
        return ""
