"""A person logs out of Plasma while dom0 is connected: Plasma lets the applet ask, and does as it is told."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from plasma_tray import Tray, eventually

from qnet_gui.lab.box.place import Place
from qnet_gui.lab.desktop.plasma import Plasma
from qnet_gui.model.snapshot import Dom0State

_LOGOUT = (
    "dbus-send", "--session", "--print-reply", "--dest=org.kde.ksmserver", "/KSMServer",
    "org.kde.KSMServerInterface.logout", "int32:0", "int32:0", "int32:0",
)  # fmt: skip


@pytest.fixture
def tray(login: Callable[..., Plasma], lab: Place, run_lab: Callable[..., str]) -> Iterator[Tray]:
    """A session of this test's own, in which dom0 is connected."""
    with login() as plasma:
        applet = Tray(plasma, lab)
        applet.wait_until_shown(lambda snapshot: snapshot.uplink)
        run_lab("exec", "dom0", "--", "qnet", "dom0", "up", "--minutes", "10")
        applet.wait_until_shown(lambda snapshot: snapshot.dom0.state is Dom0State.OPEN)
        yield applet
        applet.close()
    run_lab("exec", "dom0", "--", "qnet", "dom0", "down")


def _kept_for_the_next_session(plasma: Plasma) -> str:
    """What Plasma would restore, as it is kept; empty as long as it is not."""
    text = plasma.run("sh", "-c", "cat $HOME/.config/ksmserverrc || true")
    return text if "saved at previous logout" in text else ""


def question(tray: Tray) -> str:
    """The window that asks, as soon as it has the keyboard."""
    tray.plasma.run(*_LOGOUT)
    window = eventually(lambda: tray.windows("Log out"), what="nobody asks")[0]
    tray.plasma.run("xdotool", "windowactivate", "--sync", window)
    return str(window)


def test_it_asks_and_a_logout_that_is_called_off_changes_nothing(tray: Tray, pictures: Path) -> None:
    question(tray)
    tray.picture(pictures / "logout.png")
    tray.plasma.run("xdotool", "key", "Escape")
    eventually(lambda: not tray.windows("Log out"), what="the question stays")
    assert tray.snapshot().dom0.state is Dom0State.OPEN
    assert tray.plasma.has_panel()
    assert tray.item
    question(tray)  # and asks the next time too


def test_dom0_is_disconnected_and_then_the_session_ends(tray: Tray) -> None:
    question(tray)
    tray.plasma.run("xdotool", "key", "Return")  # Disconnect and log out
    eventually(lambda: tray.snapshot().dom0.state is Dom0State.CLOSED, 40, "dom0 stays connected")
    eventually(lambda: not tray.plasma.has_panel(), 40, "the session does not end")
    # autostart starts it in the next one: what that one restored besides would be a second
    kept = eventually(lambda: _kept_for_the_next_session(tray.plasma), 40, "no session is kept")
    assert "qnet-tray" not in kept
