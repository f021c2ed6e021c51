"""Forgetting connections: an address that is given to another domain must not inherit the old one's.

Runs /usr/sbin/conntrack, whose C code walks the table. That it fails is no error, since the entries expire by
themselves: this is the second lock, the anti-spoofing set is the first.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Sequence
from ipaddress import IPv4Address

from qnet_gui.model.errors import KernelError
from qnet_gui.runtime.command import run

CONNTRACK = "/usr/sbin/conntrack"
_DEADLINE = 5.0


def of_address(address: IPv4Address) -> list[list[str]]:
    """Commands that delete every connection of an address: those it began, and those in which it is who answers.

    Whatever address translation makes of the rest. No more commands than these, since each walks the whole table.
    """
    return [[CONNTRACK, "-D", "-f", "ipv4", option, str(address)] for option in ("-s", "-r")]


def of_redirect(virtual: IPv4Address, real: IPv4Address) -> list[str]:
    """The command that deletes the UDP queries to a virtual server that were redirected to `real`."""
    return [CONNTRACK, "-D", "-f", "ipv4", "-p", "udp", "-d", str(virtual), "-r", str(real)]


def run_all(commands: Iterable[Sequence[str]]) -> None:
    """Run commands one after the other and wait for each."""
    for command in commands:
        with contextlib.suppress(KernelError):  # also when there was nothing to delete
            run(command, deadline=_DEADLINE)
