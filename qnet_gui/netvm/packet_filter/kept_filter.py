"""Our packet filter for those who change elements of it, beside others who may take all of it away.

Between somebody's flush and our repair there is a moment in which the kernel refuses every change. A domain whose card
came in it did not start, and dom0 was told that the packet filter cannot be loaded.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

from qnet_gui.kernel.nft import Nft
from qnet_gui.model.errors import KernelError


class Filter(Protocol):
    """What `Nft` is for who changes elements and reads them."""

    def apply(self, transaction: str) -> None:
        """Apply commands as one transaction: all of them or, with `KernelError`, none."""

    def elements(self, family: str, table: str, name: str, kind: str = "set") -> list[Any]:
        """Elements of a set or map."""


class KeptFilter:
    """`restore`, once it is known, makes the filter anew if it is not there, and raises nothing."""

    def __init__(self, nft: Nft) -> None:
        self._nft = nft
        self.restore: Callable[[], None] | None = None

    def apply(self, transaction: str) -> None:
        """A transaction; what was refused is tried once more after `restore`. `KernelError` when that is refused."""
        try:
            self._nft.apply(transaction)
        except KernelError:
            if self.restore is None:
                raise
            self.restore()
            self._nft.apply(transaction)

    def elements(self, family: str, table: str, name: str, kind: str = "set") -> list[Any]:
        """Elements of a set or map."""
        return self._nft.elements(family, table, name, kind)
