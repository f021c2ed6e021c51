"""`qnet applet`: the netvm's nm-applet, in the tray of this display or, where it has a screen of its own, in a window.

The window is the applet's: pixels of another domain are shown by nobody else.
"""

from __future__ import annotations

import os
from pathlib import Path

import dbus
from dbus.lowlevel import ErrorMessage, MethodCallMessage

from qnet_gui.cli.bus.helper import Helper
from qnet_gui.cli.bus.line import Line
from qnet_gui.model.errors import NoAnswer, NotFound
from qnet_gui.model.messages.screen import ScreenCode
from qnet_gui.runtime.x_display import own_display
from qnet_gui.tray.state.bus_name import NAME, PATH, name_on

#: Seconds that the applet has for an answer.
_DEADLINE = 5.0
_UNKNOWN = frozenset({"org.freedesktop.DBus.Error.ServiceUnknown", "org.freedesktop.DBus.Error.NameHasNoOwner"})


def show() -> str:
    """Have it shown; returns a sentence that says where.

    Raises the helper's error, `NotFound` without a display or an applet of ours, `NoAnswer` from one that hangs.
    """
    netvm = Helper().snapshot()[1].netvm
    if netvm.screen:
        _ask_the_applet()
        return f"The screen of {netvm.name}, where nm-applet is, opens in a window."
    display = own_display()
    with Line() as line:
        line.call("ShowNetworkApplet", "ss", f":{display.number}", display.cookie)
    return f"nm-applet has been started in {netvm.name}. Its icon comes to the tray."


def _session() -> dbus.SessionBus:
    """The session's bus. Asked for one where there is none, libdbus would start another."""
    folder = os.environ.get("XDG_RUNTIME_DIR", "")
    if not os.environ.get("DBUS_SESSION_BUS_ADDRESS") and not (folder and Path(folder, "bus").is_socket()):
        raise NotFound(ScreenCode.APPLET_NOT_THERE)
    try:
        return dbus.SessionBus(private=True)
    except dbus.DBusException as error:
        raise NotFound(ScreenCode.APPLET_NOT_THERE) from error


def _ask_the_applet() -> None:
    """This display's, or the first one: a shell that was reached from elsewhere knows of no display, or of another."""
    session = _session()  # which must not go before its answer comes
    for name in dict.fromkeys((name_on(os.environ), NAME)):
        message = MethodCallMessage(name, PATH, NAME, "ShowNetworkApplet")
        message.set_auto_start(False)
        answers: list[object] = []
        session.send_message_with_reply(message, answers.append, _DEADLINE).block()
        if not isinstance(answers[0], ErrorMessage):
            return
        if str(answers[0].get_error_name()) not in _UNKNOWN:
            raise NoAnswer(ScreenCode.APPLET_SILENT)
    raise NotFound(ScreenCode.APPLET_NOT_THERE)
