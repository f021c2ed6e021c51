"""What is installed for the netvm's screen fits together: users, devices, rights, the X server, what runs on it."""

from __future__ import annotations

import re
import shutil
import subprocess
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest
from waiting import DEADLINE

from qnet_gui.display.main import USER
from qnet_gui.dom0.netvm_image import packages
from qnet_gui.install import CHECKOUT, load

SCREEN = CHECKOUT / "desktop/netvm/screen"
UNIT = (CHECKOUT / "desktop/systemd/qnet-screen.service").read_text()
INSTALLED = {row.target: row for row in load()}


def _users(path: Path) -> list[str]:
    lines = [line for line in path.read_text().splitlines() if line and not line.startswith("#")]
    return [re.fullmatch(r'u ([a-z-]+) - "[^"]+"( /\S+)?', line)[1] for line in lines]  # type: ignore[index]


def test_whoever_a_program_runs_as_is_made_at_the_installation() -> None:
    assert _users(CHECKOUT / "desktop/dom0/sysusers.conf") == [USER]
    (user,) = _users(SCREEN / "sysusers.conf")
    assert f"\nUser={user}\nGroup={user}\n" in UNIT
    for name in ("60-qnet-screen.rules", "60-qnet-screen-polkit.rules"):
        assert f'"{user}"' in (SCREEN / name).read_text()
    for path in (CHECKOUT / "packaging").glob("*/*.post*"):
        for name in re.findall(r"systemd-sysusers (\S+)", path.read_text()):
            assert INSTALLED[f"/usr/lib/sysusers.d/{name}"].package == path.stem


@pytest.mark.parametrize("path", ["desktop/dom0/sysusers.conf", "desktop/netvm/screen/sysusers.conf"])
def test_systemd_makes_these_users(tmp_path: Path, path: str) -> None:
    program = shutil.which("systemd-sysusers", path="/usr/bin:/bin")
    if program is None:
        pytest.skip("no systemd here")
    (tmp_path / "etc").mkdir()
    words = [program, f"--root={tmp_path}", str(CHECKOUT / path)]
    done = subprocess.run(words, capture_output=True, text=True, timeout=DEADLINE)
    assert done.returncode == 0, done.stderr
    made = [line.split(":")[0] for line in (tmp_path / "etc/passwd").read_text().splitlines()]
    assert made == _users(CHECKOUT / path)


def test_the_x_server_opens_what_udev_names_and_nothing_else() -> None:
    rules = (SCREEN / "60-qnet-screen.rules").read_text()
    named = {f"/dev/input/{name}" for name in re.findall(r'SYMLINK\+="input/([a-z-]+)"', rules)}
    opened = re.findall(r'Option "(?:Device|fbdev)" "(\S+)"', (SCREEN / "xorg.conf").read_text())
    assert set(opened) == {"/dev/fb0", *named}
    assert len(named) == 2
    # the devices' own names: drivers/input/misc/xen-kbdfront.c, drivers/video/fbdev/xen-fbfront.c of Linux
    assert rules.count("GROUP=") == rules.count('MODE="0660"') == 3


def test_the_unit_has_no_rights_but_its_devices() -> None:
    assert "\nCapabilityBoundingSet=\n" in UNIT
    for line in ("NoNewPrivileges=yes", "DevicePolicy=closed", "PrivateNetwork=yes", "ProtectSystem=strict"):
        assert f"\n{line}\n" in UNIT
    assert re.findall(r"^DeviceAllow=(\S+)", UNIT, re.MULTILINE) == ["/dev/fb0", "char-input"]
    # root's own word is that a folder is made, and nothing else
    assert re.findall(r"^Exec\w+=[+!]+(\S+)", UNIT, re.MULTILINE) == ["/bin/mkdir"]


def test_who_sits_at_the_screen_may_ask_networkmanager_alone() -> None:
    text = re.sub(r"//.*", "", (SCREEN / "60-qnet-screen-polkit.rules").read_text())
    assert text.count("addRule") == text.count("polkit.Result") == 1
    assert 'subject.user == "qnet-screen" && action.id.indexOf("org.freedesktop.NetworkManager.") == 0' in text


def test_a_person_types_on_a_keyboard_of_the_usa_and_nobody_else_hears_it() -> None:
    text = (SCREEN / "xorg.conf").read_text()
    assert 'Option "XkbLayout" "us"' in text
    assert text.count('Option "GrabDevice" "true"') == 2


def test_its_window_manager_has_no_menu_and_is_understood() -> None:
    tree = ElementTree.parse(SCREEN / "openbox.xml")  # noqa: S314  our own
    names = {action.attrib["name"] for action in tree.iter("{http://openbox.org/3.4/rc}action")}
    assert names == {"NextWindow", "Close", "Focus", "Raise", "Move", "Resize"}


def test_what_is_shown_is_started_by_paths_that_are_installed() -> None:
    text = (SCREEN / "screen").read_text()
    subprocess.run(["/bin/sh", "-n", SCREEN / "screen"], check=True, timeout=DEADLINE)
    paths = set(re.findall(r"/usr/(?:bin/qnet|lib/qnet|share/qnet)[a-z/.]*", text + UNIT))
    assert paths - set(INSTALLED) == set()


@pytest.mark.parametrize("program", ["xinit", "openbox", "dbus-run-session", "nm-applet"])
def test_a_made_netvm_has_the_programs_that_it_runs(program: str) -> None:
    assert program in (SCREEN / "screen").read_text()
    of = {"dbus-run-session": "dbus-daemon", "nm-applet": "network-manager-gnome"}
    assert of.get(program, program) in packages.needed("4.17", (), False)
