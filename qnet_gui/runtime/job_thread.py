"""A thread for calls that block (the hypervisor's tools, the disk), so that the main loop never does."""

from __future__ import annotations

import logging
import queue
import threading
from collections.abc import Callable
from typing import TypeVar

from qnet_gui.model.errors import QnetError
from qnet_gui.model.messages.helper import HelperCode
from qnet_gui.runtime.mainloop import post

log = logging.getLogger(__name__)
T = TypeVar("T")


class Worker:
    """Runs jobs one after the other, in the order of their submission; results come back on the main loop."""

    def __init__(self, name: str) -> None:
        self._jobs: queue.SimpleQueue[Callable[[], None]] = queue.SimpleQueue()
        threading.Thread(target=self._run, name=name, daemon=True).start()

    def submit(self, job: Callable[[], T], done: Callable[[T | QnetError], None]) -> None:
        """Run `job` on the thread; `done` gets its result or its error."""

        def run() -> None:
            result: T | QnetError
            try:
                result = job()
            except QnetError as error:
                result = error
            except Exception as error:
                log.error("unexpected", exc_info=error)
                result = QnetError(HelperCode.JOB_FAILED, kind=type(error).__name__)
            post(lambda: done(result))

        self._jobs.put(run)

    def _run(self) -> None:
        while True:
            self._jobs.get()()
