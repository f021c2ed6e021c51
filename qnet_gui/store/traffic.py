"""Traffic in xenstore: what dom0 asks a netvm for, and the netvm's counters, in as few values as they fit into. Pure.

A piece is `MILLISECONDS PIECES;VIFS;UPLINKS`: the moment by a clock of the netvm's own, and of how many pieces this is
one. A vif is `FRONTEND.DEVID:RECEIVED:SENT`, an uplink `INTERFACE:RECEIVED:SENT`, in hexadecimal bytes, with blanks
between them. *Received* is what whoever is behind it has received: the domain of a vif, the netvm by an uplink. Some 80
vifs fit into a piece, so that there is one as a rule.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from qnet_gui.model.parse import IFNAME, ifname, plain_ifname
from qnet_gui.model.traffic import COUNTER_MAX, Counters
from qnet_gui.model.vif import VifId
from qnet_gui.store.forms import VALUE_LIMIT, Form

#: How many pieces, and uplinks within one, there may be.
PIECES, UPLINKS = 16, 16
#: Seconds for which a netvm may be asked to tell; it ends by itself then.
SECONDS_MAX = 60
_PIECE_LIMIT = 2000
_BYTES = r":[0-9a-f]{1,15}:[0-9a-f]{1,15}"
_VIF, _UPLINK = rf"[0-9]{{1,5}}\.[0-9]{{1,4}}{_BYTES}", rf"{IFNAME}{_BYTES}"


@dataclass(frozen=True, slots=True)
class TrafficRequest:
    """Tell for so many seconds from when this is read, 0 for no longer. Another serial means that it is another one."""

    serial: int
    seconds: int


@dataclass(frozen=True, slots=True)
class VifBytes:
    """What a domain has received and sent by one vif since that was made."""

    vif: VifId
    received: int
    sent: int


@dataclass(frozen=True, slots=True)
class TrafficPiece:
    """Counters of one moment, or some of them: of those with the same `milliseconds` there are `pieces`."""

    milliseconds: int
    pieces: int
    vifs: tuple[VifBytes, ...] = ()
    uplinks: tuple[Counters, ...] = ()


def _counted(received: int, sent: int) -> str:
    return f":{min(received, COUNTER_MAX):x}:{min(sent, COUNTER_MAX):x}"


def _vif(row: VifBytes) -> str:
    return row.vif.name.removeprefix("vif") + _counted(row.received, row.sent)


def _uplink(row: Counters) -> str:
    return plain_ifname(row.name) + _counted(row.received, row.sent)


def _piece_text(piece: TrafficPiece) -> str:
    vifs, uplinks = " ".join(map(_vif, piece.vifs)), " ".join(map(_uplink, piece.uplinks))
    return f"{piece.milliseconds} {piece.pieces};{vifs};{uplinks}"


def _vif_of(text: str) -> VifBytes:
    name, received, sent = text.split(":")
    return VifBytes(VifId.from_name(f"vif{name}"), int(received, 16), int(sent, 16))


def _uplink_of(text: str) -> Counters:
    name, received, sent = text.split(":")
    return Counters(ifname(name), int(received, 16), int(sent, 16))


def _piece_of(text: str) -> TrafficPiece:
    head, vifs, uplinks = text.split(";")
    milliseconds, pieces = map(int, head.split(" "))
    return TrafficPiece(
        milliseconds, pieces, tuple(map(_vif_of, vifs.split())), tuple(map(_uplink_of, uplinks.split()))
    )


def _request_of(text: str) -> TrafficRequest:
    serial, seconds = text.split(" ")
    return TrafficRequest(int(serial), min(int(seconds), SECONDS_MAX))


REQUEST = Form(
    TrafficRequest, re.compile(r"[1-9][0-9]{0,9} [0-9]{1,2}"), 13,
    lambda value: f"{value.serial} {value.seconds}", _request_of,
)  # fmt: skip
PIECE = Form(
    TrafficPiece,
    re.compile(
        rf"[0-9]{{1,15}} (?:[1-9]|1[0-6]);(?:{_VIF}(?: {_VIF})*)?;(?:{_UPLINK}(?: {_UPLINK}){{0,{UPLINKS - 1}}})?"
    ),
    VALUE_LIMIT, _piece_text, _piece_of,
)  # fmt: skip


def pieces(milliseconds: int, vifs: Iterable[VifBytes], uplinks: Sequence[Counters]) -> list[TrafficPiece]:
    """All of it in pieces that fit; one at least, the uplinks being in the first. What is too much is left out."""
    uplinks = tuple(uplinks[:UPLINKS])
    room = _PIECE_LIMIT - len(_piece_text(TrafficPiece(milliseconds, PIECES, (), uplinks)))
    groups: list[list[VifBytes]] = [[]]
    for vif in vifs:
        size = len(_vif(vif)) + 1
        if size > room:
            if len(groups) == PIECES:
                break
            groups.append([])
            room = _PIECE_LIMIT - len(_piece_text(TrafficPiece(milliseconds, PIECES)))
        groups[-1].append(vif)
        room -= size
    return [
        TrafficPiece(milliseconds, len(groups), tuple(group), () if number else uplinks)
        for number, group in enumerate(groups)
    ]
