"""The commands that README.md and the pages of docs/ show, in blocks and within sentences."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]
#: docs/doctor.md is made from declarations, whose commands tests/doctor/test_faults.py tries.
PAPERS = (
    ROOT / "README.md",
    *(path for path in sorted((ROOT / "docs").glob("*.md")) if path.name != "doctor.md"),
)
#: What a command begins with.
_OTHERS = "make|apt|dnf|rpm|systemctl|pip|xl|sleep|export|nmcli"
_PROGRAMS = rf"(?:sudo )?(?:qnet(?:-tray|-agent|-guest|-helper)?|qvm-[a-z0-9-]+|{_OTHERS})"
_BLOCK = re.compile(rf"^ {{4}}({_PROGRAMS}(?: .*)?)$", re.MULTILINE)
_SPAN = re.compile(rf"`({_PROGRAMS}(?: [^`\n]*(?:\n[^`\n]+)?)?)`")


def _plain(line: str) -> Iterator[str]:
    """The commands of a line, without what is said of them after two blanks."""
    for part in re.split(r" {2,}|\s+# ", line)[0].split(" && "):
        yield from (command.strip() for command in part.split(";"))


def in_blocks(paper: Path) -> list[str]:
    """Commands that stand on lines of their own, in their order."""
    return [command for line in _BLOCK.findall(paper.read_text(encoding="utf-8")) for command in _plain(line)]


def in_sentences(paper: Path) -> list[str]:
    """Commands within sentences, which may lack what does not matter there."""
    return [" ".join(span.split()) for span in _SPAN.findall(paper.read_text(encoding="utf-8"))]


def of_the_lab() -> list[str]:
    """Those of README.md's section about the lab, which are run one after the other."""
    section = (ROOT / "README.md").read_text(encoding="utf-8").partition("\n## The lab\n")[2].partition("\n## ")[0]
    lines = (command for line in _BLOCK.findall(section) for command in _plain(line))
    return [line for line in lines if not line.startswith(("sudo", "export"))]


def words(command: str) -> list[str]:
    """A command's words, without who runs it."""
    split = shlex.split(command)
    return split[1:] if split[0] == "sudo" else split
