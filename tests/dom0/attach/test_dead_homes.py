"""What dom0 writes about a domain that dies this moment must not bring its home back: others take it for alive then."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from qnet_gui.dom0.attach.provisioning import HomeNodes, carry_out
from qnet_gui.dom0.observe import agent_requests, traffic_watch
from qnet_gui.model.errors import Refused
from qnet_gui.store import keys
from qnet_gui.store.client import Store
from qnet_gui.store.home import home, within_home

NETVM, WORK = 1, 2
BACKEND = f"{home(NETVM)}/backend/vif/{WORK}/0"


@pytest.fixture
def store(either_xen: Any) -> Iterator[Store]:
    """Both domains are there, with a vif between them that has no address yet."""
    for domid in (NETVM, WORK):
        either_xen.hardware.add(domid)
    with Store(either_xen.hardware.socket) as store:
        store.write(f"{home(WORK)}/name", "work")
        store.write(f"{home(NETVM)}/name", "netvm")
        store.write(f"{BACKEND}/mac", "00:16:3e:00:00:01")
        yield store


class DyingStore:
    """The store; the netvm dies right before the first transaction, as libxl takes its home away."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    def atomically(self, change: Callable[[Store], Any]) -> Any:
        self._store.delete(home(NETVM))
        return self._store.atomically(change)


def _is_told(store: Store) -> bool:
    return carry_out(store, HomeNodes(WORK, {keys.ADDRESS.at(): "10.137.0.2"}, f"{BACKEND}/ip", "netvm"))


def test_a_vif_without_an_address_gets_it(store: Store) -> None:
    assert _is_told(store)
    assert store.read(f"{BACKEND}/ip") == b"10.137.0.2"
    assert not _is_told(store)


def test_an_address_is_not_written_where_a_dead_netvm_had_the_vif(store: Store) -> None:
    """On a real Xen it was, while libxl took the netvm apart: its network cards stayed in use by nobody for ever."""
    assert _is_told(DyingStore(store))  # type: ignore[arg-type]
    assert store.read(keys.ADDRESS.under(WORK)) == b"10.137.0.2"
    assert store.read(home(NETVM)) is None
    assert not _is_told(store), "and it is not tried again without end"


def test_a_netvm_that_dies_is_asked_for_nothing(store: Store) -> None:
    dying: Any = DyingStore(store)
    with pytest.raises(Refused):
        agent_requests._ask(dying, NETVM, "routes")
    traffic_watch._ask(dying, NETVM, 5)
    assert store.read(home(NETVM)) is None


def test_a_domain_that_dies_is_told_nothing(store: Store) -> None:
    store.delete(home(WORK))
    assert not _is_told(store)
    assert store.read(home(WORK)) is None


def test_what_a_change_returns_and_none_where_there_is_no_home(store: Store) -> None:
    assert within_home(store, WORK, lambda inside: inside.read(f"{home(WORK)}/name")) == b"work"
    assert within_home(store, 77, lambda inside: inside.write(f"{home(77)}/x", "1") or 1) is None
    assert store.read(home(77)) is None
