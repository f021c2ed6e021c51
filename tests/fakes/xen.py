"""A Xen host as far as xenstore goes, with the same handles as the real one of the conftest."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

from fakes.xenstored import FakeXenstored
from qnet_gui.lab.xen.toolstack import Toolstack


class FakeHardware:
    """What the lab's `Hardware` offers."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.socket = folder / "socket"
        self.xenstored = FakeXenstored(self.socket)

    def xenbus(self, domid: int) -> Path:
        return self._folder / f"xenbus-{domid}"

    def add(self, domid: int) -> Path:
        path = self.xenbus(domid)
        self.xenstored.add(domid, path)
        return path

    def dying(self, domid: int) -> None:
        self.xenstored.release(domid)

    def remove(self, domid: int) -> None:
        self.xenstored.remove(domid, self.xenbus(domid))

    def close(self) -> None:
        self.xenstored.close()


class FakeXen:
    """What the conftest's `Xen` offers."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._runs = False
        self.start_xenstored()

    def start_xenstored(self) -> None:
        self.hardware = FakeHardware(self._folder)
        self.toolstack = Toolstack(self.hardware.socket)
        self._runs = True

    def kill_xenstored(self) -> None:
        self._runs = False
        self.hardware.close()

    @contextlib.contextmanager
    def stopped(self) -> Iterator[None]:
        """xenstored does not answer meanwhile."""
        self.hardware.xenstored.stop()
        try:
            yield
        finally:
            self.hardware.xenstored.go_on()

    def close(self) -> None:
        if self._runs:
            self.kill_xenstored()
