"""xendomains, Xen's service that ends all domains when dom0 shuts down: whether it saves them. Pure but for reading.

A netvm that is saved leaves the others without their backend: each `xl save` after it hangs until xendomains gives up
(XENDOMAINS_STOP_MAXWAIT, 300 s in Debian, seen on Xen 4.17), and at the next boot the saved one is restored beside the
one that qnet starts. Nothing can keep one domain out, so all of them are shut down instead: its own other way.

The settings are a shell's program. The lines that everybody writes are read; of any other that speaks of
XENDOMAINS_SAVE it is only known that it may set it. A line of ours at the end, where the last one holds, settles that.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

#: Where its settings are: Debian's and Fedora's place.
PATHS = ("/etc/default/xendomains", "/etc/sysconfig/xendomains")
_KEY = "XENDOMAINS_SAVE"
#: An assignment that is nothing else, of a word in which a shell would replace nothing.
_SAVE = re.compile(
    rf"""^(?P<name>[ \t]*(?:export[ \t]+)?{_KEY}=)(?P<word>(?:"[^"\n\\$`]*"|'[^'\n]*'|[\w/.,:@%+=-]|(?<=\S)\#)*)"""
    r"""(?=[ \t]*(?:;|[ \t]\#|$))""",
    re.MULTILINE | re.ASCII,
)
#: Other lines with the name; a remark in front ends them.
_MENTION = re.compile(rf"^[^#\n]*(?<!\w){_KEY}(?!\w)", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Settings:
    """The file with its settings; bytes that are no UTF-8 are surrogates in `text`, as `os.fsdecode` makes them."""

    path: Path
    text: str

    @property
    def saves(self) -> bool:
        """Whether it saves domains, or may."""
        last = self._last()
        return last is None or bool(last)

    @property
    def save_folder(self) -> str:
        """Where it saves domains to; empty when it does not, or that is not known."""
        return self._last() or ""

    def _last(self) -> str | None:
        """What holds in the end; None where that is only known to a shell."""
        known = list(_SAVE.finditer(self.text))
        others = _MENTION.finditer(_SAVE.sub(lambda match: " " * len(match[0]), self.text))
        end = known[-1].start() if known else -1
        if any(other.start() > end for other in others):
            return None
        return re.sub("[\"']", "", known[-1]["word"]) if known else ""

    def without_saving(self) -> str:
        """The text of the file by which it shuts domains down instead."""
        changed = Settings(self.path, _SAVE.sub(r"\g<name>", self.text))
        if not changed.saves:
            return changed.text
        continued = self.text.rstrip("\n").endswith("\\")  # the line after it would be a part of it
        line_end = "\n\n" if continued else "" if self.text.endswith("\n") else "\n"
        return f"{self.text}{line_end}{_KEY}=\n"


def read(root: Path = Path("/")) -> Settings | None:
    """What is there below a root; None where xendomains is not installed."""
    for path in (root / name.lstrip("/") for name in PATHS):
        try:
            if not path.is_file():
                continue
            return Settings(path, path.read_bytes().decode("utf-8", "surrogateescape"))
        except OSError:
            continue
    return None
