"""The window with the netvm's screen, offscreen: with a display of the test's own, and with the real `qnet-display`."""

from __future__ import annotations

import dataclasses
import os
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from fakes.display_host import Host
from fakes.screen import ASKED, DOMID
from pytestqt.qtbot import QtBot
from tray_shared import CABLE, RUNNING, Helper, up

from qnet_gui.display.picture_memory import PictureMemory
from qnet_gui.display.screen_nodes import DEVICES
from qnet_gui.dom0.attach import screen_socket
from qnet_gui.hypervisor.port import DomainInfo
from qnet_gui.lab.screen.memory import PAGES, taken_inputs
from qnet_gui.model.domain import DomainState, Label, NetvmState
from qnet_gui.model.errors import BadInput, NotAuthorised, QnetError, Refused
from qnet_gui.model.messages.domains import DomainCode
from qnet_gui.model.messages.helper import HelperCode
from qnet_gui.model.netvm_screen.screen import Geometry, Rectangle
from qnet_gui.model.netvm_screen.screen_wire import (
    SIZE,
    Changed,
    KeyPress,
    Look,
    PointerAt,
    ReleaseAll,
    Taken,
    packed,
    parsed_input,
)
from qnet_gui.tray.app.action_dispatcher import ActionDispatcher
from qnet_gui.tray.netvm_screen import screen_place
from qnet_gui.tray.paint import colours
from qnet_gui.tray.qt import (
    QApplication,
    QColor,
    QDBusConnection,
    QDBusUnixFileDescriptor,
    QEvent,
    QKeyEvent,
    QMouseEvent,
    QPalette,
    QPoint,
    QPointF,
    QSettings,
    Qt,
    QTimer,
    sip,
)
from qnet_gui.tray.session import picture, screen_link
from qnet_gui.tray.session.app_state import AppState
from qnet_gui.tray.state.menu import Action, ActionRequest
from qnet_gui.tray.window.screen_window import ScreenWindow

NETVM = dataclasses.replace(RUNNING, id=DOMID, uuid="u7", label=Label.RED, screen=True)
WELL = dataclasses.replace(up(CABLE), netvm=NETVM)
A, SHIFT = 38, 50
Then = Callable[[Any], None]
Opened = Callable[[], ScreenWindow]


class Display:
    """In place of the helper and of `qnet-display`: gives windows, whose other ends the test has."""

    def __init__(self) -> None:
        self.memory = PictureMemory(ASKED)
        self.calls: list[tuple[str, str]] = []
        self.windows: list[socket.socket] = []
        #: What it answers instead of giving one.
        self.error: QnetError | None = None
        self.give: Callable[[], int] = self.memory.fileno
        self.size = (ASKED.width, ASKED.height)

    def do(self, method: str, _arguments: Sequence[object], then: Then) -> None:
        self._open("do", method, then)

    def ask(self, method: str, _arguments: Sequence[object], then: Then) -> None:
        self._open("ask", method, then)

    def _open(self, kind: str, method: str, then: Then) -> None:
        self.calls.append((kind, method))
        answer: Any = self.error
        if answer is None:
            ours, its = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
            ours.settimeout(60)
            self.windows.append(ours)
            answer = [*self.size, QDBusUnixFileDescriptor(self.give()), QDBusUnixFileDescriptor(its.fileno())]
            its.close()
        QTimer.singleShot(0, partial(then, answer))

    def next_message(self) -> Any:
        """The next message of the newest window; None at its end."""
        message = self.windows[-1].recv(SIZE + 1)
        return parsed_input(message) if message else None

    def said_by_now(self) -> bytes | None:
        """The next message of the newest window, if there is one; empty at its end."""
        self.windows[-1].setblocking(False)
        try:
            return self.windows[-1].recv(SIZE + 1)
        except BlockingIOError:
            return None
        finally:
            self.windows[-1].settimeout(60)

    def heard_nothing(self) -> bool:
        """By now."""
        return self.said_by_now() is None

    def has_ended(self) -> bool:
        """Whether nobody is at the other end of the newest window, and nothing was said there."""
        return self.said_by_now() == b""

    def paint(self, colour: int, rectangle: Rectangle = ASKED.whole) -> None:
        """All of it in one colour, of which a part is told."""
        self.memory.pixels[:] = colour.to_bytes(4, "little") * (ASKED.size // 4)
        self.windows[-1].send(packed(Changed(rectangle)))

    def close(self) -> None:
        for window in self.windows:
            window.close()
        self.memory.close()


@pytest.fixture
def display() -> Iterator[Display]:
    made = Display()
    yield made
    made.close()


@pytest.fixture
def state(qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[AppState]:
    """Without any bus; its settings are the test's own."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    QSettings.setPath(QSettings.NativeFormat, QSettings.UserScope, str(tmp_path / "config"))
    made = AppState(QDBusConnection("none"))
    made.client.changed.emit(WELL)
    yield made
    made.deleteLater()


def connect(state: AppState, helper: Any) -> None:
    """Have calls go there."""
    state.client.do, state.client.ask = helper.do, helper.ask  # type: ignore[method-assign]


@pytest.fixture
def opened(qtbot: QtBot, state: AppState) -> Iterator[Opened]:
    """Opens a window."""
    windows: list[ScreenWindow] = []

    def make() -> ScreenWindow:
        windows.append(ScreenWindow(state))
        windows[-1].show()
        return windows[-1]

    yield make
    for window in windows:
        if not sip.isdeleted(window):
            window.close()


@pytest.fixture
def window(qtbot: QtBot, state: AppState, display: Display, opened: Opened) -> ScreenWindow:
    """Open, with a picture, and with the keyboard."""
    connect(state, display)
    made = opened()
    with_keyboard(qtbot, made)
    return made


def with_keyboard(qtbot: QtBot, window: ScreenWindow) -> None:
    QApplication.setActiveWindow(window)
    qtbot.waitUntil(lambda: window.picture.hasFocus() and window.screen_session.link is not None)


def without_keyboard(qtbot: QtBot, window: ScreenWindow) -> None:
    QApplication.setActiveWindow(None)
    qtbot.waitUntil(lambda: not window.picture.hasFocus())


def key(window: ScreenWindow, scan_code: int, down: bool, repeated: bool = False) -> None:
    kind = QEvent.Type.KeyPress if down else QEvent.Type.KeyRelease
    none = Qt.KeyboardModifier.NoModifier
    QApplication.sendEvent(window.picture, QKeyEvent(kind, 0, none, scan_code, 0, 0, "", repeated))


def shown_colour(window: ScreenWindow, at: QPoint | None = None) -> str:
    """Of what is painted in the middle of the picture."""
    image = window.picture.grab().toImage()
    return image.pixelColor(at or image.rect().center()).name()


def word(window: ScreenWindow) -> str:
    return window.screen_session.view.word


# -- what is seen


def test_pixels_come_to_the_screen_as_they_are(qtbot: QtBot, window: ScreenWindow, display: Display) -> None:
    assert shown_colour(window) == "#000000"
    display.paint(0x00123456)
    qtbot.waitUntil(lambda: shown_colour(window) == "#123456")
    assert window.windowTitle() == "Screen of netvm"
    assert window.picture.accessibleName() == "Screen of netvm"


def test_only_what_has_changed_is_painted_anew(
    qtbot: QtBot, window: ScreenWindow, display: Display, monkeypatch: pytest.MonkeyPatch
) -> None:
    updated: list[Any] = []
    monkeypatch.setattr(window.picture, "update", lambda *where: updated.extend(where))
    display.paint(0x00FFFFFF, Rectangle(10, 10, 12, 12))
    qtbot.waitUntil(lambda: bool(updated))
    (where,) = updated
    place = window.picture._place()
    assert place is not None
    # whole pixels of the desktop, of which a pixel of the picture may cover a half
    assert {2 * place.scale <= size < 2 * place.scale + 2 for size in (where.width(), where.height())} == {True}


def test_a_line_of_the_picture_is_one_of_the_displays(qtbot: QtBot, window: ScreenWindow, display: Display) -> None:
    """Nothing is mixed with what is beside it, whatever the desktop is scaled by."""
    ratio = window.devicePixelRatioF()
    for row in range(ASKED.height):
        begin = row * ASKED.line_length + 10 * 4
        display.memory.pixels[begin : begin + 4] = b"\xff\xff\xff\0"
    display.windows[-1].send(packed(Changed(ASKED.whole)))

    def is_sharp() -> bool:
        place, image = window.picture._place(), window.picture.grab().toImage()
        assert place is not None
        assert place.sharp
        width, left = place.scale * ratio, (place.left + 10 * place.scale) * ratio
        assert (width, left) == (round(width), round(left))
        columns = range(round(left) - 1, round(left + width) + 1)
        colours = [image.pixelColor(column, image.height() // 2).name() for column in columns]
        return colours[1:-1] == ["#ffffff"] * round(width) and "#ffffff" not in (colours[0], colours[-1])

    qtbot.waitUntil(is_sharp)


@pytest.mark.parametrize("scale", ["1.5", "2", "3"])
def test_it_is_the_same_on_a_display_that_the_desktop_is_scaled_for(scale: str) -> None:
    chosen = "is_one_of_the_displays or as_they_are or painted_anew or stands_above or a_click or released"
    command = [sys.executable, "-m", "pytest", "-q", "-n0", "-p", "no:cacheprovider", __file__, "-k", chosen]
    run = subprocess.run(
        command, env={**os.environ, "QT_SCALE_FACTOR": scale}, capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stdout
    assert "6 passed" in run.stdout


def test_whose_it_is_stands_above_and_around_it(qtbot: QtBot, window: ScreenWindow, pictures: Path) -> None:
    label = colours.label_colour(Label.RED)
    assert label is not None
    image = window.grab().toImage()
    middle, right = QPoint(1, image.height() // 2), image.width() - 2
    for place in (middle, QPoint(right, middle.y()), QPoint(right // 2, 1), QPoint(right // 2, image.height() - 2)):
        assert image.pixelColor(place).name() == label.name()
    image.save(str(pictures / "screen-keys.png"))


def test_the_head_says_whether_keys_go_there(qtbot: QtBot, window: ScreenWindow, pictures: Path) -> None:
    def said() -> str:
        return window._head._keys.text()

    assert said() == "Your keys go to netvm."
    with_colour = window.grab().toImage().pixelColor(1, 100)
    without_keyboard(qtbot, window)
    assert said() == "Click into the picture to type there."
    image = window.grab().toImage()
    assert image.pixelColor(1, 100) != with_colour
    image.save(str(pictures / "screen-no-keys.png"))


@pytest.mark.parametrize("label", [Label.NONE, Label.GRAY])
def test_the_head_follows_the_theme(qtbot: QtBot, state: AppState, window: ScreenWindow, label: Label) -> None:
    """Its ground does at once, and nothing else may come to be shown for hours."""
    state.client.changed.emit(dataclasses.replace(WELL, netvm=dataclasses.replace(NETVM, label=label)))
    without_keyboard(qtbot, window)
    before = QApplication.palette()
    try:
        for ground, text in (("#eff0f1", "#232629"), ("#1b1e20", "#fcfcfc"), ("#eff0f1", "#232629")):
            palette = QPalette(QColor(ground), QColor(ground))
            palette.setColor(QPalette.WindowText, QColor(text))
            QApplication.setPalette(palette)
            qtbot.wait(0)
            for shown in (window._head._name, window._head._keys):
                assert colours.contrast(shown.palette().color(QPalette.WindowText), window._colour()) >= 4.5
    finally:
        QApplication.setPalette(before)


@pytest.mark.parametrize("label", [*Label])
def test_the_name_can_be_read_on_every_label(label: Label) -> None:
    ground = colours.label_colour(label) or QColor("#808080")
    text = colours.legible_on(ground)
    assert text.name() in ("#000000", "#ffffff")
    assert abs(text.lightness() - ground.lightness()) > 70


def test_another_picture_goes_with_what_it_was_of(qtbot: QtBot, state: AppState, window: ScreenWindow) -> None:
    """Nothing of the first one is seen under the other's name."""
    first = window.screen_session.link
    other = dataclasses.replace(NETVM, name="netvm2", id=9, uuid="u9", label=Label.BLUE)
    state.client.changed.emit(dataclasses.replace(WELL, netvm=other))
    assert window.windowTitle() == "Screen of netvm2"
    assert window.screen_session.link is None
    qtbot.waitUntil(lambda: window.screen_session.link not in (None, first))


def test_it_is_as_large_as_its_picture_until_somebody_has_chosen_a_size(
    qtbot: QtBot, state: AppState, display: Display, opened: Opened
) -> None:
    """On a screen that has no room for the usual picture, there are no bars beside it."""

    def bars() -> tuple[float, float]:
        shown = screen_place.place(window.picture.width(), window.picture.height(), geometry)
        return window.picture.width() - shown.width, window.picture.height() - shown.height

    connect(state, display)
    window = opened()
    geometry = Geometry(1024, 768)
    qtbot.waitUntil(lambda: window.screen_session.link is not None)
    assert window.size() == window.minimumSize(), "the picture is small"
    for geometry in (Geometry(1024, 768), Geometry(480, 400), Geometry(2000, 1000), Geometry(1024, 768)):
        window._fit_again(geometry)
        qtbot.waitUntil(lambda: max(bars()) <= 1)
    window.resize(700, 500)
    window._fit_again(Geometry(480, 400))
    assert (window.width(), window.height()) == (700, 500)


# -- what is done in it


def test_keys_and_buttons_are_told_and_released_when_the_keyboard_goes(
    qtbot: QtBot, window: ScreenWindow, display: Display
) -> None:
    assert display.next_message() == Look(True)
    key(window, A, True)
    key(window, A, True, repeated=True)
    key(window, SHIFT, True)
    assert [display.next_message(), display.next_message()] == [KeyPress(30, True), KeyPress(42, True)]
    without_keyboard(qtbot, window)
    assert display.next_message() == ReleaseAll()
    key(window, A, False)
    key(window, A, True)
    assert display.heard_nothing()


def test_a_click_is_at_the_pixel_that_is_seen_there(qtbot: QtBot, window: ScreenWindow, display: Display) -> None:
    place = window.picture._place()
    assert place is not None
    x, y = round(place.left + 10.5 * place.scale), round(place.top + 20.5 * place.scale)
    qtbot.mouseClick(window.picture, Qt.MouseButton.LeftButton, pos=QPoint(x, y))
    said = [display.next_message() for _ in range(5)]
    assert said == [
        Look(True), PointerAt(10, 20), KeyPress(0x110, True), PointerAt(10, 20), KeyPress(0x110, False),
    ]  # fmt: skip
    none, at = Qt.MouseButton.NoButton, QPointF(x + place.scale, y)
    moved = QMouseEvent(QEvent.Type.MouseMove, at, none, Qt.MouseButtons(none), Qt.KeyboardModifiers())
    QApplication.sendEvent(window.picture, moved)
    assert display.next_message() == PointerAt(11, 20)


def test_no_key_does_anything_here(qtbot: QtBot, window: ScreenWindow, display: Display) -> None:
    """Neither Tab, nor Escape, nor what closes other windows."""
    for code in (Qt.Key.Key_Tab, Qt.Key.Key_Escape, Qt.Key.Key_W):
        qtbot.keyClick(window.picture, code, Qt.KeyboardModifier.ControlModifier)
        qtbot.keyClick(window.picture, code)
    assert window.isVisible()
    assert window.picture.hasFocus()
    assert not window.picture.acceptDrops()
    assert window.picture.contextMenuPolicy() == Qt.ContextMenuPolicy.PreventContextMenu


def test_what_there_is_no_room_for_waits_and_comes_in_its_order(
    qtbot: QtBot, window: ScreenWindow, display: Display
) -> None:
    """The kernel keeps few messages, and the display may be at work."""
    link = window.screen_session.link
    assert link is not None
    for number in range(1000):
        link.say([PointerAt(number % 60, 1)])
    key(window, A, True)
    link.say([PointerAt(61, 1)])
    link.say([PointerAt(62, 1)])
    key(window, A, False)
    said: list[Any] = []

    def all_said() -> bool:
        while message := display.said_by_now():
            said.append(parsed_input(message))
        return KeyPress(30, False) in said

    qtbot.waitUntil(all_said)
    # of the first thousand places there were as many as had room, and the last
    assert said[-4:] == [PointerAt(999 % 60, 1), KeyPress(30, True), PointerAt(62, 1), KeyPress(30, False)]
    assert len(said) < 1000
    assert window.screen_session.link is link


def test_who_takes_no_keys_any_more_ends_it(qtbot: QtBot, window: ScreenWindow, display: Display) -> None:
    link = window.screen_session.link
    assert link is not None
    for _ in range(5000):
        key(window, A, True)
        key(window, A, False)
    assert window.screen_session.link is None
    assert word(window).startswith("The screen of netvm has gone.")


# -- who looks


def test_nothing_is_looked_at_while_it_is_hidden(qtbot: QtBot, window: ScreenWindow, display: Display) -> None:
    assert display.next_message() == Look(True)
    window.hide()
    heard = {display.next_message(), display.next_message()}
    assert heard == {ReleaseAll(), Look(False)}
    window.show()
    assert display.next_message() == Look(True)


def test_closed_it_ends_and_lets_go_of_all(qtbot: QtBot, window: ScreenWindow, display: Display) -> None:
    with qtbot.waitSignal(window.closed):
        window.close()
    while (message := display.next_message()) is not None:
        assert message in (Look(True), Look(False), ReleaseAll())
    qtbot.waitUntil(lambda: sip.isdeleted(window))
    assert display.calls == [("do", "OpenScreen")]


# -- when there is none


def test_what_has_ended_is_asked_for_again_and_nobody_for_a_password(
    qtbot: QtBot, window: ScreenWindow, display: Display
) -> None:
    display.windows[-1].close()
    qtbot.waitUntil(lambda: window.screen_session.link is None)
    assert word(window) == "The screen of netvm has gone. It is asked for again."
    qtbot.waitUntil(lambda: window.screen_session.link is not None)
    assert display.calls == [("do", "OpenScreen"), ("ask", "OpenScreen")]
    assert window.picture.hasFocus()


@pytest.mark.parametrize("typing", [False, True])
def test_what_another_window_has_taken_is_not_taken_back(
    qtbot: QtBot, window: ScreenWindow, display: Display, typing: bool
) -> None:
    """On two displays the windows took it from each other each second; now each says it, and a person decides."""
    with display.windows[-1] as other_end:
        if typing:
            window.screen_session.say([KeyPress(30, True)])
        other_end.send(packed(Taken()))
    if typing:
        window.screen_session.say([KeyPress(30, False)])
    qtbot.waitUntil(lambda: window.screen_session.link is None)
    assert word(window) == "Another window has the screen of netvm now."
    window.screen_session._follow()
    assert not window.screen_session._again.isActive()
    assert display.calls == [("do", "OpenScreen")]
    window._again.click()
    qtbot.waitUntil(lambda: window.screen_session.link is not None)


@pytest.mark.parametrize("nonsense", [b"x", b"x" * 13, bytes(12), packed(Look(True))])
def test_a_display_that_says_something_else_is_left(
    qtbot: QtBot, window: ScreenWindow, display: Display, nonsense: bytes
) -> None:
    display.windows[-1].send(nonsense)
    qtbot.waitUntil(lambda: window.screen_session.link is None)


def test_a_flood_of_changes_is_not_listened_to_without_a_rest(
    qtbot: QtBot, window: ScreenWindow, display: Display, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(screen_link, "_AT_ONCE", 4)
    link, seen = window.screen_session.link, []
    assert link is not None
    link.painted.connect(seen.append)
    link._rest.setInterval(24 * 3_600_000)
    for _ in range(6):
        display.windows[-1].send(packed(Changed(ASKED.whole)))
    qtbot.waitUntil(link._rest.isActive)
    assert len(seen) == 4
    link._rest.start(0)
    qtbot.waitUntil(lambda: len(seen) == 6)


def test_no_by_a_person_stays_a_no_until_he_asks_again(
    qtbot: QtBot, state: AppState, display: Display, opened: Opened
) -> None:
    connect(state, display)
    display.error = NotAuthorised(HelperCode.PASSWORD_NOT_GIVEN)
    window = opened()
    qtbot.waitUntil(lambda: word(window) == "The password was not given.")
    state.client.changed.emit(dataclasses.replace(WELL, uplinks=()))
    assert display.calls == [("do", "OpenScreen")]
    display.error = None
    QApplication.setActiveWindow(window)
    qtbot.waitUntil(window._again.hasFocus)
    qtbot.keyClick(window._again, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: window.screen_session.link is not None)
    assert display.calls == [("do", "OpenScreen")] * 2


def test_who_was_paused_is_asked_when_he_goes_on(
    qtbot: QtBot, state: AppState, display: Display, opened: Opened
) -> None:
    connect(state, display)
    display.error = Refused(DomainCode.NETVM_PAUSED, name="netvm")
    window = opened()
    qtbot.waitUntil(lambda: word(window) == "netvm is paused. Unpause it.")
    paused = dataclasses.replace(NETVM, state=NetvmState.PAUSED)
    state.client.changed.emit(dataclasses.replace(WELL, netvm=paused))
    assert word(window) == "netvm is paused. Its screen comes when it goes on."
    display.error = None
    state.client.changed.emit(WELL)
    qtbot.waitUntil(lambda: window.screen_session.link is not None)


def test_a_netvm_that_starts_is_waited_for(
    qtbot: QtBot, state: AppState, display: Display, opened: Opened, pictures: Path
) -> None:
    connect(state, display)
    absent = dataclasses.replace(NETVM, id=-1, uuid="", state=NetvmState.ABSENT)
    state.client.changed.emit(dataclasses.replace(WELL, netvm=absent))
    window = opened()
    assert word(window) == "netvm is not running. Its screen comes when it does."
    assert display.calls == []
    window.grab().save(str(pictures / "screen-none.png"))
    state.client.changed.emit(WELL)
    qtbot.waitUntil(lambda: window.screen_session.link is not None)


def test_escape_closes_it_while_there_is_no_picture(
    qtbot: QtBot, state: AppState, display: Display, opened: Opened
) -> None:
    connect(state, display)
    state.client.changed.emit(None)
    window = opened()
    assert word(window) == "The network helper is not running."
    qtbot.keyClick(window, Qt.Key.Key_Escape)
    assert not window.isVisible()
    state.client.changed.emit(WELL)
    assert display.calls == []


# -- what is no picture


def writable(_folder: Path) -> int:
    made = os.memfd_create("picture", os.MFD_ALLOW_SEALING)
    os.ftruncate(made, ASKED.size)
    return made


def unsealed(folder: Path) -> int:
    made = writable(folder)
    reader = os.open(f"/proc/self/fd/{made}", os.O_RDONLY)
    os.close(made)
    return reader


def a_file(folder: Path) -> int:
    (folder / "picture").write_bytes(bytes(ASKED.size))
    return os.open(folder / "picture", os.O_RDONLY)


@pytest.mark.parametrize("make", [writable, unsealed, a_file])
def test_what_could_be_changed_under_us_is_no_picture(make: Callable[[Path], int], tmp_path: Path) -> None:
    descriptor = make(tmp_path)
    with pytest.raises(BadInput):
        picture.mapped(descriptor, ASKED)
    os.close(descriptor)


@pytest.mark.parametrize("geometry", [Geometry(64, 47), Geometry(64, 49), Geometry(1, 1), Geometry(4096, 4096)])
def test_nor_is_one_of_another_size(display: Display, geometry: Geometry) -> None:
    with pytest.raises(BadInput):
        picture.mapped(display.memory.fileno(), geometry)
    with pytest.raises(BadInput):
        picture.mapped(-1, ASKED)


def test_such_a_picture_is_not_shown_and_not_asked_for_again(
    qtbot: QtBot, state: AppState, display: Display, opened: Opened, tmp_path: Path
) -> None:
    connect(state, display)
    descriptor = unsealed(tmp_path)
    display.give = lambda: descriptor
    window = opened()
    qtbot.waitUntil(lambda: word(window).startswith("What came as the picture is not sealed"))
    qtbot.waitUntil(display.has_ended)
    assert window._again.isVisible()
    os.close(descriptor)


@pytest.mark.parametrize("size", [(0, 0), (5000, 48)])
def test_nor_one_of_a_size_that_nobody_asked_for(
    qtbot: QtBot, state: AppState, display: Display, opened: Opened, size: tuple[int, int]
) -> None:
    connect(state, display)
    display.size = size
    window = opened()
    qtbot.waitUntil(lambda: window.screen_session.view.again)
    assert window.screen_session.link is None


# -- from the menu


class NoApplet:
    """In place of what shows programs of the netvm on this display."""

    def __init__(self) -> None:
        self.started = 0
        self.failed = self

    def connect(self, _slot: object) -> None:
        pass

    def start(self) -> None:
        self.started += 1


def test_the_menu_opens_it_where_screens_are_shown(qtbot: QtBot, state: AppState, display: Display) -> None:
    connect(state, display)
    applet = NoApplet()
    dispatcher = ActionDispatcher(state, applet, None, state)  # type: ignore[arg-type]
    request = ActionRequest(Action.NETAPPLET)
    state.client.changed.emit(up(CABLE))
    dispatcher.do(request)
    assert (applet.started, dispatcher.screen_door.window) == (1, None)
    state.client.changed.emit(WELL)
    dispatcher.do(request)
    window = dispatcher.screen_door.window
    assert window is not None
    dispatcher.do(request)
    assert (applet.started, dispatcher.screen_door.window) == (1, window)
    dispatcher.close()
    assert dispatcher.screen_door.window is None
    qtbot.waitUntil(lambda: sip.isdeleted(window))


# -- with the real qnet-display


class DirectHelper:
    """Asks `qnet-display` as the helper does, without a bus between."""

    def __init__(self, host: Host) -> None:
        self._host = host

    def do(self, _method: str, _arguments: Sequence[object], then: Then) -> None:
        answer: Any
        try:
            given = screen_socket.ask(DomainInfo(DOMID, "netvm", "u7", DomainState.RUNNING), self._host.windows)
        except QnetError as error:
            answer = error
        else:
            descriptors = [QDBusUnixFileDescriptor(one) for one in (given.picture, given.window)]
            answer = [given.geometry.width, given.geometry.height, *descriptors]
            given.close()
        QTimer.singleShot(0, partial(then, answer))

    ask = do


@pytest.fixture
def host(fake_xen: Any) -> Iterator[Host]:
    with tempfile.TemporaryDirectory(prefix="qnet") as folder:
        host = Host(fake_xen, Path(folder), (os.getuid(), os.getgid()))
        host.until(f"/local/domain/0/device-model/{DOMID}/state", b"running")
        yield host
        host.close()


def children(pid: int) -> list[int]:
    return [int(word) for word in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def answers(host: Host) -> None:
    host.netvm_answers()
    for device in DEVICES:
        host.until(f"{host.nodes.backend(device)}/state", b"4")


def test_a_netvms_screen_from_its_memory_to_the_window_and_keys_back(
    qtbot: QtBot, state: AppState, host: Host, opened: Opened, pictures: Path
) -> None:
    answers(host)
    host.netvm.draw(0, 0, 64, 48, 0x44)
    connect(state, DirectHelper(host))
    window = opened()
    with_keyboard(qtbot, window)
    qtbot.waitUntil(lambda: shown_colour(window) == "#444444")
    host.netvm.draw(0, 0, 64, 48, 0x66)
    host.netvm.ring(PAGES.vfb.port)
    qtbot.waitUntil(lambda: shown_colour(window) == "#666666")
    key(window, A, True)
    while host.netvm.next_sound() != ("rang", PAGES.vkbd.port):
        pass
    assert taken_inputs(host.netvm.vkbd) == [(3, 1, 30)]
    without_keyboard(qtbot, window)
    while host.netvm.next_sound() != ("rang", PAGES.vkbd.port):
        pass
    assert taken_inputs(host.netvm.vkbd) == [(3, 0, 30)], "it is released where the keyboard goes elsewhere"
    window.grab().save(str(pictures / "screen-real.png"))
    window.close()
    qtbot.waitUntil(lambda: not children(host.root_part()))


def test_a_screen_comes_when_the_netvm_has_set_it_up_and_again_when_its_child_died(
    qtbot: QtBot, state: AppState, host: Host, opened: Opened
) -> None:
    connect(state, DirectHelper(host))
    window = opened()
    qtbot.waitUntil(lambda: word(window) == "netvm has no screen yet. It may still be starting.")
    answers(host)
    qtbot.waitUntil(lambda: window.screen_session.link is not None)
    (child,) = children(host.root_part())
    os.kill(child, signal.SIGKILL)
    qtbot.waitUntil(lambda: children(host.root_part()) not in ([], [child]))
    qtbot.waitUntil(lambda: window.screen_session.link is not None)


def test_its_descriptors_come_over_the_bus(
    qtbot: QtBot, host: Host, helper: Helper, system_bus: str, app_state: Callable[[str], AppState]
) -> None:
    answers(host)
    host.netvm.draw(0, 0, 64, 48, 0x44)
    helper.publish(WELL)
    helper.publish({"screens": str(host.windows)})
    state = app_state(system_bus)
    qtbot.waitUntil(lambda: state.snapshot == WELL)
    state.request(Action.NETAPPLET)
    window = state.dispatcher.screen_door.window  # type: ignore[attr-defined]
    assert isinstance(window, ScreenWindow)
    qtbot.waitUntil(lambda: window.screen_session.link is not None)
    qtbot.waitUntil(lambda: shown_colour(window) == "#444444")
    window.close()
    qtbot.waitUntil(lambda: not children(host.root_part()))
