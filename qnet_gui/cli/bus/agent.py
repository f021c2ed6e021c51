"""Somebody who asks for a password in a terminal, where no desktop does it. Starts polkit's own pkttyagent.

Where the session has an agent of its own, such as a desktop's dialog, that one is asked instead.
"""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
import termios
from collections.abc import Iterator
from contextlib import contextmanager, suppress

_PROGRAM = "/usr/bin/pkttyagent"
#: Seconds until it must have registered itself, and until it must have ended; and from its last word to its end.
_START, _END, _ENDS = 5.0, 2.0, 1.0


def _of_use() -> bool:
    """Root is asked for nothing; and where no terminal is ours there is nobody to type."""
    return os.geteuid() != 0 and _is_in_foreground() and os.access(_PROGRAM, os.X_OK)


def _is_in_foreground() -> bool:
    """Whether the terminal is ours now: whoever else sets it, or reads from it, is stopped."""
    if sys.stdin is None or not sys.stdin.isatty():
        return False
    try:
        return os.tcgetpgrp(sys.stdin.fileno()) == os.getpgrp()
    except OSError:  # it is not the one of this session, or has been closed
        return False


class PasswordAgent:
    """Who asks in this terminal, or nobody."""

    def __init__(self, process: subprocess.Popen[bytes] | None = None) -> None:
        self._process = process

    def was_interrupted(self) -> bool:
        """Whether Ctrl-C, or a terminal that was closed, has ended it: polkit then says no, maybe before we hear of it.

        It may still be ending then.
        """
        if self._process is None:
            return False
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(_ENDS)
        return self._process.returncode in (-signal.SIGINT, -signal.SIGHUP)


@contextmanager
def password_agent() -> Iterator[PasswordAgent]:
    """While this lasts, polkit may ask for a password in this process's terminal."""
    if not _of_use():
        yield PasswordAgent()
        return
    before = termios.tcgetattr(sys.stdin)
    ours, theirs = os.pipe()
    # without a session, polkit 122 finds no agent that is a fallback; but then there is none to be preferred either
    fallback = ["--fallback"] if os.environ.get("XDG_SESSION_ID") else []
    command = [_PROGRAM, "--process", str(os.getpid()), "--notify-fd", str(theirs), *fallback]
    try:
        process = subprocess.Popen(command, pass_fds=[theirs])
    except OSError:  # then nobody is asked, and polkit says so
        process = None
    finally:
        os.close(theirs)
    try:
        select.select([ours], [], [], _START)  # it closes its end when it is registered, or ends
        yield PasswordAgent(process)
    except KeyboardInterrupt:
        print(file=sys.stderr)  # the line on which it asks has no end yet
        raise
    finally:
        os.close(ours)
        if process is not None:
            _end(process)
        with suppress(termios.error):  # interrupted at a password, it may have left the terminal without echo
            if _is_in_foreground():  # it may have been sent to the background meanwhile
                termios.tcsetattr(sys.stdin, termios.TCSADRAIN, before)


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(_END)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
