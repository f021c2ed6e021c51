"""The nodes of a fake xenstore: values, permissions, quotas and transactions, as the C xenstored has them.

A node is never changed, only replaced, so that a transaction is a copy of the table. Source: xen/tools/xenstore (4.17).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import TypeVar

T = TypeVar("T")
#: Of a domain that is not dom0: bytes of a node, its permissions included, and how many nodes it may own.
ENTRY_SIZE, ENTRIES = 2048, 1000
_OVERHEAD, _PERMISSION = 24, 8
_NAME = re.compile(r"/|(?:/[A-Za-z0-9_@-]+)+")
_PATH_LENGTH = 3072
DOM0 = 0


class Refusal(Exception):
    """What a request is answered with instead: the name of an errno."""


@dataclass(frozen=True, slots=True)
class Permissions:
    """The owner, what all others may, and who else may what: of `n`, `r`, `w`, `b`."""

    owner: int = DOM0
    others: str = "n"
    more: tuple[tuple[int, str], ...] = ()

    @classmethod
    def parse(cls, texts: list[str]) -> Permissions:
        pairs = [(int(text[1:]), text[0]) for text in texts]
        if not pairs or any(kind not in "nrwb" for _, kind in pairs):
            raise Refusal("EINVAL")
        return cls(pairs[0][0], pairs[0][1], tuple(pairs[1:]))

    def allow(self, domid: int, wanted: str) -> bool:
        if domid in (DOM0, self.owner):
            return True
        return dict(self.more).get(domid, self.others) in (wanted, "b")

    def texts(self) -> list[str]:
        return [f"{kind}{domid}" for domid, kind in ((self.owner, self.others), *self.more)]


@dataclass(frozen=True, slots=True)
class Node:
    """`generation` changes with the value, the permissions and the list of children."""

    value: bytes = b""
    permissions: Permissions = field(default_factory=Permissions)
    children: tuple[str, ...] = ()
    generation: int = 0


def parent_of(path: str) -> str:
    return path.rpartition("/")[0] or "/"


def absolute(path: str, domid: int) -> str:
    """The whole path of one that may be relative to a domain's home."""
    whole = path if path.startswith("/") else f"/local/domain/{domid}/{path}"
    if len(whole) > _PATH_LENGTH or not _NAME.fullmatch(whole):
        raise Refusal("EINVAL")
    return whole


class Tree:
    """All nodes. `accessed`: the generation of whatever a transaction has looked at; None outside of one."""

    def __init__(self) -> None:
        self.nodes: dict[str, Node] = {"/": Node()}
        self.accessed: dict[str, int | None] | None = None
        self._generations = iter(range(1, 1 << 62))

    def transaction(self) -> Tree:
        """A copy, which notes what is accessed."""
        copy = Tree()
        copy.nodes, copy.accessed, copy._generations = dict(self.nodes), {}, self._generations
        return copy

    def unchanged_since(self, transaction: Tree) -> bool:
        """Whether nobody has changed what the transaction has looked at."""
        accessed = transaction.accessed or {}
        return all(generation == self._generation(path) for path, generation in accessed.items())

    def _generation(self, path: str) -> int | None:
        node = self.nodes.get(path)
        return None if node is None else node.generation

    def _get(self, path: str) -> Node | None:
        node = self.nodes.get(path)
        if self.accessed is not None:
            self.accessed.setdefault(path, None if node is None else node.generation)
        return node

    # -- who may

    def _closest(self, path: str) -> Node:
        """The node, or the closest one above it that exists."""
        while (node := self._get(path)) is None:
            path = parent_of(path)
        return node

    def readable(self, path: str, domid: int) -> bool:
        """Whether a domain may know of a node, or of its absence."""
        closest = path
        while closest not in self.nodes:
            closest = parent_of(closest)
        return self.nodes[closest].permissions.allow(domid, "r")

    def node(self, path: str, domid: int, wanted: str = "r") -> Node:
        """A node that is there and may be read (or written); else ENOENT or EACCES."""
        node = self._get(path)
        if node is None:
            raise Refusal("ENOENT" if self._closest(path).permissions.allow(domid, wanted) else "EACCES")
        if not node.permissions.allow(domid, wanted):
            raise Refusal("EACCES")
        return node

    # -- changes; each returns the paths that changed, for the watches

    def _put(self, path: str, node: Node) -> None:
        if self.accessed is not None:
            self._get(path)
        self.nodes[path] = replace(node, generation=next(self._generations))

    def _check_quota(self, node: Node, domid: int) -> None:
        size = len(node.value) + sum(len(name) + 1 for name in node.children)
        size += _OVERHEAD + _PERMISSION * (1 + len(node.permissions.more))
        if domid != DOM0 and size >= ENTRY_SIZE:
            raise Refusal("ENOSPC")

    def _create(self, path: str, domid: int, value: bytes) -> None:
        above = parent_of(path)
        if self._get(above) is None:
            self._create(above, domid, b"")
        parent = self.nodes[above]
        permissions = parent.permissions
        if domid != DOM0:
            if sum(node.permissions.owner == domid for node in self.nodes.values()) >= ENTRIES:
                raise Refusal("ENOSPC")
            permissions = replace(permissions, owner=domid)
        grown = replace(parent, children=(*parent.children, path.rpartition("/")[2]))
        self._check_quota(grown, domid)
        self._put(above, grown)
        self._put(path, Node(value, permissions))

    def _all_or_nothing(self, change: Callable[[], T]) -> T:
        before = dict(self.nodes)
        try:
            return change()
        except Refusal:
            self.nodes = before
            raise

    def write(self, path: str, domid: int, value: bytes) -> None:
        node = self._get(path)
        permissions = (node or self._closest(path)).permissions
        if not permissions.allow(domid, "w"):
            raise Refusal("EACCES")
        self._check_quota(replace(node or Node(), value=value), domid)
        if node is None:
            self._all_or_nothing(lambda: self._create(path, domid, value))
        else:
            self._put(path, replace(node, value=value))

    def mkdir(self, path: str, domid: int) -> bool:
        """Whether there was none."""
        node = self._get(path)
        if not (node or self._closest(path)).permissions.allow(domid, "w"):
            raise Refusal("EACCES")
        if node is None:
            self._all_or_nothing(lambda: self._create(path, domid, b""))
        return node is None

    def remove(self, path: str, domid: int) -> list[str]:
        """The node and all below it; returns their paths, none when there was no such node."""
        above = parent_of(path)
        if path == "/":
            raise Refusal("EINVAL")
        try:
            self.node(path, domid, "w")
        except Refusal as refusal:
            if str(refusal) == "ENOENT" and self._get(above) is not None:
                return []
            raise
        gone = list(self._below(path))
        for name in gone:
            self._get(name)
            del self.nodes[name]
        parent = self.nodes[above]
        name = path.rpartition("/")[2]
        self._put(above, replace(parent, children=tuple(child for child in parent.children if child != name)))
        return gone

    def _below(self, path: str) -> Iterator[str]:
        yield path
        for child in self.nodes[path].children:
            yield from self._below(f"{path}/{child}")

    def set_permissions(self, path: str, domid: int, permissions: Permissions) -> None:
        node = self.node(path, domid, "w")
        if domid not in (DOM0, node.permissions.owner):
            raise Refusal("EACCES")
        if domid not in (DOM0, permissions.owner):
            raise Refusal("EPERM")
        self._put(path, replace(node, permissions=permissions))

    def forget_domain(self, domid: int) -> None:
        """It is dead: what it owned goes, and nobody who gets its number inherits a right of its."""
        for path in [path for path, node in self.nodes.items() if path != "/" and node.permissions.owner == domid]:
            if path in self.nodes:
                self.remove(path, DOM0)
        for path, node in list(self.nodes.items()):
            if any(who == domid for who, _ in node.permissions.more):
                more = tuple(pair for pair in node.permissions.more if pair[0] != domid)
                self._put(path, replace(node, permissions=replace(node.permissions, more=more)))
