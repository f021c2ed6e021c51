"""A terminal that is closed, and a session that ends: to whoever is at work they are like Ctrl-C."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager

from qnet_gui.runtime.signals import handled

HANGUPS = (signal.SIGHUP, signal.SIGTERM)


def are_like_ctrl_c() -> None:
    """From now on they raise `KeyboardInterrupt`, by which what was begun is put back; nohup is no reason not to."""
    for number in HANGUPS:
        signal.signal(number, signal.default_int_handler)


@contextmanager
def as_ctrl_c() -> Iterator[None]:
    """Meanwhile they raise `KeyboardInterrupt`, but where they are ignored: who says nohup wants it to go on."""
    heard = [number for number in HANGUPS if signal.getsignal(number) is not signal.SIG_IGN]
    with handled(heard, signal.default_int_handler):
        yield


@contextmanager
def ignored() -> Iterator[None]:
    """Meanwhile they do nothing: a session that ends sends one after the other, and what is done is what it wants."""
    with handled(HANGUPS, signal.SIG_IGN):
        yield


def is_ctrl_c(number: int) -> bool:
    """Whether this one raises `KeyboardInterrupt` at present."""
    return signal.getsignal(number) is signal.default_int_handler
