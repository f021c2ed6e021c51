"""A light desktop of its own, for tests and for a demonstration without a screen.

Xvfb, a session bus, xfce4-panel as the tray (a StatusNotifierItem host that also docks XEmbed icons) or trayer (XEmbed
alone), dunst for notifications. All real programs; nothing of the user's session is touched, and leaving the context
ends exactly what was started.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path
from types import TracebackType
from typing import IO, Any

from qnet_gui.lab.desktop import desktop_common
from qnet_gui.model.errors import NoAnswer, NotFound
from qnet_gui.model.messages.plain import plain

#: What must be installed (Debian: xvfb dbus xfce4-panel xfconf dunst imagemagick xdotool).
PROGRAMS = ("Xvfb", "dbus-daemon", "dbus-send", "xfce4-panel", "dunst", "dunstctl", "import", "display", "xdotool")
_DEADLINE = 15.0

_BUS = """<busconfig>
  <type>session</type>
  <listen>unix:path={path}</listen>
  <auth>EXTERNAL</auth>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/><allow own="*"/>
  </policy>
</busconfig>
"""
# No service may be activated on this bus: what runs here was started here. One panel along the bottom edge.
_PANEL = """<?xml version="1.0" encoding="UTF-8"?>
<channel name="xfce4-panel" version="1.0">
  <property name="configver" type="int" value="2"/>
  <property name="panels" type="array">
    <value type="int" value="1"/>
    <property name="dark-mode" type="bool" value="{dark}"/>
    <property name="panel-1" type="empty">
      <property name="position" type="string" value="p=8;x=0;y=0"/>
      <property name="length" type="uint" value="100"/>
      <property name="position-locked" type="bool" value="true"/>
      <property name="size" type="uint" value="{size}"/>
      <property name="icon-size" type="uint" value="0"/>
      <property name="plugin-ids" type="array">
        <value type="int" value="1"/><value type="int" value="2"/><value type="int" value="3"/>
      </property>
    </property>
  </property>
  <property name="plugins" type="empty">
    <property name="plugin-1" type="string" value="separator">
      <property name="expand" type="bool" value="true"/><property name="style" type="uint" value="0"/>
    </property>
    <property name="plugin-2" type="string" value="systray"/>
    <property name="plugin-3" type="string" value="clock"/>
  </property>
</channel>
"""
_DUNST = """[global]
    font = Sans 10
    origin = bottom-right
    offset = 12x48
    width = 340
    frame_width = 1
    frame_color = "#8a8d90"
    background = "#fcfcfc"
    foreground = "#232629"
    icon_position = left
    max_icon_size = 48
    history_length = 1000
[urgency_low]
    timeout = 0
[urgency_normal]
    timeout = 0
[urgency_critical]
    timeout = 0
"""


class LightDesktop:
    """A context manager; `env` is the environment for programs that are to live on this desktop."""

    def __init__(self, folder: Path, tray: str = "xfce4-panel", dark: bool = False, size: int = 28) -> None:
        missing = [name for name in PROGRAMS if not shutil.which(name)]
        if missing:
            raise NotFound(plain(f"The light desktop needs {', '.join(missing)}; `make setup` installs them."))
        self.folder = folder
        self._tray, self._dark, self._size = tray, dark, size
        self._running: dict[str, subprocess.Popen[bytes]] = {}
        self._logs: list[IO[bytes]] = []
        self.env: dict[str, str] = {}

    def __enter__(self) -> LightDesktop:
        try:
            self._start()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _start(self) -> None:
        runtime = self.folder / "run"
        runtime.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.env = {
            **{name: value for name, value in os.environ.items() if name in ("PATH", "LANG", "PYTHONPATH", "USER")},
            "LC_TIME": "C.UTF-8",  # whatever this machine's clock looks like
            "HOME": str(self.folder),
            "XDG_RUNTIME_DIR": str(runtime),
            "XDG_CONFIG_HOME": str(self.folder / "config"),
            "XDG_CACHE_HOME": str(self.folder / "cache"),
            "XDG_DATA_HOME": str(self.folder / "data"),
            "XDG_CURRENT_DESKTOP": "XFCE",
            "NO_AT_BRIDGE": "1",
            "GIO_USE_VFS": "local",
            "GSETTINGS_BACKEND": "memory",
        }
        self._configure()
        self.env["DISPLAY"] = self._start_display()
        self.run("display", "-window", "root", "-size", "1024x640", "xc:#50606e")
        address = f"unix:path={runtime}/bus"
        (self.folder / "bus.conf").write_text(_BUS.format(path=runtime / "bus"))
        self.start("dbus-daemon", ["dbus-daemon", "--nofork", f"--config-file={self.folder}/bus.conf"])
        self.env["DBUS_SESSION_BUS_ADDRESS"] = address
        self.wait(lambda: (runtime / "bus").is_socket(), "the session bus")
        self.start_notifications()
        if self._tray:
            self.start_tray()

    def _configure(self) -> None:
        settings = self.folder / "config/xfce4/xfconf/xfce-perchannel-xml"
        settings.mkdir(parents=True, exist_ok=True)
        (settings / "xfce4-panel.xml").write_text(_PANEL.format(dark=str(self._dark).lower(), size=self._size))
        (self.folder / "dunstrc").write_text(_DUNST)

    def _start_display(self) -> str:
        """Let the X server choose a free number itself."""
        read, write = os.pipe()
        with open(read, "rb") as answer:
            command = ["Xvfb", "-displayfd", str(write), "-screen", "0", "1024x640x24", "-nolisten", "tcp", "-noreset"]
            self.start("Xvfb", command, pass_fds=(write,))
            os.close(write)
            number = answer.readline().decode().strip()
        if not number:
            raise NoAnswer(plain("The X server did not start; see Xvfb.log."))
        return f":{number}"

    def start_notifications(self) -> None:
        """Start the notification server (again)."""
        self.start("dunst", ["dunst", "-config", str(self.folder / "dunstrc")])
        self.wait(lambda: self.has_name("org.freedesktop.Notifications"), "the notification server")

    def start_tray(self) -> None:
        """Start the panel (again)."""
        if self._tray == "xfce4-panel":
            if "xfconfd" not in self._running:
                self.start("xfconfd", [str(next(Path("/usr/lib").glob("*/xfce4/xfconf/xfconfd")))])
                self.wait(lambda: self.has_name("org.xfce.Xfconf"), "xfconfd")
            self.start("xfce4-panel", ["xfce4-panel", "--disable-wm-check"])
            self.wait(lambda: self.has_name("org.kde.StatusNotifierWatcher"), "the panel")
        else:
            self.start(self._tray, [self._tray, "--edge", "bottom", "--align", "right", "--height", str(self._size)])

    def start(self, name: str, command: Sequence[str], **more: Any) -> subprocess.Popen[bytes]:
        """Start a program on this desktop; its output goes to `NAME.log`. It is ended with the desktop."""
        log = (self.folder / f"{name}.log").open("ab")
        self._logs.append(log)
        env = {**self.env, **more.pop("env", {})}
        self._running[name] = subprocess.Popen(
            list(command), stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=env, **more
        )
        return self._running[name]

    def end(self, name: str) -> None:
        """End one program that was started here."""
        desktop_common.end(self._running.pop(name))

    def stop(self) -> None:
        """End all of it, last started first."""
        for name in reversed(list(self._running)):
            self.end(name)
        for log in self._logs:
            log.close()
        self._logs.clear()

    def wait(self, condition: Callable[[], bool], what: str) -> None:
        """Wait until the condition holds."""
        desktop_common.wait(condition, what, self.folder, _DEADLINE, 0.02)

    def run(self, *command: str) -> str:
        """Run a program on this desktop to its end; its output, empty when it fails."""
        done = subprocess.run(command, env=self.env, capture_output=True, text=True, timeout=_DEADLINE, check=False)
        return done.stdout if done.returncode == 0 else ""

    def has_name(self, name: str) -> bool:
        """Whether somebody owns a name on the session bus."""
        return desktop_common.has_name(self.run, name)

    def notifications(self) -> list[tuple[str, str]]:
        """Title and body of what the notification server has shown, the newest first."""
        self.run("dunstctl", "close-all")
        history = json.loads(self.run("dunstctl", "history") or '{"data": [[]]}')
        return [(notification["summary"]["data"], notification["body"]["data"]) for notification in history["data"][0]]

    def screenshot(self, path: Path) -> Path:
        """What is on the screen, as a PNG."""
        path.parent.mkdir(parents=True, exist_ok=True)
        self.run("import", "-window", "root", str(path))
        return path
