"""Somebody who asks the helper for too much. Arguments: the bus, a kind of flood, how many calls, how many connections.

Says `begun` before the first call and `ended` when all of them have been answered or nobody waits for an answer. Kinds:
`calls MEMBER` without waiting for answers, `asks MEMBER` with, `large TYPE` (calls are megabytes there), `comes MEMBER`
from a new connection each, `prompts MEMBER` with a password dialog that never answers.
"""

from __future__ import annotations

import os
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

import dbus
import dbus.service
from dbus.lowlevel import MethodCallMessage
from dbus.mainloop.glib import DBusGMainLoop
from gi.repository import GLib

NAME, PATH, PROPERTIES = "org.qnet.Helper1", "/org/qnet/Helper1", "org.freedesktop.DBus.Properties"
_POLKIT, _AGENT = "org.freedesktop.PolicyKit1", "org.freedesktop.PolicyKit1.AuthenticationAgent"
_UUID = "00000000-0000-4000-8000-{:012}"
_ARGUMENTS = {
    "GetAll": (NAME,), "GetRoutes": ("",), "PauseDomain": (2, _UUID.format(2)), "ConnectDom0": (5,),
    "DetachDomain": (3, _UUID.format(3)),
}  # fmt: skip
_SIGNATURES = {"GetAll": "s", "GetRoutes": "s", "PauseDomain": "us", "ConnectDom0": "u", "DetachDomain": "us"}

address, kind, what, total, width = sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4]), int(sys.argv[5])
DBusGMainLoop(set_as_default=True)
answers: Counter[str] = Counter()


def connect() -> Any:
    connection = dbus.bus.BusConnection(address)
    connection.set_exit_on_disconnect(False)
    return connection


def message(member: str) -> Any:
    made = MethodCallMessage(NAME, PATH, PROPERTIES if member == "GetAll" else NAME, member)
    if member in _ARGUMENTS:
        made.append(*_ARGUMENTS[member], signature=_SIGNATURES[member])
    return made


def count(reply: Any) -> None:
    answers[reply.get_error_name() if hasattr(reply, "get_error_name") else "done"] += 1


def run_until_answered(asked: int, seconds: float) -> None:
    until, context = time.monotonic() + seconds, GLib.MainContext.default()
    late = GLib.timeout_add(100, lambda: True)
    while answers.total() < asked and time.monotonic() < until:
        context.iteration(True)
    GLib.source_remove(late)


def calls() -> None:
    connections = [connect() for _ in range(width)]
    print("begun", flush=True)
    for number in range(total):
        made = message(what)
        made.set_no_reply(True)
        connections[number % width].send_message(made)
    for connection in connections:
        connection.flush()


def asks() -> None:
    connections = [connect() for _ in range(width)]
    print("begun", flush=True)
    for number in range(total):
        connections[number % width].send_message_with_reply(message(what), count, 60)
    run_until_answered(total, 60)


def large() -> None:
    connection = connect()
    contents = {"ay": dbus.ByteArray(b"\0" * (total << 20), variant_level=1), "s": "x" * (total << 20)}
    contents["as"] = dbus.Array([""] * (total << 20 >> 3), signature="s", variant_level=1)
    print("begun", flush=True)
    for _ in range(width):
        if what == "s":
            made = MethodCallMessage(NAME, PATH, NAME, "GetRoutes")
            made.append(contents["s"], signature="s")
        else:
            made = MethodCallMessage(NAME, PATH, PROPERTIES, "Set")
            made.append(NAME, "Version", contents[what], signature="ssv")
        connection.send_message_with_reply(made, count, 60)
    run_until_answered(width, 60)


def comes() -> None:
    print("begun", flush=True)
    for _ in range(total // width):
        connections = [connect() for _ in range(width)]
        for connection in connections:
            connection.send_message(message(what))
        for connection in connections:
            connection.flush()
            connection.close()


class _Agent(dbus.service.Object):
    """A password dialog before which nobody sits."""

    @dbus.service.method(_AGENT, "sssa{ss}sa(sa{sv})", "", async_callbacks=("done", "failed"))
    def BeginAuthentication(self, action, message, icon, details, cookie, identities, done, failed): ...  # noqa: N802

    @dbus.service.method(_AGENT, "s", "")
    def CancelAuthentication(self, cookie: str) -> None: ...  # noqa: N802


def prompts() -> None:
    """All but so many calls as may wait for a password are answered at once."""
    own = connect()
    _Agent(own, "/agent")
    started = int(Path("/proc/self/stat").read_text().rpartition(")")[2].split()[19])
    subject = {"pid": dbus.UInt32(os.getpid()), "start-time": dbus.UInt64(started), "uid": dbus.Int32(os.getuid())}
    own.call_blocking(
        _POLKIT, "/org/freedesktop/PolicyKit1/Authority", f"{_POLKIT}.Authority", "RegisterAuthenticationAgent",
        "(sa{sv})ss", (("unix-process", subject), "C", "/agent"),
    )  # fmt: skip
    connections = [connect() for _ in range(width)]
    print("begun", flush=True)
    for number in range(total):
        made = message(what)
        made.set_allow_interactive_authorization(True)
        connections[number % width].send_message_with_reply(made, count, 60)
    run_until_answered(total, 3)  # some never are
    print(f"waiting after {dict(answers)}", flush=True)
    sys.stdin.read()


{"calls": calls, "asks": asks, "large": large, "comes": comes, "prompts": prompts}[kind]()
print(f"ended {dict(answers)}", flush=True)
