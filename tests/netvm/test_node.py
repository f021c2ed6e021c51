"""Reading and answering vifs' nodes while others change xenstore."""

from __future__ import annotations

import itertools
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from ipaddress import IPv4Address

import pytest

from qnet_gui.model.errors import KernelError
from qnet_gui.model.messages.plain import plain
from qnet_gui.model.vif import VifId
from qnet_gui.netvm.vifs import node
from qnet_gui.store.client import Store

VIF = VifId(7, 0)
GOOD = {"online": "1", "ip": "10.137.0.7", "mac": "00:16:3e:00:00:07"}


@pytest.fixture
def store(xen) -> Iterator[Store]:
    with Store(xen.hardware.socket) as dom0:
        yield dom0


def make(store: Store, fields: dict[str, str], vif: VifId = VIF) -> None:
    def change(inside: Store) -> None:
        inside.mkdir(vif.backend_path)
        for name, value in fields.items():
            inside.write(f"{vif.backend_path}/{name}", value)

    store.atomically(change)


def test_a_node_is_read_and_judged(store: Store) -> None:
    assert node.read(store, VIF) == node.Node(VIF)
    make(store, GOOD)
    read = node.read(store, VIF).vif
    assert read is not None
    assert (str(read.address), read.mac) == (GOOD["ip"], GOOD["mac"])
    store.write(f"{VIF.backend_path}/online", "0")
    assert node.read(store, VIF) == node.Node(VIF)


def test_an_address_of_the_netvms_own_is_no_domains(store: Store) -> None:
    make(store, GOOD)
    error = node.read(store, VIF, {IPv4Address(GOOD["ip"])}).error
    assert error is not None
    assert error.sentence == "10.137.0.7 is the gateway's or a name server's, and cannot be a domain's."
    assert node.read(store, VIF, {IPv4Address("10.137.0.1")}).vif is not None


@pytest.mark.parametrize("missing", ["ip", "mac"])
def test_a_field_that_is_not_there_is_missed(store: Store, missing: str) -> None:
    make(store, {name: value for name, value in GOOD.items() if name != missing})
    error = node.read(store, VIF).error
    assert error is not None
    assert error.sentence == f"backend/vif/7/0 has no {missing}."
    assert node.read(store, VIF).needs_address == (missing == "ip")


def test_a_toolstack_need_not_write_online(store: Store) -> None:
    make(store, {name: value for name, value in GOOD.items() if name != "online"})
    assert node.read(store, VIF).vif is not None


def test_a_node_with_nothing_in_it_is_refused(store: Store) -> None:
    make(store, {"hotplug-status": "connected"})
    assert node.read(store, VIF).error is not None


@contextmanager
def crowd(xen, *vifs: VifId) -> Iterator[None]:
    """Vifs that come and go for as long as the block runs."""
    over = threading.Event()

    def work() -> None:
        with Store(xen.hardware.socket) as other:
            while not over.is_set():
                for vif in vifs:
                    make(other, GOOD, vif)
                for vif in vifs:
                    other.delete(f"backend/vif/{vif.frontend}")

    thread = threading.Thread(target=work)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def test_a_node_that_comes_and_goes_is_never_seen_by_halves(store: Store, xen) -> None:
    seen: set[bool] = set()
    until = time.monotonic() + 20
    with crowd(xen, VIF, VifId(8, 0)):
        for count in itertools.count():
            judged = node.read(store, VIF)
            assert judged.error is None
            seen.add(judged.vif is None)
            if (count >= 500 and len(seen) == 2) or time.monotonic() > until:
                break
    assert seen == {True, False}


def test_a_node_that_is_not_there_can_be_read_while_others_come_and_go(store: Store, xen) -> None:
    """In a transaction it could not, for as long as they did: xenstored has it depend on the node above."""
    with crowd(xen, VifId(8, 0)):
        assert {node.read(store, VIF) for _ in range(500)} == {node.Node(VIF)}


def test_answers_are_written_where_there_is_a_node(store: Store) -> None:
    make(store, {**GOOD, "frontend-id": "7"})
    gone = VifId(9, 0)
    node.answer(store, {VIF: KernelError(plain("It failed.")), gone: None}, ())
    assert store.read(f"{VIF.backend_path}/hotplug-status") == b"error"
    assert store.read(f"{VIF.backend_path}/hotplug-error") == b"It failed."
    assert store.children("backend/vif") == ["7"]
    node.answer(store, {VIF: None}, {VIF})
    assert store.read(f"{VIF.backend_path}/hotplug-status") == b"connected"
    assert store.read(f"{VIF.backend_path}/hotplug-error") is None


def test_names_that_are_no_vifs_are_passed_over(store: Store) -> None:
    for path in ("7/0/ip", "x/0/ip", "8/y/ip", "-1/0/ip"):
        store.write(f"backend/vif/{path}", "10.137.0.7")
    assert node.all_ids(store) == {VIF}


class Flickering(Store):
    """A store in which the node has gone whenever its address is read, and is there again when that is over."""

    def read(self, path: str) -> bytes | None:
        return None if path.endswith("/ip") else super().read(path)


def test_a_node_that_is_another_one_at_every_look_is_not_one_that_lacks_a_field(xen) -> None:
    with Flickering(xen.hardware.socket) as store:
        make(store, GOOD)
        assert node.read(store, VIF) == node.Node(VIF)
