"""The xenstore client: pyxs with a deadline on every call, plain errors, and watches that survive a reconnect.

Synchronous and for one thread; programs with a main loop use it through `StoreWorker`. Touches xenstore only. Values
are bytes, because others wrote them: parse with `keys.Key.check` or `model.parse`.
"""

from __future__ import annotations

import copy
import errno
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import pyxs
from pyxs.exceptions import PyXSError

from qnet_gui.model.errors import BadInput, QnetError, StoreDenied, StoreError, StoreGone
from qnet_gui.model.messages.system import SystemCode
from qnet_gui.model.parse import shown
from qnet_gui.store.transport import DeadlineRouter, Frame

T = TypeVar("T")

XS_WATCH, XS_UNWATCH, XS_WRITE, XS_DIRECTORY_PART = 4, 5, 11, 22
_DENIED = {errno.EACCES, errno.EPERM, errno.ENOSPC, errno.E2BIG, errno.EDQUOT}
#: How often a transaction is tried again when others wrote meanwhile.
_TRIES = 20


@contextmanager
def _plain_errors(path: str) -> Iterator[None]:
    """pyxs' errors as ours; ENOENT passes through for the caller to give it a meaning."""
    try:
        yield
    except PyXSError as error:
        code = error.args[0] if error.args else None
        if code == errno.ENOENT:
            raise
        if code in _DENIED:
            raise StoreDenied(
                SystemCode.STORE_DENIED, path=shown(path), why=str(errno.errorcode.get(code, code))
            ) from error
        what = errno.errorcode.get(code, str(code)) if isinstance(code, int) else type(error).__name__
        raise StoreError(SystemCode.STORE_FAILED_AT, path=shown(path), why=what) from error
    except ValueError as error:
        raise BadInput(SystemCode.STORE_NOT_ASCII, path=shown(path)) from error


def _not_found(error: PyXSError) -> bool:
    return bool(error.args) and error.args[0] == errno.ENOENT


class Store:
    """One connection to xenstore, made at the first call and again after a loss.

    `path`: socket or device, by default whichever exists. `deadline`: seconds for each request.
    Every method raises `StoreGone` at the deadline or a lost connection, `StoreDenied` for permission or quota.
    """

    def __init__(self, path: Path | str | None = None, deadline: float = 2.0) -> None:
        self._router = DeadlineRouter(Path(path) if path else None, deadline)
        self._client: Any = pyxs.Client(router=self._router)
        self._watches: dict[str, None] = {}
        self._serial = 0

    # -- connection

    def fileno(self) -> int:
        """Readable when a watch event may have arrived; -1 while not connected."""
        return self._router.fileno()

    @property
    def connected(self) -> bool:
        """False before the first call and after a loss."""
        return self._router.is_connected

    def connect(self) -> None:
        """Connect if need be, and set every watch again: each then fires once, which means `look again`."""
        if self._router.is_connected:
            return
        self._router.start()
        self._client.tx_id = 0
        try:
            for path in self._watches:
                self._set_watch(path)
        except QnetError:  # a connection without one of its watches would never tell of that path
            self._router.terminate()
            raise

    def close(self) -> None:
        """Close the connection and forget the watches."""
        self._watches.clear()
        self._router.terminate()

    def __enter__(self) -> Store:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # -- nodes

    def read(self, path: str) -> bytes | None:
        """The value of a node, None where there is none."""
        self.connect()
        with _plain_errors(path):
            try:
                return bytes(self._client.read(path.encode()))
            except PyXSError as error:
                if _not_found(error):
                    return None
                raise

    def children(self, path: str) -> list[str]:
        """Names of a node's children, none where the node does not exist; may be thousands."""
        self.connect()
        with _plain_errors(path):
            try:
                names = self._client.list(path.encode())
            except PyXSError as error:
                if _not_found(error):
                    return []
                if error.args[0] != errno.E2BIG:
                    raise
                names = self._list_in_parts(path.encode())
        return [name.decode("ascii", "replace") for name in names]

    def _list_in_parts(self, path: bytes) -> list[bytes]:
        """A list longer than one message: XS_DIRECTORY_PART, begun anew when the node changes meanwhile."""
        for _ in range(_TRIES):
            listing, generation = b"", None
            while True:
                part = self._raw(XS_DIRECTORY_PART, path + b"\0" + str(len(listing)).encode() + b"\0")
                count, _, names = part.partition(b"\0")
                if generation not in (None, count):
                    break
                generation = count
                listing += names
                if listing.endswith(b"\0\0") or names in (b"", b"\0"):
                    return [name for name in listing.split(b"\0") if name]
        raise StoreError(SystemCode.STORE_RESTLESS, path=shown(path))

    def _raw(self, op: int, payload: bytes) -> bytes:
        """A request that pyxs does not know."""
        self._serial = (self._serial + 1) & 0x7FFFFFFF
        frame = self._router.send(Frame(op, 0x80000000 | self._serial, self._client.tx_id, 0, payload)).get()
        if frame.op != op:
            raise StoreError(SystemCode.STORE_FAILED, value=shown(frame.payload))
        return frame.payload

    def write(self, path: str, value: str | bytes) -> None:
        """Write a node, made if need be together with its parents."""
        self.connect()
        data = value.encode() if isinstance(value, str) else value
        with _plain_errors(path):
            # one argument, because pyxs 0.4.1 refuses an empty one and an empty value is allowed
            self._client.ack(XS_WRITE, path.encode() + b"\0" + data)

    def delete(self, path: str) -> None:
        """Remove a node and all below it; one that is not there is no error."""
        self.connect()
        with _plain_errors(path):
            try:
                self._client.delete(path.encode())
            except PyXSError as error:
                if not _not_found(error):
                    raise

    def mkdir(self, path: str) -> None:
        """Make a node with an empty value unless it exists."""
        self.connect()
        with _plain_errors(path):
            self._client.mkdir(path.encode())

    def set_perms(self, path: str, perms: Iterable[str]) -> None:
        """Set permissions: the owner first (`n0`: others nothing), then who else may what (`r5`, `b5`)."""
        self.connect()
        with _plain_errors(path):
            try:
                self._client.set_perms(path.encode(), [perm.encode() for perm in perms])
            except PyXSError as error:
                if not _not_found(error):
                    raise
                raise StoreError(SystemCode.STORE_NO_NODE, path=shown(path)) from error

    def introduce(self, domid: int, frame: int, port: int) -> None:
        """Tell xenstored of a new domain; toolstacks only."""
        self.connect()
        with _plain_errors(f"domain {domid}"):
            self._client.introduce_domain(domid, frame, port)

    def atomically(self, change: Callable[[Store], T]) -> T:
        """Run `change` inside a transaction, again and again until nobody wrote meanwhile; all of it or nothing."""
        self.connect()
        for _ in range(_TRIES):
            inner = copy.copy(self)
            inner._client = copy.copy(self._client)
            with _plain_errors("a transaction"):
                inner._client.transaction()
            try:
                result = change(inner)
            except BaseException:
                if self.connected:
                    with _plain_errors("a transaction"):
                        inner._client.rollback()
                raise
            with _plain_errors("a transaction"):
                if inner._client.commit():
                    return result
        raise StoreError(SystemCode.STORE_TOO_BUSY)

    # -- watches

    def _set_watch(self, path: str) -> None:
        encoded = path.encode()
        with _plain_errors(path):
            self._client.ack(XS_WATCH, encoded + b"\0" + encoded + b"\0")

    def watch(self, path: str) -> None:
        """Watch a node and all below it; fires once at once. Kept over reconnects."""
        self.connect()
        if path not in self._watches:
            self._set_watch(path)
            self._watches[path] = None

    def watches(self, path: str) -> bool:
        """Whether a path is watched, also while the connection is lost."""
        return path in self._watches

    def unwatch(self, path: str) -> None:
        """Stop watching; a path that is not watched is no error."""
        if self._watches.pop(path, False) is False or not self.connected:
            return
        with _plain_errors(path):
            try:
                self._client.ack(XS_UNWATCH, path.encode() + b"\0" + path.encode() + b"\0")
            except PyXSError as error:
                if not _not_found(error):
                    raise

    def events(self) -> list[tuple[str, str]]:
        """Events that have arrived, without waiting: (what changed, the watched path that it belongs to)."""
        if not self.connected:
            raise StoreGone(SystemCode.STORE_NOT_CONNECTED)
        events = []
        for path, token in self._router.take_events():
            if (watched := token.decode("ascii", "replace")) in self._watches:
                events.append((path.decode("ascii", "replace"), watched))
        return events
