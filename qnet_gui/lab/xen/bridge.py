"""The process between the domains' xenstore clients and xenstored's rings: one epoll loop for all domains.

Started by the machine with three inherited descriptors: the shared memory, the event channels' socket, and a socket on
which the machine says which domains there are. Touches those and one listening socket a domain.
"""

from __future__ import annotations

import contextlib
import json
import socket
import struct
import sys
from functools import partial
from pathlib import Path
from select import EPOLLERR, EPOLLHUP, EPOLLIN, EPOLLOUT, epoll
from typing import Any

from qnet_gui.lab.xen.xenbus import Client, Xenbus
from qnet_gui.lab.xen.xenstore_ring import ABSENT, DYING, RUNNING, Memory

_PORT = struct.Struct("=I")


class _Domain:
    """A domain of the bridge."""

    def __init__(self, domid: int, xenbus: Xenbus, listener: socket.socket) -> None:
        self.domid = domid
        self.xenbus = xenbus
        self.listener = listener
        self.paused = False


class Bridge:
    """All domains. Nothing in here blocks but the one wait in `run`."""

    def __init__(self, memory: int, events: int, control: int) -> None:
        self._memory = Memory(memory)
        self._events = socket.socket(fileno=events)
        self._control = socket.socket(fileno=control)
        self._domains: dict[int, _Domain] = {}
        self._listeners: dict[int, _Domain] = {}
        self._clients: dict[int, tuple[_Domain, Client]] = {}
        self._event_masks: dict[int, int] = {}
        self._unsent_kicks: set[int] = set()
        self._epoll = epoll()
        for sock in (self._events, self._control):
            sock.setblocking(False)
            self._wait_for(sock.fileno(), EPOLLIN)

    def run(self) -> None:
        """Serve until the machine closes its end."""
        while True:
            for fd, mask in self._epoll.poll():
                if fd == self._events.fileno():
                    self._on_events(mask)
                elif fd == self._control.fileno():
                    if not self._on_control():
                        return
                elif fd in self._listeners:
                    self._on_connect(self._listeners[fd])
                elif fd in self._clients:
                    self._on_client(fd, mask)

    def _wait_for(self, fd: int, mask: int) -> None:
        if fd not in self._event_masks:
            self._epoll.register(fd, mask)
        elif self._event_masks[fd] != mask:
            self._epoll.modify(fd, mask)
        self._event_masks[fd] = mask

    def _stop_waiting(self, fd: int) -> None:
        self._epoll.unregister(fd)
        del self._event_masks[fd]

    # -- event channels

    def _kick(self, domid: int) -> None:
        try:
            self._events.send(_PORT.pack(domid))
        except BlockingIOError:  # xenstored has enough to do; the socket says when it takes more
            self._unsent_kicks.add(domid)
            self._wait_for(self._events.fileno(), EPOLLIN | EPOLLOUT)

    def _on_events(self, mask: int) -> None:
        if mask & EPOLLOUT:
            domids, self._unsent_kicks = self._unsent_kicks, set()
            self._wait_for(self._events.fileno(), EPOLLIN)
            for domid in domids:
                self._kick(domid)
        if mask & EPOLLIN:
            self._memory.clear_bell()  # before the rings are looked at, so that a later change rings again
            with contextlib.suppress(BlockingIOError):
                self._events.recv(16)
            for domain in self._domains.values():
                if not domain.paused:
                    self._service(domain)

    def _service(self, domain: _Domain) -> None:
        touched = domain.xenbus.read_ring()
        domain.xenbus.write_ring()
        for client in touched:
            domain.xenbus.advance(client)
            self._update(domain, client)

    # -- clients

    def _on_connect(self, domain: _Domain) -> None:
        try:
            sock, _ = domain.listener.accept()
        except OSError:
            return
        sock.setblocking(False)
        client = Client(sock)
        domain.xenbus.clients.add(client)
        self._clients[sock.fileno()] = (domain, client)
        self._wait_for(sock.fileno(), EPOLLIN)

    def _on_client(self, fd: int, mask: int) -> None:
        domain, client = self._clients[fd]
        if mask & EPOLLOUT:
            client.flush()
        if mask & ~EPOLLOUT and client.readable:
            domain.xenbus.receive(client)
        elif mask & (EPOLLHUP | EPOLLERR):
            client.closed = True
        self._update(domain, client)

    def _update(self, domain: _Domain, client: Client) -> None:
        """Something happened to a client: wait for the right thing next, or let it go."""
        if client not in domain.xenbus.clients:
            return
        fd = client.sock.fileno()
        if client.closed:
            self._stop_waiting(fd)
            del self._clients[fd]
            domain.xenbus.forget(client)
        else:
            self._wait_for(fd, (EPOLLIN if client.readable else 0) | (EPOLLOUT if client.outgoing else 0))

    # -- the machine

    def _on_control(self) -> bool:
        try:
            message = self._control.recv(4096)
        except BlockingIOError:
            return True
        if not message:
            return False
        order: dict[str, Any] = json.loads(message)
        getattr(self, "_do_" + order.pop("do"))(**order)
        self._control.send(b"ok")
        return True

    def _do_add(self, domid: int, path: str) -> None:
        listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        listener.bind(path)
        Path(path).chmod(0o600)  # as /dev/xen/xenbus: root's
        listener.listen(64)
        listener.setblocking(False)
        domain = _Domain(domid, Xenbus(self._memory.ring(domid), partial(self._kick, domid)), listener)
        self._domains[domid] = self._listeners[listener.fileno()] = domain
        self._memory.set_state(domid, RUNNING)
        self._wait_for(listener.fileno(), EPOLLIN)

    def _do_pause(self, domid: int, paused: bool) -> None:
        domain = self._domains[domid]
        domain.paused = paused
        fds = [domain.listener.fileno(), *(client.sock.fileno() for client in domain.xenbus.clients)]
        for fd in fds:
            self._wait_for(fd, 0 if paused else EPOLLIN)
        if not paused:
            self._service(domain)
            for client in list(domain.xenbus.clients):
                self._update(domain, client)

    def _do_dying(self, domid: int) -> None:
        self._memory.set_state(domid, DYING)
        self._kick(0)

    def _do_remove(self, domid: int) -> None:
        self._memory.set_state(domid, ABSENT)
        self._kick(0)
        domain = self._domains.pop(domid)
        for sock in [domain.listener, *(client.sock for client in domain.xenbus.clients)]:
            self._listeners.pop(sock.fileno(), None)
            self._clients.pop(sock.fileno(), None)
            self._stop_waiting(sock.fileno())
        domain.listener.close()
        domain.xenbus.close()


if __name__ == "__main__":
    Bridge(*map(int, sys.argv[1:4])).run()
