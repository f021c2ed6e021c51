"""The applet's descriptor reads the pixels; it writes them in no way, nor makes them more or fewer."""

from __future__ import annotations

import fcntl
import mmap
import os
from collections.abc import Iterator

import pytest

from qnet_gui.display.picture_memory import SEALS, PictureMemory
from qnet_gui.model.netvm_screen.screen import Geometry

SCREEN = Geometry(64, 48)


@pytest.fixture
def memory() -> Iterator[PictureMemory]:
    memory = PictureMemory(SCREEN)
    yield memory
    memory.close()


@pytest.fixture
def opened_again(memory: PictureMemory) -> Iterator[int]:
    """Whoever is root, or has all rights, opens it for writing; the seals hold him as well."""
    os.fchmod(memory.fileno(), 0o600)
    descriptor = os.open(f"/proc/self/fd/{memory.fileno()}", os.O_RDWR)
    yield descriptor
    os.close(descriptor)


def test_it_is_sealed(memory: PictureMemory) -> None:
    assert fcntl.fcntl(memory.fileno(), fcntl.F_GET_SEALS) & SEALS == SEALS


def test_what_is_written_here_is_read_there(memory: PictureMemory) -> None:
    with mmap.mmap(memory.fileno(), SCREEN.size, prot=mmap.PROT_READ) as seen:
        assert seen[:] == bytes(SCREEN.size)
        memory.pixels[5] = 7
        assert seen[5] == 7


def test_the_descriptor_does_not_write(memory: PictureMemory) -> None:
    with pytest.raises(OSError, match="Bad file descriptor"):
        os.write(memory.fileno(), b"x")
    with pytest.raises(PermissionError):
        mmap.mmap(memory.fileno(), SCREEN.size)
    with pytest.raises(OSError, match="Invalid argument"):
        os.ftruncate(memory.fileno(), 0)


def test_it_is_nobodys_to_write(memory: PictureMemory) -> None:
    assert os.fstat(memory.fileno()).st_mode & 0o777 == 0o444


def test_opened_once_more_it_does_not_write_either(opened_again: int) -> None:
    with pytest.raises(PermissionError):
        os.write(opened_again, b"x")
    with pytest.raises(PermissionError):
        mmap.mmap(opened_again, SCREEN.size)
    for size in (0, SCREEN.size + 1):
        with pytest.raises(PermissionError):
            os.ftruncate(opened_again, size)


def test_who_has_it_keeps_the_last_picture() -> None:
    memory = PictureMemory(SCREEN)
    memory.pixels[0] = 9
    kept = os.dup(memory.fileno())
    memory.close()
    with mmap.mmap(kept, SCREEN.size, prot=mmap.PROT_READ) as seen:
        assert seen[0] == 9
    os.close(kept)
