"""A machine whose process 1 is systemd, in namespaces: no hardware, no kernel of its own, a network of its own."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from waiting import DEADLINE

_BOOT = Path(__file__).parent / "boot.sh"


@dataclass(frozen=True)
class Result:
    """How a command ended, and what it said."""

    status: int
    output: str


def _cgroups() -> Path:
    """Where the unified hierarchy of control groups is mounted."""
    for line in Path("/proc/self/mounts").read_text().splitlines():
        _, folder, kind, *_ = line.split()
        if kind == "cgroup2":
            return Path(folder)
    raise AssertionError("there is no unified hierarchy of control groups here")


class Machine:
    """Boots from `base`, which it leaves as it is; what it writes is below `folder`, also when it is off again."""

    def __init__(self, base: Path, folder: Path) -> None:
        self.folder, self.share = folder, folder / "share"
        for name in ("upper", "work", "root", "share"):
            (folder / name).mkdir(exist_ok=True)
        self._base = base
        self._cgroup = _cgroups() / f"qnet-packages-{os.getpid()}-{folder.name}"
        self._process: subprocess.Popen[bytes] | None = None
        self._pid = 0

    def boot(self) -> None:
        """Returns when it has come up."""
        (self.folder / "console").touch()
        self._cgroup.mkdir(exist_ok=True)
        words = ["unshare", "--mount", "--pid", "--fork", "--uts", "--ipc", "--net", "--cgroup", "--kill-child", "--"]

        def enter() -> None:
            (self._cgroup / "cgroup.procs").write_text(str(os.getpid()))

        with (self.folder / "boot.log").open("wb") as log:
            self._process = subprocess.Popen(
                [*words, "bash", _BOOT, self._base, self.folder], stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                preexec_fn=enter,
            )  # fmt: skip
        self.until(self._up, "it has booted")

    def _up(self) -> bool:
        assert self._process is not None
        assert self._process.poll() is None, (self.folder / "boot.log").read_text()
        children = Path(f"/proc/{self._process.pid}/task/{self._process.pid}/children").read_text().split()
        if not children or Path(f"/proc/{children[0]}/comm").read_text() != "systemd\n":
            return False
        self._pid = int(children[0])
        return self.run("systemctl is-system-running").output.strip() in ("running", "degraded")

    def run(self, script: str, seconds: float = 120, **environment: str) -> Result:
        """Run a shell's script in it, as root."""
        words = ["nsenter", "--target", str(self._pid), "--mount", "--uts", "--ipc", "--net", "--pid", "--cgroup"]
        done = subprocess.run(
            [*words, "--root", "--wd", "/bin/sh", "-c", script], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, text=True, timeout=seconds,
            env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C.UTF-8", "HOME": "/root", **environment},
        )  # fmt: skip
        return Result(done.returncode, done.stdout)

    def ok(self, script: str, seconds: float = 120) -> str:
        """The same, for what must succeed; returns what it said."""
        done = self.run(script, seconds)
        assert done.status == 0, f"{script}: status {done.status}\n{done.output}\n{self.log()}"
        return done.output

    def log(self) -> str:
        """The end of its journal."""
        return self.run("journalctl --no-pager -b -o short-monotonic -n 60").output

    def until(self, ready: Callable[[], Any], what: str, seconds: float = 60.0) -> Any:
        """Wait for a state; returns what `ready` did."""
        end = time.monotonic() + max(seconds, DEADLINE)
        while not (value := ready()):
            if time.monotonic() > end:
                raise AssertionError(f"not so in time: {what}\n{self.log() if self._pid else ''}")
            time.sleep(0.1)
        return value

    def poweroff(self, command: str = "systemctl poweroff") -> None:
        """Turn it off in an orderly way; returns when it is off."""
        assert self._process is not None
        self.run(f"{command} --no-wall")
        self._process.wait(max(60.0, DEADLINE))
        self.end()

    def file(self, path: str) -> Path:
        """A file that it has written, or changed, as it is on the disk."""
        return self.folder / "upper" / path.lstrip("/")

    def end(self) -> None:
        """At once, whatever it is doing."""
        if self._process is not None:
            if self._process.poll() is None:
                self._process.send_signal(signal.SIGKILL)  # its child, and so all below it, dies with it
                self._process.wait()
            self._process, self._pid = None, 0
        for _ in range(100):
            for folder in sorted(self._cgroup.rglob("*/"), reverse=True) if self._cgroup.exists() else []:
                with contextlib.suppress(OSError):
                    folder.rmdir()
            with contextlib.suppress(OSError):
                self._cgroup.rmdir()
            if not self._cgroup.exists():
                break
            time.sleep(0.05)

    def forget(self) -> None:
        """Turn it off at once, and throw its disk away."""
        self.end()
        shutil.rmtree(self.folder)
