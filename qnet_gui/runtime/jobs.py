"""Threads for what blocks (the hypervisor's tools, the disk, xenstore), so that the main loop never does."""

from __future__ import annotations

import contextlib
import logging
import os
import select
import threading
from collections import deque
from collections.abc import Callable
from typing import TypeVar

from qnet_gui.model.errors import QnetError
from qnet_gui.model.messages.helper import HelperCode
from qnet_gui.runtime.mainloop import post as post_to_main_loop

log = logging.getLogger(__name__)
T = TypeVar("T")
#: Brings a call to the main loop from any thread.
Post = Callable[[Callable[[], None]], None]


def _until_readable(descriptor: int) -> None:
    poller = select.poll()
    poller.register(descriptor, select.POLLIN)
    poller.poll()


class JobThread:
    """Runs jobs one after the other, in the order of their submission; results come back on the main loop.

    `wait(descriptor)` is what the thread does while there is no job: return when the descriptor is readable, or sooner.
    """

    def __init__(
        self, name: str, post: Post = post_to_main_loop, wait: Callable[[int], None] = _until_readable
    ) -> None:
        self._post = post
        self._wait = wait
        self._jobs: deque[Callable[[], None]] = deque()
        self._wake = os.eventfd(0, os.EFD_CLOEXEC | os.EFD_NONBLOCK)
        self._closed = self._ended = False
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._thread.start()

    def submit(self, job: Callable[[], T], done: Callable[[T | QnetError], None] | None = None) -> None:
        """Run `job` on the thread; `done` gets its result or its error. What nobody expected is logged as well.

        Nothing happens once it was closed.
        """
        if self._ended:
            return

        def run() -> None:
            result: T | QnetError
            try:
                result = job()
            except QnetError as error:
                result = error
            except Exception as error:
                log.error("unexpected", exc_info=error)
                result = QnetError(HelperCode.JOB_FAILED, kind=type(error).__name__)
            if done is not None:
                self._post(lambda: done(result))

        self._jobs.append(run)
        os.eventfd_write(self._wake, 1)

    def close(self) -> None:
        """End the thread; jobs that were submitted before still run."""
        self.submit(self._close)
        self._ended = True
        self._thread.join(10)
        os.close(self._wake)

    def _close(self) -> None:
        self._closed = True

    def _run(self) -> None:
        while not self._closed:
            self._wait(self._wake)
            with contextlib.suppress(BlockingIOError):
                os.eventfd_read(self._wake)
            while self._jobs and not self._closed:
                self._jobs.popleft()()
