"""Starts the child in its sandbox, and tells how it ended. Touches processes and descriptors.

The child is a fork of the root part, which must have one thread only: nothing has to be found on the disk any more
once it is confined. What it has to say at its end, one line, comes by a pipe, since it may not write to the log's file.
"""

from __future__ import annotations

import contextlib
import gc
import os
import signal
from dataclasses import dataclass

from qnet_gui.display.confinement.sandbox import confine
from qnet_gui.display.screen_child import ChildInputs, ScreenChild
from qnet_gui.display.xen_devices import REQUESTS
from qnet_gui.model.errors import BadInput
from qnet_gui.model.parse import printable

#: Bytes of the line that a child may leave.
_LAST_WORDS = 160


@dataclass(frozen=True, slots=True)
class Ended:
    """How a child ended: by itself (`well`), or why not. After another end keys may still be down."""

    well: bool
    why: str = ""


class ChildProcess:
    """One child. `fileno` is readable once it has ended; then `reap` it."""

    def __init__(self, pid: int, last_words: int) -> None:
        self.pid = pid
        self._last_words = last_words
        self._pidfd = os.pidfd_open(pid)

    def fileno(self) -> int:
        """Of the process."""
        return self._pidfd

    def kill(self) -> None:
        """At once; it is still to be reaped."""
        os.kill(self.pid, signal.SIGKILL)

    def reap(self) -> Ended:
        """Wait for its end, and let go of what is left of it."""
        _, status = os.waitpid(self.pid, 0)
        untrusted_words = os.read(self._last_words, _LAST_WORDS)
        os.close(self._last_words)
        os.close(self._pidfd)
        code = os.waitstatus_to_exitcode(status)
        return Ended(code == 0, printable(untrusted_words, _LAST_WORDS) or (f"signal {-code}" if code < 0 else ""))


def start_child(inputs: ChildInputs, devices: tuple[int, int], uid: int, gid: int) -> ChildProcess:
    """Fork it. `devices`: the descriptors behind `inputs.frames` and `inputs.channels`; the caller closes its own."""
    reader, writer = os.pipe2(os.O_CLOEXEC)
    parent = os.getpid()
    pid = os.fork()
    if pid == 0:
        os._exit(_live(inputs, {*devices, inputs.window, writer}, writer, (uid, gid), parent))
    os.close(writer)
    return ChildProcess(pid, reader)


def _live(inputs: ChildInputs, keep: set[int], writer: int, owner: tuple[int, int], parent: int) -> int:
    """The child's life, from the fork on; its exit status."""
    # what is collected in a fork has all of the parent's pages copied
    gc.disable()
    try:
        confine(keep, *owner, REQUESTS, parent)
        ScreenChild(inputs).run()
    except (BadInput, OSError) as error:
        _leave(writer, str(error))
        return 1
    except BaseException as error:
        # whatever a netvm has made of it: nothing of it may come past this frame, which is the parent's
        _leave(writer, type(error).__name__)
        return 2
    return 0


def _leave(writer: int, words: str) -> None:
    with contextlib.suppress(OSError):
        os.write(writer, words.encode("ascii", "replace")[:_LAST_WORDS])
