"""xenstored in a thread: the same wire, at a socket of dom0's and one of each domain, on the nodes of `tree`.

Takes the place of the daemon and not of our client, so that `Store`, its transport and `StoreWorker` are the real ones.
Source of the wire: xen/include/public/io/xs_wire.h.
"""

from __future__ import annotations

import contextlib
import selectors
import socket
import struct
import threading
from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path
from queue import SimpleQueue
from typing import Any

from waiting import DEADLINE

from fakes.tree import DOM0, Permissions, Refusal, Tree, absolute

_HEADER = struct.Struct("=IIII")
XENSTORE_PAYLOAD_MAX = 4096
XS_DIRECTORY, XS_READ, XS_GET_PERMS, XS_WATCH, XS_UNWATCH = 1, 2, 3, 4, 5
XS_TRANSACTION_START, XS_TRANSACTION_END, XS_INTRODUCE = 6, 7, 8
XS_WRITE, XS_MKDIR, XS_RM, XS_SET_PERMS = 11, 12, 13, 14
XS_WATCH_EVENT, XS_ERROR, XS_DIRECTORY_PART = 15, 16, 22
_OK = b"OK\0"


class _Connection:
    """A client; `domid` is who it is."""

    def __init__(self, sock: socket.socket, domid: int) -> None:
        self.sock = sock
        self.domid = domid
        self.received = bytearray()
        self.to_send = bytearray()
        self.watches: list[tuple[str, str, bytes]] = []  # whole path, path as it was given, token
        self.transactions: dict[int, tuple[Tree, list[Callable[[Tree], list[str]]]]] = {}


class FakeXenstored:
    """Serves from its making until `close`. Everything happens on its own thread, one request after the other."""

    def __init__(self, path: Path) -> None:
        self.tree = Tree()
        self._selector = selectors.DefaultSelector()
        self._connections: set[_Connection] = set()
        self._listeners: dict[Path, socket.socket] = {}
        self._exist = {DOM0}
        self._numbers = iter(range(1, 1 << 31))
        self._calls: SimpleQueue[tuple[Callable[[], Any], Future[Any]]] = SimpleQueue()
        self._bell, self._wake = socket.socketpair()
        self._bell.setblocking(False)
        self._selector.register(self._bell, selectors.EVENT_READ)
        self._ended = False
        self._listen(path, DOM0)
        self._goes_on = threading.Event()
        self._goes_on.set()
        self._thread = threading.Thread(target=self._run, name="fake xenstored", daemon=True)
        self._thread.start()

    # -- from the test's thread

    def call(self, do: Callable[[], Any]) -> Any:
        """Do something on the daemon's thread, and wait for it."""
        done: Future[Any] = Future()
        self._calls.put((do, done))
        self._wake.send(b"!")
        return done.result(30)

    def add(self, domid: int, path: Path) -> None:
        """A domain begins to exist; who connects to `path` is this domain."""

        def add() -> None:
            self._exist.add(domid)
            self._listen(path, domid)

        self.call(add)

    def release(self, domid: int) -> None:
        """It is dying: whoever watches @releaseDomain is told."""
        self.call(lambda: self._fire("@releaseDomain"))

    def remove(self, domid: int, path: Path) -> None:
        """It exists no more."""

        def remove() -> None:
            self._exist.discard(domid)
            for connection in [candidate for candidate in self._connections if candidate.domid == domid]:
                self._drop(connection)
            self._unlisten(path)
            self.tree.forget_domain(domid)
            self._fire("@releaseDomain")

        self.call(remove)

    def stop(self) -> None:
        """It answers nobody, as after SIGSTOP, until `go_on`."""
        self.call(self._goes_on.clear)

    def go_on(self) -> None:
        """As after SIGCONT."""
        self._goes_on.set()

    def close(self) -> None:
        """It dies, and everything that it knew is lost."""
        self._goes_on.set()

        def end() -> None:
            self._ended = True

        self.call(end)
        self._thread.join(DEADLINE)
        self._bell.close()
        self._wake.close()

    # -- on the daemon's thread

    def _listen(self, path: Path, domid: int) -> None:
        listener = socket.socket(socket.AF_UNIX)
        listener.setblocking(False)
        listener.bind(str(path))
        listener.listen(128)
        self._listeners[path] = listener
        self._selector.register(listener, selectors.EVENT_READ, domid)

    def _unlisten(self, path: Path) -> None:
        listener = self._listeners.pop(path)
        self._selector.unregister(listener)
        listener.close()
        path.unlink(missing_ok=True)

    def _run(self) -> None:
        while not self._ended:
            for key, _ in self._selector.select():
                if isinstance(key.data, _Connection):
                    if key.data in self._connections:
                        self._serve(key.data)
                elif key.data is not None:
                    self._accept(key.fileobj, key.data)
            self._do_calls()
            self._goes_on.wait()
        for connection in list(self._connections):
            self._drop(connection)
        for path in list(self._listeners):
            self._unlisten(path)
        self._selector.close()

    def _do_calls(self) -> None:
        with contextlib.suppress(BlockingIOError):
            self._bell.recv(4096)
        while not self._calls.empty():
            do, done = self._calls.get()
            try:
                done.set_result(do())
            except Exception as error:
                done.set_exception(error)

    def _accept(self, listener: Any, domid: int) -> None:
        sock, _ = listener.accept()
        sock.setblocking(False)
        connection = _Connection(sock, domid)
        self._connections.add(connection)
        self._selector.register(sock, selectors.EVENT_READ, connection)

    def _drop(self, connection: _Connection) -> None:
        self._connections.discard(connection)
        self._selector.unregister(connection.sock)
        connection.sock.close()

    def _serve(self, connection: _Connection) -> None:
        try:
            data = connection.sock.recv(65536)
            if not data:
                self._drop(connection)
                return
            connection.received += data
        except BlockingIOError:
            pass
        except OSError:
            self._drop(connection)
            return
        while len(connection.received) >= _HEADER.size:
            op, request, transaction, size = _HEADER.unpack_from(connection.received)
            if len(connection.received) < _HEADER.size + size:
                break
            payload = bytes(connection.received[_HEADER.size : _HEADER.size + size])
            del connection.received[: _HEADER.size + size]
            try:
                answer = self._handle(connection, op, transaction, payload)
            except Refusal as refusal:
                op, answer = XS_ERROR, f"{refusal}\0".encode()
            self._send(connection, op, request, transaction, answer)
            if op == XS_WATCH:  # it fires at once, after the answer
                self._event(connection, connection.watches[-1], connection.watches[-1][0])
        self._flush(connection)

    def _send(self, connection: _Connection, op: int, request: int, transaction: int, payload: bytes) -> None:
        connection.to_send += _HEADER.pack(op, request, transaction, len(payload)) + payload
        self._flush(connection)

    def _flush(self, connection: _Connection) -> None:
        if connection not in self._connections:
            return
        try:
            while connection.to_send:
                del connection.to_send[: connection.sock.send(connection.to_send)]
        except BlockingIOError:
            pass
        except OSError:
            self._drop(connection)
            return
        wanted = selectors.EVENT_READ | (selectors.EVENT_WRITE if connection.to_send else 0)
        self._selector.modify(connection.sock, wanted, connection)

    # -- requests

    def _handle(self, connection: _Connection, op: int, number: int, payload: bytes) -> bytes:
        if op in _ABOUT_CONNECTIONS:
            return _ABOUT_CONNECTIONS[op](self, connection, number, payload)
        if number and number not in connection.transactions:
            raise Refusal("ENOENT")
        tree, changes = connection.transactions[number] if number else (self.tree, None)
        name, _, rest = payload.partition(b"\0")
        try:
            path = absolute(name.decode("ascii"), connection.domid)
        except UnicodeDecodeError:
            raise Refusal("EINVAL") from None
        if op in _READERS:
            return _READERS[op](tree, path, connection.domid, rest)
        if op not in _CHANGERS:
            raise Refusal("ENOSYS")
        if op == XS_SET_PERMS:
            self._must_exist(rest)
        change = _CHANGERS[op](path, connection.domid, rest)
        changed = change(tree)
        if changes is None:
            self._fire(*changed)
        else:
            changes.append(change)
        return _OK

    def _must_exist(self, permissions: bytes) -> None:
        for text in permissions.rstrip(b"\0").split(b"\0"):
            if int(text[1:]) not in self._exist:
                raise Refusal("ENOENT")

    def _watch(self, connection: _Connection, _: int, payload: bytes) -> bytes:
        name, token, *_rest = payload.split(b"\0")
        given = name.decode("ascii")
        whole = given if given.startswith("@") else absolute(given, connection.domid)
        if any(watch[0] == whole and watch[2] == token for watch in connection.watches):
            raise Refusal("EEXIST")
        connection.watches.append((whole, given, token))
        return _OK

    def _unwatch(self, connection: _Connection, _: int, payload: bytes) -> bytes:
        name, token, *_rest = payload.split(b"\0")
        for watch in connection.watches:
            if watch[1:] == (name.decode("ascii"), token):
                connection.watches.remove(watch)
                return _OK
        raise Refusal("ENOENT")

    def _begin(self, connection: _Connection, number: int, _: bytes) -> bytes:
        number = next(self._numbers)
        connection.transactions[number] = (self.tree.transaction(), [])
        return str(number).encode() + b"\0"

    def _end(self, connection: _Connection, number: int, payload: bytes) -> bytes:
        if number not in connection.transactions:
            raise Refusal("ENOENT")
        inside, changes = connection.transactions.pop(number)
        if payload.startswith(b"T"):
            if not self.tree.unchanged_since(inside):
                raise Refusal("EAGAIN")
            for change in changes:
                self._fire(*change(self.tree))
        return _OK

    def _introduce(self, connection: _Connection, _: int, payload: bytes) -> bytes:
        if connection.domid != DOM0:
            raise Refusal("EACCES")
        if int(payload.split(b"\0")[0]) not in self._exist:
            raise Refusal("EINVAL")
        self._fire("@introduceDomain")
        return _OK

    # -- watches

    def _fire(self, *changed: str) -> None:
        """Tell whoever watches the first or what is above it; of the others, which went with it, who watches them."""
        for index, path in enumerate(changed):
            for connection in list(self._connections):
                for watch in list(connection.watches):
                    below = path.startswith(f"{watch[0]}/") or watch[0] == "/"
                    if path == watch[0] or (below and not index):
                        self._event(connection, watch, path)

    def _event(self, connection: _Connection, watch: tuple[str, str, bytes], path: str) -> None:
        whole, given, token = watch
        if path.startswith("@"):
            if connection.domid != DOM0:
                return
        elif not self.tree.readable(path, connection.domid):
            return
        shown = given + path[len(whole) :]
        self._send(connection, XS_WATCH_EVENT, 0, 0, shown.encode() + b"\0" + token + b"\0")


def _directory(tree: Tree, path: str, domid: int, _: bytes) -> bytes:
    names = b"".join(name.encode() + b"\0" for name in tree.node(path, domid).children)
    if len(names) > XENSTORE_PAYLOAD_MAX:
        raise Refusal("E2BIG")
    return names


def _directory_part(tree: Tree, path: str, domid: int, rest: bytes) -> bytes:
    node = tree.node(path, domid)
    names, begin = b"".join(name.encode() + b"\0" for name in node.children), int(rest.rstrip(b"\0"))
    head = str(node.generation).encode() + b"\0"
    room = XENSTORE_PAYLOAD_MAX - len(head) - 1
    part = names[begin : begin + room]
    if begin + room < len(names):
        return head + part[: part.rfind(b"\0") + 1]
    return head + part + b"\0"


_READERS: dict[int, Callable[[Tree, str, int, bytes], bytes]] = {
    XS_READ: lambda tree, path, domid, _: tree.node(path, domid).value,
    XS_DIRECTORY: _directory,
    XS_DIRECTORY_PART: _directory_part,
    XS_GET_PERMS: lambda tree, path, domid, _: b"".join(
        text.encode() + b"\0" for text in tree.node(path, domid).permissions.texts()
    ),
}


def _write(path: str, domid: int, value: bytes) -> Callable[[Tree], list[str]]:
    def change(tree: Tree) -> list[str]:
        tree.write(path, domid, value)
        return [path]

    return change


def _mkdir(path: str, domid: int, _: bytes) -> Callable[[Tree], list[str]]:
    return lambda tree: [path] if tree.mkdir(path, domid) else []


def _rm(path: str, domid: int, _: bytes) -> Callable[[Tree], list[str]]:
    return lambda tree: tree.remove(path, domid)


def _set_perms(path: str, domid: int, rest: bytes) -> Callable[[Tree], list[str]]:
    permissions = Permissions.parse([text.decode() for text in rest.rstrip(b"\0").split(b"\0")])

    def change(tree: Tree) -> list[str]:
        tree.set_permissions(path, domid, permissions)
        return [path]

    return change


_CHANGERS: dict[int, Callable[[str, int, bytes], Callable[[Tree], list[str]]]] = {
    XS_WRITE: _write, XS_MKDIR: _mkdir, XS_RM: _rm, XS_SET_PERMS: _set_perms,
}  # fmt: skip
_ABOUT_CONNECTIONS: dict[int, Callable[[FakeXenstored, _Connection, int, bytes], bytes]] = {
    XS_WATCH: FakeXenstored._watch, XS_UNWATCH: FakeXenstored._unwatch, XS_TRANSACTION_START: FakeXenstored._begin,
    XS_TRANSACTION_END: FakeXenstored._end, XS_INTRODUCE: FakeXenstored._introduce,
}  # fmt: skip
