"""A whole Plasma in a lab's dom0, without a screen: Xvfb, and what startplasma-x11 starts after a person's login.

Real programs, from the files that they are installed with. Nothing outside of the lab is touched.
"""

from __future__ import annotations

import secrets
import shutil
from collections.abc import Callable
from pathlib import Path
from types import TracebackType

from qnet_gui.lab.box.place import DOM0
from qnet_gui.lab.desktop import desktop_common
from qnet_gui.lab.desktop.session import Session
from qnet_gui.model.errors import NotFound
from qnet_gui.model.messages.plain import plain
from qnet_gui.model.x_display import xauthority

#: What must be installed; `.ci/setup-plasma` does it.
PROGRAMS = ("startplasma-x11", "kwin_x11", "plasmashell", "kded5", "Xvfb", "import", "xdotool")
_DEADLINE = 60.0
#: dom0 has a /tmp and a network of its own, so it is free in every lab.
_DISPLAY = 0
_WATCHER = "org.kde.StatusNotifierWatcher"
#: Nothing that costs time and shows nothing: no splash, indexing, wallet, effects, lock.
_SETTINGS = {
    "startkderc": "[General]\nsystemdBoot=false\n",
    "ksplashrc": "[KSplash]\nEngine=none\nTheme=None\n",
    "baloofilerc": "[Basic Settings]\nIndexing-Enabled=false\n",
    "kwalletrc": "[Wallet]\nEnabled=false\nFirst Use=false\n",
    "kscreenlockerrc": "[Daemon]\nAutolock=false\nLockOnResume=false\n",
    "kwinrc": "[Compositing]\nEnabled=false\n",
}


def missing() -> list[str]:
    """The programs that are not installed."""
    return [name for name in PROGRAMS if not shutil.which(name)]


class Plasma(Session):
    """A context manager. `size` in pixels; `settings` are files below ~/.config, with what is in them."""

    def __init__(
        self, lab: str, folder: Path, size: tuple[int, int] = (1280, 800), settings: dict[str, str] | None = None
    ) -> None:
        if missing():
            raise NotFound(plain(f"Plasma needs {', '.join(missing())}; .ci/setup-plasma installs them."))
        super().__init__(lab, folder)
        self._size = size
        self._settings = {**_SETTINGS, **(settings or {})}
        self.env |= {
            "XDG_CURRENT_DESKTOP": "KDE",
            "DESKTOP_SESSION": "plasma",
            "XDG_SESSION_DESKTOP": "KDE",
            "LIBGL_ALWAYS_SOFTWARE": "1",
            "QT_QUICK_BACKEND": "software",
        }

    def __enter__(self) -> Plasma:
        try:
            self.start_display()
            self.start_bus()
            self.log_in()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def start_display(self) -> None:
        """An X server that lets in who knows the cookie."""
        self.run("rm", "-rf", f"{self.env['HOME']}/.config", f"{self.env['HOME']}/.cache", f"{self.env['HOME']}/.local")
        for name, text in self._settings.items():
            self.write(f".config/{name}", text)
        self.write(".Xauthority", xauthority.entry(secrets.token_hex(16), DOM0, _DISPLAY))
        self.env["XAUTHORITY"] = f"{self.env['HOME']}/.Xauthority"
        self.start("display", [*self.server(), f":{_DISPLAY}", "-auth", self.env["XAUTHORITY"], "-nolisten", "tcp"])
        self.env["DISPLAY"] = f":{_DISPLAY}"
        self.wait(lambda: self.run("xdotool", "getdisplaygeometry") != "", "the X server")

    def server(self) -> list[str]:
        """The X server and its own options."""
        return ["Xvfb", "-screen", "0", "{}x{}x24".format(*self._size), "-noreset"]

    def log_in(self) -> None:
        """What a display manager starts; returns when the panel can show icons."""
        self.start("plasma", ["startplasma-x11"])
        self.env |= {"KDE_FULL_SESSION": "true", "KDE_SESSION_VERSION": "5"}  # as all have it that are started in it
        self.wait(self.has_panel, "Plasma's panel")
        # whoever notified before it takes the name would have the bus start another server that is installed
        self.wait(lambda: self.has_name("org.freedesktop.Notifications"), "Plasma's notification server")

    def has_panel(self) -> bool:
        """Whether there is a tray that shows icons."""
        get = ("org.freedesktop.DBus.Properties.Get", f"string:{_WATCHER}", "string:IsStatusNotifierHostRegistered")
        command = ("dbus-send", "--session", "--print-reply=literal", f"--dest={_WATCHER}", "/StatusNotifierWatcher")
        return "boolean true" in self.run(*command, *get)

    def has_name(self, name: str) -> bool:
        """Whether somebody owns a name on the session bus."""
        return desktop_common.has_name(self.run, name)

    def wait(self, condition: Callable[[], bool], what: str) -> None:
        """Wait until the condition holds."""
        desktop_common.wait(condition, what, self.folder, _DEADLINE, 0.1)

    def screenshot(self, path: Path) -> Path:
        """What is on the screen, as a PNG."""
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(self.run_raw("import", "-window", "root", "png:-"))
        return path
