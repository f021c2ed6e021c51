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

#: xen/include/public/io/xs_wire.h's `xsd_sockmsg`: type, req_id, tx_id, len.
_HEADER = struct.Struct("=IIII")
XENSTORE_PAYLOAD_MAX = 4096
XS_WATCH, XS_UNWATCH, XS_TRANSACTION_START, XS_TRANSACTION_END = 4, 5, 6, 7
XS_WATCH_EVENT, XS_ERROR, XS_RESET_WATCHES = 15, 16, 21
#: Requests of one client that may be under way; it is not read further before one is answered.
_MAX_PENDING = 32
#: Bytes that may wait for a client that does not read; then it is dropped.
_BACKLOG = 1 << 20


class Client:
    """One connection of a program in the domain."""

    def __init__(self, sock: socket.socket) -> None:
        self.sock = sock
        self.incoming = bytearray()
        self.outgoing = bytearray()
        self.pending = 0
        self.transactions: set[int] = set()
        self.watches: dict[tuple[bytes, bytes], bytes] = {}
        self.closed = False

    @property
    def readable(self) -> bool:
        """Whether a further request may be read now."""
        return self.pending < _MAX_PENDING

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


class _PendingRequest(NamedTuple):
    """A request under way on the ring; `client` is None for one of the bridge's own."""

    client: Client | None
    req_id: int
    message_type: int
    tx_id: int
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
        self._pending: dict[int, _PendingRequest] = {}
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
            message_type, req_id, tx_id, length = _HEADER.unpack_from(buffer)
            if length > XENSTORE_PAYLOAD_MAX:
                client.closed = True
                return
            if len(buffer) < 16 + length:
                break
            payload = bytes(buffer[16 : 16 + length])
            del buffer[: 16 + length]
            self._request(client, message_type, req_id, tx_id, payload)
        self.write_ring()

    def _request(self, client: Client, message_type: int, req_id: int, tx_id: int, payload: bytes) -> None:
        watch = None
        if tx_id and tx_id not in client.transactions:
            return self._refuse(client, req_id, tx_id, b"ENOENT")
        if message_type in (XS_WATCH, XS_UNWATCH):
            path, token, *_ = [*payload.split(b"\0"), b"", b""]
            watch = (path, token)
            if message_type == XS_WATCH:
                if watch in client.watches:
                    return self._refuse(client, req_id, tx_id, b"EEXIST")
                client.watches[watch] = b"%x" % next(self._numbers)
                self._watchers[client.watches[watch]] = (client, token)
            elif watch not in client.watches:
                return self._refuse(client, req_id, tx_id, b"ENOENT")
            payload = path + b"\0" + client.watches[watch] + b"\0"
        elif message_type == XS_RESET_WATCHES:
            return self._refuse(client, req_id, tx_id, b"EINVAL")
        client.pending += 1
        return self._ask(_PendingRequest(client, req_id, message_type, tx_id, watch), payload)

    @staticmethod
    def _refuse(client: Client, req_id: int, tx_id: int, error: bytes) -> None:
        client.send(_HEADER.pack(XS_ERROR, req_id, tx_id, len(error) + 1) + error + b"\0")

    def _ask(self, pending: _PendingRequest, payload: bytes) -> None:
        req_id = next(self._numbers) & 0xFFFFFFFF
        self._pending[req_id] = pending
        self._to_ring += _HEADER.pack(pending.message_type, req_id, pending.tx_id, len(payload)) + payload

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
            message_type, req_id, tx_id, length = _HEADER.unpack_from(buffer, start)
            end = start + 16 + length
            if len(buffer) < end:
                break
            client = self._answer(message_type, req_id, tx_id, bytes(buffer[start + 16 : end]))
            if client is not None:
                touched.add(client)
            start = end
        del buffer[:start]
        return touched

    def _answer(self, message_type: int, req_id: int, tx_id: int, payload: bytes) -> Client | None:
        if message_type == XS_WATCH_EVENT:
            path, own_token, *_ = payload.split(b"\0")
            client, token = self._watchers.get(own_token, (None, b""))
            if client is not None:
                payload = path + b"\0" + token + b"\0"
                client.send(_HEADER.pack(message_type, 0, 0, len(payload)) + payload)
            return client
        pending = self._pending.pop(req_id, None)
        if pending is None or pending.client is None:
            return None
        client = pending.client
        client.pending -= 1
        self._track(pending, client, message_type, payload)
        client.send(_HEADER.pack(message_type, pending.req_id, tx_id, len(payload)) + payload)
        return client

    def _track(self, pending: _PendingRequest, client: Client, message_type: int, payload: bytes) -> None:
        """Keep in mind which transactions and watches a client has."""
        good = message_type != XS_ERROR
        if pending.message_type == XS_TRANSACTION_START and good:
            tx_id = int(payload.rstrip(b"\0"))
            if client in self.clients:
                client.transactions.add(tx_id)
            else:
                self._ask(_PendingRequest(None, 0, XS_TRANSACTION_END, tx_id, None), b"F\0")
        elif pending.message_type == XS_TRANSACTION_END:
            client.transactions.discard(pending.tx_id)
        elif pending.watch is not None and good == (pending.message_type == XS_UNWATCH):
            self._watchers.pop(client.watches.pop(pending.watch, b""), None)

    # -- the end

    def forget(self, client: Client) -> None:
        """A client has gone: take back its watches and transactions."""
        self.clients.discard(client)
        client.closed = True
        for tx_id in client.transactions:
            self._ask(_PendingRequest(None, 0, XS_TRANSACTION_END, tx_id, None), b"F\0")
        for (path, _), own_token in client.watches.items():
            self._watchers.pop(own_token, None)
            self._ask(_PendingRequest(None, 0, XS_UNWATCH, 0, None), path + b"\0" + own_token + b"\0")
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
