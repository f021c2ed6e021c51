"""The screen's nodes in xenstore: offered, answered by a frontend, at their end; with a fake xenstored and a real."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from qnet_gui.display.screen_nodes import DEVICES, ScreenNodes, XenbusState
from qnet_gui.display.shared_pages import ScreenPages, SharedPage
from qnet_gui.model.errors import BadInput
from qnet_gui.model.netvm_screen.screen import Geometry
from qnet_gui.store.client import Store


@pytest.fixture
def store(either_xen: Any) -> Iterator[Store]:
    with Store(either_xen.hardware.socket) as store:
        yield store


@pytest.fixture
def nodes(store: Store) -> ScreenNodes:
    """As libxl has made them."""
    nodes = ScreenNodes(store, 7)
    for device in DEVICES:
        store.write(f"{nodes.frontend(device)}/state", "1")
        store.write(f"{nodes.backend(device)}/state", "1")
    return nodes


def answer(store: Store, nodes: ScreenNodes, device: str, **wrong: str) -> None:
    """As Linux' frontends do."""
    written = {"page-ref": "4711", "event-channel": "9", "protocol": "x86_64-abi", "state": "3", **wrong}
    for name, value in written.items():
        store.write(f"{nodes.frontend(device)}/{name.replace('_', '-')}", value)


def test_what_is_offered(store: Store, nodes: ScreenNodes) -> None:
    nodes.offer(Geometry(1024, 768))
    for name, value in (("videoram", b"3"), ("request-update", b"1"), ("state", b"2")):
        assert store.read(f"/local/domain/0/backend/vfb/7/0/{name}") == value
    for name, value in (("feature-abs-pointer", b"1"), ("width", b"1024"), ("height", b"768"), ("state", b"2")):
        assert store.read(f"/local/domain/0/backend/vkbd/7/0/{name}") == value


def test_a_mebibyte_begun_is_one(store: Store, nodes: ScreenNodes) -> None:
    nodes.offer(Geometry(1024, 769))
    assert store.read("/local/domain/0/backend/vfb/7/0/videoram") == b"4"


def test_libxl_is_told_and_whom_to_end_with_the_domain(store: Store, nodes: ScreenNodes) -> None:
    store.write("/local/domain/7/image/device-model-pid", "4710")
    nodes.tell_libxl(4711)
    assert store.read("/local/domain/0/device-model/7/state") == b"running"
    assert store.read("/local/domain/7/image/device-model-pid") == b"4711"


def test_a_home_that_has_gone_is_not_brought_back_by_whom_to_end(store: Store, nodes: ScreenNodes) -> None:
    store.delete("/local/domain/7")
    nodes.tell_libxl(4711)
    assert store.read("/local/domain/7") is None


def test_pages_are_there_once_both_have_said(store: Store, nodes: ScreenNodes) -> None:
    assert nodes.pages() is None
    answer(store, nodes, "vfb")
    assert nodes.pages() is None
    answer(store, nodes, "vkbd", **{"page-ref": "12", "event-channel": "13", "state": "4"})
    assert nodes.pages() == ScreenPages(SharedPage(4711, 9), SharedPage(12, 13))
    nodes.say(XenbusState.CONNECTED)
    assert store.read(f"{nodes.backend('vkbd')}/state") == b"4"
    assert not nodes.ended()


@pytest.mark.parametrize(
    "wrong",
    [{"page-ref": "0"}, {"page-ref": "-1"}, {"page-ref": "8589934592"}, {"page-ref": "0x12"}, {"page-ref": ""},
     {"event-channel": "0"}, {"event-channel": "131072"}, {"event-channel": "9 "}, {"protocol": "x86_32-abi"},
     {"protocol": "x" * 99}],
    ids=str,
)  # fmt: skip
def test_what_cannot_be_is_refused(store: Store, nodes: ScreenNodes, wrong: dict[str, str]) -> None:
    answer(store, nodes, "vfb")
    answer(store, nodes, "vkbd", **wrong)
    with pytest.raises(BadInput) as refused:
        nodes.pages()
    assert str(refused.value).isprintable()


@pytest.mark.parametrize("state", ["7", "-1", "connected", "", "44"])
def test_a_state_that_is_none_is_not_ready(store: Store, nodes: ScreenNodes, state: str) -> None:
    answer(store, nodes, "vfb")
    answer(store, nodes, "vkbd", state=state)
    assert nodes.pages() is None
    assert not nodes.ended()


@pytest.mark.parametrize("state", ["5", "6"])
@pytest.mark.parametrize("end", ["frontend", "backend"])
@pytest.mark.parametrize("device", DEVICES)
def test_one_end_is_the_end(store: Store, nodes: ScreenNodes, device: str, end: str, state: str) -> None:
    store.write(f"{getattr(nodes, end)(device)}/state", state)
    assert nodes.ended()


def test_a_domain_that_is_gone_is_the_end(store: Store, nodes: ScreenNodes) -> None:
    for path in nodes.watched():
        store.watch(path)
    assert not nodes.ended()
    store.delete("/local/domain/7")
    assert nodes.ended()


def test_whether_somebody_served_the_domain_before(store: Store, nodes: ScreenNodes) -> None:
    nodes.offer(Geometry(1024, 768))
    assert not nodes.connected()
    nodes.say(XenbusState.CONNECTED)
    assert nodes.connected()
