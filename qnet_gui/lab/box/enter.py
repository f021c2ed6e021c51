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
from qnet_gui.lab.box.place import Place, not_up
from qnet_gui.lab.box.programs import ENVIRONMENT
from qnet_gui.model.domain import DomainState
from qnet_gui.model.errors import HypervisorError, NotFound, Refused
from qnet_gui.model.messages.plain import plain
from qnet_gui.model.parse import shown
from qnet_gui.runtime.signals import held


@dataclass(frozen=True, slots=True)
class FirstProcess:
    """A domain's or provider's first process: its number, as the caller sees it, and its control group."""

    pid: int
    cgroup: Path


def status(name: str) -> dict[str, Any]:
    """What the machine of a lab says; `NotFound` where there is no lab."""
    place = Place(name)
    if not place.folder.exists():
        raise not_up(name)
    answer: dict[str, Any] = ask(place.control, "status")
    return answer


def first_process(name: str, domain: str) -> FirstProcess:
    """That of a running domain of a lab, or of a provider; `NotFound` for neither, `Refused` for a paused domain."""
    cgroups, machine = Place(name).cgroup, status(name)
    for entry in machine["domains"]:
        if entry["name"] == domain:
            if entry["state"] != DomainState.RUNNING.value:
                raise Refused(plain(f"{domain} is {entry['state']}: nothing can run in it."))
            return FirstProcess(entry["pid"], cgroups / entry["group"])
    for uplink in machine["uplinks"]:
        if uplink["provider"] == domain:
            return FirstProcess(uplink["pid"], cgroups / domain)
    names = [*(entry["name"] for entry in machine["domains"]), *(uplink["provider"] for uplink in machine["uplinks"])]
    raise NotFound(plain(f"There is no domain {shown(domain)} in this lab; there are {', '.join(names)}."))


def enter_namespaces(pidfd: int) -> None:
    """The calling process is in the namespaces of a domain from now on, but for that of processes."""
    syscalls.setns(pidfd, syscalls.DOMAIN_NAMESPACES)
    os.chdir("/")


def _join_and_enter(pidfd: int, group: Path) -> None:
    cgroup.join(group)  # first: the control groups cannot be seen from inside
    enter_namespaces(pidfd)


def enter(name: str, domain: str) -> None:
    """The calling process, which must have one thread, is in a domain from now on, and so is what it starts.

    A domain has a process namespace of its own, which only what it starts is in.
    """
    process = first_process(name, domain)
    pidfd = os.pidfd_open(process.pid)
    try:
        _join_and_enter(pidfd, process.cgroup)
        syscalls.setns(pidfd, syscalls.CLONE_NEWPID)
    except OSError as error:
        raise HypervisorError(plain(f"{domain} cannot be entered: {error.strerror}.")) from None
    finally:
        os.close(pidfd)


def environment() -> dict[str, str]:
    """The environment of a program that somebody starts in a domain."""
    return {**ENVIRONMENT, "TERM": os.environ.get("TERM", "dumb")}


def popen(process: FirstProcess, command: list[str], tied: bool = False, **options: Any) -> subprocess.Popen[Any]:
    """Start a program in a domain. `tied`: it dies with the calling thread."""
    pidfd = os.pidfd_open(process.pid)

    def prepare() -> None:
        if tied:
            syscalls.die_with_parent()
        _join_and_enter(pidfd, process.cgroup)

    try:
        with held(prepare) as prepared, syscalls.children_in(pidfd):
            return subprocess.Popen(command, preexec_fn=prepared, env=environment(), **options)
    finally:
        os.close(pidfd)


def dom0_bus_address(name: str) -> str:
    """The address of dom0's system bus, for programs outside such as the tray on the user's desktop."""
    return f"unix:path={Place(name).dom0_bus}/system_bus_socket"
