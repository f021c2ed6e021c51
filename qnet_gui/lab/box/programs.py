"""The programs of a domain as its init sees them: start, stop, reap, and the stop hook that a service has.

Runs inside the domain; writes one log file a program in the lab's log folder.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from qnet_gui.lab.box import files
from qnet_gui.lab.box.place import DOM0, GUEST, NETVM
from qnet_gui.model.errors import NotFound, QnetError, Refused
from qnet_gui.model.messages.plain import plain
from qnet_gui.model.parse import shown

ENVIRONMENT = {
    "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
    "HOME": "/root",
    "LANG": "C.UTF-8",
}
GUEST_SETUP = "qnet-guest"
#: Seconds; systemd gives 90.
_STOP_DEADLINE = 20.0
_DYING_DEADLINE = 0.5


@dataclass(frozen=True, slots=True)
class Program:
    """What is to run, and what runs when it has ended for whatever reason (systemd's ExecStopPost)."""

    command: Sequence[str]
    after_stop: Sequence[str] = ()


_POLKIT = Program(["/usr/lib/polkit-1/polkitd", "--no-debug"])
_BUS = Program(["/usr/bin/dbus-daemon", "--nofork", "--nopidfile", "--print-address", f"--config-file={files.BUS}"])
#: By role, in the order of their start; the bus comes before what needs it.
PROGRAMS: dict[str, dict[str, Program]] = {
    DOM0: {
        "dbus": _BUS,
        "polkitd": _POLKIT,
        "qnet-helper": Program(["/usr/bin/qnet-helper"]),
    },
    NETVM: {
        "dbus": _BUS,
        "NetworkManager": Program(["/usr/sbin/NetworkManager", "--debug"]),
        "qnet-agent": Program(["/usr/bin/qnet-agent"], after_stop=["/usr/bin/qnet-agent", "stopped"]),
        "devd": Program(["/usr/bin/lab-devd"]),
        "polkitd": _POLKIT,
    },
    GUEST: {GUEST_SETUP: Program(["/usr/bin/qnet-guest"])},
}


def _wait_or_kill(process: subprocess.Popen[bytes]) -> bool:
    """Wait for the end of a process, and make it if it does not come; whether it came by itself."""
    try:
        process.wait(_STOP_DEADLINE)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
        return False
    return True


class Programs:
    """All programs of one domain."""

    def __init__(self, domain: str, role: str, log: Path) -> None:
        self._domain = domain
        self._log = os.open(log, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        self._programs = PROGRAMS[role]
        self._running: dict[str, subprocess.Popen[bytes]] = {}

    def start_all(self) -> None:
        """Boot."""
        for name in self._programs:
            if name == "dbus":
                self._start_bus()
            else:
                self.start(name)

    def runs(self, name: str) -> bool:
        """Whether a program runs; one that has died and was not reaped yet does."""
        return name in self._running

    def start(self, name: str) -> None:
        """Start a program; one that runs is left alone, one that cannot start leaves a line in its log."""
        program = self._program(name)
        if name not in self._running:
            process = self._spawn(name, program.command)
            if process is not None:
                self._running[name] = process

    def stop(self, name: str) -> None:
        """End a program in an orderly way, or else by force."""
        self._end(name, signal.SIGTERM)

    def kill(self, name: str) -> None:
        """Kill a program; returns when its stop hook has run."""
        self._end(name, signal.SIGKILL)

    def restart(self, name: str) -> None:
        """Stop it if it runs, and start it."""
        if name in self._running:
            self.stop(name)
        self.start(name)

    def _program(self, name: str) -> Program:
        if name not in self._programs:
            raise NotFound(plain(f"{self._domain} has no program {shown(name)}; it has {', '.join(self._programs)}."))
        return self._programs[name]

    def _end(self, name: str, signal_number: signal.Signals) -> None:
        self._program(name)
        process = self._running.get(name)
        if process is None:
            raise Refused(plain(f"{name} does not run in {self._domain}."))
        process.send_signal(signal_number)
        _wait_or_kill(process)
        self._ended(name)

    def _ended(self, name: str) -> None:
        """Note the end of a program in its log as a service manager would, and run its stop hook."""
        status = self._running.pop(name).returncode
        if status:
            self._log_line(name, f"<5>{name} ended with {f'status {status}' if status > 0 else f'signal {-status}'}\n")
        hook = self._programs[name].after_stop
        if hook:
            process = self._spawn(name, hook)
            if process is not None and not _wait_or_kill(process):
                self._log_line(name, f"<4>the stop hook of {name} did not end within {_STOP_DEADLINE:g} s\n")

    def activate(self, text: bytes) -> None:
        """Start what the domain's bus was asked to activate."""
        for name in text.decode("ascii", "replace").split():
            self._reap_dying(name)
            try:
                self.start(name)
            except QnetError as error:
                self._log_line("dbus", f"<4>{error.sentence}\n")

    def _reap_dying(self, name: str) -> None:
        """One that the bus misses and that seems to run has left the bus because it is dying."""
        process = self._running.get(name)
        if process is not None:
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(_DYING_DEADLINE)
                self._ended(name)

    def reap(self) -> None:
        """Collect the dead, the orphans of the domain included."""
        while True:
            try:
                ended = os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
            except ChildProcessError:
                return
            if ended is None:
                return
            name = next((name for name, process in self._running.items() if process.pid == ended.si_pid), None)
            if name is None:
                os.waitpid(ended.si_pid, 0)
            else:
                self._running[name].wait()
                self._ended(name)

    def _open_log(self, name: str) -> int:
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC
        return os.open(f"{self._domain}-{name}.log", flags, 0o600, dir_fd=self._log)

    def _log_line(self, name: str, line: str) -> None:
        log = self._open_log(name)
        os.write(log, line.encode())
        os.close(log)

    def _spawn(self, name: str, command: Sequence[str], stdout: int | None = None) -> subprocess.Popen[bytes] | None:
        log = self._open_log(name)
        try:
            return subprocess.Popen(
                command,
                env=ENVIRONMENT,
                stdin=subprocess.DEVNULL,
                stdout=log if stdout is None else stdout,
                stderr=log,
                start_new_session=True,
            )
        except OSError as error:
            os.write(log, f"<3>{command[0]} cannot be started: {error.strerror}\n".encode())
            return None
        finally:
            os.close(log)

    def _start_bus(self) -> None:
        """Start the system bus and wait until it can be used."""
        ours, theirs = os.pipe2(os.O_CLOEXEC)
        process = self._spawn("dbus", self._programs["dbus"].command, stdout=theirs)
        os.close(theirs)
        if process is not None:
            self._running["dbus"] = process
            os.read(ours, 256)
        os.close(ours)
