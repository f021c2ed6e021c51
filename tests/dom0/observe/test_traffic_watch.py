"""Traffic in dom0: asked of the netvm while somebody looks, believed as far as numbers go, bounded in every way."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qnet_gui.dom0.bus.callers import Caller
from qnet_gui.dom0.observe import traffic_reading, traffic_watch
from qnet_gui.dom0.observe.inputs import Frontend, Inputs
from qnet_gui.dom0.observe.traffic_watch import TrafficWatch
from qnet_gui.hypervisor.port import DomainInfo
from qnet_gui.model.domain import DomainState
from qnet_gui.model.errors import BadInput
from qnet_gui.model.traffic import COUNTER_MAX, LEASE, Counters, TrafficSample
from qnet_gui.model.uplink import Uplink
from qnet_gui.model.vif import VifId
from qnet_gui.store import keys
from qnet_gui.store.reports import AgentReport
from qnet_gui.store.traffic import PIECE, TrafficPiece, VifBytes, pieces


def _info(domid: int, name: str, state: DomainState = DomainState.RUNNING) -> DomainInfo:
    return DomainInfo(domid, name, f"00000000-0000-4000-8000-{domid:012}", state)


NETVM = _info(1, "netvm")
INPUTS = Inputs(
    netvm=NETVM,
    domains=(
        _info(0, "Domain-0"), NETVM, _info(2, "work"), _info(3, "vault"), _info(5, "old", DomainState.DYING)
    ),
    agent=AgentReport(uplinks=(Uplink("wlan0"), Uplink("eth0"))),
    frontends={
        0: {VifId(0, 0): Frontend(1)}, 2: {VifId(2, 0): Frontend(1), VifId(2, 1): Frontend(1)},
        3: {VifId(3, 0): Frontend(4)}, 5: {VifId(5, 0): Frontend(1)},
    },
)  # fmt: skip


def row(domid: int, devid: int, received: int, sent: int) -> VifBytes:
    return VifBytes(VifId(domid, devid), received, sent)


# -- what is made of it


def test_totals_are_by_domain_and_by_uplink() -> None:
    told = [
        TrafficPiece(7, 2, (row(2, 0, 10, 1), row(0, 0, 5, 6)), (Counters("wlan0", 30, 3), Counters("eth0", 1, 2))),
        TrafficPiece(7, 2, (row(2, 1, 20, 2),)),
    ]
    assert traffic_reading.sample(told, INPUTS) == TrafficSample(
        7,
        (Counters("dom0", 5, 6, 0), Counters("work", 30, 3, 2)),
        (Counters("eth0", 1, 2), Counters("wlan0", 30, 3)),
        1,
    )


def test_a_netvm_cannot_say_whose_a_vif_is_nor_which_uplinks_there_are() -> None:
    """Somebody else's vif, a dying domain's, one that is not there; an uplink that it does not report; one twice."""
    vifs = (row(3, 0, 1, 1), row(5, 0, 1, 1), row(99, 0, 1, 1), row(2, 7, 1, 1), row(2, 0, 4, 4), row(2, 0, 6, 6))
    told = [TrafficPiece(7, 1, vifs, (Counters("eth9", 1, 1), Counters("eth0", 1, 1), Counters("eth0", 2, 2)))]
    assert traffic_reading.sample(told, INPUTS) == TrafficSample(
        7, (Counters("work", 6, 6, 2),), (Counters("eth0", 2, 2),), 1
    )


def test_two_of_one_name_are_counted_each_for_itself() -> None:
    """One that is being made by xl restore has its name already while the other is still there."""
    twins = replace(
        INPUTS, domains=(*INPUTS.domains, _info(9, "work")),
        frontends={**INPUTS.frontends, 9: {VifId(9, 0): Frontend(1)}},
    )  # fmt: skip
    told = [TrafficPiece(7, 1, (row(2, 0, 10, 1), row(9, 0, 500, 7)))]
    assert traffic_reading.sample(told, twins).domains == (Counters("work", 10, 1, 2), Counters("work", 500, 7, 9))


def test_a_sum_has_a_bound() -> None:
    told = [TrafficPiece(7, 1, (row(2, 0, COUNTER_MAX, 0), row(2, 1, COUNTER_MAX, 1)))]
    assert traffic_reading.sample(told, INPUTS).domains == (Counters("work", COUNTER_MAX, 1, 2),)


def test_without_a_netvm_nobody_is_counted() -> None:
    told = [TrafficPiece(7, 1, (row(2, 0, 1, 1),))]
    assert traffic_reading.sample(told, replace(INPUTS, netvm=None)).domains == ()


class Nodes:
    """A store that only reads."""

    def __init__(self, values: list[bytes]) -> None:
        self._values = {keys.TRAFFIC_PIECE.under(1, number): value for number, value in enumerate(values)}

    def read(self, path: str) -> bytes | None:
        return self._values.get(path)


def read(*untrusted_values: str | bytes) -> list[TrafficPiece]:
    nodes = [value.encode() if isinstance(value, str) else value for value in untrusted_values]
    return traffic_reading.read(Nodes(nodes), 1)  # type: ignore[arg-type]


def test_pieces_are_of_one_moment_or_nothing() -> None:
    assert read() == []
    assert [piece.milliseconds for piece in read("7 2;;", "7 2;2.0:1:2;")] == [7, 7]
    assert read("7 2;;", "8 2;;") == read("7 2;;", "7 1;;") == []
    assert len(read("7 1;;", "nobody reads this")) == 1
    with pytest.raises(BadInput, match="Piece 1"):
        read("7 2;;")


@given(st.lists(st.binary(max_size=60) | st.from_regex(PIECE.pattern, fullmatch=True), max_size=3))
def test_whatever_is_written_is_refused_or_of_the_known(untrusted_values: list[str | bytes]) -> None:
    try:
        told = read(*untrusted_values)
    except BadInput:
        return
    if told:
        made = traffic_reading.sample(told, INPUTS)
        assert {counters.name for counters in made.domains} <= {"dom0", "work"}
        assert {counters.name for counters in made.uplinks} <= {"eth0", "wlan0"}


# -- who looks


class Looked:
    """A watch in a dom0 whose netvm does as it is told by the test; a clock that stands still."""

    def __init__(self, dom0: Any, worker: Any) -> None:
        self.dom0, self.loop = dom0, dom0.loop
        self.now = 1000.0
        self.samples: list[TrafficSample] = []
        self.watch = TrafficWatch(worker, lambda: dom0.inputs, self.samples.append, lambda: self.now)
        dom0.collector._traffic = self.watch.sample_written
        self.watch.follow(1)

    @property
    def wish(self) -> str:
        return self.dom0.read(keys.TRAFFIC_REQUEST.under(1)) or ""

    def wait_wish(self, wish: str) -> None:
        self.loop.until(lambda: self.wish == wish, f"it is {self.wish}")

    def write(self, moment: int, count: int = 1) -> None:
        vifs = [VifBytes(VifId(2, 0), moment, 1), *(VifBytes(VifId(500 + more, 0), 1, 1) for more in range(count - 1))]
        with self.dom0.hypervisor.inside(1) as netvm:
            for number, piece in reversed(list(enumerate(pieces(moment, vifs, [])))):
                netvm.write(keys.TRAFFIC_PIECE.at(number), PIECE.text(piece))

    def timers(self) -> list[int | None]:
        return [self.watch._expiry, self.watch._reading, self.watch._ending]


@pytest.fixture
def looked(fake_dom0: Any, make_worker: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> Iterator[Looked]:
    monkeypatch.setattr(traffic_watch, "_LINGER", 0.0)
    fake_dom0.start()
    fake_dom0.until(lambda inputs: {2, 3} <= inputs.frontends.keys())
    yield Looked(fake_dom0, make_worker(fake_dom0.hypervisor.xen.hardware.socket))


def test_nobody_looks_and_the_netvm_is_neither_asked_nor_read(looked: Looked) -> None:
    looked.write(5)
    looked.watch.follow(None)
    looked.watch.follow(1)
    looked.loop.settle()
    assert (looked.wish, looked.samples, looked.timers()) == ("", [], [None] * 3)


def test_many_who_look_are_one_wish_and_the_last_one_ends_it(looked: Looked) -> None:
    first, second = Caller(":1.1"), Caller(":1.2")
    looked.watch.watch(first)
    looked.watch.watch(second)
    looked.wait_wish(f"1 {LEASE}")
    looked.watch.unwatch(first)
    looked.watch.unwatch(first)
    looked.loop.settle()
    assert looked.wish == f"1 {LEASE}"
    looked.watch.unwatch(second)
    looked.wait_wish("2 0")
    assert looked.timers() == [None] * 3
    assert not first.when_gone
    looked.watch.watch(second)
    looked.wait_wish(f"3 {LEASE}")


def test_what_the_netvm_tells_is_passed_on(looked: Looked) -> None:
    looked.watch.watch(Caller(":1.1"))
    looked.write(5)
    looked.loop.until(lambda: looked.samples)
    assert looked.samples[0] == TrafficSample(5, (Counters("work", 5, 1, 2),), (), 1)
    looked.now += 1
    looked.write(6, count=200)
    looked.loop.until(lambda: looked.samples[-1].milliseconds == 6)


def test_who_asks_again_renews_it_and_no_oftener_than_needed(looked: Looked) -> None:
    caller = Caller(":1.1")
    for second in range(11):
        looked.watch.watch(caller)
        looked.now += 1
        looked.loop.until(lambda second=second: looked.wish == f"{1 + second // 5} {LEASE}")  # type: ignore[misc]


def test_who_leaves_the_bus_looks_no_more(looked: Looked) -> None:
    caller = Caller(":1.1")
    looked.watch.watch(caller)
    for tell in tuple(caller.when_gone.values()):
        tell()
    looked.wait_wish("2 0")


def test_who_does_not_ask_again_looks_no_more(looked: Looked, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(traffic_watch, "LEASE", 0.05)
    looked.watch._clock = time.monotonic
    looked.watch.watch(Caller(":1.1"))
    looked.loop.until(lambda: looked.watch._leases == {})
    looked.loop.until(lambda: looked.wish.endswith(" 0") and looked.timers() == [None] * 3)


def test_who_comes_back_at_once_is_no_new_wish(looked: Looked, monkeypatch: pytest.MonkeyPatch) -> None:
    """A window that is opened and closed without end costs nobody anything."""
    monkeypatch.setattr(traffic_watch, "_LINGER", 30.0)
    caller = Caller(":1.1")
    for _ in range(50):
        looked.watch.watch(caller)
        looked.watch.unwatch(caller)
    looked.watch.watch(caller)
    looked.loop.settle()
    looked.write(5)
    looked.loop.until(lambda: looked.samples)
    assert looked.wish == f"1 {LEASE}"
    assert looked.watch._ending is None


def test_a_netvm_that_floods_is_read_now_and_then(looked: Looked, monkeypatch: pytest.MonkeyPatch) -> None:
    reads: list[int] = []
    original = traffic_reading.read
    monkeypatch.setattr(traffic_reading, "read", lambda store, netvm: reads.append(netvm) or original(store, netvm))
    looked.watch.watch(Caller(":1.1"))
    looked.write(1)
    looked.loop.until(lambda: looked.samples)
    for moment in range(2, 200):
        looked.write(moment)
        looked.loop.settle()
    looked.loop.until(lambda: looked.samples[-1].milliseconds == 199)
    assert len(reads) <= 3


def test_nonsense_is_told_and_nothing_more(looked: Looked, log_guard: Any) -> None:
    log_guard.expect("the netvm's traffic")
    looked.watch.watch(Caller(":1.1"))
    with looked.dom0.hypervisor.inside(1) as netvm:
        netvm.write(keys.TRAFFIC_PIECE.at(0), "much; <b>")
    looked.loop.until(lambda: log_guard.unexpected)
    assert looked.samples == []
    looked.now += 1
    looked.write(9)
    looked.loop.until(lambda: looked.samples)


def test_another_netvm_is_asked_and_one_that_has_died_is_not_made_again(looked: Looked) -> None:
    looked.watch.watch(Caller(":1.1"))
    looked.wait_wish(f"1 {LEASE}")
    looked.watch.follow(77)
    looked.watch.follow(None)
    looked.write(5)
    looked.loop.settle()
    assert looked.dom0.read(keys.TRAFFIC_REQUEST.under(77)) is None
    assert looked.samples == []
    looked.watch.follow(2)
    looked.loop.until(lambda: looked.dom0.read(keys.TRAFFIC_REQUEST.under(2)) == f"1 {LEASE}")


def test_a_xenstore_that_is_away_is_no_harm(looked: Looked, log_guard: Any) -> None:
    log_guard.expect("xenstore")
    looked.dom0.hypervisor.xen.kill_xenstored()
    looked.watch.watch(Caller(":1.1"))
    looked.dom0.until(lambda inputs: not inputs.store)
    looked.loop.settle()
    assert looked.samples == []
