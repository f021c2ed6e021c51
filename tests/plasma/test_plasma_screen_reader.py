"""What a screen reader is told by AT-SPI, and where the keyboard comes: popup, pages of the window, a question."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from plasma_tray import Tray, eventually
from waiting import DEADLINE

from qnet_gui.lab.box.place import Place
from qnet_gui.lab.desktop.plasma import Plasma
from qnet_gui.model.snapshot import Dom0State

Node = dict[str, Any]
#: What something can be done with: each has a name. A cell may be empty.
CONTROLS = {
    "push button", "toggle button", "check box", "radio button", "combo box", "spin button", "text", "table", "list",
    "list item", "column header", "table column header", "link", "menu item", "page tab",
}  # fmt: skip
#: The window's title, by its page.
TITLES = {
    "overview": "Network status", "domains": "Domains", "routes": "Uplinks and routes", "names": "Name servers",
    "upgrade": "Upgrade networking", "log": "Log", "settings": "Settings of qnet", "help": "Help",
}  # fmt: skip
#: Signs whose own names would be read out, in place of what they mean.
SIGNS = re.compile("[↓↑→←●○▲▼✓✗]")
NO_UPLINK = "Warning: Plug in a cable or choose a Wi-Fi network in the network applet."


@dataclass(frozen=True)
class Reading:
    """What is read out in a window, from its top; and of it what has had the keyboard, where that was tried."""

    nodes: list[Node]
    had: list[Node]

    @property
    def names(self) -> list[str]:
        return [str(node["name"]) for node in self.nodes]

    def faults(self) -> list[tuple[str, str, str]]:
        """What is nothing but a role, or a sign, to those who hear it; and what the keyboard does not come to."""
        wordless = [
            node
            for node in self.nodes
            if SIGNS.search(node["name"] + node["description"])
            or (node["role"] in CONTROLS and node["can"] and not re.search(r"\w", node["name"]))
            or (node["takes"] and node["role"] in ("unknown", "invalid"))
        ]
        # the list that a combo box opens has the name of that
        wordless = [node for node in wordless if not (node["part"] and node["role"] == "list")]
        return [("no words", node["role"], f"{node['name']} ({node['description']})") for node in wordless]

    def missed(self) -> list[str]:
        """What takes the keyboard, and has not had it; told by its place, since what it says changes meanwhile."""
        reached = [node["path"] for node in self.had]
        wanted = [node for node in self.nodes if node["takes"] and not node["part"]]
        return [f"{node['role']} {node['name']}" for node in wanted if node["path"] not in reached]


Reader = Callable[..., Reading]


@pytest.fixture(scope="module")
def plasma(lab: Place, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Plasma]:
    """A person who has a screen reader logs in."""
    session = Plasma(lab.name, tmp_path_factory.mktemp("plasma"))
    session.env["QT_LINUX_ACCESSIBILITY_ALWAYS_ON"] = "1"
    with session:
        yield session


@pytest.fixture
def reader(plasma: Plasma) -> Reader:
    """Reads a window out; with a key, sees what has the keyboard after it, one after the other."""
    plasma.write("reader.py", Path(__file__).with_name("screen_reader.py").read_bytes())

    def read(title: str, key: str = "") -> Reading:
        name = f"reader-{time.monotonic_ns()}"
        words = ["/usr/bin/python3", "reader.py", title, str(DEADLINE), *([key] if key else [])]
        status = plasma.start(name, words).wait(2 * DEADLINE)
        text = (plasma.folder / f"{name}.log").read_text()
        assert status == 0, text
        return Reading(**json.loads(text.splitlines()[-1]))

    return read


def test_the_popup_is_read_out_and_gone_through(tray: Tray, reader: Reader) -> None:
    tray.wait_until_shown(lambda snapshot: snapshot.uplink)
    tray.activate()
    heard = reader("Network", "Tab")
    assert (heard.nodes[0]["role"], heard.faults(), heard.missed()) == ("frame", [], [])
    assert "vault, no network" in heard.names
    assert [name for name in heard.names if name.startswith("work, connected, ")]
    assert {"Network of work", "Upgrade dom0…"} <= {node["name"] for node in heard.had}


def test_a_problem_and_its_cure_are_read_out_where_they_stand(
    tray: Tray, reader: Reader, run_lab: Callable[..., str]
) -> None:
    for provider in ("isp1", "isp2"):
        run_lab("cable", "out", provider)
    try:
        tray.wait_until_shown(lambda snapshot: snapshot.uplink is None)
        # some seconds: Qt tells a screen reader of no popup that comes right after the one before it was closed
        state = ("exec", "netvm", "--", "nmcli", "-g", "STATE", "general")
        eventually(lambda: run_lab(*state).startswith("disconnected"), 40, "NetworkManager keeps its connections")
        tray.activate()
        heard = reader("Network", "Tab")
    finally:
        run_lab("cable", "in", "isp1")
    assert (heard.faults(), heard.missed()) == ([], [])
    assert heard.names.index("netvm has no uplink.") < heard.names.index(NO_UPLINK) < heard.names.index("Domains")
    assert "work, waiting, Waits for an uplink" in heard.names
    had = [node["name"] for node in heard.had]
    turned = had.index("Keep open") + 1
    assert [*had[turned:], *had[:turned]][0] == "Network settings", "Tab leads to the cure after what stands above it"
    tray.wait_until_shown(lambda snapshot: snapshot.uplink)


def test_while_dom0_is_connected_that_comes_first_and_who_quits_is_asked(
    tray: Tray, reader: Reader, run_lab: Callable[..., str]
) -> None:
    tray.wait_until_shown(lambda snapshot: snapshot.uplink)
    run_lab("exec", "dom0", "--", "qnet", "dom0", "up", "--minutes", "10")
    try:
        tray.wait_until_shown(lambda snapshot: snapshot.dom0.state is Dom0State.OPEN)
        tray.activate()
        popup = reader("Network")
        tray.plasma.run("xdotool", "key", "Escape")
        tray.click("Quit")
        question = reader("Quit", "Tab")
        tray.plasma.run("xdotool", "key", "Escape")
    finally:
        run_lab("exec", "dom0", "--", "qnet", "dom0", "down")
    assert popup.faults() == []
    first = next(name for name in popup.names if name.startswith("Danger: "))
    assert first.startswith("Danger: dom0 is connected to the network Disconnects by itself in ")
    names = [name for name in popup.names if name.startswith(("Danger: ", "Disconnect now", "Connected by", "work, "))]
    assert names[:2] == [first, "Disconnect now"]
    assert "work, paused, Paused for the upgrade" in names
    assert (question.nodes[0]["role"], question.faults(), question.missed()) == ("alert", [], [])
    assert {"Disconnect and quit", "Cancel"} <= {node["name"] for node in question.had}
    tray.wait_until_shown(lambda snapshot: snapshot.dom0.state is Dom0State.CLOSED)


def test_every_page_is_read_out_and_gone_through(tray: Tray, reader: Reader) -> None:
    tray.wait_until_shown(lambda snapshot: snapshot.uplink)
    heard = {}
    for name, title in TITLES.items():
        assert tray.plasma.start(f"page-{name}", ["qnet-tray", "--window", name]).wait(DEADLINE) == 0
        heard[name] = reader(title, "Tab")
    assert {name: one.faults() for name, one in heard.items() if one.faults()} == {}
    assert {name: one.missed() for name, one in heard.items() if one.missed()} == {}
    assert {one.nodes[0]["role"] for one in heard.values()} == {"frame"}
    assert [name for name in heard["overview"].names if re.fullmatch("work, .+, through netvm", name)]
    states = [node["name"] for node in heard["domains"].nodes if node["role"] == "table cell"]
    assert states[:3] == ["personal", "running", "netvm"]
    assert "netvm has an uplink (done)" in heard["upgrade"].names
