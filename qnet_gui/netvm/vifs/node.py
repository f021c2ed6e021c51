"""A vif's node in the netvm's own xenstore home, as the toolstack made it: read, judged, answered.

Reads `backend/vif/<frontend>/<devid>/{ip,mac,online}`; writes its `hotplug-status` and `hotplug-error`. Synchronous.
"""

from __future__ import annotations

from collections.abc import Container, Mapping
from dataclasses import dataclass
from ipaddress import IPv4Address

from qnet_gui.model.errors import BadInput, QnetError
from qnet_gui.model.messages.agent import AgentCode
from qnet_gui.model.parse import addresses, mac, printable
from qnet_gui.model.vif import Vif, VifId
from qnet_gui.store.client import Store

ROOT = "backend/vif"
#: The fields of a node whose change means that the vif must be looked at again.
FIELDS = frozenset({"ip", "mac", "online"})
#: Seconds in which dom0's helper has to write the address of a vif that was given none; it asks xl first who the domain
#: is. For all of it a toolstack gives a driver domain ten.
ADDRESS_WAIT = 5.0
#: How often a node that comes and goes while it is read is read again.
_TRIES = 5


@dataclass(frozen=True, slots=True)
class Node:
    """What is to be done about a vif: serve it (`vif`), refuse it (`error`), or let it go (neither).

    `needs_address`: the error is that the toolstack gave it none, which dom0's helper will.
    """

    id: VifId
    vif: Vif | None = None
    error: BadInput | None = None
    needs_address: bool = False


def _fields(store: Store, path: str) -> dict[str, bytes] | None:
    """The fields that a node has, None when there is no node.

    A node goes as a whole, so one that lacks a field is asked what it has: nothing when it went between two reads. No
    transaction, because one that reads what is not there fails for as long as others make or remove nodes beside it.
    One that is another one at every look is taken for none: its last change is an event, by which it is read again.
    """
    for _ in range(_TRIES):
        untrusted_fields = {field: value for field in FIELDS if (value := store.read(f"{path}/{field}")) is not None}
        if untrusted_fields.keys() == FIELDS:
            return untrusted_fields
        there = store.children(path)
        if not there:
            return None
        if untrusted_fields.keys() == FIELDS.intersection(there):  # else it went and came meanwhile
            return untrusted_fields
    return None


def read(store: Store, vif: VifId, own: Container[IPv4Address] = ()) -> Node:
    """Read and judge one node; one that is not there, or going offline, is to be let go.

    `own`: the addresses by which domains know the netvm, which no domain can have.
    """
    path = vif.backend_path
    untrusted_fields = _fields(store, path)
    if untrusted_fields is None or untrusted_fields.get("online") == b"0":
        return Node(vif)
    try:
        if missing := {"ip", "mac"} - untrusted_fields.keys():
            raise BadInput(AgentCode.NODE_WITHOUT, path=path, key=min(missing))
        address = addresses(untrusted_fields["ip"])[0]
        if address in own:
            raise BadInput(AgentCode.ADDRESS_OF_NETVM, address=str(address))
        return Node(vif, Vif(vif, address, mac(untrusted_fields["mac"])))
    except BadInput as error:
        return Node(vif, error=error, needs_address={"ip", "mac"} - untrusted_fields.keys() == {"ip"})


def all_ids(store: Store) -> set[VifId]:
    """Every vif that the netvm's home names; names that are not numbers are passed over."""
    ids = set()
    for untrusted_frontend in store.children(ROOT):
        for untrusted_devid in store.children(f"{ROOT}/{untrusted_frontend}"):
            try:
                ids.add(VifId.from_path(f"{ROOT}/{untrusted_frontend}/{untrusted_devid}"))
            except BadInput:
                continue
    return ids


def answer(store: Store, answers: Mapping[VifId, QnetError | None], refused: Container[VifId]) -> None:
    """Tell the toolstack how it went, for many vifs at once. A node that is gone meanwhile stays gone.

    `refused`: vifs that may still have a `hotplug-error` of an earlier time, which a success removes.
    """

    def change(inside: Store) -> None:
        for vif, error in answers.items():
            path = vif.backend_path
            if inside.read(f"{path}/frontend-id") is None and not inside.children(path):
                continue
            if error is not None:
                inside.write(f"{path}/hotplug-error", printable(error.sentence, 256))
            elif vif in refused:
                inside.delete(f"{path}/hotplug-error")
            inside.write(f"{path}/hotplug-status", "connected" if error is None else "error")

    if answers:
        store.atomically(change)
