"""Why the netvm's screen is not seen in a window of dom0's."""

from __future__ import annotations

from qnet_gui.model.messages.code import Code


class ScreenCode(Code):
    """About the netvm's screen, which `qnet-display` brings to dom0."""

    SCREEN_NOT_OFFERED = "screen-not-offered", "On this host no domain's screen can be shown in dom0."
    SCREEN_IN_TRAY = (
        "screen-in-tray",
        "On Xen the netvm's applet has a screen of its own. To see it, choose Network applet in qnet's tray, "
        "or: qnet applet",
    )
    APPLET_NOT_THERE = (
        "applet-not-there",
        "The applet of qnet, which shows netvm's screen, does not run in this session. Start it: qnet-tray",
    )
    APPLET_SILENT = "applet-silent", "The applet of qnet, which shows netvm's screen, does not answer."
    SCREEN_NOT_THE_NETVM = "screen-not-the-netvm", "{name} is not the netvm, and only the netvm's screen is shown."
    SCREEN_NONE_GIVEN = (
        "screen-none-given",
        "{name} was started without a screen. Give it one in its configuration (vfb, with qnet-display as its device "
        "model), and restart it.",
    )
    SCREEN_NOT_YET = "screen-not-yet", "{name} has no screen yet. It may still be starting."
    SCREEN_NOT_SERVED = (
        "screen-not-served",
        "qnet-display has stopped for {name}, so its screen is not seen. Restart {name}.",
    )
    SCREEN_NOT_GIVEN = (
        "screen-not-given",
        "qnet-display could not give a window onto the screen of {name}; its log says why.",
    )
    SCREEN_SILENT = (
        "screen-silent",
        "qnet-display did not answer within {seconds} s, so the screen of {name} is not seen.",
    )
    SCREEN_UNREACHABLE = "screen-unreachable", "qnet-display cannot be asked for the screen of {name}: {why}."
    SCREEN_PICTURE_WRONG = (
        "screen-picture-wrong",
        "What came as the picture is not sealed, read-only and of the size that was told, so it is not shown.",
    )
