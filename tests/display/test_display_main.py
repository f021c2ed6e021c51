"""`qnet-display` as a whole: libxl's questions, a netvm's screen in a window, keys, and the domain's end."""

from __future__ import annotations

import contextlib
import logging
import mmap
import os
import signal
import socket
import tempfile
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from fakes.display_host import Host
from fakes.screen import ASKED, DOMID

from qnet_gui.display import main as program
from qnet_gui.display.libxl.qmp import GREETING
from qnet_gui.display.screen_nodes import DEVICES
from qnet_gui.lab.screen.memory import PAGES, taken_inputs
from qnet_gui.model.netvm_screen.screen import Geometry, Rectangle
from qnet_gui.model.netvm_screen.screen_wire import SIZE, Changed, KeyPress, Look, packed, parsed_output

OTHER_UID = 64323


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
        assert memories_opened(host.root_part()) == 1, "the child's devices are the child's alone"
        with window:
            assert window.recv(SIZE) == b""
    assert host.running.poll() is None


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGHUP])
def test_however_it_ends_it_takes_its_child_along(host: Host, number: signal.Signals) -> None:
    """A socket at which nobody listens stays where the domain goes on, or it would pass for one without a screen."""
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
    host.wait_until_nobody_listens()
    assert (host.windows / str(DOMID)).exists() is (number != signal.SIGHUP)


def test_a_root_part_that_is_killed_comes_back_and_knows_of_no_key_whether_it_is_down(host: Host) -> None:
    host.netvm_answers()
    host.until(f"{host.nodes.backend('vkbd')}/state", b"4")
    picture, window = host.window()
    os.close(picture)
    before = host.root_part()
    with window:
        window.send(packed(KeyPress(28, True)))
        while taken_inputs(host.netvm.vkbd) != [(3, 1, 28)]:
            time.sleep(0.01)
        os.kill(before, signal.SIGKILL)
        assert window.recv(SIZE) == b""
    picture, window = host.window_again()
    os.close(picture)
    assert host.root_part() != before
    with window:
        released: set[tuple[int, ...]] = set()
        while (3, 0, 28) not in released:
            host.netvm.ring(PAGES.vkbd.port)
            released.update(taken_inputs(host.netvm.vkbd))
    assert host.running.poll() is None


def test_a_root_part_that_comes_back_after_the_domains_end_writes_nothing(host: Host) -> None:
    host.until(f"/local/domain/0/device-model/{DOMID}/state", b"running")
    os.kill(host.running.pid, signal.SIGSTOP)
    os.kill(host.root_part(), signal.SIGKILL)
    for device in DEVICES:
        host.store.delete(host.nodes.backend(device))
        host.store.delete(host.nodes.frontend(device))
    os.kill(host.running.pid, signal.SIGCONT)
    assert host.running.wait(60) == 0
    assert host.store.read(f"{host.nodes.backend('vfb')}/state") is None


def test_the_screen_is_as_large_as_is_configured_and_a_faulty_configuration_keeps_no_netvm_from_starting(
    tmp_path: Path, log_guard: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    log_guard.expect("dom0.screen")
    file = tmp_path / "qnet.toml"
    monkeypatch.setattr(program.config, "load", partial(program.config.load, file))
    for text, geometry in (
        ("", Geometry(1024, 768)),
        ("[dom0]\nscreen = '800x600'", Geometry(800, 600)),
        ("[dom0]\nscreen = 'large'", Geometry(1024, 768)),
    ):
        file.write_text(text)
        assert program._geometry() == geometry


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
