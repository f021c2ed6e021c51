"""What has followed many changes shows what is shown by what has just been opened: nothing of before is left in it."""

from __future__ import annotations

import dataclasses
import random
import time
from collections.abc import Callable

import pytest
from pytestqt.qtbot import QtBot
from test_tray_window import READY
from test_tray_windows import Open, shown
from tray_shared import CABLE, DOMAINS, STATES, VPN, WIFI, up

from qnet_gui.model.domain import DomainState
from qnet_gui.model.messages.plain import plain
from qnet_gui.model.messages.problems import ProblemCode
from qnet_gui.model.problem import Problem
from qnet_gui.model.snapshot import Dom0Connection, Dom0State, Operation, Snapshot
from qnet_gui.model.traffic import History, Series
from qnet_gui.tray.popup.row import DomainRow
from qnet_gui.tray.popup.window import Popup
from qnet_gui.tray.qt import QAbstractButton, QApplication, QComboBox, QLabel, QTableView, QWidget
from qnet_gui.tray.session.app_state import AppState
from qnet_gui.tray.state import operation_progress
from qnet_gui.tray.state.access_keys import without_keys
from qnet_gui.tray.window.main_window import MainWindow

__all__ = ["shown"]
STEPS = 30
NOW = int(time.time())
ROUTE = dict(
    zip(
        ("destination", "gateway", "genmask", "flags", "metric", "ref", "use", "iface"),
        ("0.0.0.0", "192.168.0.1", "0.0.0.0", "UG", 100, 0, 0, "eth0"), strict=True,
    )
)  # fmt: skip
ANSWERS: dict[str, object] = {
    "Preflight": [READY], "GetRoutes": [[ROUTE]], "TestNames": [[{"server": "192.168.0.53", "milliseconds": 12}]],
}  # fmt: skip
PROBLEMS = (
    Problem(ProblemCode.NFT_FAILED), Problem(ProblemCode.NO_DNS), Problem(ProblemCode.VIF_REFUSED, vif="vif4.0"),
    Problem(ProblemCode.VIF_REFUSED, vif="vif5.0"), Problem(ProblemCode.DOMAIN_WITHOUT_NETWORK, name="vault"),
    Problem(ProblemCode.DOM0_STUCK), Problem(ProblemCode.PAUSED_IN_DOUBT, names=("personal",)),
    Problem(ProblemCode.NO_NETVM), Problem(ProblemCode.AGENT_SILENT),
)  # fmt: skip
TRAFFIC = (
    History(),
    History({4: Series(0, 0, (1000,), (5,))}, {"eth0": Series(0, 0, (1, 2000), (3, 4))}),
    History({4: Series(0, 0, (0,), (0,)), 5: Series(0, 0, (7,), (0,))}),
)


def _operation(rng: random.Random, snapshot: Snapshot) -> Snapshot:
    operations = [
        Operation(),
        *(Operation(number, kind, "alice") for number in (1, 2) for kind in ("connect", "detach")),
    ]
    return dataclasses.replace(snapshot, operation=rng.choice(operations))


def _dom0(rng: random.Random, snapshot: Snapshot) -> Snapshot:
    connection = Dom0Connection(rng.choice([*Dom0State]), NOW + 3600, ("work",), rng.choice(["", "bob"]))
    return dataclasses.replace(snapshot, dom0=rng.choice([Dom0Connection(), connection]))


def _problems(rng: random.Random, snapshot: Snapshot) -> Snapshot:
    return dataclasses.replace(snapshot, problems=tuple(rng.sample(PROBLEMS, rng.randint(0, 4))))


def _domains(rng: random.Random, snapshot: Snapshot) -> Snapshot:
    changed = (
        dataclasses.replace(domain, state=rng.choice([*DomainState]), vif=rng.choice(["", domain.vif]))
        for domain in DOMAINS if rng.random() < 0.8
    )  # fmt: skip
    return dataclasses.replace(snapshot, domains=tuple(changed))


def _snapshot(rng: random.Random, before: Snapshot | None) -> Snapshot | None:
    """Another in one thing only, or in any."""
    changes = (_operation, _dom0, _problems, _domains)
    if before is not None and rng.random() < 0.6:
        return rng.choice(changes)(rng, before)
    snapshot = rng.choice([*STATES.values(), up(CABLE), up(WIFI), up(VPN, WIFI)])
    for change in changes if snapshot is not None else ():
        if rng.random() < 0.4:
            snapshot = change(rng, snapshot)
    return snapshot


def _step(rng: random.Random, state: AppState, progresses: bool) -> None:
    """One change of many kinds at a time."""
    state.traffic.history = rng.choice(TRAFFIC)
    if progresses and rng.random() < 0.3:
        number, how = state.progress.number, rng.choice(["begun", "done"])
        state.progress = operation_progress.stepped(
            state.progress, number, rng.choice(["pause", "up"]), how, plain("x")
        )
    state._changed(_snapshot(rng, state.snapshot))
    state.traffic.changed.emit(state.traffic.history)
    QApplication.processEvents()


def _of_an_ended_row(widget: QWidget | None) -> bool:
    """The popup keeps those in their places, on purpose."""
    while widget is not None and not (isinstance(widget, DomainRow) and widget._ended):
        widget = widget.parentWidget()
    return widget is not None


def _described(part: QWidget) -> list[str]:
    """What is seen of it, and heard, in an order of its own."""
    found: list[tuple[object, ...]] = []
    for one in part.findChildren(QWidget):
        if not one.isVisibleTo(part) or _of_an_ended_row(one):
            continue
        if isinstance(one, DomainRow):
            found.append((one.view,))
        elif isinstance(one, QLabel):
            found.append((without_keys(one.text()), one.isEnabled(), one.accessibleName()))
        elif isinstance(one, QAbstractButton):
            text = without_keys(one.text())
            found.append((text, one.isEnabled(), one.toolTip(), one.accessibleName(), one.isChecked()))
        elif isinstance(one, QComboBox):
            found.append((one.isEnabled(), *(one.itemText(index) for index in range(one.count()))))
        elif isinstance(one, QTableView):
            model = one.model()
            rows = range(model.rowCount())
            found += [(*(model.index(row, at).data() for at in range(model.columnCount())),) for row in rows]
    return sorted(map(repr, found))


@pytest.mark.parametrize("name", ["overview", "domains", "routes", "names", "upgrade", "popup"])
@pytest.mark.parametrize("seed", range(2))
def test_it_shows_what_one_shows_that_has_just_been_opened(
    qtbot: QtBot, shown: Callable[..., Open], monkeypatch: pytest.MonkeyPatch, name: str, seed: int
) -> None:
    rng = random.Random(f"{name} {seed}")  # noqa: S311  # the same each time
    state = shown(up(CABLE))("overview").app_state
    monkeypatch.setattr(state.client, "ask", lambda method, _arguments, then: then(ANSWERS.get(method, [])))
    monkeypatch.setattr(state.packages, "look", lambda: None)
    monkeypatch.setattr(time, "time", lambda: float(NOW))

    def made() -> tuple[QWidget, QWidget]:
        """A window, and what of it is looked at."""
        if name == "popup":
            popup = Popup(state, anchored=False)
            popup.show()
            return popup, popup
        window = MainWindow(state)
        window.resize(1000, 700)
        window.open_page(name)
        window.show()
        page = window.page(name)
        assert page is not None
        return window, page

    window, part = made()
    try:
        for _ in range(STEPS):
            # how an operation went is news on the page that was open then, and on no other
            _step(rng, state, progresses=name != "upgrade")
            fresh, fresh_part = made()
            QApplication.processEvents()
            expected = _described(fresh_part)
            fresh.close()
            assert _described(part) == expected
    finally:
        window.close()
