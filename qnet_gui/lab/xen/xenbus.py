"""What Linux' xenbus driver does: lets many clients at once be one domain on that domain's single xenstore ring.

Request numbers and watch tokens of the clients are exchanged for the domain's own; when a client goes, its watches are
removed and its transactions aborted. Pure but for the ring and the clients' sockets; `bridge.py` waits and calls.
"""

from __future__ import annotations

import contextlib
import itertools
import socket
import struct
from collections.abc import Callable
from typing import NamedTuple

from qnet_gui.lab.xen.xenstore_ring import Ring

_HEADER = struct.Struct("=IIII")
_PAYLOAD_MAX = 4096
WATCH, UNWATCH, TRANSACTION_START, TRANSACTION_END, WATCH_EVENT, ERROR, RESET_WATCHES = 4, 5, 6, 7, 15, 16, 21
#: Requests of one client that may be under way; it is not read further before one is answered.
_UNDER_WAY = 32
#: Bytes that may wait for a client that does not read; then it is dropped.
_BACKLOG = 1 << 20


class Client:
    """One connection of a program in the domain."""

    def __init__(self, sock: socket.socket) -> None:
        self.sock = sock
        self.incoming = bytearray()
        self.outgoing = bytearray()
        self.under_way = 0
        self.transactions: set[int] = set()
        self.watches: dict[tuple[bytes, bytes], bytes] = {}
        self.closed = False

    @property
    def readable(self) -> bool:
        """Whether a further request may be read now."""
        return self.under_way < _UNDER_WAY

    def send(self, data: bytes) -> None:
        """Send, or keep for later what the socket does not take; a client that lags too far is given up."""
        if self.closed:
            return
        if not self.outgoing:
            try:
                data = data[self.sock.send(data) :]
            except BlockingIOError:
                pass
            except OSError:
                self.closed = True
                return
        if data:
            self.outgoing += data
            self.closed = len(self.outgoing) > _BACKLOG

    def flush(self) -> None:
        """The socket takes more: send what waited."""
        waiting, self.outgoing = bytes(self.outgoing), bytearray()
        self.send(waiting)


class _Asked(NamedTuple):
    """A request under way on the ring; `client` is None for one of the bridge's own."""

    client: Client | None
    number: int
    op: int
    transaction: int
    watch: tuple[bytes, bytes] | None


class Xenbus:
    """One domain: its ring and its clients. `kick` tells xenstored that the ring has changed."""

    def __init__(self, ring: Ring, kick: Callable[[], None]) -> None:
        self.clients: set[Client] = set()
        self._ring = ring
        self._kick = kick
        self._numbers = itertools.count(1)
        self._to_ring = bytearray()
        self._from_ring = bytearray()
        self._asked: dict[int, _Asked] = {}
        self._watchers: dict[bytes, tuple[Client, bytes]] = {}

    # -- from the clients

    def receive(self, client: Client) -> None:
        """Read a client's socket and pass its requests on."""
        try:
            data = client.sock.recv(65536)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if not data:
            client.closed = True
            return
        client.incoming += data
        self.advance(client)

    def advance(self, client: Client) -> None:
        """Pass on the requests that a client has sent whole, as many as may be under way."""
        buffer = client.incoming
        while len(buffer) >= 16 and client.readable and not client.closed:
            op, number, transaction, size = _HEADER.unpack_from(buffer)
            if size > _PAYLOAD_MAX:
                client.closed = True
                return
            if len(buffer) < 16 + size:
                break
            payload = bytes(buffer[16 : 16 + size])
            del buffer[: 16 + size]
            self._request(client, op, number, transaction, payload)
        self.write_ring()

    def _request(self, client: Client, op: int, number: int, transaction: int, payload: bytes) -> None:
        watch = None
        if transaction and transaction not in client.transactions:
            return self._refuse(client, number, transaction, b"ENOENT")
        if op in (WATCH, UNWATCH):
            path, token, *_ = [*payload.split(b"\0"), b"", b""]
            watch = (path, token)
            if op == WATCH:
                if watch in client.watches:
                    return self._refuse(client, number, transaction, b"EEXIST")
                client.watches[watch] = b"%x" % next(self._numbers)
                self._watchers[client.watches[watch]] = (client, token)
            elif watch not in client.watches:
                return self._refuse(client, number, transaction, b"ENOENT")
            payload = path + b"\0" + client.watches[watch] + b"\0"
        elif op == RESET_WATCHES:
            return self._refuse(client, number, transaction, b"EINVAL")
        client.under_way += 1
        return self._ask(_Asked(client, number, op, transaction, watch), payload)

    @staticmethod
    def _refuse(client: Client, number: int, transaction: int, error: bytes) -> None:
        client.send(_HEADER.pack(ERROR, number, transaction, len(error) + 1) + error + b"\0")

    def _ask(self, asked: _Asked, payload: bytes) -> None:
        number = next(self._numbers) & 0xFFFFFFFF
        self._asked[number] = asked
        self._to_ring += _HEADER.pack(asked.op, number, asked.transaction, len(payload)) + payload

    # -- the ring

    def write_ring(self) -> None:
        """Put on the ring what there is room for."""
        if self._to_ring:
            count = self._ring.put(self._to_ring)
            if count:
                del self._to_ring[:count]
                self._kick()

    def read_ring(self) -> set[Client]:
        """Take what xenstored has written and hand it to the clients; returns those that something came for."""
        touched: set[Client] = set()
        data = self._ring.take()
        if not data:
            return touched
        self._kick()  # there is room again
        self._from_ring += data
        buffer = self._from_ring
        start = 0
        while len(buffer) - start >= 16:
            op, number, transaction, size = _HEADER.unpack_from(buffer, start)
            end = start + 16 + size
            if len(buffer) < end:
                break
            client = self._answer(op, number, transaction, bytes(buffer[start + 16 : end]))
            if client is not None:
                touched.add(client)
            start = end
        del buffer[:start]
        return touched

    def _answer(self, op: int, number: int, transaction: int, payload: bytes) -> Client | None:
        if op == WATCH_EVENT:
            path, own, *_ = payload.split(b"\0")
            client, token = self._watchers.get(own, (None, b""))
            if client is not None:
                payload = path + b"\0" + token + b"\0"
                client.send(_HEADER.pack(op, 0, 0, len(payload)) + payload)
            return client
        asked = self._asked.pop(number, None)
        if asked is None or asked.client is None:
            return None
        client = asked.client
        client.under_way -= 1
        self._note(asked, client, op, payload)
        client.send(_HEADER.pack(op, asked.number, transaction, len(payload)) + payload)
        return client

    def _note(self, asked: _Asked, client: Client, op: int, payload: bytes) -> None:
        """Keep in mind which transactions and watches a client has."""
        good = op != ERROR
        if asked.op == TRANSACTION_START and good:
            identity = int(payload.rstrip(b"\0"))
            if client in self.clients:
                client.transactions.add(identity)
            else:
                self._ask(_Asked(None, 0, TRANSACTION_END, identity, None), b"F\0")
        elif asked.op == TRANSACTION_END:
            client.transactions.discard(asked.transaction)
        elif asked.watch is not None and good == (asked.op == UNWATCH):
            self._watchers.pop(client.watches.pop(asked.watch, b""), None)

    # -- the end

    def forget(self, client: Client) -> None:
        """A client has gone: take back its watches and transactions."""
        self.clients.discard(client)
        client.closed = True
        for identity in client.transactions:
            self._ask(_Asked(None, 0, TRANSACTION_END, identity, None), b"F\0")
        for (path, _), own in client.watches.items():
            self._watchers.pop(own, None)
            self._ask(_Asked(None, 0, UNWATCH, 0, None), path + b"\0" + own + b"\0")
        client.watches.clear()
        client.transactions.clear()
        with contextlib.suppress(OSError):
            client.sock.close()
        self.write_ring()

    def close(self) -> None:
        """The domain has gone: drop its clients and its ring."""
        for client in self.clients:
            client.sock.close()
        self.clients.clear()
        self._ring.close()
