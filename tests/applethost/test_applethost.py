"""`qnet applet-host` on a display without a tray: real programs dock in it, leave, and die."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from PyQt5.QtGui import QColor, QImage
from waiting import DEADLINE
from Xlib import X
from Xlib.display import Display
from Xlib.protocol.event import ClientMessage

from qnet_gui.applethost import backdrop
from qnet_gui.lab.desktop.light import LightDesktop

ROOT = Path(__file__).parents[2]
ICON = [sys.executable, str(Path(__file__).with_name("icon.py"))]
OLD = {"DBUS_SESSION_BUS_ADDRESS": "unix:path=/nonexistent"}
TITLE = "^Applets of "


def eventually(condition: Callable[[], Any], seconds: float = DEADLINE) -> Any:
    until = time.monotonic() + seconds
    while not (value := condition()):
        assert time.monotonic() < until, "it did not come"
        time.sleep(0.05)
    return value


class Hosted:
    """The host and what is in it."""

    def __init__(self, desktop: LightDesktop, pictures: Path) -> None:
        self.desktop, self.pictures = desktop, pictures
        self.log = desktop.folder / "host.log"
        self.process: subprocess.Popen[bytes] | None = None

    def start(self, *command: str) -> subprocess.Popen[bytes]:
        self.log.unlink(missing_ok=True)
        words = [sys.executable, "-m", "qnet_gui.cli", "applet-host", *command]
        self.process = self.desktop.start("host", words, env={"PYTHONPATH": str(ROOT), "QT_LOGGING_RULES": ""})
        if not command:
            eventually(self.window)
        return self.process

    def icon(self, colour: str, **env: str) -> subprocess.Popen[bytes]:
        """A program with an icon, when that is to be seen."""
        process = self.desktop.start(colour, [*ICON, colour], env=env)
        eventually(lambda: self.column(colour))
        return process

    def output(self, colour: str) -> str:
        return (self.desktop.folder / f"{colour}.log").read_text()

    def window(self) -> str:
        return self.desktop.run("xdotool", "search", "--onlyvisible", "--name", TITLE).partition("\n")[0]

    def column(self, colour: str) -> int:
        """Where an icon of that colour is; 0 for nowhere. The window is in the upper left corner."""
        image = QImage(str(self.desktop.screenshot(self.desktop.folder / "now.png")))
        wanted = QColor(colour).rgb()
        return next((x for x in range(1, 280) if image.pixel(x, 23) == wanted), 0)

    def backdrop(self) -> int:
        """The colour of the screen where there is no window, as 0xRRGGBB."""
        image = QImage(str(self.desktop.screenshot(self.desktop.folder / "now.png")))
        return image.pixel(image.width() - 2, image.height() - 2) & 0xFFFFFF

    def click(self, colour: str, button: int) -> None:
        self.desktop.run("xdotool", "mousemove", str(self.column(colour) + 8), "23", "click", str(button))

    def close(self) -> None:
        """What a window manager does when a person closes a window."""
        display = Display(self.desktop.env["DISPLAY"])
        window = display.create_resource_object("window", int(self.window()))
        protocols, delete = map(display.intern_atom, ("WM_PROTOCOLS", "WM_DELETE_WINDOW"))
        data = (32, [delete, X.CurrentTime, 0, 0, 0])
        window.send_event(ClientMessage(window=window, client_type=protocols, data=data))
        display.sync()
        display.close()

    def picture(self, name: str) -> None:
        time.sleep(0.3)
        self.desktop.screenshot(self.pictures / name)

    def ended(self) -> int:
        assert self.process
        return self.process.wait(DEADLINE)


@pytest.fixture(scope="module")
def desktop(screen: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LightDesktop]:
    with LightDesktop(tmp_path_factory.mktemp("trayless"), tray="") as light:
        yield light


@pytest.fixture
def hosted(desktop: LightDesktop) -> Iterator[Hosted]:
    folder = ROOT / "build" / "applethost"
    folder.mkdir(parents=True, exist_ok=True)
    hosted_menu = Hosted(desktop, folder)
    yield hosted_menu
    for name in ("host", "red", "green", "xfce4-panel"):
        if name in desktop._running:
            desktop.end(name)
    assert "Traceback" not in (hosted_menu.log.read_text() if hosted_menu.log.exists() else "")


def test_it_says_so_while_nothing_has_come(hosted: Hosted) -> None:
    hosted.start()
    hosted.picture("empty.png")


@pytest.mark.parametrize("env", [OLD, {}], ids=["old", "new"])
def test_an_icon_comes_is_clicked_and_leaves(hosted: Hosted, env: dict[str, str]) -> None:
    hosted.start()
    icon = hosted.icon("red", **env)
    hosted.click("red", 1)
    eventually(lambda: "activated 3" in hosted.output("red"))
    hosted.click("red", 3)
    eventually(lambda: "menu" in hosted.output("red"))
    hosted.picture(f"menu-{'old' if env else 'new'}.png")
    hosted.desktop.run("xdotool", "key", "Down", "Return")
    eventually(lambda: "chosen" in hosted.output("red"))
    icon.terminate()
    icon.wait()
    assert hosted.ended() == 0, "with the last icon it closes"


def test_both_kinds_side_by_side_and_one_dies(hosted: Hosted) -> None:
    hosted.start()
    old, new = hosted.icon("red", **OLD), hosted.icon("green")
    hosted.picture("both.png")
    old.kill()
    old.wait()
    eventually(lambda: not hosted.column("red"))
    assert hosted.column("green")
    new.kill()
    new.wait()
    assert hosted.ended() == 0


def test_closing_the_window_leaves_the_programs_alive(hosted: Hosted) -> None:
    hosted.start()
    icon = hosted.icon("red", **OLD)
    hosted.close()
    assert hosted.ended() == 0
    assert icon.poll() is None
    hosted.start()
    eventually(lambda: hosted.column("red"))


def test_when_it_is_killed_its_icons_go_to_the_next(hosted: Hosted) -> None:
    first = hosted.start()
    icon = hosted.icon("red", **OLD)
    first.kill()
    first.wait()
    assert icon.poll() is None
    hosted.start()
    eventually(lambda: hosted.column("red"))


def test_the_window_comes_with_the_first_icon_of_a_command(hosted: Hosted) -> None:
    hosted.start(*ICON, "red")
    eventually(lambda: hosted.column("red"))
    hosted.process.terminate()  # type: ignore[union-attr]
    assert hosted.ended() == 0


def test_a_command_that_ends_without_an_icon(hosted: Hosted) -> None:
    hosted.start("sh", "-c", "exit 3")
    assert hosted.ended() == 3
    assert "has ended before it showed an icon" in hosted.log.read_text()


def test_a_command_that_is_not_there(hosted: Hosted) -> None:
    hosted.start("no-such-applet")
    assert hosted.ended() == 1
    assert hosted.log.read_text() == "qnet: no-such-applet is not installed here.\n"


def test_where_there_is_a_tray_the_command_uses_it(hosted: Hosted) -> None:
    hosted.desktop._tray = "xfce4-panel"
    hosted.desktop.start_tray()
    # the panel is the tray of the old kind a little later than that of the new
    eventually(lambda: (hosted.start("true"), hosted.ended())[1] == 0)
    icon = hosted.start(*ICON, "red")
    eventually(lambda: hosted.desktop.has_name(f"org.kde.StatusNotifierItem-{icon.pid}-1"))
    assert not hosted.window()
    second = subprocess.run(
        [sys.executable, "-m", "qnet_gui.cli", "applet-host"], env={**hosted.desktop.env, "PYTHONPATH": str(ROOT)},
        capture_output=True, text=True, timeout=DEADLINE,
    )  # fmt: skip
    assert (second.returncode, second.stderr) == (1, "qnet: This display has a tray already.\n")


def test_without_a_display_it_says_so() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "qnet_gui.cli", "applet-host"], env={"PATH": "/usr/bin", "PYTHONPATH": str(ROOT)},
        capture_output=True, text=True, timeout=DEADLINE,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (1, "qnet: There is no display; start this where DISPLAY is set.\n")


def test_a_backdrop_is_painted_and_stays_when_who_has_painted_it_has_gone(hosted: Hosted) -> None:
    assert hosted.backdrop() != backdrop.COLOUR
    words = [sys.executable, "-m", "qnet_gui.applethost.backdrop"]
    program = hosted.desktop.start("backdrop", words, env={"PYTHONPATH": str(ROOT)})
    assert program.wait(DEADLINE) == 0
    assert hosted.backdrop() == backdrop.COLOUR
