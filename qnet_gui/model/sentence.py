"""The one sentence that everything starts with: tooltip, menu, Status, `qnet status`. Pure."""

from __future__ import annotations

import time

from qnet_gui.model.domain import NetvmState
from qnet_gui.model.problem import BLIND_CODES
from qnet_gui.model.snapshot import Dom0State, Snapshot
from qnet_gui.model.uplink import Uplink, UplinkKind, UplinkState

HELPER_AWAY = "The network helper is not running."


def uplink_name(uplink: Uplink) -> str:
    """An uplink in a few words, as notifications name it: `eth0 (cable)`, `Home (Wi-Fi)`."""
    if uplink.kind is UplinkKind.WIFI:
        return f"{uplink.ssid or uplink.name} (Wi-Fi)"
    if uplink.kind is UplinkKind.VPN:
        return f"{uplink.connection or uplink.name} (VPN)"
    return f"{uplink.name} (cable)" if uplink.kind is UplinkKind.CABLE else uplink.name


def _connected(uplink: Uplink) -> str:
    where = f"{uplink.name}, {uplink.address}" if uplink.address else uplink.name
    if uplink.kind is UplinkKind.WIFI:
        return f"Connected to {uplink.ssid or 'a hidden network'} by Wi-Fi ({where})."
    if uplink.kind is UplinkKind.VPN:
        return f"Connected through VPN {uplink.connection or uplink.name}."
    if uplink.kind is UplinkKind.CABLE:
        return f"Connected by cable ({where})."
    return f"Connected ({where})."


def _domains(count: int) -> str:
    return "1 domain is" if count == 1 else f"{count} domains are"


def _dom0(snapshot: Snapshot) -> str:
    """The state while dom0 is not closed, which comes before everything else."""
    link = snapshot.dom0
    stuck = next((each for each in snapshot.problems if each.code == "dom0-stuck"), None)
    if stuck is not None:
        return stuck.sentence
    if link.state is Dom0State.CONNECTING:
        return "Connecting dom0 to the network…"
    if link.state is Dom0State.CLOSING:
        return "Disconnecting dom0 from the network…"
    until = time.strftime("%H:%M", time.localtime(link.until))
    paused = f" {_domains(len(link.paused))} paused." if link.paused else ""
    return f"dom0 is connected to the network until {until}.{paused}"


def sentence(snapshot: Snapshot | None) -> str:
    """The state in one plain sentence; `None` stands for a helper that is away."""
    if snapshot is None:
        return HELPER_AWAY
    if snapshot.dom0.state is not Dom0State.CLOSED:
        return _dom0(snapshot)
    blind = next((each for each in snapshot.problems if each.code in BLIND_CODES), None)
    if blind is not None:
        return blind.sentence
    name = snapshot.netvm.name
    if snapshot.netvm.state is NetvmState.ABSENT:
        return f"{name} is not running. Domains have no network."
    if snapshot.netvm.state is NetvmState.PAUSED:
        return f"{name} is paused. Domains have no network."
    if snapshot.netvm.state is NetvmState.STARTING:
        return f"{name} is starting…"
    uplink = snapshot.uplink
    if uplink is None:
        waiting = next((each for each in snapshot.uplinks if each.state is UplinkState.CONNECTING), None)
        return f"Connecting {waiting.name}…" if waiting else f"{name} has no uplink."
    if not snapshot.redirects:
        return "Connected, but names do not resolve: the uplink gave no servers."
    text = _connected(uplink)
    if len(snapshot.problems) == 1:
        return f"{text} 1 problem: {snapshot.problems[0].sentence}"
    if snapshot.problems:
        return f"{text} {len(snapshot.problems)} problems: {snapshot.problems[0].sentence}"
    return text
