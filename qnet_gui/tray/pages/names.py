"""From the snapshot to what the Name servers page shows. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from qnet_gui.model.clock import hour
from qnet_gui.model.errors import QnetError
from qnet_gui.model.messages.problems import ProblemCode
from qnet_gui.model.problem import NAMES_CODES
from qnet_gui.model.sentence import sentence, uplink_name
from qnet_gui.model.snapshot import Snapshot
from qnet_gui.model.translation import tr
from qnet_gui.tray.pages.overview import source
from qnet_gui.tray.state.menu import blind

_WHYS = frozenset({ProblemCode.NO_DNS, *NAMES_CODES})
_NOT_TESTED: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class NamesPage:
    """The page's content: rows of virtual server, real server, where that came from, and how soon it answers, empty
    before a test; `message` without any rows, `note` below them."""

    head: str
    rows: tuple[tuple[str, ...], ...] = ()
    message: str = ""
    note: str = ""


def heads() -> tuple[str, ...]:
    """The table's heads."""
    return tr("Domains ask"), tr("Redirected to"), tr("From"), tr("Answers")


def tested(answer: Sequence[object] | QnetError) -> dict[str, str]:
    """The answer to TestNames: how soon each server answers, in words."""
    results = answer[0] if not isinstance(answer, QnetError) and answer and isinstance(answer[0], list) else []
    by_server = {}
    for result in results:
        if isinstance(result, Mapping):
            match result.get("server"), result.get("milliseconds"):
                case str() as server, -1:
                    by_server[server] = tr("does not answer")
                case str() as server, -2:
                    by_server[server] = tr("cannot be asked")
                case str() as server, int() as milliseconds if milliseconds >= 0:
                    by_server[server] = tr("after {count} ms", count=milliseconds)
    return by_server


def page(
    snapshot: Snapshot | None, answers: Mapping[str, str] = _NOT_TESTED, at: float = 0, unreadable: bool = False
) -> NamesPage:  # fmt: skip
    """The content for a snapshot; `answers` are those of a test that ended `at`, in seconds since the epoch."""
    if snapshot is None or blind(snapshot):
        return NamesPage(sentence(snapshot, unreadable))
    if not snapshot.dns.redirects:
        cure = next((problem.cure for problem in snapshot.problems if problem.code in _WHYS), "")
        return NamesPage(
            sentence(snapshot), message=tr("Nothing is redirected: names do not resolve.") + f" {cure}".rstrip()
        )
    rows = []
    for redirect in snapshot.dns.redirects:
        offering = [uplink_name(uplink) for uplink in snapshot.uplinks if redirect.real in uplink.servers]
        origin = ", ".join([*offering[:1], *([source(snapshot)] if source(snapshot) else [])])
        rows.append((str(redirect.virtual), str(redirect.real), origin, answers.get(str(redirect.real), "")))
    head = tr("Domains ask the addresses at the left; what they ask them goes to those beside them.")
    note = tr("A domain that asks another server by its own address reaches that one.")
    if at:
        note += " " + tr("Tested at {time}.", time=hour(at))
    return NamesPage(head, tuple(rows), note=note)


def as_text(shown: NamesPage) -> str:
    """All of it as text, for the clipboard."""
    lines = []
    for virtual, real, *more in shown.rows:
        details = ", ".join(detail for detail in more if detail)
        lines.append(f"{virtual} → {real} ({details})" if details else f"{virtual} → {real}")
    return "\n".join(lines) + "\n"
