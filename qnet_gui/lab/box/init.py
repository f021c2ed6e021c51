"""The first process of a domain: makes its namespaces and its root, starts its programs, reaps them, plays udev.

Started by the machine, and told by it which program to start or stop, as `systemctl` would. Restarts nothing by itself.
"""

from __future__ import annotations

import os
import select
import signal
import sys

from qnet_gui.lab.box import cgroup, files, root, syscalls
from qnet_gui.lab.box.child import Reports
from qnet_gui.lab.box.network import fresh_network
from qnet_gui.lab.box.place import GUEST, Place
from qnet_gui.lab.box.programs import SET_UP, Programs
from qnet_gui.lab.box.udev import LinkWatch
from qnet_gui.model.errors import QnetError


class Init:
    """One domain's first process."""

    def __init__(self, reports: Reports, place: Place, name: str, role: str, domid: int) -> None:
        self._reports, self._place, self._name, self._role, self._domid = reports, place, name, role, domid
        self._programs = Programs(name, role, place.log)
        self._links: LinkWatch | None = None
        self._guest_again = False

    def boot(self) -> None:
        """From a process of the machine to a running domain."""
        cgroup.join(self._place.cgroup / f"d{self._domid}")
        syscalls.unshare(syscalls.NEWNS | syscalls.NEWNET | syscalls.NEWUTS | syscalls.NEWIPC | syscalls.NEWCGROUP)
        self._reports.say("namespaces")
        if self._role == GUEST:
            self._links = LinkWatch()
        syscalls.set_hostname(self._name)
        fresh_network()
        fresh = root.build(self._place, self._name, self._role, self._domid)
        files.install(self._name, self._role, fresh)
        os.chdir("/")
        wishes = files.open_network_config()
        self._programs.start_all()
        self._reports.say("ready")
        self._supervise(wishes)

    def _supervise(self, wishes: int) -> None:
        wake, wakeup = os.pipe2(os.O_CLOEXEC | os.O_NONBLOCK)
        signal.set_wakeup_fd(wakeup, warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        poller = select.poll()
        for fd in (wake, wishes, self._reports.fileno()):
            poller.register(fd, select.POLLIN)
        if self._links is not None:
            poller.register(self._links, select.POLLIN)
        while True:
            self._programs.reap()
            self._run_guest()
            ready = {fd for fd, _ in poller.poll()}
            if wake in ready:
                os.read(wake, 256)
            if wishes in ready:
                self._programs.wished(os.read(wishes, 4096))
            if self._reports.fileno() in ready:
                self._order()
            if self._links is not None and self._links.changed():
                self._guest_again = True

    def _run_guest(self) -> None:
        """Run qnet-guest again after a card came or went; never two at once."""
        if self._guest_again and not self._programs.runs(SET_UP):
            self._guest_again = False
            self._programs.start(SET_UP)

    def _order(self) -> None:
        order = self._reports.order()
        if not order:
            sys.exit(0)
        try:
            getattr(self._programs, order["do"])(order["program"])
        except QnetError as error:
            self._reports.answer(order, error.sentence)
        else:
            self._reports.answer(order)


def main(control: str, lab: str, name: str, role: str, domid: str) -> None:
    """Be the init of a domain."""
    syscalls.adopt_orphans()
    os.umask(0o022)
    init = Init(Reports(int(control)), Place(lab), name, role, int(domid))
    try:
        init.boot()
    except (OSError, QnetError) as error:
        print(f"<3>{name} cannot boot: {error}", file=sys.stderr)
        sys.exit(1)


if __name__ == "__main__":
    main(*sys.argv[1:6])
