"""What the popup is shown with, for `make pictures`: states of a machine, and two minutes of traffic."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import replace
from ipaddress import IPv4Address
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from qnet_gui.model.snapshot import Snapshot
    from qnet_gui.model.traffic import History
    from qnet_gui.tray.qt import QWidget

NOW = 1_795_000_000


def snapshots() -> Mapping[str, Snapshot | None]:
    """States by name."""
    from qnet_gui.model.dns import DEFAULT_VIRTUAL, Dns, DnsSource, redirects
    from qnet_gui.model.domain import AgentState, Domain, DomainState, Label, Netvm, NetvmState
    from qnet_gui.model.messages.problems import ProblemCode
    from qnet_gui.model.problem import Problem
    from qnet_gui.model.snapshot import Dom0Connection, Dom0State, Snapshot
    from qnet_gui.model.uplink import Uplink, UplinkKind, UplinkState

    address, router = IPv4Address("192.168.0.12"), IPv4Address("192.168.0.1")
    wifi = Uplink("wlan0", UplinkKind.WIFI, UplinkState.UP, True, address, router, ssid="Home", strength=60)
    vpn = Uplink("tun0", UplinkKind.VPN, UplinkState.UP, True, IPv4Address("10.8.0.2"), connection="office")
    cable = Uplink("eth0", UplinkKind.CABLE, UplinkState.UP, True, address, router)
    running, paused = DomainState.RUNNING, DomainState.PAUSED

    def domain(number: int, name: str, label: Label, state: DomainState = running, vif: bool = True) -> Domain:
        where = (IPv4Address(f"10.137.0.{number}"), f"vif{number}.0", "netvm") if vif else (None, "", "")
        return Domain(name, number, state, *where, uuid=f"u{number}", label=label)

    domains = (
        domain(4, "browser", Label.RED), domain(5, "mail", Label.GREEN), domain(6, "personal", Label.YELLOW, paused),
        domain(7, "untrusted", Label.NONE), domain(8, "vault", Label.BLACK, vif=False), domain(9, "work", Label.BLUE),
    )  # fmt: skip
    netvm = Netvm("netvm", 1, NetvmState.RUNNING, AgentState.RUNNING, "u1")
    dns = Dns(DnsSource.NETWORKMANAGER, redirects(DEFAULT_VIRTUAL, [router]))
    well = Snapshot(netvm, (vpn, replace(wifi, primary=False)), dns, domains)
    all_paused = tuple(replace(each, state=paused) for each in domains)
    other = Domain("netvm2", 2, running, serves=True, uuid="u2")
    refused = [Problem(ProblemCode.VIF_REFUSED, vif=f"vif{number}.0") for number in (4, 5)]
    without = [Problem(ProblemCode.DOMAIN_WITHOUT_NETWORK, name="mail")]
    many = tuple(
        domain(
            number, f"domain-{number}", list(Label)[number % 9], paused if number % 7 == 0 else running, number % 5 > 0
        )
        for number in range(10, 70)
    )
    open_ = Dom0Connection(Dom0State.OPEN, NOW + 2832, tuple(each.name for each in domains), "alice")
    wrong = (Problem(ProblemCode.NFT_FAILED), *refused, *without, Problem(ProblemCode.NO_IOMMU))
    absent = Snapshot(
        Netvm("netvm"), domains=(*domains[:3], other, *domains[3:]), problems=(Problem(ProblemCode.NO_NETVM),)
    )
    long_ones = (
        domain(4, "Mail-and_more.of-somebody_elses", Label.RED), domain(5, "W" * 31, Label.GRAY, paused),
        Domain("w" * 30 + "2", 2, running, serves=True, uuid="u2"),
    )  # fmt: skip
    sixteen = tuple(Problem(ProblemCode.DOMAIN_WITHOUT_NETWORK, name=f"domain-{number}") for number in range(16))
    return {
        "usual": well,
        "cable": replace(well, uplinks=(cable,)),
        "dom0": replace(well, uplinks=(wifi,), domains=all_paused, dom0=open_),
        "connecting": replace(well, uplinks=(wifi,), dom0=Dom0Connection(Dom0State.CONNECTING)),
        "no-netvm": absent,
        "no-uplink": replace(well, uplinks=(), dns=Dns(), problems=(Problem(ProblemCode.NO_UPLINK),)),
        "names": replace(well, uplinks=(cable,), dns=Dns(), problems=(Problem(ProblemCode.NO_DNS),)),
        "problems": replace(well, uplinks=(cable,), problems=wrong),
        "none": replace(well, domains=()),
        "long": replace(well, uplinks=(replace(vpn, connection="W" * 64),), domains=long_ones),
        "long-absent": Snapshot(Netvm("w" * 31), domains=long_ones, problems=(Problem(ProblemCode.NO_NETVM),)),
        "sixteen": replace(well, problems=sixteen),
        "many": replace(well, domains=many),
        "helper-away": None,
    }  # fmt: skip


def traffic(snapshot: Snapshot | None) -> History:
    """Two minutes of it, the same every time."""
    from qnet_gui.model.traffic import SECONDS, History, Series

    def series(number: int, most: int) -> Series:
        down = tuple(
            max(0, int(most * (0.55 + 0.3 * math.sin(second / (7 + number)) + 0.15 * math.sin(second / 2.3 + number))))
            for second in range(SECONDS)
        )
        return Series(0, 0, down, tuple(rate // 9 for rate in down))

    if snapshot is None:
        return History()
    domains = {
        domain.id: series(domain.id, 0 if domain.name == "untrusted" else 900_000 // (1 + domain.id % 5) ** 2)
        for domain in snapshot.domains
    }
    uplinks = {uplink.name: series(3, 1_400_000) for uplink in snapshot.uplinks}
    return History(domains, uplinks)


def popups() -> Iterator[tuple[str, QWidget]]:
    """The popup in its states; the keyboard is in one of them."""
    from qnet_gui.tray.popup.window import Popup
    from qnet_gui.tray.qt import QDBusConnection
    from qnet_gui.tray.session.app_state import AppState

    for state, snapshot in snapshots().items():
        app_state = AppState(QDBusConnection("none"))
        app_state.snapshot = snapshot
        app_state.traffic.history = traffic(snapshot)
        popup = Popup(app_state)
        popup.resize(popup.wanted())
        popup.show()
        if state in ("usual", "many"):
            popup.activateWindow()
            popup.first_stop()
        yield f"popup-{state}", popup
        if state == "usual":
            popup.resize(popup.width(), 300)
            yield "popup-small", popup
        popup.close()
