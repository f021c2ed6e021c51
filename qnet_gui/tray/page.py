"""From the snapshot to what the Status window shows. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from qnet_gui.model.dns import DnsSource
from qnet_gui.model.domain import NetvmState
from qnet_gui.model.problem import BLIND_CODES
from qnet_gui.model.sentence import sentence, uplink_name
from qnet_gui.model.snapshot import Dom0State, Snapshot
from qnet_gui.model.uplink import Uplink, UplinkKind, UplinkState

DOMAIN_HEADS = ("Domain", "State", "Address", "Vif")
NO_DOMAINS = "No other domain is running."

_SOURCES = {
    DnsSource.NETWORKMANAGER: "told by NetworkManager",
    DnsSource.RESOLVED: "told by systemd-resolved",
    DnsSource.RESOLV_CONF: "from netvm's resolv.conf",
    DnsSource.NONE: "",
}


@dataclass(frozen=True, slots=True)
class Page:
    """The window's content: `facts` are pairs of label and text, `problems` pairs of sentence and cure."""

    sentence: str
    facts: tuple[tuple[str, str], ...] = ()
    domains: tuple[tuple[str, ...], ...] = ()
    problems: tuple[tuple[str, str], ...] = ()


def _uplink(uplink: Uplink) -> str:
    words = [uplink_name(uplink)]
    if uplink.state is UplinkState.CONNECTING:
        words.append("connecting")
    if uplink.state is UplinkState.DOWN:
        words.append("not connected")
    if uplink.kind is UplinkKind.WIFI and uplink.state is UplinkState.UP:
        words.append(f"{uplink.strength} %")
    if uplink.address:
        words.append(str(uplink.address))
    if uplink.gateway:
        words.append(f"router {uplink.gateway}")
    return ", ".join(words)


def _uplinks(snapshot: Snapshot) -> str:
    ordered = sorted(snapshot.uplinks, key=lambda each: each is not snapshot.uplink)
    return "\n".join(_uplink(each) for each in ordered) or "none"


def _servers(snapshot: Snapshot) -> str:
    source = _SOURCES[snapshot.dns_source]
    lines = [f"{each.virtual} → {each.real}" for each in snapshot.redirects]
    return "\n".join([*lines, source] if lines and source else lines) or "none"


def _netvm(snapshot: Snapshot) -> str:
    words = {
        NetvmState.ABSENT: "not running",
        NetvmState.STARTING: "starting",
        NetvmState.RUNNING: "running",
        NetvmState.PAUSED: "paused",
    }
    return f"{snapshot.netvm.name}, {words[snapshot.netvm.state]}"


def _dom0(snapshot: Snapshot) -> str:
    if snapshot.dom0.state is not Dom0State.CLOSED:
        return "is connected to the network"
    return "\n".join(snapshot.isolation.reachable) or "has no network, as it should be"


def page(snapshot: Snapshot | None) -> Page:
    """The content for a snapshot; of a helper that is away, or knows nothing itself, there are no facts to show."""
    if snapshot is None:
        return Page(sentence(None))
    problems = tuple((each.sentence, each.cure) for each in snapshot.problems)
    if any(each.code in BLIND_CODES for each in snapshot.problems):
        return Page(sentence(snapshot), problems=problems)
    return Page(
        sentence(snapshot),
        (
            ("Network domain:", _netvm(snapshot)),
            ("Uplinks:", _uplinks(snapshot)),
            ("Name servers:", _servers(snapshot)),
            ("dom0:", _dom0(snapshot)),
        ),
        tuple(
            (each.name, each.state.value, str(each.address or "none"), each.vif or "none") for each in snapshot.domains
        ),
        problems,
    )
