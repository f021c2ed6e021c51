"""dom0 is connected for an upgrade from within the session: KDE's own dialog asks for the password."""

from __future__ import annotations

from pathlib import Path

from plasma_tray import ITEM, Tray, eventually
from waiting import DEADLINE

from qnet_gui.lab.desktop.session import PASSWORD
from qnet_gui.model.snapshot import Dom0State

_DIALOG = ("xdotool", "search", "--onlyvisible", "--class", "polkit-kde")


def dialog(tray: Tray) -> str:
    """The password dialog, as soon as it is there and has the keyboard."""

    def focused() -> str:
        windows = tray.plasma.run(*_DIALOG).split()
        active = tray.plasma.run("xdotool", "getactivewindow").strip()
        return active if active in windows else ""

    return str(eventually(focused, what="no password dialog"))


def needs_attention(tray: Tray) -> bool:
    """Whether the panel has been asked to make more of the icon."""
    return bool(tray.get(tray.item, "/StatusNotifierItem", ITEM, "Status") == "NeedsAttention")


def test_up_with_the_password_and_down_without(tray: Tray, pictures: Path) -> None:
    tray.wait_until_shown(lambda snapshot: snapshot.uplink)
    up = tray.plasma.start("up", ["qnet", "dom0", "up", "--minutes", "10"])
    dialog(tray)
    tray.picture(pictures / "password.png", 1.5)
    tray.plasma.run("xdotool", "type", PASSWORD)
    tray.plasma.run("xdotool", "key", "Return")
    line = tray.wait_until_shown(lambda snapshot: snapshot.dom0.state is Dom0State.OPEN)
    assert line.startswith("dom0 is connected to the network until")
    assert up.wait(DEADLINE) == 0, (tray.plasma.folder / "up.log").read_text()
    assert needs_attention(tray)
    tray.picture(pictures / "dom0-connected.png", 1.5)
    assert line in [entry.text for entry in tray.entries()]
    assert tray.plasma.start("down", ["qnet", "dom0", "down"]).wait(DEADLINE) == 0
    tray.wait_until_shown(lambda snapshot: snapshot.dom0.state is Dom0State.CLOSED)
    assert not needs_attention(tray)
    assert not tray.plasma.run(*_DIALOG)


def test_who_dismisses_the_dialog_connects_nothing(tray: Tray) -> None:
    tray.wait_until_shown(lambda snapshot: snapshot.uplink)
    up = tray.plasma.start("dismissed", ["qnet", "dom0", "up", "--minutes", "10"])
    dialog(tray)
    tray.plasma.run("xdotool", "key", "Escape")
    assert up.wait(DEADLINE) == 1
    # KDE's dialog does not say that it was dismissed
    assert "No right password was given, or" in (tray.plasma.folder / "dismissed.log").read_text()
    assert tray.snapshot().dom0.state is Dom0State.CLOSED
