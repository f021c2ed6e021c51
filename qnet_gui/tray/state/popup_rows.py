"""The popup's rows, one a domain: how it is, what it sends and receives, and what can be done to it. Pure."""

from __future__ import annotations

import enum
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from qnet_gui.model.domain import Domain, DomainState, Label
from qnet_gui.model.messages.code import Code
from qnet_gui.model.messages.problems import ProblemCode
from qnet_gui.model.snapshot import Dom0State, Snapshot
from qnet_gui.model.traffic import Series, rate_text
from qnet_gui.model.translation import mark, tr
from qnet_gui.netmap.rates import spoken
from qnet_gui.tray.state.cures import Button, unpause
from qnet_gui.tray.state.menu import Action, ActionRequest, blind, hindrance
from qnet_gui.tray.state.operation_progress import OperationProgress, State


class RowState(enum.Enum):
    """How a domain stands to the network; each has a shape of its own."""

    CONNECTED = "connected"
    PAUSED = "paused"
    WAITING = "waiting"
    CUT_OFF = "cut-off"
    TROUBLE = "trouble"

    @property
    def word(self) -> str:
        """It, for those who hear it."""
        return tr(_WORDS[self])


_WORDS = {
    RowState.CONNECTED: mark("connected"),
    RowState.PAUSED: mark("paused"),
    RowState.WAITING: mark("waiting"),
    RowState.CUT_OFF: mark("no network"),
    RowState.TROUBLE: mark("in trouble"),
}


@dataclass(frozen=True, slots=True)
class RowView:
    """A domain's row. `key` says whose it is, whatever its place: id and uuid.

    `detail` is its second line, `history` two minutes of what it received, bytes a second. `network` is what the switch
    does, which stands at `attached`; `pause` what the button beside it does; `serve` makes it the netvm, if it can.
    `spoken_detail` is `detail` for those who hear it, empty where it is the same.
    """

    key: tuple[int, str]
    name: str
    label: Label
    state: RowState
    detail: str
    attached: bool
    network: Button
    pause: Button
    history: tuple[int, ...] = ()
    serve: Button | None = None
    spoken_detail: str = ""

    @property
    def spoken(self) -> str:
        """The whole row for those who cannot see it; nothing twice."""
        parts = {part.casefold(): part for part in (self.spoken_detail or self.detail, self.state.word)}
        return ", ".join(filter(None, (self.name, self.label.word, *reversed(parts.values()))))


def rates(series: Series | None) -> str:
    """`↓ 1.2 MB/s   ↑ 80 kB/s`; empty while it is not known."""
    if series is None or not series.down:
        return ""
    if not series.down_rate and not series.up_rate:
        return tr("Idle")
    return f"↓ {rate_text(series.down_rate)}   ↑ {rate_text(series.up_rate)}"


def _spoken_rates(series: Series | None) -> str:
    """The same without arrows, whose names are read out."""
    if series is None or not series.down or not (series.down_rate or series.up_rate):
        return ""
    return spoken(series.down_rate or 0, series.up_rate or 0)


def network_button(domain: Domain, why: str) -> Button:
    """What cuts a domain off, or attaches it."""
    action = Action.DETACH if domain.vif else Action.ATTACH
    text = tr("Cut {name} off the network", name=domain.name)
    if not domain.vif:
        text = tr("Attach {name} to the network", name=domain.name)
    icon = "network-disconnect" if domain.vif else "network-connect"
    return Button(text, ActionRequest.about(action, domain), icon, why)


def pause_button(domain: Domain, why: str) -> Button:
    """What pauses a domain, or lets it go on."""
    if domain.state is DomainState.PAUSED:
        return unpause(domain, why)
    request = ActionRequest.about(Action.PAUSE, domain)
    return Button(tr("Pause {name}", name=domain.name), request, "media-playback-pause", why)


def _serve_button(snapshot: Snapshot, domain: Domain, why: str) -> Button | None:
    """What makes a domain the netvm; None where it cannot be, or is."""
    if not domain.serves or domain.name == snapshot.netvm.name:
        return None
    request = ActionRequest.about(Action.NETVM, domain)
    return Button(tr("Make {name} the netvm…", name=domain.name), request, "go-next", why)


def _troubles(snapshot: Snapshot) -> Mapping[str, str]:
    """By the names of domains and vifs that problems name, what is wrong with them."""
    words: dict[Code, str] = {
        ProblemCode.DOMAIN_WITHOUT_NETWORK: tr("Has no address"),
        ProblemCode.VIF_REFUSED: tr("Refused by netvm"),
    }
    return {
        str(value): words[problem.code]
        for problem in snapshot.problems
        if problem.code in words
        for _, value in problem.arguments
    }


def _under_way(snapshot: Snapshot, progress: OperationProgress) -> Mapping[str, str]:
    """By the names of domains, what is being done to them now: the step that has begun and is not done."""
    if progress.over or not snapshot.operation.id:
        return {}
    return {
        str(value): step.what.translated
        for step in progress.steps
        if step.state is State.BEGUN
        for name, value in step.what.arguments
        if name == "name"
    }


def _standing_still(snapshot: Snapshot, domain: Domain) -> str:
    if snapshot.dom0.state is not Dom0State.CLOSED and domain.name in snapshot.dom0.paused:
        return tr("Paused for the upgrade")
    return tr("Paused")


def _state(snapshot: Snapshot, domain: Domain, trouble: str) -> tuple[RowState, str]:
    """Its state, and a word on it where that says more than a rate."""
    if domain.state is DomainState.DYING:
        return RowState.WAITING, tr("Is ending")
    if domain.state is DomainState.PAUSED:
        return RowState.PAUSED, _standing_still(snapshot, domain)
    if not domain.vif:
        return RowState.CUT_OFF, tr("No network")
    if trouble:
        return RowState.TROUBLE, trouble
    if snapshot.stands_still(domain.netvm):
        return RowState.WAITING, tr("Waits for {name}", name=domain.netvm)
    if domain.netvm != snapshot.netvm.name:
        return RowState.CONNECTED, tr("Through {name}", name=domain.netvm) if domain.netvm else ""
    if snapshot.uplink is None:
        return RowState.WAITING, tr("Waits for an uplink")
    return RowState.CONNECTED, ""


def rows(
    snapshot: Snapshot | None, progress: OperationProgress, asked: frozenset[ActionRequest],
    traffic: Mapping[int, Series],
) -> Iterator[RowView]:  # fmt: skip
    """A row for each domain, by name. `asked`: what the helper was asked for and has not answered yet."""
    if snapshot is None or blind(snapshot):
        return
    why, troubles, under_way = hindrance(snapshot), _troubles(snapshot), _under_way(snapshot, progress)
    waiting = {(request.domid, request.uuid) for request in asked}
    for domain in snapshot.domains:
        series = traffic.get(domain.id)
        state, detail = _state(snapshot, domain, troubles.get(domain.name) or troubles.get(domain.vif, ""))
        key = (domain.id, domain.uuid)
        reason, spoken_detail = why or (tr("It has been asked for already.") if key in waiting else ""), ""
        if domain.name in under_way:
            detail = under_way[domain.name]
        elif key in waiting:
            detail = tr("Asked for…")
        elif not detail:
            spoken_detail = _spoken_rates(series)
            detail = rates(series) or (str(domain.address) if domain.address else tr("Connected"))
        alive = domain.state is not DomainState.DYING
        reason = reason if alive else tr("It is ending.")
        yield RowView(
            key, domain.name, domain.label, state, detail, bool(domain.vif), network_button(domain, reason),
            pause_button(domain, reason), series.down if series and state is RowState.CONNECTED else (),
            _serve_button(snapshot, domain, reason), spoken_detail,
        )  # fmt: skip
