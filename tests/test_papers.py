"""The papers of the checkout name files that are there, and the version is the same wherever it stands."""

from __future__ import annotations

import re
from pathlib import Path
from xml.etree import ElementTree  # our own file

import pytest

from qnet_gui import __version__

ROOT = Path(__file__).parents[1]
PAPERS = [
    *(ROOT / name for name in ("README.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md")),
    *sorted((ROOT / "docs").glob("*.md")),
]
#: What begins so is a path of the checkout; `build/` and `.venv/` are made.
_PATH = re.compile(r"(?<![\w/.*~-])((?:qnet_gui|tests|docs|desktop|packaging|resources|\.ci)/[\w./-]*[\w/])")
DESIGN = (ROOT / "docs/design.md").read_text(encoding="utf-8")
_STOP = re.compile(r"^[0-9]+\. `([^`]+)`:", re.MULTILINE)


@pytest.mark.parametrize("paper", PAPERS, ids=lambda path: path.name)
def test_paths_are_there(paper: Path) -> None:
    named = set(_PATH.findall(paper.read_text(encoding="utf-8")))
    assert not sorted(path for path in named if not (ROOT / path).exists())


@pytest.mark.parametrize("paper", PAPERS, ids=lambda path: path.name)
def test_lines_fit(paper: Path) -> None:
    """Tables and pictures alone may be wider."""
    lines = paper.read_text(encoding="utf-8").splitlines()
    assert not [line for line in lines if len(line) > 130 and not line.lstrip().startswith(("|", "<img"))]


def legs() -> list[list[str]]:
    """The numbered lists of the walk of three values, each a leg: the files that it passes."""
    walk = DESIGN.partition("\n## A walk of three values\n")[2].partition("\n## ")[0]
    return [_STOP.findall(block) for block in re.split(r"\n\n(?![0-9 ])", walk) if _STOP.search(block)]


def test_a_value_passes_no_file_twice_on_a_leg_of_its_walk() -> None:
    assert len(legs()) == 9
    for leg in legs():
        assert len(leg) > 2
        assert len(set(leg)) == len(leg), leg
        assert all((ROOT / path).is_file() for path in leg), leg


def test_a_stop_is_counted_where_it_is() -> None:
    """So that a stop that is written otherwise does not go unseen."""
    walk = DESIGN.partition("\n## A walk of three values\n")[2].partition("\n## ")[0]
    assert sum(map(len, legs())) == len(re.findall(r"^[0-9]+\. ", walk, re.MULTILINE))


def test_the_version_is_the_changelogs_and_appstreams() -> None:
    metainfo = ElementTree.parse(ROOT / "desktop/metainfo/org.qnet.Tray.metainfo.xml")  # noqa: S314
    releases = [release.get("version") for release in metainfo.iter("release")]
    changes = re.findall(r"^## ([0-9.]+)$", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert releases == changes
    assert changes[0] == __version__


def test_who_works_on_a_room_is_told_its_tests() -> None:
    """CONTRIBUTING.md has a row for each room, which names the folder of tests that mirrors it."""
    rows = re.findall(r"^\| (`.*)\|$", (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8"), re.MULTILINE)
    rooms = {path.parent.name for path in (ROOT / "qnet_gui").glob("*/__init__.py")}
    told = {room: row for room in rooms for row in rows if row.startswith(f"`qnet_gui/{room}/`")}
    assert told.keys() == rooms
    mirrored = {room for room in rooms if [*(ROOT / "tests" / room).glob("test_*.py")]}
    assert not [room for room in mirrored if f"`tests/{room}" not in told[room]]


def test_the_helpers_manual_has_every_action_of_polkits() -> None:
    """And what each asks of whoever sits at the screen; of all others a password, as it says below."""
    page = (ROOT / "desktop/man/qnet-helper.8").read_text(encoding="utf-8").replace("\\-", "-")
    told = dict(re.findall(r"^(org\.qnet\.[a-z0-9-]+) +(.*)$", page, re.MULTILINE))
    words = {
        "yes": "whoever sits at the screen",
        "auth_admin": "an administrator's password",
        "auth_admin_keep": "an administrator's password, kept for a while",
    }
    policy = ElementTree.parse(ROOT / "desktop/polkit/org.qnet.policy")  # noqa: S314
    actions = {action.get("id", ""): action.findtext("defaults/allow_active", "") for action in policy.iter("action")}
    assert told.keys() == actions.keys()
    assert not [name for name, allows in actions.items() if told[name].removesuffix(", every time") != words[allows]]
    others = {
        action.findtext(f"defaults/{who}")
        for action in policy.iter("action")
        for who in ("allow_any", "allow_inactive")
    }
    assert others <= {"auth_admin", "auth_admin_keep"}
