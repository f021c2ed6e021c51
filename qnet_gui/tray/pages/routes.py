"""From the helper's answer to what the Routes window shows, and as text. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from qnet_gui.model.errors import BadInput, QnetError
from qnet_gui.model.messages.helper import HelperCode
from qnet_gui.model.messages.message import Message
from qnet_gui.model.route import HEADS, Route, table
from qnet_gui.model.snapshot import Snapshot
from qnet_gui.model.translation import tr
from qnet_gui.tray.state.menu import blind

#: The columns that hold numbers.
NUMBERS = frozenset({4, 5, 6})


@dataclass(frozen=True, slots=True)
class RoutesPage:
    """The window's content: a table, or a sentence in its place."""

    rows: tuple[tuple[str, ...], ...] = ()
    text: str = ""
    message: str = ""


def table_owners(snapshot: Snapshot | None) -> list[tuple[str, str]]:
    """Whose table can be shown: what the helper wants to be asked for, and the words for it."""
    if snapshot is None or blind(snapshot):
        return []
    netvm = (snapshot.netvm.name, tr("{name} (the netvm)", name=snapshot.netvm.name))
    others = [domain.name for domain in snapshot.domains if domain.name != "dom0"]
    return [netvm, ("dom0", "dom0"), *((name, name) for name in others)]


def _row(line: object) -> Route:
    if not isinstance(line, Mapping):
        raise BadInput(HelperCode.HELPER_OF_OTHER_VERSION)
    return Route.from_line(" ".join(str(line.get(head.lower(), "")) for head in HEADS))


def page(answer: Sequence[object] | QnetError | None) -> RoutesPage:
    """The content for the answer to GetRoutes; None while it is awaited. A netvm or domain reported the rows."""
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
    return RoutesPage(tuple(tuple(map(str, route.as_dict().values())) for route in routes), table(routes) + "\n")
