"""What a hostile netvm can make Plasma show: its own signs, as they are."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from plasma_tray import Monitor, Tray, eventually

from qnet_gui.model.sentence import sentence

#: Mark-up, an entity, a picture, a format, and what underlines a letter in a menu.
SSID = "<b>B</b> &amp; <img src=/x> %s a_b"
_HOME = "data/qnet/uplink/0"
#: Written last, whatever has changed.
_SERIAL = "data/qnet/agent/serial"


@pytest.fixture
def netvm(tray: Tray, run_lab: Callable[..., str]) -> Iterator[Callable[..., str]]:
    """Runs a command in a netvm whose agent says nothing meanwhile; its word stands again afterwards."""
    tray.wait_until_shown(lambda snapshot: snapshot.uplink)

    def run(*arguments: str) -> str:
        return run_lab("exec", "netvm", "--", *arguments)

    run("pkill", "-STOP", "-x", "qnet-agent")
    kind = run("xenstore-read", f"{_HOME}/kind").strip()
    yield run
    run("xenstore-rm", f"{_HOME}/ssid")  # a cable has none
    run("xenstore-write", f"{_HOME}/kind", kind, _SERIAL, "1000001")
    run("pkill", "-CONT", "-x", "qnet-agent")
    tray.wait_until_shown(lambda snapshot: snapshot.uplink and not snapshot.uplink.ssid)


def test_a_hostile_name_shows_as_itself(tray: Tray, netvm: Callable[..., str], pictures: Path) -> None:
    with Monitor(tray.plasma, "interface='org.freedesktop.Notifications'") as monitor:
        netvm("xenstore-write", f"{_HOME}/ssid", SSID, f"{_HOME}/kind", "wifi", _SERIAL, "1000000")
        line = tray.wait_until_shown(lambda snapshot: snapshot.uplink and snapshot.uplink.ssid)
        assert SSID in line
        assert tray.entries()[0].text == sentence(tray.snapshot())
        body = eventually(monitor.notifications)[-1].body
        assert "&lt;b&gt;B&lt;/b&gt; &amp;amp; &lt;img" in body
        tray.picture(pictures / "hostile-notification.png", 1.5)
    tray.click("Open…")
    eventually(lambda: tray.windows("Network status"))
    tray.picture(pictures / "hostile-status.png")
