"""The netvm's screen in a lab, the whole way: nm-applet's pixels in the tray's window, a click and a key back there.

Everything on the way is the real one, the helper with polkit and `qnet-display` with its sandbox included, but for
Xen's own devices and the netvm's kernel.
"""

from __future__ import annotations

import itertools
import os
import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from PyQt5 import sip
from pytestqt.qtbot import QtBot
from waiting import DEADLINE

from qnet_gui.applethost.backdrop import COLOUR
from qnet_gui.lab.box.enter import dom0_bus_address
from qnet_gui.model.domain import NetvmState
from qnet_gui.tray.app.action_dispatcher import ActionDispatcher
from qnet_gui.tray.qt import (
    QApplication,
    QDBusConnection,
    QEvent,
    QImage,
    QKeyEvent,
    QPoint,
    QRect,
    QSettings,
    Qt,
)
from qnet_gui.tray.session.app_state import AppState
from qnet_gui.tray.session.network_applet import NetworkApplet
from qnet_gui.tray.state.menu import Action, ActionRequest
from qnet_gui.tray.window.screen_window import ScreenWindow

from ..conftest import Lab, running

WIDTH, HEIGHT = 640, 480
CANVAS = Path(__file__).parents[1] / "screen_canvas.py"
_ICONS = "for icon in $(xdotool search --onlyvisible --class '^nm-applet$'); do xdotool getwindowgeometry $icon; done"
_GEOMETRY = re.compile(r"Position: (\d+),(\d+).*?Geometry: (\d+)x(\d+)", re.DOTALL)
#: GTK's ground of what is selected, as 0xRRGGBB.
SELECTED = 0x3584E4
_numbers = itertools.count()


class Typed:
    """A window over all of the netvm's screen, and what was typed in it by now."""

    def __init__(self, program: subprocess.Popen[bytes]) -> None:
        assert program.stdout is not None
        os.set_blocking(program.stdout.fileno(), False)
        self._said, self._text = program.stdout, ""

    def text(self) -> str:
        self._text += (self._said.read() or b"").decode()
        return self._text


class Person:
    """Opens the window by the menu's entry, and sees, clicks and types in it."""

    def __init__(self, qtbot: QtBot, lab: Lab, state: AppState, door: ActionDispatcher) -> None:
        self.lab, self.state = lab, state
        self.wait = partial(qtbot.waitUntil, timeout=int(DEADLINE * 1000))
        self._qtbot, self._door = qtbot, door
        self.wait(self._is_offered)
        door.do(ActionRequest(Action.NETAPPLET))
        self.focus()

    def _is_offered(self) -> bool:
        netvm = self.state.snapshot and self.state.snapshot.netvm
        return bool(netvm and netvm.screen and netvm.state is NetvmState.RUNNING)

    @property
    def window(self) -> ScreenWindow:
        window = self._door.screen_door.window
        assert window is not None
        return window

    @property
    def link(self) -> object:
        return self.window.screen_session.link

    def focus(self) -> None:
        """The window has a picture, and the keyboard."""
        QApplication.setActiveWindow(self.window)
        self.wait(lambda: self.link is not None and self.window.picture.hasFocus())

    def _place(self) -> Any:
        place = self.window.picture._place()
        assert place is not None
        assert place.scale == 1
        return place

    def picture(self) -> QImage:
        """What the window shows of the netvm, pixel by pixel."""
        place = self._place()
        area = QRect(int(place.left), int(place.top), WIDTH, HEIGHT)
        return self.window.picture.grab(area).toImage().convertToFormat(QImage.Format_RGB32)

    def colours(self, top: int = 0) -> set[int]:
        """Those that are seen from that line on, as 0xRRGGBB."""
        if self.link is None:
            return set()
        image = self.picture()
        bits = image.constBits()
        assert bits is not None
        pixels = memoryview(bits.asstring(image.byteCount())).cast("I")
        return {pixel & 0xFFFFFF for pixel in pixels[top * WIDTH :]}

    def click(self, left: int, top: int) -> None:
        place = self._place()
        at = QPoint(int(place.left) + left, int(place.top) + top)
        self._qtbot.mouseClick(self.window.picture, Qt.MouseButton.RightButton, pos=at)

    def key(self, scan_code: int, symbol: int, text: str = "") -> None:
        """A key of the person's own keyboard, by X's number; what it means there."""
        for kind in (QEvent.Type.KeyPress, QEvent.Type.KeyRelease):
            event = QKeyEvent(kind, 0, Qt.KeyboardModifier.NoModifier, scan_code, symbol, 0, text)
            QApplication.sendEvent(self.window.picture, event)

    def icon(self) -> tuple[int, int]:
        """The middle of nm-applet's icon, as soon as it is there."""
        places: list[tuple[int, int]] = []

        def there() -> bool:
            said = self.lab.exec("netvm", "env", "DISPLAY=:0", "sh", "-c", _ICONS, check=False).stdout
            for match in _GEOMETRY.finditer(said):
                left, top, width, height = map(int, match.groups())
                # not its menus, nor the windows of ten pixels that GTK has for itself
                if 12 <= width <= 64 and height == width:
                    places.append((left + width // 2, top + height // 2))
            return bool(places)

        self.wait(there)
        return places[0]

    def opens_the_menu(self) -> None:
        """The applet's long menu comes by a click at the icon, and goes by Escape."""
        left, top = self.icon()
        # so far no tooltip comes
        below = top + 90
        self.wait(lambda: len(self.colours()) > 1)
        assert self.colours(below) == {COLOUR}, "there is nothing below the icon"
        self.click(left, top)
        self.wait(lambda: len(self.colours(below)) > 2)
        self.key(9, 0xFF1B)
        self.wait(lambda: len(self.colours(below)) == 1)

    @contextmanager
    def canvas(self, colour: int) -> Iterator[Typed]:
        """In the netvm: a window that is all of that colour."""
        command = ["/usr/bin/python3", str(CANVAS), f"{colour:#08x}"]
        program = self.lab.popen("netvm", *command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE)
        try:
            self.wait(lambda: self.colours() == {colour})
            yield Typed(program)
        finally:
            program.kill()
            program.communicate()


@pytest.fixture(scope="module")
def screen_lab() -> Iterator[Lab]:
    if os.geteuid():
        pytest.fail("The lab's tests need root. Run them with: sudo make test", pytrace=False)
    with running("--domains", "vault", "--screen", f"{WIDTH}x{HEIGHT}") as lab:
        yield lab


@pytest.fixture
def person(
    request: pytest.FixtureRequest, screen_lab: Lab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Person]:
    monkeypatch.setenv("QT_QPA_PLATFORM", "offscreen")
    # not before that
    qtbot: QtBot = request.getfixturevalue("qtbot")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    QSettings.setPath(QSettings.NativeFormat, QSettings.UserScope, str(tmp_path))
    name = f"screen-{next(_numbers)}"
    state = AppState(QDBusConnection.connectToBus(dom0_bus_address(screen_lab.name), name))
    door = ActionDispatcher(state, NetworkApplet(state.client, state), None, state)  # type: ignore[arg-type]
    state.client.start()
    user = Person(qtbot, screen_lab, state, door)
    window = user.window
    yield user
    door.close()
    user.wait(lambda: sip.isdeleted(window))
    state.deleteLater()
    user.wait(lambda: sip.isdeleted(state))
    QDBusConnection.disconnectFromBus(name)


def test_pixels_come_as_they_are_and_what_is_typed_arrives_as_it_was_meant(person: Person) -> None:
    with person.canvas(0x123456):
        pass
    with person.canvas(0xFEDCBA) as typed:
        # a, B, 1, ! and y, which a German keyboard has where that of the USA has z
        for scan_code, text in ((38, "a"), (56, "B"), (10, "1"), (10, "!"), (52, "y")):
            person.key(scan_code, ord(text), text)
        person.wait(lambda: typed.text() == "aB1!y")
    person.wait(lambda: len(person.colours()) > 1)


def test_a_click_at_nm_applet_opens_its_menu_and_a_key_closes_it(person: Person) -> None:
    person.opens_the_menu()


#: A connection that wants a password, and does not have it.
_LOCKED = (
    "connection add type ethernet con-name locked ifname eth0 autoconnect no 802-1x.eap md5 802-1x.identity somebody"
)
#: The keys of a keyboard, by X's numbers: Tab, Return, and those for `home`.
_TAB, _RETURN, _HOME = (23, 0xFF09), (36, 0xFF0D), ((43, "h"), (32, "o"), (58, "m"), (26, "e"))


def test_a_password_is_asked_for_there_and_typed(person: Person) -> None:
    """NetworkManager keeps what nm-applet's dialog was told."""
    person.icon()
    lab = person.lab
    lab.exec("netvm", "nmcli", *_LOCKED.split())
    asking = lab.popen("netvm", "nmcli", "connection", "up", "locked", stderr=subprocess.DEVNULL)
    try:
        find = ("env", "DISPLAY=:0", "xdotool", "search", "--onlyvisible", "--name", "^802.1X", "windowfocus")
        person.wait(lambda: lab.exec("netvm", *find, check=False).returncode == 0)
        # the name is selected: the dialog has the keyboard
        person.wait(lambda: SELECTED in person.colours())
        for key in (_TAB, *((code, ord(letter), letter) for code, letter in _HOME), _RETURN):
            person.key(*key)
        # who asks NetworkManager for it before that has the dialog asked again
        person.wait(lambda: lab.exec("netvm", *find, check=False).returncode != 0)
        get = ("nmcli", "-s", "-g", "802-1x.password", "connection", "show", "locked")
        person.wait(lambda: lab.out("netvm", *get) == "home")
    finally:
        lab.exec("netvm", "nmcli", "connection", "delete", "locked")
        asking.kill()
        asking.communicate()


def test_the_window_stays_open_while_the_netvm_is_restarted(person: Person) -> None:
    first, before = person.link, person.lab.id("netvm")
    person.lab.restart("netvm")
    person.wait(lambda: person.link is not first)
    person.focus()
    snapshot = person.state.snapshot
    assert snapshot is not None
    assert snapshot.netvm.id == person.lab.id("netvm") != before
    person.opens_the_menu()


def test_a_helper_that_is_killed_takes_no_picture_along(person: Person) -> None:
    first = person.link
    person.lab.kill_program("dom0", "qnet-helper")
    person.wait(lambda: person.state.snapshot is None)
    person.opens_the_menu()
    person.lab.start_program("dom0", "qnet-helper")
    person.wait(lambda: person.state.snapshot is not None)
    person.opens_the_menu()
    assert person.link is first


def display(lab: Lab) -> str:
    """The root part of `qnet-display`, below its minder."""
    return lab.out("dom0", "sh", "-c", "pgrep -P $(pgrep -o -f [l]ab.screen.backend)", check=False)


def test_a_display_that_is_killed_comes_back_and_the_netvm_goes_on(person: Person) -> None:
    first, before = person.link, display(person.lab)
    person.lab.expect_log(r"the netvm's screen has ended \(signal 9\); it is started again$")
    with person.canvas(0x224466) as typed:
        person.lab.exec("dom0", "kill", "-KILL", before)
        person.wait(lambda: person.link is None)
        person.wait(lambda: person.link is not None)
        person.focus()
        assert person.link is not first
        assert display(person.lab) not in ("", before)
        person.wait(lambda: person.colours() == {0x224466})
        person.key(38, ord("a"), "a")
        person.wait(lambda: typed.text() == "a")


def test_a_paused_netvm_is_seen_and_takes_no_keys(person: Person) -> None:
    first = person.link
    with person.canvas(0x0000FF) as typed:
        person.lab.pause("netvm")
        try:
            for _ in range(200):
                person.key(38, ord("a"), "a")
                QApplication.processEvents()
            assert person.colours() == {0x0000FF}
        finally:
            person.lab.unpause("netvm")

        def answers() -> bool:
            person.key(24, ord("q"), "q")
            return "q" in typed.text()

        person.wait(answers)
    assert person.link is first


@pytest.mark.parametrize("size", ["0x480", "640", "640x480x24", "5000x5000"])
def test_what_is_no_size_is_refused(size: str) -> None:
    done = Lab("nosize").command("up", "--screen", size, check=False)
    assert done.returncode == 2
    assert "--screen" in done.stderr
