"""From the snapshot and the helper's answer to what the page of uplinks and routes shows, and as text. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from qnet_gui.model.errors import BadInput, QnetError
from qnet_gui.model.messages.helper import HelperCode
from qnet_gui.model.messages.message import Message
from qnet_gui.model.route import HEADS, Route, table
from qnet_gui.model.sentence import sentence, uplink_name
from qnet_gui.model.snapshot import Snapshot
from qnet_gui.model.translation import tr
from qnet_gui.model.uplink import Uplink, UplinkKind, UplinkState
from qnet_gui.tray.state.menu import DOM0, blind

#: The columns of routes that hold numbers, and those in a font of fixed width; the same of uplinks.
NUMBERS, FIXED = frozenset({4, 5, 6}), frozenset({0, 1, 2, 7})
UPLINK_NUMBERS, UPLINK_FIXED = frozenset({5}), frozenset({2, 3, 4})
_NOBODY: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class RoutesPage:
    """The routes: a table, or a sentence in its place."""

    rows: tuple[tuple[str, ...], ...] = ()
    text: str = ""
    message: str = ""


def table_owners(snapshot: Snapshot | None) -> list[tuple[str, str]]:
    """Whose table can be shown: what the helper wants to be asked for, and the words for it."""
    if snapshot is None or blind(snapshot):
        return []
    netvm = (snapshot.netvm.name, tr("{name} (the netvm)", name=snapshot.netvm.name))
    others = [DOM0, *(domain.name for domain in snapshot.domains if domain.name != DOM0)]
    return [netvm, *((name, name) for name in others if name != snapshot.netvm.name)]


def route_heads() -> tuple[str, ...]:
    """The heads of the table of routes: those that everybody knows, and whose a vif is."""
    return *HEADS, tr("Domain")


def uplink_heads() -> tuple[str, ...]:
    """The heads of the table of uplinks."""
    return tr("Uplink"), tr("State"), tr("Address"), tr("Router"), tr("Name servers"), "MTU"


def uplink_rows(snapshot: Snapshot | None) -> tuple[tuple[str, ...], ...]:
    """A row for each uplink of the netvm; nothing of what is not known."""
    if snapshot is None or blind(snapshot):
        return ()
    return tuple(
        (
            uplink_name(uplink), _uplink_state(uplink, uplink is snapshot.uplink), str(uplink.address or ""),
            str(uplink.gateway or ""), ", ".join(map(str, uplink.servers)), str(uplink.mtu or ""),
        )
        for uplink in sorted(snapshot.uplinks, key=lambda uplink: (uplink is not snapshot.uplink, uplink.name))
    )  # fmt: skip


def _uplink_state(uplink: Uplink, used: bool) -> str:
    if uplink.state is not UplinkState.UP:
        return tr("connecting") if uplink.state is UplinkState.CONNECTING else tr("not connected")
    parts = [tr("in use") if used else tr("connected")]
    if uplink.kind is UplinkKind.WIFI:
        parts.append(f"{uplink.strength} %")
    return ", ".join(parts)


def vif_owners(snapshot: Snapshot | None, whose: str) -> dict[str, str]:
    """Whose vifs begin with a word, in the netvm's table; another domain's table has none."""
    if snapshot is None or whose != snapshot.netvm.name:
        return {}
    return {"vif0": DOM0, **{f"vif{domain.id}": domain.name for domain in snapshot.domains}}


def nobody(snapshot: Snapshot | None, unreadable: bool) -> RoutesPage:
    """The content where there is nobody whose table could be shown."""
    return RoutesPage(message=sentence(snapshot, unreadable))


def _row(line: object) -> Route:
    if not isinstance(line, Mapping):
        raise BadInput(HelperCode.HELPER_OF_OTHER_VERSION)
    return Route.from_line(" ".join(str(line.get(head.lower(), "")) for head in HEADS))


def page(answer: Sequence[object] | QnetError | None, owners: Mapping[str, str] = _NOBODY) -> RoutesPage:
    """The content for the answer to GetRoutes; None while it is awaited. A netvm or domain reported the rows.

    `owners`: whose each vif is, by its name up to the dot.
    """
    if answer is None:
        return RoutesPage(message=tr("Asking…"))
    if isinstance(answer, QnetError):
        return RoutesPage(message=answer.translated)
    try:
        lines = answer[0] if answer and isinstance(answer[0], list) else []
        routes = [_row(line) for line in lines]
    except BadInput:
        return RoutesPage(message=Message(HelperCode.HELPER_OF_OTHER_VERSION).translated)
    if not routes:
        return RoutesPage(message=tr("It has no routes."))
    rows = tuple(
        (*map(str, route.as_dict().values()), owners.get(route.iface.partition(".")[0], "")) for route in routes
    )
    return RoutesPage(rows, table(routes) + "\n")
