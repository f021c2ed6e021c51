"""`qnet-display` as a whole: libxl's questions, a netvm's screen in a window, keys, and the domain's end."""

from __future__ import annotations

import contextlib
import logging
import mmap
import os
import select
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fakes.screen import ASKED, DOMID, PAGES, FakeNetvm, taken_inputs

from qnet_gui.display import main as program
from qnet_gui.display.qmp import GREETING
from qnet_gui.display.screen_nodes import DEVICES, ScreenNodes
from qnet_gui.display.server import ANSWER
from qnet_gui.model.screen import Rectangle
from qnet_gui.model.screen_wire import SIZE, Changed, KeyPress, Look, packed, parsed_output
from qnet_gui.store.client import Store

ROOT = Path(__file__).parents[2]
OTHER_UID = 64323


class Host:
    """libxl, the helper and the netvm around one `qnet-display`."""

    def __init__(self, xen: Any, folder: Path, owner: tuple[int, int]) -> None:
        self.netvm, self.folder = FakeNetvm(), folder
        self.store = Store(xen.hardware.socket)
        self.nodes = ScreenNodes(self.store, DOMID)
        for device in DEVICES:
            for end in (self.nodes.frontend(device), self.nodes.backend(device)):
                self.store.write(f"{end}/state", "1")
        given = (self.netvm.memory_file, self.netvm.near.fileno())
        libxl = ["-xen-domid", str(DOMID), "-chardev", f"socket,id=libxl-cmd,path={folder / 'qmp'},server=on,wait=off"]
        words = [sys.executable, "-B", str(Path(__file__).with_name("display_program.py")), *map(str, owner)]
        self.running = subprocess.Popen(
            [*words, str(folder / "windows"), *map(str, given), *libxl],
            env={
                **os.environ,
                "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'tests'}",
                "XENSTORED_PATH": str(xen.hardware.socket),
            },
            pass_fds=given, stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip

    def until(self, node: str, value: bytes) -> None:
        """Waits for a node of xenstore to have this value."""
        self.store.watch(node)
        poller = select.poll()
        poller.register(self.store.fileno(), select.POLLIN)
        while self.store.read(node) != value:
            assert self.running.poll() is None, self.running.stderr.read() if self.running.stderr else ""
            # so long that it does not matter, so that a program that ends is seen as well
            poller.poll(1000)
            self.store.events()
        self.store.unwatch(node)

    def netvm_answers(self) -> None:
        """As Linux' frontends do."""
        for device, page in zip(DEVICES, (PAGES.vfb, PAGES.vkbd), strict=True):
            for name, value in (("page-ref", page.frame), ("event-channel", page.port), ("state", 3)):
                self.store.write(f"{self.nodes.frontend(device)}/{name}", str(value))

    def window(self) -> tuple[int, socket.socket]:
        """The picture's descriptor and the window's socket."""
        with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as asking:
            asking.settimeout(60)
            asking.connect(str(self.folder / f"windows/{DOMID}"))
            answer, (picture, window), _, _ = socket.recv_fds(asking, 64, 2)
        assert ANSWER.unpack(answer) == (64, 48)
        sock = socket.socket(fileno=window)
        sock.settimeout(60)
        return picture, sock

    def close(self) -> None:
        if self.running.poll() is None:
            self.running.kill()
        self.running.communicate()
        self.store.close()
        self.netvm.close()


@pytest.fixture(params=["own", pytest.param("other", marks=pytest.mark.root)])
def host(request: pytest.FixtureRequest, either_xen: Any) -> Iterator[Host]:
    owner = os.getuid(), os.getgid()
    if request.param == "other":
        request.getfixturevalue("as_root")
        owner = OTHER_UID, OTHER_UID
    with tempfile.TemporaryDirectory(prefix="qnet") as folder:
        host = Host(either_xen, Path(folder), owner)
        yield host
        host.close()


def test_from_libxls_first_question_to_the_domains_end(host: Host) -> None:
    host.until(f"/local/domain/0/device-model/{DOMID}/state", b"running")
    with socket.socket(socket.AF_UNIX) as libxl:
        libxl.settimeout(60)
        libxl.connect(str(host.folder / "qmp"))
        assert libxl.recv(4096) == GREETING
    host.netvm_answers()
    for device in DEVICES:
        host.until(f"{host.nodes.backend(device)}/state", b"4")
    host.netvm.draw(0, 0, 64, 48, 0x44)
    picture, window = host.window()
    with window, mmap.mmap(picture, ASKED.size, prot=mmap.PROT_READ) as seen:
        os.close(picture)
        window.send(packed(Look(True)))
        assert parsed_output(window.recv(SIZE), ASKED) == Changed(ASKED.whole)
        assert seen[:] == host.netvm.pixels
        host.netvm.draw(1, 2, 3, 4, 0x55)
        host.netvm.ring(PAGES.vfb.port)
        assert parsed_output(window.recv(SIZE), ASKED) == Changed(Rectangle(1, 2, 4, 6))
        assert seen[:] == host.netvm.pixels
        window.send(packed(KeyPress(28, True)))
        while host.netvm.next_sound() != ("rang", PAGES.vkbd.port):
            pass
        assert taken_inputs(host.netvm.vkbd) == [(3, 1, 28)]
        host.store.write(f"{host.nodes.backend('vfb')}/state", "5")
        assert host.running.wait(60) == 0
        assert window.recv(SIZE) == b"", "the child has gone with it"
    assert not (host.folder / f"windows/{DOMID}").exists()


def memories_opened(pid: int) -> int:
    """How many of its descriptors are of the netvm's memory; others may come and go meanwhile."""
    count = 0
    for link in Path(f"/proc/{pid}/fd").iterdir():
        with contextlib.suppress(FileNotFoundError):
            count += link.readlink().name.startswith("memfd:netvm")
    return count


def test_a_netvm_that_lies_ends_a_child_and_no_more(host: Host) -> None:
    host.netvm.vfb[16:20] = (4096).to_bytes(4, "little")
    host.netvm_answers()
    host.until(f"{host.nodes.backend('vkbd')}/state", b"4")
    for _ in range(3):
        picture, window = host.window()
        os.close(picture)
        assert memories_opened(host.running.pid) == 1, "the child's devices are the child's alone"
        with window:
            assert window.recv(SIZE) == b""
    assert host.running.poll() is None


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGHUP])
def test_however_it_ends_it_takes_its_child_along(host: Host, number: signal.Signals) -> None:
    host.netvm_answers()
    host.until(f"{host.nodes.backend('vkbd')}/state", b"4")
    picture, window = host.window()
    os.close(picture)
    with window:
        window.send(packed(Look(True)))
        window.recv(SIZE)
        host.running.send_signal(number)
        assert host.running.wait(60) == (-number if number == signal.SIGKILL else 0)
        assert window.recv(SIZE) == b""
    assert (host.folder / f"windows/{DOMID}").exists() == (number == signal.SIGKILL)


@pytest.mark.parametrize(
    ("words", "why"),
    [([], "-xen-domid is"), (["-xen-domid", "x"], "not a domain id"), (["-xen-domid", "7"], "no user")],
)
def test_where_it_cannot_begin_it_says_why(
    words: list[str], why: str, log_guard: Any, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    log_guard.expect("")
    monkeypatch.setattr(program, "USER", "nobody-of-that-name")
    monkeypatch.setattr(program.log, "setup", lambda _: None)
    with caplog.at_level(logging.ERROR):
        assert program.main(words) == 1
    assert why in caplog.text
