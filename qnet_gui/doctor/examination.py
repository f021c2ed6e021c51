"""Looks at everything that a machine of its kind has, and says what is wrong with it, what explains more first."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from qnet_gui.doctor import installation, network, screen, services, settings, xen_host
from qnet_gui.doctor.faults.fault import Finding
from qnet_gui.doctor.machine import Kind, Machine, place


def examine(machine: Machine) -> Iterator[Finding]:
    """Everything that is wrong here; nothing in a domain that has only its own part, and that whole."""
    here = place(machine)
    if here.kind in (Kind.LAB, Kind.ELSEWHERE):
        yield from settings.check(settings.look(machine, here), here)
        return
    xen = xen_host.look(machine, here) if here.kind is Kind.DOM0 else xen_host.Facts()
    yield from xen_host.check(xen)
    installed = installation.look(machine, here)
    yield from installation.check(installed, here)
    if installed.nothing:
        return
    yield from services.check(services.look(machine), here)
    said = settings.look(machine, here)
    # without Xen no helper starts, which would put everything back; with it, the next one does
    yield from settings.check(replace(said, journal=said.journal and xen.booted), here)
    yield from xen_host.check_passthrough(xen, here)
    yield from network.check(network.look(machine, here), here)
    yield from screen.check(screen.look(machine, here), here)
