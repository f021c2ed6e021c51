"""What the netvm tells of traffic: read from xenstore, and made totals by domain and uplink.

The netvm chooses the numbers, and nothing else: whose vif it is and which uplinks there are, is known from elsewhere.
"""

from __future__ import annotations

from qnet_gui.dom0.observe import frontends
from qnet_gui.dom0.observe.inputs import Inputs
from qnet_gui.model.errors import BadInput
from qnet_gui.model.messages.helper import HelperCode
from qnet_gui.model.traffic import COUNTER_MAX, Counters, TrafficSample
from qnet_gui.store import keys
from qnet_gui.store.client import Store
from qnet_gui.store.traffic import TrafficPiece, VifBytes


def read(store: Store, netvm: int) -> list[TrafficPiece]:
    """All pieces of one moment, none when nothing is told; on the store's thread. `BadInput` for nonsense.

    When the netvm writes meanwhile, what is there is of two moments, and none; there will be more in a second.
    """
    first = _piece(store, netvm, 0)
    if first is None:
        return []
    told = [first]
    for number in range(1, first.pieces):
        piece = _piece(store, netvm, number)
        if piece is None:
            raise BadInput(HelperCode.ANSWER_INCOMPLETE, number=number)
        told.append(piece)
    same = all((piece.milliseconds, piece.pieces) == (first.milliseconds, first.pieces) for piece in told)
    return told if same else []


def _piece(store: Store, netvm: int, number: int) -> TrafficPiece | None:
    untrusted_value = store.read(keys.TRAFFIC_PIECE.under(netvm, number))
    return None if untrusted_value is None else keys.TRAFFIC_PIECE.parse(untrusted_value)


def sample(told: list[TrafficPiece], inputs: Inputs) -> TrafficSample:
    """Totals of the domains that this netvm serves, the sum of a domain's vifs, and of the uplinks that it reports."""
    names = {domid: info.name if domid else "dom0" for domid, info in frontends.alive(inputs).items()}
    netvm = inputs.netvm.id if inputs.netvm else -1
    rows: dict[int, dict[object, VifBytes]] = {}
    for row in (row for piece in told for row in piece.vifs):
        frontend = inputs.frontends.get(row.vif.frontend, {}).get(row.vif)
        if frontend is not None and frontend.backend == netvm and row.vif.frontend in names:
            rows.setdefault(row.vif.frontend, {})[row.vif] = row
    uplinks = {uplink.name for uplink in inputs.agent.uplinks}
    by_name = {row.name: row for piece in told for row in piece.uplinks if row.name in uplinks}
    return TrafficSample(
        told[0].milliseconds,
        tuple(
            _sum(names[domid], domid, list(rows[domid].values()))
            for domid in sorted(rows, key=lambda domid: (names[domid], domid))
        ),
        tuple(by_name[name] for name in sorted(by_name)),
        netvm,
    )


def _sum(name: str, domid: int, rows: list[VifBytes]) -> Counters:
    received, sent = sum(row.received for row in rows), sum(row.sent for row in rows)
    return Counters(name, min(received, COUNTER_MAX), min(sent, COUNTER_MAX), domid)
