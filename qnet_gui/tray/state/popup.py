"""From snapshot, operation and traffic to what the popup at the icon shows. Pure.

What matters most stands first: dom0's own connection while there is one, then the uplink with the one sentence, then
what is wrong with its cure, then the domains.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from qnet_gui.model.clock import hour
from qnet_gui.model.domain import NetvmState
from qnet_gui.model.messages.problems import ProblemCode
from qnet_gui.model.problem import BLIND_CODES, NAMES_CODES
from qnet_gui.model.sentence import domains_paused, sentence
from qnet_gui.model.snapshot import Dom0Connection, Dom0State, Snapshot
from qnet_gui.model.traffic import History, Series, rate_text
from qnet_gui.model.translation import tr, tr_count
from qnet_gui.model.uplink import Uplink, UplinkKind, UplinkState
from qnet_gui.tray.state.cures import Button, MessageView, Severity, button, disconnect, messages
from qnet_gui.tray.state.menu import EXTEND_MINUTES, Action, ActionRequest, blind, can_disconnect
from qnet_gui.tray.state.operation_progress import OperationProgress, State
from qnet_gui.tray.state.popup_rows import RowState, RowView, rows
from qnet_gui.tray.state.view import icons

#: What explains the sentence itself, and so is not told in another place only.
_OF_THE_SENTENCE = BLIND_CODES | NAMES_CODES | {ProblemCode.AGENT_UNKNOWN}


@dataclass(frozen=True, slots=True)
class UplinkView:
    """The way to the world. `icon` is one of ours; `sentence` the one sentence; the rest is empty where not known.

    `down` and `up` are two minutes of rates, bytes a second, the newest last.
    """

    icon: str
    sentence: str
    detail: str = ""
    down_text: str = ""
    up_text: str = ""
    down: tuple[int, ...] = ()
    up: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class PopupView:
    """All of the popup. `connection` comes first, while dom0 has one; `tools` are at the head, `footer` below all.

    `count` says how many of the domains are connected; `empty` stands where there are none to show.
    """

    connection: MessageView | None
    uplink: UplinkView
    messages: tuple[MessageView, ...]
    rows: tuple[RowView, ...]
    count: str
    empty: str
    tools: tuple[Button, ...]
    footer: tuple[Button, ...]
    ticks: bool = False


@dataclass(frozen=True, slots=True)
class Seen:
    """What a popup is made of: `asked` is what the helper was asked for and has not answered yet.

    `unreadable`: there is no snapshot because the helper is of another version; `in_doubt`: there is none, and dom0 was
    connected when there was one.
    """

    snapshot: Snapshot | None
    progress: OperationProgress = field(default_factory=OperationProgress)
    asked: frozenset[ActionRequest] = frozenset()
    traffic: History = field(default_factory=History)
    unreadable: bool = False
    in_doubt: bool = False


def popup(seen: Seen, now: float) -> PopupView:
    """What is to be shown at a moment, in seconds since the epoch."""
    snapshot = seen.snapshot
    uplink = _uplink(seen)
    shown_rows = tuple(rows(snapshot, seen.progress, seen.asked, seen.traffic.domains))
    connected = sum(row.state is RowState.CONNECTED for row in shown_rows)
    count = tr("{connected} of {count} connected", connected=connected, count=len(shown_rows)) if shown_rows else ""
    known = snapshot is not None and not blind(snapshot)
    return PopupView(
        _connection(seen, now),
        uplink,
        messages(snapshot, uplink.sentence, seen.unreadable, seen.in_doubt),
        shown_rows,
        count,
        tr("No other domain is running.") if known and not shown_rows else "",
        _tools(snapshot),
        _footer(snapshot),
        snapshot is not None and snapshot.dom0.state is Dom0State.OPEN,
    )


# -- the sentence, and the uplink


def head(snapshot: Snapshot | None, unreadable: bool = False) -> str:
    """The one sentence, but for what the popup shows in places of its own: dom0's connection, and problems."""
    if snapshot is None:
        return sentence(None, unreadable)
    problems = tuple(problem for problem in snapshot.problems if problem.code in _OF_THE_SENTENCE)
    return sentence(replace(snapshot, dom0=Dom0Connection(), problems=problems))


def _series(snapshot: Snapshot, traffic: History) -> Series:
    return traffic.uplinks.get(snapshot.uplink.name, Series()) if snapshot.uplink else Series()


def _detail(snapshot: Snapshot, uplink: Uplink) -> str:
    """What the sentence does not say: how strong it is, and what carries a VPN."""
    if uplink.kind is UplinkKind.WIFI:
        return tr("Signal {strength} %", strength=uplink.strength)
    if uplink.kind is UplinkKind.MOBILE and uplink.strength:
        return tr("Signal {strength} %", strength=uplink.strength)
    if uplink.kind is not UplinkKind.VPN:
        return tr("Router {address}", address=uplink.gateway) if uplink.gateway else ""
    below = next(
        (other for other in snapshot.uplinks if other.state is UplinkState.UP and other.kind is not UplinkKind.VPN),
        None,
    )
    if below is None:
        return ""
    if below.kind is UplinkKind.WIFI:
        name = below.ssid or below.name
        return tr("Over Wi-Fi {name}, {strength} %", name=name, strength=below.strength)
    if below.kind is UplinkKind.CABLE:
        return tr("Over cable {name}", name=below.name)
    name = below.connection or below.name
    if below.strength:
        return tr("Over {name}, {strength} %", name=name, strength=below.strength)
    return tr("Over {name}", name=name)


def _uplink(seen: Seen) -> UplinkView:
    snapshot = seen.snapshot
    said = head(snapshot, seen.unreadable)
    closed = replace(snapshot, dom0=Dom0Connection(), problems=()) if snapshot is not None else None
    if snapshot is not None and snapshot.unreported:
        closed = replace(snapshot, dom0=Dom0Connection())
    if snapshot is not None and blind(snapshot):
        closed = None
    icon = icons(closed)[0]
    if snapshot is None or snapshot.uplink is None or snapshot.netvm.state is not NetvmState.RUNNING:
        return UplinkView(icon, said)
    series = _series(snapshot, seen.traffic)
    return UplinkView(
        icon, said, _detail(snapshot, snapshot.uplink), rate_text(series.down_rate), rate_text(series.up_rate),
        series.down, series.up,
    )  # fmt: skip


# -- dom0's own connection


def left(seconds: float) -> str:
    """A time that is left: `47:12`, `1:03:20`."""
    whole = max(0, round(seconds))
    hours, rest = divmod(whole, 3600)
    minutes, last = divmod(rest, 60)
    return f"{hours}:{minutes:02}:{last:02}" if hours else f"{minutes}:{last:02}"


def _step(progress: OperationProgress) -> str:
    """The step that is being done now; empty where none is."""
    if progress.over:
        return ""
    return next((step.what.translated for step in reversed(progress.steps) if step.state is State.BEGUN), "")


def _connection(seen: Seen, now: float) -> MessageView | None:
    snapshot = seen.snapshot
    if snapshot is None or snapshot.dom0.state is Dom0State.CLOSED:
        return None
    dom0 = snapshot.dom0
    disconnecting = (disconnect(),) if can_disconnect(snapshot) else ()
    if dom0.state is not Dom0State.OPEN:
        return MessageView(Severity.ERROR, sentence(snapshot), _step(seen.progress), disconnecting)
    title = tr("dom0 is connected to the network")
    parts = [tr("Disconnects by itself in {time}, at {until}.", time=left(dom0.until - now), until=hour(dom0.until))]
    if dom0.paused:
        parts.append(domains_paused(len(dom0.paused)))
    minutes = tr_count("{count} minute more", "{count} minutes more", EXTEND_MINUTES, count=EXTEND_MINUTES)
    extend = button(minutes, Action.EXTEND, "list-add")
    return MessageView(Severity.ERROR, title, " ".join(parts), (extend, *disconnecting))


# -- head and foot


def _tools(snapshot: Snapshot | None) -> tuple[Button, ...]:
    running = snapshot is not None and snapshot.netvm.state is NetvmState.RUNNING
    why = "" if running else tr("There is no netvm that could do it now.")
    return (
        button(tr("Apply again"), Action.REAPPLY, "view-refresh", why),
        button(tr("Settings…"), Action.SETTINGS, "configure"),
        button(tr("Open the window"), Action.STATUS, "window-new"),
    )


def _footer(snapshot: Snapshot | None) -> tuple[Button, ...]:
    closed = snapshot is None or snapshot.dom0.state is Dom0State.CLOSED
    upgrade = tr("Upgrade dom0…") if closed else tr("Show the upgrade")
    return (
        button(upgrade, Action.UPGRADE, "update-none"),
        button(tr("Networks…"), Action.NETAPPLET, "network-wireless"),
    )
