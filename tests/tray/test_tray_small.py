"""The upgrade's command and terminal, autostart, settings, routes and name servers. Small, and without a desktop."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot
from tray_shared import CABLE, OTHER, STATES, WIFI, up

from qnet_gui.model.dns import DnsSource
from qnet_gui.model.domain import Netvm, NetvmState
from qnet_gui.model.errors import Refused
from qnet_gui.model.messages.helper import HelperCode
from qnet_gui.model.messages.plain import plain
from qnet_gui.model.route import Route, table
from qnet_gui.model.uplink import UplinkState
from qnet_gui.tray.desktop import autostart, terminal
from qnet_gui.tray.pages import names, routes
from qnet_gui.tray.qt import QSettings
from qnet_gui.tray.session.settings import Settings
from qnet_gui.tray.state.notifications import Kind


@pytest.mark.parametrize(
    ("release", "command"),
    [
        ("ID=debian\n", "sudo apt update && sudo apt full-upgrade"),
        ('ID=linuxmint\nID_LIKE="ubuntu debian"\n', "sudo apt update && sudo apt full-upgrade"),
        ('ID=qubes\nID_LIKE="fedora rhel"\n', "sudo dnf upgrade --refresh"),
        ('ID="opensuse-leap"\nID_LIKE="suse opensuse"\n', "sudo zypper refresh && sudo zypper update"),
        ('ID="opensuse-tumbleweed"\nID_LIKE="opensuse suse"\n', "sudo zypper refresh && sudo zypper dist-upgrade"),
        ("ID=haiku\n", ""),
        ("", ""),
    ],
)
def test_the_distributions_own_command(tmp_path: Path, release: str, command: str) -> None:
    path = tmp_path / "os-release"
    path.write_text(release)
    assert terminal.usual_command(path) == command
    assert terminal.usual_command(tmp_path / "none") == ""


def test_a_terminal_is_found_and_stays_open(tmp_path: Path) -> None:
    program = tmp_path / "xterm"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    command = terminal.command_line("true", str(tmp_path))
    assert command[:4] == [str(program), "-e", "/bin/sh", "-c"]
    assert command[4].startswith("true\n")
    assert command[4].endswith("read -r _")
    assert terminal.command_line("true", str(tmp_path / "none")) == []
    assert terminal.hindrance("").startswith("The command that upgrades this system is not known.")


@pytest.mark.parametrize(
    ("name", "option"), [("ptyxis", "--"), ("kgx", "--"), ("mate-terminal", "-x"), ("x-terminal-emulator", "-e")]
)
def test_the_terminals_of_other_desktops_are_found_too(tmp_path: Path, name: str, option: str) -> None:
    """Fedora's GNOME has ptyxis and nothing else, and was told that there is no terminal here."""
    (tmp_path / name).write_text("#!/bin/sh\n")
    (tmp_path / name).chmod(0o755)
    assert terminal.command_line("true", str(tmp_path))[:4] == [str(tmp_path / name), option, "/bin/sh", "-c"]


@pytest.mark.parametrize(
    "line", ["Hidden = true", "X-GNOME-Autostart-enabled=false", "X-MATE-Autostart-enabled=false", "Name=hidden=true"]
)
def test_other_programs_can_say_no_to_autostart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, line: str) -> None:
    """Those in which desktops have their people choose what starts."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    own = tmp_path / "autostart/org.qnet.Tray.desktop"
    own.parent.mkdir()
    own.write_text(f"[Desktop Entry]\nType=Application\nExec=qnet-tray\n{line}\n")
    assert autostart.is_enabled() == line.startswith("Name")


def test_a_folder_that_is_none_of_the_standards_is_not_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`XDG_CONFIG_HOME` has to be absolute; desktops look into the usual one then."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("XDG_CONFIG_HOME", "config")
    assert autostart.set_enabled(False) == ""
    assert (tmp_path / "home/.config/autostart/org.qnet.Tray.desktop").exists()


def test_autostart_is_the_systems_unless_the_user_says_no(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    system, own = tmp_path / "system.desktop", tmp_path / "autostart/org.qnet.Tray.desktop"
    assert not autostart.is_enabled(system)
    assert autostart.set_enabled(True, system) == ""
    assert own.exists()
    assert autostart.is_enabled(system)
    system.touch()
    assert autostart.set_enabled(False, system) == ""
    assert "Hidden=true" in own.read_text()
    assert not autostart.is_enabled(system)
    assert autostart.set_enabled(True, system) == ""
    assert not own.exists()
    assert autostart.is_enabled(system)


def test_autostart_that_cannot_be_written_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "file"))
    assert "Not a directory" in autostart.set_enabled(False, tmp_path / "none")


def test_settings_are_kept_and_nonsense_is_nothing(qtbot: QtBot, tmp_path: Path) -> None:
    QSettings.setPath(QSettings.NativeFormat, QSettings.UserScope, str(tmp_path))
    settings = Settings()
    assert all(settings.notifies(kind) for kind in Kind)
    assert (settings.minutes, settings.command) == (0, "")
    settings.set_notifies(Kind.NAMES, False)
    settings.minutes, settings.command = 45, "upgrade, me"
    assert not settings.notifies(Kind.NAMES)
    assert settings.notifies(Kind.UPLINK)
    assert (Settings().minutes, Settings().command) == (45, "upgrade, me")
    for nonsense in (-3, 100000, "x", "9" * 5000):
        settings.minutes = nonsense  # type: ignore[assignment]
        assert settings.minutes == 0


def test_settings_that_cannot_be_kept_say_so_and_can_later(qtbot: QtBot, tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.touch()
    QSettings.setPath(QSettings.NativeFormat, QSettings.UserScope, str(home))
    settings = Settings()
    settings.minutes = 45
    assert settings.write().startswith(str(home))
    assert settings.minutes == 45
    assert settings.write().startswith(str(home))
    home.unlink()
    settings.minutes = 46
    assert settings.write() == ""
    assert "46" in (home / "qnet/tray.conf").read_text()


LINES = ("0.0.0.0 192.168.0.1 0.0.0.0 UG 100 0 0 eth0", "10.137.0.16 0.0.0.0 255.255.255.255 UH 32749 0 0 vif4.0")
ROUTES = [Route.from_line(line) for line in LINES]


def test_routes_as_a_table_and_as_text() -> None:
    page = routes.page([[route.as_dict() for route in ROUTES]])
    assert page.rows[0] == ("0.0.0.0", "192.168.0.1", "0.0.0.0", "UG", "100", "0", "0", "eth0", "")
    assert page.text == table(ROUTES) + "\n"
    assert page.message == ""


def test_routes_that_are_none() -> None:
    assert routes.page(None).message == "Asking…"
    assert routes.page([[]]).message == "It has no routes."
    assert routes.page(Refused(plain("netvm is paused."))).message == "netvm is paused."
    for nonsense in ([["x"]], [[{"destination": "<b>"}]], [[{"iface": "a b"}]]):
        assert routes.page(nonsense).message == HelperCode.HELPER_OF_OTHER_VERSION.form
    assert routes.table_owners(None) == []
    assert routes.table_owners(up(CABLE))[0] == ("netvm", "netvm (the netvm)")
    dom0 = dataclasses.replace(up(CABLE), netvm=Netvm("dom0", 0, NetvmState.RUNNING))
    assert [name for name, _ in routes.table_owners(dom0)].count("dom0") == 1


def test_whose_a_vif_of_the_netvm_is() -> None:
    answer = [[route.as_dict() for route in ROUTES]]
    owners = routes.vif_owners(up(CABLE), "netvm")
    assert [row[-1] for row in routes.page(answer, owners).rows] == ["", "work"]
    assert routes.vif_owners(up(CABLE), "work") == {}
    assert routes.vif_owners(None, "netvm") == {}
    assert len(routes.route_heads()) == len(routes.page(answer).rows[0])


def test_uplinks_as_a_table() -> None:
    down = dataclasses.replace(OTHER, state=UplinkState.DOWN, primary=False, address=None, gateway=None)
    rows = routes.uplink_rows(up(down, WIFI))
    assert rows == (
        ("Home (Wi-Fi)", "in use, 60 %", "192.168.0.12", "192.168.0.1", "192.168.0.53", ""),
        ("eth1 (cable)", "not connected", "", "", "", ""),
    )
    assert len(routes.uplink_heads()) == len(rows[0])
    assert routes.uplink_rows(None) == ()


def test_name_servers_and_where_they_came_from() -> None:
    page = names.page(up(CABLE))
    assert page.rows[0] == ("10.139.1.1", "192.168.0.53", "eth0 (cable), told by NetworkManager", "")
    assert names.as_text(page).splitlines()[1] == "10.139.1.2 → 192.168.0.53 (eth0 (cable), told by NetworkManager)"
    broken = names.page(STATES["dns-broken"]).message
    assert broken.startswith("Nothing is redirected: names do not resolve. Enter name")
    assert names.page(None).rows == ()


def test_no_sentence_promises_more_than_is_so() -> None:
    """It said "whatever name server a domain asks", which is not so of a server's own address."""
    page = names.page(up(CABLE), {}, 1_795_000_000)
    assert "Whatever" not in page.head
    assert page.note.startswith("A domain that asks another server by its own address reaches that one. Tested at ")


def test_how_soon_name_servers_answer() -> None:
    answers = names.tested([[{"server": "192.168.0.53", "milliseconds": 12}, {"server": 3}, "x"]])
    assert answers == {"192.168.0.53": "after 12 ms"}
    assert names.page(up(CABLE), answers).rows[0][3] == "after 12 ms"
    assert names.tested([[{"server": "192.168.0.53", "milliseconds": -1}]]) == {"192.168.0.53": "does not answer"}
    assert names.tested([[{"server": "192.168.0.53", "milliseconds": -2}]]) == {"192.168.0.53": "cannot be asked"}
    assert names.tested(Refused(plain("no"))) == {}
    assert names.tested([]) == {}


def test_what_is_not_known_of_a_name_server_leaves_no_brackets() -> None:
    snapshot = up(dataclasses.replace(CABLE, servers=()))
    unknown = dataclasses.replace(snapshot, dns=dataclasses.replace(snapshot.dns, source=DnsSource.NONE))
    assert names.as_text(names.page(unknown)).splitlines()[0] == "10.139.1.1 → 192.168.0.53"
