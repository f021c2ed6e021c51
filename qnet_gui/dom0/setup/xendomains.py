"""xendomains, Xen's service that ends all domains when dom0 shuts down: whether it saves them. Pure but for reading.

A netvm that is saved leaves the others without their backend: each `xl save` after it hangs until xendomains gives up
(XENDOMAINS_STOP_MAXWAIT, 300 s in Debian, seen on Xen 4.17), and at the next boot the saved one is restored beside the
one that qnet starts. Nothing can keep one domain out, so all of them are shut down instead: its own other way.
"""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass
from pathlib import Path

#: Where its settings are: Debian's and Fedora's place.
PATHS = ("/etc/default/xendomains", "/etc/sysconfig/xendomains")
#: A shell's assignment; where there are several the last one holds.
_SAVE = re.compile(
    r"""^(?P<name>[ \t]*(?:export[ \t]+)?XENDOMAINS_SAVE=)(?P<word>(?:"[^"\n]*"|'[^'\n]*'|[^\s"';])*)""", re.MULTILINE
)


@dataclass(frozen=True, slots=True)
class Settings:
    """The file with its settings."""

    path: Path
    text: str

    @property
    def save_folder(self) -> str:
        """Where it saves domains to; empty when it does not."""
        words = [match["word"] for match in _SAVE.finditer(self.text)]
        return "".join(shlex.split(words[-1])) if words else ""

    def without_saving(self) -> str:
        """The text of the file by which it shuts domains down instead."""
        return _SAVE.sub(r"\g<name>", self.text)


def read(root: Path = Path("/")) -> Settings | None:
    """What is there below a root; None where xendomains is not installed."""
    for path in (root / name.lstrip("/") for name in PATHS):
        try:
            return Settings(path, path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            continue
    return None
