"""The first process of a domain: makes its namespaces and its root, starts its programs, reaps them, plays udev.

Started by the machine, and told by it which program to start or stop, as `systemctl` would. Restarts nothing by itself.
"""

from __future__ import annotations

import os
import select
import signal
import sys

from qnet_gui.lab.box import cgroup, files, root, syscalls
from qnet_gui.lab.box.child import MachineConnection
from qnet_gui.lab.box.network import fresh_network
from qnet_gui.lab.box.place import GUEST, Place
from qnet_gui.lab.box.programs import GUEST_SETUP, Programs
from qnet_gui.lab.box.udev import LinkWatch
from qnet_gui.model.errors import QnetError


class Init:
    """One domain's first process."""

    def __init__(self, machine: MachineConnection, place: Place, name: str, role: str, domid: int) -> None:
        self._machine, self._place, self._name, self._role, self._domid = machine, place, name, role, domid
        self._programs = Programs(name, role, place.log)
        self._link_watch: LinkWatch | None = None
        self._guest_due = False

    def boot(self) -> None:
        """From a process of the machine to a running domain."""
        cgroup.join(self._place.cgroup / f"d{self._domid}")
        syscalls.unshare(syscalls.DOMAIN_NAMESPACES)
        self._machine.report("namespaces")
        if self._role == GUEST:
            self._link_watch = LinkWatch()
        syscalls.set_hostname(self._name)
        fresh_network()
        first_boot = root.build(self._place, self._name, self._role, self._domid)
        files.install(self._name, self._role, first_boot)
        os.chdir("/")
        activation_requests = files.open_activation_requests()
        self._programs.start_all()
        self._machine.report("ready")
        self._supervise(activation_requests)

    def _supervise(self, activation_requests: int) -> None:
        wakeup_read, wakeup_write = os.pipe2(os.O_CLOEXEC | os.O_NONBLOCK)
        signal.set_wakeup_fd(wakeup_write, warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        poller = select.poll()
        for fd in (wakeup_read, activation_requests, self._machine.fileno()):
            poller.register(fd, select.POLLIN)
        if self._link_watch is not None:
            poller.register(self._link_watch, select.POLLIN)
        while True:
            self._programs.reap()
            self._run_guest()
            ready = {fd for fd, _ in poller.poll()}
            if wakeup_read in ready:
                os.read(wakeup_read, 256)
            if activation_requests in ready:
                self._programs.activate(os.read(activation_requests, 4096))
            if self._machine.fileno() in ready:
                self._obey()
            if self._link_watch is not None and self._link_watch.changed():
                self._guest_due = True

    def _run_guest(self) -> None:
        """Run qnet-guest again after a card came or went; never two at once."""
        if self._guest_due and not self._programs.runs(GUEST_SETUP):
            self._guest_due = False
            self._programs.start(GUEST_SETUP)

    def _obey(self) -> None:
        order = self._machine.order()
        if not order:
            sys.exit(0)
        try:
            getattr(self._programs, order["do"])(order["program"])
        except QnetError as error:
            self._machine.answer(order, error.sentence)
        else:
            self._machine.answer(order)


def main(control: str, lab: str, name: str, role: str, domid: str) -> None:
    """Be the init of a domain."""
    syscalls.adopt_orphans()
    os.umask(0o022)
    init = Init(MachineConnection(int(control)), Place(lab), name, role, int(domid))
    try:
        init.boot()
    except (OSError, QnetError) as error:
        print(f"<3>{name} cannot boot: {error}", file=sys.stderr)
        sys.exit(1)


if __name__ == "__main__":
    main(*sys.argv[1:6])
