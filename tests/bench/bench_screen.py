"""dom0's other programs while the netvm's frontends are hostile: root's GetRoutes, and a program that is started.

Everything in dom0 is the real one, `qnet-display` in its sandbox included; the netvm's memory and ports are the lab's
(see tests/lab/screen). The frontend is stopped and a program takes its memory and its end of the ports: it
says without end that all has changed, or writes anything anywhere, and rings as fast as it can. A window is opened
again as soon as one has ended, which is more than the applet does.
"""

from __future__ import annotations

import ctypes
import os
import random
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import dbus
from bench_floods import LIMIT_MEDIAN, LIMIT_WORST
from benched_lab import running_lab
from figures import show, show_worst, timed

from qnet_gui.display.shared_pages import PAGE_SIZE
from qnet_gui.lab.box import enter
from qnet_gui.lab.screen.memory import FIRST_PIXELS, PAGES, VFB_PAGE, VKBD_PAGE, DomainMemory
from qnet_gui.lab.screen.ports import Ports
from qnet_gui.model.netvm_screen.screen import Geometry
from qnet_gui.model.netvm_screen.screen_wire import Look, packed

NAME, HELPER, SIZE = "benchscreen", "org.qnet.Helper1", Geometry(1024, 768)
CALLS, STARTS = 200, 40
_PIDFD_GETFD = 438  # asm-generic/unistd.h
_MODULE = "qnet_gui.lab.screen.frontend"


def _taken(process: int, descriptor: int) -> int:
    """Another process's descriptor, as one of ours."""
    handle = os.pidfd_open(process)
    try:
        return int(ctypes.CDLL(None, use_errno=True).syscall(_PIDFD_GETFD, handle, descriptor, 0))
    finally:
        os.close(handle)


class _Frontend:
    """The lab's, by its process."""

    def __init__(self) -> None:
        inside = Path(f"/proc/{enter.first_process(NAME, 'netvm').pid}/ns/pid").readlink()
        self.pid, self.words = next(
            (int(folder.name), words)
            for folder in Path("/proc").glob("[0-9]*")
            if _MODULE in (words := (folder / "cmdline").read_text().split("\0"))
            and (folder / "ns/pid").readlink() == inside
        )

    @contextmanager
    def replaced(self, how: str) -> Iterator[None]:
        """It stands still meanwhile, and somebody hostile has what it has."""
        place = self.words.index(_MODULE) + 4
        memory, ports = (_taken(self.pid, int(word)) for word in self.words[place : place + 2])
        os.kill(self.pid, signal.SIGSTOP)
        kept = os.pread(memory, FIRST_PIXELS * PAGE_SIZE, 0)
        command = [sys.executable, __file__, how, str(memory), str(ports)]
        hostile = subprocess.Popen(command, pass_fds=(memory, ports))
        try:
            yield
        finally:
            hostile.kill()
            hostile.wait()
            os.pwrite(memory, kept, 0)
            os.close(memory)
            os.close(ports)
            os.kill(self.pid, signal.SIGCONT)


def hostile(how: str, memory: str, ports: str) -> None:
    """Be it, until it is killed."""
    pages = DomainMemory(int(memory), SIZE)
    bells = Ports(socket.socket(fileno=int(ports)), (PAGES.vfb.port, PAGES.vkbd.port))
    good = bytes(pages.memory[: FIRST_PIXELS * PAGE_SIZE])
    chance = random.Random(15)  # noqa: S311
    while bells.hear() is not None:
        if how == "changes":
            pages.tell(SIZE.whole)
        else:
            for _ in range(chance.randrange(16)):
                page, at = chance.choice((VFB_PAGE, VKBD_PAGE)), chance.randrange(PAGE_SIZE)
                content = chance.randbytes(min(PAGE_SIZE - at, chance.randrange(1, 200)))
                pages.memory[page * PAGE_SIZE + at : page * PAGE_SIZE + at + len(content)] = content
        for port in (PAGES.vfb.port, PAGES.vkbd.port):
            bells.ring(port)
        if how != "changes" and chance.randrange(4) == 0:  # so that windows open, too
            pages.memory[: len(good)] = good


class _Looker:
    """Has a window, and another one when that has ended."""

    def __init__(self, bus: dbus.bus.BusConnection) -> None:
        self._bus, self.opened, self.changes = bus, 0, 0
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._look)
        status = bus.call_blocking(HELPER, "/org/qnet/Helper1", "org.freedesktop.DBus.Properties", "Get", "ss",
                                   (HELPER, "Snapshot"))  # fmt: skip
        self._netvm = dbus.UInt32(status["netvm"]["id"]), status["netvm"]["uuid"]

    def __enter__(self) -> _Looker:
        self._thread.start()
        while not self.opened:
            time.sleep(0.01)
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()

    def _look(self) -> None:
        while not self._ended.is_set():
            try:
                *_, picture, window = self._bus.call_blocking(
                    HELPER, "/org/qnet/Helper1", HELPER, "OpenScreen", "us", self._netvm, timeout=60
                )
            except dbus.DBusException:
                time.sleep(0.05)
                continue
            os.close(picture.take())
            self.opened += 1
            with socket.socket(fileno=window.take()) as seen:
                seen.settimeout(0.1)
                self._watch(seen)

    def _watch(self, seen: socket.socket) -> None:
        try:
            seen.send(packed(Look(True)))
            while not self._ended.is_set():
                try:
                    if not seen.recv(64):
                        return
                    self.changes += 1
                except TimeoutError:
                    continue
        except OSError:
            return


def _started() -> None:
    process = enter.popen(enter.first_process(NAME, "dom0"), ["/bin/true"], stdin=subprocess.DEVNULL)
    process.wait()


def _measure(what: str, bus: dbus.bus.BusConnection) -> None:
    routes = timed(
        lambda: bus.call_blocking(HELPER, "/org/qnet/Helper1", HELPER, "GetRoutes", "s", ("",), timeout=60), CALLS
    )
    for name, values in ((f"GetRoutes, {what}", routes), (f"a program's start, {what}", timed(_started, STARTS))):
        show(name, values, LIMIT_MEDIAN)
        show_worst(values, LIMIT_WORST)


def main() -> None:
    """Measure; as root."""
    with running_lab(NAME, "--domains", "work", "--screen", f"{SIZE.width}x{SIZE.height}"):
        bus = dbus.bus.BusConnection(enter.dom0_bus_address(NAME))
        looking = dbus.bus.BusConnection(enter.dom0_bus_address(NAME))
        _measure("no window", bus)
        frontend = _Frontend()
        with _Looker(looking) as looker:
            _measure("a window", bus)
        for how in ("changes", "anything"):
            with frontend.replaced(how), _Looker(looking) as looker:
                _measure(f"hostile: {how}", bus)
            print(f"    {looker.opened} windows, {looker.changes} changes told")


if __name__ == "__main__":
    hostile(*sys.argv[1:]) if sys.argv[1:] else main()
