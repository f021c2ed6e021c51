"""What signals do for a while, and what they do afterwards."""

from __future__ import annotations

import os
import signal
import subprocess

import pytest

from qnet_gui.runtime.signals import ENDING, handled, held, restored

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


@pytest.mark.parametrize("number", ENDING)
def test_who_is_forked_meanwhile_ends_as_programs_do_and_says_nothing(number: signal.Signals) -> None:
    """A handler of this program's would run in the child, before it is another program, and leave a traceback there."""
    reader, writer = os.pipe()

    def to_me() -> None:
        os.kill(os.getpid(), number)
        let_go()

    with handled([number], signal.default_int_handler):
        with held() as let_go:
            child = subprocess.Popen(["/bin/true"], preexec_fn=to_me, stderr=writer)
        os.close(writer)
        assert child.wait() == -number
    with os.fdopen(reader) as said:
        assert said.read() == ""


def test_what_came_meanwhile_comes_afterwards() -> None:
    with handled([signal.SIGTERM], signal.default_int_handler):
        done = False
        with pytest.raises(KeyboardInterrupt), held():
            signal.raise_signal(signal.SIGTERM)  # for this thread: others, if any, hold nothing
            done = True
        assert done


def test_what_is_ignored_is_so_in_who_is_forked() -> None:
    with handled([signal.SIGHUP], signal.SIG_IGN), held() as let_go:
        command = ["/bin/sh", "-c", "kill -HUP $$; exit 3"]
        assert subprocess.Popen(command, preexec_fn=let_go).wait() == 3
