"""Notifications at Plasma's own server, and the netvm's nm-applet in Plasma's own tray."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from plasma_tray import Monitor, Pixels, Tray, eventually

from qnet_gui.lab.box.child import python_path

_NOTIFICATIONS = "org.freedesktop.Notifications"


def test_the_uplink_changes_and_the_notification_opens_status(
    tray: Tray, run_lab: Callable[..., str], pictures: Path
) -> None:
    tray.wait_until_shown(lambda snapshot: snapshot.uplink)
    before = tray.snapshot().uplink
    with Monitor(tray.plasma, f"interface='{_NOTIFICATIONS}'") as monitor:
        run_lab("roam")
        shown = eventually(monitor.notifications, 60)[-1]
        tray.picture(pictures / "notification.png", 1.5)
        assert shown.title == "Uplink changed"
        assert before and before.name in shown.body
        keys = [key for key, text in zip(shown.actions[::2], shown.actions[1::2], strict=True) if text == "Status"]
        click_action(tray)
        eventually(lambda: tray.windows("Network status"))
        eventually(lambda: any(f'"{key}"' in monitor.text.partition("member=ActionInvoked")[2] for key in keys))
        tray.picture(pictures / "notification-clicked.png")
    tray.wait_until_shown(lambda snapshot: snapshot.uplink and snapshot.uplink.name != before.name)


def click_action(tray: Tray) -> None:
    """Click the popup's one button, in its lower right corner."""
    width, height = map(int, tray.plasma.run("xdotool", "getdisplaygeometry").split())
    tray.plasma.run("xdotool", "mousemove", str(width - 71), str(height - 110), "click", "1")


def test_an_outage_is_told_once_it_lasts_and_so_is_its_end(tray: Tray, run_lab: Callable[..., str]) -> None:
    tray.wait_until_shown(lambda snapshot: snapshot.uplink)
    with Monitor(tray.plasma, f"interface='{_NOTIFICATIONS}'") as monitor:
        for provider in ("isp1", "isp2"):
            run_lab("cable", "out", provider)
        eventually(lambda: any(notification.title == "Uplink lost" for notification in monitor.notifications()), 60)
        run_lab("cable", "in", "isp1")
        eventually(lambda: monitor.notifications()[-1].title == "Uplink back", 60)
    tray.wait_until_shown(lambda snapshot: snapshot.uplink)


def start_applet(tray: Tray) -> str:
    """What the tray's own code says of a start."""
    program = str(Path(__file__).with_name("start_applet.py"))
    return tray.plasma.run("env", f"PYTHONPATH={python_path()}", "/usr/bin/python3", program)


def test_the_network_applet_docks_in_plasma_and_its_menu_opens(
    tray: Tray, run_lab: Callable[..., str], pictures: Path
) -> None:
    before, without = len(tray.items()), tray.picture(pictures / "search.png")
    panel = Pixels(without)
    assert start_applet(tray) == "no failure\n"
    eventually(lambda: len(tray.items()) > before, what="nm-applet is not in the tray")
    x, y = panel.icon(tray.picture(without, 1))
    find = ("xdotool", "search", "--onlyvisible", "--all", "--class", "nm-applet")
    open_before = set(tray.plasma.run(*find).split())
    tray.plasma.run("xdotool", "mousemove", str(x), str(y), "click", "3")
    eventually(lambda: set(tray.plasma.run(*find).split()) - open_before, what="its menu does not open")
    tray.picture(pictures / "nm-applet.png")
    tray.plasma.run("xdotool", "key", "Escape")
    without.unlink()
    assert start_applet(tray).startswith("failed: nm-applet of netvm runs already.")
    run_lab("exec", "netvm", "--", "pkill", "-x", "nm-applet")
    eventually(lambda: len(tray.items()) == before, what="its icon stays")
