"""Pictures of the window: every page, and the map with none, few and many domains; on a small screen, and on one of
1366 by 768 at 200 %."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Callable, Iterator, Sequence
from ipaddress import IPv4Address
from typing import Any

from qnet_gui.model.dns import DEFAULT_VIRTUAL, Dns, DnsSource, redirects
from qnet_gui.model.domain import AgentState, Domain, DomainState, Label, Netvm, NetvmState
from qnet_gui.model.messages.message import Message
from qnet_gui.model.messages.plain import plain
from qnet_gui.model.messages.problems import ProblemCode
from qnet_gui.model.messages.upgrade import UpgradeCode
from qnet_gui.model.problem import Problem
from qnet_gui.model.snapshot import Dom0Connection, Dom0State, Operation, Snapshot
from qnet_gui.model.traffic import History, Series
from qnet_gui.model.uplink import Uplink, UplinkKind, UplinkState
from qnet_gui.tray.qt import QCoreApplication, QDBusConnection, QEvent, QTableView, QWidget
from qnet_gui.tray.session.app_state import AppState
from qnet_gui.tray.state import operation_progress
from qnet_gui.tray.state.history import Entry, Event
from qnet_gui.tray.state.operation_progress import OperationProgress

SERVERS = (IPv4Address("10.8.0.53"), IPv4Address("10.8.0.54"))
WIFI = Uplink(
    "wlp3s0", UplinkKind.WIFI, UplinkState.UP, False, IPv4Address("192.168.0.23"), IPv4Address("192.168.0.1"), SERVERS,
    "Home", 60, "Home", 1500,
)  # fmt: skip
VPN = Uplink(
    "tun0", UplinkKind.VPN, UplinkState.UP, True, IPv4Address("10.8.0.2"), None, SERVERS, "", 0, "office", 1420
)
CABLE = Uplink("enp2s0", UplinkKind.CABLE, UplinkState.DOWN)
_NAMES = ("work", "personal", "browser", "mail", "untrusted", "bank", "dev", "media", "chat", "print")


def _domain(index: int, netvm: str, state: DomainState = DomainState.RUNNING) -> Domain:
    name = _NAMES[index % 10] + (f"-{index // 10}" if index >= 10 else "")
    address = IPv4Address(f"10.137.0.{10 + index % 240}") if netvm else None
    label = list(Label)[1 + index % 8] if index != 4 else Label.NONE
    return Domain(name, index + 3, state, address, f"vif{index + 3}.0" if netvm else "", netvm, label=label)


FEW = (
    _domain(0, "netvm"), _domain(1, "netvm", DomainState.PAUSED), _domain(2, "netvm"), _domain(3, "netvm"),
    _domain(4, "netvm"), Domain("vault", 9, DomainState.RUNNING),
)  # fmt: skip
MANY = tuple(
    _domain(
        index,
        "" if index % 13 == 5 else "netvm" if index % 3 else "vpn-netvm",
        DomainState.PAUSED if index % 7 == 0 else DomainState.RUNNING,
    )
    for index in range(60)
)
OTHER_NETVM = Domain("vpn-netvm", 99, DomainState.RUNNING, IPv4Address("10.137.1.2"), "vif99.0", "netvm", True)
CHAIN = (
    _domain(0, "firewall"), _domain(1, "firewall"), _domain(2, "vpn-netvm"), _domain(3, "netvm"),
    Domain("firewall", 40, DomainState.RUNNING, IPv4Address("10.137.1.3"), "vif40.0", "vpn-netvm", True), OTHER_NETVM,
)  # fmt: skip
RATES = {
    "work": (910_000.0, 42_000.0), "browser": (284_000.0, 31_000.0), "mail": (1_200.0, 400.0), "untrusted": (0.0, 0.0),
    **{domain.name: (domain.id * 11_000.0, domain.id * 700.0) for domain in MANY[10:] if domain.vif},
}  # fmt: skip
PROBLEMS = (
    Problem(ProblemCode.VIF_REFUSED, vif="vif4.0"),
    Problem(ProblemCode.DOMAIN_WITHOUT_NETWORK, name="vault"),
)
PREFLIGHT = {
    "busy": [], "obstacles": [], "pause": ["browser", "mail", "untrusted", "work"], "paused": ["personal"],
    "netvm": "netvm", "uplink": "office (VPN)", "names": True, "allowed": ["names", "http", "https"], "minutes": 60,
}  # fmt: skip
ROUTES = [
    ("0.0.0.0", "192.168.0.1", "0.0.0.0", "UG", 600, 0, 0, "wlp3s0"),
    ("10.137.0.10", "0.0.0.0", "255.255.255.255", "UH", 32749, 0, 0, "vif3.0"),
    ("10.137.0.12", "0.0.0.0", "255.255.255.255", "UH", 32747, 0, 0, "vif5.0"),
    ("192.168.0.0", "0.0.0.0", "255.255.255.0", "U", 600, 0, 0, "wlp3s0"),
]
_ROUTE_KEYS = ("destination", "gateway", "genmask", "flags", "metric", "ref", "use", "iface")


def snapshot(*domains: Domain, **more: Any) -> Snapshot:
    """netvm with a Wi-Fi, a VPN over it, and a cable that is not plugged in."""
    usual = {"dns": Dns(DnsSource.NETWORKMANAGER, redirects(DEFAULT_VIRTUAL, SERVERS))}
    netvm = Netvm("netvm", 1, NetvmState.RUNNING, AgentState.RUNNING)
    return Snapshot(netvm, (VPN, WIFI, CABLE), domains=domains, **{**usual, **more})


def _answer(method: str, _arguments: Sequence[object], then: Callable[[Any], None]) -> None:
    """What the helper would say."""
    answers: dict[str, list[object]] = {
        "Preflight": [PREFLIGHT],
        "GetRoutes": [[dict(zip(_ROUTE_KEYS, row, strict=True)) for row in ROUTES]],
        "TestNames": [
            [{"server": str(SERVERS[0]), "milliseconds": 12}, {"server": str(SERVERS[1]), "milliseconds": -1}]
        ],
    }
    if method in answers:  # nobody waits for the others
        then(answers[method])


def app_state(shown: Snapshot | None) -> AppState:
    """What the applet's parts share, without a bus."""
    state = AppState(QDBusConnection("qnet-pictures"))
    state.client.ask = _answer  # type: ignore[method-assign]
    state.snapshot = shown
    if shown and shown.domains:
        state.traffic.history = History(
            {name: Series(0, 0, (round(down),), (round(up),)) for name, (down, up) in RATES.items()}
        )
    now = int(time.time())
    state.event_log._waiting = [
        Entry(now - 90_000, Event.STARTED, ("Connected by cable (enp2s0, 192.168.0.12).",)),
        Entry(now - 7_000, Event.UPLINK, ("enp2s0 (cable)", "Home (Wi-Fi)")),
        Entry(now - 6_900, Event.PROBLEM, (), PROBLEMS[0], 3, now - 6_000),
        Entry(now - 5_000, Event.SOLVED, (), PROBLEMS[0]),
        Entry(now - 4_000, Event.DOM0_OPEN, ("user", str(now - 400))),
        Entry(now - 3_000, Event.ENDED, ("user",), Message(UpgradeCode.DISCONNECTED)),
        Entry(now - 60, Event.UPLINK, ("Home (Wi-Fi)", "office (VPN)")),
    ]
    return state


@dataclasses.dataclass(frozen=True)
class Scene:
    """The window at a page, in a state; `progress` is what an operation has come to while it is looked at."""

    page: str
    shown: Snapshot | None
    progress: OperationProgress | None = None
    selects: bool = False


def _connecting(*steps: tuple[str, str]) -> OperationProgress:
    progress = operation_progress.begun(OperationProgress(), snapshot(*FEW, operation=Operation(3, "connect", "user")))
    for name, state in steps:
        progress = operation_progress.stepped(progress, 3, name, state, plain("No card came within 20 s."))
    return progress


_FAILED = operation_progress.ended(
    _connecting(("pause", "undone"), ("filter", "undone"), ("attach", "failed")),
    3, "org.qnet.Error.Kernel", plain("No card came within 20 s. Everything has been put back."),
)  # fmt: skip
_SIZES = {"": (1160, 700), "-small": (1024, 600), "-tiny": (683, 384)}
_OPEN = Dom0Connection(Dom0State.OPEN, int(time.time()) + 2832, ("browser", "mail", "untrusted", "work"), "user")
_CLOSED = snapshot(*FEW)
_SCENES: dict[str, Scene] = {
    "window-overview-0": Scene("overview", snapshot()),
    "window-overview-3": Scene("overview", snapshot(*FEW[:2], FEW[-1])),
    "window-overview-6-problems": Scene("overview", snapshot(*FEW, problems=PROBLEMS)),
    "window-overview-60": Scene("overview", snapshot(*MANY, OTHER_NETVM)),
    "window-overview-chain": Scene("overview", snapshot(*CHAIN)),
    "window-overview-dom0": Scene("overview", snapshot(*FEW, dom0=_OPEN)),
    "window-overview-away": Scene("overview", None),
    "window-overview-no-netvm": Scene(
        "overview", Snapshot(Netvm("netvm"), domains=FEW, problems=(Problem(ProblemCode.NO_NETVM),))
    ),
    "window-domains": Scene("domains", snapshot(*FEW), selects=True),
    "window-domains-60": Scene("domains", snapshot(*MANY, OTHER_NETVM), selects=True),
    "window-domains-none": Scene("domains", snapshot()),
    "window-routes": Scene("routes", _CLOSED),
    "window-names": Scene("names", _CLOSED),
    "window-upgrade": Scene("upgrade", _CLOSED),
    "window-upgrade-connecting": Scene(
        "upgrade", dataclasses.replace(_CLOSED, operation=Operation(3, "connect", "user")),
        _connecting(("pause", "done"), ("filter", "done"), ("attach", "begun")),
    ),
    "window-upgrade-open": Scene("upgrade", snapshot(*FEW, dom0=_OPEN)),
    "window-upgrade-failed": Scene("upgrade", _CLOSED, _FAILED),
    "window-log": Scene("log", _CLOSED),
    "window-settings": Scene("settings", _CLOSED),
    "window-help": Scene("help", _CLOSED),
}  # fmt: skip


def windows() -> Iterator[tuple[str, QWidget]]:
    """Each scene in each size that a screen leaves."""
    from qnet_gui.tray.window.main_window import MainWindow

    for name, scene in _SCENES.items():
        for suffix, size in _SIZES.items():
            state = app_state(scene.shown)
            window = MainWindow(state)
            window.resize(*size)
            window.open_page(scene.page)
            window.show()
            if scene.progress is not None:
                state.progress = scene.progress
                state.moved.emit()
            table = window.findChild(QTableView)
            if scene.selects and isinstance(table, QTableView):
                table.selectRow(1)
            yield f"{name}{suffix}", window
            window.close()
            QCoreApplication.sendPostedEvents(None, QEvent.DeferredDelete)
