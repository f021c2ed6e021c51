"""`qnet applet` where the netvm has a screen of its own: the applet of the session shows that in its window."""

from __future__ import annotations

import dataclasses
import json
import os
import subprocess
import sys

import pytest
from tray_process import ROOT, Tray
from tray_shared import CABLE, RUNNING, Helper, eventually, up

SCREEN = dataclasses.replace(up(CABLE), netvm=dataclasses.replace(RUNNING, screen=True))
NOT_THERE = "qnet: The applet of qnet, which shows netvm's screen, does not run in this session. Start it: qnet-tray\n"


def applet(env: dict[str, str], *more: str) -> subprocess.CompletedProcess[str]:
    """The command, in a terminal of that session."""
    command = [sys.executable, "-m", "qnet_gui.cli", "applet", *more]
    env = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), **env}
    return subprocess.run(command, env=env, capture_output=True, text=True, check=False)


def test_it_opens_the_applets_window(tray: Tray, helper: Helper) -> None:
    helper.publish(SCREEN)
    tray.start()
    tray.wait_until_shown(SCREEN)
    env = {**tray.desktop.env, **tray.env}
    assert not tray.window_id("Screen of netvm")
    done = applet(env)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == "The screen of netvm, where nm-applet is, opens in a window.\n"
    eventually(lambda: tray.window_id("Screen of netvm"))
    done = applet(env, "--json")
    assert json.loads(done.stdout)["error"] == ""
    assert len(tray.window_id("Screen of netvm").split()) == 1, "the one that is open"
    for display in ("", "localhost:10.0"):  # of a shell from elsewhere
        assert applet({**env, "DISPLAY": display}).returncode == 0


def test_without_an_applet_it_says_how_to_start_it(tray: Tray, helper: Helper) -> None:
    helper.publish(SCREEN)
    done = applet({**tray.desktop.env, **tray.env})
    assert (done.returncode, done.stdout, done.stderr) == (1, "", NOT_THERE)


def test_where_it_has_none_nm_applet_needs_a_display(tray: Tray, helper: Helper) -> None:
    helper.publish(up(CABLE))
    done = applet({**tray.desktop.env, **tray.env, "DISPLAY": ""})
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "qnet: This session has no X display on which nm-applet could be shown.\n"


@pytest.mark.parametrize("address", ["", "unix:path=/nonexistent"])
def test_without_a_session_no_bus_is_started(tray: Tray, helper: Helper, address: str) -> None:
    helper.publish(SCREEN)
    env = {**tray.desktop.env, **tray.env, "DBUS_SESSION_BUS_ADDRESS": address, "XDG_RUNTIME_DIR": "/nonexistent"}
    done = applet(env)
    assert (done.returncode, done.stdout, done.stderr) == (1, "", NOT_THERE)
    done = applet(env, "--json")
    assert json.loads(done.stdout)["error"] == "org.qnet.Error.NotFound"
