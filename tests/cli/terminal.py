"""A person at a terminal: a command on a pseudo terminal of its own, what it shows, and keys."""

from __future__ import annotations

import contextlib
import os
import pty
import select
import signal
import termios
import time
from pathlib import Path

from waiting import DEADLINE

ROOT = Path(__file__).parents[2]
CTRL_C = "\x03"


class Terminal:
    """A command that runs. `text` is all that it has shown, with the terminal's control characters."""

    def __init__(self, *command: str, **env: str) -> None:
        self.text = ""
        self._pid, self._fd = pty.fork()
        if self._pid == 0:
            os.chdir(ROOT)
            os.execve(command[0], command, {**os.environ, "TERM": "xterm", "LANG": "C.UTF-8", **env})  # noqa: S606

    def _read(self, seconds: float) -> bool:
        """Take in what comes; False when the command has ended."""
        if not select.select([self._fd], [], [], seconds)[0]:
            return True
        with contextlib.suppress(OSError):  # that is how a terminal says that nobody is at its other end
            if output := os.read(self._fd, 4096):
                self.text += output.decode(errors="replace")
                return True
        return False

    def until(self, wanted: str, seconds: float = DEADLINE) -> None:
        """Wait until it shows this."""
        until = time.monotonic() + seconds
        while wanted not in self.text:
            assert time.monotonic() < until, f"{wanted!r} did not come: {self.text}"
            assert self._read(0.2) or wanted in self.text, f"it ended without {wanted!r}: {self.text}"

    def type(self, keys: str) -> None:
        """Press keys."""
        os.write(self._fd, keys.encode())

    def password(self, text: str, seconds: float = DEADLINE) -> None:
        """Type a password once it is asked for: what is typed before the echo is off would be thrown away."""
        self.until("Password: ", seconds)
        until = time.monotonic() + seconds
        while termios.tcgetattr(self._fd)[3] & termios.ECHO:
            assert time.monotonic() < until, "a password would be seen"
            time.sleep(0.01)
        self.type(text)

    def hang_up(self) -> None:
        """Close the terminal; the command is not waited for."""
        os.close(self._fd)
        self._fd = -1

    def end(self, seconds: float = DEADLINE) -> int:
        """Wait for its end; its exit status."""
        until = time.monotonic() + seconds
        while self._fd >= 0 and self._read(0.2):
            assert time.monotonic() < until, f"it did not end: {self.text}"
        while self._fd < 0 and not os.waitid(os.P_PID, self._pid, os.WEXITED | os.WNOHANG | os.WNOWAIT):
            assert time.monotonic() < until, "it did not end after its terminal was closed"
            time.sleep(0.02)
        return self._reap()

    def _reap(self) -> int:
        pid, self._pid = self._pid, 0
        if self._fd >= 0:
            os.close(self._fd)
        return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])

    def close(self) -> None:
        """Whatever it does, it does so no longer."""
        if self._pid:
            os.kill(self._pid, signal.SIGKILL)
            self._reap()

    @property
    def lines(self) -> list[str]:
        """What is left to be seen."""
        return [line.rpartition("\r\x1b[K")[2].rstrip("\r") for line in self.text.split("\n")]
