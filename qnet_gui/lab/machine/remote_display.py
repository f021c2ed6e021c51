"""Programs of a domain whose windows are on a display outside of it: of a lab's dom0, or of the machine's host.

A domain sees no socket of any other. The program gets a mount namespace of its own, in which the display's socket and
its cookie are; nobody else in that domain sees either. Touches the domain's processes, and the socket.
"""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

from qnet_gui.lab.box import cgroup, enter, session_bus, syscalls
from qnet_gui.lab.box.child import Child
from qnet_gui.lab.box.place import Place, log_file
from qnet_gui.lab.box.programs import ENVIRONMENT
from qnet_gui.lab.box.root import CHECKOUT
from qnet_gui.model.errors import HypervisorError, NotFound, Refused
from qnet_gui.model.messages.plain import plain
from qnet_gui.model.x_display import xauthority
from qnet_gui.model.x_display.display import Display

_TMP = "/tmp"  # noqa: S108
_SOCKETS = "/tmp/.X11-unix"  # noqa: S108
_AUTHORITY = "/tmp/.Xauthority"  # noqa: S108
#: Seconds that one which is just ending gets.
_DYING_DEADLINE = 0.5


class RemoteDisplay:
    """What runs in this way; one of a kind on a display."""

    def __init__(self, place: Place) -> None:
        self._place = place
        self._running: dict[tuple[int, int, str], subprocess.Popen[bytes]] = {}

    def start(self, where: Child, dom0: Child, command: list[str], display: Display) -> None:
        """Start one; returns when it has been started, or raises what stands in the way."""
        program = command[-1]
        key = (where.pid, display.number, program)
        if key in self._running:
            try:
                self._running[key].wait(_DYING_DEADLINE)
            except subprocess.TimeoutExpired:
                raise Refused(plain(f"{program} of {where.name} runs already. Its icon is in the tray.")) from None
        arguments = [str(dom0.pid), str(where.pid), str(where.group), str(display.number), *command]
        with log_file(self._place, f"{where.name}-{program}") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "qnet_gui.lab.machine.remote_display", *arguments],
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, start_new_session=True,
            )  # fmt: skip
        self._running[key] = process
        assert process.stdin is not None and process.stdout is not None  # noqa: S101
        with process.stdin as stdin, process.stdout as stdout:
            stdin.write(display.cookie.encode())
            stdin.close()
            answer = stdout.read()  # to its end, which is when the program has been started
        if answer:
            raise Refused(plain(json.loads(answer)))


def _socket(dom0: int, number: int) -> int:
    """The display's socket: of a person's desktop in dom0, or else, as with most labs, on the host."""
    path = f"{_SOCKETS}/X{number}"
    home, pidfd = os.open("/proc/self/ns/mnt", os.O_RDONLY | os.O_CLOEXEC), os.pidfd_open(dom0)
    syscalls.setns(pidfd, syscalls.CLONE_NEWNS)
    with suppress(FileNotFoundError):
        return syscalls.clone_mount(path)
    syscalls.setns(home, syscalls.CLONE_NEWNS)
    try:
        return syscalls.clone_mount(path)
    except FileNotFoundError:
        raise NotFound(plain(f"There is no display :{number} in dom0 or on the host of this lab.")) from None


def _prepare(dom0: int, where: int, group: Path, number: int, cookie: str) -> None:
    """Bring the calling process into a domain, with the display's socket and cookie beside it; children are inside."""
    pidfd = os.pidfd_open(where)
    cgroup.join(group)
    mount = _socket(dom0, number)
    enter.enter_namespaces(pidfd)
    syscalls.setns(pidfd, syscalls.CLONE_NEWPID)
    syscalls.unshare(syscalls.CLONE_NEWNS)
    syscalls.make_mounts_private()
    checkout = syscalls.clone_mount(CHECKOUT) if CHECKOUT.is_relative_to(_TMP) else None
    syscalls.mount_tmpfs(_TMP, 0o1777)
    if checkout is not None:  # else the programs of ours would be hidden with the rest
        CHECKOUT.mkdir(parents=True)
        syscalls.attach_mount(checkout, CHECKOUT)
    target = Path(_SOCKETS) / f"X{number}"
    target.parent.mkdir(mode=0o1777)
    target.touch()
    syscalls.attach_mount(mount, target)
    if cookie:
        Path(_AUTHORITY).touch(0o600)
        Path(_AUTHORITY).write_bytes(xauthority.entry(cookie, socket.gethostname(), number))
    session_bus.write_config()
    _check_display(number)


def _check_display(number: int) -> None:
    """Knock at the display, so that whoever asked learns of a refusal."""
    from Xlib.display import Display as Connection
    from Xlib.error import DisplayError

    os.environ["XAUTHORITY"] = _AUTHORITY
    try:
        Connection(f":{number}").close()
    except (DisplayError, OSError) as error:
        raise Refused(plain(f"The display :{number} lets no program of this domain in: {error}")) from None


def main(dom0: str, where: str, group: str, number: str, *command: str) -> int:
    """Be such a program's parent; says on standard output what went wrong, and closes it when nothing did."""
    result = ""
    try:
        _prepare(int(dom0), int(where), Path(group), int(number), sys.stdin.read())
        if not shutil.which(command[-1], path=ENVIRONMENT["PATH"]):
            raise NotFound(plain(f"{command[-1]} is not installed there."))
    except (HypervisorError, NotFound, Refused) as error:
        result = error.sentence
    except OSError as error:
        result = f"The display cannot be brought there: {error.strerror}."
    if result:
        print(json.dumps(result))
        return 1
    environment = session_bus.environment(int(number), XAUTHORITY=_AUTHORITY)
    try:
        process = subprocess.Popen(session_bus.command(command), stdin=subprocess.DEVNULL, stdout=2, env=environment)
    except OSError as error:
        print(json.dumps(f"{command[-1]} cannot be started: {error.strerror}."))
        return 1
    sys.stdout.close()
    os.close(1)
    return process.wait()


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
