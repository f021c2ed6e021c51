"""The Upgrade networking window against the real helper of a lab: there and back, refused, interrupted, killed."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot
from somebody import become

from qnet_gui.hypervisor.lab import ask
from qnet_gui.lab.box import enter
from qnet_gui.lab.box.place import Place
from qnet_gui.model.messages.helper import HelperCode
from qnet_gui.model.messages.message import Message
from qnet_gui.model.snapshot import Dom0State
from qnet_gui.tray.qt import QAbstractButton, QApplication, QComboBox, QLabel, QMessageBox, Qt, QTableView
from qnet_gui.tray.session.app_state import AppState
from qnet_gui.tray.state.access_keys import without_keys
from qnet_gui.tray.state.menu import Action, ActionRequest
from qnet_gui.tray.window.upgrade import Upgrade

_LONG = 30_000
ROOT = Path(__file__).parents[2]


class Person:
    """Sees the window and clicks in it."""

    def __init__(self, qtbot: QtBot, app_state: AppState, pictures: Path) -> None:
        self.qtbot, self.app_state, self._pictures = qtbot, app_state, pictures
        self.wait(
            lambda: bool(app_state.snapshot and app_state.snapshot.uplink and not app_state.snapshot.operation.id)
        )
        app_state.request(Action.UPGRADE)
        self.look_again()

    def look_again(self) -> None:
        """At the page, which is another one when the window was closed and is open again."""
        page = self.app_state.dispatcher.window.page("upgrade")  # type: ignore[attr-defined]
        assert isinstance(page, Upgrade)
        self.window = page

    def wait(self, ready: Callable[[], bool]) -> None:
        self.qtbot.waitUntil(ready, timeout=_LONG)

    def button(self, text: str) -> QAbstractButton | None:
        """A button that can be clicked now."""
        buttons = [
            button for button in self.window.findChildren(QAbstractButton) if without_keys(button.text()) == text
        ]
        return next((button for button in buttons if button.isVisible() and button.isEnabled()), None)

    def click(self, text: str) -> None:
        self.wait(lambda: self.button(text) is not None)
        self.qtbot.mouseClick(self.button(text), Qt.MouseButton.LeftButton)

    def text(self) -> str:
        """All that can be read."""
        every = [label for label in self.window.findChildren(QLabel) if label.isVisible()]
        return "\n".join(label.text() for label in every)

    def reads(self, part: str) -> None:
        try:
            self.wait(lambda: part in self.text())
        except Exception:
            raise AssertionError(f"{part!r} did not come: {self.text()}") from None

    def picture(self, name: str) -> None:
        self.window.grab().save(str(self._pictures / f"lab-{name}.png"))

    def state(self) -> Dom0State | None:
        return self.app_state.snapshot.dom0.state if self.app_state.snapshot else None


@pytest.fixture
def person(qtbot: QtBot, lab: str, app_state: Callable[[str], AppState], pictures: Path) -> Iterator[Person]:
    user = Person(qtbot, app_state(enter.dom0_bus_address(lab)), pictures)
    yield user
    if user.state() is not Dom0State.CLOSED:
        user.app_state.request(Action.DISCONNECT)
        user.wait(lambda: user.state() is Dom0State.CLOSED)
    user.wait(lambda: bool(user.app_state.snapshot and not user.app_state.snapshot.operation.id))


def _agent(lab: str) -> int:
    """The agent in netvm, which serves dom0's card."""
    netvm = next(domain["pid"] for domain in ask(Place(lab).control, "status")["domains"] if domain["name"] == "netvm")
    for pid in [int(process.name) for process in Path("/proc").iterdir() if process.name.isdecimal()]:
        try:
            same = Path(f"/proc/{pid}/ns/net").readlink() == Path(f"/proc/{netvm}/ns/net").readlink()
            if same and b"qnet-agent" in Path(f"/proc/{pid}/cmdline").read_bytes():
                return pid
        except OSError:
            continue
    raise AssertionError("no agent")


@pytest.fixture
def held(lab: str) -> Iterator[Callable[[], None]]:
    """Nobody serves a card until this is called."""
    agent = _agent(lab)
    os.kill(agent, signal.SIGSTOP)
    yield lambda: os.kill(agent, signal.SIGCONT)
    os.kill(agent, signal.SIGCONT)


def test_there_and_back_in_one_window(person: Person) -> None:
    person.reads("dom0 has no network. That is how it should be.")
    person.reads("personal, vault and work")
    person.reads("netvm, eth0 (cable)")
    person.reads("names, http and https; nothing is let in")
    person.picture("ready")
    person.click("Connect dom0…")
    person.reads("dom0 is connected to the network until")
    person.wait(lambda: person.button("Disconnect now") is not None)
    assert person.button("Connect dom0…") is None
    assert "left" in person.text()
    marks = [label.text() for label in person.window.findChildren(QLabel) if label.isVisible()]
    assert marks.count("✓") == 6
    person.picture("open")
    before = person.app_state.snapshot.dom0.until  # type: ignore[union-attr]
    person.window._minutes.setValue(90)
    person.click("Extend")
    person.wait(lambda: person.app_state.snapshot.dom0.until > before + 1000)  # type: ignore[union-attr]
    person.window.window().close()
    person.app_state.request(Action.UPGRADE)
    person.look_again()
    assert person.state() is Dom0State.OPEN
    person.click("Disconnect now")
    person.reads("dom0 is disconnected from the network, as it should be.")
    person.picture("closed")
    person.wait(lambda: all(domain.state.value == "running" for domain in person.app_state.snapshot.domains))  # type: ignore[union-attr]


def test_interrupted_while_it_connects(person: Person, held: Callable[[], None]) -> None:
    person.click("Connect dom0…")
    person.reads("Connecting dom0 to the network…")
    person.reads("Attach dom0 to netvm")
    person.picture("steps")
    person.click("Disconnect now")
    held()
    person.reads("Everything has been put back.")
    person.wait(lambda: person.state() is Dom0State.CLOSED)


def test_helper_killed_in_the_middle(person: Person, lab: str, held: Callable[[], None]) -> None:
    person.click("Connect dom0…")
    person.reads("Connecting dom0 to the network…")
    ask(Place(lab).control, "program", domain="dom0", program="qnet-helper", action="kill")
    person.reads("The network helper is not running.")
    person.reads("The network helper has stopped in the middle of this.")
    person.picture("killed")
    held()
    ask(Place(lab).control, "program", domain="dom0", program="qnet-helper", action="start")
    person.reads("dom0 has no network. That is how it should be.")


def test_obstacles_are_told_and_nobody_can_click(person: Person, lab: str) -> None:
    ask(Place(lab).control, "cable", provider="isp1", plugged=False)
    person.reads("netvm has no uplink. Plug in a cable or choose a Wi-Fi network.")
    assert person.button("Connect dom0…") is None
    person.picture("obstacle")
    ask(Place(lab).control, "cable", provider="isp1", plugged=True)
    person.wait(lambda: person.button("Connect dom0…") is not None)


def test_domains_by_the_menu(person: Person) -> None:
    work = next(domain for domain in person.app_state.snapshot.domains if domain.name == "work")  # type: ignore[union-attr]

    def now(what: str) -> object:
        return next(getattr(domain, what) for domain in person.app_state.snapshot.domains if domain.name == "work")  # type: ignore[union-attr]

    for action, what, value in (
        (Action.PAUSE, "state", "paused"), (Action.UNPAUSE, "state", "running"),
        (Action.DETACH, "vif", ""), (Action.ATTACH, "vif", work.vif),
    ):  # fmt: skip
        person.app_state.requested.emit(ActionRequest(action, work.id, "work", work.uuid))
        person.wait(lambda what=what, value=value: getattr(now(what), "value", now(what)) == value)  # type: ignore[misc]


def test_another_netvm_is_asked_about_and_a_refusal_is_said(person: Person) -> None:
    def box(text: str) -> QMessageBox | None:
        boxes = [box for box in QApplication.topLevelWidgets() if isinstance(box, QMessageBox) and box.isVisible()]
        return next((box for box in boxes if text in box.text()), None)

    person.app_state.requested.emit(ActionRequest(Action.NETVM, name="dom0"))
    question = box("Make dom0 the netvm?")
    assert question
    moving = next(button for button in question.buttons() if button.text() == "Choose it, and move the domains")
    person.qtbot.mouseClick(moving, Qt.MouseButton.LeftButton)
    person.wait(lambda: box("No network agent runs in dom0") is not None)
    person.wait(lambda: not person.app_state.asked)
    assert person.app_state.snapshot
    assert person.app_state.snapshot.netvm.name == "netvm"


def test_routes_of_everybody_and_how_soon_name_servers_answer(person: Person, pictures: Path) -> None:
    person.app_state.request(Action.ROUTES)
    window = person.app_state.dispatcher.window.page("routes")  # type: ignore[attr-defined]
    choice = window.findChild(QComboBox)
    table = next(table for table in window.findChildren(QTableView) if table.accessibleName() == "Routes")
    for name, ready in (
        ("netvm", lambda: table.model().rowCount() > 3),
        ("dom0", lambda: table.model().rowCount() == 0),
        ("work", lambda: table.model().rowCount() == 1),
    ):
        choice.setCurrentIndex(choice.findData(name))
        choice.activated.emit(choice.currentIndex())
        person.wait(ready)
        window.grab().save(str(pictures / f"lab-routes-{name}.png"))
    person.app_state.request(Action.NAMES)
    names = person.app_state.dispatcher.window.page("names")  # type: ignore[attr-defined]
    for text in ("Test", "Apply again"):
        button = next(
            candidate for candidate in names.findChildren(QAbstractButton) if without_keys(candidate.text()) == text
        )
        person.qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
        person.wait(button.isEnabled)
    rows = names.findChild(QTableView).model()
    person.wait(lambda: rows.index(0, 3).data().startswith("after "))
    names.grab().save(str(pictures / "lab-names.png"))


_AS_NOBODY = """
import sys
from qnet_gui.tray.session.dbus import unsigned
from qnet_gui.tray.session.helper_client import Client
from qnet_gui.tray.qt import QCoreApplication, QDBusConnection
application = QCoreApplication([])
client = Client(QDBusConnection.connectToBus(sys.argv[1], "nobody"))
client.do("ConnectDom0", [unsigned(1)], lambda answer: (print(answer), application.quit()))
application.exec_()
"""


def test_a_password_may_be_asked_for(lab: str) -> None:
    """polkit is told so: without the message's flag it would say that the caller does not let anybody be asked."""
    done = subprocess.run(
        [*become(65534), "/usr/bin/python3", "-c", _AS_NOBODY, enter.dom0_bus_address(lab)],
        cwd=ROOT, capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert done.stdout == f"{Message(HelperCode.PASSWORD_OF_NOBODY)}\n", done.stderr
