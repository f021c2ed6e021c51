"""The root part with a xenstored, a frontend and a helper: who gets a window, and what is left of it at the end."""

from __future__ import annotations

import mmap
import os
import signal
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from qnet_gui.display.child_process import ChildProcess
from qnet_gui.display.libxl.qemu_arguments import QemuArguments
from qnet_gui.display.libxl.qmp_sockets import QmpSockets
from qnet_gui.display.screen_nodes import DEVICES, ScreenNodes
from qnet_gui.display.server import DisplayServer
from qnet_gui.display.shared_pages import ScreenPages, SharedPage
from qnet_gui.model.netvm_screen.screen import Geometry
from qnet_gui.model.netvm_screen.screen_wire import ANSWER, BUTTONS, KEYS, SIZE, Taken, packed
from qnet_gui.runtime.flood_limit import FloodLimit
from qnet_gui.store import keys
from qnet_gui.store.client import Store

GEOMETRY = Geometry(64, 48)
ALL = (*KEYS, *BUTTONS)


class Children:
    """Processes that sleep, in place of children."""

    def __init__(self) -> None:
        self.started: list[tuple[ScreenPages, tuple[int, ...]]] = []
        self.pids: list[int] = []
        self.window = -1

    def start(self, pages: ScreenPages, picture: memoryview, window: int, down: tuple[int, ...]) -> ChildProcess:
        picture[0] = 40 + len(self.started)
        self.started.append((pages, down))
        reader, writer = os.pipe()
        sleeping = subprocess.Popen(["/bin/cat"], stdin=writer_of(window), stdout=subprocess.DEVNULL)
        # it is not for Popen to wait for
        sleeping.returncode = 0
        os.close(writer)
        self.pids.append(sleeping.pid)
        return ChildProcess(sleeping.pid, reader)


def writer_of(window: int) -> int:
    """It ends when the window is closed."""
    os.set_blocking(window, True)
    return window


class Stage:
    """All that is around the server."""

    def __init__(self, xen: Any, folder: Path) -> None:
        xen.hardware.add(7)
        self.store = Store(xen.hardware.socket)
        self.domain = Store(xen.hardware.socket)
        self.nodes = ScreenNodes(self.store, 7)
        for device in DEVICES:
            self.domain.write(f"{self.nodes.frontend(device)}/state", "1")
            self.domain.write(f"{self.nodes.backend(device)}/state", "1")
        self.windows = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.path = folder / "windows"
        self.windows.bind(str(self.path))
        self.windows.listen(4)
        self.children = Children()
        self.qmp = QmpSockets(QemuArguments(7, (str(folder / "qmp"),)))
        self.server = DisplayServer(
            self.nodes, self.store, self.qmp, self.windows, self.children.start, GEOMETRY,
            FloodLimit(burst=10_000),
        )  # fmt: skip
        self.server.offer()
        self.settle()

    def answer(self, frame: int = 4711) -> None:
        """As Linux' frontends do."""
        for device in DEVICES:
            for name, value in (("page-ref", str(frame)), ("event-channel", "9"), ("state", "3")):
                self.domain.write(f"{self.nodes.frontend(device)}/{name}", value)

    def settle(self) -> None:
        """The server has seen all that xenstore has to tell by now: a node of its own is told last."""
        self.domain.write("/settled", "")
        self.store.watch("/settled")
        self.server.turn()
        self.store.unwatch("/settled")

    def asked(self) -> tuple[int, int, list[int]]:
        """Width, height and descriptors that the helper gets."""
        with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as asking:
            asking.settimeout(60)
            asking.connect(str(self.path))
            self.server.turn()
            answer, descriptors, _, _ = socket.recv_fds(asking, 64, 4)
        return (*ANSWER.unpack(answer), descriptors)

    def close(self) -> None:
        self.server.close()
        self.store.close()
        self.domain.close()


@pytest.fixture
def stage(either_xen: Any) -> Iterator[Stage]:
    with tempfile.TemporaryDirectory(prefix="qnet") as folder:
        stage = Stage(either_xen, Path(folder))
        yield stage
        stage.close()


def connected(stage: Stage) -> None:
    stage.answer()
    until(stage, "4")


def until(stage: Stage, state: str) -> None:
    while stage.domain.read(f"{stage.nodes.backend('vkbd')}/state") != state.encode():
        stage.settle()


def test_no_window_before_the_netvm_has_a_screen(stage: Stage) -> None:
    assert stage.asked() == (0, 0, [])
    assert stage.children.started == []


def test_a_window_gets_the_picture_and_a_socket(stage: Stage) -> None:
    connected(stage)
    width, height, (picture, window) = stage.asked()
    assert (width, height) == (64, 48)
    with mmap.mmap(picture, GEOMETRY.size, prot=mmap.PROT_READ) as seen:
        assert seen[0] == 40
    with pytest.raises(PermissionError):
        mmap.mmap(picture, GEOMETRY.size)
    assert stage.children.started == [(ScreenPages(SharedPage(4711, 9), SharedPage(4711, 9)), ())]
    os.close(picture)
    os.close(window)
    stage.server.turn()
    assert stage.server._child is None


def test_the_newest_window_takes_the_place(stage: Stage) -> None:
    connected(stage)
    descriptors = [*stage.asked()[2], *stage.asked()[2]]
    first, second = stage.children.pids
    with socket.socket(fileno=os.dup(descriptors[1])) as window:
        assert window.recv(SIZE + 1) == packed(Taken()), "it would ask anew"
        assert window.recv(SIZE + 1) == b""
    with socket.socket(fileno=os.dup(descriptors[3])) as window:
        window.setblocking(False)
        with pytest.raises(BlockingIOError):
            window.recv(SIZE + 1)
    with pytest.raises(ProcessLookupError):
        os.kill(first, 0)
    os.kill(second, 0)
    assert [down for _, down in stage.children.started] == [(), ALL], "the first may have had keys down"
    for descriptor in descriptors:
        os.close(descriptor)


def test_a_child_that_dies_leaves_the_server(stage: Stage) -> None:
    connected(stage)
    descriptors = stage.asked()[2]
    os.kill(stage.children.pids[0], signal.SIGKILL)
    stage.server.turn()
    descriptors += stage.asked()[2]
    assert [down for _, down in stage.children.started] == [(), ALL]
    for descriptor in descriptors:
        os.close(descriptor)


def test_pages_that_move_end_the_child(stage: Stage) -> None:
    connected(stage)
    descriptors = stage.asked()[2]
    stage.answer(4712)
    while stage.server._child:
        stage.settle()
    descriptors += stage.asked()[2]
    assert stage.children.started[1][0].vfb == SharedPage(4712, 9)
    for descriptor in descriptors:
        os.close(descriptor)


def test_pages_that_cannot_be_are_said_and_are_none(stage: Stage, log_guard: Any) -> None:
    log_guard.expect("the netvm's screen: ")
    connected(stage)
    stage.domain.write(f"{stage.nodes.frontend('vfb')}/page-ref", "-1")
    stage.domain.write(f"{stage.nodes.frontend('vfb')}/state", "4")
    while stage.server._pages:
        stage.settle()
    assert stage.asked() == (0, 0, [])


def test_the_netvm_is_told_whether_somebody_looks(stage: Stage) -> None:
    key = keys.SCREEN_SEEN.under(7)
    assert stage.domain.read(key) == b"0"
    connected(stage)
    assert stage.domain.read(key) == b"0"
    descriptors = stage.asked()[2]
    assert stage.domain.read(key) == b"1"
    descriptors += stage.asked()[2]
    assert stage.domain.read(key) == b"1", "a window that takes another's place is one"
    for descriptor in descriptors:
        os.close(descriptor)
    while stage.server._child:
        stage.server.turn()
    assert stage.domain.read(key) == b"0"


def test_it_is_for_dom0_to_say_and_for_that_netvm_to_read(stage: Stage) -> None:
    assert keys.SCREEN_SEEN.permissions(7) == ("n0", "r7")
    assert not keys.SCREEN_SEEN.private


def test_a_domain_that_has_gone_gets_no_home_again(stage: Stage) -> None:
    stage.domain.delete("/local/domain/7")
    stage.nodes.tell_netvm(True)
    assert stage.domain.read("/local/domain/7") is None


def test_a_netvm_that_cannot_be_told_is_no_reason_to_end(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    connected(stage)
    monkeypatch.setattr(keys, "SCREEN_SEEN", replace(keys.SCREEN_SEEN, path="qnet//screen"))
    descriptors = stage.asked()[2]
    assert stage.server._child
    for descriptor in descriptors:
        os.close(descriptor)


@pytest.mark.parametrize("how", ["closing", "destroyed"])
def test_it_ends_with_its_domain_and_so_does_the_child(stage: Stage, how: str) -> None:
    connected(stage)
    descriptors = stage.asked()[2]
    if how == "closing":
        stage.domain.write(f"{stage.nodes.backend('vfb')}/state", "5")
    else:
        stage.domain.delete("/local/domain/7")
    stage.server.run()
    with pytest.raises(ProcessLookupError):
        os.kill(stage.children.pids[0], 0)
    for descriptor in descriptors:
        os.close(descriptor)


def test_libxl_is_answered_beside_it(stage: Stage) -> None:
    with socket.socket(socket.AF_UNIX) as asking:
        asking.settimeout(60)
        asking.connect(str(stage.path.with_name("qmp")))
        stage.server.turn()
        assert asking.recv(4096).startswith(b'{"QMP"')
    stage.server.turn()
    assert len(stage.qmp.filenos()) == 1


def test_who_comes_after_another_one_takes_every_key_for_one_that_may_be_down(stage: Stage) -> None:
    connected(stage)
    assert stage.server.offer()
    stage.settle()
    for descriptor in stage.asked()[2]:
        os.close(descriptor)
    assert stage.children.started[-1][1] == ALL


def test_nothing_is_offered_to_a_domain_that_is_at_its_end(stage: Stage) -> None:
    stage.domain.write(f"{stage.nodes.frontend('vfb')}/state", "6")
    assert not stage.server.offer()
    assert stage.domain.read(f"{stage.nodes.backend('vfb')}/state") == b"2", "as it was before"
