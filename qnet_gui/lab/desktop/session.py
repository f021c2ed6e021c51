"""A person who has logged in to a lab's dom0 and has the screen: account, password, home, login session, session bus.

No logind runs in a lab: what it would have written for libsystemd to read is written here. Touches dom0's own files
and control group only; ends with the lab at the latest.
"""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import IO, Any

from qnet_gui.lab.box import cgroup, enter
from qnet_gui.lab.box.place import DOM0
from qnet_gui.lab.desktop import desktop_common
from qnet_gui.model.errors import HypervisorError
from qnet_gui.model.messages.plain import plain

#: Who it is; may do with that password what administrators may.
USER, PASSWORD = "person", "qnet"
_ID = "lab1"
_DEADLINE = 20.0
_LOG_IN = f"""set -e
id -u {USER} >/dev/null 2>&1 ||
    useradd --create-home --shell /bin/bash --groups sudo --password "$(openssl passwd -6 {PASSWORD})" {USER}
uid=$(id -u {USER})
install -d -m 700 -o {USER} -g {USER} /home/{USER} /home/{USER}/.config /run/user/$uid
mkdir -p -m 1777 /tmp/.X11-unix /tmp/.ICE-unix
mkdir -p /run/systemd/sessions /run/systemd/users /run/systemd/seats
printf '%s\\n' UID=$uid USER={USER} ACTIVE=1 IS_DISPLAY=1 STATE=active REMOTE=0 TYPE=x11 CLASS=user SEAT=seat0 \\
    >/run/systemd/sessions/{_ID}
printf '%s\\n' NAME={USER} STATE=active DISPLAY={_ID} SESSIONS={_ID} ACTIVE_SESSIONS={_ID} >/run/systemd/users/$uid
printf '%s\\n' IS_SEAT0=1 ACTIVE={_ID} ACTIVE_UID=$uid SESSIONS={_ID} UIDS=$uid >/run/systemd/seats/seat0
echo $uid
"""
_BUS = """<busconfig>
  <type>session</type>
  <listen>unix:path={path}</listen>
  <auth>EXTERNAL</auth>
  <standard_session_servicedirs/>
  <policy context="default">
    <allow user="*"/><allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/><allow own="*"/>
  </policy>
</busconfig>
"""


class Session:
    """The session; `env` is the environment of what is started in it, `folder` where the logs go."""

    def __init__(self, lab: str, folder: Path) -> None:
        self.folder = folder
        self._dom0 = enter.first_process(lab, DOM0)
        self.uid = int(self._as_root("sh", "-c", _LOG_IN))
        group = self._dom0.cgroup
        for name in ("user.slice", f"user-{self.uid}.slice", f"session-{_ID}.scope"):
            group /= name
            if not group.exists():
                cgroup.make(group)
        self._session = replace(self._dom0, cgroup=group)
        self._logs: list[IO[bytes]] = []
        self._started: list[subprocess.Popen[bytes]] = []
        self._running: dict[str, subprocess.Popen[bytes]] = {}
        self.runtime = f"/run/user/{self.uid}"
        self.env = {
            "PATH": "/usr/local/bin:/usr/bin:/bin",
            "LANG": "C.UTF-8",
            "USER": USER,
            "LOGNAME": USER,
            "HOME": f"/home/{USER}",
            "SHELL": "/bin/bash",
            "XDG_RUNTIME_DIR": self.runtime,
            "XDG_SESSION_ID": _ID,
            "XDG_SESSION_TYPE": "x11",
            "XDG_SEAT": "seat0",
            "DBUS_SESSION_BUS_ADDRESS": f"unix:path={self.runtime}/bus",
        }

    def _as_root(self, *command: str, stdin: bytes = b"") -> str:
        process = enter.popen(
            self._dom0, list(command), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
        out, error = process.communicate(stdin, _DEADLINE)
        if process.returncode:
            raise HypervisorError(plain(f"{command[0]} failed in dom0: {error.decode(errors='replace').strip()}"))
        return str(out.decode(errors="replace"))

    def outside(self, path: str) -> Path:
        """Where a file of dom0's can be reached from outside."""
        return Path(f"/proc/{self._dom0.pid}/root{path}")

    @property
    def bus(self) -> str:
        """The address of the session bus, from outside."""
        return f"unix:path={self.outside(self.runtime + '/bus')}"

    def write(self, path: str, text: str | bytes) -> None:
        """Write a file of the person's own; `path` is below the home unless absolute."""
        data = text.encode() if isinstance(text, str) else text
        script = 'umask 077; mkdir -p "$(dirname "$0")"; cat >"$0"'
        target = path if path.startswith("/") else f"{self.env['HOME']}/{path}"
        self._as_root("setpriv", *self._become(), "sh", "-c", script, target, stdin=data)

    def _become(self) -> list[str]:
        return [f"--reuid={USER}", f"--regid={USER}", "--init-groups"]

    def _command(self, command: Sequence[str], **env: str) -> list[str]:
        variables = [f"{name}={value}" for name, value in {**self.env, **env}.items()]
        return ["/usr/bin/setpriv", *self._become(), "/usr/bin/env", "-C", self.env["HOME"], "-i", *variables, *command]

    def start_bus(self) -> None:
        """Start the session bus; services may be activated on it."""
        self.write(f"{self.runtime}/bus.conf", _BUS.format(path=f"{self.runtime}/bus"))
        command = ["dbus-daemon", "--nofork", "--print-address", f"--config-file={self.runtime}/bus.conf"]
        daemon = enter.popen(
            self._session, self._command(command), stdout=subprocess.PIPE, **self._output("dbus-daemon")
        )
        self._started.append(daemon)
        assert daemon.stdout is not None  # noqa: S101
        with daemon.stdout as stdout:
            stdout.readline()

    def _output(self, name: str) -> dict[str, Any]:
        log = (self.folder / f"{name}.log").open("ab")
        self._logs.append(log)
        return {"stdin": subprocess.DEVNULL, "stderr": log}

    def start(self, name: str, command: Sequence[str], **more: Any) -> subprocess.Popen[bytes]:
        """Start a program in the session; its output goes to `NAME.log`."""
        more.pop("cwd", None)  # the person's home
        env = more.pop("env", {})
        output = self._output(name)
        process = enter.popen(self._session, self._command(command, **env), stdout=output["stderr"], **output, **more)
        self._started.append(process)
        self._running[name] = process
        return process

    def end(self, name: str) -> None:
        """End one program that was started here."""
        desktop_common.end(self._running.pop(name))

    def run_raw(self, *command: str) -> bytes:
        """Run a program in the session to its end; its output, empty when it fails."""
        process = enter.popen(
            self._session, self._command(command), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )  # fmt: skip
        try:
            out = process.communicate(timeout=_DEADLINE)[0]
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()
            return b""
        return bytes(out) if process.returncode == 0 else b""

    def run(self, *command: str) -> str:
        """`run_raw` as text."""
        return self.run_raw(*command).decode(errors="replace")

    def stop(self) -> None:
        """End everything of the session."""
        cgroup.kill(self._session.cgroup)
        for program in self._started:
            program.wait()
        for log in self._logs:
            log.close()
        self._logs.clear()
