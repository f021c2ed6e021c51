"""The netvm's screen in a real Plasma: opened from the menu, used by mouse and keys, left by the desktop's own keys."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import lab_command
from plasma_tray import Pixels, Tray, eventually
from test_plasma_screen_reader import Reader, reader

from qnet_gui.lab.box.place import Place
from qnet_gui.lab.desktop.plasma import Plasma

__all__ = ["reader"]
TITLE = "^Screen of netvm"
_ICONS = "for icon in $(xdotool search --onlyvisible --class '^nm-applet$'); do xdotool getwindowgeometry $icon; done"
_GEOMETRY = re.compile(r"Position: (\d+),(\d+).*?Geometry: (\d+)x(\d+)", re.DOTALL)


@pytest.fixture(scope="module")
def screen_lab() -> Iterator[Place]:
    """A lab whose netvm's screen is so small that there is room for each of its pixels."""
    place = Place(f"ps{os.getpid() % 1000000}")
    lab_command("up", "--name", place.name, "--domains", "vault", "--screen", "640x480")
    yield place
    lab_command("down", "--name", place.name)


@pytest.fixture(scope="module")
def plasma(screen_lab: Place, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Plasma]:
    session = Plasma(screen_lab.name, tmp_path_factory.mktemp("plasma"))
    session.env["QT_LINUX_ACCESSIBILITY_ALWAYS_ON"] = "1"
    with session:
        yield session


class Person:
    """Sits in front of the window."""

    def __init__(self, tray: Tray, lab: Place, folder: Path) -> None:
        self.tray, self._lab, self._folder = tray, lab, folder
        tray.wait_until_shown(lambda snapshot: snapshot.netvm.screen)
        tray.click("Network applet (nm-applet)")
        self.window = str(eventually(lambda: tray.windows(TITLE), 60, "no window")[0])

    def has_keyboard(self) -> bool:
        return self.tray.plasma.run("xdotool", "getactivewindow").strip() == self.window

    def _geometry(self) -> tuple[int, int, int, int]:
        said = self.tray.plasma.run("xdotool", "getwindowgeometry", self.window)
        left, top, width, height = map(int, _GEOMETRY.search(said).groups())  # type: ignore[union-attr]
        return left, top, width, height

    def origin(self) -> tuple[int, int]:
        """Where on the desktop the picture begins, as soon as the window is as large as it is: in its lower middle."""
        left, top, width, height = eventually(lambda: self._geometry()[2] == 648 and self._geometry(), 60, "its size")
        return left + (width - 640) // 2, top + height - 4 - 480

    def icon(self) -> tuple[int, int]:
        """The middle of nm-applet's, in the netvm's picture."""

        def there() -> tuple[int, int] | None:
            command = ["netvm", "--", "env", "DISPLAY=:0", "sh", "-c", _ICONS]
            for match in _GEOMETRY.finditer(lab_command("exec", "--name", self._lab.name, *command)):
                left, top, width, height = map(int, match.groups())
                if 12 <= width <= 64 and height == width:
                    return left + width // 2, top + height // 2
            return None

        left, top = eventually(there, 60, "no icon")
        return int(left), int(top)

    def colours(self, top: int, name: str = "now") -> set[int]:
        """Those that the desktop shows of the picture from that line on."""
        left, first = self.origin()
        pixels = Pixels(self.tray.plasma.screenshot(self._folder / f"{name}.png"))
        return pixels.colours(left, first + top, 640, 480 - top)

    def press(self, *words: str) -> None:
        self.tray.plasma.run("xdotool", *words)


@pytest.fixture
def person(plasma: Plasma, screen_lab: Place, tmp_path: Path) -> Iterator[Person]:
    tray = Tray(plasma, screen_lab)
    tray.ensure()
    yield Person(tray, screen_lab, tmp_path)
    tray.close_windows()
    tray.close()


def test_nm_applet_is_used_by_mouse_and_keyboard_in_the_window(person: Person, pictures: Path) -> None:
    tray = person.tray
    eventually(person.has_keyboard, 60, "it has no keyboard")
    (x, y), (left, top) = person.origin(), person.icon()
    # so far no tooltip comes
    below = top + 90
    eventually(lambda: len(person.colours(0)) > 2, 60, "no picture")
    assert len(person.colours(below)) == 1
    person.press("mousemove", str(x + left), str(y + top), "click", "3")
    eventually(lambda: len(person.colours(below)) > 2, 60, "no menu")
    tray.picture(pictures / "screen-menu.png")
    person.press("key", "Escape")
    eventually(lambda: len(person.colours(below)) == 1, 60, "the menu stays")

    def closed() -> bool:
        person.press("key", "alt+F4")
        return not tray.windows(TITLE)

    eventually(closed, 60, "the desktop's own key does not close it")


def test_its_window_is_one_to_a_screen_reader(person: Person, reader: Reader) -> None:
    """The pixels say nothing; that they are the netvm's does."""
    eventually(person.has_keyboard, 60, "it has no keyboard")
    heard = reader("Screen of netvm")
    assert (heard.nodes[0]["role"], heard.faults()) == ("frame", [])
    (picture,) = (node for node in heard.nodes if node["takes"])
    assert (picture["name"], picture["has"]) == ("Screen of netvm", True)
    assert {"netvm", "Your keys go to netvm."} <= set(heard.names)
