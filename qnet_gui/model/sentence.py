"""The one sentence that everything starts with: tooltip, menu, Status, `qnet status`. Pure."""

from __future__ import annotations

from collections.abc import Callable

from qnet_gui.model.clock import clock
from qnet_gui.model.domain import NetvmState
from qnet_gui.model.messages.helper import HelperCode
from qnet_gui.model.messages.message import Message
from qnet_gui.model.problem import BLIND_CODES, NAMES_CODES, OTHERS_CODES, Problem
from qnet_gui.model.snapshot import Dom0State, Snapshot
from qnet_gui.model.translation import mark, tr, tr_count
from qnet_gui.model.uplink import Uplink, UplinkKind, UplinkState

#: The way back of dom0's connection has failed, at all or in part.
_STUCK = ("dom0-stuck", "dom0-left-over")


#: How an uplink is named by its kind.
_NAMED = {
    UplinkKind.WIFI: mark("{name} (Wi-Fi)"), UplinkKind.VPN: mark("{name} (VPN)"),
    UplinkKind.CABLE: mark("{name} (cable)"),
}  # fmt: skip


def uplink_name(uplink: Uplink, say: Callable[..., str] = tr) -> str:
    """An uplink in a few words, as notifications name it: `eth0 (cable)`, `Home (Wi-Fi)`.

    `say` puts a literal, and what is in its braces, into a language: `str.format` into English, to be kept.
    """
    own = {UplinkKind.WIFI: uplink.ssid, UplinkKind.VPN: uplink.connection}.get(uplink.kind) or uplink.name
    return say(_NAMED[uplink.kind], name=own) if uplink.kind in _NAMED else own


def uplink_in_words(kept: str) -> str:
    """What `uplink_name` has said in English, in the person's language."""
    for form in _NAMED.values():
        if kept.endswith(ending := form.removeprefix("{name}")):
            return tr(form, name=kept.removesuffix(ending))
    return kept


def _connected(uplink: Uplink) -> str:
    where = f"{uplink.name}, {uplink.address}" if uplink.address else uplink.name
    if uplink.kind is UplinkKind.WIFI:
        name = uplink.ssid or tr("a hidden network")
        return tr("Connected to {name} by Wi-Fi ({where}).", name=name, where=where)
    if uplink.kind is UplinkKind.VPN:
        return tr("Connected through VPN {name}.", name=uplink.connection or uplink.name)
    if uplink.kind is UplinkKind.CABLE:
        return tr("Connected by cable ({where}).", where=where)
    return tr("Connected ({where}).", where=where)


def domains_paused(count: int) -> str:
    """How many domains are paused for the upgrade."""
    return tr_count("{count} domain is paused.", "{count} domains are paused.", count, count=count)


def others_problems(snapshot: Snapshot) -> tuple[Problem, ...]:
    """What is wrong with the others' standing still while dom0 is connected."""
    return tuple(problem for problem in snapshot.problems if problem.code in OTHERS_CODES)


def _dom0(snapshot: Snapshot) -> str:
    """The state while dom0 is not closed, which comes before everything else."""
    link = snapshot.dom0
    stuck = next((problem for problem in snapshot.problems if problem.code in _STUCK), None)
    if stuck is not None:
        return stuck.sentence
    if link.state is Dom0State.CONNECTING:
        return tr("Connecting dom0 to the network…")
    if link.state is Dom0State.CLOSING:
        return tr("Disconnecting dom0 from the network…")
    parts = [tr("dom0 is connected to the network until {until}.", until=clock(link.until))]
    if link.paused:
        parts.append(domains_paused(len(link.paused)))
    return " ".join((*parts, *(problem.sentence for problem in others_problems(snapshot))))


def _starting(snapshot: Snapshot, name: str) -> str:
    """Of a netvm that runs, and of which no report has come: it starts, or has had its time."""
    if snapshot.netvm.id == 0:
        return tr("{name} is the netvm, but no agent has reported from it.", name=name)
    if snapshot.unreported:
        return tr("{name} runs, but its agent has not reported.", name=name)
    return tr("{name} is starting…", name=name)


def sentence(snapshot: Snapshot | None, unreadable: bool = False) -> str:
    """The state in one plain sentence; `None` stands for a helper that is away, or whose snapshot is unreadable."""
    if snapshot is None:
        if unreadable:
            return tr("The network helper and this applet are of different versions.")
        return Message(HelperCode.HELPER_AWAY).translated
    if snapshot.dom0.state is not Dom0State.CLOSED:
        return _dom0(snapshot)
    blind = next((problem for problem in snapshot.problems if problem.code in BLIND_CODES), None)
    if blind is not None:
        return blind.sentence
    name = snapshot.netvm.name
    if snapshot.netvm.state is NetvmState.ABSENT:
        return tr("{name} is not running. Domains have no network.", name=name)
    if snapshot.netvm.state is NetvmState.PAUSED:
        return tr("{name} is paused. Domains have no network.", name=name)
    if snapshot.netvm.state is NetvmState.STARTING:
        return _starting(snapshot, name)
    uplink = snapshot.uplink
    if uplink is None:
        waiting = next((uplink for uplink in snapshot.uplinks if uplink.state is UplinkState.CONNECTING), None)
        return tr("Connecting {name}…", name=waiting.name) if waiting else tr("{name} has no uplink.", name=name)
    if not snapshot.dns.redirects:
        why = next((problem.sentence for problem in snapshot.problems if problem.code in NAMES_CODES), None)
        return why or tr("Connected, but names do not resolve: the uplink gave no servers.")
    text = _connected(uplink)
    count = len(snapshot.problems)
    if not count:
        return text
    first = snapshot.problems[0].sentence
    problems = tr_count("{count} problem: {problem}", "{count} problems: {problem}", count, count=count, problem=first)
    return f"{text} {problems}"
