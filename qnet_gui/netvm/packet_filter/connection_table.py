"""The kernel's table of connections: its size, its patience, how full it is.

Settings of the network namespace that the process is in, but for the size, which is the machine's: a namespace that is
not the machine's own cannot change that, and need not.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from qnet_gui.kernel.sysctl import set_sysctl
from qnet_gui.model.errors import KernelError
from qnet_gui.netvm.packet_filter import former
from qnet_gui.runtime.mainloop import after

_FOLDER = Path("/proc/sys/net/netfilter")
_PATIENCE, _LARGEST, _BUCKETS = "nf_conntrack_tcp_timeout_established", "nf_conntrack_max", "nf_conntrack_buckets"
#: Seconds for which a TCP connection may say nothing, instead of five days, for which those of a domain that was killed
#: would fill the table. RFC 5382 asks of address translation for 2 hours 4 minutes, in which a peer asks at least once
#: whether the other is there. All other times are seconds and minutes as the kernel has them.
_ESTABLISHED = 2 * 3600 + 240
#: Domains that may reach their limit before the table is full. An entry takes some 300 bytes, when it is used.
_SHARES = 4
_ALMOST, _ENOUGH = 0.9, 0.8
#: Seconds between two looks.
_SECONDS = 30.0


def _number(name: str) -> int:
    """A setting, 0 where the kernel has none of that name."""
    try:
        return int((_FOLDER / name).read_text())
    except (OSError, ValueError):
        return 0


def limit(connections: int) -> int:
    """How many connections a domain may have that is to have so many: nobody gets more than half of the table."""
    largest = _number(_LARGEST)
    return min(connections, max(largest // 2, 1)) if largest else connections


def watched() -> list[str]:
    """The settings that somebody may change, as far as this kernel has them."""
    return [f"netfilter/{name}" for name in (_PATIENCE, _LARGEST) if (_FOLDER / name).exists()]


def _changes(connections: int) -> dict[str, int]:
    """What is otherwise than it should be, and can be set: in a namespace, or on another kernel, not all can."""
    changes = {_PATIENCE: _ESTABLISHED} if _number(_PATIENCE) != _ESTABLISHED else {}
    if _number(_LARGEST) < connections * _SHARES:
        changes |= dict.fromkeys((_BUCKETS, _LARGEST), connections * _SHARES)
    return {name: value for name, value in changes.items() if os.access(_FOLDER / name, os.W_OK)}


def prepare(connections: int) -> bool:
    """Set times and size for so many connections a domain; whether anything was otherwise, and is so now.

    There is nothing to set before a filter is loaded.
    """
    changes = _changes(connections)
    former.remember_settings(f"netfilter/{name}" for name in changes)
    with suppress(KernelError):
        for name, value in changes.items():
            set_sysctl(f"netfilter/{name}", value)
    return _changes(connections) != changes


class FillWatch:
    """Whether the table is almost full; once it is, not before it is some way below again.

    No event tells, so it looks now and then, while `wanted` says that there is somebody to fill it; `changed` is called
    when the answer is another than before.
    """

    def __init__(self, wanted: Callable[[], bool], changed: Callable[[], None]) -> None:
        self._wanted = wanted
        self._changed = changed
        self._waits = False
        self.almost_full = False

    def look(self) -> None:
        """Look, and look again later."""
        largest = _number(_LARGEST)
        limit = largest * (_ENOUGH if self.almost_full else _ALMOST)
        was, self.almost_full = self.almost_full, bool(largest) and _number("nf_conntrack_count") >= limit
        if not self._waits and self._wanted():
            self._waits = True
            after(_SECONDS, self._again)
        if was != self.almost_full:
            self._changed()

    def _again(self) -> None:
        self._waits = False
        self.look()
