"""What is around one `qnet-display` as a program: libxl, the helper, and a netvm whose memory is a file."""

from __future__ import annotations

import errno
import os
import select
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from fakes.screen import DOMID, FakeNetvm
from qnet_gui.display.screen_nodes import DEVICES, ScreenNodes
from qnet_gui.lab.screen.memory import PAGES
from qnet_gui.model.netvm_screen.screen_wire import ANSWER
from qnet_gui.store.client import Store

ROOT = Path(__file__).parents[2]
_PROGRAM = ROOT / "tests/display/display_program.py"


class Host:
    """libxl, the helper and the netvm around one `qnet-display`."""

    def __init__(self, xen: Any, folder: Path, owner: tuple[int, int]) -> None:
        self.netvm, self.folder = FakeNetvm(), folder
        #: Where the helper asks.
        self.windows = folder / "windows"
        xen.hardware.add(DOMID)
        self.store = Store(xen.hardware.socket)
        self.nodes = ScreenNodes(self.store, DOMID)
        for device in DEVICES:
            for end in (self.nodes.frontend(device), self.nodes.backend(device)):
                self.store.write(f"{end}/state", "1")
        given = (self.netvm.memory_file, self.netvm.near.fileno())
        libxl = ["-xen-domid", str(DOMID), "-chardev", f"socket,id=libxl-cmd,path={folder / 'qmp'},server=on,wait=off"]
        words = [sys.executable, "-B", str(_PROGRAM), *map(str, owner)]
        self.running = subprocess.Popen(
            [*words, str(self.windows), *map(str, given), *libxl],
            env={
                **os.environ,
                "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'tests'}",
                "XENSTORED_PATH": str(xen.hardware.socket),
            },
            pass_fds=given, stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip

    def root_part(self) -> int:
        """The process that gives windows a child; what libxl started is its minder."""
        (pid,) = Path(f"/proc/{self.running.pid}/task/{self.running.pid}/children").read_text().split()
        return int(pid)

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
            asking.connect(str(self.windows / str(DOMID)))
            answer, (picture, window), _, _ = socket.recv_fds(asking, 64, 2)
        assert ANSWER.unpack(answer) == (64, 48)
        sock = socket.socket(fileno=window)
        sock.settimeout(60)
        return picture, sock

    def window_again(self) -> tuple[int, socket.socket]:
        """The same, of a program that is about to be started again."""
        until = time.monotonic() + 60
        while True:
            try:
                return self.window()
            except (ConnectionRefusedError, FileNotFoundError, ValueError):
                # nobody listens yet, or it has no screen to give yet
                assert time.monotonic() < until
                time.sleep(0.01)

    def wait_until_nobody_listens(self) -> None:
        """Whatever the socket is by then."""
        until = time.monotonic() + 60
        while True:
            with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as asking:
                if asking.connect_ex(str(self.windows / str(DOMID))) in (errno.ECONNREFUSED, errno.ENOENT):
                    return
            assert time.monotonic() < until
            time.sleep(0.01)

    def close(self) -> None:
        if self.running.poll() is None:
            self.running.kill()
        self.running.communicate()
        self.store.close()
        self.netvm.close()
