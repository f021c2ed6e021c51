"""Tells dom0, through xenstore, what the agent knows: only what has changed, in one transaction, the serial last.

Writes `data/qnet/{agent,uplinks,uplink,dns,vifs,vif}` of the netvm's own home (see `store/keys.py`).
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address

from qnet_gui.model.dns import DnsRedirect, DnsSource
from qnet_gui.model.errors import QnetError
from qnet_gui.model.uplink import Uplink
from qnet_gui.model.vif import VifId
from qnet_gui.runtime.mainloop import after, cancel
from qnet_gui.store import keys
from qnet_gui.store.client import Store
from qnet_gui.store.worker import StoreWorker

log = logging.getLogger(__name__)
#: Seconds for which changes are gathered. The list of vifs grows with their number and nobody waits for it, so it may
#: take longer than news of an uplink: a crowd of domains that start together is told once or twice.
_GATHER, _GATHER_VIFS = 0.01, 0.25
_SERIALS = 999_999_999


@dataclass(frozen=True, slots=True)
class AgentReport:
    """What is published."""

    uplinks: tuple[Uplink, ...] = ()
    source: DnsSource = DnsSource.NONE
    redirects: tuple[DnsRedirect, ...] = ()
    vifs: tuple[VifId, ...] = ()
    problems: tuple[str, ...] = ()


def _ip(address: IPv4Address | None) -> str:
    return str(address) if address else ""


def _uplink(index: int, uplink: Uplink) -> dict[str, str]:
    return {
        keys.UPLINK_NAME.at(index): uplink.name,
        keys.UPLINK_KIND.at(index): uplink.kind.value,
        keys.UPLINK_STATE.at(index): uplink.state.value,
        keys.UPLINK_PRIMARY.at(index): str(int(uplink.primary)),
        keys.UPLINK_ADDRESS.at(index): _ip(uplink.address),
        keys.UPLINK_GATEWAY.at(index): _ip(uplink.gateway),
        keys.UPLINK_SERVERS.at(index): " ".join(map(str, uplink.servers[:8])),
        keys.UPLINK_SSID.at(index): uplink.ssid,
        keys.UPLINK_STRENGTH.at(index): str(uplink.strength),
        keys.UPLINK_CONNECTION.at(index): uplink.connection,
    }


def nodes(report: AgentReport) -> dict[str, str]:
    """Every node of a picture but the serial, relative to the netvm's home."""
    vifs = keys.pieces([vif.name.removeprefix("vif") for vif in report.vifs], separator=" ")[: keys.PIECES]
    uplinks: Sequence[Uplink] = report.uplinks[: keys.UPLINKS]
    wanted = {
        keys.AGENT_STATE.at(): "running",
        keys.AGENT_PROBLEMS.at(): " ".join(report.problems),
        keys.UPLINK_COUNT.at(): str(len(uplinks)),
        keys.DNS_SOURCE.at(): report.source.value,
        keys.DNS_REDIRECTS.at(): " ".join(f"{each.virtual}>{each.real}" for each in report.redirects),
        keys.VIF_PIECES.at(): str(len(vifs)),
    }
    wanted |= {keys.VIF_PIECE.at(index): piece for index, piece in enumerate(vifs)}
    for index, uplink in enumerate(uplinks):
        wanted |= _uplink(index, uplink)
    return wanted


class Publisher:
    """Publishes what `report` gives, unless it is None; changes faster than xenstore takes them are skipped."""

    def __init__(self, worker: StoreWorker, report: Callable[[], AgentReport | None]) -> None:
        self._worker = worker
        self._report = report
        self._published: dict[str, str] = {}
        self._serial = int(time.time()) % _SERIALS  # another than the last agent's
        self._timer: int | None = None
        self._under_way = False
        self._again = False
        self._urgent = False

    def publish_again(self) -> None:
        """xenstore may have lost it all: write everything anew."""
        self._published = {}
        self.publish()

    def publish(self) -> None:
        """The picture may be another: let dom0 see it soon."""
        if not self._urgent:
            self._urgent = True
            self._soon(_GATHER)

    def publish_vifs(self) -> None:
        """The vifs served may be others: let dom0 see it, not so soon."""
        if self._timer is None:
            self._soon(_GATHER_VIFS)

    def _soon(self, seconds: float) -> None:
        if self._under_way:
            self._again = True
            return
        if self._timer is not None:
            cancel(self._timer)
        self._timer = after(seconds, self._write)

    def _write(self) -> None:
        self._timer, self._urgent = None, False
        report = self._report()
        if report is None:
            return
        wanted, before = nodes(report), self._published
        changed = {path: value for path, value in wanted.items() if before.get(path) != value}
        if not changed and before.keys() <= wanted.keys():
            return
        self._under_way = True
        self._serial = self._serial % _SERIALS + 1
        serial = self._serial

        def change(store: Store) -> None:
            for path in before.keys() - wanted.keys():
                store.delete(path)
            for path, value in changed.items():
                store.write(path, value)
            store.write(keys.AGENT_SERIAL.at(), str(serial))

        def done(result: QnetError | None) -> None:
            self._under_way, self._urgent, again, self._again = False, False, self._again, False
            if result is None:
                self._published = wanted
            else:
                log.warning("dom0 cannot be told: %s", result)
                self._published = {}
            if again:
                self.publish()

        self._worker.submit(lambda store: store.atomically(change), done)
