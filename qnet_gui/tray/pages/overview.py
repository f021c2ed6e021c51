"""From the snapshot to what the Overview shows beside the map. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from qnet_gui.model.dns import DnsSource
from qnet_gui.model.domain import NetvmState
from qnet_gui.model.fact import rest
from qnet_gui.model.preflight import listed
from qnet_gui.model.sentence import sentence, uplink_name
from qnet_gui.model.snapshot import Dom0State, Iommu, Snapshot
from qnet_gui.model.translation import mark, tr
from qnet_gui.model.uplink import Uplink, UplinkKind, UplinkState
from qnet_gui.tray.pages.domains import domain_rows
from qnet_gui.tray.state.cures import OTHER_VERSION, untold
from qnet_gui.tray.state.menu import blind

_AWAY = mark("Nothing is known of the network. What netvm does for domains goes on.")
#: What to do when the helper is away.
_START = mark("Start the helper: sudo systemctl start qnet-helper.")
_SOURCES = {
    DnsSource.NETWORKMANAGER: mark("told by NetworkManager"),
    DnsSource.RESOLVED: mark("told by systemd-resolved"),
    DnsSource.RESOLV_CONF: mark("from netvm's resolv.conf"),
    DnsSource.NONE: "",
}
_NETVM = {
    NetvmState.ABSENT: mark("not running"),
    NetvmState.STARTING: mark("starting"),
    NetvmState.RUNNING: mark("running"),
    NetvmState.PAUSED: mark("paused"),
}
_IOMMU = {
    Iommu.ON: mark("The IOMMU is on: netvm's card reaches netvm's memory only."),
    Iommu.OFF: mark("The IOMMU is off."),
    Iommu.UNKNOWN: mark("Whether the IOMMU is on is not known."),
}


@dataclass(frozen=True, slots=True)
class Page:
    """The page's content: `facts` are pairs of label and text, `problems` pairs of sentence and cure.

    `domains` are for the clipboard only; the map shows them.
    """

    sentence: str
    facts: tuple[tuple[str, str], ...] = ()
    domains: tuple[tuple[str, ...], ...] = ()
    problems: tuple[tuple[str, str], ...] = ()


def _netvm(snapshot: Snapshot) -> str:
    return tr("no report yet") if snapshot.unreported else tr(_NETVM[snapshot.netvm.state])


def _uplink(uplink: Uplink) -> str:
    parts = [uplink_name(uplink)]
    if uplink.state is UplinkState.CONNECTING:
        parts.append(tr("connecting"))
    if uplink.state is UplinkState.DOWN:
        parts.append(tr("not connected"))
    if uplink.kind is UplinkKind.WIFI and uplink.state is UplinkState.UP:
        parts.append(f"{uplink.strength} %")
    if uplink.address:
        parts.append(str(uplink.address))
    if uplink.gateway:
        parts.append(tr("router {address}", address=uplink.gateway))
    if uplink.mtu and uplink.state is UplinkState.UP:
        parts.append(f"MTU {uplink.mtu}")
    return ", ".join(parts)


def _uplinks(snapshot: Snapshot) -> str:
    ordered = sorted(snapshot.uplinks, key=lambda uplink: uplink is not snapshot.uplink)
    return "\n".join(_uplink(uplink) for uplink in ordered) or tr("none")


def source(snapshot: Snapshot) -> str:
    """Who told netvm its name servers; empty when nobody did."""
    return tr(_SOURCES[snapshot.dns.source])


def _servers(snapshot: Snapshot) -> str:
    lines = [f"{redirect.virtual} → {redirect.real}" for redirect in snapshot.dns.redirects]
    return "\n".join([*lines, source(snapshot)] if lines and source(snapshot) else lines) or tr("none")


def _dom0(snapshot: Snapshot) -> str:
    if snapshot.dom0.state is Dom0State.OPEN:
        return tr("is connected to the network")
    if snapshot.dom0.state is not Dom0State.CLOSED:
        return tr("may be connected to the network")
    return "\n".join(fact.translated for fact in snapshot.isolation.reachable) or tr("has no network, as it should be")


def _isolation(snapshot: Snapshot) -> str:
    """What stands between dom0 and the network, a line each; what is as it should be is said as well."""
    isolation = snapshot.isolation
    lines = [tr(_IOMMU[isolation.iommu])]
    if isolation.nics:
        cards = [*isolation.nics, *(more.translated for more in rest(isolation.more_nics))]
        lines.append(tr("dom0 has network cards of its own: {cards}.", cards=listed(cards)))
    else:
        lines.append(tr("dom0 has no network card of its own."))
    if isolation.without_netvm:
        lines.append(tr("Without a network: {domains}.", domains=listed(isolation.without_netvm)))
    return "\n".join(lines)


def away_cure(unreadable: bool) -> str:
    """What to do where there is no snapshot."""
    return tr(OTHER_VERSION) if unreadable else tr(_START)


def page(snapshot: Snapshot | None, unreadable: bool = False, in_doubt: bool = False) -> Page:
    """The content for a snapshot; of a helper that is away, or knows nothing itself, there are no facts to show.

    `in_doubt`: see `untold`.
    """
    problems = tuple((view.title, view.text) for view in untold(snapshot, unreadable, in_doubt))
    if snapshot is None:
        return Page(sentence(None, unreadable), problems=(*problems[:-1], (tr(_AWAY), away_cure(unreadable))))
    problems += tuple((problem.sentence, problem.cure) for problem in snapshot.problems)
    if blind(snapshot):
        return Page(sentence(snapshot), problems=problems)
    return Page(
        sentence(snapshot),
        (
            (tr("Network domain:"), f"{snapshot.netvm.name}, {_netvm(snapshot)}"),
            (tr("Uplinks:"), _uplinks(snapshot)),
            (tr("Name servers:"), _servers(snapshot)),
            (tr("dom0:"), _dom0(snapshot)),
            (tr("Isolation:"), _isolation(snapshot)),
        ),
        domain_rows(snapshot),
        problems,
    )


def as_text(shown: Page) -> str:
    """All of it as text, for the clipboard."""
    lines = [shown.sentence, ""]
    for name, text in shown.facts:
        lines += [f"{name} " + text.replace("\n", "\n" + " " * (len(name) + 1))]
    if shown.domains:
        lines += ["", *("  ".join(row).rstrip() for row in shown.domains)]
    for problem, cure in shown.problems:
        lines += ["", f"{problem} {cure}".strip()]
    return "\n".join(lines) + "\n"
