#!/usr/bin/python3 -IB
"""In the netvm: a screen's and a keyboard's frontend with pages of its own, in which there is whatever it likes.

`screen_hostile.py WORD WIDTH HEIGHT` goes on until WORD, a file, says `end`, and puts Linux' own pages back then. Of
this domain's memory only Linux knows where in the machine it is, by a table of its own (xen_p2m_addr), which root may
read. Nothing but xenstore's nodes, that memory and an event channel is needed, and all of that is the netvm's.
"""

from __future__ import annotations

import ctypes
import fcntl
import mmap
import os
import random
import struct
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

PAGE = 4096
#: Ours: the two that are shared, those of the directory, and one for all pixels.
VFB, VKBD, DIRECTORY, PIXELS, COUNT = 0, 1, 2, 4, 5
#: What the picture is filled with: blue, green, red.
COLOUR = b"\x20\x40\x80\0"
#: xen/sys/evtchn.h.
IOCTL_EVTCHN_BIND_UNBOUND_PORT, IOCTL_EVTCHN_NOTIFY = 0x44502, 0x44504
_FIELDS = struct.Struct("<iiIIB")
#: Of xenfb_page (fbif.h): where they are, and in what form. `out`: how far the ring of updates is.
_PLACES = {
    "out": (12, "<I"), "width": (16, "<i"), "height": (20, "<i"), "line": (24, "<I"), "memory": (28, "<I"),
    "depth": (32, "<B"),
}  # fmt: skip


class Memory:
    """Pages that stay where they are; `frames`: where that is in the machine."""

    def __init__(self) -> None:
        self.pages = mmap.mmap(-1, COUNT * PAGE)
        self.pages.write(bytes(COUNT * PAGE))
        first = ctypes.addressof(ctypes.c_char.from_buffer(self.pages))
        assert not ctypes.CDLL(None).mlock(ctypes.c_void_p(first), ctypes.c_size_t(COUNT * PAGE))
        with open("/proc/self/pagemap", "rb") as pagemap:
            pagemap.seek(first // PAGE * 8)
            entries = struct.unpack(f"<{COUNT}Q", pagemap.read(COUNT * 8))
        self.frames = [_frame_in_the_machine(entry & (1 << 55) - 1) for entry in entries]

    def write(self, page: int, at: int, content: bytes) -> None:
        begin = page * PAGE + at
        self.pages[begin : begin + len(content)] = content


def _frame_in_the_machine(frame: int) -> int:
    symbols = Path("/proc/kallsyms").read_text().splitlines()
    table = next(int(line.split()[0], 16) for line in symbols if line.endswith(" xen_p2m_addr"))
    (entries,) = struct.unpack("<Q", _of_the_kernel(table, 8))
    (entry,) = struct.unpack("<Q", _of_the_kernel(entries + frame * 8, 8))
    return int(entry) & (1 << 40) - 1


def _of_the_kernel(address: int, size: int) -> bytes:
    """The kernel's memory, which /proc/kcore gives in ELF's form."""
    with open("/proc/kcore", "rb") as kcore:
        head = kcore.read(64)
        (offset,), (entry, count) = struct.unpack_from("<Q", head, 32), struct.unpack_from("<HH", head, 54)
        for number in range(count):
            kcore.seek(offset + number * entry)
            _, _, begin, start, _, length = struct.unpack("<IIQQQQ", kcore.read(40))
            if start <= address < start + length:
                kcore.seek(begin + address - start)
                return kcore.read(size)
    raise AssertionError(f"{address:#x} is not there")


class Frontends:
    """In the place of Linux' own."""

    def __init__(self, width: int, height: int) -> None:
        self.memory = Memory()
        self._size = width, height
        self._events = os.open("/dev/xen/evtchn", os.O_RDWR)
        # dom0's number is 0
        self._ports = [_port(self._events) for _ in range(2)]

    def share(self) -> list[tuple[str, str]]:
        """Say where they are; what stood there before."""
        before = []
        for device, page, port in zip(("vfb", "vkbd"), (VFB, VKBD), self._ports, strict=True):
            for name, value in (("page-ref", self.memory.frames[page]), ("event-channel", port)):
                path = f"device/{device}/0/{name}"
                before.append((path, _xenstore("read", path)))
                _xenstore("write", path, str(value))
        _connected()
        return before

    def well(self) -> None:
        """Pages in which all is as it should be."""
        width, height = self._size
        frames = self.memory.frames
        self.memory.write(PIXELS, 0, COLOUR * (PAGE // 4))
        self.memory.write(DIRECTORY, 0, struct.pack("<Q", frames[PIXELS]) * (PAGE // 8 * 2))
        self.memory.write(VFB, 0, bytes(PAGE))
        self.memory.write(VFB, 16, _FIELDS.pack(width, height, width * 4, width * height * 4, 32))
        self.memory.write(VFB, 40, struct.pack("<QQ", frames[DIRECTORY], frames[DIRECTORY + 1]))
        self.memory.write(VKBD, 0, bytes(PAGE))

    def lie(self, what: str, number: int) -> None:
        """One thing that is not so."""
        self.well()
        if what in _PLACES:
            at, form = _PLACES[what]
            self.memory.write(VFB, at, struct.pack(form, number))
        elif what == "directory":
            self.memory.write(VFB, 48, struct.pack("<Q", number))
        elif what == "pixels":
            self.memory.write(DIRECTORY, 700 * 8, struct.pack("<Q", number))
        else:  # the keyboard's ring: how far it has been read
            assert what == "in"
            self.memory.write(VKBD, 0, struct.pack("<I", number))
        self.ring()

    def scribble(self, seconds: float = 0.2) -> int:
        """Anything, as fast as it can, and all of it right now and then; how many pages were written."""
        until, written = time.monotonic() + seconds, 0
        while time.monotonic() < until:
            for _ in range(random.randrange(64)):  # noqa: S311
                page, at = random.choice((VFB, VKBD)), random.randrange(PAGE)  # noqa: S311
                self.memory.write(page, at, random.randbytes(min(PAGE - at, random.randrange(1, 200))))  # noqa: S311
                written += 1
            self.ring()
            self.well()
        return written

    def ring(self) -> None:
        """Ring both; nobody may listen."""
        for port in self._ports:
            fcntl.ioctl(self._events, IOCTL_EVTCHN_NOTIFY, struct.pack("@I", port))


def _port(events: int) -> int:
    argument = bytearray(struct.pack("@I", 0))
    return int(fcntl.ioctl(events, IOCTL_EVTCHN_BIND_UNBOUND_PORT, argument))


def _xenstore(verb: str, *words: str) -> str:
    return subprocess.check_output([f"xenstore-{verb}", *words], text=True).strip()


def _connected() -> None:
    """Have dom0 look where the pages are: both are connected, as they were before."""
    for device in ("vfb", "vkbd"):
        _xenstore("write", f"device/{device}/0/state", "4")


def _words(file: Path) -> Iterator[list[str]]:
    """What the file says, again and again, until it is the end."""
    while (words := file.read_text().split()) != ["end"]:
        yield words


def main() -> None:
    word, width, height = Path(sys.argv[1]), *map(int, sys.argv[2:])
    frontends = Frontends(width, height)
    frontends.well()
    before = frontends.share()
    done: list[str] = []
    written = 0
    for words in _words(word):
        if words[:1] == ["scribble"]:
            written += frontends.scribble()
        elif words != done and words:
            frontends.lie(words[0], int(words[1])) if words[1:] else frontends.well()
            done = words
        word.with_suffix(".done").write_text(f"{' '.join(words)} {written}\n")
        time.sleep(0.02)
    for path, value in before:
        _xenstore("write", path, value)
    _connected()
    word.with_suffix(".done").write_text("end\n")


if __name__ == "__main__":
    main()
