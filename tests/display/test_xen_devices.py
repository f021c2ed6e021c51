"""The two devices, with a kernel that keeps a domain's memory in a file: what is asked, and what the answers mean."""

from __future__ import annotations

import fcntl
import os
import termios
from collections.abc import Iterator

import pytest
from fakes.screen import DOMID, FakeNetvm

from qnet_gui.display import xen_devices
from qnet_gui.display.shared_pages import PAGE_SIZE
from qnet_gui.display.xen_devices import EventChannels, ForeignFrames
from qnet_gui.lab.screen.devices import Evtchn, Privcmd, as_fcntl_gives_it
from qnet_gui.lab.screen.memory import VFB_PAGE


@pytest.fixture
def netvm() -> Iterator[FakeNetvm]:
    netvm = FakeNetvm()
    yield netvm
    netvm.close()


def test_requests_are_what_xens_headers_make_of_them() -> None:
    """As a C compiler has them, from xen/sys/privcmd.h and evtchn.h."""
    names = (
        "PRIVCMD_MMAPBATCH_V2",
        "PRIVCMD_RESTRICT",
        "EVTCHN_BIND_INTERDOMAIN",
        "EVTCHN_NOTIFY",
        "EVTCHN_RESTRICT_DOMID",
    )
    numbers = [getattr(xen_devices, f"IOCTL_{name}") for name in names]
    assert numbers == [0x205004, 0x25006, 0x84501, 0x44504, 0x24506]


def test_frames_come_in_the_order_in_which_they_are_named(netvm: FakeNetvm) -> None:
    for frame in range(4):
        netvm.page(frame)[0] = 10 + frame
    seen = netvm.frames().map([3, 1, 2])
    assert [seen[page * PAGE_SIZE] for page in range(3)] == [13, 11, 12]
    assert len(seen) == 3 * PAGE_SIZE


def test_pixels_are_only_read_and_pages_are_written(netvm: FakeNetvm) -> None:
    frames = netvm.frames()
    with pytest.raises(TypeError):
        frames.map([1])[0] = 1
    frames.map([1], writable=True)[7] = 5
    assert netvm.page(VFB_PAGE)[7] == 5


def test_the_domain_is_restricted_before_anything_else(netvm: FakeNetvm) -> None:
    privcmd, evtchn = Privcmd(netvm.memory_file, DOMID), Evtchn(netvm.near.fileno(), DOMID)
    ForeignFrames(netvm.memory_file, DOMID, privcmd.ioctl)
    EventChannels(netvm.near.fileno(), DOMID, evtchn.ioctl)
    assert (privcmd.restricted, evtchn.restricted) == (DOMID, DOMID)


def test_another_domains_memory_is_refused(netvm: FakeNetvm) -> None:
    frames = ForeignFrames(netvm.memory_file, DOMID + 1, Privcmd(netvm.memory_file, DOMID).ioctl)
    with pytest.raises(PermissionError):
        frames.map([1])


@pytest.mark.parametrize("frames", [[1 << 30], [1, 2, 1 << 30], [1 << 30, 1]])
def test_one_frame_that_is_none_is_enough(netvm: FakeNetvm, frames: list[int]) -> None:
    with pytest.raises(OSError, match="a frame of domain 7: Invalid argument"):
        netvm.frames().map(frames)


def test_a_frame_of_which_the_kernel_says_nothing_is_not_believed(netvm: FakeNetvm) -> None:
    frames = ForeignFrames(netvm.memory_file, DOMID, lambda *_: 0)
    with pytest.raises(OSError, match="a frame of domain 7"):
        frames.map([1])


def test_where_the_device_cannot_be_mapped_it_is_said() -> None:
    reader, writer = os.pipe()
    with pytest.raises(OSError, match="memory for frames"):
        ForeignFrames(reader, DOMID, lambda *_: 0).map([1])
    os.close(reader)
    os.close(writer)


def test_ports_are_bound_rung_and_heard(netvm: FakeNetvm) -> None:
    channels = netvm.channels()
    port = channels.bind(11)
    channels.notify(port)
    assert netvm.next_sound() == ("rang", 11)
    assert channels.take() == []
    netvm.ring(11)
    assert channels.take() == [port]
    channels.listen(port)
    assert netvm.next_sound() == ("listens", 11)


@pytest.mark.parametrize("kind", [bytes, bytearray])
def test_the_stand_ins_answer_as_the_kernel_does_through_python(kind: type[bytes | bytearray]) -> None:
    """A request whose result is 0 and whose answer is in its argument: 3 bytes can be read."""
    reader, writer = os.pipe()
    os.write(writer, b"abc")
    argument = kind(4)
    result = fcntl.ioctl(reader, termios.FIONREAD, argument)
    os.close(reader)
    os.close(writer)
    assert result == as_fcntl_gives_it(0, argument if kind is bytearray else b"\3\0\0\0")


def test_another_domains_port_is_refused(netvm: FakeNetvm) -> None:
    channels = EventChannels(netvm.near.fileno(), DOMID + 1, Evtchn(netvm.near.fileno(), DOMID).ioctl)
    with pytest.raises(PermissionError):
        channels.bind(11)


@pytest.mark.parametrize("device", [ForeignFrames, EventChannels])
def test_where_there_is_no_xen_they_are_not_there(
    device: type[ForeignFrames | EventChannels], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("PRIVCMD", "EVTCHN"):
        monkeypatch.setattr(xen_devices, name, "/nonexistent/xen")
    with pytest.raises(FileNotFoundError):
        device.open(DOMID)
