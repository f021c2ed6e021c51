"""libxl's connections: greeted, answered, and let go, at a socket that root alone reaches."""

from __future__ import annotations

import json
import socket
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from qnet_gui.display.libxl.qemu_arguments import QemuArguments
from qnet_gui.display.libxl.qmp import GREETING
from qnet_gui.display.libxl.qmp_sockets import CONNECTIONS_MAX, QmpSockets

QUESTION = b'{"execute": "query-chardev", "id": 1}\r\n'


@pytest.fixture
def path() -> Iterator[Path]:
    # not pytest's own folder, since the name of a socket may have 107 characters
    with tempfile.TemporaryDirectory(prefix="qnet") as folder:
        yield Path(folder, "qmp")


@pytest.fixture
def sockets(path: Path) -> Iterator[QmpSockets]:
    sockets = QmpSockets(QemuArguments(7, (str(path),)))
    yield sockets
    sockets.close()


def connected(sockets: QmpSockets, path: Path) -> socket.socket:
    asking = socket.socket(socket.AF_UNIX)
    asking.settimeout(60)
    asking.connect(str(path))
    sockets.ready(sockets.filenos()[0])
    return asking


def attend(sockets: QmpSockets) -> None:
    for descriptor in sockets.filenos()[1:]:
        sockets.ready(descriptor)


def test_it_is_greeted_and_answered(sockets: QmpSockets, path: Path) -> None:
    with connected(sockets, path) as asking, asking.makefile("rb") as answers:
        assert answers.readline() == GREETING
        for _ in range(2):
            asking.send(QUESTION)
            attend(sockets)
            assert json.loads(answers.readline()) == {"return": [], "id": 1}


def test_root_alone_reaches_it(sockets: QmpSockets, path: Path) -> None:
    assert path.stat().st_mode & 0o777 == 0o600


def test_what_another_has_left_there_is_taken_away(sockets: QmpSockets, path: Path) -> None:
    later = QmpSockets(QemuArguments(7, (str(path),)))
    connected(later, path).close()
    later.close()


def test_a_socket_that_listens_already() -> None:
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind("")
        address = listening.getsockname()
        sockets = QmpSockets(QemuArguments(7, (), (listening.detach(),)))
    with socket.socket(socket.AF_UNIX) as asking:
        asking.settimeout(60)
        asking.connect(address)
        sockets.ready(sockets.filenos()[0])
        assert asking.recv(4096) == GREETING
    sockets.close()


@pytest.mark.parametrize("said", [b"no\r\n", b"", b" " * 4097])
def test_who_says_anything_else_or_goes_is_let_go(sockets: QmpSockets, path: Path, said: bytes) -> None:
    with connected(sockets, path) as asking:
        asking.send(said) if said else asking.shutdown(socket.SHUT_WR)
        for _ in range(2):
            attend(sockets)
    assert len(sockets.filenos()) == 1


def test_who_does_not_read_is_let_go(sockets: QmpSockets, path: Path) -> None:
    with connected(sockets, path) as asking:
        while len(sockets.filenos()) == 2:
            asking.send(QUESTION * 50)
            attend(sockets)


def test_too_many_are_let_go(sockets: QmpSockets, path: Path) -> None:
    asking = [connected(sockets, path) for _ in range(CONNECTIONS_MAX + 1)]
    assert asking[-1].recv(1) == b""
    assert len(sockets.filenos()) == CONNECTIONS_MAX + 1
    for connection in asking:
        connection.close()


def test_what_is_not_of_these_is_none_of_its_business(sockets: QmpSockets) -> None:
    before = sockets.filenos()
    sockets.ready(0)
    assert sockets.filenos() == before
