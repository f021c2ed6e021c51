"""The way into a domain of a lab from outside, for the person in front of the machine: namespaces and control group.

Touches the calling process only, or the one that it starts.
"""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from qnet_gui.hypervisor.lab import ask
from qnet_gui.lab.box import cgroup, syscalls
from qnet_gui.lab.box.place import Place
from qnet_gui.lab.box.programs import ENVIRONMENT
from qnet_gui.model.domain import DomainState
from qnet_gui.model.errors import HypervisorError, NotFound, Refused
from qnet_gui.model.messages.plain import plain
from qnet_gui.model.parse import shown

_KINDS = syscalls.NEWNS | syscalls.NEWNET | syscalls.NEWUTS | syscalls.NEWIPC | syscalls.NEWCGROUP


@dataclass(frozen=True, slots=True)
class Door:
    """Where a domain's or provider's first process is."""

    pid: int
    group: Path


def status(name: str) -> dict[str, Any]:
    """What the machine of a lab says; `NotFound` where there is no lab."""
    place = Place(name)
    if not place.folder.exists():
        raise NotFound(plain(f"There is no lab named {name}. Start it: sudo qnet lab up"))
    found: dict[str, Any] = ask(place.control, "status")
    return found


def door(name: str, domain: str) -> Door:
    """Find a running domain, or a provider."""
    group, picture = Place(name).cgroup, status(name)
    for found in picture["domains"]:
        if found["name"] == domain:
            if found["state"] != DomainState.RUNNING.value:
                raise Refused(plain(f"{domain} is {found['state']}: nothing can run in it."))
            return Door(found["pid"], group / found["group"])
    for found in picture["uplinks"]:
        if found["provider"] == domain:
            return Door(found["pid"], group / domain)
    known = [found["name"] for found in picture["domains"]] + [found["provider"] for found in picture["uplinks"]]
    raise NotFound(plain(f"There is no domain {shown(domain)} in this lab; there are {', '.join(known)}."))


def walk_in(pidfd: int) -> None:
    """The calling process is in the namespaces of a domain from now on, but for that of processes."""
    syscalls.setns(pidfd, _KINDS)
    os.chdir("/")


def _join_and_walk_in(pidfd: int, group: Path) -> None:
    cgroup.join(group)  # first: the control groups cannot be seen from inside
    walk_in(pidfd)


def enter(name: str, domain: str) -> None:
    """The calling process, which must have one thread, is in a domain from now on, and so is what it starts.

    Other domains than dom0 have process namespaces of their own, which only what it starts is in.
    """
    found = door(name, domain)
    pidfd = os.pidfd_open(found.pid)
    try:
        _join_and_walk_in(pidfd, found.group)
        syscalls.setns(pidfd, syscalls.NEWPID)
    except OSError as error:
        raise HypervisorError(plain(f"{domain} cannot be entered: {error.strerror}.")) from None
    finally:
        os.close(pidfd)


def environment() -> dict[str, str]:
    """The environment of a program that somebody starts in a domain."""
    return {**ENVIRONMENT, "TERM": os.environ.get("TERM", "dumb")}


def popen(found: Door, command: list[str], tied: bool = False, **options: Any) -> subprocess.Popen[Any]:
    """Start a program in a domain. `tied`: it dies with the calling thread."""
    pidfd = os.pidfd_open(found.pid)

    def prepare() -> None:
        if tied:
            syscalls.die_with_parent()
        _join_and_walk_in(pidfd, found.group)

    try:
        with syscalls.children_in(pidfd):
            return subprocess.Popen(command, preexec_fn=prepare, env=environment(), **options)
    finally:
        os.close(pidfd)


def dom0_bus_address(name: str) -> str:
    """The address of dom0's system bus, for programs outside such as the tray on the user's desktop."""
    return f"unix:path={Place(name).dom0_bus}/system_bus_socket"
