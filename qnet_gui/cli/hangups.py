"""A terminal that is closed, and a session that ends: to whoever is at work they are like Ctrl-C."""

from __future__ import annotations

import signal

HANGUPS = (signal.SIGHUP, signal.SIGTERM)


def are_like_ctrl_c() -> None:
    """From now on they raise `KeyboardInterrupt`, by which what was begun is put back; nohup is no reason not to."""
    for number in HANGUPS:
        signal.signal(number, signal.default_int_handler)
