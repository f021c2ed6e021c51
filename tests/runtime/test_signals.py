"""What signals do for a while, and what they do afterwards."""

from __future__ import annotations

import signal

import pytest

from qnet_gui.runtime.signals import handled, restored

NUMBERS = (signal.SIGUSR1, signal.SIGUSR2)


def handlers() -> list[object]:
    return [signal.getsignal(number) for number in NUMBERS]


def test_they_are_handled_meanwhile_and_not_afterwards() -> None:
    before = handlers()
    with pytest.raises(KeyboardInterrupt), handled(iter(NUMBERS), signal.default_int_handler):
        assert handlers() == [signal.default_int_handler] * 2
        signal.raise_signal(signal.SIGUSR2)
    assert handlers() == before


def test_whatever_is_set_meanwhile_is_undone() -> None:
    before = handlers()
    with restored(NUMBERS):
        signal.signal(signal.SIGUSR1, signal.SIG_IGN)
    assert handlers() == before
