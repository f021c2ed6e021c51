"""What `qnet` prints for people: pure functions from data to text."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from qnet_gui.model.dns import DnsRedirect
from qnet_gui.model.domain import Domain
from qnet_gui.model.fact import rest
from qnet_gui.model.problem import Problem
from qnet_gui.model.sentence import sentence
from qnet_gui.model.snapshot import Dom0State, Snapshot
from qnet_gui.model.uplink import Uplink, UplinkKind

_NOTHING = "-"
_DOMAIN = ("domain", "id", "state", "address", "vif", "netvm")
_UPLINK = ("uplink", "kind", "state", "address", "gateway", "servers", "mtu", "network")
_REDIRECT = ("name server", "redirected to")
_ISOLATION = ("isolation", "found")


def aligned(heads: Sequence[str], rows: Iterable[Sequence[str]], numbers_from: int | None = None) -> str:
    """A table with heads in capitals; an empty cell is a dash. Columns are aligned to the left, numbers to the right.

    `numbers_from`: the first of the columns that are numbers, as are all after it.
    """
    filled = [[head.upper() for head in heads], *([cell or _NOTHING for cell in row] for row in rows)]
    widths = [max(map(len, column)) for column in zip(*filled, strict=True)]
    text = len(widths) if numbers_from is None else numbers_from
    return "\n".join(
        "  ".join(
            cell.ljust(width) if at < text else cell.rjust(width)
            for at, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in filled
    )


def _uplink(uplink: Uplink) -> tuple[str, ...]:
    what = uplink.ssid if uplink.kind is UplinkKind.WIFI else uplink.connection
    if what == uplink.name:  # what NetworkManager calls a connection that nobody named
        what = ""
    if uplink.kind is UplinkKind.WIFI and uplink.strength:
        what = f"{what} {uplink.strength} %".strip()
    return (
        uplink.name, uplink.kind.value, uplink.state.value + (", default" if uplink.primary else ""),
        str(uplink.address or ""), str(uplink.gateway or ""), " ".join(map(str, uplink.servers)),
        str(uplink.mtu or ""), what,
    )  # fmt: skip


def _domain(domain: Domain) -> tuple[str, ...]:
    return domain.name, str(domain.id), domain.state.value, str(domain.address or ""), domain.vif, domain.netvm


def _redirect(redirect: DnsRedirect) -> tuple[str, str]:
    return str(redirect.virtual), str(redirect.real)


def _isolation(snapshot: Snapshot) -> list[tuple[str, str]]:
    """Rows that read as sentences; dom0 has one for each way in."""
    isolation = snapshot.isolation
    facts = [fact.english for fact in isolation.reachable]
    more_nics = [more.english for more in rest(isolation.more_nics)]
    own_link = "" if snapshot.dom0.state is Dom0State.CLOSED else ", apart from its link for the upgrade"
    return [
        *(("dom0", fact) for fact in facts or (f"has no address, no route and no open port{own_link}",)),
        ("dom0's own network cards", ", ".join((*isolation.nics, *more_nics)) or "none"),
        ("IOMMU", isolation.iommu.value),
        ("domains without a netvm", ", ".join(isolation.without_netvm) or "none"),
    ]


def problems(those: Iterable[Problem]) -> str:
    """Problems with their cures, one below the other."""
    return "\n".join(f"* {problem.sentence}" + (f"\n  {problem.cure}" if problem.cure else "") for problem in those)


def dns(snapshot: Snapshot) -> str:
    """Where name servers are redirected to."""
    if not snapshot.dns.redirects:
        return "Nothing is redirected: names do not resolve."
    return aligned(_REDIRECT, map(_redirect, snapshot.dns.redirects))


def status(snapshot: Snapshot) -> str:
    """Everything; the first line is the one sentence."""
    parts = [sentence(snapshot)]
    parts.append(aligned(_DOMAIN, map(_domain, snapshot.domains)) if snapshot.domains else "No domains run.")
    if snapshot.uplinks:
        rows = [_uplink(uplink) for uplink in snapshot.uplinks]
        width = len(_UPLINK) if any(row[-1] for row in rows) else len(_UPLINK) - 1  # cables rarely have names
        parts.append(aligned(_UPLINK[:width], (row[:width] for row in rows)))
    if snapshot.dns.redirects:
        parts.append(aligned(_REDIRECT, map(_redirect, snapshot.dns.redirects)))
    parts.append(aligned(_ISOLATION, _isolation(snapshot)))
    if snapshot.problems:
        parts.append("Problems:\n" + problems(snapshot.problems))
    return "\n\n".join(parts)
