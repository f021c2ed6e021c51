"""A terminal that is closed, and a session that ends: to whoever is at work they are like Ctrl-C."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager

HANGUPS = (signal.SIGHUP, signal.SIGTERM)


def are_like_ctrl_c() -> None:
    """From now on they raise `KeyboardInterrupt`, by which what was begun is put back; nohup is no reason not to."""
    for number in HANGUPS:
        signal.signal(number, signal.default_int_handler)


@contextmanager
def as_ctrl_c() -> Iterator[None]:
    """Meanwhile they raise `KeyboardInterrupt`, but where they are ignored: who says nohup wants it to go on."""
    before = {number: signal.getsignal(number) for number in HANGUPS}
    for number, handler in before.items():
        if handler is not signal.SIG_IGN:
            signal.signal(number, signal.default_int_handler)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def ignored() -> Iterator[None]:
    """Meanwhile they do nothing: a session that ends sends one after the other, and what is done is what it wants."""
    before = {number: signal.signal(number, signal.SIG_IGN) for number in HANGUPS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def is_ctrl_c(number: int) -> bool:
    """Whether this one raises `KeyboardInterrupt` at present."""
    return signal.getsignal(number) is signal.default_int_handler
