"""People who call the helper, and the agents that polkit has ask them for a password."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import dbus
import dbus.service
from dbus.mainloop.glib import DBusGMainLoop
from gi.repository import GLib
from helper_dom0 import HelperDom0
from polkit_box import ADMIN

from qnet_gui.dom0.helper import HELPER
from qnet_gui.runtime.dbus_service import leave_bus

NOT_AUTHORISED = "org.qnet.Error.NotAuthorised"
_POLKIT = "org.freedesktop.PolicyKit1"
_AUTHORITY = "/org/freedesktop/PolicyKit1/Authority"
_AGENT = "org.freedesktop.PolicyKit1.AuthenticationAgent"
_AGENT_PATH = "/org/qnet/test/Agent"
#: An argument of each type that every method of the helper takes: domain work, two minutes, or long ago.
_ARGUMENTS = {"u": 2, "x": 2, "s": "netvm", "b": False}
#: Where those do not do: only who is attached can be cut off, and work is not; netvm is no display.
_UUID = "00000000-0000-4000-8000-{:012}"
_OTHERS = {
    **{f"{verb}Domain": [domid, _UUID.format(domid)]
       for verb, domid in (("Pause", 2), ("Unpause", 2), ("Attach", 2), ("Detach", 3))},
    "ShowNetworkApplet": [":0", ""],
    "OpenScreen": [1, _UUID.format(1)],
}  # fmt: skip


def arguments_for(member: str) -> tuple[str, list[Any]]:
    """The signature of a method, and arguments with which nothing but polkit stands in its way."""
    takes = HELPER.methods[member].takes
    return takes, _OTHERS.get(member) or [_ARGUMENTS[kind] for kind in dbus.Signature(takes)]


class Ended(NamedTuple):
    """How a call ended: the D-Bus name of its error, empty for none, and the sentence."""

    error: str
    sentence: str


class Person:
    """A process of somebody's on the bus; `session`: it belongs to the session that he has there."""

    def __init__(self, dom0: HelperDom0, uid: int, session: bool = False) -> None:
        self.uid = uid
        self._house = dom0
        self._calls: deque[Future[Ended]] = deque()
        program = Path(__file__).with_name("caller.py")
        self._process = subprocess.Popen(
            [*dom0.become(uid), sys.executable, str(program), dom0.env["DBUS_SYSTEM_BUS_ADDRESS"]],
            env=dom0.env, preexec_fn=dom0.joining(uid if session else None),
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        self.pid = self._process.pid
        assert self._process.stdout.readline().startswith(":"), "from now on he is who he is"
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        for line in self._process.stdout:
            self._calls.popleft().set_result(Ended(*json.loads(line)))

    def ask(self, member: str, interactive: bool = True) -> Future[Ended]:
        """Have a method called; the answer comes later."""
        future: Future[Ended] = Future()
        self._calls.append(future)
        self._process.stdin.write(json.dumps([member, *arguments_for(member), interactive]) + "\n")
        self._process.stdin.flush()
        return future

    def call(self, member: str, interactive: bool = True) -> Ended:
        """Have a method called, and wait for its answer."""
        return self.outcome(self.ask(member, interactive))

    def outcome(self, call: Future[Ended]) -> Ended:
        """The answer to a call, as soon as it is there."""
        self._house.spin(call.done)
        return call.result()

    def leave(self) -> None:
        """He goes, whatever he is waiting for."""
        self._process.kill()
        self._process.wait()
        self._process.stdin.close()
        self._process.stdout.close()

    def __enter__(self) -> Person:
        return self

    def __exit__(self, *_: object) -> None:
        self.leave()


@dataclass
class Prompt:
    """A password dialog: for which action, who may answer (as uids), and how to end it."""

    action: str
    who: list[int]
    cookie: str
    done: Callable[[], None]
    dismiss: Callable[[Exception], None]
    message: str
    cancelled: bool = False


class _Dismissed(dbus.DBusException):
    _dbus_error_name = f"{_POLKIT}.Error.Cancelled"


class _Occupied(dbus.DBusException):
    _dbus_error_name = f"{_POLKIT}.Error.Failed"


class Agent(dbus.service.Object):
    """A password dialog that answers: yes, no, dismisses, occupied, dies; or waits for the test to call one."""

    def __init__(self, dom0: HelperDom0, person: Person, manner: str) -> None:
        self._house = dom0
        self._person = person
        self._manner = manner
        self.prompts: list[Prompt] = []
        self.register()

    def register(self) -> None:
        """Come to life, maybe again, and let polkit know."""
        self._bus = dbus.bus.BusConnection(self._house.env["DBUS_SYSTEM_BUS_ADDRESS"], mainloop=DBusGMainLoop())
        self._bus.set_exit_on_disconnect(False)
        super().__init__(self._bus, _AGENT_PATH)
        self.lives = True
        pid = self._person.pid
        started = int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[19])
        subject = {"pid": dbus.UInt32(pid), "start-time": dbus.UInt64(started), "uid": dbus.Int32(self._person.uid)}
        self._bus.call_blocking(
            _POLKIT, _AUTHORITY, f"{_POLKIT}.Authority", "RegisterAuthenticationAgent", "(sa{sv})ss",
            (("unix-process", subject), "C", _AGENT_PATH),
        )  # fmt: skip

    def waiting(self) -> Prompt:
        """The dialog that is open, as soon as it is."""
        self._house.spin(lambda: self.prompts)
        return self.prompts[-1]

    @dbus.service.method(_AGENT, "sssa{ss}sa(sa{sv})", "", async_callbacks=("done", "failed"))
    def BeginAuthentication(self, action, message, _icon, _details, cookie, identities, done, failed):  # noqa: N802
        who = [int(details["uid"]) for kind, details in identities if kind == "unix-user"]
        prompt = Prompt(str(action), who, str(cookie), done, failed, str(message))
        self.prompts.append(prompt)
        if self._manner != "waits":
            getattr(self, self._manner)(prompt)

    @dbus.service.method(_AGENT, "s", "")
    def CancelAuthentication(self, cookie: Any) -> None:  # noqa: N802
        for prompt in self.prompts:
            prompt.cancelled |= prompt.cookie == cookie

    def yes(self, prompt: Prompt, uid: int = ADMIN) -> None:
        """The right password of somebody."""
        identity = ("unix-user", dbus.Dictionary({"uid": dbus.UInt32(uid)}, signature="sv"))
        self._bus.call_async(
            _POLKIT, _AUTHORITY, f"{_POLKIT}.Authority", "AuthenticationAgentResponse2", "us(sa{sv})",
            (0, prompt.cookie, identity), prompt.done, lambda _: prompt.done(),
        )  # fmt: skip

    def himself(self, prompt: Prompt) -> None:
        """The right password, but his own."""
        self.yes(prompt, self._person.uid)

    def no(self, prompt: Prompt) -> None:
        """Wrong passwords only."""
        prompt.done()

    def dismisses(self, prompt: Prompt) -> None:
        """No password at all."""
        prompt.dismiss(_Dismissed("dismissed"))

    def occupied(self, prompt: Prompt) -> None:
        """No dialog, since there is another one; desktops show one at a time."""
        prompt.dismiss(_Occupied("another one is open"))

    def dies(self, _: Prompt) -> None:
        """There is no dialog any more."""
        GLib.idle_add(self.close)

    def close(self) -> None:
        """Leave the bus."""
        if self.lives:
            self.lives = False
            self.remove_from_connection()
            leave_bus(self._bus)
