"""A domain's home in xenstore, and how dom0 writes in it: only while it is there. It blocks."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from qnet_gui.store.client import Store

T = TypeVar("T")


def home(domid: int) -> str:
    """The path of a domain's home."""
    return f"/local/domain/{domid}"


def within_home(store: Store, domid: int, change: Callable[[Store], T]) -> T | None:
    """Change nodes in a domain's home in one transaction; None, and nothing is done, where the domain has died.

    Whoever looks before the transaction may write after the toolstack has removed the home: that brings it back, and
    others take the domain for alive (seen on Xen 4.17: its network cards could not be given back).
    """

    def look(inside: Store) -> T | None:
        return None if inside.read(home(domid)) is None else change(inside)

    return store.atomically(look)
