"""The memory that xenstored shares with the lab's domains, seen from the domains' side. Touches nothing else.

The layout is xenstub.c's; a ring page is xen/include/public/io/xs_wire.h's `xenstore_domain_interface`.
"""

from __future__ import annotations

import mmap
import os

PAGE_SIZE = 4096
DOMAINS = 32752
STATES = DOMAINS * PAGE_SIZE
BELL = STATES + 8 * PAGE_SIZE
SIZE = BELL + PAGE_SIZE
#: A domain's byte among the states.
ABSENT, RUNNING, DYING = 0, 1, 2

_XENSTORE_RING_SIZE = 1024
_RSP_OFFSET = _XENSTORE_RING_SIZE
_INDEXES_OFFSET = 2 * _XENSTORE_RING_SIZE // 4
_REQ_CONS, _REQ_PROD, _RSP_CONS, _RSP_PROD = range(_INDEXES_OFFSET, _INDEXES_OFFSET + 4)
_INDEX_MASK = 0xFFFFFFFF


def new_memory() -> int:
    """A file descriptor of fresh shared memory, to be inherited by xenstored and the bridge."""
    fd = os.memfd_create("qnet-lab-xen", os.MFD_CLOEXEC)
    os.ftruncate(fd, SIZE)
    os.pwrite(fd, bytes([RUNNING]), STATES)  # dom0: xenstored removes what a dead domain owns
    return fd


class Memory:
    """The whole of it: domain states, the bell, and the rings."""

    def __init__(self, fd: int) -> None:
        self._fd = fd
        self._tail = mmap.mmap(fd, SIZE - STATES, offset=STATES)

    def set_state(self, domid: int, state: int) -> None:
        """Make a domain exist, die, or not exist."""
        self._tail[domid] = state

    def clear_bell(self) -> None:
        """Take note that the bell rang; whatever comes after rings it again."""
        self._tail[BELL - STATES] = 0

    def ring(self, domid: int) -> Ring:
        """The ring of a domain, emptied."""
        return Ring(mmap.mmap(self._fd, PAGE_SIZE, offset=domid * PAGE_SIZE))


class Ring:
    """One domain's page: requests out, answers in. Indexes are written as whole words: another process reads them."""

    def __init__(self, page: mmap.mmap) -> None:
        page[:] = bytes(PAGE_SIZE)
        self._page = page
        self._words = memoryview(page).cast("I")

    def put(self, data: bytes | bytearray) -> int:
        """Write as much of `data` as there is room for; returns how much that was."""
        words = self._words
        prod = words[_REQ_PROD]
        count = min(len(data), _XENSTORE_RING_SIZE - ((prod - words[_REQ_CONS]) & _INDEX_MASK))
        if count <= 0:
            return 0
        start = prod % _XENSTORE_RING_SIZE
        first = min(count, _XENSTORE_RING_SIZE - start)
        self._page[start : start + first] = data[:first]
        if count > first:
            self._page[: count - first] = data[first:count]
        words[_REQ_PROD] = (prod + count) & _INDEX_MASK
        return count

    def take(self) -> bytes:
        """All bytes that xenstored has written and nobody took."""
        words = self._words
        cons, prod = words[_RSP_CONS], words[_RSP_PROD]
        if cons == prod:
            return b""
        count = (prod - cons) & _INDEX_MASK
        start = cons % _XENSTORE_RING_SIZE
        first = min(count, _XENSTORE_RING_SIZE - start)
        data = self._page[_RSP_OFFSET + start : _RSP_OFFSET + start + first]
        if count > first:
            data += self._page[_RSP_OFFSET : _RSP_OFFSET + count - first]
        words[_RSP_CONS] = prod
        return data

    def close(self) -> None:
        """Give the page back."""
        self._words.release()
        self._page.close()
