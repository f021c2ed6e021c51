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
from qnet_gui.model.package_upgrade import package_signals
from qnet_gui.model.package_upgrade.packages import Kind, Package, Stage, State, Upgrade, Work
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
    state.packages.look = lambda: None  # type: ignore[method-assign]
    state.packages.present = True
    if shown and shown.domains:
        state.traffic.history = History(
            {
                domain.id: Series(0, 0, (round(down),), (round(up),))
                for domain in shown.domains
                for down, up in ([RATES[domain.name]] if domain.name in RATES else [])
            }
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


_NO_UPGRADE = Upgrade()


@dataclasses.dataclass(frozen=True)
class Scene:
    """The window at a page, in a state; `progress` is what an operation has come to while it is looked at."""

    page: str
    shown: Snapshot | None
    progress: OperationProgress | None = None
    selects: bool = False
    packages: Upgrade = _NO_UPGRADE
    left: tuple[str, ...] = ()


def _connecting(*steps: tuple[str, str]) -> OperationProgress:
    progress = operation_progress.begun(OperationProgress(), snapshot(*FEW, operation=Operation(3, "connect", "user")))
    for name, state in steps:
        progress = operation_progress.stepped(progress, 3, name, state, plain("No card came within 20 s."))
    return progress


_FAILED = operation_progress.ended(
    _connecting(("pause", "undone"), ("filter", "undone"), ("attach", "failed")),
    3, "org.qnet.Error.Kernel", plain("No card came within 20 s. Everything has been put back."),
)  # fmt: skip
_UPGRADE, _INSTALL, _REMOVE = Kind.UPGRADE, Kind.INSTALL, Kind.REMOVE
_PACKAGES = tuple(
    Package(f"{name};{new};amd64;deb", kind, old=old, security=name.startswith("lib"))
    for name, old, new, kind in (
        ("base-files", "12.4+deb12u9", "12.4+deb12u11", _UPGRADE),
        ("curl", "7.88.1-10+deb12u8", "7.88.1-10+deb12u12", _UPGRADE),
        ("libc6", "2.36-9+deb12u9", "2.36-9+deb12u10", _UPGRADE),
        ("libxen-4.17", "4.17.3+36", "4.17.5+23", _UPGRADE),
        ("linux-image-6.1.0-32-amd64", "", "6.1.129-1", _INSTALL),
        ("openssh-client", "1:9.2p1-2+deb12u3", "1:9.2p1-2+deb12u5", _UPGRADE),
        ("xen-hypervisor-4.17-amd64", "4.17.3+36", "4.17.5+23", _UPGRADE),
        ("linux-image-6.1.0-28-amd64", "6.1.119-1", "6.1.119-1", _REMOVE),
    )
)  # fmt: skip
_READY = Upgrade(Stage.READY, packages=_PACKAGES, size=84_391_356, held=("firefox-esr",))
_RUNNING = package_signals.begun(_READY, Work.UPGRADE)
_DOWNLOADING = dataclasses.replace(
    _RUNNING, percent=19, can_stop=True,
    packages=(
        *(dataclasses.replace(one, state=State.DOWNLOADED, percent=50) for one in _PACKAGES[:3]),
        dataclasses.replace(_PACKAGES[3], state=State.DOWNLOADING, percent=21), *_PACKAGES[4:],
    ),
)  # fmt: skip
_INSTALLING = dataclasses.replace(
    _RUNNING, stage=Stage.INSTALLING, percent=68,
    packages=(
        *(dataclasses.replace(one, state=State.DONE, percent=100) for one in _PACKAGES[:2]),
        *(dataclasses.replace(one, state=State.INSTALLING, percent=75) for one in _PACKAGES[2:5]),
        *(dataclasses.replace(one, state=State.DOWNLOADED, percent=50) for one in _PACKAGES[5:]),
    ),
)  # fmt: skip
_UPGRADED = package_signals.finished(_INSTALLING, 1)
_NOT_FETCHED = package_signals.finished(
    package_signals.failed(
        package_signals.begun(Upgrade(), Work.REFRESH), 64,
        "E: Failed to fetch http://mirror.example/debian/dists/bookworm/InRelease  Could not connect to mirror.example"
    ), 2,
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
    "window-packages-looking": Scene(
        "upgrade", snapshot(*FEW, dom0=_OPEN), packages=package_signals.begun(Upgrade(), Work.REFRESH)
    ),
    "window-packages-ready": Scene("upgrade", snapshot(*FEW, dom0=_OPEN), packages=_READY),
    "window-packages-downloading": Scene("upgrade", snapshot(*FEW, dom0=_OPEN), packages=_DOWNLOADING),
    "window-packages-installing": Scene("upgrade", snapshot(*FEW, dom0=_OPEN), packages=_INSTALLING),
    "window-packages-not-fetched": Scene("upgrade", snapshot(*FEW, dom0=_OPEN), packages=_NOT_FETCHED),
    "window-packages-done": Scene(
        "upgrade", _CLOSED, packages=_UPGRADED, left=("/etc/ssh/ssh_config.dpkg-dist", "/etc/xen/xl.conf.ucf-dist")
    ),
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
            state.packages.upgrade, state.packages.left = scene.packages, scene.left
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
