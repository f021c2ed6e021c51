"""Whether the applet starts with the session: the system's entry starts it, a file of the user's can say no.

Touches one file below the user's configuration folder.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

_NAME = "org.qnet.Tray.desktop"
_SYSTEM = Path("/etc/xdg/autostart") / _NAME
_ENTRY = "[Desktop Entry]\nType=Application\nName=qnet\nExec=qnet-tray\nIcon=org.qnet.Tray\n"
#: The standard's own no, and those of the programs in which people of GNOME and MATE choose.
_NO = re.compile(r"^(hidden *= *true|x-(gnome|mate)-autostart-enabled *= *false)\s*$", re.IGNORECASE | re.MULTILINE)


def _own() -> Path:
    base = os.environ.get("XDG_CONFIG_HOME", "")
    return Path(base if base.startswith("/") else Path.home() / ".config") / "autostart" / _NAME


def is_enabled(system: Path = _SYSTEM) -> bool:
    """Whether it starts with the session."""
    try:
        return _NO.search(_own().read_text(encoding="utf-8")) is None
    except OSError:
        return system.exists()
    except UnicodeDecodeError:
        return False


def set_enabled(requested: bool, system: Path = _SYSTEM) -> str:
    """Have it start with the session, or not; returns why that is not possible, empty when it is done."""
    own = _own()
    try:
        if requested and system.exists():
            own.unlink(missing_ok=True)
        else:
            own.parent.mkdir(parents=True, exist_ok=True)
            own.write_text(_ENTRY if requested else _ENTRY + "Hidden=true\n", encoding="utf-8")
    except OSError as error:
        return f"{own}: {error.strerror}"
    return ""
