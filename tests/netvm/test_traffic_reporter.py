"""The agent tells traffic while dom0 asks for it, and does nothing at all otherwise."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from qnet_gui.kernel.link_stats import LinkBytes
from qnet_gui.model.errors import KernelError, StoreDenied
from qnet_gui.model.messages.system import SystemCode
from qnet_gui.model.traffic import Counters
from qnet_gui.model.vif import VifId
from qnet_gui.netvm import traffic
from qnet_gui.netvm.traffic import TrafficReporter
from qnet_gui.store import keys
from qnet_gui.store.traffic import TrafficPiece, TrafficRequest, VifBytes


class FakeStats:
    """Counters by index."""

    def __init__(self) -> None:
        self.links: dict[int, LinkBytes] = {}
        self.reads = 0
        self.open = False
        self.fails = False

    def read(self) -> Mapping[int, LinkBytes]:
        self.reads += 1
        self.open = True
        if self.fails:
            raise KernelError(SystemCode.KERNEL_TELL_TRAFFIC, why="on purpose")
        return self.links

    def close(self) -> None:
        self.open = False


class Reporting:
    """A reporter of a netvm with vif7.0, vif8.0 and eth0, and dom0's end of it. Its seconds are short."""

    def __init__(self, netvm: Any, worker: Any, loop: Any) -> None:
        self.netvm, self.loop, self.stats = netvm, loop, FakeStats()
        self.now = 1000.0
        self.uplinks = ["eth0"]
        netvm.kernel.add_link("eth0")
        for domid in (7, 8):
            netvm.attach(domid)
        for number, (_, index) in enumerate(sorted((name, index) for index, name in netvm.kernel.names.items())):
            self.stats.links[index] = LinkBytes(1000 * number + 1, 1000 * number + 2)
        self.reporter = TrafficReporter(
            worker, self.stats, lambda: [VifId(7, 0), VifId(8, 0), VifId(9, 0)], lambda: self.uplinks, lambda: self.now
        )
        self.reporter.start()

    def ask(self, serial: int, seconds: int) -> None:
        path = keys.TRAFFIC_REQUEST.under(1)
        self.netvm.dom0.write(path, keys.TRAFFIC_REQUEST.form.text(TrafficRequest(serial, seconds)))
        self.netvm.dom0.set_perms(path, keys.TRAFFIC_REQUEST.permissions(1))

    def piece(self, number: int = 0) -> TrafficPiece | None:
        value = self.netvm.dom0.read(keys.TRAFFIC_PIECE.under(1, number))
        return None if value is None else keys.TRAFFIC_PIECE.parse(value)

    def wait_told(self, after: float = 0) -> TrafficPiece:
        def newer() -> TrafficPiece | None:
            piece = self.piece()
            return piece if piece is not None and piece.milliseconds > after else None

        return self.loop.until(newer)

    def wait_ended(self) -> None:
        self.loop.until(lambda: self.piece() is None and not self.stats.open)


@pytest.fixture
def reporting(netvm: Any, worker: Any, loop: Any, monkeypatch: pytest.MonkeyPatch) -> Reporting:
    monkeypatch.setattr(traffic, "_INTERVAL", 0.01)
    return Reporting(netvm, worker, loop)


def indices(reporting: Reporting) -> dict[str, int]:
    return {name: index for index, name in reporting.netvm.kernel.names.items()}


def test_nobody_asks_and_nothing_is_read_or_written(reporting: Reporting) -> None:
    reporting.loop.settle()
    reporting.netvm.dom0.write(f"/local/domain/1/{keys.HOME_DOM0}/other", "x")
    reporting.loop.settle()
    assert reporting.stats.reads == 0
    assert reporting.piece() is None


def test_a_vifs_bytes_are_the_domains_and_an_uplinks_its_own(reporting: Reporting) -> None:
    reporting.ask(1, 25)
    piece = reporting.wait_told()
    links = {name: reporting.stats.links[index] for name, index in indices(reporting).items()}
    assert piece.milliseconds == 1_000_000
    assert piece.vifs == tuple(
        VifBytes(VifId(domid, 0), links[f"vif{domid}.0"].tx_bytes, links[f"vif{domid}.0"].rx_bytes) for domid in (7, 8)
    )
    assert piece.uplinks == (Counters("eth0", links["eth0"].rx_bytes, links["eth0"].tx_bytes),)


def test_it_goes_on_and_ends_by_itself(reporting: Reporting) -> None:
    reporting.ask(1, 25)
    reporting.wait_told()
    reporting.now += 24
    reporting.wait_told(after=1_000_000)
    reporting.now += 1
    reporting.wait_ended()
    reads = reporting.stats.reads
    reporting.loop.settle()
    assert reporting.stats.reads == reads


def test_it_is_renewed_and_an_old_wish_renews_nothing(reporting: Reporting) -> None:
    reporting.ask(1, 25)
    reporting.wait_told()
    reporting.now += 20
    reporting.ask(2, 25)
    reporting.loop.until(lambda: reporting.reporter._serial == 2)
    reporting.now += 20
    reporting.wait_told(after=1_020_000)
    reporting.ask(2, 25)  # xenstore tells it again after a reconnect
    reporting.loop.settle()
    reporting.now += 5
    reporting.wait_ended()


def test_who_no_longer_looks_says_so(reporting: Reporting) -> None:
    reporting.ask(1, 25)
    reporting.wait_told()
    reporting.ask(2, 0)
    reporting.wait_ended()
    reporting.ask(3, 25)
    assert reporting.wait_told()


def test_links_are_known_by_their_names_of_now_as_dom0_takes_them(reporting: Reporting) -> None:
    reporting.ask(1, 60)
    reporting.wait_told()
    reporting.stats.links[reporting.netvm.kernel.add_link("wlan0")] = LinkBytes(5, 6)
    reporting.stats.links[reporting.netvm.kernel.add_link("büro:1")] = LinkBytes(7, 7)
    reporting.uplinks = ["eth0", "büro:1", "wlan0", "gone0"]
    reporting.reporter.links_changed()
    reporting.now += 1
    assert reporting.wait_told(after=1_000_000).uplinks[1:] == (Counters("b_ro_1", 7, 7), Counters("wlan0", 5, 6))


def test_a_kernel_that_does_not_tell_is_complained_of_once(reporting: Reporting, log_guard: Any) -> None:
    log_guard.expect("on purpose")
    reporting.stats.fails = True
    reporting.ask(1, 25)
    reporting.loop.until(lambda: reporting.stats.reads > 3)
    assert len([line for line in log_guard.unexpected if "on purpose" in line]) == 1
    reporting.stats.fails = False
    reporting.wait_told()


def test_what_dom0_never_writes_is_no_wish(reporting: Reporting, log_guard: Any) -> None:
    log_guard.expect("cannot be read")
    reporting.netvm.dom0.write(keys.TRAFFIC_REQUEST.under(1), "soon")
    reporting.netvm.dom0.set_perms(keys.TRAFFIC_REQUEST.under(1), keys.TRAFFIC_REQUEST.permissions(1))
    reporting.loop.until(lambda: log_guard.unexpected)
    assert reporting.stats.reads == 0


def test_of_many_vifs_the_first_piece_is_written_last(
    netvm: Any, worker: Any, loop: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    written: list[str] = []

    class Writer:
        def write(self, path: str, value: str) -> None:
            written.append(path)

    def at_once(job: Callable[[Any], object], done: Callable[[Any], None]) -> None:
        done(job(Writer()))

    monkeypatch.setattr(worker, "submit", at_once)
    vifs = [VifId(number, 0) for number in range(1, 301)]
    stats = FakeStats()
    for vif in vifs:
        netvm.kernel.add_link(vif.name)
    stats.links = {index: LinkBytes(10**12, 10**12) for index in netvm.kernel.names}
    reporter = TrafficReporter(worker, stats, lambda: vifs, tuple)
    reporter._tell()
    assert written == [keys.TRAFFIC_PIECE.at(number) for number in (4, 3, 2, 1, 0)][-len(written) :]
    assert len(written) > 2


def test_a_xenstore_without_room_is_complained_of_once(
    reporting: Reporting, worker: Any, log_guard: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A netvm of very many vifs has no more nodes."""
    log_guard.expect("dom0 cannot be told of the traffic")
    tries: list[int] = []

    def full(*_: object) -> None:
        tries.append(1)
        raise StoreDenied(SystemCode.STORE_DENIED, path="traffic", why="ENOSPC")

    monkeypatch.setattr(traffic, "_write", full)
    reporting.ask(1, 25)
    reporting.loop.until(lambda: len(tries) > 3)
    assert len(log_guard.unexpected) == 1
