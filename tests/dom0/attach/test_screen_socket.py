"""The helper asks `qnet-display` for a window: what it gives, and in which words it does not. No root, no bus."""

from __future__ import annotations

import contextlib
import fcntl
import mmap
import os
import socket
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from fakes.display_host import Host
from fakes.screen import ASKED, DOMID

from qnet_gui.display.screen_nodes import DEVICES
from qnet_gui.dom0.attach import screen_socket
from qnet_gui.hypervisor.port import DomainInfo
from qnet_gui.model.domain import DomainState
from qnet_gui.model.errors import NoAnswer, NotFound, QnetError, Refused
from qnet_gui.model.messages.screen import ScreenCode
from qnet_gui.model.netvm_screen.screen_wire import ANSWER, SIZE, Changed, Look, packed, parsed_output

NETVM = DomainInfo(DOMID, "netvm", "u7", DomainState.RUNNING)


@pytest.fixture
def folder() -> Iterator[Path]:
    # not pytest's own folder, since the name of a socket may have 107 characters
    with tempfile.TemporaryDirectory(prefix="qnet") as name:
        yield Path(name)


@contextlib.contextmanager
def answering(folder: Path, answer: Callable[[socket.socket], None]) -> Iterator[None]:
    """Somebody at the socket, who answers one question so."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as listening:
        listening.bind(str(folder / str(DOMID)))
        listening.listen(1)

        def serve() -> None:
            asking, _ = listening.accept()
            with asking:
                answer(asking)

        thread = Thread(target=serve)
        thread.start()
        yield
        thread.join()


def refused(folder: Path, deadline: float = 60) -> QnetError:
    with pytest.raises(QnetError) as raised:
        screen_socket.ask(NETVM, folder, deadline)
    return raised.value


def test_a_netvm_without_a_screen_is_told_from_one_whose_display_has_stopped(folder: Path) -> None:
    error = refused(folder)
    assert (type(error), error.message.code) == (NotFound, ScreenCode.SCREEN_NONE_GIVEN)
    assert error.sentence.startswith("netvm was started without a screen.")
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as left_over:
        left_over.bind(str(folder / str(DOMID)))
    error = refused(folder)
    assert (type(error), error.message.code) == (NoAnswer, ScreenCode.SCREEN_NOT_SERVED)


def test_one_that_is_being_started_is_waited_for(folder: Path) -> None:
    listening = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    listening.bind(str(folder / str(DOMID)))

    def serve() -> None:
        with listening:
            listening.listen(1)
            for size in ((0, 0), (64, 48)):
                asking, _ = listening.accept()
                with asking:
                    descriptors = [asking.fileno()] * 2 if size[0] else []
                    socket.send_fds(asking, [ANSWER.pack(*size)], descriptors)

    with pytest.raises(NoAnswer):
        screen_socket.ask_once_started(NETVM, folder, 0.3)
    thread = Thread(target=serve)
    thread.start()
    given = screen_socket.ask_once_started(NETVM, folder, 60)
    thread.join()
    assert (given.geometry.width, given.geometry.height) == (64, 48)
    given.close()


def test_a_screen_that_is_not_there_yet_is_no_fault(folder: Path) -> None:
    with answering(folder, lambda asking: asking.sendall(ANSWER.pack(0, 0))):
        error = refused(folder)
    assert (type(error), error.message.code) == (Refused, ScreenCode.SCREEN_NOT_YET)


def test_who_does_not_answer_is_waited_for_so_long_and_no_longer(folder: Path) -> None:
    with answering(folder, lambda asking: asking.recv(1) and None):
        error = refused(folder, 0.05)
    assert (type(error), error.message.code) == (NoAnswer, ScreenCode.SCREEN_SILENT)


def test_what_cannot_be_asked_is_told_with_the_reason(folder: Path) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as another:
        another.bind(str(folder / str(DOMID)))
        another.listen(1)
        error = refused(folder)
    assert (type(error), error.message.code) == (NoAnswer, ScreenCode.SCREEN_UNREACHABLE)
    assert "rotocol" in error.sentence


@pytest.mark.parametrize(
    ("answer", "descriptors"),
    [
        (b"", 0),
        (b"x", 0),
        (b"x", 2),
        (ANSWER.pack(0, 0), 1),
        (ANSWER.pack(0, 48), 2),
        (ANSWER.pack(64, 48), 0),
        (ANSWER.pack(64, 48), 1),
        (ANSWER.pack(64, 0), 2),
        (ANSWER.pack(64, 48) + b"x", 2),
        (ANSWER.pack(4097, 48), 2),
    ],
)
def test_nonsense_gives_no_window_and_leaves_nothing_open(folder: Path, answer: bytes, descriptors: int) -> None:
    reader, writer = os.pipe()

    def give(asking: socket.socket) -> None:
        if answer:
            socket.send_fds(asking, [answer], [writer] * descriptors)

    with answering(folder, give):
        error = refused(folder)
    assert (type(error), error.message.code) == (NoAnswer, ScreenCode.SCREEN_NOT_GIVEN)
    os.close(writer)
    # nobody has another descriptor of its other end
    assert os.read(reader, 1) == b""
    os.close(reader)


def test_the_real_one_gives_a_window_that_no_program_inherits(folder: Path, fake_xen: Any) -> None:
    with contextlib.closing(Host(fake_xen, folder, (os.getuid(), os.getgid()))) as host:
        host.until(f"/local/domain/0/device-model/{DOMID}/state", b"running")
        assert refused(host.windows).message.code is ScreenCode.SCREEN_NOT_YET
        host.netvm_answers()
        for device in DEVICES:
            host.until(f"{host.nodes.backend(device)}/state", b"4")
        host.netvm.draw(0, 0, 64, 48, 0x44)
        given = screen_socket.ask(NETVM, host.windows)
        assert given.geometry == ASKED
        for descriptor in (given.picture, given.window):
            assert fcntl.fcntl(descriptor, fcntl.F_GETFD) & fcntl.FD_CLOEXEC
        with (
            socket.fromfd(given.window, socket.AF_UNIX, socket.SOCK_SEQPACKET) as window,
            mmap.mmap(given.picture, ASKED.size, prot=mmap.PROT_READ) as seen,
        ):
            given.close()
            window.settimeout(60)
            window.send(packed(Look(True)))
            assert parsed_output(window.recv(SIZE), ASKED) == Changed(ASKED.whole)
            assert seen[:4] == b"\x44" * 4
